"""The check of all accounts, by `flask credits reconcile`: what in balances and ledger does not fit together.

It goes through accounts, rows of the ledger and refunded generations in stretches, each a short statement
that indexes lead to, and keeps what it finds for the page. Sums of ledgers come from the roll-ups; an account
that they do not explain is summed anew, with its balance in one statement, before it counts as found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, delete, func, insert, literal, select, text, update

from delula.db import AnyRow, atomic, session
from delula.models import CreditFinding, CreditTransaction, Generation, Reconciliation
from delula.models.enums import AccountType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: Accounts, and rows of other tables, of one stretch; findings of a kind on the page; runs that are kept.
ACCOUNTS, ROWS, SHOWN, KEPT_RUNS = 1_000, 10_000, 50, 5
#: Less than any id.
BEFORE_ALL = -(2**63)

_F, _RUN = CreditFinding.__table__.c, Reconciliation.__table__.c


class FindingKind(StrEnum):
    """What can be wrong."""

    DRIFT = "drift"
    NEGATIVE = "negative"
    NO_USER = "no_user"
    REFUND_WITHOUT_GENERATION = "refund_without_generation"
    REFUND_WRONG = "refund_wrong"
    REFUND_TWICE = "refund_twice"
    REFUND_NOT_BOOKED = "refund_not_booked"


@dataclass(frozen=True)
class Meaning:
    """What a kind of finding is called, where it likely comes from, and what `amount` is."""

    title: str
    cause: str
    amount: str


MEANINGS = {
    FindingKind.DRIFT: Meaning(
        "Balances that moved past the ledger",
        "Something changed the balance and wrote no row: a statement by hand, or a write of the product that "
        "stopped half way. Once the reason is known, accept the balance; adjust it where it is wrong.",
        "Unexplained",
    ),
    FindingKind.NEGATIVE: Meaning(
        "Balances below zero",
        "Only system accounts may spend so far. Two charges at once, or a chargeback, leave such a balance.",
        "Balance",
    ),
    FindingKind.NO_USER: Meaning(
        "Ledgers without a user",
        "The user was deleted and the rows stayed. They harm nothing; keep them for the books.",
        "Sum of the rows",
    ),
    FindingKind.REFUND_WITHOUT_GENERATION: Meaning(
        "Refunds without a generation",
        "The row names no generation, or one that was deleted since.",
        "Refunded",
    ),
    FindingKind.REFUND_WRONG: Meaning(
        "Refunds that do not fit their generation",
        "It belongs to somebody else, cost another amount, or is not marked as refunded.",
        "Refunded",
    ),
    FindingKind.REFUND_TWICE: Meaning(
        "Refunds of a generation that was refunded before",
        "Two refunds ran at the same moment, or one was repeated. Take the second back by an adjustment.",
        "Refunded again",
    ),
    FindingKind.REFUND_NOT_BOOKED: Meaning(
        "Generations marked as refunded without a row",
        "The mark was set and the credits were not given, or they were given past the ledger.",
        "Cost",
    ),
}

_ACCOUNTS = text(
    """
SELECT users.id, users.credits, users.account_type, seen.user_id IS NULL AS is_new,
    seen.user_id IS NULL OR users.credits - seen.balance <> coalesce(totals.ledger_sum, 0) - seen.ledger_sum
        AS is_doubtful
FROM (SELECT id, credits, account_type FROM users
    WHERE id > :after OR :is_first ORDER BY id LIMIT :most) users
LEFT JOIN dashboard.balance_seen seen ON seen.user_id = users.id
LEFT JOIN dashboard.user_totals totals ON totals.user_id = users.id
ORDER BY users.id
"""
)
_SEE = text(
    """
INSERT INTO dashboard.balance_seen (user_id, balance, ledger_sum)
SELECT users.id, users.credits,
    (SELECT coalesce(sum(amount), 0) FROM credit_transactions row WHERE row.user_id = users.id)
FROM users WHERE users.id = ANY(:ids)
ON CONFLICT (user_id) DO NOTHING
"""
)
_DRIFT = text(
    """
SELECT users.id AS user_id, users.credits - seen.balance - (
    (SELECT coalesce(sum(amount), 0) FROM credit_transactions row WHERE row.user_id = users.id)
    - seen.ledger_sum) AS amount
FROM users JOIN dashboard.balance_seen seen ON seen.user_id = users.id
WHERE users.id = ANY(:ids)
"""
)
_NO_USER = text(
    """
SELECT totals.user_id, totals.ledger_sum AS amount, totals.ledger_rows > 0
    AND NOT EXISTS (SELECT FROM users WHERE users.id = totals.user_id) AS is_gone
FROM (SELECT user_id, ledger_sum, ledger_rows FROM dashboard.user_totals
    WHERE user_id > :after OR :is_first ORDER BY user_id LIMIT :most) totals
ORDER BY totals.user_id
"""
)
_REFUNDS = text(
    """
SELECT row.id AS ledger_id, row.user_id, row.amount, named.id AS generation_id,
    CASE WHEN named.id IS NULL THEN 'refund_without_generation'
        WHEN EXISTS (SELECT FROM credit_transactions earlier
            WHERE left(earlier.metadata ->> 'generationId', 20) = left(row.metadata ->> 'generationId', 20)
            AND earlier.type = 'refund' AND earlier.id < row.id) THEN 'refund_twice'
        WHEN named.user_id <> row.user_id OR named.credits_cost IS DISTINCT FROM row.amount
            OR NOT named.credits_refunded THEN 'refund_wrong'
    END AS kind
FROM credit_transactions row
LEFT JOIN generations named ON named.id = CASE
    WHEN left(row.metadata ->> 'generationId', 20) ~ '^[0-9]{1,18}$'
    THEN CAST(left(row.metadata ->> 'generationId', 20) AS bigint) END
WHERE row.id > :after AND row.id <= :until AND row.type = 'refund'
"""
)
_NOT_BOOKED = text(
    """
SELECT 'refund_not_booked' AS kind, generations.user_id, generations.id AS generation_id,
    coalesce(generations.credits_cost, 0) AS amount
FROM generations
WHERE generations.id > :after AND generations.id <= :until AND generations.credits_refunded
AND NOT EXISTS (SELECT FROM credit_transactions row
    WHERE left(row.metadata ->> 'generationId', 20) = generations.id::text AND row.type = 'refund')
"""
)

# About how many rows there are to go through; a table that was never analysed counts for nothing.
_TOTAL = text(
    """
SELECT sum(greatest(reltuples, 0))::bigint FROM pg_class WHERE oid IN (
    'users'::regclass, 'dashboard.user_totals'::regclass,
    'credit_transactions'::regclass, 'generations'::regclass)
"""
)


@dataclass
class Place:
    """How far a check is: all that it takes to go on.

    Attributes:
        run_id: its row.
        phase: index of what is gone through.
        after: the last key in it that is done; None before the first.
        accounts: how many are checked.
        found: how many things were found.
        done: rows of all phases that are done.
        total: about how many there are.
    """

    run_id: int
    phase: int = 0
    after: str | int | None = None
    accounts: int = 0
    found: int = 0
    done: int = 0
    total: int = 0


def reconcile(note: Callable[[Place], None] = lambda _: None, place: Place | None = None) -> Place:
    """Check all accounts and keep what is found.

    Args:
        note: told of every stretch within its transaction.
        place: where an earlier attempt ended; from the beginning where there is none.
    """
    if place is None:
        place = _begin()
    while place.phase < len(_PHASES):
        with atomic() as current:
            place.after = _PHASES[place.phase](place)
            if place.after is None:
                place.phase += 1
            current.execute(
                update(Reconciliation).where(_RUN.id == place.run_id).values(accounts=place.accounts)
            )
            note(place)
    with atomic() as current:
        finished = update(Reconciliation).where(_RUN.id == place.run_id)
        current.execute(finished.values(finished_at=datetime.now(UTC)))
        kept = select(_RUN.id).order_by(_RUN.id.desc()).limit(KEPT_RUNS)
        current.execute(delete(Reconciliation).where(_RUN.id.not_in(kept)))
    return place


def _begin() -> Place:
    with atomic() as current:
        run_id = current.execute(insert(Reconciliation).values().returning(_RUN.id)).scalar_one()
        return Place(run_id, total=current.execute(_TOTAL).scalar_one())


def _check_accounts(place: Place) -> str | None:
    rows = session().execute(_ACCOUNTS, _behind(place, ACCOUNTS)).all()
    if not rows:
        return None
    if new := [row.id for row in rows if row.is_new]:
        session().execute(_SEE, {"ids": new})
    doubtful = [row.id for row in rows if row.is_doubtful and not row.is_new]
    drift = session().execute(_DRIFT, {"ids": doubtful}).all() if doubtful else []
    moved = [{"user_id": row.user_id, "amount": row.amount} for row in drift if row.amount]
    overdrawn = [
        {"user_id": row.id, "amount": row.credits}
        for row in rows
        if row.credits < 0 and row.account_type != AccountType.SYSTEM
    ]
    _keep(place, FindingKind.DRIFT, moved)
    _keep(place, FindingKind.NEGATIVE, overdrawn)
    place.accounts += len(rows)
    place.done += len(rows)
    return str(rows[-1].id)


def _check_owners(place: Place) -> str | None:
    rows = session().execute(_NO_USER, _behind(place, ROWS)).all()
    if not rows:
        return None
    gone = [{"user_id": row.user_id, "amount": row.amount} for row in rows if row.is_gone]
    _keep(place, FindingKind.NO_USER, gone)
    place.done += len(rows)
    return str(rows[-1].user_id)


def _check_refunds(place: Place) -> int | None:
    return _check_by_id(place, _REFUNDS, CreditTransaction)


def _check_marks(place: Place) -> int | None:
    return _check_by_id(place, _NOT_BOOKED, Generation)


def _check_by_id(place: Place, statement: Any, table: type[CreditTransaction | Generation]) -> int | None:
    after = BEFORE_ALL if place.after is None else int(place.after)
    stretch = (
        select(table.id)
        .where(table.id > literal(after, BigInteger))
        .order_by(table.id)
        .limit(ROWS)
        .subquery()
    )
    # By rows and not by numbers: a live table may have gaps of a thousand million.
    count, until = session().execute(select(func.count(), func.max(stretch.c.id))).one()
    if until is None:
        return None
    for row in session().execute(statement, {"after": after, "until": until}):
        if row.kind is not None:
            values = {name: value for name, value in row._mapping.items() if name != "kind"}  # noqa: SLF001 - SQLAlchemy's own name for it
            _keep(place, FindingKind(row.kind), [values])
    place.done += count
    return int(until)


_PHASES: Sequence[Callable[[Place], str | int | None]] = (
    _check_accounts,
    _check_owners,
    _check_refunds,
    _check_marks,
)


def _behind(place: Place, most: int) -> dict[str, Any]:
    """The next stretch of rows whose key is a text; the very first may be empty."""
    return {"after": place.after or "", "is_first": place.after is None, "most": most}


def _keep(place: Place, kind: FindingKind, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        values = [{"run_id": place.run_id, "kind": kind.value, **row} for row in rows]
        session().execute(insert(CreditFinding), values)
    place.found += len(rows)


_LAST = select(*_RUN).where(_RUN.finished_at.is_not(None)).order_by(_RUN.id.desc()).limit(1)
_COUNTS = select(_F.kind, func.count(), func.sum(_F.amount)).group_by(_F.kind)


def last_run() -> AnyRow | None:
    """The last check that came to its end."""
    return session().execute(_LAST).one_or_none()


def counted(run_id: int) -> dict[str, tuple[int, int]]:
    """How many findings of each kind a check has, and the sum of their amounts."""
    rows = session().execute(_COUNTS.where(_F.run_id == run_id))
    return {kind: (count, int(total)) for kind, count, total in rows}


def findings(run_id: int, kind: FindingKind, after: int = 0) -> Sequence[AnyRow]:
    """Findings of a kind behind this one, one more than are shown where there are more."""
    statement = (
        select(*_F)
        .where(_F.run_id == run_id, _F.kind == kind.value, _F.id > after)
        .order_by(_F.id)
        .limit(SHOWN + 1)
    )
    return session().execute(statement).all()
