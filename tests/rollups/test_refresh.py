"""Roll-ups are what the rows are: late ones, changed ones, deleted ones, those of two runs at once."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import psycopg
import pytest

from delula.rollups import refresh as work
from tests.rollups.conftest import a_day_passes, a_while_passes, refresh
from tests.rollups.truth import check_hours

if TYPE_CHECKING:
    from tests.consoles import Console

ONE_LATE = """
    INSERT INTO component_usage (component_id, user_id, processing_time_ms, success, created_at)
    VALUES ('c1', 'u1', 77, true, '2026-09-20 10:30')"""


def executions(console: Console) -> int:
    """In the hour of the late row."""
    query = """SELECT executions FROM dashboard.usage_rollup
               WHERE span = 'hour' AND component_id = 'c1' AND start = '2026-09-20 10:00'"""
    return sum(count for (count,) in console.sql(query))


def test_every_hour_is_what_its_rows_are(counted: Console) -> None:
    check_hours(counted)


def test_a_refresh_without_news_writes_no_sums(changing: Console) -> None:
    query = "SELECT span, count(*), max(id) FROM dashboard.usage_rollup GROUP BY 1 ORDER BY 1"
    before = changing.sql(query)
    refresh(changing)
    assert changing.sql(query) == before


def test_late_rows_are_found_whatever_their_time(changing: Console) -> None:
    changing.sql(ONE_LATE)
    changing.sql("""
        INSERT INTO generations (user_id, prompt, status, created_at, updated_at)
        VALUES ('new', 'p', 'failed', '2025-12-31 23:59', '2025-12-31');
        INSERT INTO credit_transactions (user_id, amount, type, description, created_at)
        VALUES ('new', 5, 'brand new', '', '2001-01-01')""")
    refresh(changing)
    check_hours(changing)
    assert changing.sql("SELECT failed, ledger_sum FROM dashboard.user_totals WHERE user_id = 'new'") == [
        (1, 5)
    ]


def test_a_row_that_is_committed_after_later_ones_is_found(changing: Console) -> None:
    before = executions(changing)
    with psycopg.connect(changing.url) as slow:
        slow.execute(ONE_LATE)
        changing.sql(ONE_LATE.replace("10:30", "11:30"))
        # Several looks pass, long enough for the id to settle if the open transaction were forgotten.
        for _ in range(3):
            refresh(changing)
            a_while_passes(changing)
        assert executions(changing) == before
        slow.commit()
    refresh(changing)
    assert executions(changing) == before + 1
    check_hours(changing)


def test_marks_settle_once_all_older_transactions_have_ended(changing: Console) -> None:
    changing.sql(ONE_LATE)
    refresh(changing)
    settled, top, until = 0, 1, time.monotonic() + 30
    # Transactions of other tests on the same server count as well.
    while settled != top and time.monotonic() < until:
        a_while_passes(changing)
        refresh(changing)
        ((settled, top),) = changing.sql("""
            SELECT settled_id, (SELECT max(id) FROM component_usage) FROM dashboard.rollup_state
            WHERE family = 'usage'""")
    assert settled == top


def test_an_execution_that_ends_is_counted_as_ended(changing: Console) -> None:
    changing.sql("""
        INSERT INTO component_usage (component_id, success, created_at)
        VALUES ('c1', NULL, now() at time zone 'UTC' - interval '9 days')""")
    refresh(changing)
    changing.sql("UPDATE component_usage SET success = true WHERE id = (SELECT max(id) FROM component_usage)")
    refresh(changing)
    check_hours(changing)


def test_a_generation_that_changes_is_counted_as_it_is(changing: Console) -> None:
    changing.sql("""
        UPDATE generations SET status = 'completed', credits_cost = 3, user_id = 'u7',
                               updated_at = now() at time zone 'UTC'
        WHERE id % 50 = 0""")
    refresh(changing)
    check_hours(changing)
    check_users(changing, "user_id = 'u7'")


def test_silent_changes_and_deletions_are_found_within_a_day(changing: Console) -> None:
    changing.sql("""
        DELETE FROM component_usage WHERE id % 3 = 0;
        UPDATE component_usage SET success = NOT success, processing_time_ms = 5 WHERE id % 7 = 0;
        DELETE FROM component_usage WHERE created_at < '2026-10-03';
        DELETE FROM credit_transactions WHERE user_id = 'gone';
        UPDATE generations SET status = 'failed' WHERE id % 5 = 0;
        DELETE FROM user_assets WHERE id % 2 = 0""")
    a_day_passes(changing)
    refresh(changing)
    check_hours(changing)
    check_users(changing)


def test_two_runs_at_once_do_no_harm(changing: Console) -> None:
    changing.sql("UPDATE component_usage SET success = true; DELETE FROM generations WHERE id % 9 = 0")
    changing.sql("INSERT INTO users (id, credits) SELECT 'new' || n, 0 FROM generate_series(1, 500) n")
    changing.sql("""
        INSERT INTO component_usage (component_id, user_id, created_at)
        SELECT 'c2', 'new' || n, '2026-10-01'::timestamp + n * interval '1 hour'
        FROM generate_series(1, 500) n""")
    errors: list[BaseException] = []

    def run(job: object) -> None:
        try:
            with changing.app.app_context():
                job()  # type: ignore[operator]
        except BaseException as error:  # noqa: BLE001 - told by the test
            errors.append(error)

    threads = [threading.Thread(target=run, args=[job]) for job in (work.rebuild, work.refresh, work.refresh)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    check_hours(changing)
    check_users(changing)


def test_an_interrupted_rebuild_is_taken_up_again(changing: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    changing.sql("DELETE FROM component_usage WHERE id % 2 = 0")

    class Killed(Exception):
        pass

    def watch(_family: str, _share: float) -> None:
        raise Killed

    with changing.app.app_context(), pytest.raises(Killed):
        work.rebuild(watch)
    refresh(changing)
    check_hours(changing)
    monkeypatch.undo()


def test_a_rebuild_repairs_whatever_the_tables_hold(changing: Console) -> None:
    changing.sql("""
        UPDATE dashboard.usage_rollup SET executions = executions + 1 WHERE id % 3 = 0;
        UPDATE dashboard.usage_rollup SET time_sketch = 'of an earlier version', users = 'likewise';
        DELETE FROM dashboard.usage_rollup WHERE id % 4 = 0;
        INSERT INTO dashboard.ledger_rollup (span, start, type, rows, positive, negative)
        VALUES ('hour', '2019-05-05', 'ghost', 1, 1, 0), ('day', '2026-10-03', 'ghost', 1, 1, 0);
        UPDATE dashboard.user_totals SET generations = 7""")
    result = changing.app.test_cli_runner().invoke(args=["rollups", "rebuild"])
    assert result.exit_code == 0
    assert "Up to date after" in result.output
    check_hours(changing)
    check_users(changing)


def test_sums_of_an_earlier_version_are_counted_anew(changing: Console) -> None:
    changing.sql("""
        UPDATE dashboard.usage_rollup SET time_sketch = 'of an earlier version', users = 'likewise';
        DELETE FROM dashboard.usage_rollup WHERE span = 'part';
        UPDATE dashboard.rollup_state SET settled_id = settled_id - 1 WHERE family = 'layout'""")
    refresh(changing)
    check_hours(changing)


def check_users(console: Console, condition: str = "true") -> None:
    """Compare the totals with the rows."""
    told = console.sql(f"""
        SELECT user_id, generations, completed, failed, other_status, assets, deleted_assets, videos,
               bytes::int, spent::int, ledger_rows, ledger_sum::int
        FROM dashboard.user_totals WHERE {condition} ORDER BY user_id""")
    exact = console.sql(f"""
        SELECT user_id,
               (SELECT count(*) FROM generations g WHERE g.user_id = t.user_id),
               (SELECT count(*) FROM generations g WHERE g.user_id = t.user_id AND status = 'completed'),
               (SELECT count(*) FROM generations g WHERE g.user_id = t.user_id AND status = 'failed'),
               (SELECT count(*) FROM generations g WHERE g.user_id = t.user_id AND status NOT IN
                   ('pending', 'processing', 'completed', 'failed')),
               (SELECT count(*) FROM user_assets a
                WHERE a.user_id = t.user_id AND NOT coalesce(is_deleted, false)),
               (SELECT count(*) FROM user_assets a WHERE a.user_id = t.user_id AND is_deleted),
               (SELECT count(*) FROM user_assets a WHERE a.user_id = t.user_id AND asset_type = 2
                   AND NOT coalesce(is_deleted, false)),
               (SELECT coalesce(sum(greatest(file_size, 0)), 0)::int FROM user_assets a
                WHERE a.user_id = t.user_id AND NOT coalesce(is_deleted, false)),
               (SELECT coalesce(-sum(amount), 0)::int FROM credit_transactions c
                WHERE c.user_id = t.user_id AND type = 'usage'),
               (SELECT count(*) FROM credit_transactions c WHERE c.user_id = t.user_id),
               (SELECT coalesce(sum(amount), 0)::int FROM credit_transactions c WHERE c.user_id = t.user_id)
        FROM dashboard.user_totals t WHERE {condition} ORDER BY user_id""")
    assert told == exact
    missing = console.sql("""
        SELECT id FROM users UNION SELECT user_id FROM generations UNION SELECT user_id FROM user_assets
        UNION SELECT user_id FROM credit_transactions EXCEPT SELECT user_id FROM dashboard.user_totals""")
    assert missing == []


def test_totals_of_users_are_those_of_their_rows(counted: Console) -> None:
    check_users(counted)


def test_totals_of_users_and_recipes_are_those_of_a_live_database(live: Console) -> None:
    check_users(live)
    told = live.sql("""
        SELECT recipe_id, generations, completed, failed, charged::bigint, refunded::bigint
        FROM dashboard.recipe_totals WHERE generations > 0 ORDER BY 1""")
    exact = live.sql("""
        SELECT coalesce(recipe_id, 0), count(*), count(*) FILTER (WHERE status = 'completed'),
               count(*) FILTER (WHERE status = 'failed'), coalesce(sum(credits_cost), 0),
               coalesce(sum(credits_cost) FILTER (WHERE credits_refunded), 0)
        FROM generations GROUP BY 1 ORDER BY 1""")
    assert told == exact
    assert live.sql("SELECT id FROM recipes EXCEPT SELECT recipe_id FROM dashboard.recipe_totals") == []


def test_a_recipe_tells_its_stock_its_last_use_and_the_options_chosen_most(changing: Console) -> None:
    changing.sql(
        "UPDATE generations SET user_id = 'system_backlog' WHERE recipe_id = 2 AND status = 'completed'"
    )
    # As if all were made in a time to come: they are counted once all the same.
    changing.sql("UPDATE generations SET created_at = created_at + interval '2 years'")
    by_people = "user_id <> 'system_backlog' AND metadata ->> 'request_origin' <> 'backlog'"
    result = changing.app.test_cli_runner().invoke(args=["rollups", "rebuild"])
    assert result.exit_code == 0
    for recipe, stock, last, options, looked_at in changing.sql(
        """SELECT recipe_id, stock, last_used_at, options, options_of
           FROM dashboard.recipe_totals WHERE recipe_id > 0"""
    ):
        ((completed, exact_last, dated),) = changing.sql(
            f"""SELECT count(*) FILTER (WHERE status = 'completed'), max(created_at),
                       count(created_at) FILTER (WHERE {by_people})
                FROM generations WHERE recipe_id = %s""",
            recipe,
        )
        assert (stock, last, looked_at) == (completed if recipe == 2 else 0, exact_last, dated)
        foods = changing.sql(
            f"""SELECT metadata -> 'formData' ->> 'food', count(*) FROM generations
                WHERE recipe_id = %s AND created_at IS NOT NULL AND {by_people}
                GROUP BY 1 ORDER BY 2 DESC, 1""",
            recipe,
        )
        assert options == {"food": [list(food) for food in foods]}


def test_an_empty_database_is_complete_at_once(database_url: str) -> None:
    from delula.rollups import queries as rollups  # noqa: PLC0415
    from tests.consoles import console_on  # noqa: PLC0415
    from tests.migrating import upgrade  # noqa: PLC0415

    upgrade(database_url)
    with console_on(database_url) as console:
        with console.app.app_context():
            assert rollups.as_of() is None
        refresh(console)
        refresh(console)
        with console.app.app_context():
            assert rollups.as_of() is not None
