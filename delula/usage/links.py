"""Addresses of the executions behind a number; a page has hundreds, so they are put together as text."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from math import floor
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from delula.search.lexer import written_value
from delula.search.times import written_period
from delula.web.lists import in_filter

if TYPE_CHECKING:
    from delula.rollups.queries import Bin, Failure, Usage
    from delula.usage.window import Window

#: Terms of the filter by what they leave, as they stand in an address.
FINISHED, SUCCEEDED, FAILED, UNFINISHED = "success:any", "success:yes", "success:no", "success:none"
TIMED, CHARGED, OWNED = "duration:%3E%3D0s", "cost:any", "user:any"
#: What orders them by how long they took.
SLOWEST_FIRST = "&sort=-duration"

#: The longest range whose cells of the week can be written as a filter: one hour of it for each week.
MOST_HOURS = 106

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


def hours_of_week(window: Window, weekday: int, hour: int) -> list[datetime]:
    """The hours of UTC in a range, naive, that begin in one hour of the zone's week.

    Args:
        window: the range.
        weekday: 0 is Monday.
        hour: from 0 to 23.
    """
    first = window.start.replace(minute=0, second=0)
    local = first.astimezone(window.zone)
    day = local.date() + timedelta(days=(weekday - local.weekday()) % 7)
    found = []
    while (midnight := datetime.combine(day, time(), window.zone).astimezone(UTC)) < window.end:
        # A day has up to 25 hours, and begins within one of UTC where its zone is some minutes off.
        for number in range(26):
            moment = midnight.replace(minute=0) + timedelta(hours=number)
            there = moment.astimezone(window.zone)
            if there.hour == hour and there.date() == day and first <= moment < window.end:
                found.append(moment.replace(tzinfo=None))
        day += timedelta(days=7)
    return found


def has_hours(window: Window) -> bool:
    """Whether the range is short enough for each hour of its week to be written as a filter."""
    return window.end - window.start <= timedelta(days=7 * (MOST_HOURS - 1))


def hours_href(action: str, component_id: str | None, window: Window, hours: list[datetime]) -> str:
    """The executions in some hours of a range.

    Args:
        action: address of the list of executions.
        component_id: whose executions; all where None.
        window: the range, which may cut the first and the last hour.
        hours: of UTC, naive; one at least.
    """
    terms = [f"component:{written_value(component_id)}"] if component_id is not None else []
    terms.append(f"created:{','.join(f'{hour:%Y-%m-%dT%HZ}' for hour in hours)}")
    terms.append(f"created:{written_period(window.start, window.end)}")
    return f"{action}?{urlencode({'q': ' '.join(terms)})}"
