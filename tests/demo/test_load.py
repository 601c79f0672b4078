"""How demo data get into a database, and when they do not."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace

import psycopg
import pytest

from delula.demo import ahead
from delula.demo.dataset import TABLES, blocks
from delula.demo.recipes import RECIPES
from delula.errors import Refused
from tests.demo.conftest import FILES, PLAN, fill
from tests.migrating import ROOT, changes, picture

#: Loads so much that it can be killed on the way.
_PROGRAM = """
import sys, psycopg
from dataclasses import replace
from delula.demo import load
from delula.demo.ahead import blocks_ahead
from tests.demo.conftest import FILES, PLAN

if __name__ == "__main__":
    plan = replace(PLAN, generations=int(sys.argv[2]), usage=0, assets=0)
    with psycopg.connect(sys.argv[1]) as connection:
        load.load(connection, plan, blocks_ahead(plan, FILES), replace=False, watch=lambda table, rows: None)
"""


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement.encode())


def count(url: str, table: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608 - a name from these tests
    return int(row[0]) if row else 0


def test_a_database_with_rows_of_another_origin_is_refused_and_left_alone(prepared_url: str) -> None:
    execute(prepared_url, "INSERT INTO tags (name) VALUES ('theirs')")
    before = picture(prepared_url)
    with pytest.raises(Refused, match=r"tags \(1\)"):
        fill(prepared_url)
    with pytest.raises(Refused, match="no demo run made"):
        fill(prepared_url, replace=True)
    gone, come = changes(before, picture(prepared_url))
    assert not gone
    assert not [line for line in come if "type_" not in line]


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("users", "INSERT INTO users (id) VALUES ('a-real-person')"),
        ("recipe_usage", "INSERT INTO recipe_usage (recipe_id) VALUES (4000)"),
        ("generations", "INSERT INTO generations (user_id, prompt) VALUES ('a-real-person', 'mine')"),
    ],
)  # fmt: skip
def test_rows_added_to_demo_data_are_noticed(prepared_url: str, table: str, statement: str) -> None:
    fill(prepared_url)
    execute(prepared_url, statement)
    with pytest.raises(Refused, match=re.escape(f"{table} (1)")):
        fill(prepared_url, replace=True)


def test_demo_data_are_replaced_only_on_demand(prepared_url: str) -> None:
    fill(prepared_url)
    with pytest.raises(Refused, match="--replace"):
        fill(prepared_url)
    fill(prepared_url, replace(PLAN, generations=300), replace=True)
    assert count(prepared_url, "generations") == 300
    assert count(prepared_url, "dashboard.demo_run") == 1


def test_indexes_keys_and_staff_are_as_they_were(prepared_url: str) -> None:
    execute(prepared_url, "CREATE INDEX partly ON generations (lower(status)) WHERE status <> 'completed'")
    execute(prepared_url, "COMMENT ON INDEX partly IS 'it''s ours'")
    execute(
        prepared_url,
        "INSERT INTO dashboard.staff (email, name, role, password, fs_uniquifier, created_at, active, "
        "password_is_temporary) VALUES ('a@example.com', 'A', 'admin', 'x', 'u', now(), true, false)",
    )
    before = picture(prepared_url)
    fill(prepared_url)
    gone, come = changes(before | {"rows": set()}, picture(prepared_url) | {"rows": set()})
    assert (gone, come) == (set(), set())
    assert count(prepared_url, "dashboard.staff") == 1
    with psycopg.connect(prepared_url) as connection:
        comment = connection.execute("SELECT obj_description('partly'::regclass)").fetchone()
    assert comment == ("it's ours",)


def test_the_next_row_of_the_product_gets_the_next_id(filled_url: str) -> None:
    with psycopg.connect(filled_url) as connection:
        row = connection.execute(
            "INSERT INTO generations (user_id, prompt) VALUES ('somebody', 'next') RETURNING id"
        ).fetchone()
        connection.rollback()
    assert row == (PLAN.generations + 1,)


def test_a_new_recipe_inherits_nothing_of_one_that_was_deleted(filled_url: str) -> None:
    with psycopg.connect(filled_url) as connection:
        fresh = connection.execute("SELECT nextval('recipes_id_seq')").fetchone()
    assert fresh == (len(RECIPES) + 1,)


def test_an_older_database_without_some_tables_is_filled_as_far_as_it_goes(prepared_url: str) -> None:
    execute(prepared_url, "DROP TABLE system_assets, market_assets, export_transactions, type_audio")
    written = fill(prepared_url)
    assert written["generations"] == PLAN.generations
    assert "market_assets" not in written


def test_a_database_without_the_console_is_refused(database_url: str) -> None:
    with pytest.raises(Refused, match="flask db upgrade"):
        fill(database_url)


@pytest.mark.slow
def test_a_killed_run_leaves_the_database_as_it_was(prepared_url: str) -> None:
    before = picture(prepared_url)
    process = subprocess.Popen(  # noqa: S603 - this interpreter, and a program written above
        [sys.executable, "-c", _PROGRAM, prepared_url, "40000"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with psycopg.connect(prepared_url, autocommit=True) as connection:
        loading = "SELECT count(*) FROM pg_stat_progress_copy WHERE relid = 'generations'::regclass"
        until = time.monotonic() + 60
        while connection.execute(loading.encode()).fetchone() == (0,):
            assert time.monotonic() < until
            assert process.poll() is None
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        others = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        while connection.execute(others.encode()).fetchone() != (0,):
            time.sleep(0.02)
    assert changes(before, picture(prepared_url)) == (set(), set())
    assert [table for table in TABLES if count(prepared_url, table)] == []
    fill(prepared_url)


def test_a_second_process_makes_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "CHUNK", 0)
    assert list(ahead.blocks_ahead(PLAN, FILES)) == list(blocks(PLAN, FILES))


def test_what_stops_the_second_process_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "CHUNK", 0)
    broken = replace(PLAN, seed=-1)
    with pytest.raises(RuntimeError, match="could not be made"):
        list(ahead.blocks_ahead(broken, FILES))
