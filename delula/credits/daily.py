"""The daily refresh of all users to whom one is due, in batches; `flask credits refresh` runs it.

Each batch is a command of its own, in one transaction with one entry of the audit log. A user's refresh
bears the key of the user and the UTC day, and rows that somebody else holds are passed by, so any number of
machines may do it at once, and twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import String, bindparam, cast, func, select, text

from delula.access.actor import COMMAND_LINE
from delula.access.permissions import Permission
from delula.commands import Change, Command, Given, Plan, Receipt, occasion, register, run
from delula.credits.actions import REFRESH_DESCRIPTION, refresh_fingerprint, refresh_key
from delula.credits.booking import IS_DUE
from delula.db import session
from delula.errors import InvalidInput, Refused
from delula.models import CreditOperation, User
from delula.users.refresh import FLOOR

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from delula.models import JsonValue

_U, _O = User.__table__.c, CreditOperation.__table__.c

#: Users of one transaction.
BATCH = 1_000

_NOT_TODAY = ~(
    select(_O.id)
    .where(_O.key == cast(bindparam("prefix"), String) + _U.id)
    .correlate(User.__table__)
    .exists()
)
_DUE = select(_U.id, _U.credits).where(IS_DUE, _NOT_TODAY).order_by(_U.id).limit(bindparam("most"))
_DUE_BEHIND = _DUE.where(_U.id > bindparam("after"))
_TOTAL = select(func.count(), func.coalesce(func.sum(FLOOR - _U.credits), 0)).where(IS_DUE, _NOT_TODAY)

_WRITE = text(
    """
WITH batch AS (
    SELECT * FROM unnest(
        CAST(:users AS text[]), CAST(:amounts AS integer[]), CAST(:balances AS integer[]),
        CAST(:keys AS text[]), CAST(:prints AS text[])
    ) AS batch (user_id, amount, balance, key, fingerprint)
), booked AS (
    INSERT INTO credit_transactions (user_id, amount, type, description, created_at)
    SELECT user_id, amount, 'daily_refresh', :description, clock_timestamp() AT TIME ZONE 'UTC' FROM batch
    RETURNING id, user_id
), raised AS (
    UPDATE users SET credits = users.credits + batch.amount,
        last_credit_refresh = clock_timestamp() AT TIME ZONE 'UTC'
    FROM batch WHERE users.id = batch.user_id
)
INSERT INTO dashboard.credit_operation
    (key, fingerprint, kind, state, user_id, amount, balance, sentence, ledger_id, requester_id, requester)
SELECT batch.key, batch.fingerprint, 'refresh', 'done', batch.user_id, batch.amount, batch.balance,
    :sentence, booked.id, :staff_id, :requester
FROM batch JOIN booked USING (user_id)
RETURNING id
"""
)
_ENTRY = text("UPDATE dashboard.credit_operation SET entry_id = :entry WHERE id = ANY(:numbers)")


@dataclass(frozen=True, kw_only=True)
class BatchOf(Given):
    """The next users in the order of their ids, behind this one; the first where it is None."""

    after: str | None = None
    most: int = BATCH


class RefreshBatch(Command[BatchOf]):
    """The daily refresh of the next users to whom it is due."""

    name = "credits.refresh_batch"
    title = "Refresh all that are due"
    permission = Permission.CREDITS_RULES
    given = BatchOf

    def plan(self, given: BatchOf, *, lock: bool) -> Plan:
        if not 0 < given.most <= BATCH:
            raise InvalidInput("most", f"It takes 1 to {BATCH:,}.")
        statement = _DUE if given.after is None else _DUE_BEHIND
        if lock:
            statement = statement.with_for_update(skip_locked=True)
        now = datetime.now(UTC)
        values = {"after": given.after, "most": given.most, "prefix": refresh_key("", now)}
        rows = session().execute(statement, values).all()
        if not rows:
            raise Refused("A refresh is due to nobody.")
        moved = sum(FLOOR - row.credits for row in rows)
        change = Change(
            "credit_refresh",
            f"{now:%Y-%m-%d}",
            {"users": 0, "credits": 0},
            {"users": len(rows), "credits": moved, "first": rows[0].id, "last": rows[-1].id},
        )
        users = f"{len(rows):,} {'user' if len(rows) == 1 else 'users'}"
        return Plan(
            f"Raise the balances of {users} to {FLOOR}, by {moved:,} in all.", change, data=(rows, now)
        )

    def write(self, given: BatchOf, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the plan has it all
        rows, now = plan.data
        actor = occasion().actor
        values = {
            "users": [row.id for row in rows],
            "amounts": [FLOOR - row.credits for row in rows],
            "balances": [row.credits for row in rows],
            "keys": [refresh_key(row.id, now) for row in rows],
            "prints": [refresh_fingerprint(row.id) for row in rows],
            "description": REFRESH_DESCRIPTION,
            "sentence": f"Raise the balance to {FLOOR}.",
            "staff_id": actor.staff_id,
            "requester": actor.label,
        }
        numbers = list(session().execute(_WRITE, values).scalars())
        return {
            "operations": numbers,
            "users": len(rows),
            "credits": sum(FLOOR - row.credits for row in rows),
            "last": rows[-1].id,
        }

    def recorded(self, details: Mapping[str, JsonValue], entry_id: int) -> None:
        session().execute(_ENTRY, {"entry": entry_id, "numbers": details["operations"]})


REFRESH_BATCH = register(RefreshBatch())


def due() -> tuple[int, int]:
    """How many users a refresh is due to, and the credits that it would bring."""
    count, moved = session().execute(_TOTAL, {"prefix": refresh_key("", datetime.now(UTC))}).one()
    return count, moved


def refresh_all() -> Iterator[Receipt]:
    """Refresh everybody to whom it is due, batch by batch; who was held by somebody else has another turn."""
    after: str | None = None
    while True:
        try:
            receipt = run(REFRESH_BATCH, BatchOf(after=after, most=BATCH), COMMAND_LINE)
        except Refused:
            if after is None:
                return
            after = None
        else:
            yield receipt
            after = str(receipt.details["last"])
