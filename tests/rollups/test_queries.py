"""Any range, in any zone, is what its rows are."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from delula.db import db
from delula.rollups import queries as rollups
from delula.rollups.queries import Granularity
from tests.rollups.truth import (
    check_failures,
    check_generations,
    check_ledger,
    check_usage,
    naive,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.consoles import Console

BEGIN, END = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe")


def test_the_sums_of_any_range_are_those_of_its_rows(counted: Console) -> None:
    chance = random.Random(1)  # noqa: S311 - not a secret
    check_usage(counted, None, BEGIN, END)
    for _ in range(12):
        start = BEGIN + timedelta(seconds=chance.uniform(25 * 86400, 75 * 86400))
        end = start + timedelta(seconds=chance.choice((0.001, 600, 86400, 9e6)) * chance.random())
        for component in (None, "c1", "absent"):
            check_usage(counted, component, start, end)
        for recipe in (None, 0, 3):
            check_generations(counted, recipe, start, end)
        check_ledger(counted, start, end)
        check_failures(counted, start, end)


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("granularity", [Granularity.DAY, Granularity.WEEK, Granularity.MONTH])
def test_a_series_has_the_days_of_its_zone(counted: Console, name: str, granularity: Granularity) -> None:
    zone = ZoneInfo(name)
    start, end = datetime(2026, 9, 5, 7, 7, tzinfo=zone), datetime(2026, 11, 24, tzinfo=zone)
    with counted.app.app_context():
        series = rollups.usage_series(None, start, end, zone, granularity)
        ledger = rollups.ledger_series(start, end, zone, granularity)
    exact = dict(
        counted.sql(
            """SELECT date_trunc(%s, created_at AT TIME ZONE 'UTC' AT TIME ZONE %s), count(*)
               FROM component_usage WHERE created_at >= %s AND created_at < %s GROUP BY 1""",
            str(granularity),
            name,
            naive(start),
            naive(end),
        )
    )
    local = [point.start.replace(tzinfo=None) for point in series]
    firsts = {local[0]: _beginning(local[0], granularity)}
    told = {firsts.get(moment, moment): point.executions for moment, point in zip(local, series, strict=True)}
    assert {moment: count for moment, count in told.items() if count} == exact
    assert series[0].start == start
    assert series[-1].end == end
    assert all(before.end == after.start for before, after in itertools.pairwise(series))
    assert [point.start for point in ledger] == [point.start for point in series]


def _beginning(moment: datetime, granularity: Granularity) -> datetime:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if granularity is Granularity.WEEK:
        return midnight - timedelta(days=midnight.weekday())
    return midnight.replace(day=1) if granularity is Granularity.MONTH else midnight


@pytest.mark.parametrize("name", ZONES)
def test_each_point_of_a_series_is_what_its_range_is(counted: Console, name: str) -> None:
    zone = ZoneInfo(name)
    start, end = datetime(2026, 10, 20, 3, 30, tzinfo=zone), datetime(2026, 11, 10, tzinfo=zone)
    with counted.app.app_context():
        series = rollups.usage_series("c1", start, end, zone, Granularity.DAY)
        generations = rollups.generation_series(None, start, end, zone, Granularity.WEEK)
        for point in series[::4]:
            assert rollups.usage_summary("c1", point.start, point.end) == point
        for point in generations:
            assert rollups.generation_summary(None, point.start, point.end) == point
    for point in series[::5]:
        check_usage(counted, "c1", point.start, point.end)


def test_days_of_a_change_of_clocks_have_23_and_25_hours(counted: Console) -> None:
    zone = ZoneInfo("Europe/Berlin")
    with counted.app.app_context():
        spring = rollups.usage_series(
            None,
            datetime(2026, 3, 29, tzinfo=zone),
            datetime(2026, 3, 31, tzinfo=zone),
            zone,
            Granularity.DAY,
        )
        autumn = rollups.usage_series(
            None,
            datetime(2026, 10, 25, tzinfo=zone),
            datetime(2026, 10, 26, tzinfo=zone),
            zone,
            Granularity.HOUR,
        )
    assert [_hours(point) for point in spring] == [23, 24]
    assert len(autumn) == 25


def _hours(point: rollups.Usage) -> float:
    return (point.end.astimezone(UTC) - point.start.astimezone(UTC)) / timedelta(hours=1)


@pytest.mark.parametrize("name", ZONES)
def test_hours_are_those_of_the_zone_s_clock(counted: Console, name: str) -> None:
    start, end = datetime(2026, 10, 3, 10, 20, tzinfo=UTC), datetime(2026, 10, 6, 5, 1, tzinfo=UTC)
    with counted.app.app_context():
        told = rollups.usage_series("c2", start, end, ZoneInfo(name), Granularity.HOUR)
    exact = dict(
        counted.sql(
            """SELECT date_trunc('hour', created_at AT TIME ZONE 'UTC' AT TIME ZONE %s), count(*)
               FROM component_usage WHERE component_id = 'c2' AND created_at >= %s AND created_at < %s
               GROUP BY 1""",
            name,
            naive(start),
            naive(end),
        )
    )
    counts: dict[datetime, int] = defaultdict(int)
    for point in told:
        local = point.start.astimezone(ZoneInfo(name)).replace(minute=0, second=0, tzinfo=None)
        counts[local] += point.executions
    assert {hour: count for hour, count in counts.items() if count} == exact


@pytest.mark.parametrize("name", ZONES)
def test_the_heat_map_is_what_the_rows_are(counted: Console, name: str) -> None:
    start, end = datetime(2026, 9, 12, 10, 20, tzinfo=UTC), datetime(2026, 11, 19, 5, 1, tzinfo=UTC)
    with counted.app.app_context():
        told = rollups.usage_heatmap("c2", start, end, ZoneInfo(name))
    exact = [[rollups.Heat(0, 0)] * 24 for _ in range(7)]
    for day, hour, executions, failed in counted.sql(
        """SELECT extract(isodow FROM local)::int, extract(hour FROM local)::int, count(*),
                  count(*) FILTER (WHERE success = false)
           FROM (SELECT created_at AT TIME ZONE 'UTC' AT TIME ZONE %s AS local, success FROM component_usage
                 WHERE component_id = 'c2' AND created_at >= %s AND created_at < %s) rows GROUP BY 1, 2""",
        name,
        naive(start),
        naive(end),
    ):
        exact[day - 1][hour] = rollups.Heat(executions, failed)
    assert told == exact


def test_the_histogram_holds_every_time_once(counted: Console) -> None:
    with counted.app.app_context():
        bins = rollups.usage_histogram(None, BEGIN, END, 20)
    assert len(bins) <= 20
    assert all(before.high == after.low for before, after in itertools.pairwise(bins))
    for one in bins:
        ((count,),) = counted.sql(
            """SELECT count(*) FROM component_usage
               WHERE processing_time_ms > %s AND processing_time_ms <= %s AND created_at BETWEEN %s AND %s""",
            -1 if one.low == 0 else one.low,
            one.high,
            naive(BEGIN),
            naive(END),
        )
        assert one.count == count


def test_components_and_recipes_share_the_whole_between_them(counted: Console) -> None:
    with counted.app.app_context():
        whole = rollups.usage_summary(None, BEGIN, END)
        parts = rollups.usage_by_component(BEGIN, END)
        recipes = rollups.outcomes_by_recipe(BEGIN, END)
        components = rollups.outcomes_by_component(BEGIN, END)
        all_generations = rollups.generation_summary(None, BEGIN, END)
    assert sum(part.executions for part in parts.values()) == whole.executions
    assert sum(part.times.n for part in parts.values()) == whole.times.n
    assert sum(part.finished for part in recipes.values()) == all_generations.finished
    assert {id_: one.failed for id_, one in components.items()} == {
        id_: part.failed for id_, part in parts.items()
    }
    assert rollups.NO_RECIPE in recipes


def test_reasons_of_failure_have_a_series_of_their_own(counted: Console) -> None:
    with counted.app.app_context():
        series = rollups.generation_failure_series(None, BEGIN, END, UTC, Granularity.WEEK, limit=2)
        totals = rollups.generation_failures(None, BEGIN, END, limit=2)
    assert [(message, sum(counts)) for message, counts in series] == [
        (failure.message, failure.failures) for failure in totals
    ]


def test_what_has_no_rows_has_no_data(counted: Console) -> None:
    early = datetime(1990, 1, 1, tzinfo=UTC)
    with counted.app.app_context():
        empty = rollups.usage_summary(None, early, early + timedelta(days=9))
        series = rollups.usage_series(None, END, END + timedelta(days=2), UTC, Granularity.DAY)
        assert rollups.usage_histogram(None, END, END) == []
        assert rollups.usage_failures(None, END, END) == []
    assert (empty.executions, empty.users, empty.times) == (0, 0, rollups.Times())
    assert [point.executions for point in series] == [0, 0]


@pytest.mark.parametrize(
    ("most", "ask"),
    [
        (1, lambda: rollups.usage_summary(None, BEGIN, END)),
        (3, lambda: rollups.usage_summary(None, BEGIN + timedelta(minutes=5), END - timedelta(minutes=5))),
        (3, lambda: rollups.usage_series(None, BEGIN, END, ZoneInfo("Asia/Kolkata"), Granularity.DAY)),
        (1, lambda: rollups.usage_by_component(BEGIN, END)),
        (2, lambda: rollups.usage_heatmap(None, BEGIN, END, ZoneInfo("Europe/Berlin"))),
        (1, lambda: rollups.generation_series(None, BEGIN, END, UTC, Granularity.WEEK)),
        (1, lambda: rollups.ledger_series(BEGIN, END, ZoneInfo("Europe/Berlin"), Granularity.DAY)),
        (1, rollups.as_of),
    ],
)
def test_a_question_takes_few_statements(counted: Console, most: int, ask: Callable[[], object]) -> None:
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    with counted.app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        ask()
        event.remove(db.engine, "before_cursor_execute", note)
    assert 0 < len(statements) <= most


@pytest.mark.parametrize("component_id", [None, "c2"])
def test_an_overview_is_what_its_parts_are(counted: Console, component_id: str | None) -> None:
    with counted.app.app_context():
        told = rollups.usage_overview(component_id, BEGIN, END, 20)
        assert told.usage == rollups.usage_summary(component_id, BEGIN, END)
        assert told.bins == rollups.usage_histogram(component_id, BEGIN, END, 20)
        each = rollups.usage_by_component(BEGIN, END)
    assert told.by_component == (each if component_id is None else {component_id: each[component_id]})


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "Asia/Kathmandu"])
def test_trends_count_each_component_in_the_weeks_of_a_zone(counted: Console, name: str) -> None:
    zone = ZoneInfo(name)
    start, end = datetime(2026, 9, 12, tzinfo=zone), datetime(2026, 11, 1, tzinfo=zone)
    with counted.app.app_context():
        told = rollups.usage_trends(start, end, zone, Granularity.WEEK)
        points = rollups.usage_series(None, start, end, zone, Granularity.WEEK)
    bounds = [point.start for point in points] + [end]
    for component_id in ("c1", "c4"):
        exact = [
            counted.sql(
                """SELECT count(*) FROM component_usage WHERE component_id = %s
                   AND created_at >= %s AND created_at < %s""",
                component_id,
                naive(first),
                naive(past),
            )[0][0]
            for first, past in itertools.pairwise(bounds)
        ]
        assert told[component_id] == exact
