"""What charts are made of: the values that a view gives, and the parts that all of them share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from markupsafe import Markup

from delula.web.charts.axes import Axis, Names, X
from delula.web.display import MISSING, escape
from delula.web.scales import finite

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from delula.web.figures import Number
    from delula.web.scales import Grid, Measure

HEIGHT = 180
#: Pixels above the plot, where its highest label stands, and below it, where those of the axis stand.
TOP, BOTTOM = 8, 22
#: Width of a character of the labels, in pixels, a little above the average.
CHARACTER = 6.6
NO_DATA = "No data in this range"
NOTHING = Markup()

#: Beyond so many links a chart is no row of tab stops any more; the table has them all.
_STOPS = 40
_INKS = 6
#: What stands for a value that is missing.
_NONE = "no data"
_SPECIAL = re.compile("[&<>\"']")


# What a view gives


class Point(NamedTuple):
    """One value of a series.

    Attributes:
        x: where it stands: a time (UTC where it has no zone), a date, a number or a name.
        y: the value; None where there is none, which is a gap.
        href: opens precisely the rows behind it.
        text: the value in words, where its measure cannot say all of it.
        low: lower end of the band around it.
        high: upper end of the band around it.
    """

    x: X
    y: Number | None
    href: str | None = None
    text: str | None = None
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
    """One cell of a heat map.

    Attributes:
        value: what it holds; None where there is no data.
        href: opens precisely the rows behind it.
        tooltip: stands in place of the value's own.
    """

    value: Number | None
    href: str | None = None
    tooltip: str | None = None


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
    plot: Markup = NOTHING
    scale: Markup = NOTHING
    ends: Markup = NOTHING
    legend: Markup = NOTHING
    table: Markup = NOTHING
    empty: str | None = None


# Series side by side


class Sheet(NamedTuple):
    """Series side by side: one row for each x.

    Attributes:
        places: where the rows stand, in order.
        labels: their x as escaped text.
        points: of each series one for each row, None where it has none.
        values: the same as finite numbers.
        texts: the same as escaped text.
        links: how many of the points are links.
    """

    places: list[float]
    labels: list[str]
    points: list[Sequence[Point | None]]
    values: list[list[float | None]]
    texts: list[list[str]]
    links: int

    @property
    def known(self) -> list[float]:
        """All values that there are."""
        return [value for column in self.values for value in column if value is not None]


def lay_out(series: Sequence[Series], axis: Axis, measure: Measure) -> Sheet:
    """Bring the points of all series into the order of the axis, and write their values."""
    places, xs, points = _in_order(series, axis)
    values = [[None if point is None else finite(point.y) for point in column] for column in points]
    return Sheet(
        places,
        escaped(axis.labels(xs)),
        points,
        values,
        [escaped(_written(*column, measure)) for column in zip(values, points, strict=True)],
        sum([point is not None and point.href is not None for column in points for point in column]),
    )


def _in_order(
    series: Sequence[Series], axis: Axis
) -> tuple[list[float], list[X], list[Sequence[Point | None]]]:
    columns = [[point.x for point in one.points] for one in series]
    same = columns[:1] * len(columns) == columns
    xs: list[X] = list(columns[0]) if columns else []
    if same:
        places = axis.places(xs)
        if all(a < b for a, b in pairwise(places)):
            return places, xs, [one.points for one in series]
    if isinstance(axis, Names):
        xs = list(dict.fromkeys(x for column in columns for x in column))
        by_name = [{point.x: point for point in one.points} for one in series]
        return axis.places(xs), xs, [[found.get(x) for x in xs] for found in by_name]
    placed = [
        dict(zip(axis.places(column), one.points, strict=True))
        for column, one in zip(columns, series, strict=True)
    ]
    at = {place: point.x for found in placed for place, point in found.items()}
    places = sorted(at)
    return (
        places,
        [at[place] for place in places],
        [[found.get(place) for place in places] for found in placed],
    )


def _written(values: list[float | None], points: Sequence[Point | None], measure: Measure) -> list[str]:
    """Values as text: in their own words, or with their bands in brackets."""
    write = measure.write
    texts = [_NONE if value is None else write(value) for value in values]
    for index, point in enumerate(points):
        if point is None or values[index] is None:
            continue
        if point.text is not None:
            texts[index] = point.text
        elif point.low is not None:
            low, high = finite(point.low), finite(point.high)
            if low is not None and high is not None:
                texts[index] += f" ({write(low)} to {write(high)})"
    return texts


def escaped(texts: list[str]) -> list[str]:
    """Texts as HTML; most are numbers and times, which have nothing to escape."""
    return [escape(text) for text in texts] if _SPECIAL.search("\0".join(texts)) else texts


# The table


def table(title: str, head: Iterable[str], labels: Iterable[str], *columns: Iterable[str]) -> Markup:
    """The numbers of a chart as a table.

    Args:
        title: of the chart.
        head: the columns' headings, the first that of the rows.
        labels: of the rows, escaped.
        columns: of each its `<td>` elements.
    """
    first, *others = (escape(text) for text in head)
    cells = "".join([f'<th scope="col">{text}</th>' for text in others])
    rows = zip(labels, map("".join, zip(*columns, strict=True)), strict=True)
    body = "".join([f'<tr><th scope="row">{label}</th>{found}</tr>' for label, found in rows])
    return Markup(  # noqa: S704 - escaped
        f'<div class="chart-rows" role="group" aria-label="{escape(title)}, as a table" tabindex="0">'
        f'<table><thead><tr><th scope="col">{first}</th>{cells}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def table_cell(text: str, href: str | None = None) -> str:
    """One cell of it, from escaped text."""
    inner = MISSING if text == _NONE else text
    return f'<td><a class="link" href="{escape(href)}">{inner}</a></td>' if href else f"<td>{inner}</td>"


def sheet_table(title: str, axis: Axis, series: Sequence[Series], sheet: Sheet) -> Markup:
    """The table of series side by side."""
    columns = [
        [
            f"<td>{text}</td>"
            if (point is None or point.href is None) and text is not _NONE
            else table_cell(text, point and point.href)
            for text, point in zip(texts, points, strict=True)
        ]
        for texts, points in zip(sheet.texts, sheet.points, strict=True)
    ]
    return table(title, [axis.name, *(one.label for one in series)], sheet.labels, *columns)


# What stands around the marks


def side(labels: Sequence[str], ys: Sequence[float], height: int) -> Markup:
    """A column of labels at the left of a plot, their middles at `ys`."""
    width = round(max((len(label) for label in labels), default=0) * CHARACTER) + 10
    texts = "".join(
        [
            f'<text x="{width - 8}" y="{y + 4:.1f}" text-anchor="end">{escape(label)}</text>'
            for label, y in zip(labels, ys, strict=True)
        ]
    )
    return Markup(  # noqa: S704 - escaped above
        f'<svg class="chart-scale" width="{width}" height="{height}" aria-hidden="true">{texts}</svg>'
    )


def scale(values: Grid, measure: Measure, height: int) -> tuple[Markup, str]:
    """The values at the left of a plot, and the lines of its grid."""
    factor = height / (values.high - values.low)
    ys = [TOP + height - (value - values.low) * factor for value in values.values]
    lines = [
        f'<line class="{"rule" if value else "zero"}" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>'
        for value, y in zip(values.values, ys, strict=True)
    ]
    labels = [measure.label(value, values.step) for value in values.values]
    return side(labels, ys, height + TOP + BOTTOM), "".join(lines)


def below(marks: Sequence[tuple[float, str]], height: int) -> str:
    """What stands below a plot, at percentages of its width; every other one gives way where it is narrow."""
    parts = []
    for index, (at, text) in enumerate(marks):
        anchor = ' text-anchor="start"' if at < 3 else ' text-anchor="end"' if at > 97 else ""
        extra = ' class="extra"' if index % 2 and len(marks) > 4 else ""
        parts.append(f'<text x="{at:.2f}%" y="{height + TOP + 17}"{anchor}{extra}>{escape(text)}</text>')
    return f'<g class="below" aria-hidden="true">{"".join(parts)}</g>'


def plot(summary: str, inner: str, height: int, links: int) -> Markup:
    """The SVG around the marks. One with links is a group: what is inside a picture cannot be reached."""
    role = "group" if links else "img"
    return Markup(  # noqa: S704 - the callers escape
        f'<svg class="chart-plot" width="100%" height="{height}" role="{role}"'
        f' aria-label="{escape(summary)}">{inner}</svg>'
    )


def summary(title: str, known: Sequence[float], measure: Measure) -> str:
    """What somebody hears who does not see the plot."""
    low, high = measure.write(min(known)), measure.write(max(known))
    return f"{title}: {low}" if low == high else f"{title}: from {low} to {high}"


def tags(href: str | None, links: int) -> tuple[str, str]:
    """The tags around a mark: a link, or a group for its tooltip."""
    if not href:
        return "<g>", "</g>"
    stop = ' tabindex="-1"' if links > _STOPS else ""
    return f'<a href="{escape(href)}"{stop}>', "</a>"


def cut(text: str, longest: int) -> str:
    """A text that has to fit beside a plot."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


# How series look


def ink(index: int, tone: str | None = None) -> str:
    """The classes that give a series its colour and its dashes; beyond the sixth all are grey."""
    name = f"s{index + 1 if index < _INKS else 0}"
    return f"{name} {tone}" if tone else name


#: How the surfaces of series are woven, besides their colour; the first one is plain.
_WEAVES = (
    "",
    "M-2 2l4-4M0 8l8-8M6 10l4-4",
    "M2 2h.01M6 6h.01",
    "M0 2h8M0 6h8",
    "M2 0v8M6 0v8",
    "M-2 6l4 4M0 0l8 8M6-2l4 4M-2 2l4-4M0 8l8-8M6 10l4-4",
)


def weave(title: str, index: int) -> str:
    """The attribute that fills a surface with its weave; nothing for the first, which is plain."""
    return f' fill="url(#{_slug(title)}-{index})"' if index else ""


def weaves(title: str, tones: Sequence[str | None]) -> str:
    """The patterns of a chart's surfaces, named after its title."""
    key = _slug(title)
    patterns = "".join(
        f'<pattern id="{key}-{index}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect class="fill {ink(index, tone)}" width="8" height="8"/>'
        f'<path class="weave" d="{_WEAVES[index % len(_WEAVES)]}"/></pattern>'
        for index, tone in enumerate(tones)
        if index
    )
    return f"<defs>{patterns}</defs>"


def swatch(classes: str, kind: Literal["line", "bar"], fill: str = "") -> str:
    """What a series looks like, for a legend."""
    if kind == "line":
        width, height, mark = 20, 10, f'<path class="stroke {classes}" d="M0 5h20"/>'
    else:
        width, height, mark = 12, 12, f'<rect class="bar {classes}" width="12" height="12" rx="2"{fill}/>'
    return f'<svg width="{width}" height="{height}" aria-hidden="true">{mark}</svg>'


def legend(title: str, series: Sequence[Series], kind: Literal["line", "bar"]) -> Markup:
    """The series with what they look like; nothing where there is but one."""
    if len(series) < 2:
        return NOTHING
    items = "".join(
        f"<li>{swatch(ink(index, one.tone), kind, weave(title, index))}<bdi>{escape(one.label)}</bdi></li>"
        for index, one in enumerate(series)
    )
    return Markup(f'<ul class="chart-legend">{items}</ul>')  # noqa: S704 - escaped above


def _slug(text: str) -> str:
    return "weave-" + re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
