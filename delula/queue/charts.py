"""The charts of the queue's page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from flask import url_for

from delula.generations.terms import RAN, UNFINISHED, WAITED, failed_with
from delula.rollups import queries as rollups
from delula.search.times import written_period
from delula.web.charts import Chart, Point, Series, line_chart, stacked_chart, times
from delula.web.masking import shown_text
from delula.web.scales import SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
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
    hrefs = _Hrefs(url_for("generations.index"), series)
    reasons = rollups.generation_failure_series(None, start, end, zone, granularity, limit=SHOWN_REASONS)
    axis = times(granularity.value, zone)
    return [
        stacked_chart(
            "Throughput",
            "Generations by the time at which they were asked for.",
            [
                Series(
                    "Completed", _points(series, hrefs, lambda g: g.completed, "status:completed"), "success"
                ),
                Series("Failed", _points(series, hrefs, lambda g: g.failed, "status:failed"), "danger"),
                Series(
                    "Unfinished",
                    _points(series, hrefs, lambda g: g.pending + g.processing, UNFINISHED),
                    "info",
                ),
            ],
            x=axis,
        ),
        line_chart(
            "Wait",
            "From the request to the start of the work: median, and the slowest twentieth.",
            [
                Series("p50", _points(series, hrefs, lambda g: _seconds(g.wait.p50), WAITED)),
                Series("p95", _points(series, hrefs, lambda g: _seconds(g.wait.p95), WAITED)),
            ],
            x=axis,
            y=SECONDS,
        ),
        line_chart(
            "Run",
            "From the start of the work to its end: median, and the slowest twentieth.",
            [
                Series("p50", _points(series, hrefs, lambda g: _seconds(g.run.p50), RAN)),
                Series("p95", _points(series, hrefs, lambda g: _seconds(g.run.p95), RAN)),
            ],
            x=axis,
            y=SECONDS,
        ),
        stacked_chart(
            "Failures by reason",
            f"The {SHOWN_REASONS} most frequent reasons.",
            [
                Series(
                    shown_text(reason) or "No reason given",
                    [
                        Point(one.start, count, href)
                        for one, count, href in zip(
                            series, counts, hrefs.of(*failed_with(reason)), strict=True
                        )
                    ],
                )
                for reason, counts in reasons
            ],
            x=axis,
        ),
    ]


class _Hrefs:
    """Addresses of the generations behind the points of a series; they are many, so put together as text."""

    def __init__(self, index: str, series: Sequence[Generations]) -> None:
        self._start = f"{index}?q="
        self._periods = [f"created:{written_period(one.start, one.end)}" for one in series]

    def of(self, *terms: str) -> list[str]:
        """For each point those that meet the terms as well."""
        start = self._start + "+".join(map(quote_plus, terms))
        return [f"{start}+{period}" for period in self._periods]


def _points(
    series: Sequence[Generations], hrefs: _Hrefs, value: Callable[[Generations], float | None], term: str
) -> list[Point]:
    pairs = zip(series, hrefs.of(term), strict=True)
    return [Point(one.start, value(one), href) for one, href in pairs]
