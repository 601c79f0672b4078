"""Dates, ages and durations as people type them, in any zone."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delula.search.times import Clock, Period, read_duration, read_period, written_period

BERLIN = ZoneInfo("Europe/Berlin")


def span(typed: str, now: str, zone: str = "UTC") -> tuple[str, str]:
    """A period's ends, in UTC, as ISO text."""
    period = read_period(typed, Clock(datetime.fromisoformat(now), ZoneInfo(zone)))
    assert period is not None
    return period.start.isoformat(), period.end.isoformat()


@pytest.mark.parametrize(
    ("typed", "zone", "start", "end"),
    [
        ("2026-03-01", "Europe/Berlin", "2026-02-28T23:00:00", "2026-03-01T23:00:00"),
        # The days on which clocks change have 23 and 25 hours.
        ("2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00", "2026-03-29T22:00:00"),
        ("2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00", "2026-10-25T23:00:00"),
        ("2026-03", "America/New_York", "2026-03-01T05:00:00", "2026-04-01T04:00:00"),
        ("2026", "Asia/Kolkata", "2025-12-31T18:30:00", "2026-12-31T18:30:00"),
        ("2024-02", "UTC", "2024-02-01T00:00:00", "2024-03-01T00:00:00"),
        ("2026-12", "UTC", "2026-12-01T00:00:00", "2027-01-01T00:00:00"),
        ("2026-12-31", "UTC", "2026-12-31T00:00:00", "2027-01-01T00:00:00"),
        ("2026-03-01T14", "UTC", "2026-03-01T14:00:00", "2026-03-01T15:00:00"),
        ("2026-03-01T14:30", "Europe/Berlin", "2026-03-01T13:30:00", "2026-03-01T13:31:00"),
        ("2026-03-01T14:30:05Z", "Europe/Berlin", "2026-03-01T14:30:05", "2026-03-01T14:30:06"),
        ("2026-03-01T14:30:05.25-0500", "UTC", "2026-03-01T19:30:05.250000", "2026-03-01T19:30:05.260000"),
        ("1950", "Pacific/Kiritimati", "1950-01-01T10:40:00", "1951-01-01T10:40:00"),
        ("9998-12-31", "Pacific/Pago_Pago", "9998-12-31T11:00:00", "9999-01-01T11:00:00"),
    ],
)
def test_a_date_is_a_half_open_span_of_its_zone(typed: str, zone: str, start: str, end: str) -> None:
    assert span(typed, "2026-03-10T12:00:00+00:00", zone) == (start, end)


def test_today_and_yesterday_are_days_of_the_zone() -> None:
    # Half past eleven in the evening in UTC is tomorrow in Berlin already.
    assert span("today", "2026-03-10T23:30:00+00:00", "Europe/Berlin") == (
        "2026-03-10T23:00:00",
        "2026-03-11T23:00:00",
    )
    assert span("Yesterday", "2026-03-30T00:30:00+00:00", "Europe/Berlin") == (
        "2026-03-28T23:00:00",
        "2026-03-29T22:00:00",
    )


@pytest.mark.parametrize(
    ("typed", "then"),
    [
        ("30m", "2026-03-31T11:30:00"),
        ("24h", "2026-03-30T12:00:00"),
        ("2W", "2026-03-17T12:00:00"),
        ("1mo", "2026-02-28T12:00:00"),
        ("13mo", "2025-02-28T12:00:00"),
        ("25mo", "2024-02-29T12:00:00"),
        ("1y", "2025-03-31T12:00:00"),
        ("0d", "2026-03-31T12:00:00"),
    ],
)
def test_an_age_counts_back_from_now_in_calendar_months_and_exact_hours(typed: str, then: str) -> None:
    assert span(typed, "2026-03-31T12:00:00") == (then, then)


def test_months_are_counted_in_the_zone_so_that_the_clock_shows_the_same_time() -> None:
    assert span("1mo", "2026-04-10T10:00:00+00:00", "Europe/Berlin")[0] == "2026-03-10T11:00:00"


@pytest.mark.parametrize(
    "typed", ["", "soon", "7", "7x", "-7d", "7 d", "2026-3-1", "20260301", "٢٠٢٦", "1mo2d"]
)
def test_what_is_no_time_is_none(typed: str) -> None:
    assert read_period(typed, Clock(datetime(2026, 3, 10, tzinfo=UTC))) is None


@pytest.mark.parametrize(
    "typed",
    [
        "1899",
        "9999",
        "2026-13",
        "2026-00",
        "2026-02-29",
        "2026-03-01T24:00",
        "2026-03-01T10:00+25:00",
        "200y",
    ],
)
def test_a_time_that_cannot_be_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^(The|That) .*\.$"):
        read_period(typed, Clock(datetime(2026, 3, 10, tzinfo=UTC)))


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("90", "90"),
        ("90s", "90"),
        ("1.5m", "90"),
        ("1m30s", "90"),
        ("2H", "7200"),
        ("1d1h", "90000"),
        ("250ms", "0.25"),
        ("0.5", "0.5"),
        ("1w", "604800"),
    ],
)
def test_a_duration_is_read_in_seconds(typed: str, seconds: str) -> None:
    assert read_duration(typed) == Decimal(seconds)


@pytest.mark.parametrize("typed", ["", "s", "1x", "-5s", "1m 30s", "1e5", "5 minutes", "\u0665s"])
def test_what_is_no_duration_is_none(typed: str) -> None:
    assert read_duration(typed) is None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the first zone is read from disk
@given(
    moment=st.datetimes(
        datetime.fromisoformat("1901-01-01"), datetime.fromisoformat("9997-01-01"), timezones=st.just(BERLIN)
    )
)
def test_every_moment_lies_in_its_own_day_month_and_year(moment: datetime) -> None:
    clock = Clock(moment, BERLIN)
    instant = moment.astimezone(UTC).replace(tzinfo=None)
    for pattern in ("%Y-%m-%d", "%Y-%m", "%Y"):
        period = read_period(moment.strftime(pattern), clock)
        assert period is not None
        assert period.start <= instant < period.end
    assert read_period("now", clock) == Period(instant, instant)


def test_a_period_is_written_to_its_last_second_even_where_an_hour_comes_twice() -> None:
    first, second, third = (datetime(2025, 10, 26, hour, tzinfo=UTC).astimezone(BERLIN) for hour in (0, 1, 2))
    assert written_period(first, second) == "2025-10-26T00:00:00Z..2025-10-26T00:59:59Z"
    assert written_period(second, third) == "2025-10-26T01:00:00Z..2025-10-26T01:59:59Z"
