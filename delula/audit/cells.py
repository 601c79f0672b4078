"""The cells of the audit log."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from delula.audit.names import called
from delula.commands import action_title
from delula.models.enums import wording
from delula.web.display import (
    MISSING,
    badge_tag,
    column_values,
    column_words,
    copyable_tag,
    escape,
    lead_tag,
    time_tag,
)
from delula.web.masking import shown_json
from delula.web.tables import Cell, link, text, writing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from delula.audit.names import Called
    from delula.models import JsonValue
    from delula.web.lists import ListPage

#: Values of a change that a row of the list names.
SHOWN_VALUES = 3


def cells() -> Mapping[str, Cell]:
    """One cell for each column; what others are called is asked once, for all rows of a page."""
    names: dict[tuple[str, str], Called] = {}
    changes: dict[int, str] = {}

    def about(row: Any, listed: ListPage) -> str:
        if not names:
            names.update(called((one.object_kind, one.object_id) for one in listed.rows))
        name, href = names[row.object_kind, row.object_id]
        return link(href, name) if href else text(name)

    def change(row: Any, listed: ListPage) -> str:
        if not changes:
            changes.update(zip((one.id for one in listed.rows), _changes(listed.rows), strict=True))
        return changes[row.id]

    return {**_CELLS, "object": Cell(about, "cut"), "change": Cell(change, "wide")}


def _changes(rows: Sequence[Any]) -> list[str]:
    """What each of these entries has changed."""
    changed = [
        [
            name
            for name in dict.fromkeys((*row.after, *row.before))
            if _unless_blank(row.before.get(name)) != _unless_blank(row.after.get(name))
        ]
        for row in rows
    ]
    shown: list[tuple[str, JsonValue]] = []
    for row, names in zip(rows, changed, strict=True):
        sides: tuple[Any, Any] = shown_json(row.before), shown_json(row.after)
        for side in sides:
            shown += [(name, side.get(name)) for name in names[:SHOWN_VALUES]]
    values = map(_short, column_values(shown))
    return [_told(names, values) for names in changed]


def _unless_blank(value: JsonValue) -> JsonValue:
    return None if value == "" else value


def _told(names: Sequence[str], values: Iterator[str]) -> str:
    if not names:
        return MISSING
    shown = names[:SHOWN_VALUES]
    olds, news = list(islice(values, len(shown))), list(islice(values, len(shown)))
    parts = [
        f'<span class="muted">{escape(column_words(name))}</span> <bdi>{old}</bdi> → <bdi>{new}</bdi>'
        for name, old, new in zip(shown, olds, news, strict=True)
    ]
    more = len(names) - len(shown)
    return ", ".join(parts) + (f", and {more} more" if more else "")


def _short(shown: str) -> str:
    return MISSING if shown == MISSING else escape(shown if len(shown) <= 80 else f"{shown[:79]}…")


def _state(row: Any, listed: ListPage) -> str:
    if row.taken_back_by is not None:
        return link(listed.detail_href(row.taken_back_by), "Undone")
    if row.takes_back is not None:
        return link(listed.detail_href(row.takes_back), f"Undoes {row.takes_back}")
    return MISSING


_CELLS: Mapping[str, Cell] = {
    "id": Cell(lambda row, listed: lead_tag(row.id, listed.detail_href(row.id)), "id"),
    "created": Cell(lambda row, _: time_tag(row.at)),
    "actor": Cell(lambda row, _: text(row.actor), "cut"),
    "action": Cell(lambda row, _: text(action_title(row.action)), "cut"),
    "reason": Cell(lambda row, _: writing(row.reason), "cut"),
    "role": Cell(lambda row, _: MISSING if row.role is None else badge_tag(wording(row.role))),
    "address": Cell(lambda row, _: text(row.address)),
    "request": Cell(lambda row, _: MISSING if row.request_id is None else copyable_tag(row.request_id)),
    "state": Cell(_state),
}
