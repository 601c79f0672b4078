"""Addresses of the executions behind a number; a page has hundreds, so they are put together as text."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from math import floor
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from delula.rollups.spans import HOUR, Granularity, buckets
from delula.search.lexer import written_value
from delula.search.times import written_period
from delula.web.lists import in_filter

if TYPE_CHECKING:
    from datetime import date

    from delula.rollups.queries import Bin, Failure, Usage
    from delula.rollups.spans import Range
    from delula.usage.window import Window

#: Terms of the filter by what they leave, as they stand in an address.
FINISHED, SUCCEEDED, FAILED, UNFINISHED = "success:any", "success:yes", "success:no", "success:none"
TIMED, CHARGED, OWNED = "duration:%3E%3D0s", "cost:any", "user:any"
#: What orders them by how long they took.
SLOWEST_FIRST = "&sort=-duration"

#: The longest range whose cells of the week can be written as a filter: one hour of it for each week.
MOST_HOURS = 94

#: Every chart of a page asks for the same few periods.
_period = lru_cache(maxsize=2_000)(written_period)


class Links:
    """The executions of a component, or of all where there is no id.

    Args:
        action: address of the list of executions.
        component_id: whose executions.
    """

    def __init__(self, action: str, component_id: str | None) -> None:
        self._start = f"{action}?q="
        self._component = "" if component_id is None else f"component:{in_filter(component_id)}+"

    def of(self, usage: Usage, term: str = "", *, component_id: str | None = None) -> str:
        """Those in a range that meet one more term of the filter; of one component where an id is given."""
        component = f"component:{in_filter(component_id)}+" if component_id is not None else self._component
        more = f"{term}+" if term else ""
        # In UTC, where no hour comes twice and is taken for the one before.
        period = _period(usage.start.astimezone(UTC), usage.end.astimezone(UTC))
        return f"{self._start}{component}{more}created:{period}"

    def of_bin(self, usage: Usage, one: Bin) -> str:
        """Those in a range that took so long as a bin of its histogram has it."""
        low, high = milliseconds_of(one)
        return self.of(usage, f"duration:{low}ms..{high}ms")

    def of_failure(self, usage: Usage, failure: Failure) -> str:
        """The failed ones in a range that say this."""
        said = in_filter(failure.message) if failure.message else "none"
        return self.of(usage, f"{FAILED}+message:{said}")


def milliseconds_of(one: Bin) -> tuple[int, int]:
    """The least and the most whole milliseconds that a bin holds: from above its lower edge to its upper."""
    return floor(one.low) + 1 if one.low else 0, floor(one.high)


def hours_of_week(window: Window, weekday: int, hour: int) -> list[Range]:
    """The hours in a range that are one hour of the zone's week, naive and in UTC.

    Args:
        window: the range, which may begin and end within the first and the last of them.
        weekday: 0 is Monday.
        hour: from 0 to 23.
    """
    start, end = (moment.astimezone(UTC).replace(tzinfo=None) for moment in (window.start, window.end))
    local = window.start.astimezone(window.zone)
    day = local.date() + timedelta(days=(weekday - local.weekday()) % 7)
    found: list[Range] = []
    while (midnight := _midnight(day, window)) < end:
        found += [
            (first, past)
            for first, past in buckets(
                midnight, _midnight(day + timedelta(days=1), window), window.zone, Granularity.HOUR
            )
            if past > start and first < end and _aware(first, window).hour == hour
        ]
        day += timedelta(days=7)
    return found


def _midnight(day: date, window: Window) -> datetime:
    return datetime.combine(day, time(), window.zone).astimezone(UTC).replace(tzinfo=None)


def _aware(moment: datetime, window: Window) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(window.zone)


def _written_hour(first: datetime, past: datetime, window: Window) -> str:
    """An hour of the zone's clock as a filter writes it, as short as can be."""
    if past - first != HOUR:
        return written_period(_aware(first, window), _aware(past, window))
    return f"{_aware(first, window):%Y-%m-%dT%H%z}" if first.minute else f"{first:%Y-%m-%dT%HZ}"


def has_hours(window: Window) -> bool:
    """Whether the range is short enough for each hour of its week to be written as a filter."""
    return window.end - window.start <= timedelta(days=7 * (MOST_HOURS - 1))


def hours_href(action: str, component_id: str | None, window: Window, hours: list[Range]) -> str:
    """The executions in some hours of a range.

    Args:
        action: address of the list of executions.
        component_id: whose executions; all where None.
        window: the range, which may cut the first and the last hour.
        hours: one at least.
    """
    terms = [f"component:{written_value(component_id)}"] if component_id is not None else []
    terms.append(f"created:{','.join(_written_hour(*hour, window) for hour in hours)}")
    terms.append(f"created:{written_period(window.start, window.end)}")
    return f"{action}?{urlencode({'q': ' '.join(terms)})}"
