"""One execution as a trace: its runs along one line of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from delula.models.tolerance import BEYOND
from delula.web.scales import span_step

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

#: Marks of the axis, at most.
_MARKS = 5
#: The narrowest bar, in per cent: what takes no time can still be seen and pointed at.
_THINNEST = 0.4


@dataclass(frozen=True)
class Bar:
    """Where a run lies on the line of time, in per cent of its length."""

    x: float
    width: float


@dataclass(frozen=True)
class Mark:
    """A mark of the axis: where it stands, in per cent, and how many seconds after the beginning."""

    x: float
    seconds: float


@dataclass(frozen=True)
class Trace:
    """The runs of an execution.

    Attributes:
        runs: in order of time, each with its bar; None where its time is unknown.
        marks: of the axis.
        start: when the first began; None where no time is known.
        seconds: from the beginning of the first to the end of the last; None as above.
        busy: seconds that the runs took, one after the other.
        credits: charged in all; None where no run has a cost.
        failed: how many failed.
        unfinished: how many have not ended.
        is_cut: whether there are more runs than these.
    """

    runs: Sequence[tuple[Any, Bar | None]]
    marks: Sequence[Mark]
    start: datetime | None
    seconds: float | None
    busy: float
    credits: int | None
    failed: int
    unfinished: int
    is_cut: bool

    @property
    def success(self) -> bool | None:
        """How the execution came out: failed where a run failed, unfinished where one has not ended."""
        if self.failed:
            return False
        return None if self.unfinished else True


def trace_of(rows: Sequence[Any], most: int) -> Trace:
    """The trace of runs that stand in order of time, of which `most` are shown."""
    runs = rows[:most]
    spans = {row.id: found for row in runs if (found := _span(row)) is not None}
    start = min((begin for begin, _ in spans.values()), default=None)
    end = max((end for _, end in spans.values()), default=None)
    seconds = (end - start).total_seconds() if start is not None and end is not None else None
    costs = [row.credit_cost for row in runs if row.credit_cost is not None]
    return Trace(
        runs=[(row, _bar(spans.get(row.id), start, seconds)) for row in runs],
        marks=_marks(seconds),
        start=start,
        seconds=seconds,
        busy=sum(max(row.processing_time_ms or 0, 0) for row in runs) / 1000,
        credits=sum(costs) if costs else None,
        failed=sum(row.success is False for row in runs),
        unfinished=sum(row.success is None for row in runs),
        is_cut=len(rows) > most,
    )


def _span(row: Any) -> tuple[datetime, datetime] | None:
    if row.created_at is None or row.created_at in BEYOND:
        return None
    try:
        return row.created_at, row.created_at + timedelta(milliseconds=max(row.processing_time_ms or 0, 0))
    except OverflowError:
        return None


def _bar(span: tuple[datetime, datetime] | None, start: datetime | None, seconds: float | None) -> Bar | None:
    if span is None or start is None or seconds is None:
        return None
    if not seconds:
        return Bar(0, 100)
    width = max((span[1] - span[0]).total_seconds() / seconds * 100, _THINNEST)
    x = min((span[0] - start).total_seconds() / seconds * 100, 100 - width)
    return Bar(round(x, 2), round(width, 2))


def _marks(seconds: float | None) -> list[Mark]:
    if not seconds:
        return []
    distance = span_step(seconds / _MARKS)
    return [
        Mark(round(number * distance / seconds * 100, 2), number * distance)
        for number in range(int(seconds / distance) + 1)
    ]
