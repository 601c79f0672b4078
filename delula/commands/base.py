"""What a command is, and what it says of itself before and after."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar

from delula.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from markupsafe import Markup

    from delula.access.permissions import Permission
    from delula.commands.members import Member, Members
    from delula.models import AuditEntry, JsonValue


@dataclass(frozen=True, kw_only=True)
class Given:
    """Base of the inputs of commands: plain values, which the audit log keeps as they are.

    Attributes:
        version: what the object looked like when the form was shown (`Plan.version`); empty where the person
            saw no earlier state.
    """

    version: str = ""

    def as_json(self) -> dict[str, JsonValue]:
        """The values as JSON, without the version."""
        values = asdict(self)
        del values["version"]
        return values


InputT = TypeVar("InputT", bound=Given)


@dataclass(frozen=True)
class Credits:
    """What a command does to a balance."""

    user_id: str
    before: int
    after: int

    @property
    def moved(self) -> int:
        """How many credits move; negative where they are taken."""
        return self.after - self.before


@dataclass(frozen=True)
class LeftOut:
    """Something that was chosen and is not changed, with the reason."""

    object_id: str
    why: str


@dataclass(frozen=True)
class Change:
    """The values of one object that a command changes.

    Attributes:
        kind: what kind of thing it is, as the audit log names it: `user`, `generation`, `recipe` …
        id: which of them.
        before: the values as they are, by their names for a person.
        after: the same as they will be.
    """

    kind: str
    id: str
    before: Mapping[str, JsonValue]
    after: Mapping[str, JsonValue]


@dataclass(frozen=True)
class Touched:
    """A thing that a command is about, or that changes with it.

    Attributes:
        kind: as the audit log names it.
        id: which of them.
        name: in words.
    """

    kind: str
    id: str
    name: str


@dataclass(frozen=True)
class Plan:
    """What a command would do.

    Attributes:
        sentence: it in words: "Take 5 credits from ann."
        change: what it changes.
        version: stands for all that the person was shown of the object; a later one means a conflict.
        credits: what it does to a balance, where it does.
        warnings: what the person should know before.
        touches: what else changes with it, all of it.
        drawn: how it will look, as a page draws it.
        facts: figures that it depends on, each with its name.
        says_all: whether sentence and touches tell it better than the values before and after.
        is_final: whether nothing can take it back.
        data: what `write` needs of what `plan` has read; no part of the preview.
    """

    sentence: str
    change: Change
    version: str = ""
    credits: Credits | None = None
    warnings: tuple[str, ...] = ()
    touches: tuple[Touched, ...] = ()
    drawn: Markup | None = None
    facts: Sequence[tuple[str, str]] = ()
    says_all: bool = False
    is_final: bool = False
    data: Any = field(default=None, repr=False)


class Conflict(Refused):
    """Somebody else was faster: the thing is no longer what the person saw.

    Args:
        change: the thing as it is now (`before`), and as the person would have it (`after`).
    """

    def __init__(self, change: Change) -> None:
        super().__init__("It has changed since this page was shown. Nothing was done.")
        self.change = change


@dataclass(frozen=True)
class Receipt:
    """What a command has done.

    Attributes:
        entry_id: its entry in the audit log.
        sentence: what was done, in words.
        details: what the command itself adds, such as the row of the ledger; `just_done` knows nothing of it.
        object_id: what its entry is about; empty where it has left none.
        is_repeated: whether the very same was done before and nothing was done now.
    """

    entry_id: int
    sentence: str
    details: Mapping[str, JsonValue] = field(default_factory=dict)
    object_id: str = ""
    is_repeated: bool = False


class SentBefore(Refused):
    """A form that has one effect was sent before, with other values.

    Args:
        receipt: of what came of it then.
    """

    def __init__(self, receipt: Receipt) -> None:
        super().__init__("This form was sent before, with other values. Nothing was done now.")
        self.receipt = receipt


@dataclass(frozen=True)
class Invocation(Generic[InputT]):
    """A command with what it is given."""

    command: Command[InputT]
    given: InputT


@dataclass(frozen=True)
class InputField:
    """What the form of a command asks for; the other fields of its input stand in the form unseen.

    Attributes:
        name: of the field of the input.
        label: above the control.
        kind: of the control.
        help: under it.
        choices: of a choice, as pairs of value and label.
        offered: of a text, what can be typed there and has a text in it.
        members: of a set, of which only what was changed is sent (`delula/commands/members.py`).
        optional: whether it may stay empty.
    """

    name: str
    label: str
    kind: Literal["text", "multiline", "number", "choice", "yes_no", "icon", "members"] = "text"
    help: str = ""
    choices: Callable[[], Sequence[tuple[str, str]]] | None = None
    offered: Callable[[str], Sequence[Member]] | None = None
    members: Members | None = None
    optional: bool = False


class Command(ABC, Generic[InputT]):
    """One thing that staff can do, and how to undo it.

    Attributes:
        name: `area.verb`; unique.
        title: what its button says.
        permission: who may do it.
        given: the type of its input.
        fields: what its form asks for.
        is_dangerous: whether its button warns.
        is_fresh: whether the password must have been given of late.
        needs_reason: whether it is refused without one.
        reason_label: what the form calls the reason.
        object_field: the field of the input that names the object, where the rest of it may be the same for
            many: with it, the command can be run on all rows that are selected in a list.
        is_edit: whether its form starts with what is `stored`; the version is that of the form's opening.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    permission: ClassVar[Permission]
    given: type[InputT]
    fields: ClassVar[tuple[InputField, ...]] = ()
    is_dangerous: ClassVar[bool] = False
    is_fresh: ClassVar[bool] = False
    needs_reason: ClassVar[bool] = False
    reason_label: ClassVar[str] = "Reason"
    object_field: ClassVar[str] = ""
    is_edit: ClassVar[bool] = False

    @abstractmethod
    def plan(self, given: InputT, *, lock: bool) -> Plan:
        """What it would do now.

        Args:
            given: its input.
            lock: whether to lock what it would change, since it is about to be changed.

        Raises:
            Refused: a rule forbids it; the sentence says which.
            InvalidInput: the input cannot be used; names the field.
        """

    @abstractmethod
    def write(self, given: InputT, plan: Plan) -> Mapping[str, JsonValue]:
        """Do what the plan says, which was made in this very transaction.

        Returns:
            What the receipt adds; empty for nothing.
        """

    def earlier(self, given: InputT) -> Receipt | None:  # noqa: ARG002 - for those that know their repetition
        """The receipt of the very same run, where it was done already; asked first of all.

        Raises:
            SentBefore: what stands for the run was used for another one.
        """
        return None

    def recorded(self, details: Mapping[str, JsonValue], entry_id: int) -> None:
        """Note the entry of the audit log, in the same transaction.

        Args:
            details: as `write` gave them.
            entry_id: of the entry that was just appended.
        """

    def subject(self, texts: Mapping[str, str]) -> Touched | None:  # noqa: ARG002 - for those that can tell
        """What the form is about, even where the input is not whole; None where only a plan can tell.

        Args:
            texts: what is known of the input.
        """
        return None

    def heading(self, subject: Touched | None) -> str:  # noqa: ARG002 - for titles that are half a sentence
        """What stands above its form.

        Args:
            subject: what the form is about, where that is known.
        """
        return self.title

    def stored(self, texts: Mapping[str, str]) -> Mapping[str, str]:  # noqa: ARG002 - for those that edit
        """What the fields hold where nobody says otherwise, by name, with the `version` of it.

        Args:
            texts: what is known of the input; says which object.
        """
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:  # noqa: ARG002 - for those that have one
        """What takes an entry of this command back; None where nothing can."""
        return None


def digest(values: Any) -> str:
    """A short text that stands for values that were shown, without telling them.

    Args:
        values: as JSON has them; what it has not counts by its text.
    """
    written = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:32]
