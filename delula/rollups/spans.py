"""Time, cut into what roll-ups have: whole hours of UTC, and coarser spans made of them.

Moments in this module are naive and in UTC, as the columns are. Roll-ups know the years 2000 to 2099; a row
outside of them (or without a time, or at infinity) has no usable time, and is in no range.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import TypeAlias

from delula.models import Span

#: From the first of these to just before the second.
Range: TypeAlias = tuple[datetime, datetime]

FIRST, PAST = datetime(2000, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 - see above
HOUR = timedelta(hours=1)

#: All spans but months, which have no length.
LENGTHS = {Span.PART: HOUR / 4, Span.HOUR: HOUR, Span.QUARTER: 6 * HOUR, Span.DAY: 24 * HOUR}
#: From the shortest to the longest; each is made of whole ones of the one before.
_SPANS = (*LENGTHS, Span.MONTH)


class Granularity(StrEnum):
    """How much time a point of a series sums up, in the zone of who looks; weeks begin on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def granularity_for(start: datetime, end: datetime) -> Granularity:
    """The granularity that gives a chart of this range some dozens of points."""
    days = (end - start) / timedelta(days=1)
    if days <= 3:
        return Granularity.HOUR
    if days <= 92:
        return Granularity.DAY
    return Granularity.WEEK if days <= 400 else Granularity.MONTH


def as_utc(moment: datetime) -> datetime:
    """An aware moment as the columns have it, moved into the years that roll-ups know."""
    return min(max(moment.astimezone(UTC).replace(tzinfo=None), FIRST), PAST)


def floor(moment: datetime, span: Span) -> datetime:
    """The start of the span that holds this moment."""
    if span is Span.MONTH:
        return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return FIRST + (moment - FIRST) // LENGTHS[span] * LENGTHS[span]


def ceiling(moment: datetime, span: Span) -> datetime:
    """The same where it is the start of a span, else the start of the next."""
    start = floor(moment, span)
    return start if start == moment else following(start, span)


def following(start: datetime, span: Span) -> datetime:
    """Where the span that begins at `start` ends."""
    if span is Span.MONTH:
        return (start + timedelta(days=32)).replace(day=1)
    return start + LENGTHS[span]


def coarser(shortest: Span) -> list[tuple[Span, Span]]:
    """The spans above the shortest, each with what it is made of, in the order in which they are made."""
    spans = _SPANS[_SPANS.index(shortest) :]
    return list(zip(spans[1:], spans, strict=False))


def decompose(
    start: datetime, end: datetime, shortest: Span
) -> tuple[list[tuple[Span, datetime]], list[Range]]:
    """The fewest whole spans that a range is made of, and what is left at its edges."""
    usable = _SPANS[_SPANS.index(shortest) :][::-1]
    spans: list[tuple[Span, datetime]] = []
    rests: list[Range] = []
    while start < end:
        for span in usable:
            if floor(start, span) == start and (past := following(start, span)) <= end:
                spans.append((span, start))
                break
        else:
            past = min(following(floor(start, shortest), shortest), end)
            rests.append((start, past))
        start = past
    return spans, rests


def joined(starts: set[datetime], span: Span) -> list[Range]:
    """Spans as ranges, those that follow each other as one."""
    ranges: list[Range] = []
    for start in sorted(starts):
        begin = ranges.pop()[0] if ranges and ranges[-1][1] == start else start
        ranges.append((begin, following(start, span)))
    return ranges


def buckets(start: datetime, end: datetime, zone: tzinfo, granularity: Granularity) -> list[Range]:
    """A range, cut where hours, days, weeks or months of a zone begin; the first and last may be cut short.

    A day lasts 23 or 25 hours where clocks change. One whose midnight does not exist begins when the clock
    jumps over it. Hours are those of the zone's clock too, cut short where it is put on or back within one.

    Args:
        start: naive UTC, as `end`.
    """
    edges = [start]
    if granularity is Granularity.HOUR:
        while (edge := edges[-1] + _rest_of_hour(edges[-1], zone)) < end:
            edges.append(edge)
    else:
        day = start.replace(tzinfo=UTC).astimezone(zone).date()
        if granularity is Granularity.WEEK:
            day -= timedelta(days=day.weekday())
        elif granularity is Granularity.MONTH:
            day = day.replace(day=1)
        while True:
            if granularity is Granularity.MONTH:
                day = (day + timedelta(days=32)).replace(day=1)
            else:
                day += timedelta(days=7 if granularity is Granularity.WEEK else 1)
            edge = datetime.combine(day, time(), zone).astimezone(UTC).replace(tzinfo=None)
            if edge >= end:
                break
            edges.append(edge)
    return list(zip(edges, [*edges[1:], end], strict=True)) if start < end else []


def _rest_of_hour(moment: datetime, zone: tzinfo) -> timedelta:
    """How long it is until the next full hour of a zone's clock."""
    local = moment.replace(tzinfo=UTC).astimezone(zone)
    return HOUR - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


def offsets(start: datetime, end: datetime, zone: tzinfo) -> list[tuple[datetime, datetime, timedelta]]:
    """A range in stretches in which the zone keeps its distance from UTC, with that distance.

    Args:
        start: naive UTC, at a full quarter of an hour, as `end`; zones change at no other time.
    """
    part = LENGTHS[Span.PART]

    def offset(moment: datetime) -> timedelta:
        return moment.replace(tzinfo=UTC).astimezone(zone).utcoffset() or timedelta()

    stretches: list[tuple[datetime, datetime, timedelta]] = []
    while start < end:
        known, low = offset(start), start
        # Zones change at most once in a few days, so days tell; then the quarter is sought within the day.
        while low < end and offset(low) == known:
            low += 24 * HOUR
        high = min(low, end)
        while high > start and offset(high - part) != known:
            high -= part
        stretches.append((start, high, known))
        start = high
    return stretches
