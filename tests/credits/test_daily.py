"""The daily refresh of everybody: by the rule, once, however often and wherever it runs."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from delula.commands.verify import faults
from delula.credits import daily
from delula.db import db, session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

ROWS = """
INSERT INTO users (id, credits, account_type, last_credit_refresh)
SELECT 'user ' || number, number % 20 - 2, 2 + number % 2, now() - interval '2 days'
FROM generate_series(1, 200) number;
INSERT INTO users (id, credits, account_type, last_credit_refresh) VALUES
    ('never', 0, 3, NULL), ('untyped', 0, NULL, NULL), ('strange', 0, 9, NULL), ('old', 0, 3, '-infinity'),
    ('system', 0, 1, NULL), ('early', 0, 3, now() - interval '23 hours'), ('ahead', 0, 3, 'infinity'),
    ('', 4, 3, NULL);
"""
#: By so much nobody can be raised: the ledger holds no such number.
LOWEST = "INSERT INTO users (id, credits, account_type) VALUES ('lowest', -2147483648, 3)"
#: By the rule, without the console's own words for it.
DUE = """
SELECT count(*) FROM users WHERE credits < 10 AND account_type IS DISTINCT FROM 1
AND (last_credit_refresh IS NULL OR now() - '24 hours'::interval >= last_credit_refresh)
"""


@pytest.fixture
def console(committing_app: Flask) -> Iterator[Flask]:
    with committing_app.app_context():
        session().execute(text(ROWS))
        session().commit()
        yield committing_app


def one(query: str) -> Any:
    found = session().execute(text(query)).scalar()
    session().rollback()
    return found


def test_who_is_due_is_raised_once_with_one_row_and_one_operation(
    console: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily, "BATCH", 50)
    due = one(DUE)
    before = one("SELECT sum(credits) FROM users")
    dry = console.test_cli_runner().invoke(args=["credits", "refresh", "--dry-run"])
    assert f"would raise {due} balances" in dry.output
    assert one("SELECT sum(credits) FROM users") == before

    def refresh() -> None:
        with console.app_context():
            list(daily.refresh_all())

    machines = [threading.Thread(target=refresh) for _ in range(3)]
    for machine in machines:
        machine.start()
    for machine in machines:
        machine.join()
    again = console.test_cli_runner().invoke(args=["credits", "refresh"])
    assert "Raised 0 balances" in again.output
    assert one(DUE) == 0
    assert one("SELECT count(*) FROM credit_transactions WHERE type = 'daily_refresh'") == due
    assert one("SELECT sum(credits) - (SELECT sum(amount) FROM credit_transactions) FROM users") == before
    assert one("SELECT count(DISTINCT user_id) FROM dashboard.credit_operation") == due
    assert one("SELECT count(*) FROM dashboard.credit_operation WHERE entry_id IS NULL") == 0
    assert one("SELECT credits FROM users WHERE id = 'system'") == 0
    assert faults() == []


@pytest.mark.usefixtures("console")
def test_a_balance_below_all_bounds_hinders_nobody_else() -> None:
    due = one(DUE)
    session().execute(text(LOWEST))
    session().commit()
    assert sum(int(str(receipt.details["users"])) for receipt in daily.refresh_all()) == due
    assert one("SELECT credits FROM users WHERE id = 'lowest'") == -(2**31)


@pytest.mark.usefixtures("console")
def test_who_is_held_by_somebody_else_has_another_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily, "BATCH", 100)
    due = one(DUE)
    with db.engine.connect() as product:
        product.execute(text("SELECT FROM users WHERE id = 'never' FOR UPDATE"))
        receipts = daily.refresh_all()
        first = next(receipts)
        second = next(receipts)
    done = [first, second, *receipts]
    assert sum(int(str(receipt.details["users"])) for receipt in done) == due
