"""Long tables whose rows are all at hand, shown some at a time: each page goes on after an id."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from flask import request

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")


@dataclass(frozen=True)
class Stretch(Generic[T]):
    """Some of many rows.

    Attributes:
        rows: those that the page shows.
        position: which these are: `Rows 101 to 200 of 8,765`; None where they are all.
        previous_href: of those before; None where there are none.
        next_href: of those after.
    """

    rows: Sequence[T]
    position: str | None
    previous_href: str | None
    next_href: str | None


def stretch_of(rows: Sequence[T], id_of: Callable[[T], int], most: int, *, anchor: str = "") -> Stretch[T]:
    """The rows after the one that the address names by `after`, or the last of all where none is left.

    Args:
        rows: all of them, by id.
        id_of: the id of a row, which stays while others come and go.
        most: rows of a page.
        anchor: where the table stands on its page; empty where that is all about it.
    """
    after = request.args.get("after", type=int)
    start = 0 if after is None else bisect_right(rows, after, key=id_of)
    if start == len(rows):
        start = max(start - most, 0)
    end = start + most

    def href(first: int) -> str:
        query = "" if first <= 0 else f"?after={id_of(rows[first - 1])}"
        return f"{request.path}{query}{anchor and '#'}{anchor}"

    return Stretch(
        rows[start:end],
        f"Rows {start + 1:,} to {min(end, len(rows)):,} of {len(rows):,}" if len(rows) > most else None,
        href(start - most) if start > 0 else None,
        href(end) if end < len(rows) else None,
    )
