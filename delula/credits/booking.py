"""Changes of balances: what commands read and lock for them, and the one way to write one with its record.

Locks are taken in one order everywhere: the key of a form, the day of a person, the operation, the
generation, the user, and the audit log last.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, func, insert, or_, select, text, update

from delula.commands import occasion
from delula.credits.listing import GENERATION
from delula.db import AnyRow, session
from delula.errors import InvalidInput, Refused
from delula.models import (
    LARGEST_OWN_ID,
    CreditLimit,
    CreditOperation,
    CreditReason,
    CreditTransaction,
    Generation,
    User,
)
from delula.models.credit_operations import OperationKind, OperationState
from delula.models.enums import AccountType, CreditTransactionType
from delula.users.refresh import FLOOR, PAUSE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from delula.access.permissions import Role
    from delula.models import JsonValue

_U, _G, _L = User.__table__.c, Generation.__table__.c, CreditTransaction.__table__.c
_O, _LIMIT, _REASON = CreditOperation.__table__.c, CreditLimit.__table__.c, CreditReason.__table__.c

#: What a balance can hold: the column is an integer.
LARGEST_BALANCE = 2**31 - 1

#: Whether a refresh is due to a user, by the rules of the product.
IS_DUE = (
    (_U.credits < FLOOR)
    & (_U.credits >= FLOOR - LARGEST_BALANCE)  # or the ledger could not hold by how much it is raised
    & _U.account_type.is_distinct_from(AccountType.SYSTEM)
    & or_(
        _U.last_credit_refresh.is_(None),
        _U.last_credit_refresh <= func.timezone("UTC", func.clock_timestamp()) - PAUSE,
    )
)

_ACCOUNT = select(
    _U.id, _U.handle, _U.credits, _U.account_type, _U.last_credit_refresh, IS_DUE.label("is_due")
).where(_U.id == bindparam("id"))
_GENERATION = select(_G.id, _G.user_id, _G.status, _G.credits_cost, _G.credits_refunded).where(
    _G.id == bindparam("id")
)
_OPERATION = select(*_O).where(_O.id == bindparam("id"))
#: Rows of the ledger that name a generation.
_NAMING = select(_L.id, _L.amount, _L.type).where(bindparam("named") == GENERATION).limit(100)
_ACTIVE_REASONS = select(_REASON.code, _REASON.label).where(_REASON.active).order_by(_REASON.label)
#: What one person has adjusted without a second one's approval.
_ADJUSTED = select(func.coalesce(func.sum(func.abs(_O.amount)), 0)).where(
    _O.kind == OperationKind.ADJUST.value,
    _O.requester_id == bindparam("staff_id"),
    _O.at >= bindparam("since"),
    _O.state == OperationState.DONE.value,
    _O.decision_entry_id.is_(None),
)


def fingerprint_of(name: str, given: Mapping[str, JsonValue], reason: str) -> str:
    """What tells the parameters of two runs apart."""
    return hashlib.sha256(json.dumps([name, given, reason], sort_keys=True).encode()).hexdigest()


def hold(what: str) -> None:
    """Hold something that has no row, until the transaction ends."""
    session().execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": what})


def by_key(key: str) -> AnyRow | None:
    """The operation of a key."""
    return session().execute(select(*_O).where(_O.key == key)).one_or_none()


def operation(number: int, *, lock: bool) -> AnyRow:
    """An operation.

    Raises:
        Refused: there is none of that number.
    """
    row = _one(_OPERATION, number, lock=lock) if 0 < number <= LARGEST_OWN_ID else None
    if row is None:
        raise Refused(f"There is no operation {number}.")
    return row


def account(user_id: str, *, lock: bool) -> AnyRow:
    """A user's balance and what the rules ask of it.

    Raises:
        Refused: there is no such user.
    """
    row = found_account(user_id, lock=lock)
    if row is None:
        raise Refused("There is no such user.")
    return row


def found_account(user_id: str, *, lock: bool) -> AnyRow | None:
    """The same, or None where there is no such user."""
    return None if "\0" in user_id else _one(_ACCOUNT, user_id, lock=lock)


def generation(number: int, *, lock: bool) -> AnyRow:
    """What a refund asks of a generation.

    Raises:
        Refused: there is no such generation.
    """
    row = _one(_GENERATION, number, lock=lock) if 0 < number <= LARGEST_BALANCE else None
    if row is None:
        raise Refused(f"There is no generation {number}.")
    return row


def _one(statement: Select[*tuple[Any, ...]], id_: str | int, *, lock: bool) -> AnyRow | None:
    return session().execute(statement.with_for_update() if lock else statement, {"id": id_}).one_or_none()


def name_of(user: AnyRow) -> str:
    """How sentences call a user; the audit log is read by people who see no e-mail addresses."""
    return str(user.handle or user.id)


def balance_after(user: AnyRow, amount: int) -> int:
    """The balance that a change leaves.

    Raises:
        Refused: no balance can be as large.
        InvalidInput: it would take more than there is from somebody who is no system account.
    """
    after = int(user.credits) + amount
    if abs(after) > LARGEST_BALANCE:
        raise InvalidInput("amount", "No balance can be that large.")
    if amount < 0 and after < 0 and user.account_type != AccountType.SYSTEM:
        raise InvalidInput(
            "amount",
            f"The balance is {user.credits:,}, and only system accounts may go below zero.",
        )
    return after


def reasons() -> Sequence[tuple[str, str]]:
    """The reasons that can be chosen, as pairs of code and label."""
    return [(row.code, row.label) for row in session().execute(_ACTIVE_REASONS)]


def ledger_of(generation_id: int) -> Sequence[AnyRow]:
    """Rows of the ledger that name a generation."""
    return session().execute(_NAMING, {"named": str(generation_id)}).all()


def limit_of(role: Role | None) -> AnyRow | None:
    """The limits of a role; None where nothing limits it: the server's own command line."""
    if role is None:
        return None
    return session().execute(select(*_LIMIT).where(_LIMIT.role == role.value)).one_or_none()


def beyond_limits(amount: int, *, lock: bool) -> tuple[str, timedelta] | None:
    """Why an adjustment by the actor at hand needs a second person, and for how long it waits.

    Args:
        amount: of the adjustment.
        lock: whether to hold the person's day, so that of two at once one sees the other.
    """
    actor = occasion().actor
    limit = limit_of(actor.role)
    if limit is None:
        return None
    pause = timedelta(hours=limit.expires_hours)
    if abs(amount) > limit.per_operation:
        return f"Beyond {limit.per_operation:,} credits at once it takes a second person's approval.", pause
    if lock:
        hold(f"credits of {actor.staff_id}")
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    spent = session().execute(_ADJUSTED, {"staff_id": actor.staff_id, "since": midnight}).scalar_one()
    if spent + abs(amount) > limit.per_day:
        said = f"You have adjusted {spent:,} of your {limit.per_day:,} credits a day"
        return f"{said}; beyond, it takes a second person's approval.", pause
    return None


def note_operation(**values: Any) -> int:
    """Write an operation; its number. Whoever runs the command at hand is its requester."""
    now = occasion()
    row = {
        "requester_id": now.actor.staff_id,
        "requester": now.actor.label,
        "note": now.reason or None,
        **values,
    }
    return int(session().execute(insert(CreditOperation).values(row).returning(_O.id)).scalar_one())


def book(
    user_id: str,
    amount: int,
    kind: CreditTransactionType,
    description: str,
    metadata: Mapping[str, JsonValue] | None = None,
) -> int:
    """Change a balance and say so in the ledger; the number of the row. The user is locked by the caller."""
    current = session()
    current.execute(update(User).where(_U.id == user_id).values(credits=_U.credits + amount))
    row = insert(CreditTransaction).values(
        user_id=user_id,
        amount=amount,
        type=kind,
        description=description,
        metadata_=dict(metadata) if metadata else None,
        created_at=func.timezone("UTC", func.clock_timestamp()),
    )
    return int(current.execute(row.returning(_L.id)).scalar_one())


def note_entry(number: int, entry_id: int) -> None:
    """Say which entry of the audit log an operation has."""
    session().execute(update(CreditOperation).where(_O.id == number).values(entry_id=entry_id))
