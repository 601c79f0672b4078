"""Bars: one for each point, stacked, or one for each bin of a histogram."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

from markupsafe import Markup

from delula.web.charts.axes import Axis, Names, Numbers
from delula.web.charts.chart import (
    BOTTOM,
    HEIGHT,
    NO_DATA,
    TOP,
    Chart,
    Point,
    Series,
    Sheet,
    below,
    cut,
    ink,
    lay_out,
    legend,
    plot,
    scale,
    sheet_table,
    summary,
    tags,
    weave,
    weaves,
)
from delula.web.display import escape
from delula.web.scales import COUNT, grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.web.scales import Bin, Grid, Measure

#: The most labels below bars.
_MOST = 9


def bar_chart(
    title: str,
    description: str,
    points: Sequence[Point],
    *,
    x: Axis,
    y: Measure = COUNT,
    label: str = "Value",
    tone: str | None = None,
    height: int = HEIGHT,
    empty: str = NO_DATA,
) -> Chart:
    """One bar for each point, below 0 where it is negative.

    Args:
        title: what it shows.
        description: how to read it; may be empty.
        points: their bars stand beside each other, whatever lies between.
        x: the axis below: `times(…)`, `numbers(…)` or `names(…)`.
        y: what the values count.
        label: what the values are; heads their column of the table.
        tone: as of a series.
        height: of the plot in pixels.
        empty: the sentence where no value is known.
    """
    return _bars(title, description, [Series(label, points, tone)], x, y, height, empty)


def stacked_chart(
    title: str,
    description: str,
    series: Sequence[Series],
    *,
    x: Axis,
    y: Measure = COUNT,
    height: int = HEIGHT,
    empty: str = NO_DATA,
) -> Chart:
    """Bars of several series on top of each other; negative values are stacked below 0."""
    return _bars(title, description, series, x, y, height, empty)


def histogram(
    title: str,
    description: str,
    bins: Sequence[Bin],
    *,
    x: Numbers,
    label: str = "Count",
    height: int = HEIGHT,
    empty: str = NO_DATA,
) -> Chart:
    """How many fall into each bin; bars are equally wide, the edges stand below.

    Args:
        title: what it shows.
        description: how to read it; may be empty.
        bins: in order; `scales.bins` makes them of values.
        x: what is counted: `numbers("Duration", SECONDS)`.
        label: heads the column of the table.
        height: of the plot in pixels.
        empty: the sentence where no value is known.
    """
    points = [Point(_named(one, x.measure), one.n, one.href) for one in bins]
    series = [Series(label, points)]
    return _bars(title, description, series, Names(x.name), COUNT, height, empty, _edges(bins, x.measure))


def _named(one: Bin, measure: Measure) -> str:
    """What a bin is called: `10 s to 20 s`, `60 s and more`."""
    low, high = (None if edge is None else measure.write(edge) for edge in (one.low, one.high))
    if low is None:
        return "all" if high is None else f"below {high}"
    return f"{low} and more" if high is None else f"{low} to {high}"


def _edges(bins: Sequence[Bin], measure: Measure) -> list[tuple[float, str]]:
    """The edges of bins below their plot, where their bars meet."""
    found = [(index / len(bins) * 100, one.low) for index, one in enumerate(bins) if one.low is not None]
    if bins and bins[-1].high is not None:
        found.append((100.0, bins[-1].high))
    steps = [b - a for (_, a), (_, b) in pairwise(found) if b > a]
    step = min(steps, default=1.0)
    return _thin([(at, measure.label(edge, step)) for at, edge in found])


def _thin(marks: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Every so many of the marks, the first among them."""
    return marks[:: -(-len(marks) // _MOST) or 1]


def _bars(
    title: str,
    description: str,
    series: Sequence[Series],
    x: Axis,
    y: Measure,
    height: int,
    empty: str,
    marks: list[tuple[float, str]] | None = None,
) -> Chart:
    sheet = lay_out(series, x, y)
    known = sheet.known
    if not known:
        return Chart("bars", title, description, empty=empty)
    rows = [[value or 0.0 for value in row] for row in zip(*sheet.values, strict=True)]
    up = max(sum(value for value in row if value > 0) for row in rows)
    down = min(sum(value for value in row if value < 0) for row in rows)
    values = grid(down, up, y)
    left, lines = scale(values, y, height)
    patterns = weaves(title, [one.tone for one in series]) if len(series) > 1 else ""
    marks = _marks(x, sheet) if marks is None else marks
    inner = f"{patterns}{lines}{_bands(title, series, sheet, values, height)}{below(marks, height)}"
    return Chart(
        "bars",
        title,
        description,
        plot=plot(summary(title, known, y), inner, height + TOP + BOTTOM, sheet.links),
        scale=left,
        legend=legend(title, series, "bar"),
        table=sheet_table(title, x, series, sheet),
    )


def _marks(axis: Axis, sheet: Sheet) -> list[tuple[float, str]]:
    """What stands below bars: the round times or numbers, in the middle of the bars that they fall into."""
    count = len(sheet.places)
    labels = [Markup(label).unescape() for label in sheet.labels]  # noqa: S704 - escaped by `lay_out`
    if isinstance(axis, Names):
        return _thin([((at + 0.5) / count * 100, cut(label, 12)) for at, label in enumerate(labels)])
    found: dict[int, str] = {}
    for place, text in axis.marks(sheet.places[0], sheet.places[-1]):
        found.setdefault(bisect_right(sheet.places, place) - 1, text)
    if len(found) < min(2, count):
        # Too few round ones for an axis: the first and the last bar say what they are.
        found = {0: labels[0], count - 1: labels[-1]}
    return [((at + 0.5) / count * 100, text) for at, text in sorted(found.items())]


def _bands(title: str, series: Sequence[Series], sheet: Sheet, values: Grid, height: int) -> str:
    """The bars, each in a strip that answers to the pointer even where its bar is low."""
    count = len(sheet.places)
    band = 100 / count
    wide = band if count > 160 else band * 0.86 if count > 60 else min(band * 0.7, 9.0)
    factor = height / (values.high - values.low)
    base = TOP + height + values.low * factor
    several = len(series) > 1
    looks = [
        f'class="bar {ink(index, one.tone)}"{weave(title, index) if several else ""}'
        for index, one in enumerate(series)
    ]
    names = [escape(one.label) for one in series]
    parts = []
    for row, label in enumerate(sheet.labels):
        across = f'x="{row * band + (band - wide) / 2:.3f}%" width="{wide:.3f}%"'
        strip = f'<rect class="strip" x="{row * band:.3f}%" y="{TOP}" width="{band:.3f}%" height="{height}"/>'
        texts = [column[row] for column in sheet.texts]
        points = [column[row] for column in sheet.points]
        found = [column[row] for column in sheet.values]
        up = down = base
        bars = []
        for index, value in enumerate(found):
            if not value:
                continue
            # A bar that is there is seen, however little it is.
            tall = max(abs(value) * factor, 1.0)
            if value > 0:
                top = up = up - tall
            else:
                top, down = down, down + tall
            bar = f'<rect {looks[index]} {across} y="{top:.1f}" height="{tall:.1f}"/>'
            point = points[index]
            if several and point is not None and point.href:
                opening, closing = tags(point.href, sheet.links)
                bar = f"{opening}{bar}<title>{label}\n{names[index]}: {texts[index]}</title>{closing}"
            bars.append(bar)
        if all(value is None for value in found):
            strip = strip.replace("strip", "strip gap")
        if several:
            opening, closing = "<g>", "</g>"
            told = "\n".join([label, *[f"{name}: {text}" for name, text in zip(names, texts, strict=True)]])
        else:
            point = points[0]
            opening, closing = tags(point and point.href, sheet.links)
            told = f"{label}: {texts[0]}"
        parts.append(f"{opening}{strip}<title>{told}</title>{''.join(bars)}{closing}")
    return f'<g class="strips">{"".join(parts)}</g>'
