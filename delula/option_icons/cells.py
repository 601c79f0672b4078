"""The cells of the list of option icons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from delula.web.display import MISSING, escape, grouped, lead_tag, time_tag
from delula.web.lucide import lucide_icon
from delula.web.tables import Cell, text
from delula.web.tags import swatch

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What stands for a key that is empty.
NO_KEY = "(empty key)"


def icon_tag(name: str | None) -> Markup:
    """An icon with its name; one that Lucide does not know says so."""
    if not name:
        return MISSING
    drawn = lucide_icon(name)
    if not drawn:
        title = "Lucide has no such icon"
        odd = f'<span class="color-name odd" title="{title}"><bdi>{escape(name)}</bdi></span>'
        return Markup(odd)  # noqa: S704 - escaped
    return Markup(f'<span class="color-name">{drawn}{escape(name)}</span>')  # noqa: S704 - escaped


def cells() -> Mapping[str, Cell]:
    """One cell for each column."""
    return _CELLS


_CELLS: Mapping[str, Cell] = {
    "key": Cell(lambda row, listed: lead_tag(row.id or NO_KEY, listed.detail_href(row.id), mono=True), "cut"),
    "display": Cell(lambda row, _: text(row.icon.display), "cut"),
    "icon": Cell(lambda row, _: icon_tag(row.icon.icon)),
    "color": Cell(lambda row, _: swatch(row.icon.color)),
    "recipes": Cell(lambda row, _: grouped(row.recipes), "number"),
    "created": Cell(lambda row, _: time_tag(row.icon.created_at)),
    "updated": Cell(lambda row, _: time_tag(row.icon.updated_at)),
}
