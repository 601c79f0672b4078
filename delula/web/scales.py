"""Scales of charts: which round values stand beside the grid, and where times fall on an axis.

Pure: numbers and text in, numbers and text out. Values come from live data, so each may be missing, not a
number, huge or tiny; `finite` is the one gate that they pass.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from delula.web.display import MINUS, MONTHS, size, span
from delula.web.figures import Number, percent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Step = Literal["minute", "hour", "day", "week", "month"]

_TWO = [f"{number:02}" for number in range(60)]
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

#: Beyond it a difference of two values could be infinite.
_LARGEST = 1e300
#: What is smaller counts as nothing: the plot divided by it would be no number.
_SMALLEST = 1e-290
#: Below it a step would vanish.
_SMALLEST = 1e-290


def finite(value: Number | None) -> float | None:
    """The value as a number that can be drawn; None for what is missing, not a number or infinite."""
    if value is None:
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    if abs(number) < _SMALLEST:
        return 0.0
    if -_LARGEST <= number <= _LARGEST:
        return number
    return math.copysign(_LARGEST, number) if math.isfinite(number) else None


# Numbers


def plain(value: float) -> str:
    """A number as people write it, six digits at most after the point: `12,400`, `0.25`, `1.2e-09`."""
    if -1e15 < value < 1e15 and (whole := int(value)) == value:
        text = f"{whole:,}"
    elif 1e-4 <= abs(value) < 1e15:
        text = f"{value:,.{2 if abs(value) >= 1 else 6}f}".rstrip("0").rstrip(".")
    else:
        text = f"{value:.3g}"
    return MINUS + text[1:] if text[0] == "-" else text


def signed(value: float) -> str:
    """A number with its sign: `+50`, `-12`."""
    return f"+{plain(value)}" if value > 0 else plain(value)


def short(value: float, step: float) -> str:
    """A number beside the grid: as few digits as tell it from its neighbours `step` away: `12.5 K`."""
    if value == 0:
        return "0"
    largest = abs(value)
    if largest >= 1e15 or largest < 1e-4:
        text = f"{value:.3g}".replace("e+", "e")
        return MINUS + text[1:] if text[0] == "-" else text
    limit, unit = next(
        ((limit, unit) for limit, unit in _UNITS if largest >= limit),
        (1.0, ""),
    )
    digits = max(0, -math.floor(math.log10(step / limit) + 1e-9))
    # A step of 2.5 has one digit more than its magnitude says.
    digits = min(6, digits + (round(step / limit * 10**digits, 6) % 1 > 0))
    text = f"{value / limit:,.{digits}f}"
    if digits:
        text = text.rstrip("0").rstrip(".")
    return f"{MINUS + text[1:] if text[0] == '-' else text}{unit}"


_UNITS = ((1e12, " T"), (1e9, " B"), (1e6, " M"), (1e3, " K"))


def round_step(least: float) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is at least `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next((step * power for step in (1, 2, 2.5, 5) if step * power >= least * (1 - 1e-9)), 10 * power)


def whole_step(least: float) -> float:
    """The same among whole numbers."""
    step = round_step(max(1.0, least))
    return 5.0 if step == 2.5 else step


_SPANS = (
    1, 2, 5, 10, 15, 30,
    *(60 * minutes for minutes in (1, 2, 5, 10, 15, 30)),
    *(3_600 * hours for hours in (1, 2, 3, 6, 12)),
    *(86_400 * days for days in (1, 2, 5, 10)),
)  # fmt: skip


def span_step(least: float) -> float:
    """A round length of time, in seconds, that is at least `least`."""
    if least <= 0.5:
        return round_step(least)
    if least > _SPANS[-1]:
        return 86_400 * round_step(least / 86_400)
    return next(float(step) for step in _SPANS if step >= least)


def share_step(least: float) -> float:
    """A round share that is at least `least`."""
    return round_step(least)


def _span_label(value: float, _step: float) -> str:
    """A length of time beside the grid, where a second unit would be noise: `30 s`, `1 h`, `1 h 30 min`."""
    text = span(value)
    for zero in (" 00 s", " 00 min", " 0 h"):
        text = text.removesuffix(zero)
    return text


def _share_label(value: float, step: float) -> str:
    return f"{short(value * 100, step * 100)} %"


def _size_label(value: float, _step: float) -> str:
    text = size(value) if value >= 0 else MINUS + size(-value)
    return text.replace(".0 ", " ")


@dataclass(frozen=True)
class Measure:
    """What values count: how one reads, and which steps of the grid are round.

    Attributes:
        write: a value in tooltips and tables.
        label: a value beside the grid, from it and the step to its neighbour.
        step: the round step that is at least so large.
    """

    write: Callable[[float], str]
    label: Callable[[float, float], str] = short
    step: Callable[[float], float] = round_step


COUNT = Measure(plain, step=whole_step)
NUMBER = Measure(plain)
#: Credits of a ledger, which go both ways.
CREDITS = Measure(signed, step=whole_step)
#: A share from 0 to 1, as a percentage.
SHARE = Measure(percent, _share_label)
#: Seconds.
SECONDS = Measure(span, _span_label, span_step)
BYTES = Measure(lambda value: _size_label(value, 0), _size_label)


class Grid(NamedTuple):
    """The scale of an axis: its values from lowest to highest, all `step` apart.

    Attributes:
        values: what stands beside the grid; two at least.
        step: from one to the next.
    """

    values: tuple[float, ...]
    step: float

    @property
    def low(self) -> float:
        """Where the axis begins."""
        return self.values[0]

    @property
    def high(self) -> float:
        """Where the axis ends; more than `low`."""
        return self.values[-1]


def grid(low: float, high: float, measure: Measure = NUMBER, lines: int = 4) -> Grid:
    """A scale of round values that holds all from `low` to `high`, of about `lines` steps."""
    # Where all are equal, or equal but for rounding, the scale is as wide as the value itself.
    width = high - low
    if width <= max(abs(low), abs(high)) * 1e-9:
        width = max(abs(low), abs(high))
    if width < _SMALLEST:
        width = 1.0
    step = measure.step(width / lines)
    first = math.floor(low / step + 1e-9)
    last = max(math.ceil(high / step - 1e-9), first + 1)
    return Grid(tuple(index * step for index in range(first, last + 1)), step)


class Bin(NamedTuple):
    """One bar of a histogram: from `low`, included, to `high`, excluded.

    Attributes:
        low: lower edge; None where it is open.
        high: upper edge; None where it is open.
        n: how many fall into it; None is no data.
        href: opens precisely these.
    """

    low: float | None
    high: float | None
    n: int | None
    href: str | None = None


def bins(values: Sequence[Number | None], measure: Measure = NUMBER, most: int = 20) -> list[Bin]:
    """Values sorted into bins with round edges; what is missing or no number is left out.

    The last bin includes its upper edge.
    """
    numbers = [number for value in values if (number := finite(value)) is not None]
    if not numbers:
        return []
    edges = grid(min(numbers), max(numbers), measure, most).values
    first, step, last = edges[0], edges[1] - edges[0], len(edges) - 2
    counts = [0] * (len(edges) - 1)
    for number in numbers:
        counts[max(0, min(last, int((number - first) / step)))] += 1
    return [Bin(low, high, count) for (low, high), count in zip(pairwise(edges), counts, strict=True)]


# Times


def moment(value: datetime | date, zone: tzinfo) -> datetime:
    """A time in `zone`: one without a zone is UTC, as the database has it, and a date is its first moment."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            # Says `replace(tzinfo=UTC)` in a fifth of the time; a chart has hundreds.
            value = datetime.combine(value, value.time(), UTC)
        return value if value.tzinfo is zone else value.astimezone(zone)
    return datetime(value.year, value.month, value.day, tzinfo=zone)


def zone_name(zone: tzinfo) -> str:
    """What a zone is called: `UTC`, `Europe/Berlin`."""
    return getattr(zone, "key", None) or zone.tzname(None) or str(zone)


def write_times(times: Sequence[datetime], step: Step) -> list[str]:
    """When steps begin, with the name of the offset where clocks matter: `Tue 24 Nov 2026, 14:00 UTC`.

    Args:
        times: in the zone in which they are to be read.
        step: how far apart they are.
    """
    if step == "month":
        return [f"{MONTHS[time.month]} {time.year}" for time in times]
    if step in ("day", "week"):
        before = "Week of " if step == "week" else ""
        return [before + _day(time) for time in times]
    texts = []
    last, day = (0, 0, 0), ""
    for time in times:
        # Hundreds of times share a few days.
        if (time.day, time.month, time.year) != last:
            last, day = (time.day, time.month, time.year), _day(time)
        texts.append(f"{day}, {_TWO[time.hour]}:{_TWO[time.minute]} {time.tzname()}")
    return texts


def _day(time: datetime) -> str:
    return f"{WEEKDAYS[time.weekday()]} {time.day} {MONTHS[time.month]} {time.year}"


#: Steps of a time axis, in minutes, days and months.
_CLOCK = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720)
_DAYS = (1, 2, 7, 14)
_MONTHS = (1, 2, 3, 6)


def time_marks(start: datetime, end: datetime, most: int = 7) -> list[tuple[datetime, str]]:
    """Round local times from `start` to `end` with what stands under them: `14:00`, `24 Nov`, `Nov`, `2026`.

    Both are in one zone, whose clock the marks follow; across a change of the clock they stay on round hours.

    Returns:
        At most about `most` times in order, in UTC.
    """
    seconds = (end - start).total_seconds()
    if seconds <= 0:
        return []
    minutes = next((step for step in _CLOCK if seconds / 60 / step <= most), None)
    if minutes:
        return _clock_marks(start, end, minutes)
    days = next((step for step in _DAYS if seconds / 86_400 / step <= most), None)
    if days:
        return _day_marks(start, end, days)
    months = next((step for step in _MONTHS if seconds / 86_400 / 30.44 / step <= most), None)
    return _month_marks(start, end, months or 12 * int(whole_step(seconds / 86_400 / 365.25 / most)))


def _clock_marks(start: datetime, end: datetime, minutes: int) -> list[tuple[datetime, str]]:
    marks: list[tuple[datetime, str]] = []
    wall = start.replace(hour=0, minute=0, second=0, microsecond=0)
    last = end.astimezone(UTC)
    first = start.astimezone(UTC)
    previous = None
    while True:
        at = wall.astimezone(UTC)
        if at > last:
            return marks
        # A clock that jumps lacks some hours: such a time comes back as another one.
        if at >= first and at != previous and at.astimezone(wall.tzinfo).hour == wall.hour:
            midnight = wall.hour == wall.minute == 0
            marks.append(
                (at, f"{wall.day} {MONTHS[wall.month]}" if midnight else f"{wall.hour:02}:{wall.minute:02}")
            )
            previous = at
        # Without a zone in between, so that this is a step of the clock.
        wall += timedelta(minutes=minutes)


def _day_marks(start: datetime, end: datetime, days: int) -> list[tuple[datetime, str]]:
    day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    if days >= 7:
        # Weeks begin on Mondays.
        day -= timedelta(days=day.weekday())
    marks: list[tuple[datetime, str]] = []
    while day <= end:
        if day >= start:
            marks.append((day.astimezone(UTC), f"{day.day} {MONTHS[day.month]}"))
        day += timedelta(days=days)
    return marks


def _month_marks(start: datetime, end: datetime, months: int) -> list[tuple[datetime, str]]:
    index = start.year * 12 + start.month - 1
    index -= index % months
    marks: list[tuple[datetime, str]] = []
    while (year := index // 12) <= min(end.year, 9999):
        at = start.replace(
            year=max(year, 1), month=index % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0
        )
        if at > end:
            break
        if at >= start:
            marks.append((at.astimezone(UTC), MONTHS[at.month] if at.month > 1 else str(at.year)))
        index += months
    return marks
