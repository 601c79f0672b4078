"""Consoles on rows that are good, bad and ugly, with their roll-ups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy.engine import make_url

from tests.consoles import Console, console_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Executions, generations, ledger and assets of 45 days over a change of clocks, in uneven amounts; some of
#: them without a time, with an endless one, without success, with negative times and credits.
ROWS = """
    SELECT setseed(0.25);
    INSERT INTO users (id, credits) SELECT 'u' || n, 0 FROM generate_series(1, 30) n;
    INSERT INTO component_registry (component_id, name) SELECT 'c' || n, 'C' FROM generate_series(1, 4) n;
    INSERT INTO component_usage (component_id, user_id, processing_time_ms, credit_cost, success,
                                 error_message, created_at)
    SELECT 'c' || 1 + floor(4 * random() * random()),
           CASE WHEN random() < 0.95 THEN 'u' || 1 + floor(30 * random()) END,
           CASE WHEN random() < 0.02 THEN NULL WHEN random() < 0.02 THEN -5 WHEN random() < 0.05 THEN 0
                ELSE exp(3 + 8 * random()) END,
           CASE WHEN random() < 0.1 THEN NULL ELSE floor(9 * random()) - 2 END,
           CASE WHEN random() < 0.05 THEN NULL ELSE random() < 0.9 END,
           CASE WHEN random() < 0.8 THEN 'Provider answered ' || 500 + floor(4 * random()) || ' for job ' ||
               CASE WHEN random() < 0.3 THEN 'ann+' || floor(99 * random()) || '@example.org'
                    ELSE CAST(gen_random_uuid() AS text) END END,
           CASE WHEN random() < 0.01 THEN NULL WHEN random() < 0.005 THEN 'infinity'
                WHEN random() < 0.005 THEN '0044-03-15 BC'
                ELSE timestamp '2026-10-01' + random() * random() * interval '45 days' END
    FROM generate_series(1, 3000);
    INSERT INTO generations (user_id, recipe_id, prompt, status, metadata, created_at, processing_started_at,
                             updated_at, failure_reason, credits_cost, credits_refunded)
    SELECT 'u' || 1 + floor(30 * random()), CASE WHEN random() < 0.9 THEN 1 + floor(6 * random()) END, 'p',
           (ARRAY['completed', 'completed', 'completed', 'failed', 'pending', 'processing', 'odd'])
               [1 + floor(7 * random())],
           jsonb_build_object(
               'request_origin', (ARRAY['user', 'user', 'backlog', 'x'])[1 + floor(4 * random())],
               'formData', jsonb_build_object('food', (ARRAY['honey', 'glass'])[1 + floor(2 * random())])),
           moment, moment + random() * interval '3 minutes',
           CASE WHEN random() < 0.02 THEN 'infinity' ELSE moment + random() * interval '20 minutes' END,
           'Upstream error ' || floor(3 * random()), floor(20 * random()) - 1, random() < 0.1
    FROM (SELECT CASE WHEN random() < 0.02 THEN NULL
                      ELSE timestamp '2026-10-01' + random() * random() * interval '45 days' END AS moment
          FROM generate_series(1, 1500)) moments;
    INSERT INTO credit_transactions (user_id, amount, type, description, created_at)
    SELECT CASE WHEN random() < 0.9 THEN 'u' || 1 + floor(30 * random()) ELSE 'gone' END,
           floor(40 * random()) - 25,
           (ARRAY['usage', 'refund', 'purchase', 'gift'])[1 + floor(4 * random())], '',
           CASE WHEN random() < 0.02 THEN NULL
                ELSE timestamp '2026-10-01' + random() * interval '45 days' END
    FROM generate_series(1, 1000);
    INSERT INTO user_assets (user_id, asset_id, original_filename, display_name, s3_key, cdn_url, mime_type,
                             file_size, asset_type, source, is_deleted)
    SELECT 'u' || 1 + floor(35 * random()), 'a' || n, '', '', '', '', '', floor(1000 * random()) - 50,
           floor(6 * random()), 1, (ARRAY[true, false, NULL])[1 + floor(3 * random())]
    FROM generate_series(1, 800) n;
"""


@pytest.fixture(scope="session")
def counted_template(make_database: Callable[..., str], migrated_template: str) -> str:
    """Name of a database with these rows, whose roll-ups are filled; to be cloned and left alone."""
    url = make_database(migrated_template)
    with console_on(url) as console:
        console.sql(ROWS)
        refresh(console)
    return make_url(url).database or ""


@pytest.fixture(scope="session")
def counted(make_database: Callable[..., str], counted_template: str) -> Iterator[Console]:
    """A console on such a database; its rows are only read."""
    with console_on(make_database(counted_template)) as console:
        yield console


@pytest.fixture
def changing(make_database: Callable[..., str], counted_template: str) -> Iterator[Console]:
    """The same, for a test that changes rows."""
    with console_on(make_database(counted_template)) as console:
        yield console


@pytest.fixture(params=["documented", "older"])
def live(
    request: pytest.FixtureRequest, make_database: Callable[..., str], upgraded_templates: dict[str, str]
) -> Iterator[Console]:
    """A console on a live database, whose roll-ups are filled."""
    url = make_database(upgraded_templates[request.param])
    with console_on(url) as console:
        refresh(console)
        yield console


def refresh(console: Console) -> None:
    """What `flask rollups refresh` does."""
    result = console.app.test_cli_runner().invoke(args=["rollups", "refresh"])
    assert result.exit_code == 0, result.output


def a_day_passes(console: Console) -> None:
    """The next refresh takes the last one for that of yesterday, and so has everything to check."""
    console.sql("UPDATE dashboard.rollup_state SET as_of = as_of - interval '1 day'")


def a_while_passes(console: Console) -> None:
    """What was noted at the last refresh is old enough to settle."""
    console.sql("""
        UPDATE dashboard.rollup_state SET pending = (
            SELECT jsonb_agg(jsonb_set(note, '{2}', '"2026-01-01T00:00:00+00:00"'))
            FROM jsonb_array_elements(pending) note)
        WHERE pending <> '[]'""")
