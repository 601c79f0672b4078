"""The charts of the queue's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for

from delula.rollups import queries as rollups
from delula.search.times import written_period
from delula.web.charts import Chart, Point, Series, line_chart, stacked_chart, times
from delula.web.scales import SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from delula.rollups.queries import Generations

#: Reasons of failure that the chart tells apart.
SHOWN_REASONS = 5


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def queue_charts(start: datetime, end: datetime, zone: tzinfo) -> list[Chart]:
    """How much was made, how long it took, and why it failed, over a range."""
    granularity = rollups.granularity_for(start, end)
    series = rollups.generation_series(None, start, end, zone, granularity)
    reasons = rollups.generation_failure_series(None, start, end, zone, granularity, limit=SHOWN_REASONS)
    axis = times(granularity.value, zone)
    return [
        stacked_chart(
            "Throughput",
            "Generations by the time at which they were asked for.",
            [
                Series("Completed", _points(series, "completed"), "success"),
                Series("Failed", _points(series, "failed"), "danger"),
                Series(
                    "Unfinished", [Point(one.start, one.pending + one.processing) for one in series], "info"
                ),
            ],
            x=axis,
        ),
        line_chart(
            "Wait",
            "From the request to the start of the work: median, and the slowest twentieth.",
            [
                Series("p50", [Point(one.start, _seconds(one.wait.p50)) for one in series]),
                Series("p95", [Point(one.start, _seconds(one.wait.p95)) for one in series]),
            ],
            x=axis,
            y=SECONDS,
        ),
        line_chart(
            "Run",
            "From the start of the work to its end: median, and the slowest twentieth.",
            [
                Series("p50", [Point(one.start, _seconds(one.run.p50)) for one in series]),
                Series("p95", [Point(one.start, _seconds(one.run.p95)) for one in series]),
            ],
            x=axis,
            y=SECONDS,
        ),
        stacked_chart(
            "Failures by reason",
            f"The {SHOWN_REASONS} most frequent reasons.",
            [
                Series(
                    reason or "No reason given",
                    [Point(one.start, count) for one, count in zip(series, counts, strict=True)],
                )
                for reason, counts in reasons
            ],
            x=axis,
        ),
    ]


def _points(series: Sequence[Generations], status: str) -> list[Point]:
    index = url_for("generations.index")
    return [
        Point(
            one.start,
            getattr(one, status),
            f"{index}?q=status:{status}+created:{written_period(one.start, one.end)}",
        )
        for one in series
    ]
