"""The cells of the list of uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from delula.models.enums import AssetSource, AssetType, label
from delula.uploads.actions import WORDS
from delula.uploads.queries import State
from delula.web.display import MISSING, badge_tag, copyable_tag, escape, lead_tag, size, time_tag
from delula.web.masking import shown_text
from delula.web.tables import Cell, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

_STATES: Mapping[State, tuple[str, str]] = {
    State.SENDING: ("Being sent", "info"),
    State.CHECKING: ("Being looked into", "info"),
    State.CHECKED: ("Being recorded", "info"),
    State.STORED: ("Stored", "success"),
    State.REFUSED: ("Refused", "danger"),
    State.CANCELLED: ("Cancelled", "neutral"),
    State.EXPIRED: ("Given up after a day", "warning"),
}


def state_tag(row: Any) -> Markup:
    """How far an upload is."""
    return badge_tag(*_STATES[State(row.state)])


def source_of(row: Any) -> str:
    """What an upload becomes, in words."""
    return WORDS[AssetSource.from_string(row.source)]


def cells() -> Mapping[str, Cell]:
    """One cell for each column."""
    return _CELLS


_CELLS: Mapping[str, Cell] = {
    "file": Cell(lambda row, listed: lead_tag(shown_text(row.filename), listed.detail_href(row.id)), "cut"),
    "state": Cell(lambda row, _: state_tag(row), "badges"),
    "why": Cell(lambda row, _: text(row.why) if row.why else MISSING, "wide"),
    "source": Cell(lambda row, _: escape(source_of(row))),
    "owner": Cell(lambda row, _: copyable_tag(row.owner_id)),
    "type": Cell(lambda row, _: escape(label(AssetType(row.asset_type)))),
    "bytes": Cell(lambda row, _: escape(size(row.bytes)), "number"),
    "by": Cell(lambda row, _: text(row.author), "cut"),
    "created": Cell(lambda row, _: time_tag(row.created_at)),
    "changed": Cell(lambda row, _: time_tag(row.changed_at)),
    "key": Cell(lambda row, _: text(row.s3_key), "wide"),
    "id": Cell(lambda row, _: str(row.id), "id"),
}
