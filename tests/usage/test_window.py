"""The range that an address describes."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from delula.errors import InvalidInput
from delula.rollups.queries import Granularity
from delula.usage.links import hours_of_week
from delula.usage.window import PRESETS, Window, read_window

HOME = ZoneInfo("UTC")
NOW = datetime(2026, 11, 24, 13, 40, 12, 500, tzinfo=UTC)


def window(now: datetime = NOW, **args: str) -> Window:
    """The range that parameters describe; one whose name is Python's own ends in `_`."""
    return read_window({name.rstrip("_"): value for name, value in args.items()}, now, HOME)


@pytest.mark.parametrize(
    ("preset", "zone", "start", "end"),
    [
        ("24h", "UTC", "2026-11-23 14:00", "2026-11-24 14:00"),
        ("24h", "Asia/Kolkata", "2026-11-23 19:30", "2026-11-24 19:30"),
        ("7d", "UTC", "2026-11-18 00:00", "2026-11-25 00:00"),
        ("30d", "Asia/Kathmandu", "2026-10-26 00:00", "2026-11-25 00:00"),
        ("30d", "Europe/Berlin", "2026-10-26 00:00", "2026-11-25 00:00"),
        ("90d", "Pacific/Auckland", "2026-08-28 00:00", "2026-11-26 00:00"),
        ("12mo", "UTC", "2025-12-01 00:00", "2026-11-25 00:00"),
        ("18mo", "Europe/Berlin", "2025-06-01 00:00", "2026-11-25 00:00"),
    ],
)
def test_a_preset_ends_with_the_present_hour_or_day(preset: str, zone: str, start: str, end: str) -> None:
    read = window(range_=preset, zone=zone)
    ends = [f"{moment.astimezone(read.zone):%Y-%m-%d %H:%M}" for moment in (read.start, read.end)]
    assert ends == [start, end]


def test_every_preset_can_be_read_at_any_moment_of_a_year() -> None:
    for zone in ("Europe/Berlin", "Asia/Kathmandu", "America/Santiago"):
        for days in range(0, 366, 3):
            for preset in PRESETS:
                read = window(NOW + timedelta(days=days, hours=days % 24), range_=preset, zone=zone)
                assert read.start < read.end
                assert read.granularity in read.granularities


def test_thirty_days_are_what_is_asked_for_without_words() -> None:
    assert window() == window(range_="30d")
    assert window().params == (("range", "30d"),)


@pytest.mark.parametrize(
    ("first", "last", "zone", "hours"),
    [
        ("2026-03-29", "2026-03-29", "Europe/Berlin", 23),
        ("2025-10-26", "2025-10-26", "Europe/Berlin", 25),
        ("2026-10-25", "2026-10-25", "Europe/Berlin", 25),
        ("2026-03-08", "2026-03-08", "America/New_York", 23),
        ("2026-11-01", "2026-11-01", "America/New_York", 25),
        ("2026-03-29", "2026-03-29", "America/New_York", 24),
        ("2026-03-29", "2026-03-29", "Asia/Kolkata", 24),
        ("2026-03-01", "2026-03", "UTC", 31 * 24),
        ("2026-03-01T14:30", "2026-03-01T14:30", "UTC", 1 / 60),
        ("2026-03-01T14", "2026-03-01T15", "Asia/Kathmandu", 2),
    ],
)
def test_a_chosen_range_goes_to_the_end_of_its_last_day(
    first: str, last: str, zone: str, hours: float
) -> None:
    read = read_window({"from": first, "to": last, "zone": zone}, NOW, HOME)
    assert (read.end - read.start) / timedelta(hours=1) == pytest.approx(hours)
    assert read.start.astimezone(read.zone).strftime("%Y-%m-%d") == first[:10]


@pytest.mark.parametrize(
    ("args", "field"),
    [
        ({"from": "2026-03-02", "to": "2026-03-01"}, "to"),
        ({"from": "2026-03-02"}, "to"),
        ({"to": "2026-03-02"}, "from"),
        ({"from": "yesterday-ish", "to": "2026-03-01"}, "from"),
        ({"from": "7d", "to": "2026-03-01"}, "from"),
        ({"from": "2026-02-30", "to": "2026-03-01"}, "from"),
        ({"from": "1026-01-01", "to": "2026-03-01"}, "from"),
        ({"from": "1950-01-01", "to": "2026-03-01"}, "from"),
        ({"from": "2026-01-01", "to": "3026-03-01"}, "to"),
        ({"from": "2026-01-01", "to": "99999999999999999999"}, "to"),
        ({"from": "2001-01-01", "to": "2099-01-01"}, "from"),
        ({"from": "2026-01-01\0", "to": "2026-03-01"}, "from"),
        ({"range": "1000y"}, "range"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "Europe"}, "zone"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"zone": "/etc/passwd"}, "zone"),
        ({"zone": "x" * 5000}, "zone"),
        ({"zone": "a\0b"}, "zone"),
        ({"by": "year"}, "by"),
        ({"range": "18mo", "by": "hour"}, "by"),
        ({"range": "24h", "by": "month"}, "by"),
    ],
)
def test_what_cannot_be_used_is_named(args: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_window(args, NOW, HOME)
    assert refused.value.field == field


def test_a_range_can_be_cut_as_one_likes_within_reason() -> None:
    assert window(range_="7d", by="hour").granularity is Granularity.HOUR
    assert window(range_="7d", by="hour").params == (("range", "7d"), ("by", "hour"))
    assert window(range_="30d").granularities == [Granularity.DAY, Granularity.WEEK]
    assert window(range_="18mo").granularities == [Granularity.WEEK, Granularity.MONTH]


@pytest.mark.parametrize(
    ("args", "start", "end", "against"),
    [
        ({"range": "24h"}, "2026-11-22 14:00", "2026-11-23 13:45", "the 24 hours before"),
        ({"range": "30d"}, "2026-09-26 00:00", "2026-10-25 13:45", "the 30 days before"),
        # By the calendar: the clocks of Berlin went back meanwhile.
        (
            {"range": "30d", "zone": "Europe/Berlin"},
            "2026-09-26 00:00",
            "2026-10-25 14:45",
            "the 30 days before",
        ),
        ({"range": "18mo"}, "2023-12-01 00:00", "2025-05-24 13:45", "the 18 months before"),
        (
            {"from": "2026-03-29", "to": "2026-03-29"},
            "2026-03-28 00:00",
            "2026-03-29 00:00",
            "the day before",
        ),
        (
            {"from": "2026-03-29T10", "to": "2026-03-29T11"},
            "2026-03-29 08:00",
            "2026-03-29 10:00",
            "the time before",
        ),
    ],
)
def test_the_range_before_lies_as_far_back_and_is_as_long(
    args: dict[str, str], start: str, end: str, against: str
) -> None:
    read = read_window(args, NOW, HOME)
    before = read.before(NOW)
    assert before is not None
    assert [f"{moment.astimezone(read.zone):%Y-%m-%d %H:%M}" for moment in before] == [start, end]
    assert read.against == against


def test_a_range_that_has_not_begun_has_none_before() -> None:
    assert read_window({"from": "2027-01-01", "to": "2027-01-31"}, NOW, HOME).before(NOW) is None


def test_the_hours_of_a_week_follow_the_clock_of_the_zone() -> None:
    read = read_window({"from": "2026-03-20", "to": "2026-04-05", "zone": "Europe/Berlin"}, NOW, HOME)
    three, two = ([f"{first:%m-%dT%H}" for first, _ in hours_of_week(read, 6, hour)] for hour in (3, 2))
    assert (three, two) == (["03-22T02", "03-29T01", "04-05T01"], ["03-22T01", "04-05T00"])


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/Santiago", "Australia/Lord_Howe"]
)
@pytest.mark.parametrize("first", ["2025-09-30T05:17:00", "2026-03-25"])
def test_each_moment_of_a_range_is_in_one_hour_of_the_week(zone: str, first: str) -> None:
    read = read_window({"from": first, "to": "2026-04-14T11:29", "zone": zone}, NOW, HOME)
    hours: list[tuple[datetime, datetime]] = []
    for day, hour in itertools.product(range(7), range(24)):
        found = hours_of_week(read, day, hour)
        hours += found
        for begin, past in found:
            for moment in (begin, past - timedelta(seconds=1)):
                local = moment.replace(tzinfo=UTC).astimezone(read.zone)
                assert (local.weekday(), local.hour) == (day, hour)
    hours.sort()
    assert all(before[1] == after[0] for before, after in itertools.pairwise(hours))
    start, end = (moment.astimezone(UTC).replace(tzinfo=None) for moment in (read.start, read.end))
    assert hours[0][0] <= start < hours[0][1]
    assert hours[-1][0] < end <= hours[-1][1]
