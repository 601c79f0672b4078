"""What staff can do with credits: adjust, refund, reverse, refresh, and decide on what others ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, TypeVar

from sqlalchemy import func, update

from delula.access.permissions import Permission
from delula.commands import (
    Change,
    Command,
    Credits,
    Given,
    InputField,
    Invocation,
    Plan,
    Receipt,
    SentBefore,
    Touched,
    occasion,
    register,
)
from delula.credits import booking
from delula.credits.booking import balance_after, name_of
from delula.credits.rules import find_operation, operation_of_entry, reversal_of
from delula.db import AnyRow, session
from delula.errors import InvalidInput, Refused
from delula.models import LARGEST_OWN_ID, CreditOperation, Generation, User, id_in
from delula.models.credit_operations import OperationKind, OperationState
from delula.models.enums import CreditTransactionType, GenerationStatus
from delula.users.refresh import FLOOR, daily_refresh

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.models import AuditEntry, JsonValue

_O, _G, _U = CreditOperation.__table__.c, Generation.__table__.c, User.__table__.c

#: Characters of a key, and of a message to the user.
LONGEST_KEY, LONGEST_MESSAGE = 100, 500
_ABOUT = re.compile(r"(generation|asset|sample|recipe|row):[\w\-]{1,64}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Keyed(Given):
    """An input whose key makes that it has one effect, however often it is sent."""

    key: str


KeyedT = TypeVar("KeyedT", bound=Given)


class _Operation(Command[KeyedT]):
    """A command that leaves an operation, once for a key."""

    permission = Permission.CREDITS_ADJUST
    kind: ClassVar[OperationKind]

    def subject(self, texts: Mapping[str, str]) -> Touched | None:
        return _subject(texts["user_id"]) if "user_id" in texts else None

    def key_of(self, given: KeyedT) -> str:
        """The key of an input, as it stands in the table.

        Raises:
            InvalidInput: it is none.
        """
        key = getattr(given, "key", "")
        if not key.strip() or len(key) > LONGEST_KEY:
            raise InvalidInput("key", f"It takes 1 to {LONGEST_KEY} characters. Open the form anew.")
        return f"form:{key}"  # whatever the form is for: a key that was used for one thing is used up

    def earlier(self, given: KeyedT) -> Receipt | None:
        key = self.key_of(given)
        booking.hold(key)
        found = booking.by_key(key)
        if found is None:
            return None
        done = Receipt(found.entry_id, found.sentence, _details(found.id, found.ledger_id), is_repeated=True)
        if found.fingerprint != self.fingerprint(given):
            raise SentBefore(done)
        return done

    def fingerprint(self, given: KeyedT) -> str:
        """What tells the runs of two inputs apart."""
        return booking.fingerprint_of(self.name, given.as_json(), occasion().reason)

    def recorded(self, details: Mapping[str, JsonValue], entry_id: int) -> None:
        number = details["operation"]
        assert isinstance(number, int)  # noqa: S101 - `write` has just made it
        booking.note_entry(number, entry_id)

    def note(self, given: KeyedT, plan: Plan, **values: object) -> int:
        """Write the operation; its number."""
        return booking.note_operation(
            key=self.key_of(given),
            fingerprint=self.fingerprint(given),
            kind=self.kind.value,
            sentence=plan.sentence,
            **values,
        )


def _subject(user_id: str) -> Touched | None:
    user = booking.found_account(user_id, lock=False)
    return Touched("user", user.id, f"{name_of(user)}, {user.credits:,} credits") if user else None


def subject_of_operation(texts: Mapping[str, str]) -> Touched | None:
    """The user of the operation that a form names."""
    number = id_in(texts.get("operation_id", ""), LARGEST_OWN_ID)
    found = find_operation(number) if number is not None else None
    return _subject(found.user_id) if found else None


def _details(number: int, ledger_id: int | None) -> dict[str, JsonValue]:
    return {"operation": number, "row of the ledger": ledger_id}


@dataclass(frozen=True, kw_only=True)
class Adjustment(Keyed):
    """Attributes as `CreditOperation` has them."""

    user_id: str
    amount: int
    code: str
    message: str = ""
    about: str = ""


class Adjust(_Operation[Adjustment]):
    """Gives credits or takes them; beyond the actor's limits a second person decides."""

    name = "credits.adjust"
    title = "Adjust credits"
    kind = OperationKind.ADJUST
    given = Adjustment
    needs_reason = True
    reason_label = "Note"
    fields = (
        InputField("amount", "Credits", "number", help="50 gives fifty, -50 takes fifty."),
        InputField("code", "Reason", "choice", choices=booking.reasons),
        InputField(
            "message",
            "Message to the user",
            "multiline",
            help="Stands in the user's ledger.",
            optional=True,
        ),
    )

    def plan(self, given: Adjustment, *, lock: bool) -> Plan:
        labels = dict(booking.reasons())
        user = None if lock else booking.account(given.user_id, lock=False)
        if given.amount == 0:
            raise InvalidInput("amount", "It takes at least one credit, to give or to take.")
        if given.code not in labels:
            raise InvalidInput("code", "Choose one of the reasons.")
        if len(given.message) > LONGEST_MESSAGE:
            raise InvalidInput("message", f"Keep it below {LONGEST_MESSAGE} characters.")
        if given.about and not _ABOUT.fullmatch(given.about):
            raise InvalidInput("about", "It takes an object, such as generation:4711.")
        beyond = booking.beyond_limits(given.amount, lock=lock)
        user = user or booking.account(given.user_id, lock=True)
        after = balance_after(user, given.amount)
        what = moves(given.amount, name_of(user))
        version = str(user.credits)
        if beyond is None:
            return Plan(
                f"{what}.",
                Change("user", user.id, {"credits": user.credits}, {"credits": after}),
                version,
                Credits(user.id, user.credits, after),
                data=(user, None),
            )
        why, pause = beyond
        waits = f"{given.amount:+,} credits wait for approval"
        return Plan(
            f"Ask a second person: {what[0].lower()}{what[1:]}.",
            Change("user", user.id, {"request": None}, {"request": waits}),
            version,
            warnings=(why,),
            data=(user, datetime.now(UTC) + pause),
        )

    def write(self, given: Adjustment, plan: Plan) -> Mapping[str, JsonValue]:
        user, expires_at = plan.data
        state, ledger_id = OperationState.WAITING, None
        if expires_at is None:
            state, ledger_id = OperationState.DONE, book_adjustment(given, user.id)
        number = self.note(
            given,
            plan,
            state=state.value,
            ledger_id=ledger_id,
            user_id=user.id,
            amount=given.amount,
            balance=user.credits,
            code=given.code,
            message=given.message.strip() or None,
            about=given.about or None,
            expires_at=expires_at,
        )
        return _details(number, ledger_id)

    def inverse(self, entry: AuditEntry) -> Invocation[Reversal] | None:
        return _inverse(entry)


def moves(amount: int, name: str) -> str:
    """What is done, in words and without a full stop: "Give 50 credits to ann"."""
    credits_ = f"{abs(amount):,} {'credit' if abs(amount) == 1 else 'credits'}"
    return f"Give {credits_} to {name}" if amount > 0 else f"Take {credits_} from {name}"


def book_adjustment(asked: Adjustment | AnyRow, user_id: str) -> int:
    """Do an adjustment: of an input, or of an operation that waited; the row of the ledger."""
    metadata: dict[str, JsonValue] = {"reasonCode": asked.code}
    kind, _, about = (asked.about or "").partition(":")
    if kind:
        metadata[f"{kind}Id"] = id_in(about) or about
    description = (asked.message or "").strip() or "Adjustment by support"
    return booking.book(user_id, asked.amount, CreditTransactionType.ADJUSTMENT, description, metadata)


def _inverse(entry: AuditEntry) -> Invocation[Reversal] | None:
    """The reversal of the adjustment that an entry of the audit log has done."""
    found = operation_of_entry(entry.id)
    if found is None or found.state != OperationState.DONE or found.kind != OperationKind.ADJUST:
        return None
    return Invocation(REVERSE, Reversal(operation_id=found.id, key=f"entry {entry.id}"))


@dataclass(frozen=True, kw_only=True)
class RefundOf(Keyed):
    """Which generation to refund."""

    generation_id: int


@dataclass(frozen=True)
class Refunding:
    """A refund that the rules allow: of which generation, to whom, and what one should know before."""

    generation: AnyRow
    user: AnyRow
    amount: int
    warnings: tuple[str, ...] = ()


def plan_refund(number: int, *, lock: bool, fails: bool = False) -> Refunding:
    """The refund of a generation, by the product's rule: once, of one that failed, what it cost.

    Args:
        number: of the generation.
        lock: whether it is about to be done.
        fails: whether the same transaction lets the generation fail.

    Raises:
        Refused: the rule forbids it.
    """
    row = booking.generation(number, lock=lock)
    if not fails and row.status != GenerationStatus.FAILED:
        raise Refused("Only failed generations are refunded.")
    if row.credits_refunded:
        raise Refused("It is refunded already.")
    if row.credits_cost is None or row.credits_cost <= 0:
        raise Refused("It cost nothing, so there is nothing to refund.")
    user = booking.account(row.user_id, lock=lock)
    named = booking.ledger_of(number)
    earlier = [one.id for one in named if one.type == CreditTransactionType.REFUND]
    if earlier:
        raise Refused(f"Row {earlier[0]} of the ledger is a refund of it already.")
    charged = -sum(one.amount for one in named if one.type == CreditTransactionType.USAGE)
    warnings = []
    if charged != row.credits_cost:
        said = f"its rows of the ledger charged {charged:,}" if charged else "no row of the ledger charged it"
        warnings.append(f"It cost {row.credits_cost:,}, but {said}.")
    balance_after(user, row.credits_cost)
    return Refunding(row, user, row.credits_cost, tuple(warnings))


def write_refund(refunding: Refunding) -> int:
    """Give the credits back and mark the generation; the row of the ledger."""
    number = refunding.generation.id
    ledger_id = booking.book(
        refunding.user.id,
        refunding.amount,
        CreditTransactionType.REFUND,
        f"Refund of generation {number}",
        {"generationId": number},
    )
    session().execute(
        update(Generation)
        .where(_G.id == number)
        .values(credits_refunded=True, refunded_at=func.timezone("UTC", func.clock_timestamp()))
    )
    return ledger_id


class Refund(_Operation[RefundOf]):
    """Gives back what a failed generation cost, exactly once."""

    name = "credits.refund"
    title = "Refund"
    kind = OperationKind.REFUND
    given = RefundOf

    def plan(self, given: RefundOf, *, lock: bool) -> Plan:
        found = plan_refund(given.generation_id, lock=lock)
        before, after = found.user.credits, found.user.credits + found.amount
        return Plan(
            f"Give {found.amount:,} back to {name_of(found.user)} for generation {given.generation_id}.",
            Change(
                "generation",
                str(given.generation_id),
                {"refunded": False, "credits": before},
                {"refunded": True, "credits": after},
            ),
            credits=Credits(found.user.id, before, after),
            warnings=found.warnings,
            data=found,
        )

    def write(self, given: RefundOf, plan: Plan) -> Mapping[str, JsonValue]:
        found: Refunding = plan.data
        ledger_id = write_refund(found)
        number = self.note(
            given,
            plan,
            state=OperationState.DONE.value,
            ledger_id=ledger_id,
            user_id=found.user.id,
            amount=found.amount,
            balance=found.user.credits,
            generation_id=given.generation_id,
            about=f"generation:{given.generation_id}",
        )
        return _details(number, ledger_id)


@dataclass(frozen=True, kw_only=True)
class Reversal(Keyed):
    """Which adjustment to undo."""

    operation_id: int


class Reverse(_Operation[Reversal]):
    """Undoes an adjustment by its opposite; what was written stays."""

    name = "credits.reverse"
    title = "Reverse"
    kind = OperationKind.REVERSE
    given = Reversal
    is_dangerous = True

    def subject(self, texts: Mapping[str, str]) -> Touched | None:
        return subject_of_operation(texts)

    def plan(self, given: Reversal, *, lock: bool) -> Plan:
        found = booking.operation(given.operation_id, lock=lock)
        if found.kind != OperationKind.ADJUST or found.state != OperationState.DONE:
            raise Refused("Only adjustments that are done can be reversed.")
        if (earlier := reversal_of(found.id)) is not None:
            raise Refused(f"Operation {earlier.id} by {earlier.requester} has reversed it already.")
        user = booking.account(found.user_id, lock=lock)
        try:
            after = balance_after(user, -found.amount)
        except InvalidInput as error:
            raise Refused(f"{name_of(user)} has spent it since. {error.message}") from None
        return Plan(
            f"{moves(-found.amount, name_of(user))}, which reverses operation {found.id}.",
            Change("user", user.id, {"credits": user.credits}, {"credits": after}),
            credits=Credits(user.id, user.credits, after),
            data=(found, user),
        )

    def write(self, given: Reversal, plan: Plan) -> Mapping[str, JsonValue]:
        found, user = plan.data
        ledger_id = booking.book(
            user.id,
            -found.amount,
            CreditTransactionType.ADJUSTMENT,
            "Adjustment reversed",
            {"reverses": found.ledger_id},
        )
        number = self.note(
            given,
            plan,
            state=OperationState.DONE.value,
            ledger_id=ledger_id,
            user_id=user.id,
            amount=-found.amount,
            balance=user.credits,
            reverses=found.id,
            about=found.about,
        )
        return _details(number, ledger_id)


@dataclass(frozen=True, kw_only=True)
class RefreshOf(Given):
    """Whose balance to refresh."""

    user_id: str


class Refresh(_Operation[RefreshOf]):
    """The product's daily refresh, for one user and now; once in a UTC day."""

    name = "credits.refresh"
    title = "Refresh now"
    kind = OperationKind.REFRESH
    given = RefreshOf

    def key_of(self, given: RefreshOf) -> str:
        return refresh_key(given.user_id, datetime.now(UTC))

    def fingerprint(self, given: RefreshOf) -> str:
        return refresh_fingerprint(given.user_id)

    def plan(self, given: RefreshOf, *, lock: bool) -> Plan:
        user = booking.account(given.user_id, lock=lock)
        if not user.is_due:
            state = daily_refresh(
                user.credits, user.last_credit_refresh, user.account_type, datetime.now(UTC)
            )
            raise Refused(f"A refresh is not due. {' '.join(state.reasons)}")
        return Plan(
            f"Raise the balance of {name_of(user)} to {FLOOR}.",
            Change("user", user.id, {"credits": user.credits}, {"credits": FLOOR}),
            version=str(user.credits),
            credits=Credits(user.id, user.credits, FLOOR),
            data=user,
        )

    def write(self, given: RefreshOf, plan: Plan) -> Mapping[str, JsonValue]:
        user = plan.data
        amount = FLOOR - user.credits
        ledger_id = booking.book(user.id, amount, CreditTransactionType.DAILY_REFRESH, REFRESH_DESCRIPTION)
        session().execute(
            update(User)
            .where(_U.id == user.id)
            .values(last_credit_refresh=func.timezone("UTC", func.clock_timestamp()))
        )
        number = self.note(
            given,
            plan,
            state=OperationState.DONE.value,
            ledger_id=ledger_id,
            user_id=user.id,
            amount=amount,
            balance=user.credits,
        )
        return _details(number, ledger_id)


#: What the ledger says of a refresh.
REFRESH_DESCRIPTION = "Daily credit refresh"


def refresh_key(user_id: str, now: datetime) -> str:
    """The key of a user's refresh on the UTC day of a moment."""
    return f"{OperationKind.REFRESH}:{now:%Y-%m-%d}:{user_id}"


def refresh_fingerprint(user_id: str) -> str:
    """The same whoever refreshes, and why: there is one a day."""
    return booking.fingerprint_of(Refresh.name, {"user_id": user_id}, "")


ADJUST = register(Adjust())
REFUND = register(Refund())
REVERSE = register(Reverse())
REFRESH = register(Refresh())
