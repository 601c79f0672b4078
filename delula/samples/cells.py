"""The cells of the list of samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from delula.storage import current_store
from delula.web.display import MISSING, badge_tag, escape, flag_tag, grouped, lead_tag, size, time_tag
from delula.web.lists import in_filter
from delula.web.references import hrefs_of, owner_naming
from delula.web.tables import Cell, link, text, writing
from delula.web.tiles import row_tile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from delula.models import JsonValue
    from delula.web.lists import ListPage

#: Pixels that no side of a picture has.
LARGEST_SIDE = 1_000_000

#: What a moderation status is called, and the class that gives it its dot and tone.
STATUSES = {
    "pending": ("Pending", "warning waiting"),
    "approved": ("Approved", "success"),
    "rejected": ("Rejected", "danger"),
}


def moderation_tag(value: str | None) -> Markup:
    """A moderation status: dot and word; one that is unknown stands as it is."""
    word, classes = STATUSES.get(value or "", (value or "No status", "neutral"))
    return Markup(f'<span class="status {classes}">{escape(word)}</span>')  # noqa: S704 - escaped


def size_tag(value: int | None) -> Markup:
    """A size in bytes; a negative one, which no file has, is marked."""
    if value is None:
        return MISSING
    if value < 0:
        return Markup('<span class="loss" title="No file has such a size">{} B</span>').format(grouped(value))
    return Markup(f'<span class="number">{size(value)}</span>')  # noqa: S704 - digits and a unit


def written_dimensions(value: JsonValue) -> str | None:
    """Width and height beside each other; None where the JSON does not say both as numbers of pixels."""
    if not isinstance(value, dict):
        return None
    sides = [value.get(side) for side in ("width", "height")]
    if not all(type(side) in {int, float} and 0 < side < LARGEST_SIDE for side in sides):  # type: ignore[operator]
        return None
    return " \N{MULTIPLICATION SIGN} ".join(f"{side:.0f}" for side in sides)


def tile() -> Callable[[Any, ListPage], Markup]:
    """Makes tiles."""
    has_store = current_store() is not None

    def of(row: Any, listed: ListPage) -> Markup:
        state = moderation_tag(row.moderation_status)
        return row_tile(
            row,
            listed,
            title=row.title or row.recipe_name or f"Sample {row.id}",
            kind=row.type,
            state=state + badge_tag("Featured", "accent") if row.is_featured else state,
            when=row.created_at,
            part="thumbnail" if has_store else None,
        )

    return of


def cells() -> Mapping[str, Cell]:
    """The cells as the person of this request may see them."""
    name = owner_naming()
    recipe_href, generation_href = hrefs_of("recipes"), hrefs_of("generations")

    def user(row: Any, listed: ListPage) -> str:
        if not row.user_id:
            return MISSING
        return link(f"{listed.action}?q=user:{in_filter(row.user_id)}", name(row), title="All of this user")

    def recipe(row: Any, listed: ListPage) -> str:
        if row.recipe_name is not None:
            return link(recipe_href(row.recipe_id), row.recipe_name)
        href, title = f"{listed.action}?q=recipe:{row.recipe_id}", "This recipe no longer exists"
        return link(href, row.recipe_id, title=title, classes="gone")

    def generation(row: Any, listed: ListPage) -> str:  # noqa: ARG001 - a cell's shape
        if row.found_generation_id is None:
            return f'<span class="gone" title="This generation no longer exists">{row.generation_id}</span>'
        return link(generation_href(row.generation_id), row.generation_id)

    return {
        **_CELLS,
        "user": Cell(user, "cut"),
        "recipe": Cell(recipe, "cut"),
        "generation": Cell(generation, "number"),
    }


_CELLS: Mapping[str, Cell] = {
    "id": Cell(lambda row, listed: lead_tag(row.id, listed.detail_href(row.id)), "id"),
    "status": Cell(lambda row, _: moderation_tag(row.moderation_status)),
    "created": Cell(lambda row, _: time_tag(row.created_at)),
    "title": Cell(lambda row, _: writing(row.title), "cut"),
    "type": Cell(lambda row, _: text(row.type)),
    "featured": Cell(lambda row, _: flag_tag(row.is_featured, "Featured", "No")),
    "likes": Cell(lambda row, _: grouped(row.like_count), "number"),
    "downloads": Cell(lambda row, _: grouped(row.download_count), "number"),
    "size": Cell(lambda row, _: size_tag(row.file_size), "number"),
    "dimensions": Cell(lambda row, _: text(written_dimensions(row.dimensions))),
    "moderated": Cell(lambda row, _: flag_tag(row.is_moderated)),
    "updated": Cell(lambda row, _: time_tag(row.updated_at)),
    "prompt": Cell(lambda row, _: writing(row.original_prompt), "wide"),
    "description": Cell(lambda row, _: writing(row.description), "wide"),
}
