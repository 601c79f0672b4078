"""The axes below plots: where the x of points stands, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING, Protocol

from delula.web.scales import NUMBER, Measure, Step, grid, moment, time_marks, write_times, zone_name

if TYPE_CHECKING:
    from collections.abc import Sequence

X = datetime | date | int | float | str

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)


class Axis(Protocol):
    """How the x of points is placed and written."""

    @property
    def name(self) -> str:
        """What heads the first column of the table."""

    def places(self, xs: Sequence[X]) -> list[float]:
        """Where each stands."""

    def labels(self, xs: Sequence[X]) -> list[str]:
        """Each as tooltips and the table write it."""

    def marks(self, low: float, high: float) -> list[tuple[float, str]]:
        """What stands below the plot, and where."""


@dataclass(frozen=True)
class Times:
    """An axis of times in one zone; points stand where their step begins."""

    name: str
    step: Step
    zone: tzinfo

    def places(self, xs: Sequence[X]) -> list[float]:
        """Seconds since 1970."""
        return [self._place(x) for x in xs]

    def labels(self, xs: Sequence[X]) -> list[str]:
        """The times as `Tue 24 Nov 2026`, or what their step is called by."""
        return write_times([moment(x, self.zone) for x in xs if isinstance(x, date)], self.step)

    def marks(self, low: float, high: float) -> list[tuple[float, str]]:
        """Round times of the zone's clock."""
        start, end = (datetime.fromtimestamp(value, self.zone) for value in (low, high))
        return [(at.timestamp(), text) for at, text in time_marks(start, end)]

    def _place(self, x: X) -> float:
        if isinstance(x, datetime):
            return x.timestamp() if x.tzinfo else (x - _EPOCH).total_seconds()
        if isinstance(x, date):
            return moment(x, self.zone).timestamp()
        raise TypeError(f"{x!r} is no time")


@dataclass(frozen=True)
class Numbers:
    """An axis of numbers."""

    name: str
    measure: Measure = NUMBER

    def places(self, xs: Sequence[X]) -> list[float]:
        """The numbers themselves."""
        return [float(x) for x in xs]  # type: ignore[arg-type]  # a time is refused as it should be

    def labels(self, xs: Sequence[X]) -> list[str]:
        """As the measure has them."""
        return [self.measure.write(place) for place in self.places(xs)]

    def marks(self, low: float, high: float) -> list[tuple[float, str]]:
        """Round numbers."""
        scale = grid(low, high, self.measure, 6)
        return [
            (value, self.measure.label(value, scale.step)) for value in scale.values if low <= value <= high
        ]


@dataclass(frozen=True)
class Names:
    """An axis of names, in the order in which they come; for bars."""

    name: str

    def places(self, xs: Sequence[X]) -> list[float]:
        """One after the other."""
        return [float(index) for index in range(len(xs))]

    def labels(self, xs: Sequence[X]) -> list[str]:
        """The names."""
        return [str(x) for x in xs]

    def marks(self, low: float, high: float) -> list[tuple[float, str]]:  # noqa: ARG002 - bars are labelled one by one
        """None of its own."""
        return []


def times(step: Step, zone: tzinfo = UTC, name: str | None = None) -> Times:
    """An axis of times.

    Args:
        step: how far apart the points are; says how a time is written.
        zone: whose clock the axis follows.
        name: heads the first column of the table; the step and the zone, unless given.
    """
    return Times(name or f"{step.capitalize()} ({zone_name(zone)})", step, zone)


def numbers(name: str, measure: Measure = NUMBER) -> Numbers:
    """An axis of numbers, such as credits or seconds."""
    return Numbers(name, measure)


def names(name: str) -> Names:
    """An axis of a few short names, such as weekdays; longer ones belong into `ranking`."""
    return Names(name)
