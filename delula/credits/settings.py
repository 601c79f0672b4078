"""What admins set: the limits and the reasons of adjustments, and balances that are taken for explained."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from delula.access.permissions import Permission
from delula.commands import Change, Command, Given, InputField, Invocation, Plan, register
from delula.credits.booking import account, name_of
from delula.db import session
from delula.errors import InvalidInput, Refused
from delula.models import BalanceSeen, CreditLimit, CreditReason, CreditTransaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.models import AuditEntry, JsonValue

_SEEN, _L = BalanceSeen.__table__.c, CreditTransaction.__table__.c
_LEDGER_SUM = select(func.coalesce(func.sum(_L.amount), 0)).where(_L.user_id == bindparam("id"))
_LIMIT, _REASON = CreditLimit.__table__.c, CreditReason.__table__.c

#: The largest limit, in credits, and the longest that a request waits, in hours.
LARGEST_LIMIT, LONGEST_WAIT = 1_000_000, 24 * 30
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Limit(Given):
    """Attributes as `CreditLimit` has them."""

    role: str
    per_operation: int
    per_day: int
    expires_hours: int


class SetLimit(Command[Limit]):
    """Sets how far a role adjusts credits alone."""

    name = "credits.set_limit"
    title = "Set the limits"
    permission = Permission.CREDITS_RULES
    given = Limit
    is_fresh = True
    fields = (
        InputField("per_operation", "Credits at once", "number", help="Beyond, a second person decides."),
        InputField("per_day", "Credits a day", "number", help="Of one person, in a UTC day."),
        InputField("expires_hours", "Hours", "number", help="For which a request waits."),
    )

    def plan(self, given: Limit, *, lock: bool) -> Plan:
        statement = select(_LIMIT.per_operation, _LIMIT.per_day, _LIMIT.expires_hours).where(
            _LIMIT.role == given.role
        )
        row = session().execute(statement.with_for_update() if lock else statement).one_or_none()
        if row is None:
            raise InvalidInput("role", "It takes admin or support.")
        for field in ("per_operation", "per_day"):
            if not 0 <= getattr(given, field) <= LARGEST_LIMIT:
                raise InvalidInput(field, f"It takes 0 to {LARGEST_LIMIT:,} credits.")
        if not 1 <= given.expires_hours <= LONGEST_WAIT:
            raise InvalidInput("expires_hours", f"It takes 1 to {LONGEST_WAIT} hours.")
        before = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's own name for it
        return Plan(
            f"Set the limits of {given.role}.",
            Change("credit_limit", given.role, before, {name: getattr(given, name) for name in before}),
            version=_version(before),
        )

    def write(self, given: Limit, plan: Plan) -> Mapping[str, JsonValue]:
        session().execute(update(CreditLimit).where(_LIMIT.role == given.role).values(**plan.change.after))
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Limit]:
        given = Limit(role=entry.object_id, version=_version(entry.after), **entry.before)
        return Invocation(self, given)


@dataclass(frozen=True, kw_only=True)
class Reason(Given):
    """Attributes as `CreditReason` has them."""

    code: str
    label: str
    active: bool


class SetReason(Command[Reason]):
    """Adds a reason of adjustments, calls it otherwise, or takes it out of use."""

    name = "credits.set_reason"
    title = "Set a reason"
    permission = Permission.CREDITS_RULES
    given = Reason
    fields = (
        InputField("code", "Code", help="Lower-case letters, digits and _; stands in the ledger."),
        InputField("label", "Label", help="What staff choose."),
        InputField("active", "Can be chosen", "yes_no"),
    )

    def plan(self, given: Reason, *, lock: bool) -> Plan:
        if not _CODE.fullmatch(given.code):
            raise InvalidInput("code", "It takes lower-case letters, digits and _, at most 40.")
        label = given.label.strip()
        if not label or len(label) > 60 or not label.isprintable():
            raise InvalidInput("label", "It takes 1 to 60 characters.")
        statement = select(_REASON.label, _REASON.active).where(_REASON.code == given.code)
        row = session().execute(statement.with_for_update() if lock else statement).one_or_none()
        before: dict[str, JsonValue] = {"label": None, "active": None}
        if row is not None:
            before = {"label": row.label, "active": row.active}
        return Plan(
            f"Add the reason {label}." if row is None else f"Change the reason {given.code}.",
            Change("credit_reason", given.code, before, {"label": label, "active": given.active}),
            version=_version(before),
        )

    def write(self, given: Reason, plan: Plan) -> Mapping[str, JsonValue]:
        values = dict(plan.change.after)
        statement = insert(CreditReason).values(code=given.code, **values)
        session().execute(statement.on_conflict_do_update(index_elements=["code"], set_=values))
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Reason]:
        before = entry.before
        # A reason that was added stays, since operations name it, but can no longer be chosen.
        label = before["label"] if before["label"] is not None else entry.after["label"]
        active = bool(before["active"])
        given = Reason(code=entry.object_id, label=label, active=active, version=_version(entry.after))
        return Invocation(self, given)


def _version(values: Mapping[str, JsonValue]) -> str:
    return " ".join(f"{name}={values[name]}" for name in sorted(values))


@dataclass(frozen=True, kw_only=True)
class SeenOf(Given):
    """Whose balance to accept."""

    user_id: str


class AcceptBalance(Command[SeenOf]):
    """Takes a balance for explained as it is: from now on, changes are looked for against it."""

    name = "credits.accept_balance"
    title = "Accept the balance"
    permission = Permission.CREDITS_RULES
    given = SeenOf
    needs_reason = True

    def plan(self, given: SeenOf, *, lock: bool) -> Plan:
        user = account(given.user_id, lock=lock)
        seen = session().get(BalanceSeen, user.id)
        total = session().execute(_LEDGER_SUM, {"id": user.id}).scalar_one()
        if seen is None:
            raise Refused("No check has seen this account yet.")
        drift = user.credits - seen.balance - (total - seen.ledger_sum)
        if drift == 0:
            raise Refused("The ledger explains this balance.")
        return Plan(
            f"Accept {drift:+,} of the balance of {name_of(user)} as explained.",
            Change("user", user.id, {"unexplained": drift}, {"unexplained": 0}),
            version=str(drift),
            data=(user.credits, total),
        )

    def write(self, given: SeenOf, plan: Plan) -> Mapping[str, JsonValue]:
        balance, total = plan.data
        session().execute(
            update(BalanceSeen)
            .where(_SEEN.user_id == given.user_id)
            .values(balance=balance, ledger_sum=total, since=func.clock_timestamp())
        )
        return {}


SET_LIMIT = register(SetLimit())
SET_REASON = register(SetReason())
ACCEPT_BALANCE = register(AcceptBalance())
