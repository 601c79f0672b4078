"""A row of the ledger: what it names, and the balance around it, against SQL written by hand."""

from __future__ import annotations

import re
import time
from html import unescape
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import event

from delula.credits import queries
from delula.credits.account import running
from delula.db import db
from delula.rollups.refresh import refresh
from tests.consoles import Console, console_on
from tests.generations.reading import words
from tests.people import ids_of
from tests.users.test_detail import cells, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Each row of a user's ledger with the balance that it left, the newest first.
BALANCES = """
    SELECT c.id, c.amount, u.credits - coalesce(sum(c.amount) OVER (
        PARTITION BY c.user_id ORDER BY c.created_at DESC NULLS LAST, c.id DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
    FROM credit_transactions c LEFT JOIN users u ON u.id = c.user_id
    WHERE c.user_id = %s ORDER BY c.created_at DESC NULLS LAST, c.id DESC"""


@pytest.mark.parametrize("id_", ["many-5", "none", "u-ann", "gone-user"])
def test_a_row_stands_among_its_neighbours_with_their_balances(crowd: Console, id_: str) -> None:
    ledger = crowd.sql(BALANCES, id_)
    for position in {0, 1, 2, len(ledger) // 2, len(ledger) - 2, len(ledger) - 1}:
        first, past = max(0, position - queries.SHOWN_BESIDE), position + queries.SHOWN_BESIDE + 1
        html = crowd.admin.get(f"/credits/{ledger[position][0]}").text
        shown = cells(html, "balance")
        expected = [(amount, balance) for _, amount, balance in ledger[first:past]]
        assert [(number(row[2]), None if row[3] == "—" else number(row[3])) for row in shown] == expected
        here = re.findall(r'<tr aria-current="true"', html)
        assert len(here) == 1


def test_a_balance_far_from_the_present_is_worked_out_when_asked(
    crowd: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = crowd.sql(BALANCES, "many-5")
    number_, _, balance = ledger[-1]
    monkeypatch.setattr(queries, "SUMMED_NEWER", 5)
    queries._newer_sum.cache_clear()
    try:
        html = crowd.admin.get(f"/credits/{number_}").text
        assert "More than 5 rows have come since" in html
        assert {row[3] for row in cells(html, "balance")} == {"—"}
        in_full = crowd.admin.get(f"/credits/{number_}?balance=all").text
        assert number(cells(in_full, "balance")[-1][3]) == balance
    finally:
        queries._newer_sum.cache_clear()


def test_working_out_a_balance_is_given_up_in_time(crowd: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "SUM_SECONDS", 1)
    monkeypatch.setattr(queries, "_newer_sum", lambda **_: queries.text("SELECT 1, 2 FROM pg_sleep(12)"))
    began = time.monotonic()
    page = crowd.admin.get("/credits/1?balance=all")
    assert time.monotonic() - began < 8
    assert page.status_code == 200
    assert "took longer than 1 seconds and was stopped" in words(page.text)


def test_a_row_names_its_user_its_generation_and_its_payment(crowd: Console) -> None:
    refund = crowd.sql("SELECT id FROM credit_transactions WHERE description = 'Refund of 2'")[0][0]
    html = crowd.admin.get(f"/credits/{refund}").text
    assert 'href="/users/u-ann"' in html
    assert 'href="/generations/2"' in html
    twice = crowd.sql("SELECT id FROM credit_transactions WHERE description = 'Refunded twice'")[0][0]
    assert f'href="/credits/{twice}"' in html
    purchase = crowd.sql("SELECT id FROM credit_transactions WHERE payment_id = 'pay-1'")[0][0]
    assert 'data-copy="pay-1"' in crowd.admin.get(f"/credits/{purchase}").text


def test_what_no_longer_exists_is_said_to_be_gone(crowd: Console) -> None:
    gone = crowd.sql("SELECT id FROM credit_transactions WHERE user_id = 'gone-user' LIMIT 1")[0][0]
    page = words(crowd.admin.get(f"/credits/{gone}").text)
    assert "User no longer exists" in page
    assert "no balance to start from" in page
    odd = crowd.sql("SELECT id FROM credit_transactions WHERE metadata ->> 'generationId' = 'G7'")[0][0]
    html = crowd.admin.get(f"/credits/{odd}").text
    assert "This generation no longer exists" in html
    assert "sk-secret" not in html


@pytest.mark.parametrize("path", ["0", "999999999", "2147483648", "99999999999999999999", "x", "-1", "1.5"])
def test_a_row_that_is_not_there_is_not_found(crowd: Console, path: str) -> None:
    for end in ("", "/peek"):
        assert crowd.admin.get(f"/credits/{path}{end}").status_code == 404


def test_balances_are_sums_from_new_to_old() -> None:
    class Row:
        def __init__(self, amount: int) -> None:
            self.amount = amount

    rows = [Row(5), Row(-3), Row(0), Row(10)]
    assert [one.balance for one in running(12, rows)] == [12, 7, 10, 10]
    assert [one.balance for one in running(None, rows)] == [None] * 4
    assert running(12, []) == []


@pytest.fixture(scope="module")
def long_and_short(
    make_database: Callable[..., str], upgraded_templates: dict[str, str]
) -> Iterator[Console]:
    """A console with a user who has 100,000 rows of the ledger, one who has 10, and many others."""
    url = make_database(upgraded_templates["documented"])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO users (id, handle, credits) VALUES ('long', 'long', 7), ('short', 'short', 7)"
        )
        connection.execute(
            """INSERT INTO credit_transactions (user_id, amount, type, description, created_at)
               SELECT CASE WHEN n % 10901 = 0 THEN 'short' WHEN n % 12 <> 0 THEN 'long' ELSE 'other' END,
                      n % 11 - 5, 'usage', 'Generation: ' || n,
                      timestamp '2026-01-01' + n * interval '2 minutes'
               FROM generate_series(1, 109010) AS n"""
        )
        connection.execute("VACUUM ANALYZE credit_transactions")
    with console_on(url) as console:
        with console.app.app_context():
            refresh()
        yield console


def blocks_of(console: Console, path: str) -> int:
    """How many blocks of the database the queries of a page touch, asked by running them again."""
    sent: list[tuple[str, Any]] = []
    with console.app.app_context():
        engine = db.engine

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert console.admin.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    found = 0
    with engine.connect() as connection:
        for statement, parameters in sent:
            if statement.startswith(("SELECT", "WITH")):
                explained = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
                plan = connection.exec_driver_sql(explained, parameters).scalar_one()[0]["Plan"]
                found += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return found


def test_a_ledger_of_100000_rows_opens_as_one_of_10(long_and_short: Console) -> None:
    console = long_and_short
    ((rows,),) = console.sql("SELECT count(*) FROM credit_transactions WHERE user_id = 'long'")
    assert rows > 99_000
    middle = console.sql(
        "SELECT id FROM credit_transactions WHERE user_id = 'long' ORDER BY created_at OFFSET 50000 LIMIT 1"
    )[0][0]
    first = console.sql("SELECT min(id) FROM credit_transactions WHERE user_id = 'short'")[0][0]
    page = console.admin.get("/credits/?q=user:long")
    deep = re.search(r'href="(/credits/\?[^"]*after=[^"]*)" rel="next"', page.text)
    assert deep
    assert len(ids_of(page)) == 50
    assert "The ledger has" not in console.admin.get("/users/long").text
    # A page reads the rows that it shows and sums a bounded number of others, each in a block of its own.
    for short, long, most in (
        ("/users/short", "/users/long", queries.SUMMED_ROWS + 300),
        ("/users/short/peek", "/users/long/peek", 100),
        ("/credits/?q=user:short", "/credits/?q=user:long", 500),
        ("/credits/?q=user:short", unescape(deep[1]), 500),
        (f"/credits/{first}", f"/credits/{middle}", queries.SUMMED_NEWER + 300),
    ):
        assert blocks_of(console, long) < blocks_of(console, short) + most, long
