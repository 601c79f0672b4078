"""Round values beside grids, round times below them."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delula.web.scales import (
    BYTES,
    COUNT,
    CREDITS,
    NUMBER,
    SECONDS,
    SHARE,
    Measure,
    bins,
    finite,
    grid,
    moment,
    time_marks,
    write_times,
    zone_name,
)

BERLIN = ZoneInfo("Europe/Berlin")
MEASURES = (COUNT, NUMBER, CREDITS, SHARE, SECONDS, BYTES)
reals = st.floats(allow_nan=False, allow_infinity=False)


def test_what_is_no_finite_number_is_no_data() -> None:
    values = (None, math.nan, math.inf, -math.inf, Decimal("NaN"), Decimal("Infinity"), 10**400)
    assert [finite(value) for value in values] == [None] * len(values)
    assert [finite(value) for value in (0, -3, 2.5, Decimal("1.5"))] == [0, -3, 2.5, 1.5]


@given(st.sampled_from(MEASURES), reals, reals)
def test_a_grid_holds_all_values_in_a_few_even_steps(measure: Measure, a: float, b: float) -> None:
    low, high = sorted(finite(value) or 0.0 for value in (a, b))
    found = grid(low, high, measure)
    # Less than anybody sees may stand out.
    assert found.low <= low + found.step * 1e-8
    assert found.high >= high - found.step * 1e-8
    assert 2 <= len(found.values) <= 8
    assert all(math.isfinite(value) for value in found.values)
    assert all(a < b for a, b in pairwise(found.values))
    for value in found.values:
        text = measure.label(value, found.step)
        assert text
        assert "nan" not in text
        assert "inf" not in text


@pytest.mark.parametrize(
    ("low", "high", "measure", "labels"),
    [
        (0, 143, COUNT, ["0", "50", "100", "150"]),
        (0, 3, COUNT, ["0", "1", "2", "3"]),
        (0, 0, COUNT, ["0", "1"]),
        (0, 12_400, COUNT, ["0", "5 K", "10 K", "15 K"]),
        (0, 9_000, COUNT, ["0", "2.5 K", "5 K", "7.5 K", "10 K"]),
        (-290, 270, CREDITS, ["\N{MINUS SIGN}400", "\N{MINUS SIGN}200", "0", "200", "400"]),
        (0, 1, SHARE, ["0 %", "25 %", "50 %", "75 %", "100 %"]),
        (0.97, 0.99, SHARE, ["97 %", "97.5 %", "98 %", "98.5 %", "99 %"]),
        (0, 170, SECONDS, ["0 s", "1 min", "2 min", "3 min"]),
        (0, 0.9, SECONDS, ["0 s", "250 ms", "500 ms", "750 ms", "1 s"]),
        (0, 20_000, SECONDS, ["0 s", "2 h", "4 h", "6 h"]),
        (0, 3_500_000, BYTES, ["0 B", "1 MB", "2 MB", "3 MB", "4 MB"]),
        (0, 4e-9, NUMBER, ["0", "1e-09", "2e-09", "3e-09", "4e-09"]),
    ],
)
def test_the_values_beside_a_grid_are_round(
    low: float, high: float, measure: Measure, labels: list[str]
) -> None:
    found = grid(low, high, measure)
    assert [measure.label(value, found.step) for value in found.values] == labels


@given(st.lists(st.one_of(st.none(), st.floats(), st.integers(-(10**6), 10**6)), max_size=40))
def test_bins_hold_every_value_once(values: list[float | None]) -> None:
    found = bins(values)
    assert sum(one.n or 0 for one in found) == sum(finite(value) is not None for value in values)
    assert all(a.high == b.low for a, b in pairwise(found))


def marked(start: datetime, end: datetime) -> list[str]:
    return [text for _at, text in time_marks(start, end)]


def test_times_below_a_plot_are_round_in_their_zone() -> None:
    start = datetime(2026, 11, 22, 22, 30, tzinfo=BERLIN)
    assert marked(start, start + timedelta(hours=12)) == [
        "23 Nov",
        "02:00",
        "04:00",
        "06:00",
        "08:00",
        "10:00",
    ]
    assert marked(start, start + timedelta(minutes=10)) == [
        "22:30",
        "22:32",
        "22:34",
        "22:36",
        "22:38",
        "22:40",
    ]
    assert marked(start, start + timedelta(days=30)) == ["23 Nov", "30 Nov", "7 Dec", "14 Dec", "21 Dec"]
    assert marked(start, start + timedelta(days=200)) == ["Dec", "2027", "Feb", "Mar", "Apr", "May", "Jun"]
    assert marked(start, start + timedelta(days=540)) == ["2027", "Apr", "Jul", "Oct", "2028", "Apr"]
    assert marked(start, start + timedelta(days=3_650)) == ["2028", "2030", "2032", "2034", "2036"]
    assert marked(start, start) == []


def test_the_day_on_which_the_clock_goes_back_has_25_hours() -> None:
    start = moment(date(2026, 10, 25), BERLIN)
    marks = time_marks(start, moment(date(2026, 10, 26), BERLIN))
    assert [text for _at, text in marks] == ["25 Oct", "06:00", "12:00", "18:00", "26 Oct"]
    hours = [(b - a).total_seconds() / 3_600 for (a, _), (b, _) in pairwise(marks)]
    assert hours == [7, 6, 6, 6]


def test_an_hour_that_the_clock_leaves_out_is_left_out() -> None:
    start = moment(date(2026, 3, 29), BERLIN)
    assert marked(start, start + timedelta(hours=5)) == ["29 Mar", "01:00", "03:00", "04:00", "05:00"]


def test_the_hour_that_comes_twice_says_which_one_it_is() -> None:
    first = datetime(2026, 10, 25, 0, tzinfo=UTC)
    local = [moment(first + timedelta(hours=index), BERLIN) for index in range(2)]
    assert write_times(local, "hour") == ["Sun 25 Oct 2026, 02:00 CEST", "Sun 25 Oct 2026, 02:00 CET"]


def test_a_time_is_written_as_its_step_asks_for() -> None:
    at = [datetime(2026, 11, 23, 14, 5, tzinfo=UTC)]
    assert [write_times(at, step)[0] for step in ("minute", "day", "week", "month")] == [
        "Mon 23 Nov 2026, 14:05 UTC",
        "Mon 23 Nov 2026",
        "Week of Mon 23 Nov 2026",
        "Nov 2026",
    ]


def test_a_time_without_zone_is_utc_and_a_date_is_its_first_moment_in_the_zone() -> None:
    assert moment(datetime(2026, 1, 1, 23, 30), BERLIN).isoformat() == "2026-01-02T00:30:00+01:00"  # noqa: DTZ001 - as the database has it
    assert moment(date(2026, 1, 1), BERLIN).isoformat() == "2026-01-01T00:00:00+01:00"
    assert (zone_name(UTC), zone_name(BERLIN)) == ("UTC", "Europe/Berlin")
