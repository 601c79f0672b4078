"""The cells of the list of generations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from delula.storage import current_store
from delula.web.display import MISSING, copyable_tag, flag_tag, grouped, lead_tag, span, status_tag, time_tag
from delula.web.lists import in_filter
from delula.web.references import hrefs_of, owner_naming
from delula.web.tables import Cell, link, text, writing
from delula.web.tiles import row_tile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from markupsafe import Markup

    from delula.web.lists import ListPage


def cells() -> Mapping[str, Cell]:
    """The cells as the person of this request may see them."""
    name, href_of_user = owner_naming(), hrefs_of("users")
    recipe_href = hrefs_of("recipes")

    def user(row: Any, listed: ListPage) -> str:
        if row.user_is_known:
            return link(href_of_user(row.user_id), name(row))
        href = f"{listed.action}?q=user:{in_filter(row.user_id)}"
        return link(href, name(row), title="This user no longer exists", classes="gone")

    def recipe(row: Any, listed: ListPage) -> str:
        if row.recipe_slug is not None:
            return link(recipe_href(row.recipe_id), row.recipe_title)
        if row.recipe_id is None:
            return MISSING
        href, title = f"{listed.action}?q=recipe:{row.recipe_id}", f"Recipe {row.recipe_id} no longer exists"
        return link(href, row.recipe_title or row.recipe_id, title=title, classes="gone")

    return {**_CELLS, "user": Cell(user, "cut"), "recipe": Cell(recipe, "cut")}


def tile() -> Callable[[Any, ListPage], Markup]:
    """Makes tiles."""
    has_store = current_store() is not None

    def of(row: Any, listed: ListPage) -> Markup:
        return row_tile(
            row,
            listed,
            title=row.recipe_title or row.prompt,
            kind=row.type,
            state=status_tag(row.status, f"status-{row.id}"),
            when=row.created_at,
            part="thumbnail" if has_store and row.has_thumbnail else None,
        )

    return of


def _lead(row: Any, listed: ListPage) -> str:
    return lead_tag(row.id, listed.detail_href(row.id))


def _number(value: int | None) -> str:
    return MISSING if value is None else grouped(value)


_CELLS: Mapping[str, Cell] = {
    "id": Cell(_lead, "id"),
    "status": Cell(lambda row, _: status_tag(row.status, f"status-{row.id}")),
    "created": Cell(lambda row, _: time_tag(row.created_at)),
    "prompt": Cell(lambda row, _: writing(row.prompt), "wide"),
    "type": Cell(lambda row, _: text(row.type)),
    "cost": Cell(lambda row, _: _number(row.credits_cost), "number"),
    "duration": Cell(lambda row, _: MISSING if row.duration is None else span(row.duration), "number"),
    "short": Cell(lambda row, _: copyable_tag(row.short_id)),
    "origin": Cell(lambda row, _: text(row.origin)),
    "workflow": Cell(lambda row, _: text(row.workflow)),
    "started": Cell(lambda row, _: time_tag(row.processing_started_at)),
    "updated": Cell(lambda row, _: time_tag(row.updated_at)),
    "retries": Cell(lambda row, _: _number(row.retry_count), "number"),
    "refunded": Cell(lambda row, _: flag_tag(row.credits_refunded, "Refunded")),
    "public": Cell(lambda row, _: flag_tag(row.is_public, "Public")),
    "published": Cell(lambda row, _: flag_tag(row.is_published, "Published")),
    "reason": Cell(lambda row, _: writing(row.failure_reason), "wide"),
    "asset": Cell(lambda row, _: copyable_tag(row.asset_id)),
    "job": Cell(lambda row, _: copyable_tag(row.fal_job_id)),
    "jobstatus": Cell(lambda row, _: text(row.fal_job_status)),
}
