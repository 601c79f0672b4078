"""The list kernel: what every list of the console pages, sorts and counts with."""

from __future__ import annotations

from delula.lists.order import Column, Cursor, Order, Sort, SortKind, SortValue, parse_cursor
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

__all__ = [
    "Column",
    "Condition",
    "Cursor",
    "Key",
    "Order",
    "Page",
    "Sort",
    "SortKind",
    "SortValue",
    "Source",
    "count_before",
    "estimate",
    "exact_count",
    "facet_counts",
    "find_page",
    "key_of",
    "neighbours",
    "parse_cursor",
]
