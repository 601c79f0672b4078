"""The check of all accounts finds each thing that can be wrong, and nothing else."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from delula.access.actor import Actor
from delula.access.permissions import Role
from delula.commands import run
from delula.credits import reconcile
from delula.credits.checking import CHECK_ACCOUNTS, RECONCILE, AllAccounts
from delula.credits.settings import ACCEPT_BALANCE, SeenOf
from delula.db import session
from delula.errors import Refused
from delula.rollups.refresh import refresh
from delula.work.run import perform
from tests.consoles import FRAGMENT, console_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.consoles import Console

ANN = Actor(2, "ann@example.com", Role.ADMIN)

ROWS = """
INSERT INTO users (id, credits, account_type) VALUES
    ('fine', 10, 3), ('moved', 10, 3), ('minus', -4, 3), ('system', -90, 1), ('', 10, 3);
INSERT INTO generations (id, user_id, prompt, status, credits_cost, credits_refunded) VALUES
    (1, 'fine', 'x', 'failed', 5, true), (2, 'fine', 'x', 'failed', 5, true),
    (3, 'moved', 'x', 'failed', 5, true), (2147483004, 'fine', 'x', 'failed', 5, true);
INSERT INTO credit_transactions (id, user_id, amount, type, description, metadata) VALUES
    (1, 'fine', 5, 'refund', 'x', '{"generationId": 1}'),
    (2, 'fine', 5, 'refund', 'x', '{"generationId": "1"}'),
    (3, 'fine', 5, 'refund', 'x', '{"generationId": 999}'), (4, 'fine', 5, 'refund', 'x', '[]'),
    (5, 'fine', 5, 'refund', 'x', '{"generationId": 3}'),
    (2147483006, 'fine', 4, 'refund', 'x', '{"generationId": 2147483004}'),
    (7, 'gone', -3, 'usage', 'x', NULL);
"""


@pytest.fixture
def console(migrated_url: str) -> Iterator[Console]:
    with console_on(migrated_url) as console, console.app.app_context():
        session().execute(text(ROWS))
        session().commit()
        refresh()
        yield console


def found() -> set[tuple[str, str, int, int | None, int | None]]:
    last = reconcile.last_run()
    assert last is not None
    return {
        (kind.value, row.user_id, row.amount, row.ledger_id, row.generation_id)
        for kind in reconcile.FindingKind
        for row in reconcile.findings(last.id, kind)
    }


WRONG = {
    ("negative", "minus", -4, None, None),
    ("no_user", "gone", -3, None, None),
    ("refund_twice", "fine", 5, 2, 1),
    ("refund_without_generation", "fine", 5, 3, None),
    ("refund_without_generation", "fine", 5, 4, None),
    ("refund_wrong", "fine", 5, 5, 3),
    ("refund_wrong", "fine", 4, 2147483006, 2147483004),
    ("refund_not_booked", "fine", 5, None, 2),
}


def test_each_thing_that_is_wrong_is_found_and_nothing_else(console: Console) -> None:
    reconcile.reconcile()
    assert found() == WRONG
    # A change with its row is explained, also before the roll-ups have counted it; one without is not.
    session().execute(text("UPDATE users SET credits = credits - 2 WHERE id IN ('fine', 'moved', '')"))
    session().execute(
        text(
            "INSERT INTO credit_transactions (id, user_id, amount, type, description)"
            " VALUES (2147483008, 'fine', -2, 'usage', 'x')"
        )
    )
    session().commit()
    outcome = console.app.test_cli_runner().invoke(args=["credits", "reconcile"])
    assert outcome.exit_code == 1
    assert "Balances that moved past the ledger: 2 (unexplained: -4)" in outcome.output
    assert found() - WRONG == {("drift", "moved", -2, None, None), ("drift", "", -2, None, None)}
    page = console.viewer.get("/credits/reconcile")
    assert page.status_code == 200
    assert page.text.count('<section class="section"') == 7
    assert "No row explains \N{MINUS SIGN}2" in console.viewer.get("/users/moved").text.replace(
        "-", "\N{MINUS SIGN}"
    )
    assert "No row explains" not in console.viewer.get("/users/fine").text
    run(ACCEPT_BALANCE, SeenOf(user_id="moved"), ANN, reason="a script by hand")
    with pytest.raises(Refused, match="explains"):
        run(ACCEPT_BALANCE, SeenOf(user_id="moved"), ANN, reason="again")
    reconcile.reconcile()
    assert found() - WRONG == {("drift", "", -2, None, None)}


@pytest.mark.usefixtures("console")
def test_a_check_that_broke_off_goes_on_and_finds_the_same_once() -> None:
    left: list[dict[str, Any]] = []

    def break_off(place: reconcile.Place) -> None:
        if place.phase == 2:
            raise ZeroDivisionError
        left.append(asdict(place))

    with pytest.raises(ZeroDivisionError):
        reconcile.reconcile(break_off)
    reconcile.reconcile(place=reconcile.Place(**left[-1]))
    assert found() == WRONG


def test_a_check_is_asked_for_once_and_a_worker_does_it(console: Console) -> None:
    job = run(CHECK_ACCOUNTS, AllAccounts(), ANN).details["job"]
    with pytest.raises(Refused, match=f"job {job}"):
        run(CHECK_ACCOUNTS, AllAccounts(), ANN)
    assert f"/jobs/{job}" in console.viewer.get("/credits/reconcile").text
    assert isinstance(job, int)
    perform(RECONCILE, job, {})
    assert found() == WRONG
    shown = console.viewer.get(f"/jobs/{job}", headers=FRAGMENT)
    assert "Check all accounts" in shown.text


def test_a_live_database_is_checked_and_its_pages_open(
    make_database: Callable[..., str], upgraded_templates: dict[str, str]
) -> None:
    for name in ("documented", "older"):
        with console_on(make_database(upgraded_templates[name])) as console:
            assert "Not checked yet" in console.viewer.get("/credits/reconcile").text
            outcome = console.app.test_cli_runner().invoke(args=["credits", "reconcile"])
            assert outcome.exception is None or outcome.exit_code == 1, outcome.output
            for role in Role:
                for path in ("reconcile", "reconcile?kind=no_user&after=-1", "rules", "operations?before=7"):
                    assert console.as_role(role).get(f"/credits/{path}").status_code == 200
