"""The list kernel: what every list of the console pages, sorts and counts with."""

from __future__ import annotations

from delula.lists.conditions import conditions_of
from delula.lists.order import Column, Cursor, Order, RowId, Sort, SortKind, SortValue, parse_cursor
from delula.lists.paging import (
    Condition,
    Key,
    Page,
    Source,
    count_before,
    estimate,
    exact_count,
    facet_counts,
    find_page,
    key_of,
    neighbours,
)
from delula.lists.state import GRID, TABLE, ListSpec, ListState, read_state
from delula.lists.trigrams import trigram_schema
from delula.lists.union import Branch, Union

__all__ = [
    "GRID",
    "TABLE",
    "Branch",
    "Column",
    "Condition",
    "Cursor",
    "Key",
    "ListSpec",
    "ListState",
    "Order",
    "Page",
    "RowId",
    "Sort",
    "SortKind",
    "SortValue",
    "Source",
    "Union",
    "conditions_of",
    "count_before",
    "estimate",
    "exact_count",
    "facet_counts",
    "find_page",
    "key_of",
    "neighbours",
    "parse_cursor",
    "read_state",
    "trigram_schema",
]
