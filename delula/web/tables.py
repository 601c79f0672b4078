"""The body of a list's table.

A page has some four hundred cells, and a template would take most of the page's time to fill them. So cells
are small functions that return escaped HTML; what stands around the table is a template like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from delula.web.display import CHOICE, MISSING, escape, named
from delula.web.masking import is_whole, shown_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from delula.web.lists import ListPage


@dataclass(frozen=True)
class Cell:
    """How one column is shown.

    Attributes:
        inner: the HTML inside the cell, all of it escaped, from a row and the page that it stands on.
        classes: of the cell: `id`, `number`, `cut` (one line, cut off), `wide`, or none.
    """

    inner: Callable[[Any, ListPage], str]
    classes: str = ""


def table_body(
    listed: ListPage, cells: Mapping[str, Cell], heading: Callable[[Any], str] | None = None
) -> Markup:
    """The rows of a list as `<tr>` elements, ready for keyboard and peek.

    Args:
        listed: the page; each of its rows has an `id`, as its keys have.
        cells: one for each column of the list, by the column's key.
        heading: names the group of a row; stands above the first row of each group.
    """
    columns = [
        (_opening(column.label, cells[column.key].classes), cells[column.key].inner)
        for column in listed.state.columns
    ]
    choice = CHOICE if listed.selects else ""
    parts: list[str] = []
    group: str | None = None
    for row in listed.rows:
        if heading is not None and group != (group := heading(row)):
            words = f'<th scope="rowgroup" colspan="{len(columns)}"><bdi>{escape(group)}</bdi></th>'
            parts.append(f'<tr class="table-group">{words}</tr>\n')
        name, href = escape(row.id), listed.detail_href(row.id)
        # As `row_tag` does, but for the addresses: what they are made of is quoted for an address already.
        peek = listed.peek_href(row.id)
        parts.append(f'<tr id="row-{name}" data-row="{name}" data-href="{href}" data-peek="{peek}">')
        for index, (opening, inner) in enumerate(columns):
            parts += (
                opening,
                choice % (name, name) if choice and not index else "",
                inner(row, listed),
                "</td>",
            )
        parts.append("</tr>\n")
    return Markup("".join(parts))  # noqa: S704 - each cell escapes what it shows


def _opening(label: str, classes: str) -> str:
    look = f' class="{classes}"' if classes else ""
    # Narrow screens show a row as a card, where each cell says what it is.
    return f'<td{look} data-label="{escape(label)}">'


def text(value: object) -> str:
    """Somebody's text on one line, its writing direction its own; a dash for none."""
    return MISSING if value is None or value == "" else f"<bdi>{escape(value)}</bdi>"


def writing(value: str | None) -> str:
    """The same of what users and providers wrote: addresses within it are for who may see those of users."""
    return text(shown_text(value))


def link(href: str, value: object, *, title: str = "", classes: str = "") -> str:
    """A link that shows somebody's text."""
    return f'<a{_look(title, classes)} href="{escape(href)}"><bdi>{escape(named(value))}</bdi></a>'


def writing_link(href: str, value: str) -> str:
    """A link to what has a text in common; what is masked is no link, since the address would say it."""
    return link(href, value) if is_whole(value) else text(shown_text(value))


@lru_cache(maxsize=500)
def _look(title: str, classes: str) -> str:
    """Attributes that are the same for a whole column, mostly."""
    look = f' class="{classes}"' if classes else ""
    return f'{look} title="{escape(title)}"' if title else look
