"""Parts of a whole, and rankings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from delula.web.charts.chart import (
    NO_DATA,
    Chart,
    Part,
    ink,
    plot,
    swatch,
    table,
    table_cell,
    tags,
    weave,
    weaves,
)
from delula.web.display import escape
from delula.web.figures import percent
from delula.web.scales import COUNT, finite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.web.scales import Measure

#: Height of the bar of a whole, and of a bar of a ranking, in pixels.
_WHOLE, _RANK = 14, 6


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
    whole = sum(max(value or 0.0, 0.0) for value in values)
    if not whole:
        return Chart("proportion", title, description, empty=empty)
    links = sum(part.href is not None for part in parts)
    labels = [escape(part.label) for part in parts]
    texts = _texts(values, y)
    shares = [max(value or 0.0, 0.0) / whole for value in values]
    written = [
        "—" if value is None or value < 0 else escape(percent(share))
        for value, share in zip(values, shares, strict=True)
    ]
    marks, items = [], []
    at = 0.0
    for index, (part, share) in enumerate(zip(parts, shares, strict=True)):
        look, fill = ink(index, part.tone), weave(title, index)
        if share:
            opening, closing = tags(part.href, links)
            marks.append(
                f'{opening}<rect class="bar {look}" x="{at * 100:.3f}%" width="{share * 100:.3f}%"'
                f' height="{_WHOLE}"{fill}/>'
                f"<title>{labels[index]}: {texts[index]} ({written[index]})</title>{closing}"
            )
        at += share
        label = f"<bdi>{labels[index]}</bdi>"
        if part.href:
            label = f'<a class="link" href="{escape(part.href)}">{label}</a>'
        items.append(
            f"<li>{swatch(look, 'bar', fill)}{label} <b>{texts[index]}</b> <span>{written[index]}</span></li>"
        )
    inner = weaves(title, [part.tone for part in parts]) + "".join(marks)
    cells = [table_cell(text, part.href) for text, part in zip(texts, parts, strict=True)]
    return Chart(
        "proportion",
        title,
        description,
        plot=plot(f"{title}: {len(parts)} parts of {y.write(whole)}", inner, _WHOLE, links),
        legend=Markup(f'<ul class="chart-legend">{"".join(items)}</ul>'),  # noqa: S704 - escaped above
        table=table(title, [name, "Value", "Share"], labels, cells, map(table_cell, written)),
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
        parts: in the order in which they are to stand.
        y: what the values count.
        name: heads the first column of the table.
        empty: the sentence where no value is known.
    """
    values = [finite(part.value) for part in parts]
    known = [value for value in values if value is not None]
    if not known:
        return Chart("ranking", title, description, empty=empty)
    low, high = min(0.0, *known), max(0.0, *known)
    factor = 100 / ((high - low) or 1.0)
    zero = -low * factor
    labels, texts = [escape(part.label) for part in parts], _texts(values, y)
    items = []
    for part, value, label, text in zip(parts, values, labels, texts, strict=True):
        bar = ""
        if value:
            width = max(abs(value) * factor, 0.3)
            start = zero if value > 0 else zero - width
            bar = (
                f'<rect class="bar {ink(0, part.tone)}" x="{start:.2f}%" width="{width:.2f}%"'
                f' height="{_RANK}" rx="2"/>'
            )
        inner = (
            f'<span class="rank-label" title="{label}"><bdi>{label}</bdi></span>'
            f'<span class="rank-value">{text}</span>'
            f'<svg width="100%" height="{_RANK}" aria-hidden="true">{bar}</svg>'
        )
        opening, closing = (f'<a href="{escape(part.href)}">', "</a>") if part.href else ("<div>", "</div>")
        items.append(f"<li>{opening}{inner}{closing}</li>")
    cells = [table_cell(text, part.href) for text, part in zip(texts, parts, strict=True)]
    return Chart(
        "ranking",
        title,
        description,
        plot=Markup(f'<ol class="ranks">{"".join(items)}</ol>'),  # noqa: S704 - escaped above
        table=table(title, [name, "Value"], labels, cells),
    )


def _texts(values: list[float | None], measure: Measure) -> list[str]:
    return ["no data" if value is None else escape(measure.write(value)) for value in values]
