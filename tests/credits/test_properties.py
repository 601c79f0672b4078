"""The ledger as a state machine: whatever staff and the product do, in any order, the books stay right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, text

from delula.access.actor import Actor
from delula.access.permissions import Role
from delula.commands import run
from delula.commands.verify import faults
from delula.credits import daily
from delula.credits.actions import (
    ADJUST,
    REFRESH,
    REFUND,
    REVERSE,
    Adjustment,
    RefreshOf,
    RefundOf,
    Reversal,
)
from delula.credits.approvals import APPROVE, DECLINE, Asked
from delula.db import session
from delula.errors import InvalidInput, Refused

if TYPE_CHECKING:
    from flask import Flask

SUPPORT, ADMIN = Actor(1, "sam", Role.SUPPORT), Actor(2, "ann", Role.ADMIN)
USERS = ("rich", "poor", "system")
OPENING = {"rich": 200, "poor": 4, "system": 0}

users, few = st.sampled_from(USERS), st.integers(1, 12)
amounts = st.integers(-260, 260)


def ask(query: str, **values: object) -> Any:
    return session().execute(text(query), values).scalar()


def do(query: str, **values: object) -> None:
    session().execute(text(query), values)
    session().commit()


def connection() -> Connection:
    """The one connection of the test, with nothing under way in the session."""
    bind = session().get_bind()
    session().remove()
    assert isinstance(bind, Connection)
    return bind


class Books(RuleBasedStateMachine):
    """Commands of the console and writes of the product, which follows its own rules."""

    def __init__(self) -> None:
        super().__init__()
        connection().exec_driver_sql("ROLLBACK TO SAVEPOINT fresh")
        self.keys: dict[tuple[str, str], tuple[Any, int]] = {}
        self.generations = 0

    def command(self, command: Any, given: Any, actor: Actor = SUPPORT) -> None:
        """Run a command; what the rules forbid changes nothing, and a key counts once."""
        before = self.state()
        try:
            receipt = run(command, given, actor, reason="for a test")
        except (Refused, InvalidInput):
            assert self.state() == before
            return
        operation = receipt.details["operation"]
        key = (command.name, getattr(given, "key", ""))
        if key[1]:
            first = self.keys.setdefault(key, (given, operation))
            assert first == (given, operation)
            if receipt.is_repeated:
                assert self.state() == before

    def state(self) -> list[Any]:
        tables = ("users", "credit_transactions", "dashboard.credit_operation", "dashboard.audit_log")
        return [
            ask(f"SELECT md5(string_agg(one::text, ' ' ORDER BY one::text)) FROM {table} one")  # noqa: S608
            for table in tables
        ]

    @rule(user=users, amount=amounts, key=few)
    def adjust(self, user: str, amount: int, key: int) -> None:
        given = Adjustment(user_id=user, amount=amount, code="bug", key=str(key))
        self.command(ADJUST, given)

    @rule(operation=few, key=few)
    def reverse(self, operation: int, key: int) -> None:
        self.command(REVERSE, Reversal(operation_id=operation + self.first(), key=str(key)))

    @rule(operation=few, approves=st.booleans())
    def decide(self, operation: int, approves: bool) -> None:
        self.command(APPROVE if approves else DECLINE, Asked(operation_id=operation + self.first()), ADMIN)

    @rule(generation=few, key=few)
    def refund(self, generation: int, key: int) -> None:
        self.command(REFUND, RefundOf(generation_id=generation, key=str(key)))

    @rule(user=users)
    def refresh(self, user: str) -> None:
        self.command(REFRESH, RefreshOf(user_id=user))

    @rule()
    def refresh_everybody(self) -> None:
        list(daily.refresh_all())

    @rule(user=users, cost=st.integers(1, 20), fails=st.booleans())
    def spend(self, user: str, cost: int, fails: bool) -> None:
        """The product charges for a generation."""
        balance = ask("SELECT credits FROM users WHERE id = :user", user=user)
        if balance < cost and user != "system":
            return
        self.generations += 1
        values = {"id": self.generations, "user": user, "cost": cost}
        do("UPDATE users SET credits = credits - :cost WHERE id = :user", user=user, cost=cost)
        do(
            "INSERT INTO generations (id, user_id, prompt, status, credits_cost)"
            " VALUES (:id, :user, 'x', :to, :cost)",
            to="failed" if fails else "completed",
            **values,
        )
        do(
            "INSERT INTO credit_transactions (user_id, amount, type, description, metadata)"
            " VALUES (:user, -:cost, 'usage', 'x', jsonb_build_object('generationId', CAST(:id AS integer)))",
            **values,
        )

    @rule(generation=few)
    def product_refunds(self, generation: int) -> None:
        found = session().execute(
            text(
                "UPDATE generations SET credits_refunded = true, refunded_at = now() WHERE id = :id"
                " AND status = 'failed' AND NOT credits_refunded RETURNING user_id, credits_cost"
            ),
            {"id": generation},
        )
        for user, cost in found.all():
            do("UPDATE users SET credits = credits + :cost WHERE id = :user", user=user, cost=cost)
            do(
                "INSERT INTO credit_transactions (user_id, amount, type, description, metadata)"
                " VALUES (:user, :cost, 'refund', 'x',"
                " jsonb_build_object('generationId', CAST(:id AS integer)))",
                user=user,
                cost=cost,
                id=generation,
            )

    @rule(user=users, hours=st.integers(1, 30))
    def time_passes(self, user: str, hours: int) -> None:
        do(
            "UPDATE users SET last_credit_refresh = last_credit_refresh - make_interval(hours => :hours)"
            " WHERE id = :user",
            user=user,
            hours=hours,
        )

    def first(self) -> int:
        """The number before that of the first operation."""
        return int(ask("SELECT coalesce(min(id), 1) - 1 FROM dashboard.credit_operation"))

    @invariant()
    def every_balance_is_its_opening_and_its_rows(self) -> None:
        rows = session().execute(
            text(
                "SELECT id, credits, (SELECT coalesce(sum(amount), 0) FROM credit_transactions"
                " WHERE user_id = users.id) FROM users"
            )
        )
        for user, balance, total in rows:
            assert balance == OPENING[user] + total
            assert balance >= 0 or user == "system"

    @invariant()
    def every_refund_is_there_once(self) -> None:
        assert not ask(
            "SELECT 1 FROM credit_transactions WHERE type = 'refund'"
            " GROUP BY metadata ->> 'generationId' HAVING count(*) > 1"
        )
        assert not ask(
            "SELECT 1 FROM generations WHERE credits_refunded <> EXISTS (SELECT FROM credit_transactions"
            " WHERE type = 'refund' AND metadata ->> 'generationId' = generations.id::text)"
        )

    @invariant()
    def every_operation_has_its_row_and_its_entry(self) -> None:
        assert not ask(
            "SELECT 1 FROM dashboard.credit_operation one WHERE one.entry_id IS NULL OR one.state = 'done'"
            " AND NOT EXISTS (SELECT FROM credit_transactions WHERE id = one.ledger_id"
            " AND amount = one.amount AND user_id = one.user_id)"
        )

    def teardown(self) -> None:
        assert faults() == []


@pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
def test_the_books_stay_right_whatever_happens(app: Flask) -> None:
    with app.app_context():
        for user, credits_ in OPENING.items():
            do(
                "INSERT INTO users (id, credits, account_type, last_credit_refresh) VALUES"
                " (:id, :credits, :type, now() - interval '20 hours')",
                id=user,
                credits=credits_,
                type=1 if user == "system" else 3,
            )
        connection().exec_driver_sql("SAVEPOINT fresh")
        run_state_machine_as_test(
            Books,
            settings=settings(
                max_examples=15,
                stateful_step_count=25,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
