"""The cells of the list of providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from delula.web.display import badge_tag, grouped, lead_tag, time_tag
from delula.web.tables import Cell, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.web.lists import ListPage


def cells() -> Mapping[str, Cell]:
    """One cell for each column."""
    return _CELLS


def _lead(row: Any, listed: ListPage) -> str:
    return lead_tag(row.title, listed.detail_href(row.id), mono=False)


def _busy(row: Any, _: ListPage) -> str:
    return (
        badge_tag(f"{grouped(row.busy)} · full", "warning")
        if row.busy >= row.num_slots
        else grouped(row.busy)
    )


_CELLS: Mapping[str, Cell] = {
    "title": Cell(_lead),
    "active": Cell(lambda row, _: badge_tag("Active", "success") if row.is_active else badge_tag("Inactive")),
    "slots": Cell(lambda row, _: grouped(row.num_slots), "number"),
    "busy": Cell(_busy, "number"),
    "waiting": Cell(lambda row, _: grouped(row.waiting), "number"),
    "services": Cell(lambda row, _: grouped(row.services), "number"),
    "description": Cell(lambda row, _: text(row.description), "wide"),
    "id": Cell(lambda row, _: str(row.id), "number"),
    "created": Cell(lambda row, _: time_tag(row.created_at)),
    "updated": Cell(lambda row, _: time_tag(row.updated_at)),
}
