"""The charts of a range; each of their marks leads to precisely the executions behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delula.usage.links import FAILED, FINISHED, SUCCEEDED, TIMED, UNFINISHED
from delula.web.charts import (
    Cell,
    Chart,
    Part,
    Point,
    Series,
    histogram,
    hours_by_weekday,
    line_chart,
    numbers,
    ranking,
    stacked_chart,
    times,
)
from delula.web.display import grouped, span
from delula.web.figures import rate
from delula.web.masking import shown_text
from delula.web.scales import SECONDS, SHARE, WEEKDAYS, Bin, zone_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from delula.rollups.queries import Bin as Counted
    from delula.rollups.queries import Failure, Heat, Usage
    from delula.rollups.queries import Times as Spread
    from delula.usage.links import Links
    from delula.usage.window import Window


def outcomes_chart(points: Sequence[Usage], links: Links, window: Window) -> Chart:
    """How many ran, by how they came out."""

    def series(label: str, of: Callable[[Usage], int], term: str, tone: str) -> Series:
        values = [of(one) for one in points]
        return Series(
            label,
            [
                Point(one.start, value, links.of(one, term) if value else None)
                for one, value in zip(points, values, strict=True)
            ],
            tone,
        )

    return stacked_chart(
        "Executions",
        "By the time at which they were recorded, and how they came out.",
        [
            series("Succeeded", lambda one: one.succeeded, SUCCEEDED, "success"),
            series("Failed", lambda one: one.failed, FAILED, "danger"),
            series("Unfinished", lambda one: one.unfinished, UNFINISHED, "neutral"),
        ],
        x=times(window.granularity.value, window.zone),
    )


def rate_chart(points: Sequence[Usage], links: Links, window: Window) -> Chart:
    """The share that succeeded."""

    def point(one: Usage) -> Point:
        found = rate(one.succeeded, one.finished)
        if found is None:
            return Point(one.start, None)
        return Point(one.start, found.share, links.of(one, FINISHED), str(found), found.low, found.high)

    return line_chart(
        "Success rate",
        "Of those that have finished, with its 95 % interval.",
        [Series("Success rate", [point(one) for one in points])],
        x=times(window.granularity.value, window.zone),
        y=SHARE,
        from_zero=False,
    )


def times_chart(points: Sequence[Usage], links: Links, window: Window) -> Chart:
    """How long executions took, over time."""

    def series(label: str, of: Callable[[Spread], float | None]) -> Series:
        return Series(
            label,
            [
                Point(one.start, None if (value := of(one.times)) is None else value / 1000, href)
                for one, href in zip(points, hrefs, strict=True)
            ],
        )

    hrefs = [links.of(one, TIMED) if one.times.n else None for one in points]
    return line_chart(
        "Execution time",
        "Half of all took at most p50, 95 % at most p95, 99 % at most p99.",
        [
            series("p50", lambda spread: spread.p50),
            series("p95", lambda spread: spread.p95),
            series("p99", lambda spread: spread.p99),
        ],
        x=times(window.granularity.value, window.zone),
        y=SECONDS,
    )


def spread_chart(whole: Usage, bins: Sequence[Counted], links: Links) -> Chart:
    """How execution times are spread."""
    marks = (("p50", whole.times.p50), ("p95", whole.times.p95), ("p99", whole.times.p99))
    told = ", ".join(f"{name} {span(value / 1000)}" for name, value in marks if value is not None)
    return histogram(
        "Distribution of execution time",
        f"{told}. Each bar is wider than the one before by the same factor." if told else "",
        [
            Bin(one.low / 1000, one.high / 1000, one.count, links.of_bin(whole, one) if one.count else None)
            for one in bins
        ],
        x=numbers("Execution time", SECONDS),
        label="Executions",
    )


def week_chart(
    week: Sequence[Sequence[Heat]], href: Callable[[int, int], str] | None, window: Window
) -> Chart:
    """When in the week executions happen.

    Args:
        week: by weekday and hour.
        href: gives the address of the executions of one hour; None where it cannot be written.
        window: the range.
    """

    def cell(day: int, hour: int) -> Cell:
        heat = week[day][hour]
        if not heat.executions:
            return Cell(0)
        told = f"{WEEKDAYS[day]}, {hour:02}:00: {grouped(heat.executions)}, {grouped(heat.failed)} failed"
        return Cell(heat.executions, href(day, hour) if href else None, told)

    far = "" if href else " Choose at most 21 months to open the executions behind an hour."
    return hours_by_weekday(
        "Hours of the week",
        f"Executions by weekday and hour in {zone_name(window.zone)}.{far}",
        {(day, hour): cell(day, hour) for day in range(7) for hour in range(24)}
        if any(heat.executions for row in week for heat in row)
        else {},
    )


def failures_chart(whole: Usage, failures: Sequence[Failure], links: Links) -> Chart:
    """What failed executions say."""
    rest = whole.failed - sum(failure.failures for failure in failures)
    told = "Messages that differ in ids, addresses and long numbers count as one."
    return ranking(
        "Failures by message",
        f"The {len(failures)} most frequent; {grouped(rest)} say something else. {told}"
        if rest > 0
        else told,
        [
            Part(
                shown_text(failure.message) or "No message given",
                failure.failures,
                links.of_failure(whole, failure),
            )
            for failure in failures
        ],
        name="Message",
        empty="Nothing failed." if whole.finished else "Nothing has finished.",
    )
