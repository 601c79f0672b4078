"""What a filtered list of assets holds, by type and bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import url_for

from delula.assets import queries
from delula.assets.cells import type_of
from delula.lists import conditions_of
from delula.review.blind import libraries_kept
from delula.rollups import queries as rollups
from delula.search import Operator

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from delula.assets.queries import Total
    from delula.lists import ListState
    from delula.search import Filter


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
        as_of: when they were counted, where that is the whole of a library without what is deleted in it.
    """

    items: Sequence[Item]
    counted: int | None = None
    as_of: datetime | None = None

    @property
    def count(self) -> int:
        """Of all types."""
        return sum(item.count for item in self.items)

    @property
    def bytes(self) -> int:
        """Of all types."""
        return sum(item.bytes for item in self.items)


def summary_of(state: ListState, resolved: Filter) -> Summary | None:
    """The totals of a list's first rows; None where nothing is filtered: they would tell nothing.

    A library of more rows than that is summed up by the roll-ups.

    Raises:
        InvalidInput: a term of the filter cannot be run.
    """
    if state.filter.is_empty:
        return None
    totals, counted = queries.first_totals(conditions_of(resolved), state)
    if counted < queries.SUMMED_ROWS:
        return Summary(_items(state, totals))
    owner, as_of = _only_owner(resolved), rollups.as_of()
    if owner is not None and as_of is not None and owner not in libraries_kept():
        return Summary(_items(state, queries.library_totals(owner), "source:user deleted:no"), as_of=as_of)
    return Summary(_items(state, totals), counted)


def _only_owner(resolved: Filter) -> str | None:
    """The id of the one owner whose assets are asked for, where nothing else is asked."""
    terms = [term for term in resolved.terms if term.text != "source:user"]
    match [operand for term in terms for operand in term.operands]:
        case [operand] if operand.operator is Operator.MATCHES and operand.low is not None:
            field, ids = terms[0].field, operand.low.data
            if field is not None and field.name == "user" and not terms[0].negated and len(ids) == 1:
                return str(ids[0])
    return None


def _items(state: ListState, totals: Sequence[Total], more: str = "") -> list[Item]:
    narrowed = state.filtered(state.filter.adding(more)) if more else state
    return [
        Item(type_of(total.type) or "Other", total.count, total.bytes, _of_type(narrowed, total.type))
        for total in totals
        if total.count
    ]


def _of_type(state: ListState, type_: str | None) -> str | None:
    if not type_:
        return None
    params = state.filtered(state.filter.setting("type", type_)).params()
    return f"{url_for('assets.index')}?{urlencode(params)}"
