"""What stands in the form of a command: what was typed, what was shown, and what it would do."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from delula.access.guard import local_url
from delula.commands import Touched
from delula.commands.members import with_sets
from delula.models.tolerance import parse_json
from delula.web.references import object_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from werkzeug.datastructures import MultiDict

    from delula.commands import Change, Command, Plan
    from delula.models import AuditEntry, JsonValue

#: What the form carries besides the fields of the input.
BACK, SEEN, REASON = "back", "seen", "reason"
#: The field of an input that makes that running it twice has one effect.
KEY = "key"


def texts_of(command: Command[Any], values: MultiDict[str, str]) -> dict[str, str]:
    """What a form or an address says, by name: of several the last, which is how a ticked box overrules.

    Args:
        command: whose form; all that is sent of a set counts.
        values: the form or the address.
    """
    return with_sets(command, {name: texts[-1] for name, texts in values.lists()}, values.getlist)


@dataclass(frozen=True)
class Row:
    """One value in a conflict.

    Attributes:
        name: of the value.
        seen: as the form showed it.
        now: as it is.
        yours: as the person would have it.
        is_theirs: whether the person left it alone, so that it stands in the form as it is now.
    """

    name: str
    seen: JsonValue
    now: JsonValue
    yours: JsonValue
    is_theirs: bool = False


@dataclass
class CommandForm:
    """What the template of a command's form shows.

    Attributes:
        command: which one.
        texts: what stands in the fields, by name.
        plan: what it would do; None while the input is not whole.
        errors: what is wrong with a field, by name.
        refusal: why it cannot be done at all.
        conflict: what somebody else has changed since the form was shown.
        changed_by: the entry of the audit log that has, where staff did it through the console.
        sent_before: the address of what came of the form when it was sent first, with other values.
        is_kept: whether it was typed before the person had to sign in.
    """

    command: Command[Any]
    texts: dict[str, str]
    plan: Plan | None = None
    errors: dict[str, str] = field(default_factory=dict)
    refusal: str = ""
    conflict: Sequence[Row] = ()
    changed_by: AuditEntry | None = None
    sent_before: str = ""
    is_kept: bool = False

    def __post_init__(self) -> None:
        """Undo what browsers do to line ends, or every field of several lines would count as changed."""
        seen = self.was_seen
        for name, text in self.texts.items():
            if name != SEEN:
                typed = text.replace("\r\n", "\n")
                before = seen.get(name)
                is_same = isinstance(before, str) and before.replace("\r\n", "\n") == typed
                self.texts[name] = str(before) if is_same else typed

    @property
    def back(self) -> str:
        """Where the person came from."""
        return local_url(self.texts.get(BACK))

    @property
    def has_key(self) -> bool:
        """Whether sending it twice has one effect."""
        return any(one.name == KEY for one in fields(self.command.given))

    @property
    def is_elsewhere(self) -> bool:
        """Whether a conflict is about something else than the values that the form showed."""
        return not self.command.is_edit and all(row.seen == row.now for row in self.conflict)

    @property
    def draft(self) -> str:
        """What a text that the browser has kept must belong to, for the form to take it up again."""
        is_edit = self.command.is_edit
        return "-".join([self.command.name, *self.objects, self.texts.get("version", "") if is_edit else ""])

    @property
    def was_seen(self) -> Mapping[str, JsonValue]:
        """The values that the form showed; whatever else the browser sends counts as nothing."""
        try:
            values = parse_json(self.texts.get(SEEN, ""))
        except ValueError:
            return {}
        return values if isinstance(values, dict) else {}

    @property
    def _sayable(self) -> Mapping[str, str]:
        """What stands in the fields and the database can be asked about: an address may say anything."""
        return {name: text for name, text in self.texts.items() if "\0" not in text}

    def begin(self) -> None:
        """Start an edit from what is stored now; what the person has typed stays."""
        stored = dict(self.command.stored(self._sayable))
        self.texts |= {"version": stored.pop("version", ""), SEEN: json.dumps(stored)}
        self.texts = {**stored, **self.texts}

    def offer(self) -> None:
        """Let an empty form begin with what counts where a field is left out."""
        defaults = {one.name: one.default for one in fields(self.command.given)}
        for one in self.command.fields:
            default = defaults.get(one.name)
            if isinstance(default, bool | str) and default and one.name not in self.texts:
                self.texts[one.name] = "yes" if default is True else str(default)

    def meet(self, change: Change) -> None:
        """Show what has changed since the form was, and go on from there.

        Args:
            change: what is there now, and as the person would have it.
        """
        seen = self.was_seen
        if not self.command.is_edit:
            self.conflict = [
                Row(name, seen.get(name), change.before.get(name), value)
                for name, value in change.after.items()
            ]
            self.texts["version"] = ""
            return
        typed = {name: self.texts.get(name, "") for name in seen}
        # What the person left alone is not theirs to put back: it becomes what it is now.
        for name in seen:
            if typed[name] == seen[name]:
                self.texts.pop(name, None)
        self.begin()
        now = self.was_seen
        self.conflict = [
            Row(name, seen[name], now.get(name), typed[name], is_theirs=typed[name] == seen[name])
            for name in seen
            if now.get(name) != seen[name] or typed[name] != seen[name]
        ]

    @property
    def subject(self) -> Touched | None:
        """What the form is about; None where that is not known yet."""
        found = self.command.subject(self._sayable)
        if found is None and self.plan is not None:
            kind, id_ = self.plan.change.kind, self.plan.change.id
            return Touched(kind, id_, object_name(kind, id_))
        return found

    @property
    def objects(self) -> list[str]:
        """The object that the form is about, where its input names one."""
        object_id = self.texts.get(self.command.object_field)
        return [] if object_id is None else [object_id]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the form carries unseen."""
        shown = {one.name for one in self.command.fields}
        kept = {one.name: self.texts.get(one.name) for one in fields(self.command.given)}
        kept[BACK] = self.back
        if self.command.is_edit:
            kept[SEEN] = self.texts.get(SEEN)
        else:
            shown.add("version")  # stands with what was seen
        return [(name, text) for name, text in kept.items() if text is not None and name not in shown]

    @property
    def seen(self) -> list[tuple[str, str]]:
        """What the preview has shown, for the check that it is still so; an edit keeps what it began with."""
        if self.plan is None or self.command.is_edit:
            return []
        return [("version", self.plan.version), (SEEN, json.dumps(self.plan.change.before))]
