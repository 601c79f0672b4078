"""Sums that become one, and time in pieces: properties that hold for all values."""

from __future__ import annotations

import itertools
from datetime import datetime
from statistics import quantiles
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as some

from delula.models import Span
from delula.rollups.spans import LENGTHS, Granularity, buckets, decompose, following
from delula.rollups.sums import LONGEST, Spread

TIMES = some.lists(some.integers(0, LONGEST), min_size=2, max_size=60)
MOMENTS = some.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1))  # noqa: DTZ001 - UTC, as the columns


def spread_of(values: list[int]) -> Spread:
    spread = Spread()
    spread.include(len(values), sum(values), min(values), max(values))
    spread.add(values)
    return spread


@given(TIMES)
def test_percentiles_are_within_one_percent(values: list[int]) -> None:
    times = spread_of(values).times()
    exact = quantiles(values, n=100, method="inclusive")
    for told, wanted in ((times.p50, exact[49]), (times.p95, exact[94]), (times.p99, exact[98])):
        assert told is not None
        assert abs(told - wanted) <= 0.01 * wanted + 1e-9


@given(TIMES, TIMES)
def test_two_sums_become_what_all_values_are_at_once(one: list[int], other: list[int]) -> None:
    whole = spread_of(one)
    whole.merge(spread_of(other))
    stored = Spread()
    for part in (one, other):
        spread = spread_of(part)
        stored.include(spread.count, spread.total, spread.least, spread.most)
        stored.decode(spread.encode())
    assert whole.times() == stored.times() == spread_of(one + other).times()


@given(MOMENTS, MOMENTS, some.sampled_from([Span.PART, Span.HOUR]))
def test_a_range_is_made_of_its_pieces(one: datetime, other: datetime, shortest: Span) -> None:
    start, end = min(one, other), max(one, other)
    spans, rests = decompose(start, end, shortest)
    pieces = sorted([(begin, following(begin, span)) for span, begin in spans] + rests)
    assert len(rests) <= 2
    assert all(past - begin < LENGTHS[shortest] for begin, past in rests)
    assert sum(span is Span.QUARTER for span, _ in spans) <= 6
    if start < end:
        assert (pieces[0][0], pieces[-1][1]) == (start, end)
    assert all(before[1] == after[0] for before, after in itertools.pairwise(pieces))


@given(
    MOMENTS,
    MOMENTS,
    some.sampled_from(["UTC", "Africa/Cairo", "America/Havana", "Pacific/Chatham", "Asia/Beirut"]),
    some.sampled_from(list(Granularity)[1:]),
)
def test_buckets_cover_a_range_without_gap(
    one: datetime, other: datetime, zone: str, granularity: Granularity
) -> None:
    start, end = min(one, other), max(one, other)
    found = buckets(start, end, ZoneInfo(zone), granularity)
    assert all(begin < past for begin, past in found)
    assert all(before[1] == after[0] for before, after in itertools.pairwise(found))
    if start < end:
        assert (found[0][0], found[-1][1]) == (start, end)
