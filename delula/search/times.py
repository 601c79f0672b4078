"""Points in time, ages and durations as people type them.

A live Delula keeps `timestamp without time zone` in UTC, so every answer here is a naive UTC datetime;
the zone only says which day `2026-03-01` is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal

#: The years that can be asked for: every zone's day in them is one that Python and PostgreSQL can hold.
FIRST_YEAR, LAST_YEAR = 1900, 9998

#: The longest duration, in seconds: a hundred years.
LONGEST = Decimal(100 * 366 * 86_400)

_AGE = re.compile(r"(\d{1,9})(mo|[mhdwys])", re.ASCII)
_AGE_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_DATE = re.compile(
    r"(?P<year>\d{4})"
    r"(?:-(?P<month>\d{2})"
    r"(?:-(?P<day>\d{2})"
    r"(?:[t ](?P<hour>\d{2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,6}))?)?)?"
    r"(?P<offset>z|[+-]\d{2}:?\d{2})?)?)?)?",
    re.ASCII,
)
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+", re.ASCII)
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)", re.ASCII)
_SECONDS = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_DURATION_UNITS = {
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
    "d": Decimal(86_400),
    "w": Decimal(604_800),
}


@dataclass(frozen=True)
class Clock:
    """When a filter is read, and in whose time zone.

    Args:
        now: an aware datetime, or a naive one in UTC.
        zone: the zone that dates are meant in.
    """

    now: datetime
    zone: tzinfo = UTC

    @property
    def local_now(self) -> datetime:
        """Now, aware, in the zone."""
        aware = self.now.replace(tzinfo=UTC) if self.now.tzinfo is None else self.now
        return aware.astimezone(self.zone)


@dataclass(frozen=True)
class Period:
    """From start (inclusive) to end (exclusive), naive UTC; an instant begins and ends at once.

    Attributes:
        age: whether it was typed as an age (`7d`), so that alone it means "since then".
    """

    start: datetime
    end: datetime
    age: bool = False


def read_period(text: str, clock: Clock) -> Period | None:
    """The period that a text names, or None where it names none.

    Raises:
        ValueError: it is written like a time, but there is none such; the message is a sentence.
    """
    lowered = text.strip().lower()
    if lowered == "now":
        instant = _utc(clock.local_now)
        return Period(instant, instant)
    if lowered in {"today", "yesterday"}:
        midnight = clock.local_now.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
        first = midnight - timedelta(days=lowered == "yesterday")
        return _between(first, first + timedelta(days=1), clock.zone)
    if age := _AGE.fullmatch(lowered):
        return _age(int(age[1]), age[2], clock)
    if date := _DATE.fullmatch(lowered):
        return _date(date, clock)
    return None


def read_duration(text: str) -> Decimal | None:
    """The seconds that a text such as `90s`, `1.5m`, `1m30s`, `250ms` or `90` means, or None.

    Raises:
        ValueError: it is longer than a hundred years; the message is a sentence.
    """
    lowered = text.strip().lower()
    if _SECONDS.fullmatch(lowered):
        seconds = Decimal(lowered)
    elif _DURATION.fullmatch(lowered):
        seconds = sum(
            (Decimal(amount) * _DURATION_UNITS[unit] for amount, unit in _DURATION_PART.findall(lowered)),
            Decimal(0),
        )
    else:
        return None
    if seconds > LONGEST:
        raise ValueError("No duration is longer than a hundred years.")
    return seconds


def _age(amount: int, unit: str, clock: Clock) -> Period:
    try:
        if unit in {"mo", "y"}:
            then = months_before(clock.local_now, amount * (12 if unit == "y" else 1))
        else:
            then = clock.local_now.astimezone(UTC) - amount * _AGE_UNITS[unit]
        instant = _utc(then)
    except (OverflowError, ValueError):
        instant = None
    if instant is None or instant.year < FIRST_YEAR:
        raise ValueError(f"That is longer ago than the year {FIRST_YEAR}.")
    return Period(instant, instant, age=True)


def months_before(moment: datetime, months: int) -> datetime:
    """The same day that many months earlier, or that month's last day where it is shorter."""
    years, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    first = moment.replace(year=years, month=month + 1, day=1)
    length = ((first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day
    return first.replace(day=min(moment.day, length))


def _date(match: re.Match[str], clock: Clock) -> Period:
    year = int(match["year"])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"The year must lie between {FIRST_YEAR} and {LAST_YEAR}.")
    try:
        zone = _offset(match["offset"]) or clock.zone
        start = datetime(  # noqa: DTZ001 - the zone is applied when it becomes UTC, in _between
            year,
            int(match["month"] or 1),
            int(match["day"] or 1),
            int(match["hour"] or 0),
            int(match["minute"] or 0),
            int(match["second"] or 0),
            int((match["fraction"] or "").ljust(6, "0")),
        )
    except ValueError:
        raise ValueError("The calendar has no such day or time.") from None
    return _between(start, _after(start, match), zone)


def _after(start: datetime, match: re.Match[str]) -> datetime:
    """The end of the year, month, day, hour, minute, second or fraction that was typed."""
    if match["fraction"]:
        return start + timedelta(microseconds=10 ** (6 - len(match["fraction"])))
    for unit, length in (("second", 1), ("minute", 60), ("hour", 3600), ("day", 86_400)):
        if match[unit]:
            return start + timedelta(seconds=length)
    if match["month"]:
        return (start + timedelta(days=31)).replace(day=1)
    return start.replace(year=start.year + 1)


def _offset(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    return datetime.strptime(text.upper(), "%z").tzinfo


def _between(start: datetime, end: datetime, zone: tzinfo) -> Period:
    return Period(_utc(start.replace(tzinfo=zone)), _utc(end.replace(tzinfo=zone)))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def written_period(start: datetime, end: datetime) -> str:
    """A period as a filter writes it in any zone: `2026-11-24T12:00:00Z..2026-11-24T12:59:59Z`.

    Args:
        start: inclusive, aware, to the second.
        end: exclusive, aware, to the second; after `start`.
    """
    # A second less in UTC: in a zone it would be one of the clock, which comes twice when that goes back.
    first, last = (
        moment.replace(tzinfo=None, microsecond=0).isoformat()
        for moment in (start.astimezone(UTC), end.astimezone(UTC) - timedelta(seconds=1))
    )
    return f"{first}Z..{last}Z"
