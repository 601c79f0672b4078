"""What staff do with credits: every command, every bad input, every role, and the same form sent twice."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from delula.access.actor import COMMAND_LINE, Actor
from delula.access.permissions import Role
from delula.commands import Receipt, commands, inverse_of, preview, run, take_back
from delula.commands.base import Conflict
from delula.commands.verify import faults
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
from delula.credits.approvals import APPROVE, DECLINE, WITHDRAW, Asked
from delula.db import session
from delula.errors import Forbidden, InvalidInput, Refused
from delula.models import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

SAM = Actor(1, "sam@example.com", Role.SUPPORT)
ANN = Actor(2, "ann@example.com", Role.ADMIN)

ROWS = """
INSERT INTO users (id, handle, credits, account_type, last_credit_refresh) VALUES
    ('u', 'uma', 120, 3, now() - interval '2 days'),
    ('low', 'leo', 3, 2, now() - interval '2 days'),
    ('fresh', 'fia', 3, 2, now() - interval '1 hour'),
    ('debt', 'dee', -30, 3, now()),
    ('sys', 'system', 0, 1, NULL);
INSERT INTO generations (id, user_id, prompt, status, credits_cost, credits_refunded) VALUES
    (1, 'u', 'x', 'failed', 5, false), (2, 'u', 'x', 'completed', 5, false),
    (3, 'u', 'x', 'failed', 5, true), (4, 'u', 'x', 'failed', NULL, false),
    (5, 'gone', 'x', 'failed', 5, false), (6, 'u', 'x', 'failed', 5, false);
INSERT INTO credit_transactions (user_id, amount, type, description, metadata) VALUES
    ('u', -5, 'usage', 'x', '{"generationId": 1}'), ('u', 5, 'refund', 'x', '{"generationId": "6"}');
"""


@pytest.fixture(autouse=True)
def accounts(request: pytest.FixtureRequest) -> Iterator[None]:
    """A few accounts, in a console in whose context the test runs; it really commits where threads do."""
    app = request.getfixturevalue("committing_app" if "committing_app" in request.fixturenames else "app")
    with app.app_context():
        session().execute(text(ROWS))
        session().commit()
        yield


def one(query: str, **values: object) -> Any:
    found = session().execute(text(query), values).scalar()
    session().rollback()
    return found


def balance(user: str = "u") -> int:
    return int(one("SELECT credits FROM users WHERE id = :id", id=user))


def ledger(user: str = "u") -> int:
    return int(one("SELECT coalesce(sum(amount), 0) FROM credit_transactions WHERE user_id = :id", id=user))


def counts() -> tuple[int, int, int]:
    """Rows of the ledger, of the operations, and of the audit log."""
    tables = ("credit_transactions", "dashboard.credit_operation", "dashboard.audit_log")
    rows, operations, entries = (int(one(f"SELECT count(*) FROM {table}")) for table in tables)  # noqa: S608
    return rows, operations, entries


def given(**values: Any) -> Adjustment:
    return Adjustment(**{"user_id": "u", "amount": 50, "code": "goodwill", "key": "k", **values})


def adjust(actor: Actor = SAM, reason: str = "asked for", **values: Any) -> Receipt:
    return run(ADJUST, given(**values), actor, reason=reason)


def number(receipt: Receipt) -> int:
    found = receipt.details["operation"]
    assert isinstance(found, int)
    return found


def at_once(app: Flask, *works: Callable[[], Receipt]) -> list[Receipt | Exception]:
    """What comes of works that start together, each in a thread of its own."""
    found: list[Receipt | Exception] = []
    start = threading.Barrier(len(works))

    def do(work: Callable[[], Receipt]) -> None:
        with app.app_context():
            start.wait()
            try:
                found.append(work())
            except (Refused, InvalidInput) as error:
                found.append(error)

    threads = [threading.Thread(target=do, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_an_adjustment_moves_the_balance_and_leaves_one_row_of_each_record() -> None:
    before = counts()
    plan = preview(ADJUST, given(), SAM)
    assert plan.credits is not None
    assert (plan.credits.before, plan.credits.after, plan.credits.moved) == (120, 170, 50)
    assert counts() == before
    receipt = adjust(message="Sorry for the wait", about="generation:1")
    assert balance() == 170
    assert counts() == tuple(count + 1 for count in before)
    row = (
        session()
        .execute(
            text(
                "SELECT amount, type, description, metadata FROM credit_transactions ORDER BY id DESC LIMIT 1"
            )
        )
        .one()
    )
    assert tuple(row) == (
        50,
        "adjustment",
        "Sorry for the wait",
        {"reasonCode": "goodwill", "generationId": 1},
    )
    kept = session().execute(text("SELECT * FROM dashboard.credit_operation")).one()
    assert (kept.entry_id, kept.note, kept.state, kept.balance) == (
        receipt.entry_id,
        "asked for",
        "done",
        120,
    )


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("amount", {"amount": 0}),
        ("amount", {"amount": -121}),
        ("amount", {"amount": 2**31 - 1}),
        ("code", {"code": ""}),
        ("code", {"code": "bribe"}),
        ("key", {"key": " "}),
        ("key", {"key": "k" * 101}),
        ("message", {"message": "m" * 501}),
        ("about", {"about": "javascript:alert(1)"}),
        ("reason", {"reason": " "}),
    ],
)
def test_bad_input_is_named_and_nothing_is_written(field: str, values: dict[str, Any]) -> None:
    before = counts()
    with pytest.raises(InvalidInput) as found:
        adjust(COMMAND_LINE, **values)
    assert found.value.field == field
    assert counts() == before
    assert balance() == 120


def test_who_vanished_gets_nothing_and_a_stale_balance_is_a_conflict() -> None:
    before = counts()
    with pytest.raises(Refused, match="no such user"):
        adjust(user_id="gone")
    with pytest.raises(Conflict):
        adjust(version="119")
    assert counts() == before


def test_only_system_accounts_go_below_zero_and_debts_may_shrink() -> None:
    adjust(user_id="sys", amount=-40)
    adjust(user_id="debt", amount=10, key="d")
    assert (balance("sys"), balance("debt")) == (-40, -20)
    with pytest.raises(InvalidInput, match="below zero"):
        adjust(user_id="debt", amount=-1, key="e")


def test_the_same_form_counts_once_and_with_other_values_not_at_all() -> None:
    first, again = adjust(), adjust()
    assert (first.is_repeated, again.is_repeated) == (False, True)
    assert (again.entry_id, again.details, again.sentence) == (first.entry_id, first.details, first.sentence)
    before = counts()
    for changed in ({"amount": 60}, {"user_id": "low"}, {"reason": "other"}, {"message": "x"}):
        with pytest.raises(Refused, match="sent before"):
            adjust(**changed)
    with pytest.raises(Refused, match="sent before"):
        run(REFUND, RefundOf(generation_id=1, key="k"), SAM)
    assert counts() == before
    assert balance() == 170


def test_the_same_form_sent_at_once_counts_once(committing_app: Flask) -> None:
    found = at_once(committing_app, *[lambda: adjust(version="120")] * 6)
    assert sorted(one.is_repeated for one in found if isinstance(one, Receipt)) == [False] + [True] * 5
    assert balance() == 170


def test_a_refund_follows_the_rule_exactly_once() -> None:
    run(REFUND, RefundOf(generation_id=1, key="a"), SAM)
    assert balance() == 125
    row = session().execute(text("SELECT credits_refunded, refunded_at FROM generations WHERE id = 1")).one()
    assert row.credits_refunded
    assert row.refunded_at is not None
    assert run(REFUND, RefundOf(generation_id=1, key="a"), SAM).is_repeated
    with pytest.raises(Refused, match="refunded already"):
        run(REFUND, RefundOf(generation_id=1, key="b"), SAM)
    # Also where something has cleared the mark: the ledger knows.
    session().execute(text("UPDATE generations SET credits_refunded = false"))
    session().commit()
    with pytest.raises(Refused, match="is a refund of it already"):
        run(REFUND, RefundOf(generation_id=1, key="c"), SAM)
    assert balance() == 125


@pytest.mark.parametrize(
    ("generation", "says"),
    [
        (2, "Only failed"),
        (3, "refunded already"),
        (4, "cost nothing"),
        (5, "no such user"),
        (6, "a refund of it already"),
        (99, "no generation 99"),
        (2**40, "no generation"),
        (-1, "no generation"),
    ],
)
def test_what_the_rule_does_not_allow_is_not_refunded(generation: int, says: str) -> None:
    before = counts()
    with pytest.raises(Refused, match=says):
        run(REFUND, RefundOf(generation_id=generation, key="a"), SAM)
    assert counts() == before


def test_a_refund_meets_the_products_own_at_the_same_moment(committing_app: Flask) -> None:
    """The product holds the generation and has not committed: the console waits, and then finds it done."""
    engine = session().get_bind()
    with engine.connect() as product:
        product.execute(text("UPDATE generations SET credits_refunded = true WHERE id = 1"))
        product.execute(text("UPDATE users SET credits = credits + 5 WHERE id = 'u'"))
        found: list[Receipt | Exception] = []
        waiting = threading.Thread(
            target=lambda: found.extend(
                at_once(committing_app, lambda: run(REFUND, RefundOf(generation_id=1, key="a"), SAM))
            )
        )
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        product.commit()
        waiting.join()
    assert "refunded already" in str(found[0])
    assert balance() == 125


def test_a_reversal_undoes_an_adjustment_once() -> None:
    done = adjust()
    receipt = run(REVERSE, Reversal(operation_id=number(done), key="r"), SAM)
    assert balance() == 120
    with pytest.raises(Refused, match="reversed it already"):
        run(REVERSE, Reversal(operation_id=number(done), key="s"), SAM)
    with pytest.raises(Refused, match="Only adjustments"):
        run(REVERSE, Reversal(operation_id=number(receipt), key="t"), SAM)
    with pytest.raises(Refused, match="no operation"):
        run(REVERSE, Reversal(operation_id=2**70, key="u"), SAM)


def test_what_was_spent_since_is_not_taken_back() -> None:
    done = adjust()
    session().execute(text("UPDATE users SET credits = 20 WHERE id = 'u'"))
    session().commit()
    with pytest.raises(Refused, match="has spent it since"):
        run(REVERSE, Reversal(operation_id=number(done), key="r"), SAM)


def test_the_audit_log_takes_an_adjustment_back_once() -> None:
    done = adjust()
    entry = session().get(AuditEntry, done.entry_id)
    assert entry is not None
    assert inverse_of(entry) is not None
    take_back(done.entry_id, SAM)
    assert balance() == 120
    with pytest.raises(Refused):
        take_back(done.entry_id, SAM)
    assert faults() == []


def test_two_reversals_at_once_count_once(committing_app: Flask) -> None:
    of = number(adjust())
    works = [lambda key=key: run(REVERSE, Reversal(operation_id=of, key=key), SAM) for key in "abcd"]
    found = at_once(committing_app, *works)
    assert sum(isinstance(one, Receipt) for one in found) == 1
    assert balance() == 120


def test_a_refresh_raises_to_ten_once_a_day() -> None:
    run(REFRESH, RefreshOf(user_id="low"), SAM)
    assert (balance("low"), ledger("low")) == (10, 7)
    again = run(REFRESH, RefreshOf(user_id="low"), ANN)
    assert again.is_repeated
    assert ledger("low") == 7


@pytest.mark.parametrize("user", ["u", "fresh", "sys"])
def test_a_refresh_that_is_not_due_is_refused_with_the_reason(user: str) -> None:
    with pytest.raises(Refused, match="not due"):
        run(REFRESH, RefreshOf(user_id=user), SAM)


def test_beyond_a_limit_a_second_person_decides() -> None:
    asked = adjust(amount=101)
    assert (balance(), ledger()) == (120, 0)
    of = Asked(operation_id=number(asked))
    with pytest.raises(Forbidden):
        run(APPROVE, of, SAM)
    approved = run(APPROVE, of, ANN)
    assert balance() == 221
    assert ledger() == 101
    with pytest.raises(Refused, match="does not wait"):
        run(DECLINE, of, ANN)
    take_back(approved.entry_id, ANN)
    assert balance() == 120


def test_nobody_approves_their_own_request_nor_an_expired_one() -> None:
    own = adjust(ANN, amount=1_001)
    with pytest.raises(Refused, match="yourself"):
        run(APPROVE, Asked(operation_id=number(own)), ANN)
    run(WITHDRAW, Asked(operation_id=number(own)), ANN)
    asked = Asked(operation_id=number(adjust(amount=101, key="other")))
    with pytest.raises(Refused, match="only they"):
        run(WITHDRAW, asked, ANN)
    session().execute(text("UPDATE dashboard.credit_operation SET expires_at = at WHERE state = 'waiting'"))
    session().commit()
    with pytest.raises(Refused, match="expired"):
        run(APPROVE, asked, ANN)
    run(DECLINE, asked, ANN)
    assert (balance(), ledger()) == (120, 0)


def test_a_day_has_a_limit_too_also_for_many_at_once(committing_app: Flask) -> None:
    session().execute(text("UPDATE dashboard.credit_limit SET per_day = 100"))
    session().commit()
    works = [lambda key=key: adjust(amount=40, key=str(key)) for key in range(6)]
    at_once(committing_app, *works)
    assert balance() == 200
    assert one("SELECT count(*) FROM dashboard.credit_operation WHERE state = 'waiting'") == 4


def test_every_command_of_credits_is_for_whom_the_table_says() -> None:
    names = {
        Role.SUPPORT: {"adjust", "check", "refund", "reverse", "refresh", "withdraw"},
        Role.MODERATOR: set(),
        Role.VIEWER: set(),
    }
    found = [command for name, command in commands().items() if name.startswith("credits.")]
    for role, allowed in names.items():
        actor = Actor(9, "x", role)
        assert {c.name.partition(".")[2] for c in found if actor.may(c.permission)} == allowed
    assert all(ANN.may(command.permission) for command in found)
