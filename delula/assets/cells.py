"""The cells of the asset library, and what its tiles show beside them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from delula.assets.detail import sides
from delula.assets.listing import SOURCE_LABELS, TYPES
from delula.models.enums import UserAssetOrigin, label
from delula.storage import current_store
from delula.web.display import (
    MISSING,
    badge_tag,
    copyable_tag,
    flag_tag,
    grouped,
    lead_tag,
    markup,
    named,
    size,
    span,
    time_tag,
)
from delula.web.lists import in_filter
from delula.web.masking import shown_text
from delula.web.references import owner_naming
from delula.web.tables import Cell, link, text, writing_link
from delula.web.tiles import row_tile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from markupsafe import Markup

    from delula.web.lists import ListPage


#: The sources in words, by the word of a row.
_SOURCES = {str(source): label for source, label in SOURCE_LABELS.items()}


def title_of(row: Any) -> str:
    """What an asset is called."""
    if row.source == "generation" and not row.title:
        return f"Generation {row.id.partition('-')[2]}"
    return named(shown_text(row.title))


def source_of(row: Any) -> str:
    """The source of an asset in words."""
    return _SOURCES[row.source]


def state_tag(row: Any) -> Markup:
    """What a tile says of an asset: that it is deleted, else its source."""
    return badge_tag("Deleted", "danger") if row.is_deleted else markup(f"<span>{source_of(row)}</span>")


def tile() -> Callable[[Any, ListPage], Markup]:
    """Makes tiles."""
    has_store = current_store() is not None

    def of(row: Any, listed: ListPage) -> Markup:
        return row_tile(
            row,
            listed,
            title=title_of(row),
            kind=row.type,
            state=state_tag(row),
            when=row.created_at,
            part="thumbnail" if has_store and row.has_picture else None,
        )

    return of


def type_of(value: str | None) -> str | None:
    """The type of an asset in words; one that no document lists stands as it is."""
    return value.capitalize() if value in TYPES else value


def cells() -> Mapping[str, Cell]:
    """The cells as the person of this request may see them."""
    return {**_CELLS, "owner": Cell(partial(_owner, owner_naming()), "cut")}


def _owner(name: Callable[[Any], str], row: Any, listed: ListPage) -> str:
    if not row.user_id:
        return MISSING
    return link(f"{listed.action}?q=user:{in_filter(row.user_id)}", name(row), title="All of this owner")


def _number(value: int | None) -> str:
    return MISSING if value is None else grouped(value)


def _dimensions(row: Any) -> str:
    return MISSING if row.width is None or row.height is None else sides(row.width, row.height)


def _tags(field: str, tags: Sequence[str | None] | None, listed: ListPage) -> str:
    shown = [tag for tag in tags or () if tag]
    if not shown:
        return MISSING
    return ", ".join(writing_link(f"{listed.action}?q={field}:{in_filter(tag)}", tag) for tag in shown)


def _deleted(row: Any) -> str:
    if not row.is_deleted:
        return MISSING
    when = f" {time_tag(row.deleted_at)}" if row.deleted_at is not None else ""
    return f"{badge_tag('Deleted', 'danger')}{when}"


def _origin(value: int | None) -> str:
    if value is None:
        return MISSING
    known = value in {one.value for one in UserAssetOrigin}
    return text(label(UserAssetOrigin(value) if known else value))


_CELLS: Mapping[str, Cell] = {
    "name": Cell(lambda row, listed: lead_tag(title_of(row), listed.detail_href(row.id)), "wide"),
    "source": Cell(lambda row, _: source_of(row)),
    "type": Cell(lambda row, _: text(type_of(row.type))),
    "created": Cell(lambda row, _: time_tag(row.created_at)),
    "bytes": Cell(lambda row, _: MISSING if row.bytes is None else size(row.bytes), "number"),
    "dimensions": Cell(lambda row, _: _dimensions(row), "number"),
    "duration": Cell(lambda row, _: MISSING if row.duration is None else span(row.duration), "number"),
    "usage": Cell(lambda row, _: _number(row.usage), "number"),
    "used": Cell(lambda row, _: time_tag(row.last_used_at)),
    "tags": Cell(lambda row, listed: _tags("tag", row.user_tags, listed), "cut"),
    "system_tags": Cell(lambda row, listed: _tags("system_tag", row.system_tags, listed), "cut"),
    "deleted": Cell(lambda row, _: _deleted(row)),
    "mime": Cell(lambda row, _: text(row.mime_type)),
    "origin": Cell(lambda row, _: _origin(row.origin)),
    "public": Cell(lambda row, _: flag_tag(row.is_public, "Public")),
    "asset": Cell(lambda row, _: copyable_tag(row.asset_id)),
    "key": Cell(lambda row, _: copyable_tag(row.key)),
}
