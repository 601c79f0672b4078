"""Lines: of several series over times or numbers, and sparklines."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from markupsafe import Markup

from delula.web.charts.chart import (
    BOTTOM,
    CHARACTER,
    HEIGHT,
    NO_DATA,
    NOTHING,
    TOP,
    Chart,
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
)
from delula.web.display import escape
from delula.web.scales import COUNT, finite, grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.web.charts.axes import Axis
    from delula.web.charts.chart import Point
    from delula.web.figures import Number
    from delula.web.scales import Measure

#: Pixels between the names at the ends of lines.
_LINE = 15
#: Beyond so many points a line shows no dot for each.
_DOTS = 62


def line_chart(
    title: str,
    description: str,
    series: Sequence[Series],
    *,
    x: Axis,
    y: Measure = COUNT,
    from_zero: bool = True,
    height: int = HEIGHT,
    empty: str = NO_DATA,
) -> Chart:
    """One line or several over times or numbers; a gap where there is no value.

    Args:
        title: what it shows.
        description: how to read it; may be empty.
        series: six at most are told apart; those that have a band show it as a tint.
        x: the axis below: `times(…)` or `numbers(…)`.
        y: what the values count.
        from_zero: whether the axis begins at 0; a line may do without, where its shape is the point.
        height: of the plot in pixels.
        empty: the sentence where no value is known.
    """
    sheet = lay_out(series, x, y)
    known = sheet.known
    if not known:
        return Chart("line", title, description, empty=empty)
    bands = [_ends_of(points) for points in sheet.points]
    reach = known + [end for band in bands for ends in band for end in ends if end is not None]
    if from_zero:
        reach.append(0.0)
    values = grid(min(reach), max(reach), y)
    left, lines = scale(values, y, height)
    low, factor = values.low, height / (values.high - values.low)
    columns = [
        [None if value is None else height - (value - low) * factor for value in column]
        for column in sheet.values
    ]
    xs = _spread(sheet.places)
    across = [f"{at:.1f}" for at in xs]
    paths = []
    for index, (one, column, band) in enumerate(zip(series, columns, bands, strict=True)):
        look = ink(index, one.tone)
        if band:
            ends = [[None if e is None else height - (e - low) * factor for e in pair] for pair in band]
            paths.append(f'<path class="band {look}" d="{_band(across, ends)}"/>')
        solid, alone = _line(across, column)
        if solid:
            paths.append(f'<path class="stroke {look}" d="{solid}"/>')
        if alone:
            paths.append(f'<path class="spots {look}" d="{alone}"/>')
    inner = (
        f'{lines}<svg y="{TOP}" width="100%" height="{height}" viewBox="0 0 1000 {height}"'
        f' preserveAspectRatio="none">{"".join(paths)}</svg>'
        f"{below(_marks(x, sheet), height)}{_strips(series, sheet, xs, columns, height)}"
    )
    return Chart(
        "line",
        title,
        description,
        plot=plot(summary(title, known, y), inner, height + TOP + BOTTOM, sheet.links),
        scale=left,
        ends=_ends(series, columns, height),
        legend=legend(title, series, "line"),
        table=sheet_table(title, x, series, sheet),
    )


def _spread(places: list[float]) -> list[float]:
    """Where points stand in thousandths of the width; a single one stands in the middle."""
    if len(places) == 1:
        return [500.0]
    low, factor = places[0], 1000 / (places[-1] - places[0])
    return [(place - low) * factor for place in places]


def _marks(axis: Axis, sheet: Sheet) -> list[tuple[float, str]]:
    low, high = sheet.places[0], sheet.places[-1]
    if low == high:
        return [(50.0, Markup(sheet.labels[0]).unescape())]  # noqa: S704 - escaped by `lay_out`
    return [((at - low) / (high - low) * 100, text) for at, text in axis.marks(low, high)]


def _line(across: list[str], column: list[float | None]) -> tuple[str, str]:
    """The path of a line with its gaps, and the one of its points that stand alone."""
    runs: list[str] = []
    alone: list[str] = []
    run: list[str] = []
    for x, y in zip([*across, ""], [*column, None], strict=True):
        if y is not None:
            run.append(f"{x} {y:.1f}")
        elif run:
            if len(run) > 1:
                runs.append("M" + "L".join(run))
            else:
                alone.append(f"M{run[0]}h0")
            run = []
    return "".join(runs), "".join(alone)


def _ends_of(points: Sequence[Point | None]) -> list[tuple[float | None, float | None]]:
    """The ends of the band of a series at each point; empty where it has none."""
    if all(point is None or point.low is None for point in points):
        return []
    return [(None, None) if point is None else (finite(point.low), finite(point.high)) for point in points]


def _band(across: list[str], ends: list[list[float | None]]) -> str:
    """The outline of a band: there along its upper end, back along its lower one."""
    parts: list[str] = []
    lower: list[str] = []
    upper: list[str] = []
    last: list[float | None] = [None, None]
    for x, (low, high) in zip([*across, ""], [*ends, last], strict=True):
        if low is not None and high is not None:
            lower.append(f"{x} {low:.1f}")
            upper.append(f"{x} {high:.1f}")
        elif upper:
            if len(upper) > 1:
                parts.append(f"M{'L'.join(upper)}L{'L'.join(reversed(lower))}Z")
            lower, upper = [], []
    return "".join(parts)


def _strips(
    series: Sequence[Series], sheet: Sheet, xs: list[float], columns: list[list[float | None]], height: int
) -> str:
    """What answers to the pointer and the keyboard: one strip for each x, with its values as tooltip."""
    edges = [0.0, *[(a + b) / 20 for a, b in pairwise(xs)], 100.0]
    strips = [
        f'<rect class="strip" x="{start:.2f}%" y="{TOP}" width="{end - start:.2f}%" height="{height}"'
        for start, end in pairwise(edges)
    ]
    told = _tooltips(series, sheet)
    if len(xs) > _DOTS and not sheet.links:
        marks = [f"{strip}><title>{text}</title></rect>" for strip, text in zip(strips, told, strict=True)]
        return f'<g class="strips">{"".join(marks)}</g>'
    marks = []
    looks = [ink(index, one.tone) for index, one in enumerate(series)]
    for row, (strip, text) in enumerate(zip(strips, told, strict=True)):
        href = next((p.href for points in sheet.points if (p := points[row]) and p.href), None)
        dots = "".join(
            f'<circle class="dot {look}" cx="{xs[row] / 10:.2f}%" cy="{y + TOP:.1f}" r="3.5"/>'
            for look, column in zip(looks, columns, strict=True)
            if len(xs) <= _DOTS and (y := column[row]) is not None
        )
        opening, closing = tags(href, sheet.links)
        marks.append(f"{opening}{strip}/>{dots}<title>{text}</title>{closing}")
    return f'<g class="strips">{"".join(marks)}</g>'


def _tooltips(series: Sequence[Series], sheet: Sheet) -> list[str]:
    """What each row says: its label and all its values."""
    if len(series) == 1:
        return [f"{label}: {text}" for label, text in zip(sheet.labels, sheet.texts[0], strict=True)]
    names = [escape(one.label) for one in series]
    return [
        "\n".join([label, *[f"{name}: {text}" for name, text in zip(names, texts, strict=True)]])
        for label, *texts in zip(sheet.labels, *sheet.texts, strict=True)
    ]


def _ends(series: Sequence[Series], columns: list[list[float | None]], height: int) -> Markup:
    """The names of lines beside their ends, pushed apart where they would cover each other."""
    if len(series) < 2:
        return NOTHING
    found = sorted(
        (last, index)
        for index, column in enumerate(columns)
        if (last := next((y for y in reversed(column) if y is not None), None)) is not None
    )
    ys = [y for y, _index in found]
    for at in range(1, len(ys)):
        ys[at] = max(ys[at], ys[at - 1] + _LINE)
    # What was pushed out below comes back up.
    lowest = float(height)
    for at in reversed(range(len(ys))):
        ys[at] = min(ys[at], lowest)
        lowest = ys[at] - _LINE
    names = [cut(series[index].label, 22) for _y, index in found]
    width = round(max(map(len, names)) * CHARACTER) + 12
    texts = "".join(
        f'<text class="{ink(index, series[index].tone)}" x="8" y="{y + TOP + 4:.1f}">{escape(name)}</text>'
        for y, name, (_y, index) in zip(ys, names, found, strict=True)
    )
    return Markup(  # noqa: S704 - escaped above
        f'<svg class="chart-ends" width="{width}" height="{height + TOP + BOTTOM}"'
        f' aria-hidden="true">{texts}</svg>'
    )


def sparkline(values: Sequence[Number | None], label: str | None = None, tone: str | None = None) -> Markup:
    """A small line without axes, for a figure or a row of a table; nothing where no value is known.

    Args:
        values: at equal distances, oldest first; None is a gap.
        label: says what it shows to those who do not see it; without it the line is an ornament of what is
            said beside it.
        tone: as of a series.
    """
    found = [finite(value) for value in values]
    known = [value for value in found if value is not None]
    if not known:
        return NOTHING
    low, high = min(0.0, *known), max(0.0, *known)
    factor = 22 / ((high - low) or 1.0)
    across = [f"{at / 10:.1f}" for at in _spread([float(index) for index in range(len(found))])]
    column = [None if value is None else 25 - (value - low) * factor for value in found]
    line, alone = _line(across, column)
    x, y = next((x, y) for x, y in zip(reversed(across), reversed(column), strict=True) if y is not None)
    look = ink(0, tone)
    named = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return Markup(  # noqa: S704 - escaped
        f'<svg class="spark" width="100%" height="28" viewBox="0 0 100 28" preserveAspectRatio="none"'
        f' {named}><path class="stroke {look}" d="{line}"/>'
        f'<path class="spots {look}" d="{alone}M{x} {y:.1f}h0"/></svg>'
    )
