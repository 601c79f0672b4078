"""Charts as SVG, drawn on the server: lines, bars, histograms, heat maps, proportions, rankings, sparklines.

A view builds a chart from the rows that it has, and the template shows it with `chart` of `ui/chart.html`.
What is drawn hundreds of times is put together here rather than by Jinja, for the reason in docs/adr/0005.

A plot has pixels from top to bottom and percentages from left to right, so that it fills any width and its
text is never distorted. Only paths know no percentages: they stand in a nested `<svg>` that is stretched, and
strokes are not. Nothing is styled in line: attributes place the marks, static/css/chart.css paints.

Values come from live data. What is missing or no finite number is a gap, never 0; what is drawn is finite.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from markupsafe import Markup

from delula.web.display import MISSING, escape
from delula.web.figures import Number, percent
from delula.web.scales import (
    COUNT,
    NUMBER,
    WEEKDAYS,
    Bin,
    Grid,
    Measure,
    Step,
    finite,
    grid,
    moment,
    time_marks,
    write_time,
    zone_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

X = datetime | date | int | float | str
_NOTHING = Markup()

HEIGHT = 180
_TOP, _BOTTOM = 8, 22
#: Width of a character of the labels, in pixels, a little above the average.
_CHARACTER = 6.6
#: Pixels between the labels at the ends of lines.
_LINE = 15
#: Beyond so many links a chart is no row of tab stops any more; the table has them all.
_STOPS = 40
#: Beyond so many points a line shows no dot for each.
_DOTS = 62
_INKS = 6
NO_DATA = "No data in this range"


# What a view says


class Point(NamedTuple):
    """One value of a series.

    Attributes:
        x: where it stands: a time (UTC where it has no zone), a date, a number or a name.
        y: the value; None where there is none, which is a gap.
        href: opens precisely the rows behind it.
        tooltip: stands in place of the value's own.
        low: lower end of the band around it.
        high: upper end of the band around it.
    """

    x: X
    y: Number | None
    href: str | None = None
    tooltip: str | None = None
    low: Number | None = None
    high: Number | None = None


@dataclass(frozen=True)
class Series:
    """Values that belong together.

    Attributes:
        label: what they are, in a word or two.
        points: in any order.
        tone: `success`, `warning`, `danger`, `info` or `neutral` where the colour means something.
    """

    label: str
    points: Sequence[Point]
    tone: str | None = None


class Part(NamedTuple):
    """One part of a whole, or one row of a ranking.

    Attributes:
        label: what it is.
        value: how much; None where it is not known.
        href: opens precisely the rows behind it.
        tone: as of a series.
    """

    label: str
    value: Number | None
    href: str | None = None
    tone: str | None = None


class Cell(NamedTuple):
    """One cell of a heat map."""

    value: Number | None
    href: str | None = None
    tooltip: str | None = None


class Axis(Protocol):
    """How the x of points is placed and written."""

    @property
    def name(self) -> str:
        """What heads the first column of the table."""

    def place(self, x: X) -> float:
        """Where x stands."""

    def write(self, x: X) -> str:
        """X in tooltips and in the table."""

    def marks(self, low: float, high: float) -> list[tuple[float, str]]:
        """What stands below the plot, and where."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Times:
    """An axis of times in one zone; points stand where their step begins."""

    name: str
    step: Step
    zone: tzinfo

    def place(self, x: X) -> float:
        """Seconds since 1970."""
        if isinstance(x, datetime):
            return x.timestamp() if x.tzinfo else (x - _EPOCH).total_seconds()
        if isinstance(x, date):
            return moment(x, self.zone).timestamp()
        raise TypeError(f"{x!r} is no time")

    def write(self, x: X) -> str:
        """The time as `Tue 24 Nov 2026`, or what its step is called by."""
        if not isinstance(x, date):
            raise TypeError(f"{x!r} is no time")
        return write_time(moment(x, self.zone), self.step)

    def marks(self, low: float, high: float) -> list[tuple[float, str]]:
        """Round times of the zone's clock."""
        start, end = (datetime.fromtimestamp(value, self.zone) for value in (low, high))
        return [(at.timestamp(), text) for at, text in time_marks(start, end)]


@dataclass(frozen=True)
class Numbers:
    """An axis of numbers."""

    name: str
    measure: Measure = NUMBER

    def place(self, x: X) -> float:
        """The number itself."""
        return float(x)  # type: ignore[arg-type]  # a time is refused as it should be

    def write(self, x: X) -> str:
        """As the measure has it."""
        return self.measure.write(self.place(x))

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

    def place(self, x: X) -> float:  # noqa: ARG002 - names have no place but their order
        """Nowhere: bars stand beside each other."""
        return 0.0

    def write(self, x: X) -> str:
        """The name."""
        return str(x)

    def marks(self, low: float, high: float) -> list[tuple[float, str]]:  # noqa: ARG002 - as above
        """None: bars are labelled one by one."""
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


@dataclass(frozen=True)
class Chart:
    """A chart that is ready to be shown with `chart` of `ui/chart.html`.

    Attributes:
        kind: `line`, `bars`, `heat`, `proportion` or `ranking`.
        title: what it shows.
        description: a sentence on how to read it, or nothing.
        plot: the marks; empty where there is nothing to draw.
        scale: what stands at the left of the plot.
        ends: what stands at the right: the names of lines.
        legend: what the marks mean, where nothing beside them says it.
        table: the same numbers as a table.
        empty: the sentence in place of the plot, None where there is one.
    """

    kind: str
    title: str
    description: str
    plot: Markup = _NOTHING
    scale: Markup = _NOTHING
    ends: Markup = _NOTHING
    legend: Markup = _NOTHING
    table: Markup = _NOTHING
    empty: str | None = None


# What they share


class _Sheet(NamedTuple):
    """Series side by side: one row for each x.

    Attributes:
        places: where the rows stand, in order.
        labels: their x as text, escaped.
        points: of each series one for each row, None where it has none.
        values: the same as finite numbers.
    """

    places: list[float]
    labels: list[str]
    points: list[Sequence[Point | None]]
    values: list[list[float | None]]


def _sheet(series: Sequence[Series], axis: Axis) -> _Sheet:
    points: list[Sequence[Point | None]]
    first = series[0].points if series else ()
    xs: list[X] = [point.x for point in first]
    if isinstance(axis, Names):
        xs = list(dict.fromkeys(point.x for one in series for point in one.points))
        places = [float(index) for index in range(len(xs))]
        points = [[found.get(x) for x in xs] for found in ({p.x: p for p in one.points} for one in series)]
    else:
        places = [axis.place(x) for x in xs]
        ordered = all(a < b for a, b in pairwise(places))
        if ordered and all([point.x for point in one.points] == xs for one in series[1:]):
            points = [one.points for one in series]
        else:
            placed = [{axis.place(point.x): point for point in one.points} for one in series]
            at: dict[float, X] = {place: point.x for found in placed for place, point in found.items()}
            places = sorted(at)
            xs = [at[place] for place in places]
            points = [[found.get(place) for place in places] for found in placed]
    values = [[None if point is None else finite(point.y) for point in column] for column in points]
    return _Sheet(places, [escape(axis.write(x)) for x in xs], points, values)


def _shown(value: float | None, point: Point | None, measure: Measure) -> str:
    """A value as text, its band in brackets."""
    if value is None or point is None:
        return "no data"
    low, high = finite(point.low), finite(point.high)
    if low is None or high is None:
        return measure.write(value)
    return f"{measure.write(value)} ({measure.write(low)} to {measure.write(high)})"


def _texts(sheet: _Sheet, measure: Measure) -> list[list[str]]:
    """All values as escaped text; most write nothing that needs it."""
    return [
        [escape(_shown(value, point, measure)) for value, point in zip(column, points, strict=True)]
        for column, points in zip(sheet.values, sheet.points, strict=True)
    ]


def _ink(index: int, tone: str | None = None) -> str:
    """The classes that give a series its colour and its dashes; beyond the sixth all are grey."""
    name = f"s{index + 1 if index < _INKS else 0}"
    return f"{name} {tone}" if tone else name


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "chart"


def _table(
    title: str, head: Iterable[str], rows: Iterable[tuple[str, Iterable[tuple[str, str | None]]]]
) -> Markup:
    """The numbers of a chart as a table.

    Args:
        title: of the chart.
        head: the columns' headings, the first that of the rows.
        rows: of each its heading, and its cells as text and link; texts are escaped.
    """
    first, *others = (escape(text) for text in head)
    cells = "".join(f'<th scope="col" class="number">{text}</th>' for text in others)
    parts = [
        f'<div class="chart-rows" role="group" aria-label="{escape(title)}, as a table" tabindex="0">',
        f'<table><thead><tr><th scope="col">{first}</th>{cells}</tr></thead><tbody>',
    ]
    for heading, found in rows:
        parts.append(f'<tr><th scope="row">{heading}</th>')
        for text, href in found:
            if href:
                parts.append(f'<td><a class="link" href="{escape(href)}">{text}</a></td>')
            else:
                parts.append(f"<td>{MISSING if text == 'no data' else text}</td>")
        parts.append("</tr>")
    parts.append("</tbody></table></div>")
    return Markup("".join(parts))  # noqa: S704 - escaped above


def _sheet_table(
    title: str, axis: Axis, series: Sequence[Series], sheet: _Sheet, texts: list[list[str]]
) -> Markup:
    columns = [
        [(text, point.href if point else None) for text, point in zip(column, points, strict=True)]
        for column, points in zip(texts, sheet.points, strict=True)
    ]
    return _table(
        title,
        [axis.name, *(one.label for one in series)],
        zip(sheet.labels, zip(*columns, strict=True), strict=True),
    )


def _scale(scale: Grid, measure: Measure, height: int) -> tuple[Markup, str]:
    """The values at the left of a plot, and the lines of its grid."""
    low, width = scale.low, scale.high - scale.low
    labels = [escape(measure.label(value, scale.step)) for value in scale.values]
    column = round(max(len(text) for text in labels) * _CHARACTER) + 10
    texts, lines = [], []
    for value, text in zip(scale.values, labels, strict=True):
        y = _TOP + height - (value - low) / width * height
        texts.append(f'<text x="{column - 8}" y="{y + 4:.1f}" text-anchor="end">{text}</text>')
        look = "zero" if value == 0 else "rule"
        lines.append(f'<line class="{look}" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>')
    return (
        Markup(  # noqa: S704 - escaped above
            f'<svg class="chart-scale" width="{column}" height="{height + _TOP + _BOTTOM}"'
            f' aria-hidden="true">{"".join(texts)}</svg>'
        ),
        "".join(lines),
    )


def _below(marks: Sequence[tuple[float, str]], height: int) -> str:
    """What stands below a plot, at percentages of its width; every other one gives way where it is narrow."""
    parts = []
    for index, (at, text) in enumerate(marks):
        anchor = ' text-anchor="start"' if at < 3 else ' text-anchor="end"' if at > 97 else ""
        extra = ' class="extra"' if index % 2 and len(marks) > 4 else ""
        parts.append(f'<text x="{at:.2f}%" y="{height + _TOP + 17}"{anchor}{extra}>{escape(text)}</text>')
    return f'<g class="below" aria-hidden="true">{"".join(parts)}</g>'


def _plot(summary: str, inner: str, height: int, links: int) -> Markup:
    """The SVG around the marks. One with links is a group: what is inside a picture cannot be reached."""
    role = "group" if links else "img"
    return Markup(  # noqa: S704 - the callers escape
        f'<svg class="chart-plot" width="100%" height="{height}" role="{role}"'
        f' aria-label="{escape(summary)}">{inner}</svg>'
    )


def _opening(href: str | None, links: int) -> tuple[str, str]:
    """The tags around a mark: a link, or a group for its tooltip."""
    if not href:
        return "<g>", "</g>"
    stop = ' tabindex="-1"' if links > _STOPS else ""
    return f'<a href="{escape(href)}"{stop}>', "</a>"


def _summary(title: str, values: Iterable[float | None], measure: Measure) -> str:
    """What somebody hears who does not see the plot."""
    known = [value for value in values if value is not None]
    low, high = measure.write(min(known)), measure.write(max(known))
    return f"{title}: {low}" if low == high else f"{title}: from {low} to {high}"


def _has_data(sheet: _Sheet) -> bool:
    return any(value is not None for column in sheet.values for value in column)


def _links(sheet: _Sheet) -> int:
    return sum(1 for points in sheet.points for point in points if point is not None and point.href)


# Lines


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
    sheet = _sheet(series, x)
    if not _has_data(sheet):
        return Chart("line", title, description, empty=empty)
    bands = [
        [(None, None) if p is None else (finite(p.low), finite(p.high)) for p in points]
        if any(p is not None and p.low is not None for p in points)
        else None
        for points in sheet.points
    ]
    known = [value for column in sheet.values for value in column if value is not None]
    known += [end for band in bands if band for ends in band for end in ends if end is not None]
    scale = grid(min(known, default=0), max(known), y) if not from_zero else _from_zero(known, y)
    left, lines = _scale(scale, y, height)
    low, wide = sheet.places[0], (sheet.places[-1] - sheet.places[0]) or 1.0
    single = len(sheet.places) == 1
    # Thousandths of the width, in which paths are drawn; a single point stands in the middle.
    xs = [500.0 if single else (place - low) / wide * 1000 for place in sheet.places]
    factor = height / (scale.high - scale.low)
    columns = [
        [None if value is None else height - (value - scale.low) * factor for value in column]
        for column in sheet.values
    ]
    across = [f"{at:.1f}" for at in xs]
    paths = []
    for index, (one, column, band) in enumerate(zip(series, columns, bands, strict=True)):
        ink = _ink(index, one.tone)
        if band:
            paths.append(f'<path class="band {ink}" d="{_band(across, band, scale.low, factor, height)}"/>')
        solid, dots = _line(across, column)
        if solid:
            paths.append(f'<path class="stroke {ink}" d="{solid}"/>')
        if dots:
            paths.append(f'<path class="spots {ink}" d="{dots}"/>')
    texts = _texts(sheet, y)
    marks = x.marks(sheet.places[0], sheet.places[-1])
    below = [(50.0 if single else (at - low) / wide * 100, text) for at, text in marks]
    if single:
        below = [(50.0, sheet.labels[0])]
    links = _links(sheet)
    inner = (
        f"{lines}"
        f'<svg y="{_TOP}" width="100%" height="{height}" viewBox="0 0 1000 {height}"'
        f' preserveAspectRatio="none" class="paths">{"".join(paths)}</svg>{_below(below, height)}'
        f"{_strips(series, sheet, texts, xs, columns, height, links)}"
    )
    several = len(series) > 1
    return Chart(
        "line",
        title,
        description,
        plot=_plot(_summary(title, known, y), inner, height + _TOP + _BOTTOM, links),
        scale=left,
        ends=_ends(series, columns, height) if several else Markup(),
        legend=_legend([(one.label, _ink(i, one.tone)) for i, one in enumerate(series)], "line")
        if several
        else Markup(),
        table=_sheet_table(title, x, series, sheet, texts),
    )


def _from_zero(known: list[float], measure: Measure) -> Grid:
    return grid(min(0.0, *known), max(0.0, *known), measure)


def _line(across: list[str], column: list[float | None]) -> tuple[str, str]:
    """The path of a line with its gaps, and the one of its points that stand alone."""
    runs: list[str] = []
    alone: list[str] = []
    run: list[str] = []
    for x, y in zip(across, column, strict=True):
        if y is not None:
            run.append(f"{x} {y:.1f}")
        elif run:
            (runs if len(run) > 1 else alone).append("M" + "L".join(run))
            run = []
    if run:
        (runs if len(run) > 1 else alone).append("M" + "L".join(run))
    return "".join(runs), "".join(f"{point}h0" for point in alone)


def _band(
    across: list[str],
    band: list[tuple[float | None, float | None]],
    lowest: float,
    factor: float,
    height: int,
) -> str:
    """The outline of what lies between the ends of a band: there above, back below."""
    parts: list[str] = []
    above: list[str] = []
    below: list[str] = []

    def close() -> None:
        if len(above) > 1:
            parts.append(f"M{'L'.join(above)}L{'L'.join(reversed(below))}Z")
        above.clear()
        below.clear()

    for x, (low, high) in zip(across, band, strict=True):
        if low is None or high is None:
            close()
            continue
        above.append(f"{x} {height - (high - lowest) * factor:.1f}")
        below.append(f"{x} {height - (low - lowest) * factor:.1f}")
    close()
    return "".join(parts)


def _strips(
    series: Sequence[Series],
    sheet: _Sheet,
    texts: list[list[str]],
    xs: list[float],
    columns: list[list[float | None]],
    height: int,
    links: int,
) -> str:
    """What answers to the pointer and the keyboard: one strip for each x, with its values as tooltip."""
    middles = [(a + b) / 20 for a, b in pairwise(xs)]
    edges = [0.0, *middles, 100.0]
    dotted = len(xs) <= _DOTS
    inks = [_ink(index, one.tone) for index, one in enumerate(series)]
    labels = [escape(one.label) for one in series]
    several = len(series) > 1
    parts = ['<g class="strips">']
    for row, (label, start, end) in enumerate(zip(sheet.labels, edges, edges[1:], strict=False)):
        points = [column[row] for column in sheet.points]
        href = next((point.href for point in points if point is not None and point.href), None)
        told = next((point.tooltip for point in points if point is not None and point.tooltip), None)
        if told:
            tooltip = escape(told)
        elif several:
            tooltip = "\n".join(
                [label, *(f"{name}: {column[row]}" for name, column in zip(labels, texts, strict=True))]
            )
        else:
            tooltip = f"{label}: {texts[0][row]}"
        dots = ""
        if dotted:
            dots = "".join(
                f'<circle class="dot {ink}" cx="{xs[row] / 10:.2f}%" cy="{y + _TOP:.1f}" r="3.5"/>'
                for ink, column in zip(inks, columns, strict=True)
                if (y := column[row]) is not None
            )
        opening, closing = _opening(href, links) if href or dots else ("", "")
        strip = (
            f'<rect class="strip" x="{start:.2f}%" y="{_TOP}" width="{end - start:.2f}%" height="{height}"'
        )
        if opening:
            parts.append(f"{opening}{strip}/>{dots}<title>{tooltip}</title>{closing}")
        else:
            parts.append(f"{strip}><title>{tooltip}</title></rect>")
    parts.append("</g>")
    return "".join(parts)


def _ends(series: Sequence[Series], columns: list[list[float | None]], height: int) -> Markup:
    """The names of lines beside their ends, pushed apart where they would cover each other."""
    found = sorted(
        (
            (last, _ink(index, one.tone), one.label)
            for index, (one, column) in enumerate(zip(series, columns, strict=True))
            if (last := next((y for y in reversed(column) if y is not None), None)) is not None
        ),
        key=lambda item: item[0],
    )
    ys = [y for y, _ink, _label in found]
    for index in range(1, len(ys)):
        ys[index] = max(ys[index], ys[index - 1] + _LINE)
    # What was pushed out below comes back up.
    limit = float(height)
    for index in reversed(range(len(ys))):
        ys[index] = min(ys[index], limit)
        limit = ys[index] - _LINE
    width = round(max(len(_cut(label, 22)) for _y, _ink, label in found) * _CHARACTER) + 12
    texts = "".join(
        f'<text class="{ink}" x="8" y="{y + _TOP + 4:.1f}">{escape(_cut(label, 22))}</text>'
        for y, (_y, ink, label) in zip(ys, found, strict=True)
    )
    return Markup(  # noqa: S704 - escaped above
        f'<svg class="chart-ends" width="{width}" height="{height + _TOP + _BOTTOM}"'
        f' aria-hidden="true">{texts}</svg>'
    )


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


# Bars


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
    write = x.measure.write
    points = []
    for one in bins:
        if one.low is None or one.high is None:
            name = (
                f"{write(one.low)} and more"
                if one.low is not None
                else f"below {write(one.high)}"
                if one.high is not None
                else "all"
            )
        else:
            name = f"{write(one.low)} to {write(one.high)}"
        points.append(Point(name, one.n, one.href))
    edges = []
    for index, one in enumerate(bins):
        if one.low is not None:
            edges.append(
                (index / len(bins) * 100, x.measure.label(one.low, (one.high or one.low) - one.low or 1))
            )
    if bins and (last := bins[-1]).high is not None:
        edges.append((100.0, x.measure.label(last.high, last.high - (last.low or 0) or 1)))
    return _bars(
        title, description, [Series(label, points)], Names(x.name), COUNT, height, empty, _thin(edges)
    )


def _thin(marks: list[tuple[float, str]], most: int = 9) -> list[tuple[float, str]]:
    """Every so many of the marks, the first among them."""
    return marks[:: -(-len(marks) // most)] if marks else marks


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
    sheet = _sheet(series, x)
    if not _has_data(sheet):
        return Chart("bars", title, description, empty=empty)
    rows = [[value or 0.0 for value in row] for row in zip(*sheet.values, strict=True)]
    above = [sum(value for value in row if value > 0) for row in rows]
    below = [sum(value for value in row if value < 0) for row in rows]
    scale = _from_zero([*above, *below], y)
    left, lines = _scale(scale, y, height)
    texts = _texts(sheet, y)
    links = _links(sheet)
    key = _slug(title)
    several = len(series) > 1
    inner = (
        f"{_weaves(key, series) if several else ''}{lines}"
        f"{_bands(series, sheet, texts, scale, height, links, key)}"
        f"{_below(_bar_marks(x, sheet) if marks is None else marks, height)}"
    )
    known = [value for column in sheet.values for value in column if value is not None]
    return Chart(
        "bars",
        title,
        description,
        plot=_plot(_summary(title, known, y), inner, height + _TOP + _BOTTOM, links),
        scale=left,
        legend=_legend([(one.label, _ink(i, one.tone)) for i, one in enumerate(series)], "bar", key)
        if several
        else Markup(),
        table=_sheet_table(title, x, series, sheet, texts),
    )


def _bar_marks(axis: Axis, sheet: _Sheet) -> list[tuple[float, str]]:
    """What stands below bars: the round times or numbers in the middle of the bars that they fall into."""
    count = len(sheet.places)
    if isinstance(axis, Names):
        return _thin(
            [((i + 0.5) / count * 100, _cut(label, 12)) for i, label in enumerate(_unescaped(sheet))]
        )
    found: dict[int, str] = {}
    for place, text in axis.marks(sheet.places[0], sheet.places[-1]):
        found.setdefault(bisect_right(sheet.places, place) - 1, text)
    if len(found) < min(2, count):
        # Too few round ones for an axis: the first and the last bar say what they are.
        found = {index: _unescaped(sheet)[index] for index in sorted({0, count - 1})}
    return [((index + 0.5) / count * 100, text) for index, text in sorted(found.items())]


def _unescaped(sheet: _Sheet) -> list[str]:
    return [Markup(label).unescape() for label in sheet.labels]  # noqa: S704 - escaped by `_sheet`


def _bands(
    series: Sequence[Series],
    sheet: _Sheet,
    texts: list[list[str]],
    scale: Grid,
    height: int,
    links: int,
    key: str,
) -> str:
    """The bars, each band of the plot a strip that answers to the pointer even where its bar is low."""
    count = len(sheet.places)
    band = 100 / count
    wide = band if count > 160 else band * 0.86 if count > 60 else min(band * 0.7, 9.0)
    factor = height / (scale.high - scale.low)
    base = _TOP + height + scale.low * factor
    fills = [
        f'class="bar {_ink(index, one.tone)}"'
        + (f' fill="url(#{key}-{index})"' if index and len(series) > 1 else "")
        for index, one in enumerate(series)
    ]
    names = [escape(one.label) for one in series]
    several = len(series) > 1
    parts = ['<g class="strips">']
    for row, label in enumerate(sheet.labels):
        start = row * band
        across = f'x="{start + (band - wide) / 2:.3f}%" width="{wide:.3f}%"'
        strip = f'<rect class="strip" x="{start:.3f}%" y="{_TOP}" width="{band:.3f}%" height="{height}"/>'
        up = down = base
        bars = []
        for index, column in enumerate(sheet.values):
            value, point = column[row], sheet.points[index][row]
            if not value:
                continue
            # A bar that is there is seen, however little it is.
            tall = max(abs(value) * factor, 1.0)
            top = up - tall if value > 0 else down
            rect = f'<rect {fills[index]} {across} y="{top:.1f}" height="{tall:.1f}"/>'
            if value > 0:
                up -= tall
            else:
                down += tall
            if several and point is not None and (point.href or point.tooltip):
                opening, closing = _opening(point.href, links)
                told = (
                    escape(point.tooltip)
                    if point.tooltip
                    else f"{label}\n{names[index]}: {texts[index][row]}"
                )
                rect = f"{opening}{rect}<title>{told}</title>{closing}"
            bars.append(rect)
        if all(column[row] is None for column in sheet.values):
            bars.append(f'<rect class="gap" {across} y="{base - 3:.1f}" height="3"/>')
        if several:
            told = "\n".join(
                [label, *(f"{n}: {column[row]}" for n, column in zip(names, texts, strict=True))]
            )
            parts.append(f"<g>{strip}<title>{told}</title>{''.join(bars)}</g>")
        else:
            point = sheet.points[0][row]
            opening, closing = _opening(point.href if point else None, links)
            told = escape(point.tooltip) if point and point.tooltip else f"{label}: {texts[0][row]}"
            parts.append(f"{opening}{strip}{''.join(bars)}<title>{told}</title>{closing}")
    parts.append("</g>")
    return "".join(parts)


#: How the surfaces of series are woven, besides their colour; the first one is plain.
_WEAVES = (
    "",
    "M-2 2l4-4M0 8l8-8M6 10l4-4",
    "M2 2h.01M6 6h.01",
    "M0 2h8M0 6h8",
    "M2 0v8M6 0v8",
    "M-2 6l4 4M0 0l8 8M6-2l4 4M-2 2l4-4M0 8l8-8M6 10l4-4",
)


def _weaves(key: str, series: Sequence[Series]) -> str:
    patterns = "".join(
        f'<pattern id="{key}-{index}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect class="fill {_ink(index, one.tone)}" width="8" height="8"/>'
        f'<path class="weave" d="{_WEAVES[index % len(_WEAVES)]}"/></pattern>'
        for index, one in enumerate(series)
        if index
    )
    return f"<defs>{patterns}</defs>"


def _swatch(ink: str, kind: Literal["line", "bar"], fill: str = "") -> str:
    if kind == "line":
        width, height, mark = 20, 10, f'<path class="stroke {ink}" d="M0 5h20"/>'
    else:
        width, height, mark = 12, 12, f'<rect class="bar {ink}" width="12" height="12" rx="2"{fill}/>'
    return f'<svg width="{width}" height="{height}" aria-hidden="true">{mark}</svg>'


def _legend(items: Sequence[tuple[str, str]], kind: Literal["line", "bar"], key: str = "") -> Markup:
    """What each series looks like, from its label and its classes."""
    parts = []
    for index, (label, ink) in enumerate(items):
        fill = f' fill="url(#{key}-{index})"' if key and index else ""
        parts.append(f"<li>{_swatch(ink, kind, fill)}<bdi>{escape(label)}</bdi></li>")
    return Markup(f'<ul class="chart-legend">{"".join(parts)}</ul>')  # noqa: S704 - escaped above


# Heat maps


_LEVELS = 5
_ROW = 24


def heat_map(
    title: str,
    description: str,
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[Cell]],
    *,
    y: Measure = COUNT,
    corner: str = "",
    empty: str = NO_DATA,
) -> Chart:
    """Cells that are the fuller the more they hold; those without data are outlines.

    Args:
        title: what it shows.
        description: how to read it; may be empty.
        rows: what the rows are called.
        columns: what the columns are called.
        cells: by row, one for each column.
        y: what the values count.
        corner: heads the first column of the table.
        empty: the sentence where no value is known.
    """
    values = [[finite(cell.value) for cell in row] for row in cells]
    known = [value for row in values for value in row if value is not None]
    if not known or not columns:
        return Chart("heat", title, description, empty=empty)
    most = max(abs(value) for value in known) or 1.0
    links = sum(1 for row in cells for cell in row if cell.href)
    band = 100 / len(columns)
    heads = [escape(text) for text in columns]
    sides = [escape(text) for text in rows]
    parts, lines = [], []
    shown = len(columns) <= 24
    for index, (row, found) in enumerate(zip(cells, values, strict=True)):
        top = index * _ROW
        name = sides[index]
        line: list[tuple[str, str | None]] = []
        for at, (head, cell, value) in enumerate(zip(heads, row, found, strict=True)):
            text = "no data" if value is None else escape(y.write(value))
            line.append((text, cell.href))
            level = "none" if value is None else f"h{_level(value, most)}{' minus' if value < 0 else ''}"
            opening, closing = _opening(cell.href, links)
            told = escape(cell.tooltip) if cell.tooltip else f"{name}, {head}: {text}"
            # Where there is room the cell says its value, so that the shade is not all it has.
            brief = "" if value is None else escape(y.label(value, most / 20))
            inside = (
                f'<text class="t{level[1:]}" x="{(at + 0.5) * band:.2f}%" y="{top + 16}">{brief}</text>'
                if shown and brief and len(brief) <= 5
                else ""
            )
            parts.append(
                f'{opening}<rect class="cell {level}" x="{at * band:.2f}%" y="{top}" width="{band:.2f}%"'
                f' height="{_ROW}" rx="3"/>{inside}<title>{told}</title>{closing}'
            )
        lines.append((name, line))
    height = len(rows) * _ROW
    width = round(max(len(name) for name in rows) * _CHARACTER) + 10
    scale = "".join(
        f'<text x="{width - 8}" y="{index * _ROW + 16}" text-anchor="end">{name}</text>'
        for index, name in enumerate(sides)
    )
    marks = _thin([((at + 0.5) * band, text) for at, text in enumerate(columns)], 12)
    steps = "".join(
        f'<rect class="cell h{level}" x="{level * 14}" width="14" height="12" rx="3"/>'
        for level in range(_LEVELS + 1)
    )
    return Chart(
        "heat",
        title,
        description,
        plot=_plot(
            _summary(title, known, y),
            f"{''.join(parts)}{_below(marks, height - _TOP)}",
            height + _BOTTOM,
            links,
        ),
        scale=Markup(  # noqa: S704 - escaped above
            f'<svg class="chart-scale" width="{width}" height="{height}" aria-hidden="true">{scale}</svg>'
        ),
        legend=Markup(  # noqa: S704 - numbers
            f'<p class="chart-legend"><span>0</span><svg width="84" height="12" aria-hidden="true">{steps}'
            f"</svg><span>{escape(y.write(most))}</span></p>"
        ),
        table=_table(title, [corner, *columns], lines),
    )


def _level(value: float, most: float) -> int:
    """From 0 for nothing to 5 for the most; what is there is never shown as nothing."""
    return min(_LEVELS, int(abs(value) / most * _LEVELS) + 1) if value else 0


def hours_by_weekday(
    title: str,
    description: str,
    cells: Mapping[tuple[int, int], Cell],
    *,
    y: Measure = COUNT,
    empty: str = NO_DATA,
) -> Chart:
    """A heat map of the week.

    Args:
        title: what it shows.
        description: how to read it; says whose clock the hours are of.
        cells: by weekday (0 is Monday) and hour; one that is missing has no data.
        y: what the values count.
        empty: the sentence where no value is known.
    """
    nothing = Cell(None)
    return heat_map(
        title,
        description,
        WEEKDAYS,
        [f"{hour:02}" for hour in range(24)],
        [[cells.get((day, hour), nothing) for hour in range(24)] for day in range(7)],
        y=y,
        corner="Weekday",
        empty=empty,
    )


# Proportions and rankings


def proportion(
    title: str,
    description: str,
    parts: Sequence[Part],
    *,
    y: Measure = COUNT,
    name: str = "Part",
    empty: str = NO_DATA,
) -> Chart:
    """One bar that is the whole, in the shares of its parts; the list below it is the legend.

    Args:
        title: what it shows.
        description: how to read it; may be empty.
        parts: in order; what is negative or not known has no share.
        y: what the values count.
        name: heads the first column of the table.
        empty: the sentence where there is nothing to share.
    """
    values = [finite(part.value) for part in parts]
    whole = sum(value for value in values if value and value > 0)
    if not whole:
        return Chart("proportion", title, description, empty=empty)
    links = sum(1 for part in parts if part.href)
    key = _slug(title)
    series = [Series(part.label, (), part.tone) for part in parts]
    marks, items, lines = [], [], []
    at = 0.0
    for index, (part, value) in enumerate(zip(parts, values, strict=True)):
        share = value / whole if value and value > 0 else 0.0
        label = escape(part.label)
        text = "no data" if value is None else escape(y.write(value))
        of = escape(percent(share)) if value is not None and value >= 0 else "—"
        ink = _ink(index, part.tone)
        fill = f' fill="url(#{key}-{index})"' if index else ""
        if share:
            opening, closing = _opening(part.href, links)
            marks.append(
                f'{opening}<rect class="bar {ink}" x="{at * 100:.3f}%" width="{share * 100:.3f}%"'
                f' height="14"{fill}/><title>{label}: {text} ({of})</title>{closing}'
            )
            at += share
        shown = (
            f'<a class="link" href="{escape(part.href)}"><bdi>{label}</bdi></a>'
            if part.href
            else f"<bdi>{label}</bdi>"
        )
        items.append(f"<li>{_swatch(ink, 'bar', fill)}{shown} <b>{text}</b> <span>{of}</span></li>")
        lines.append((label, [(text, part.href), (of, None)]))
    return Chart(
        "proportion",
        title,
        description,
        plot=_plot(
            f"{title}: {len(parts)} parts of {y.write(whole)}",
            f"{_weaves(key, series)}{''.join(marks)}",
            14,
            links,
        ),
        legend=Markup(f'<ul class="chart-legend parts">{"".join(items)}</ul>'),  # noqa: S704 - escaped above
        table=_table(title, [name, "Value", "Share"], lines),
    )


def ranking(
    title: str,
    description: str,
    parts: Sequence[Part],
    *,
    y: Measure = COUNT,
    name: str = "Name",
    empty: str = NO_DATA,
) -> Chart:
    """Bars from left to right, each beside its name: for names too long to stand below a plot.

    Args:
        title: what it shows.
        description: how to read it; may be empty.
        parts: in order, which is theirs to choose.
        y: what the values count.
        name: heads the first column of the table.
        empty: the sentence where no value is known.
    """
    values = [finite(part.value) for part in parts]
    known = [value for value in values if value is not None]
    if not known:
        return Chart("ranking", title, description, empty=empty)
    low, high = min(0.0, *known), max(0.0, *known)
    wide = (high - low) or 1.0
    zero = -low / wide * 100
    items, lines = [], []
    for part, value in zip(parts, values, strict=True):
        label = escape(part.label)
        text = "no data" if value is None else escape(y.write(value))
        bar = ""
        if value:
            share = max(abs(value) / wide * 100, 0.3)
            start = zero if value > 0 else zero - share
            across = f'x="{start:.2f}%" width="{share:.2f}%"'
            bar = f'<rect class="bar {_ink(0, part.tone)}" {across} height="6" rx="2"/>'
        inner = (
            f'<span class="rank-label" title="{label}"><bdi>{label}</bdi></span>'
            f'<span class="rank-value">{text}</span>'
            f'<svg width="100%" height="6" aria-hidden="true">{bar}</svg>'
        )
        items.append(
            f'<li><a href="{escape(part.href)}">{inner}</a></li>'
            if part.href
            else f"<li><span>{inner}</span></li>"
        )
        lines.append((label, [(text, part.href)]))
    return Chart(
        "ranking",
        title,
        description,
        plot=Markup(f'<ol class="ranks">{"".join(items)}</ol>'),  # noqa: S704 - escaped above
        table=_table(title, [name, "Value"], lines),
    )


# Sparklines


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
        return Markup()
    low, high = min(0.0, *known), max(known)
    wide = (high - low) or 1.0
    steps = max(1, len(found) - 1)
    across = [f"{index / steps * 100:.1f}" for index in range(len(found))]
    column = [None if value is None else 26 - (value - low) / wide * 22 for value in found]
    line, dots = _line(across, column)
    last = max(index for index, y in enumerate(column) if y is not None)
    dots += f"M{across[last]} {column[last]:.1f}h0"
    ink = _ink(0, tone)
    named = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return Markup(  # noqa: S704 - escaped
        f'<svg class="spark" width="100%" height="28" viewBox="0 0 100 28" preserveAspectRatio="none"'
        f' {named}><path class="stroke {ink}" d="{line}"/><path class="spots {ink}" d="{dots}"/></svg>'
    )
