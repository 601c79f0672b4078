"""What differs between two values of a column: texts word by word, JSON line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from delula.recipes.columns import Kind, newlines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from delula.recipes.columns import Column

#: Words that are compared one by one; a longer stretch is compared by lines, and beyond that as a whole.
MOST_PARTS = 3_000
#: What stays the same is cut short beyond this: words or lines at either side of a change.
CONTEXT = {Kind.TEXT: 40, Kind.JSON: 3}

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True)
class Piece:
    """A stretch of two texts.

    Attributes:
        kind: `same`, `gone`, `new`, or `cut` for what was left out of what stays the same.
        text: what stands there.
    """

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    """What differs in one column.

    Attributes:
        column: which.
        before: as a form shows it.
        after: the same.
        pieces: the two in one, for texts and JSON; else empty.
    """

    column: Column
    before: str
    after: str
    pieces: Sequence[Piece]


def difference(
    column: Column, before: str, after: str, tag_names: Callable[[str], Sequence[str]]
) -> Difference:
    """What differs between two values of a column, as a form shows them.

    Args:
        column: which.
        before: one value.
        after: the other.
        tag_names: what tags are called, by the text of their field.
    """
    before, after = newlines(before), newlines(after)
    if column.kind is Kind.TAGS:
        named = [[f" {name} " for name in tag_names(text)] for text in (before, after)]
        return Difference(column, before, after, list(_between(*named, by_line=True)))
    if column.kind not in CONTEXT and max(len(before), len(after)) <= 60:
        return Difference(column, before, after, ())
    pieces = list(_compared(before, after, by_line=column.kind is Kind.JSON))
    return Difference(column, before, after, list(_cut(pieces, column.kind)))


def _compared(before: str, after: str, *, by_line: bool) -> Iterator[Piece]:
    split = _LINES if by_line else _WORDS
    old, new = split.findall(before), split.findall(after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    if start:
        yield Piece("same", "".join(old[:start]))
    yield from _between(old[start : len(old) - end], new[start : len(new) - end], by_line=by_line)
    if end:
        yield Piece("same", "".join(old[len(old) - end :]))


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """How many parts two lists begin with alike."""
    for place, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return place
    return min(len(first), len(second))


def _between(old: Sequence[str], new: Sequence[str], *, by_line: bool) -> Iterator[Piece]:
    """What lies between the equal beginning and the equal end; comparing takes the square of its length."""
    if len(old) + len(new) > MOST_PARTS:
        if not by_line:
            yield from _compared("".join(old), "".join(new), by_line=True)
            return
        yield from _pieces((("gone", old), ("new", new)))
        return
    for kind, first, last, from_, to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(old[first:last]))
        else:
            yield from _pieces((("gone", old[first:last]), ("new", new[from_:to])))


def _pieces(stretches: Sequence[tuple[str, Sequence[str]]]) -> Iterator[Piece]:
    for kind, parts in stretches:
        if parts:
            yield Piece(kind, "".join(parts))


def _cut(pieces: Sequence[Piece], kind: Kind) -> Iterator[Piece]:
    """The pieces with what stays the same cut short, where it is long."""
    split, context = (_LINES, CONTEXT[Kind.JSON]) if kind is Kind.JSON else (_WORDS, CONTEXT[Kind.TEXT])
    for place, piece in enumerate(pieces):
        parts = split.findall(piece.text)
        head = context if place else 0
        tail = context if place < len(pieces) - 1 else 0
        if piece.kind != "same" or len(parts) <= head + tail + context:
            yield piece
            continue
        if head:
            yield Piece("same", "".join(parts[:head]))
        yield Piece("cut", "")
        if tail:
            yield Piece("same", "".join(parts[-tail:]))
