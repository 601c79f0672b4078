"""Heat maps: of the week by hour, and of any two things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from delula.web.charts.chart import (
    BOTTOM,
    NO_DATA,
    TOP,
    Cell,
    Chart,
    below,
    escaped,
    plot,
    side,
    summary,
    table,
    table_cell,
    tags,
)
from delula.web.display import escape
from delula.web.scales import COUNT, WEEKDAYS, finite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from delula.web.scales import Measure

#: Shades of what is more than nothing.
_LEVELS = 5
#: Height of a row in pixels.
_ROW = 24
#: The most columns whose cells have room for their value, and the longest one, in characters.
_COLUMNS, _LONGEST = 24, 5


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
    """Cells that are the darker the more they hold; those without data are outlines.

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
    if not known:
        return Chart("heat", title, description, empty=empty)
    most = max(map(abs, known)) or 1.0
    links = sum(cell.href is not None for row in cells for cell in row)
    names, heads = escaped(list(rows)), escaped(list(columns))
    texts = [escaped(["no data" if value is None else y.write(value) for value in found]) for found in values]
    marks = "".join(
        _row(at * _ROW, name, heads, row, found, written, y, most, links)
        for at, (name, row, found, written) in enumerate(zip(names, cells, values, texts, strict=True))
    )
    height = len(names) * _ROW
    every = -(-len(columns) // 12)
    shown = [((at + 0.5) / len(columns) * 100, text) for at, text in enumerate(columns)][::every]
    body = [
        [table_cell(texts[row][at], cells[row][at].href) for row in range(len(rows))]
        for at in range(len(columns))
    ]
    return Chart(
        "heat",
        title,
        description,
        plot=plot(summary(title, known, y), f"{marks}{below(shown, height - TOP)}", height + BOTTOM, links),
        scale=side(rows, [at * _ROW + _ROW / 2 for at in range(len(rows))], height),
        legend=_legend(min(known), most, y),
        table=table(title, [corner, *columns], names, *body),
    )


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


def _row(
    top: int,
    name: str,
    heads: list[str],
    cells: Sequence[Cell],
    values: list[float | None],
    texts: list[str],
    measure: Measure,
    most: float,
    links: int,
) -> str:
    band = 100 / len(heads)
    parts = []
    for at, (head, cell, value, text) in enumerate(zip(heads, cells, values, texts, strict=True)):
        opening, closing = tags(cell.href, links)
        told = escape(cell.tooltip) if cell.tooltip else f"{name}, {head}: {text}"
        if value is None:
            x, width = (at + 0.1) * band, 0.8 * band
            mark = f'<rect class="cell none" x="{x:.2f}%" y="{top + 3}" width="{width:.2f}%" height="18"/>'
        else:
            level = _level(value, most)
            minus = " minus" if value < 0 else ""
            mark = (
                f'<rect class="cell h{level}{minus}" x="{at * band:.2f}%" y="{top}" width="{band:.2f}%"'
                f' height="{_ROW}" rx="4"/>'
            )
            # Where there is room the cell says its value, so that the shade is not all it has.
            brief = escape(measure.label(value, most / 20))
            if value and len(heads) <= _COLUMNS and len(brief) <= _LONGEST:
                mark += (
                    f'<text class="on-h{level}" x="{(at + 0.5) * band:.2f}%" y="{top + 16}">{brief}</text>'
                )
        parts.append(f"{opening}{mark}<title>{told}</title>{closing}")
    return "".join(parts)


def _level(value: float, most: float) -> int:
    """From 0 for nothing to 5 for the most; what is there is never shown as nothing."""
    return min(_LEVELS, int(abs(value) / most * _LEVELS) + 1) if value else 0


def _legend(least: float, most: float, measure: Measure) -> Markup:
    shades = [(level, "") for level in range(_LEVELS + 1)]
    low = "0"
    if least < 0:
        shades = [(level, " minus") for level in range(_LEVELS, 0, -1)] + shades
        low = escape(measure.write(-most))
    steps = "".join(
        f'<rect class="cell h{level}{minus}" x="{at * 14}" width="14" height="12" rx="3"/>'
        for at, (level, minus) in enumerate(shades)
    )
    return Markup(  # noqa: S704 - escaped above
        f'<p class="chart-legend"><span>{low}</span><svg width="{len(shades) * 14}" height="12"'
        f' aria-hidden="true">{steps}</svg><span>{escape(measure.write(most))}</span></p>'
    )
