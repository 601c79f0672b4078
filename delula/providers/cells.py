"""The cells of the list of providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for

from delula.web.display import badge_tag, escape, grouped, lead_tag, time_tag
from delula.web.lists import in_filter
from delula.web.tables import Cell, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.web.lists import ListPage


def cells() -> Mapping[str, Cell]:
    """One cell for each column."""
    return _CELLS


def name_of(provider: Any) -> str:
    """What a provider is called; it must be possible to open one without a title."""
    return provider.title or f"Provider {provider.id}"


def generations_href(provider: Any, status: str) -> str:
    """The generations of a provider in some status; there are none of one without a title."""
    return f"{url_for('generations.index')}?q=status:{status}+provider:{in_filter(provider.title)}"


def _lead(row: Any, listed: ListPage) -> str:
    return lead_tag(name_of(row), listed.detail_href(row.id), mono=False)


def _busy(row: Any, _: ListPage) -> str:
    is_full = row.busy >= row.num_slots
    shown = badge_tag(f"{grouped(row.busy)} · full", "warning") if is_full else grouped(row.busy)
    return _linked(shown, row.busy, generations_href(row, "processing"))


def _linked(shown: str, count: int, href: str) -> str:
    return f'<a class="link" href="{escape(href)}">{shown}</a>' if count else shown


_CELLS: Mapping[str, Cell] = {
    "title": Cell(_lead),
    "active": Cell(lambda row, _: badge_tag("Active", "success") if row.is_active else badge_tag("Inactive")),
    "slots": Cell(lambda row, _: grouped(row.num_slots), "number"),
    "busy": Cell(_busy, "number"),
    "waiting": Cell(
        lambda row, _: _linked(grouped(row.waiting), row.waiting, generations_href(row, "pending")), "number"
    ),
    "services": Cell(
        lambda row, listed: _linked(
            grouped(row.services), row.services, f"{listed.detail_href(row.id)}#services"
        ),
        "number",
    ),
    "description": Cell(lambda row, _: text(row.description), "wide"),
    "id": Cell(lambda row, _: str(row.id), "number"),
    "created": Cell(lambda row, _: time_tag(row.created_at)),
    "updated": Cell(lambda row, _: time_tag(row.updated_at)),
}
