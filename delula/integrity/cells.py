"""The cells of the lists of findings and of what was set aside."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from delula.integrity.listing import SOURCES, STATES, TITLES
from delula.integrity.moves import DAYS
from delula.integrity.queries import Held, Kind
from delula.models.enums import AssetSource
from delula.web.display import MISSING, badge_tag, copyable_tag, escape, lead_tag, size, time_tag
from delula.web.references import hrefs_of
from delula.web.tables import Cell, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from delula.web.lists import ListPage

#: Characters of a key that a row has room for.
KEY_SHOWN = 22

_TONES = {Kind.MISSING: "danger", Kind.SIZE: "warning", Kind.TYPE: "warning", Kind.DERIVATIVES: "info"}
#: The areas that show the rows of a source.
_AREAS = {"backlog": "backlog_videos", "sample": "samples", "recipe": "recipes", "user_picture": "users"}


def kind_tag(row: Any) -> Markup:
    """What does not fit."""
    kind = Kind(row.kind)
    return badge_tag(TITLES[kind], _TONES.get(kind, "neutral"))


def held_tag(row: Any) -> Markup:
    """What became of an object that was to be set aside."""
    return badge_tag(*STATES[Held(row.state)])


def row_href(row: Any) -> str | None:
    """The page of the row that refers to a key; None where it has none."""
    if row.source is None or row.row_id is None:
        return None
    if AssetSource.is_valid_string(row.source):
        return hrefs_of("assets")(f"{row.source}-{row.row_id}")
    area = _AREAS.get(row.source)
    return hrefs_of(area)(row.row_id) if area else None


def detail_of(row: Any) -> str | None:
    """What precisely does not fit, in words."""
    if row.kind == Kind.DERIVATIVES:
        return f"Not there: {row.detail}."
    return str(row.detail) if row.detail else None


def cells() -> Mapping[str, Cell]:
    """One cell for each column of the findings."""
    return _CELLS


def quarantine_cells() -> Mapping[str, Cell]:
    """One cell for each column of what was set aside."""
    return _QUARANTINE_CELLS


def _source(row: Any, _: object) -> str:
    return escape(SOURCES.get(row.source, row.source)) if row.source else MISSING


def _bytes(row: Any, _: object) -> str:
    return escape(size(row.bytes)) if row.bytes is not None else MISSING


def _owner(row: Any, _: object) -> str:
    return copyable_tag(row.owner_id) if row.owner_id else MISSING


def _deleted(row: Any, _: object) -> str:
    if row.state == Held.DELETED:
        return time_tag(row.changed_at)
    return time_tag(row.created_at + timedelta(days=DAYS)) if row.state == Held.HELD else MISSING


def _key(row: Any, listed: ListPage) -> str:
    """The end of a key, which tells it from others; many begin alike."""
    shown = row.key if len(row.key) <= KEY_SHOWN else f"…{row.key[1 - KEY_SHOWN :]}"
    return lead_tag(shown, listed.detail_href(row.id), mono=True)


_CELLS: Mapping[str, Cell] = {
    "key": Cell(_key, "wide"),
    "kind": Cell(lambda row, _: kind_tag(row), "badges"),
    "source": Cell(_source),
    "owner": Cell(_owner),
    "bytes": Cell(_bytes, "number"),
    "detail": Cell(lambda row, _: text(detail_of(row)), "wide"),
    "since": Cell(lambda row, _: time_tag(row.since)),
    "id": Cell(lambda row, _: str(row.id), "id"),
}
_QUARANTINE_CELLS: Mapping[str, Cell] = {
    "key": Cell(_key, "wide"),
    "state": Cell(lambda row, _: held_tag(row), "badges"),
    "owner": Cell(_owner),
    "bytes": Cell(_bytes, "number"),
    "by": Cell(lambda row, _: text(row.author), "cut"),
    "created": Cell(lambda row, _: time_tag(row.created_at)),
    "deleted": Cell(_deleted),
}
