"""The cells of the list of the backlog's videos."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from delula.backlog.queries import LONGEST_VARIABLES
from delula.web.display import MISSING, badge_tag, copyable_tag, grouped, lead_tag, time_tag
from delula.web.masking import shown_json
from delula.web.references import hrefs_of
from delula.web.tables import Cell, link, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.web.lists import ListPage


def cells() -> Mapping[str, Cell]:
    """One cell for each column."""
    recipe_href, generation_href = hrefs_of("recipes"), hrefs_of("generations")

    def recipe(row: Any, _: ListPage) -> str:
        if row.recipe_title is None:
            return f'<span class="gone">{row.recipe_id}, no longer there</span>'
        return link(recipe_href(row.recipe_id), row.recipe_title, title="Open the recipe")

    def generation(row: Any, _: ListPage) -> str:
        if row.known_generation_id is None:
            return f'<span class="gone">{row.generation_id}, no longer there</span>'
        return link(generation_href(row.generation_id), row.generation_id, title="Open the generation")

    return {**_CELLS, "recipe": Cell(recipe, "cut"), "generation": Cell(generation)}


#: Characters of variables that a row shows.
_SHOWN = 240


def _variables(row: Any, _: ListPage) -> str:
    if row.variables_length > LONGEST_VARIABLES:
        return f'<span class="faint">{grouped(row.variables_length)} characters of JSON</span>'
    return text(json.dumps(shown_json(row.variables), ensure_ascii=False)[:_SHOWN])


_CELLS: Mapping[str, Cell] = {
    "id": Cell(lambda row, listed: lead_tag(row.id, listed.detail_href(row.id), mono=True), "id"),
    "used": Cell(lambda row, _: badge_tag("Given away") if row.is_used else badge_tag("In stock", "success")),
    "created": Cell(lambda row, _: time_tag(row.created_at)),
    "given": Cell(lambda row, _: time_tag(row.used_at)),
    "variables": Cell(_variables, "wide"),
    "request": Cell(
        lambda row, _: MISSING if row.used_by_request_id is None else grouped(row.used_by_request_id),
        "number",
    ),
    "asset": Cell(lambda row, _: copyable_tag(row.asset_id)),
    "short": Cell(lambda row, _: copyable_tag(row.short_id)),
}
