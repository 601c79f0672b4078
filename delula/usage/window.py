"""The range that is looked at: read from the address of the page, compared with the one before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from delula.errors import InvalidInput
from delula.rollups.queries import Granularity, granularity_for
from delula.rollups.spans import FIRST, PAST
from delula.search.times import Clock, months_before, read_period

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Preset:
    """A range that is offered: so many hours, days or months, the present one included.

    Attributes:
        label: what it is called.
        length: how many.
        unit: `hours`, `days` or `months`; days and months are those of the zone's calendar.
    """

    label: str
    length: int
    unit: str


#: By their word in the address.
PRESETS = {
    "24h": Preset("24 hours", 24, "hours"),
    "7d": Preset("7 days", 7, "days"),
    "30d": Preset("30 days", 30, "days"),
    "90d": Preset("90 days", 90, "days"),
    "12mo": Preset("12 months", 12, "months"),
    "18mo": Preset("18 months", 18, "months"),
}
DEFAULT_PRESET = "30d"

#: The longest range, in years of 366 days.
MOST_YEARS = 10
#: Points of a chart, at most.
MOST_POINTS = 400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXAMPLES = "takes a day such as 2026-03-01, or a time such as 2026-03-01T14:30."
_LENGTHS = {
    Granularity.HOUR: timedelta(hours=1),
    Granularity.DAY: timedelta(days=1),
    Granularity.WEEK: timedelta(days=7),
    Granularity.MONTH: timedelta(days=30),
}


@dataclass(frozen=True)
class Window:
    """A range of time, and how it is cut and told.

    Attributes:
        start: aware, in UTC, to the second, as `end`; inclusive.
        end: exclusive; after `start`.
        zone: in which days begin and end.
        granularity: what a point of a chart sums up.
        length: how many of `unit` it has, which is also how far back the range before lies; None where it is
            no whole number of them.
        unit: `hours`, `days` or `months`.
        params: of the address, as far as they say which range: names and values.
        preset: key of `PRESETS`; None where both ends were chosen.
        by: whether the granularity was chosen.
    """

    start: datetime
    end: datetime
    zone: ZoneInfo
    granularity: Granularity
    length: int | None
    unit: str
    params: tuple[tuple[str, str], ...]
    preset: str | None
    by: bool

    @property
    def label(self) -> str:
        """What the range is called: `Last 30 days`, `2026-03-01 to 2026-03-05`."""
        if self.preset is not None:
            return f"Last {PRESETS[self.preset].label}"
        if self.length is None:
            first, last = (
                f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M}" for moment in (self.start, self.end)
            )
        else:
            first, last = self.days
        return first if first == last else f"{first} to {last}"

    @property
    def days(self) -> tuple[str, str]:
        """Its first and its last day in its zone, as `2026-03-01`."""
        last = self.end - timedelta(seconds=1)
        return f"{self.start.astimezone(self.zone):%Y-%m-%d}", f"{last.astimezone(self.zone):%Y-%m-%d}"

    @property
    def against(self) -> str:
        """What the range before is called."""
        if self.length is None:
            return "the time before"
        return f"the {self.unit[:-1]} before" if self.length == 1 else f"the {self.length} {self.unit} before"

    @cached_property
    def granularities(self) -> list[Granularity]:
        """Those that give a chart enough points, and not too many."""
        length = self.end - self.start
        natural = _natural(self.start, self.end, self.zone, self.unit)
        return [
            one
            for one, step in _LENGTHS.items()
            if 2 * step <= length <= MOST_POINTS * step or one == natural
        ]

    def before(self, counted: datetime) -> tuple[datetime, datetime] | None:
        """The range before, as far as this one has come, to a quarter of an hour; None if it has not begun.

        Of quarters there are sums; what is between would have to be read from the rows.

        Args:
            counted: up to when executions are counted.
        """
        quarter = timedelta(minutes=15)
        end = min(self.end, _EPOCH + round((counted - _EPOCH) / quarter) * quarter)
        return (self._back(self.start), self._back(end)) if end > self.start else None

    def _back(self, moment: datetime) -> datetime:
        if self.length is None or self.unit == "hours":
            return moment - (self.end - self.start)
        # By the calendar, so that a day of 23 or 25 hours is a day.
        local = moment.astimezone(self.zone)
        if self.unit == "months":
            return months_before(local, self.length).astimezone(UTC)
        return (local - timedelta(days=self.length)).astimezone(UTC)


def read_window(args: Mapping[str, str], now: datetime, home: ZoneInfo) -> Window:
    """The range that the parameters `range`, or `from` and `to`, with `zone` and `by` describe.

    Args:
        args: parameters of the request.
        now: the present time, aware.
        home: the zone where none is chosen.

    Raises:
        InvalidInput: one of them cannot be used.
    """
    zone = _read_zone(args.get("zone", ""), home)
    params: list[tuple[str, str]] = []
    preset = None
    ends = {name: args.get(name, "").strip() for name in ("from", "to")}
    if any(ends.values()):
        start, end = _read_ends(ends, now, zone)
        length, unit = _whole_days(start, end, zone), "days"
        params += ends.items()
    else:
        preset = args.get("range") or DEFAULT_PRESET
        if preset not in PRESETS:
            raise InvalidInput("range", f"takes one of {', '.join(PRESETS)}.")
        length, unit = PRESETS[preset].length, PRESETS[preset].unit
        start, end = _latest(length, unit, now, zone)
        params.append(("range", preset))
    if zone.key != home.key:
        params.append(("zone", zone.key))
    natural = _natural(start, end, zone, unit)
    window = Window(start, end, zone, natural, length, unit, tuple(params), preset, by=False)
    return _cut(window, args["by"]) if args.get("by") else window


def _natural(start: datetime, end: datetime, zone: ZoneInfo, unit: str) -> Granularity:
    """How a range is cut where nothing is chosen; three days are three, whether or not clocks change."""
    if unit == "months":
        return Granularity.MONTH
    return granularity_for(start.astimezone(zone), end.astimezone(zone))


def _cut(window: Window, by: str) -> Window:
    """The range, cut as was chosen."""
    if by not in set(Granularity):
        raise InvalidInput("by", f"takes one of {', '.join(Granularity)}.")
    if by not in window.granularities:
        raise InvalidInput("by", f"takes one of {', '.join(window.granularities)} in this range.")
    return replace(window, granularity=Granularity(by), params=(*window.params, ("by", by)), by=True)


def _read_zone(name: str, home: ZoneInfo) -> ZoneInfo:
    if not name.strip():
        return home
    try:
        return ZoneInfo(name.strip())
    except (KeyError, ValueError, OSError):  # unknown; not a zone's name; a folder of the zone database
        raise InvalidInput("zone", "takes a time zone such as UTC or Europe/Berlin.") from None


def _read_ends(ends: Mapping[str, str], now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    start, end = (_read_end(name, text, now, zone) for name, text in ends.items())
    if end <= start:
        raise InvalidInput("to", "lies before the beginning of the range.")
    if end - start > timedelta(days=366 * MOST_YEARS):
        raise InvalidInput(
            "from", f"lies more than {MOST_YEARS} years before the end; choose a shorter range."
        )
    return start, end


def _read_end(name: str, text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """One end of a range: the start of a day or minute, or the end of the last one."""
    if not text:
        raise InvalidInput(name, "is missing; a range needs both of its ends.")
    try:
        period = read_period(text, Clock(now, zone))
    except ValueError as error:
        raise InvalidInput(name, f"cannot be used: {error}") from None
    if period is None or period.age:
        raise InvalidInput(name, _EXAMPLES)
    moment = period.start if name == "from" else period.end
    if not FIRST <= moment <= PAST:
        raise InvalidInput(name, f"lies outside of the years {FIRST.year} to {PAST.year - 1}.")
    return moment.replace(microsecond=0, tzinfo=UTC)


def _latest(length: int, unit: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """So many hours, days or months up to the present one, that one included to its end.

    The last month ends with today.
    """
    if unit == "hours":
        end = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return end - timedelta(hours=length), end
    today = datetime.combine(now.astimezone(zone), time(), zone)
    first = today - timedelta(days=length - 1)
    if unit == "months":
        first = months_before(today.replace(day=1), length - 1)
    return first.astimezone(UTC), (today + timedelta(days=1)).astimezone(UTC)


def _whole_days(start: datetime, end: datetime, zone: ZoneInfo) -> int | None:
    """How many days of the zone's calendar a range has; None where it begins or ends within one."""
    first, past = start.astimezone(zone), end.astimezone(zone)
    if any(datetime.combine(moment, time(), zone) != moment for moment in (first, past)):
        return None
    return (past.date() - first.date()).days
