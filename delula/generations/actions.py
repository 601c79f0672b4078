"""What staff can do to a generation: only what the product's own status flow allows.

pending → processing → completed or failed; a failed one with retries left goes back to pending. What the
console adds is said by each command.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sqlalchemy import select, update

from delula.access import clock
from delula.access.permissions import Permission
from delula.commands import Change, Command, Credits, Given, InputField, Invocation, Plan, digest, register
from delula.credits.actions import Refunding, plan_refund, write_refund
from delula.db import session
from delula.errors import InvalidInput, Refused
from delula.generations.lifecycle import is_stuck
from delula.models import AuditEntry, Generation, ReviewKind
from delula.models.enums import GenerationStatus
from delula.review.blind import check_not_kept

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from delula.db import AnyRow
    from delula.models import JsonValue

KIND = "generation"
#: Characters of the reason of a failure; the product shows it to the owner.
LONGEST_FAILURE = 500
CANCELLED = "Cancelled by staff."
STUCK = "It took too long and was stopped."
#: How a stuck one is released.
RESET, FAIL = "reset", "fail"
YES, NO = "yes", "no"

_UNFINISHED = (GenerationStatus.PENDING, GenerationStatus.PROCESSING)
_STATE = (
    Generation.id,
    Generation.user_id,
    Generation.status,
    Generation.retry_count,
    Generation.max_retries,
    Generation.failure_reason,
    Generation.error_details,
    Generation.processing_started_at,
    Generation.updated_at,
    Generation.credits_cost,
    Generation.credits_refunded,
    Generation.is_public,
    Generation.is_published,
)


@dataclass(frozen=True, kw_only=True)
class OfGeneration(Given):
    """The generation that a command is about."""

    id: int


@dataclass(frozen=True, kw_only=True)
class Failing(OfGeneration):
    """A generation that is given up.

    Attributes:
        failure_reason: why, for the owner to read.
        refund: `yes` or `no`.
    """

    failure_reason: str
    refund: str


@dataclass(frozen=True, kw_only=True)
class Releasing(OfGeneration):
    """A stuck generation, and whether to `reset` or to `fail` it."""

    way: str


GivenT = TypeVar("GivenT", bound=OfGeneration)


@dataclass(frozen=True)
class Doing:
    """What a plan writes: columns of the generation, and a refund where there is one."""

    values: Mapping[str, Any]
    refund: Refunding | None = None


class GenerationCommand(Command[GivenT]):
    """A command on one generation."""

    object_field = "id"

    @abstractmethod
    def refusal(self, generation: AnyRow | Generation, now: datetime) -> str | None:
        """Why it cannot be done to this generation now; None where it can."""

    def plan(self, given: GivenT, *, lock: bool) -> Plan:
        """What it would do now."""
        check_not_kept(ReviewKind.GENERATION, given.id)
        row, now = _row(given.id, lock=lock), clock.utc_now()
        if (why := self.refusal(row, now)) is not None:
            raise Refused(why)
        return self.planned(given, row, now, lock=lock)

    @abstractmethod
    def planned(self, given: GivenT, row: AnyRow, now: datetime, *, lock: bool) -> Plan:
        """The same for a generation to which it can be done."""

    def write(self, given: GivenT, plan: Plan) -> Mapping[str, JsonValue]:
        """Set what the plan changes, and give back the credits where it says so."""
        doing: Doing = plan.data
        session().execute(update(Generation).where(Generation.id == given.id).values(doing.values))
        return {"ledger_id": write_refund(doing.refund)} if doing.refund else {}


class Retry(GenerationCommand[OfGeneration]):
    """Puts a failed generation back into the queue, as the product's own retry does."""

    name = "generations.retry"
    title = "Retry"
    permission = Permission.GENERATIONS_OPERATE
    given = OfGeneration

    def refusal(self, generation: AnyRow | Generation, now: datetime) -> str | None:  # noqa: ARG002
        """Only a failed one with retries left can be retried."""
        if generation.status != GenerationStatus.FAILED:
            return f"Only a failed generation can be retried; this one is {_said(generation.status)}."
        if generation.retry_count >= generation.max_retries:
            return f"It was retried {generation.retry_count} of {generation.max_retries} times already."
        return None

    def planned(self, given: OfGeneration, row: AnyRow, now: datetime, *, lock: bool) -> Plan:  # noqa: ARG002
        """Pending, one retry more, without the failure."""
        values = {
            "status": GenerationStatus.PENDING,
            "retry_count": row.retry_count + 1,
            "failure_reason": None,
            "error_details": None,
        }
        sentence = (
            f"Retry generation {row.id}: retry {row.retry_count + 1} of {row.max_retries}. "
            "This will be charged again: no."
        )
        warnings = ("Its credits went back to the owner, and are not taken again.",)
        return Plan(
            sentence,
            _change(row, values),
            _version(row, values),
            warnings=warnings if row.credits_refunded else (),
            data=Doing({**values, "updated_at": now}),
        )

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """Failed again, as before, while nobody has begun to work on it."""
        return _restoring(entry)


class Fail(GenerationCommand[Failing]):
    """Gives up a generation that is not finished."""

    name = "generations.fail"
    title = "Fail"
    permission = Permission.GENERATIONS_OPERATE
    given = Failing
    is_dangerous = True
    fields = (
        InputField("failure_reason", "Reason of the failure", help="The owner may read it."),
        InputField(
            "refund",
            "Credits",
            kind="choice",
            choices=lambda: ((YES, "Give them back to the owner"), (NO, "Keep them")),
        ),
    )

    def refusal(self, generation: AnyRow | Generation, now: datetime) -> str | None:  # noqa: ARG002
        """Only what waits or runs can fail."""
        if generation.status not in _UNFINISHED:
            return f"Only what waits or runs can fail; this one is {_said(generation.status)}."
        return None

    def planned(self, given: Failing, row: AnyRow, now: datetime, *, lock: bool) -> Plan:
        """Failed, with the reason, and with the refund where it is asked for."""
        reason = given.failure_reason.strip()
        if not reason:
            raise InvalidInput("failure_reason", "Say why it fails; the owner may read it.")
        if len(reason) > LONGEST_FAILURE:
            raise InvalidInput("failure_reason", f"Keep it below {LONGEST_FAILURE} characters.")
        if given.refund not in {YES, NO}:
            raise InvalidInput("refund", "Choose whether the credits go back.")
        return _failure(row, reason, now, f"Fail generation {row.id}", refund=given.refund == YES, lock=lock)

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """As before, where no credits went back."""
        return _restoring(entry)


class Cancel(GenerationCommand[OfGeneration]):
    """Takes a generation out of the queue before the work begins; what was charged goes back."""

    name = "generations.cancel"
    title = "Cancel generation"
    permission = Permission.GENERATIONS_OPERATE
    given = OfGeneration
    is_dangerous = True

    def refusal(self, generation: AnyRow | Generation, now: datetime) -> str | None:  # noqa: ARG002
        """Only what still waits can be cancelled."""
        if generation.status == GenerationStatus.PROCESSING:
            return "The work has begun, so it can no longer be cancelled, only fail."
        if generation.status != GenerationStatus.PENDING:
            return f"Only what still waits can be cancelled; this one is {_said(generation.status)}."
        return None

    def planned(self, given: OfGeneration, row: AnyRow, now: datetime, *, lock: bool) -> Plan:  # noqa: ARG002
        """Failed, as the flow has no other end, with what was charged given back."""
        return _failure(row, CANCELLED, now, f"Cancel generation {row.id}", refund=_is_owed(row), lock=lock)

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """Waiting again, where no credits went back."""
        return _restoring(entry)


class Release(GenerationCommand[Releasing]):
    """Frees a generation whose work takes longer than the product ever waits."""

    name = "generations.release"
    title = "Release"
    permission = Permission.GENERATIONS_OPERATE
    given = Releasing
    fields = (
        InputField(
            "way",
            "What becomes of it",
            kind="choice",
            choices=lambda: (
                (RESET, "Back into the queue"),
                (FAIL, "It fails, and the credits go back"),
            ),
        ),
    )

    def refusal(self, generation: AnyRow | Generation, now: datetime) -> str | None:
        """Only a stuck one can be released."""
        if generation.status != GenerationStatus.PROCESSING:
            return f"Only work that is stuck can be released; this one is {_said(generation.status)}."
        if not is_stuck(generation, now):
            return "It has been at work for less than 8 minutes, so it is not stuck."
        return None

    def planned(self, given: Releasing, row: AnyRow, now: datetime, *, lock: bool) -> Plan:
        """Pending as if the work had never begun, or failed and refunded."""
        if given.way == FAIL:
            start = f"Release generation {row.id}: fail it"
            return _failure(row, STUCK, now, start, refund=_is_owed(row), lock=lock)
        if given.way != RESET:
            raise InvalidInput("way", "Choose what becomes of it.")
        values = {"status": GenerationStatus.PENDING, "processing_started_at": None}
        return Plan(
            f"Put generation {row.id} back into the queue. This will be charged again: no.",
            _change(row, values),
            _version(row, values),
            warnings=("A provider that still works on it may deliver it twice.",),
            data=Doing({**values, "updated_at": now}),
        )

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """At work as before, while nobody has taken it and no credits went back."""
        return _restoring(entry)


class SetFlag(GenerationCommand[OfGeneration]):
    """Sets one of the flags that say who sees a generation; when it last changed stays as it is.

    Attributes:
        flag: the column.
        value: what it becomes.
        already: why it cannot be done where it is so.
        opposite: name of the command that does the contrary.
        verb: what is done, with {} for the number of the generation.
    """

    permission = Permission.GENERATIONS_PUBLISH
    given = OfGeneration
    flag: ClassVar[str]
    value: ClassVar[bool]
    already: ClassVar[str]
    verb: ClassVar[str]

    def refusal(self, generation: AnyRow | Generation, now: datetime) -> str | None:  # noqa: ARG002
        """What is so already cannot be made so."""
        return self.already if getattr(generation, self.flag) == self.value else None

    def planned(self, given: OfGeneration, row: AnyRow, now: datetime, *, lock: bool) -> Plan:  # noqa: ARG002
        """The flag, and nothing else."""
        values = {self.flag: self.value}
        change = Change(KIND, str(row.id), {self.flag: getattr(row, self.flag)}, values)
        return Plan(
            self.verb.format(row.id),
            change,
            _version(row, values),
            warnings=self.warnings(row),
            data=Doing(values),
        )

    def warnings(self, row: AnyRow) -> tuple[str, ...]:  # noqa: ARG002 - for those that have any
        """What the person should know before."""
        return ()

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """The contrary, while the flag is as this left it."""
        contrary = _CONTRARY[self.name]
        return Invocation(
            contrary, OfGeneration(id=int(entry.object_id), version=digest({self.flag: self.value}))
        )


class Publish(SetFlag):
    """Puts a finished generation into the gallery."""

    name = "generations.publish"
    title = "Publish"
    flag, value = "is_published", True
    already = "It stands in the gallery already."
    verb = "Publish generation {} in the gallery."

    def refusal(self, generation: AnyRow | Generation, now: datetime) -> str | None:
        """Only what is completed can be shown."""
        if generation.status != GenerationStatus.COMPLETED:
            return f"Only a completed generation can be published; this one is {_said(generation.status)}."
        return super().refusal(generation, now)

    def warnings(self, row: AnyRow) -> tuple[str, ...]:
        """The gallery is for everybody."""
        return (
            () if row.is_public else ("It is private: until it is made public, only its owner may see it.",)
        )


class Unpublish(SetFlag):
    """Takes a generation out of the gallery."""

    name = "generations.unpublish"
    title = "Unpublish"
    flag, value = "is_published", False
    already = "It does not stand in the gallery."
    verb = "Take generation {} out of the gallery."


class MakePublic(SetFlag):
    """Lets anybody see a generation."""

    name = "generations.make_public"
    title = "Make public"
    flag, value = "is_public", True
    already = "It is public already."
    verb = "Let anybody see generation {}."


class MakePrivate(SetFlag):
    """Lets only its owner see a generation."""

    name = "generations.make_private"
    title = "Make private"
    flag, value = "is_public", False
    already = "It is private already."
    verb = "Let only its owner see generation {}."


@dataclass(frozen=True, kw_only=True)
class Restoring(Given):
    """The entry of the audit log whose generation becomes again what it was."""

    entry: int


class Restore(Command[Restoring]):
    """Takes back a change of state, while the generation is as that change left it."""

    name = "generations.restore"
    title = "Put back as it was"
    permission = Permission.GENERATIONS_OPERATE
    given = Restoring

    def plan(self, given: Restoring, *, lock: bool) -> Plan:
        """What it was before the entry."""
        entry = session().get(AuditEntry, given.entry)
        if entry is None or _restoring(entry) is None:
            raise Refused("There is nothing that could be put back.")
        row = _row(int(entry.object_id), lock=lock)
        keys = tuple(entry.after)
        now = {key: _plain(getattr(row, key)) for key in keys}
        if now != entry.after and not given.version:
            raise Refused("It has changed since, so it cannot be put back.")
        before = {key: entry.before[key] for key in keys}
        data = {**before, "updated_at": _moment(entry.before["updated_at"])}
        if "processing_started_at" in data:
            data["processing_started_at"] = _moment(before["processing_started_at"])
        sentence = f"Put generation {row.id} back: {before['status']}, as it was."
        return Plan(sentence, Change(KIND, entry.object_id, now, before), digest(now), data=data)

    def write(self, given: Restoring, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002
        """Set what it was."""
        where = Generation.id == int(plan.change.id)
        session().execute(update(Generation).where(where).values(plan.data))
        return {}


RETRY, FAILING, CANCEL, RELEASE = register(Retry()), register(Fail()), register(Cancel()), register(Release())
PUBLISH, UNPUBLISH = register(Publish()), register(Unpublish())
MAKE_PUBLIC, MAKE_PRIVATE = register(MakePublic()), register(MakePrivate())
RESTORE = register(Restore())

#: All that can be done to a generation, the most wanted first.
COMMANDS: Sequence[GenerationCommand[Any]] = (
    RELEASE,
    RETRY,
    FAILING,
    CANCEL,
    PUBLISH,
    UNPUBLISH,
    MAKE_PUBLIC,
    MAKE_PRIVATE,
)
_CONTRARY: Mapping[str, SetFlag] = {
    PUBLISH.name: UNPUBLISH,
    UNPUBLISH.name: PUBLISH,
    MAKE_PUBLIC.name: MAKE_PRIVATE,
    MAKE_PRIVATE.name: MAKE_PUBLIC,
}


def _row(id_: int, *, lock: bool) -> AnyRow:
    statement = select(*_STATE).where(Generation.id == id_)
    row = session().execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        raise Refused(f"There is no generation {id_}.")
    return row


def _failure(row: AnyRow, reason: str, now: datetime, start: str, *, refund: bool, lock: bool) -> Plan:
    """The end of a generation, with or without a refund."""
    values: dict[str, Any] = {"status": GenerationStatus.FAILED, "failure_reason": reason}
    seen: dict[str, Any] = {**values, "credits_refunded": row.credits_refunded}
    refunding = plan_refund(row.id, lock=lock, fails=True) if refund else None
    credits_ = None
    if refunding is not None:
        balance = refunding.user.credits
        credits_ = Credits(refunding.user.id, balance, balance + refunding.amount)
    shown = {**values, "credits_refunded": True} if refund else values
    warnings = list(refunding.warnings) if refunding else []
    if row.status == GenerationStatus.PROCESSING:
        warnings.append("A provider that still works on it may deliver it all the same.")
    if credits_ is not None:
        warnings.append("This cannot be undone, as the credits go back to the owner.")
    money = f" and give {credits_.moved} credits back" if credits_ else ", without a refund"
    return Plan(
        f"{start}{money}.",
        _change(row, shown),
        _version(row, seen),
        credits_,
        tuple(warnings),
        is_final=credits_ is not None,
        data=Doing({**values, "updated_at": now}, refunding),
    )


def _is_owed(row: AnyRow) -> bool:
    """Whether anything was charged and not given back."""
    return bool(row.credits_cost and row.credits_cost > 0 and not row.credits_refunded)


def _change(row: AnyRow, values: Mapping[str, Any]) -> Change:
    """The change of a generation's state, with when it last changed, so that it can be put back."""
    before = {key: _plain(getattr(row, key)) for key in values}
    after = {key: _plain(value) for key, value in values.items()}
    return Change(KIND, str(row.id), {**before, "updated_at": _plain(row.updated_at)}, after)


def _version(row: AnyRow, values: Mapping[str, Any]) -> str:
    return digest({key: _plain(getattr(row, key)) for key in values})


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _restoring(entry: AuditEntry) -> Invocation[Any] | None:
    """What puts a generation back; None where credits moved: that is not undone by the way."""
    if "updated_at" not in entry.before or "credits_refunded" in entry.after:
        return None
    return Invocation(RESTORE, Restoring(entry=entry.id, version=digest(entry.after)))


def _said(status: str | None) -> str:
    return "in an unknown state" if status not in set(GenerationStatus) else str(status)


def offered(
    generation: Generation, now: datetime, why_may_not: Callable[[Permission], str | None]
) -> Sequence[tuple[GenerationCommand[Any], str | None]]:
    """What a generation's page offers, with why it cannot be done; of two contraries one."""
    found = []
    for command in COMMANDS:
        if isinstance(command, SetFlag) and getattr(generation, command.flag) == command.value:
            continue
        found.append((command, why_may_not(command.permission) or command.refusal(generation, now)))
    return found
