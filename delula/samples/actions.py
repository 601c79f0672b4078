"""What moderators do to samples: judge them, show them first, and word them."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sqlalchemy import select, update

from delula.access import clock
from delula.access.permissions import Permission
from delula.commands import (
    Change,
    Command,
    Given,
    InputField,
    Invocation,
    Plan,
    Touched,
    digest,
    last_change,
    register,
)
from delula.db import session
from delula.errors import InvalidInput, Refused, Unchanged
from delula.models import LARGEST_ID, AuditEntry, RecipeSample, ReviewKind, id_in
from delula.models.enums import ModerationStatus
from delula.review.blind import check_not_kept
from delula.review.elsewhere import check_judging, close
from delula.samples import queries
from delula.web.display import ago

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from delula.db import AnyRow
    from delula.models import JsonValue

KIND = "sample"
LONGEST_TITLE, LONGEST_DESCRIPTION = 200, 2_000

_WRITTEN = (
    RecipeSample.title,
    RecipeSample.description,
    RecipeSample.is_featured,
    RecipeSample.moderation_status,
)


@dataclass(frozen=True, kw_only=True)
class OfSample(Given):
    """The sample that a command is about."""

    id: int


GivenT = TypeVar("GivenT", bound=OfSample)


class SampleCommand(Command[GivenT]):
    """A command on one sample."""

    permission = Permission.SAMPLES_MODERATE
    object_field = "id"

    def subject(self, texts: Mapping[str, str]) -> Touched | None:
        """The sample, by its title."""
        id_ = id_in(texts.get("id", ""))
        sample = None if id_ is None else queries.find(id_)
        return Touched(KIND, str(id_), sample.title or f"Sample {id_}") if sample else None

    def plan(self, given: GivenT, *, lock: bool) -> Plan:
        """What changes, and nothing else."""
        self.check(given.id, lock=lock)
        row = _row(given.id, lock=lock)
        after = self.changed(given, row)
        before = {name: _plain(getattr(row, name)) for name in after}
        return Plan(
            self.sentence(row),
            Change(KIND, str(row.id), before, after),
            version=digest(before),
            warnings=self.warnings(row),
        )

    def check(self, id_: int, *, lock: bool) -> None:  # noqa: ARG002 - for those that lock
        """Refuse what the review keeps from this person."""
        check_not_kept(ReviewKind.SAMPLE, id_)

    @abstractmethod
    def changed(self, given: GivenT, row: AnyRow) -> dict[str, JsonValue]:
        """The values that differ from what is stored.

        Raises:
            Refused: a rule forbids it.
            InvalidInput: the input cannot be used.
        """

    @abstractmethod
    def sentence(self, row: AnyRow) -> str:
        """What is done, in words."""

    def warnings(self, row: AnyRow) -> tuple[str, ...]:  # noqa: ARG002 - for those that have any
        """What the person should know before."""
        return ()

    def write(self, given: GivenT, plan: Plan) -> Mapping[str, JsonValue]:
        """Write what changes, and when."""
        values = {**plan.change.after, "updated_at": clock.utc_now()}
        session().execute(update(RecipeSample).where(RecipeSample.id == given.id).values(**values))
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """What it was, while it is as this left it."""
        given = Former(id=int(entry.object_id), entry=entry.id, version=digest(entry.after))
        return Invocation(RESTORE, given)


class Judge(SampleCommand[OfSample]):
    """Judges a sample; in the queue of the review it waits no longer then."""

    given = OfSample

    def check(self, id_: int, *, lock: bool) -> None:
        """Leave to the review what waits there for somebody else."""
        check_judging(ReviewKind.SAMPLE, id_, lock=lock)

    def write(self, given: OfSample, plan: Plan) -> Mapping[str, JsonValue]:
        """Write it, and take it out of the queue."""
        close(ReviewKind.SAMPLE, given.id)
        return super().write(given, plan)


class Approve(Judge):
    """Lets users see a sample."""

    name = "samples.approve"
    title = "Approve"

    def changed(self, given: OfSample, row: AnyRow) -> dict[str, JsonValue]:  # noqa: ARG002 - all is known
        """Refuse what is approved."""
        if row.moderation_status == ModerationStatus.APPROVED:
            raise Refused(_already(row))
        return {"moderation_status": ModerationStatus.APPROVED.value}

    def sentence(self, row: AnyRow) -> str:
        """What is done."""
        return f"Approve sample {row.id}."


class Reject(Judge):
    """Keeps users from seeing a sample; one that is shown first no longer is."""

    name = "samples.reject"
    title = "Reject"
    is_dangerous = True
    needs_reason = True
    reason_label = "Why it is rejected"

    def changed(self, given: OfSample, row: AnyRow) -> dict[str, JsonValue]:  # noqa: ARG002 - all is known
        """Refuse what is rejected."""
        if row.moderation_status == ModerationStatus.REJECTED:
            raise Refused(_already(row))
        after: dict[str, JsonValue] = {"moderation_status": ModerationStatus.REJECTED.value}
        return {**after, "is_featured": False} if row.is_featured else after

    def sentence(self, row: AnyRow) -> str:
        """What is done."""
        return f"Reject sample {row.id}."

    def warnings(self, row: AnyRow) -> tuple[str, ...]:
        """What else it means."""
        return ("It is featured, and no longer will be.",) if row.is_featured else ()


class SetFeatured(SampleCommand[OfSample]):
    """Shows a sample before others, or no longer.

    Attributes:
        value: what `is_featured` becomes.
        already: why it cannot be done where it is so.
        verb: what is done, with {} for the number of the sample.
    """

    given = OfSample
    value: ClassVar[bool]
    already: ClassVar[str]
    verb: ClassVar[str]

    def changed(self, given: OfSample, row: AnyRow) -> dict[str, JsonValue]:  # noqa: ARG002 - all is known
        """Refuse what is so already."""
        if row.is_featured == self.value:
            raise Refused(self.already)
        return {"is_featured": self.value}

    def sentence(self, row: AnyRow) -> str:
        """What is done."""
        return self.verb.format(row.id)


class Feature(SetFeatured):
    """Shows a sample before others."""

    name = "samples.feature"
    title = "Feature"
    value = True
    already = "It is featured already."
    verb = "Show sample {} before others."

    def changed(self, given: OfSample, row: AnyRow) -> dict[str, JsonValue]:
        """Only what users may see can be shown first."""
        if row.moderation_status != ModerationStatus.APPROVED:
            raise Refused("Only an approved sample can be featured.")
        return super().changed(given, row)


class Unfeature(SetFeatured):
    """Shows a sample among the others."""

    name = "samples.unfeature"
    title = "Unfeature"
    value = False
    already = "It is not featured."
    verb = "Show sample {} among the others."


@dataclass(frozen=True, kw_only=True)
class Worded(OfSample):
    """A sample with its words."""

    title: str
    description: str


class Edit(SampleCommand[Worded]):
    """Changes title and description of a sample; many get the same, and keep what is left empty."""

    name = "samples.edit"
    title = "Edit words"
    given = Worded
    is_edit = True
    fields = (
        InputField("title", "Title", optional=True),
        InputField("description", "Description", kind="multiline", optional=True),
    )

    def stored(self, texts: Mapping[str, str]) -> Mapping[str, str]:
        """What the fields hold now."""
        try:
            row = _row(int(texts.get("id", "")), lock=False)
        except (ValueError, Refused):
            return {}
        before = {"title": row.title, "description": row.description}
        return {**{name: value or "" for name, value in before.items()}, "version": digest(before)}

    def plan(self, given: Worded, *, lock: bool) -> Plan:
        """The version is that of both texts, whichever changes."""
        self.check(given.id, lock=lock)
        row = _row(given.id, lock=lock)
        stored = {"title": row.title, "description": row.description}
        after = self.changed(given, row)
        before: dict[str, JsonValue] = {name: stored[name] for name in after}
        return Plan(self.sentence(row), Change(KIND, str(row.id), before, after), version=digest(stored))

    def changed(self, given: Worded, row: AnyRow) -> dict[str, JsonValue]:
        """Check what differs from what is stored."""
        after: dict[str, JsonValue] = {}
        for name, longest in (("title", LONGEST_TITLE), ("description", LONGEST_DESCRIPTION)):
            stored, typed = getattr(row, name) or "", getattr(given, name).strip()
            if stored in {typed, getattr(given, name)}:
                continue
            if len(typed) > longest:
                raise InvalidInput(name, f"Keep it to {longest:,} characters.")
            after[name] = typed or None
        if not after:
            raise Unchanged(f"Sample {row.id} would stay as it is.")
        return after

    def sentence(self, row: AnyRow) -> str:
        """What is done."""
        return f"Change the words of sample {row.id}."


@dataclass(frozen=True, kw_only=True)
class Former(OfSample):
    """A sample, and the entry of the audit log that changed it."""

    entry: int


class Restore(SampleCommand[Former]):
    """Takes back a change, while the sample is as that change left it."""

    name = "samples.restore"
    title = "Put back as it was"
    given = Former
    object_field = ""

    def changed(self, given: Former, row: AnyRow) -> dict[str, JsonValue]:
        """What it was before the entry."""
        entry = session().get(AuditEntry, given.entry)
        if entry is None or entry.object_kind != KIND or entry.object_id != str(row.id):
            raise Refused("There is nothing that could be put back.")
        return {column.key: entry.before[column.key] for column in _WRITTEN if column.key in entry.before}

    def sentence(self, row: AnyRow) -> str:
        """What is done."""
        return f"Put sample {row.id} back as it was."

    def inverse(self, entry: AuditEntry) -> None:
        """It can be done again by the command that was taken back."""


def _row(id_: int, *, lock: bool) -> AnyRow:
    statement = select(RecipeSample.id, *_WRITTEN).where(RecipeSample.id == id_)
    row = None
    if 0 < id_ <= LARGEST_ID:
        row = session().execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        raise Refused(f"There is no sample {id_}.")
    return row


def _already(row: AnyRow) -> str:
    """Who has judged a sample so before, and when, as far as the audit log knows."""
    status = _plain(row.moderation_status)
    entry = last_change(Change(KIND, str(row.id), {"moderation_status": status}, {}))
    if entry is None:
        return f"It is {status} already."
    return f"It was {status} {ago(entry.at, clock.utc_now())} by {entry.actor}."


def _plain(value: Any) -> JsonValue:
    return str(value) if isinstance(value, ModerationStatus) else value


APPROVE, REJECT = register(Approve()), register(Reject())
FEATURE, UNFEATURE = register(Feature()), register(Unfeature())
EDIT, RESTORE = register(Edit()), register(Restore())

#: What can be done to samples, one or many, the most wanted first.
COMMANDS: Sequence[SampleCommand[Any]] = (APPROVE, REJECT, FEATURE, UNFEATURE, EDIT)
