"""Usage counts made anew beside a product that counts on, and changes past the console noticed."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import text

from delula.access.permissions import Role
from delula.db import atomic, session
from delula.recipes.usage import NOTICE, RECOUNT, outcome, recount
from delula.work.run import perform
from tests.consoles import console_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.consoles import Console

RECIPES = (
    "INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost,"
    " recipe_steps, usage_count)"
    " SELECT n, 'R', 'r' || n, '', '', '', '', 1, '[]', 900 FROM generate_series(1, 3) n"
)
RUNS = (
    "INSERT INTO generations (user_id, recipe_id, prompt, created_at)"
    " SELECT CASE WHEN n % 5 = 0 THEN 'system_backlog' ELSE 'u' END, 1 + n % 2, 'p',"
    " CASE WHEN n % 7 = 0 THEN NULL ELSE now() AT TIME ZONE 'UTC' - n * interval '20 minutes' END"
    " FROM generate_series(0, 99) n"
)
IS_RIGHT = (
    "SELECT usage_count = (SELECT count(*) FROM generations g"
    " WHERE g.recipe_id = r.id AND g.user_id <> 'system_backlog') FROM recipes r ORDER BY id"
)


@pytest.fixture
def console(migrated_url: str) -> Iterator[Console]:
    with console_on(migrated_url) as console:
        console.sql(RECIPES)
        console.sql(RUNS)
        console.sql("INSERT INTO recipe_usage VALUES (1, 7, '2099-01-01')")
        yield console


def test_counts_become_those_of_the_generations_and_go_on_from_there(console: Console) -> None:
    with console.app.app_context():
        with atomic():
            job = RECOUNT.defer({})
        perform(RECOUNT, job, {})
        progress = session().execute(
            text("SELECT done, total FROM dashboard.job_progress WHERE job_id = :job"), {"job": job}
        )
        assert progress.one() == (3, 3)
        # The page of the job says which counts were wrong, also where only the second table was.
        told = outcome(job, 3)
        assert told.sentence == "3 counts were corrected, of 3 recipes."
        assert {(one.id, one.before, one.after) for one in told.changed} == {
            ("1", "900; 7 in recipe_usage", "40"),
            ("2", "900; none in recipe_usage", "40"),
            ("3", "900; none in recipe_usage", "0"),
        }
        with atomic():
            again = RECOUNT.defer({})
        perform(RECOUNT, again, {})
        assert outcome(again, 3).sentence == "No count was wrong, of 3 recipes."
        entries = session().execute(
            text("SELECT after FROM dashboard.audit_log WHERE action = 'recipes.recounted' ORDER BY id")
        )
        assert list(entries.scalars()) == [
            {"job": job, "counted": 3, "changed": 3},
            {"job": again, "counted": 3, "changed": 0},
        ]
        session().remove()
    page = console.as_role(Role.VIEWER).get(f"/jobs/{job}").text
    assert "3 counts were corrected" in page
    assert 'href="/recipes/1"' in page
    assert console.sql(IS_RIGHT) == [(True,)] * 3
    assert console.sql("SELECT recipe_id, usage_count FROM recipe_usage ORDER BY 1") == console.sql(
        "SELECT id, usage_count FROM recipes WHERE usage_count > 0 ORDER BY 1"
    )
    # The product's own later time stays.
    assert console.sql("SELECT last_used_at::text FROM recipe_usage WHERE recipe_id = 1") == [
        ("2099-01-01 00:00:00",)
    ]


def test_no_run_is_lost_or_counted_twice_while_the_product_counts(console: Console) -> None:
    console.sql("UPDATE recipes SET usage_count = 0")
    with console.app.app_context():
        recount(1, datetime.now(UTC))
        session().remove()
    start = threading.Event()

    def product() -> None:
        with psycopg.connect(console.url, autocommit=True) as connection:
            start.set()
            for _ in range(60):
                with connection.transaction():
                    connection.execute(
                        "INSERT INTO generations (user_id, recipe_id, prompt) VALUES ('u', 1, 'p')"
                    )
                    connection.execute("UPDATE recipes SET usage_count = usage_count + 1 WHERE id = 1")

    thread = threading.Thread(target=product)
    thread.start()
    start.wait()
    with console.app.app_context():
        while thread.is_alive():
            recount(1, datetime.now(UTC))
            session().remove()
    thread.join()
    assert console.sql(IS_RIGHT)[0] == (True,)


def test_what_the_product_changes_is_noticed_and_what_it_counts_is_not(console: Console) -> None:
    def look() -> list[tuple[object, ...]]:
        with console.app.app_context():
            with atomic():
                job = NOTICE.defer({})
            perform(NOTICE, job, {})
            session().remove()
        return console.sql("SELECT recipe_id, number, origin FROM dashboard.recipe_version ORDER BY 1, 2")

    assert look() == [(1, 1, "found"), (2, 1, "found"), (3, 1, "found")]
    console.sql("UPDATE recipes SET usage_count = usage_count + 1")
    assert len(look()) == 3
    console.sql("UPDATE recipes SET workflow_components = 'null' WHERE id = 2")
    assert look()[2] == (2, 2, "product")
