"""What a second person decides: adjustments beyond the requester's limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from delula.access.permissions import Permission
from delula.commands import Change, Command, Credits, Given, Invocation, Plan, Touched, occasion, register
from delula.credits import booking
from delula.credits.actions import ADJUST, Reversal, book_adjustment, moves, subject_of_operation
from delula.credits.booking import balance_after, name_of
from delula.db import AnyRow, session
from delula.errors import Refused
from delula.models import CreditOperation
from delula.models.credit_operations import OperationState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.models import AuditEntry, JsonValue

_O = CreditOperation.__table__.c


@dataclass(frozen=True, kw_only=True)
class Asked(Given):
    """The operation that waits."""

    operation_id: int


class _Decision(Command[Asked]):
    """Ends the waiting of an operation."""

    given = Asked

    def subject(self, texts: Mapping[str, str]) -> Touched | None:
        """Whose credits they are."""
        return subject_of_operation(texts)

    def recorded(self, details: Mapping[str, JsonValue], entry_id: int) -> None:
        session().execute(
            update(CreditOperation).where(_O.id == details["operation"]).values(decision_entry_id=entry_id)
        )

    @staticmethod
    def waiting(given: Asked, *, lock: bool) -> AnyRow:
        """The operation, which waits still.

        Raises:
            Refused: it does not.
        """
        row = booking.operation(given.operation_id, lock=lock)
        if row.state != OperationState.WAITING:
            by = f" by {row.decider}" if row.decider else ""
            raise Refused(f"It does not wait: it is {row.state}{by}.")
        return row

    @staticmethod
    def decide(row: AnyRow, state: OperationState, **values: Any) -> None:
        """Write what was decided, and by whom."""
        actor = occasion().actor
        session().execute(
            update(CreditOperation)
            .where(_O.id == row.id)
            .values(
                state=state.value,
                decider_id=actor.staff_id,
                decider=actor.label,
                decided_at=datetime.now(UTC),
                **values,
            )
        )


class Approve(_Decision):
    """Does what somebody else has asked for."""

    name = "credits.approve"
    title = "Approve"
    permission = Permission.CREDITS_APPROVE

    def plan(self, given: Asked, *, lock: bool) -> Plan:
        row = self.waiting(given, lock=lock)
        actor = occasion().actor
        if actor.staff_id is not None and actor.staff_id == row.requester_id:
            raise Refused("You have asked for it yourself; a second person decides.")
        if row.expires_at <= datetime.now(UTC):
            raise Refused("It has expired. It takes a new request.")
        user = booking.account(row.user_id, lock=lock)
        after = balance_after(user, row.amount)
        return Plan(
            f"{moves(row.amount, name_of(user))}, as {row.requester} has asked.",
            Change("user", user.id, {"credits": user.credits}, {"credits": after}),
            version=str(user.credits),
            credits=Credits(user.id, user.credits, after),
            data=(row, user),
        )

    def write(self, given: Asked, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the plan has it all
        row, user = plan.data
        ledger_id = book_adjustment(row, user.id)
        sentence = f"{moves(row.amount, name_of(user))}."
        self.decide(row, OperationState.DONE, ledger_id=ledger_id, balance=user.credits, sentence=sentence)
        return {"operation": row.id, "row of the ledger": ledger_id}

    def inverse(self, entry: AuditEntry) -> Invocation[Reversal] | None:
        return ADJUST.inverse(entry)


class Decline(_Decision):
    """Says no to what somebody else has asked for."""

    name = "credits.decline"
    title = "Decline"
    permission = Permission.CREDITS_APPROVE

    def plan(self, given: Asked, *, lock: bool) -> Plan:
        row = self.waiting(given, lock=lock)
        return Plan(
            f"Decline what {row.requester} has asked for.",
            Change(
                "user",
                row.user_id,
                {"request": f"{row.amount:+,} credits wait for approval"},
                {"request": None},
            ),
            data=row,
        )

    def write(self, given: Asked, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the plan has it all
        self.decide(plan.data, OperationState.REFUSED)
        return {"operation": plan.data.id}


class Withdraw(Decline):
    """Takes back what one has asked for oneself."""

    name = "credits.withdraw"
    title = "Withdraw"
    permission = Permission.CREDITS_ADJUST

    def plan(self, given: Asked, *, lock: bool) -> Plan:
        plan = super().plan(given, lock=lock)
        if plan.data.requester_id != occasion().actor.staff_id:
            raise Refused(f"{plan.data.requester} has asked for it, and only they withdraw it.")
        return Plan("Withdraw your request.", plan.change, data=plan.data)


APPROVE = register(Approve())
DECLINE = register(Decline())
WITHDRAW = register(Withdraw())
