"""The range at a glance: figures with their trend, against the range before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delula.usage.links import CHARGED, FAILED, FINISHED, OWNED, SLOWEST_FIRST, TIMED
from delula.web.display import grouped, span
from delula.web.figures import Figure, change, rate, rate_figure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal

    from delula.rollups.queries import Times, Usage
    from delula.usage.links import Links


def figures_of(
    whole: Usage, before: Usage | None, points: Sequence[Usage], links: Links, against: str
) -> list[Figure]:
    """The figures of a range.

    Args:
        whole: its sums.
        before: those of the range before, as far as this one has come.
        points: its sums by hour, day, week or month.
        links: to the executions.
        against: what the range before is called.
    """

    def count(
        label: str, of: Callable[[Usage], int], term: str, better: Literal["up", "down"] | None = None
    ) -> Figure:
        return Figure(
            label,
            grouped(of(whole)),
            links.of(whole, term),
            change(of(whole), of(before), better=better) if before else None,
            against,
            trend=[of(point) for point in points],
        )

    def took(label: str, of: Callable[[Times], float | None]) -> Figure:
        seconds, earlier = _seconds(of(whole.times)), _seconds(of(before.times)) if before else None
        return Figure(
            label,
            None if seconds is None else span(seconds),
            links.of(whole, TIMED) + SLOWEST_FIRST,
            change(seconds, earlier, write=span, better="down"),
            against,
            n=whole.times.n,
            trend=[_seconds(of(point.times)) for point in points],
        )

    return [
        count("Executions", lambda usage: usage.executions, ""),
        rate_figure(
            "Success rate",
            rate(whole.succeeded, whole.finished),
            rate(before.succeeded, before.finished) if before else None,
            href=links.of(whole, FINISHED),
            against=against,
            trend=[point.succeeded / point.finished if point.finished else None for point in points],
        ),
        count("Failures", lambda usage: usage.failed, FAILED, "down"),
        took("Time, p50", lambda times: times.p50),
        took("Time, p95", lambda times: times.p95),
        took("Time, p99", lambda times: times.p99),
        count("Credits", lambda usage: usage.credits, CHARGED),
        count("Users", lambda usage: usage.users, OWNED),
    ]


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
