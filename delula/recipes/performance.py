"""How a recipe does over a range of days: usage, success, durations, credits and reasons of failure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, urlencode

from flask import url_for

from delula.generations.terms import RAN, failed_with
from delula.recipes import queries
from delula.rollups import queries as rollups
from delula.search.times import written_period
from delula.web.charts import Part, Point, Series, line_chart, ranking, stacked_chart, times
from delula.web.display import grouped, span
from delula.web.figures import Figure, change, rate, rate_figure
from delula.web.masking import shown_text
from delula.web.scales import CREDITS, SECONDS, SHARE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    from delula.models import Recipe
    from delula.rollups.queries import Generations
    from delula.web.charts import Chart

#: Ranges by their word in the URL: label, days with today, and what a point sums up. Charts with a link at
#: each value are heavy, so none has more than some thirty points.
RANGES = {
    "7d": ("7 days", 7, rollups.Granularity.DAY),
    "30d": ("30 days", 30, rollups.Granularity.DAY),
    "90d": ("90 days", 90, rollups.Granularity.WEEK),
    "1y": ("1 year", 365, rollups.Granularity.MONTH),
}
DEFAULT_RANGE = "30d"
#: Reasons of failure that are shown.
REASONS = 8


@dataclass(frozen=True)
class Performance:
    """What the section shows.

    Attributes:
        as_of: up to when generations are counted; None where they never were.
        figures: the range at a glance, against the one before.
        charts: day by day, or by longer steps in a long range.
    """

    as_of: datetime | None
    figures: Sequence[Figure]
    charts: Sequence[Chart]


class _Links:
    """Addresses of the generations behind a figure; a page has hundreds, so they are put together as text."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = f"{url_for('generations.index')}?q=recipe:{recipe.id}"

    def of(self, bounds: Generations, term: str = "") -> str:
        """Those that were created within these bounds and meet one more term of the filter."""
        period = _period(bounds.start, bounds.end)
        return f"{self._recipe}+{term}+created:{period}" if term else f"{self._recipe}+created:{period}"


def performance(recipe: Recipe, range_: str, now: datetime, zone: tzinfo) -> Performance:
    """How a recipe did in a range.

    Args:
        recipe: which one.
        range_: a key of `RANGES`.
        now: the present time, aware.
        zone: in which days begin and end.
    """
    name, days, granularity = RANGES[range_]
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    # By the calendar, so that a day of 23 or 25 hours is a day.
    start, end = today - timedelta(days=days - 1), today + timedelta(days=1)
    as_of = rollups.as_of()
    if as_of is None:
        return Performance(None, (), ())
    series = rollups.generation_series(recipe.id, start, end, zone, granularity)
    whole = rollups.generation_summary(recipe.id, start, end)
    # As far into the range before as this one has come.
    elapsed = now.astimezone(zone).replace(second=0, microsecond=0) - timedelta(days=days)
    before = rollups.generation_summary(recipe.id, start - timedelta(days=days), elapsed)
    reasons = rollups.generation_failures(recipe.id, start, end, REASONS)
    earned = queries.creators_earnings(recipe.id, start, end) if recipe.revenue_share_enabled else None
    links, axis = _Links(recipe), times(granularity.value, zone)
    return Performance(
        as_of,
        _figures(whole, before, series, links, earned, f"the {name} before"),
        (
            stacked_chart(
                "Generations",
                "By how they ended.",
                [
                    _series("Completed", series, links, lambda g: g.completed, "success", "status:completed"),
                    _series("Failed", series, links, lambda g: g.failed, "danger", "status:failed"),
                    _series(
                        "Not finished",
                        series,
                        links,
                        lambda g: g.created - g.finished,
                        "neutral",
                        "-status:completed,failed",
                    ),
                ],
                x=axis,
            ),
            line_chart(
                "Success",
                "Of those that have finished, with its 95 % interval.",
                [Series("Success", [_success(g, links) for g in series])],
                x=axis,
                y=SHARE,
            ),
            line_chart(
                "Run time",
                "From the start of the work to its end.",
                [
                    Series("Half are faster", [_time(g, g.run.p50, links) for g in series]),
                    Series("95 % are faster", [_time(g, g.run.p95, links) for g in series]),
                ],
                x=axis,
                y=SECONDS,
            ),
            stacked_chart(
                "Credits",
                "Charged, and given back of generations created then.",
                [
                    _series("Charged", series, links, lambda g: g.charged, "info", "cost:any"),
                    _series(
                        "Refunded", series, links, lambda g: -g.credits_refunded, "warning", "refunded:yes"
                    ),
                ],
                x=axis,
                y=CREDITS,
            ),
            ranking(
                "Reasons of failures",
                "Messages that differ in numbers and ids only count as one.",
                [
                    Part(
                        shown_text(reason.message) or "No reason given",
                        reason.failures,
                        links.of(whole, "+".join(map(quote_plus, failed_with(reason.message)))),
                    )
                    for reason in reasons
                ],
                name="Reason",
                empty="Nothing failed.",
            ),
        ),
    )


def _figures(
    whole: Generations,
    before: Generations,
    series: Sequence[Generations],
    links: _Links,
    earned: int | None,
    against: str,
) -> list[Figure]:
    half = None if whole.run.p50 is None else whole.run.p50 / 1000
    half_before = None if before.run.p50 is None else before.run.p50 / 1000
    slow = None if whole.run.p95 is None else span(whole.run.p95 / 1000)
    given = f"{grouped(whole.credits_refunded)} refunded"
    if earned is not None:
        given += f", {grouped(earned)} to the creator"
    return [
        Figure(
            "Generations",
            grouped(whole.created),
            links.of(whole),
            change(whole.created, before.created),
            against,
            trend=[g.created for g in series],
        ),
        rate_figure(
            "Success",
            rate(whole.completed, whole.finished),
            rate(before.completed, before.finished),
            href=links.of(whole, "status:completed,failed"),
            against=against,
            trend=[g.completed / g.finished if g.finished else None for g in series],
        ),
        Figure(
            "Run time",
            None if half is None else span(half),
            links.of(whole, RAN),
            change(half, half_before, write=span, better="down"),
            against,
            n=whole.run.n,
            note=f"95 % within {slow}" if slow else None,
        ),
        Figure(
            "Credits charged",
            grouped(whole.charged),
            links.of(whole, "cost:any"),
            change(whole.charged, before.charged),
            against,
            note=given,
        ),
    ]


#: Every chart of a page asks for the same few periods.
_period = lru_cache(maxsize=1_000)(written_period)


def _series(
    label: str,
    points: Sequence[Generations],
    links: _Links,
    value: Callable[[Generations], int],
    tone: str,
    term: str,
) -> Series:
    return Series(label, [Point(g.start, value(g), links.of(g, term)) for g in points], tone)


def _success(point: Generations, links: _Links) -> Point:
    share = rate(point.completed, point.finished)
    if share is None:
        return Point(point.start, None)
    href = links.of(point, "status:completed,failed")
    return Point(point.start, share.share, href, str(share), share.low, share.high)


def _time(point: Generations, milliseconds: float | None, links: _Links) -> Point:
    seconds = None if milliseconds is None else milliseconds / 1000
    return Point(point.start, seconds, links.of(point, RAN))


def range_links(page: str, fragment: str, chosen: str, others: dict[str, str]) -> list[dict[str, object]]:
    """The ranges to choose from: where each leads, and the fragment that shows it in place.

    Args:
        page: address of the page that has the section.
        fragment: address of the section alone.
        chosen: the range that is shown.
        others: further parameters of the page, which stay.
    """
    return [
        {
            "id": f"range-{key}",
            "label": label,
            "current": key == chosen,
            "href": f"{page}?{urlencode({**others, 'range': key})}#performance",
            "fragment_href": f"{fragment}?{urlencode({**others, 'range': key})}",
        }
        for key, (label, _, _) in RANGES.items()
    ]
