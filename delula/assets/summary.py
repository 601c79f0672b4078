"""What a filtered list of assets holds, by type and bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import url_for

from delula.assets import queries
from delula.assets.cells import type_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.lists import Condition, ListState


@dataclass(frozen=True)
class Item:
    """Assets of one type, with the list of them.

    Attributes:
        label: the type in words.
        count: how many.
        bytes: of all of them.
        href: the list; None for rows without a type.
    """

    label: str
    count: int
    bytes: int
    href: str | None


@dataclass(frozen=True)
class Summary:
    """The totals of a list.

    Attributes:
        items: by type, the heaviest first.
        counted: how many rows were looked at, where there are more of them.
    """

    items: Sequence[Item]
    counted: int | None = None

    @property
    def count(self) -> int:
        """Of all types."""
        return sum(item.count for item in self.items)

    @property
    def bytes(self) -> int:
        """Of all types."""
        return sum(item.bytes for item in self.items)


def summary_of(state: ListState, conditions: Sequence[Condition]) -> Summary | None:
    """The totals of a list's first rows; None where nothing is filtered: they would tell nothing."""
    if state.filter.is_empty:
        return None
    totals, counted = queries.first_totals(conditions, state)
    items = [
        Item(type_of(total.type) or "No type", total.count, total.bytes, _of_type(state, total.type))
        for total in totals
    ]
    return Summary(items, counted if counted >= queries.SUMMED_ROWS else None)


def _of_type(state: ListState, type_: str | None) -> str | None:
    if not type_:
        return None
    params = state.filtered(state.filter.setting("type", type_)).params()
    return f"{url_for('assets.index')}?{urlencode(params)}"
