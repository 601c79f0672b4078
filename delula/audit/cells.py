"""The cells of the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from delula.audit.objects import object_name
from delula.commands import action_title
from delula.models.enums import wording
from delula.web.display import (
    MISSING,
    badge_tag,
    column_words,
    copyable_tag,
    escape,
    lead_tag,
    plain_value,
    time_tag,
)
from delula.web.masking import shown_json
from delula.web.references import object_href
from delula.web.tables import Cell, link, text, writing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.models import JsonValue
    from delula.web.lists import ListPage

#: Values of a change that a row of the list names.
SHOWN_VALUES = 3


def cells() -> Mapping[str, Cell]:
    """One cell for each column."""
    return _CELLS


def _change(row: Any, _: ListPage) -> str:
    before: Any = shown_json(row.before)
    after: Any = shown_json(row.after)
    values = [
        (name, _short(before.get(name)), _short(after.get(name))) for name in dict.fromkeys((*after, *before))
    ]
    changed = [one for one in values if one[1] != one[2]]
    if not changed:
        return MISSING
    parts = [
        f'<span class="muted">{escape(column_words(name))}</span> <bdi>{old}</bdi> → <bdi>{new}</bdi>'
        for name, old, new in changed[:SHOWN_VALUES]
    ]
    more = len(changed) - SHOWN_VALUES
    return ", ".join(parts) + (f", and {more} more" if more > 0 else "")


def _short(value: JsonValue) -> str:
    shown = plain_value(value)
    return MISSING if shown == MISSING else escape(shown if len(shown) <= 80 else f"{shown[:79]}…")


def _object(row: Any, _: ListPage) -> str:
    href, name = object_href(row.object_kind, row.object_id), object_name(row.object_kind, row.object_id)
    return link(href, name) if href else text(name)


def _state(row: Any, listed: ListPage) -> str:
    if row.taken_back_by is not None:
        return link(listed.detail_href(row.taken_back_by), "Taken back")
    if row.takes_back is not None:
        return link(listed.detail_href(row.takes_back), f"Takes back {row.takes_back}")
    return MISSING


_CELLS: Mapping[str, Cell] = {
    "id": Cell(lambda row, listed: lead_tag(row.id, listed.detail_href(row.id)), "id"),
    "created": Cell(lambda row, _: time_tag(row.at)),
    "actor": Cell(lambda row, _: text(row.actor), "cut"),
    "action": Cell(lambda row, _: text(action_title(row.action)), "cut"),
    "object": Cell(_object, "cut"),
    "reason": Cell(lambda row, _: writing(row.reason), "cut"),
    "role": Cell(lambda row, _: MISSING if row.role is None else badge_tag(wording(row.role))),
    "address": Cell(lambda row, _: text(row.address)),
    "request": Cell(lambda row, _: MISSING if row.request_id is None else copyable_tag(row.request_id)),
    "change": Cell(_change, "wide"),
    "state": Cell(_state),
}
