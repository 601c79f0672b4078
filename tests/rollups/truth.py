"""What the roll-ups ought to say, asked of the rows by other means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delula.rollups import queries as rollups
from delula.rollups.queries import Failure, LedgerSum

if TYPE_CHECKING:
    from datetime import datetime

    from tests.consoles import Console

USAGE = """
    SELECT count(*), count(*) FILTER (WHERE success), count(*) FILTER (WHERE success = false),
           count(*) FILTER (WHERE success IS NULL), coalesce(sum(credit_cost), 0), count(DISTINCT user_id),
           count(*) FILTER (WHERE processing_time_ms >= 0),
           avg(processing_time_ms) FILTER (WHERE processing_time_ms >= 0),
           min(processing_time_ms) FILTER (WHERE processing_time_ms >= 0),
           max(processing_time_ms) FILTER (WHERE processing_time_ms >= 0),
           percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY processing_time_ms)
               FILTER (WHERE processing_time_ms >= 0)
    FROM component_usage
    WHERE created_at >= %s AND created_at < %s AND (component_id = %s OR %s::text IS NULL)"""

GENERATIONS = """
    SELECT count(*),
           count(*) FILTER (WHERE status = 'pending'), count(*) FILTER (WHERE status = 'processing'),
           count(*) FILTER (WHERE status = 'completed'), count(*) FILTER (WHERE status = 'failed'),
           count(*) FILTER (WHERE status = 'odd'), count(*) FILTER (WHERE credits_refunded),
           coalesce(sum(credits_cost), 0), coalesce(sum(credits_cost) FILTER (WHERE credits_refunded), 0),
           count(*) FILTER (WHERE metadata @> '{"request_origin": "user"}'),
           count(*) FILTER (WHERE metadata @> '{"request_origin": "backlog"}')
    FROM generations
    WHERE created_at >= %s AND created_at < %s AND (coalesce(recipe_id, 0) = %s OR %s::integer IS NULL)"""

RUN_TIMES = """
    SELECT count(*), percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (
        ORDER BY extract(epoch FROM updated_at - processing_started_at) * 1000)
    FROM generations
    WHERE created_at >= %s AND created_at < %s AND status IN ('completed', 'failed')
      AND isfinite(updated_at) AND updated_at >= processing_started_at"""

LEDGER = """
    SELECT type, count(*), coalesce(sum(amount) FILTER (WHERE amount > 0), 0),
           coalesce(sum(amount) FILTER (WHERE amount < 0), 0)
    FROM credit_transactions WHERE created_at >= %s AND created_at < %s GROUP BY 1"""


def close(told: float | None, exact: float | None) -> bool:
    """Whether a percentile is within 1 % of the exact one."""
    if told is None or exact is None:
        return told is exact
    return abs(told - float(exact)) <= 0.01 * float(exact) + 1e-6


def naive(moment: datetime) -> str:
    """A moment as SQL has it, in UTC."""
    return moment.astimezone(rollups.UTC).replace(tzinfo=None).isoformat()


def check_usage(console: Console, component: str | None, start: datetime, end: datetime) -> None:
    """Compare a summary with the rows."""
    with console.app.app_context():
        told = rollups.usage_summary(component, start, end)
    ((*counts, n, mean, least, most, exact),) = console.sql(
        USAGE, naive(start), naive(end), component, component
    )
    assert [
        told.executions,
        told.succeeded,
        told.failed,
        told.unfinished,
        told.credits,
        told.users,
    ] == counts
    times = told.times
    assert (times.n, times.least, times.most) == (n, least, most)
    assert close(times.mean, mean)
    for ours, theirs in zip((times.p50, times.p95, times.p99), exact or [None] * 3, strict=True):
        assert close(ours, theirs), (times, exact)


def check_generations(console: Console, recipe: int | None, start: datetime, end: datetime) -> None:
    """Compare a summary with the rows."""
    with console.app.app_context():
        told = rollups.generation_summary(recipe, start, end)
    (counts,) = console.sql(GENERATIONS, naive(start), naive(end), recipe, recipe)
    assert (
        told.created,
        told.pending,
        told.processing,
        told.completed,
        told.failed,
        told.other,
        told.refunded,
        told.charged,
        told.credits_refunded,
        told.from_user,
        told.from_backlog,
    ) == counts
    if recipe is None:
        ((n, exact),) = console.sql(RUN_TIMES, naive(start), naive(end))
        assert told.run.n == n
        for ours, theirs in zip((told.run.p50, told.run.p95, told.run.p99), exact or [None] * 3, strict=True):
            assert close(ours, theirs), (told.run, exact)


def check_ledger(console: Console, start: datetime, end: datetime) -> None:
    """Compare the sums by type with the rows."""
    with console.app.app_context():
        told = rollups.ledger_summary(start, end)
    rows = console.sql(LEDGER, naive(start), naive(end))
    assert told == {type_: LedgerSum(*sums) for type_, *sums in rows}


def check_failures(console: Console, start: datetime, end: datetime) -> None:
    """Compare the messages with the rows: what differs from case to case is an id at the end."""
    with console.app.app_context():
        told = rollups.usage_failures(None, start, end)
    rows = console.sql(
        """SELECT coalesce(regexp_replace(error_message, '[^ ]*$', '…'), ''), count(*),
                  min(coalesce(error_message, ''))
           FROM component_usage WHERE success = false AND created_at >= %s AND created_at < %s
           GROUP BY 1 ORDER BY 2 DESC, 1""",
        naive(start),
        naive(end),
    )
    assert told == [Failure(*row) for row in rows]


def check_hours(console: Console) -> None:
    """Compare every hour of every table with the rows."""
    for rolled, raw in HOURS:
        assert sorted(console.sql(rolled), key=str) == sorted(console.sql(raw), key=str)
    for coarse in ("part", "quarter", "day", "month"):
        for table, column in (
            ("usage_rollup", "executions"),
            ("generation_rollup", "created"),
            ("ledger_rollup", "rows"),
        ):
            sums = f"""
                SELECT date_trunc('month', start), sum({column}) FROM dashboard.{table}
                WHERE span = %s GROUP BY 1 ORDER BY 1"""
            if coarse == "part" and table != "usage_rollup":
                continue
            assert console.sql(sums, coarse) == console.sql(sums, "hour"), (table, coarse)


_DATED = "created_at >= '2000-01-01' AND created_at < '2100-01-01'"
HOURS = (
    (
        """SELECT start, component_id, executions, succeeded, unfinished, time_total::int
           FROM dashboard.usage_rollup WHERE span = 'hour'""",
        f"""SELECT date_trunc('hour', created_at), component_id, count(*), count(*) FILTER (WHERE success),
                  count(*) FILTER (WHERE success IS NULL),
                  coalesce(sum(processing_time_ms) FILTER (WHERE processing_time_ms >= 0), 0)::int
           FROM component_usage WHERE {_DATED} GROUP BY GROUPING SETS ((1, 2), (1))""",
    ),
    (
        """SELECT start, recipe_id, created, completed, refunded, charged::int
           FROM dashboard.generation_rollup WHERE span = 'hour' AND recipe_id IS NOT NULL""",
        f"""SELECT date_trunc('hour', created_at), coalesce(recipe_id, 0), count(*),
                  count(*) FILTER (WHERE status = 'completed'), count(*) FILTER (WHERE credits_refunded),
                  coalesce(sum(credits_cost), 0)::int
           FROM generations WHERE {_DATED} GROUP BY 1, 2""",
    ),
    (
        "SELECT start, type, rows, positive + negative FROM dashboard.ledger_rollup WHERE span = 'hour'",
        f"""SELECT date_trunc('hour', created_at), type, count(*), sum(amount)
           FROM credit_transactions WHERE {_DATED} GROUP BY 1, 2""",
    ),
    (
        """SELECT start, component_id, sum(failures)::int FROM dashboard.usage_failure
           WHERE span = 'hour' GROUP BY 1, 2""",
        f"""SELECT date_trunc('hour', created_at), component_id, count(*)::int
           FROM component_usage WHERE success = false AND {_DATED} GROUP BY 1, 2""",
    ),
)
