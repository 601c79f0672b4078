"""The cells of the list of executions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from delula.web.display import (
    MISSING,
    copyable_tag,
    grouped,
    lead_tag,
    milliseconds_tag,
    outcome_tag,
    time_tag,
)
from delula.web.lists import in_filter
from delula.web.references import hrefs_of, owner_naming
from delula.web.tables import Cell, link, writing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.web.lists import ListPage


def cells() -> Mapping[str, Cell]:
    """The cells as the person of this request may see them."""
    name = owner_naming()
    component_href, user_href = hrefs_of("components"), hrefs_of("users")

    def user(row: Any, listed: ListPage) -> str:
        if row.user_id is None:
            return MISSING
        if row.user_found is not None:
            return link(user_href(row.user_id), name(row))
        href = f"{listed.action}?q=user:{in_filter(row.user_id)}"
        return link(href, row.user_id, title="This user no longer exists", classes="gone")

    def component(row: Any, listed: ListPage) -> str:
        if row.component_name is not None:
            return link(component_href(row.component_id), row.component_name or row.component_id)
        href = f"{listed.action}?q=component:{in_filter(row.component_id)}"
        return link(href, row.component_id, title="This component is not registered", classes="gone")

    return {**_CELLS, "user": Cell(user, "cut"), "component": Cell(component, "cut")}


def _lead(row: Any, listed: ListPage) -> str:
    return lead_tag(row.id, listed.detail_href(row.id))


def _execution(row: Any, listed: ListPage) -> str:
    return copyable_tag(row.execution_id, href=listed.detail_href(row.id))


_CELLS: Mapping[str, Cell] = {
    "id": Cell(_lead, "id"),
    "success": Cell(lambda row, _: outcome_tag(row.success)),
    "created": Cell(lambda row, _: time_tag(row.created_at)),
    "duration": Cell(lambda row, _: milliseconds_tag(row.processing_time_ms), "number"),
    "cost": Cell(lambda row, _: MISSING if row.credit_cost is None else grouped(row.credit_cost), "number"),
    "execution": Cell(_execution),
    "error": Cell(lambda row, _: writing(row.error_message), "wide"),
}
