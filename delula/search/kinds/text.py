"""Text, lists of known values, yes and no."""

from __future__ import annotations

import re
from abc import abstractmethod
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import ColumnElement, Integer, String, false, func, literal, not_, or_, true
from sqlalchemy import Text as TextType

from delula.search.kinds.base import (
    EMPTY,
    Choice,
    Kind,
    Operator,
    Scalar,
    Unreadable,
    Value,
    is_blank,
    is_written,
    one_of,
    unless,
)
from delula.search.kinds.numbers import whole
from delula.search.lexer import Word, written_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from delula.search.times import Clock


class _Written(Scalar):
    """A text, of which an empty one counts as none: both read the same on a page."""

    @property
    @abstractmethod
    def may_be_empty(self) -> bool:
        """Whether there can be an empty one at all."""

    def counted(self, expression: ColumnElement[Any]) -> ColumnElement[Any]:
        """An empty text as none."""
        return func.nullif(expression, EMPTY, type_=String()) if self.may_be_empty else expression

    def is_absent(self, expression: ColumnElement[Any]) -> ColumnElement[bool]:
        """Null, or an empty text."""
        return is_blank(expression) if self.may_be_empty else super().is_absent(expression)

    def is_present(self, expression: ColumnElement[Any]) -> ColumnElement[bool]:
        """Any other."""
        return is_written(expression) if self.may_be_empty else super().is_present(expression)


@dataclass(frozen=True, kw_only=True)
class Text(_Written):
    """Text: the whole of it, or with `*` for any run of characters.

    Args:
        contains: whether plain text means "somewhere in it, in any case"; `field:="…"` then means all of it.
        ignore_case: whether whole texts are compared in lower case (the index must then be on `lower(…)`).
        null_if_empty: whether the expression is null for an empty text already; then an index of its nulls
            answers `none`.
    """

    contains: bool = False
    ignore_case: bool = False
    null_if_empty: bool = False
    takes: ClassVar[str] = "takes text"

    @property
    def may_be_empty(self) -> bool:
        """Unless the expression makes it null."""
        return not self.null_if_empty

    def allowed(self) -> frozenset[Operator]:
        """As every kind's, and `=` where plain text means less than equality."""
        return self.operators | {Operator.EXACTLY} if self.contains else self.operators

    def read(self, word: Word, clock: Clock) -> Value:  # noqa: ARG002 - text knows no time
        """Any word."""
        return Value(word.parts, word.written(), word.text)

    def matches(self, expression: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """Equality for whole texts, LIKE for wildcards, ILIKE for parts."""
        patterns = [parts for parts in values if self.contains or len(parts) > 1]
        whole = [self.bound(parts[0]) for parts in values if not self.contains and len(parts) == 1]
        conditions = [self._like(expression, parts) for parts in patterns]
        if whole:
            conditions.append(one_of(self._folded(expression), whole))
        return or_(*conditions) if len(conditions) > 1 else conditions[0]

    def differs(self, expression: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """`IS DISTINCT FROM` for one whole text."""
        if len(values) == 1 and len(values[0]) == 1 and not self.contains:
            return self._folded(expression).is_distinct_from(self.bound(values[0][0]))
        return Kind.differs(self, expression, values)

    def exactly(self, expression: ColumnElement[Any], value: Any) -> ColumnElement[bool]:
        """The whole text, wildcards included."""
        return replace(self, contains=False).matches(expression, [value])

    def _folded(self, expression: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.lower(expression) if self.ignore_case else expression

    def _like(self, expression: ColumnElement[Any], parts: Sequence[str]) -> ColumnElement[bool]:
        # Backslash is LIKE's own escape: an ESCAPE clause would hide the pattern's prefix from the planner.
        pattern = "%".join(re.sub(r"([\\%_])", r"\\\1", part) for part in parts)
        if self.contains:
            return expression.ilike(literal(f"%{pattern}%", TextType()))
        if self.ignore_case:
            return func.lower(expression).like(func.lower(literal(pattern, TextType())))
        return expression.like(literal(pattern, TextType()))

    def bound(self, value: Any) -> ColumnElement[Any]:
        # The server folds both sides: its idea of lower case is the index's, Python's may differ.
        return func.lower(literal(value, String())) if self.ignore_case else literal(value, String())


@dataclass(frozen=True, kw_only=True)
class Chosen(_Written):
    """One of a list of values.

    Args:
        choices: the known values, or a callable that gives them.
        open: whether values outside the list are allowed, because live data holds them.
        numeric: whether the column holds integers.
    """

    choices: Sequence[Choice] | Callable[[], Sequence[Choice]]
    open: bool = True
    numeric: bool = False
    takes: ClassVar[str] = "takes one of its values"

    def shown_examples(self) -> Sequence[str]:
        """The first two choices, and any of both."""
        names = [written_value(choice.typed) for choice in self.known()[:2]]
        return [*names, ",".join(names)] if len(names) > 1 else names

    def known(self) -> Sequence[Choice]:
        """All known values."""
        return self.choices() if callable(self.choices) else self.choices

    def read(self, word: Word, clock: Clock) -> Value:  # noqa: ARG002 - a choice knows no time
        """A choice by name or value, or else the value itself where the list is open.

        Names in another case, and labels, are read too, unless they may be values of their own.
        """
        known = self.known()
        folded = word.text.casefold()
        for choice in known:
            if word.text in {choice.typed, str(choice.value)} and not word.has_wildcard:
                return _chosen(choice)
        is_text = self.open and not self.numeric
        for choice in known:
            if folded in {choice.typed.casefold(), choice.shown.casefold()} and not is_text:
                return _chosen(choice)
        names = {choice.typed.casefold(): written_value(choice.typed) for choice in known}
        near = get_close_matches(folded, names, n=1)
        meant = names[near[0]] if near else None
        number = _whole_or_none(word.text) if self.numeric else None
        if word.has_wildcard or not self.open or (self.numeric and number is None):
            listed = ", ".join(choice.typed for choice in known[:8]) + (", …" if len(known) > 8 else "")
            raise Unreadable(f"takes one of {listed}" if known else "takes a whole value", meant)
        data: str | int = word.text if number is None else number
        note = f"“{word.text}” is none of the usual values." if known else None
        return Value(data, word.written(), word.text, note=note, suggestion=meant)

    @property
    def may_be_empty(self) -> bool:
        """Unless it is a number."""
        return not self.numeric

    def bound(self, value: Any) -> ColumnElement[Any]:
        return literal(value, Integer() if self.numeric else String())


def _whole_or_none(text: str) -> int | None:
    try:
        return whole(text, bits=32)
    except Unreadable:
        return None


def _chosen(choice: Choice) -> Value:
    return Value(choice.value, written_value(choice.typed), choice.typed, choice.label)


@dataclass(frozen=True, kw_only=True)
class Cases(Kind):
    """Named conditions, for what no column says outright (`missing:category`).

    Args:
        conditions: by name, or a callable that gives them where they stand in the database.
    """

    conditions: Mapping[str, ColumnElement[bool]] | Callable[[], Mapping[str, ColumnElement[bool]]]
    takes: ClassVar[str] = "takes one of its values"
    operators: ClassVar[frozenset[Operator]] = frozenset({Operator.MATCHES})

    def shown_examples(self) -> Sequence[str]:
        """The first two names."""
        return [written_value(choice.typed) for choice in self.known()[:2]]

    def known(self) -> Sequence[Choice]:
        """The names."""
        return [Choice(name) for name in self._named()]

    def read(self, word: Word, clock: Clock) -> Value:
        """One of the names."""
        return Chosen(choices=self.known(), open=False).read(word, clock)

    def matches(self, expression: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:  # noqa: ARG002 - each case brings its own
        """Any of the named conditions."""
        named = self._named()
        # What was undeclared since it was read stands for no row.
        return or_(*(named.get(name, false()) for name in values))

    def _named(self) -> Mapping[str, ColumnElement[bool]]:
        return self.conditions() if callable(self.conditions) else self.conditions


@dataclass(frozen=True, kw_only=True)
class Flag(Kind):
    """Yes or no.

    Args:
        null_is_no: whether rows without a value count as no.
    """

    null_is_no: bool = False
    takes: ClassVar[str] = "takes yes or no"
    examples: ClassVar[tuple[str, ...]] = ("yes", "no")

    _WORDS: ClassVar[Mapping[str, bool]] = {
        **dict.fromkeys(("yes", "true", "y", "t", "on", "1"), True),
        **dict.fromkeys(("no", "false", "n", "f", "off", "0"), False),
    }

    def known(self) -> Sequence[Choice]:
        """Yes and no."""
        return (Choice("yes"), Choice("no"))

    def read(self, word: Word, clock: Clock) -> Value:  # noqa: ARG002 - a flag knows no time
        """Any usual word for yes or no."""
        data = self._WORDS.get(word.text.lower())
        if data is None:
            raise Unreadable(self.takes, "yes")
        name = "yes" if data else "no"
        return Value(data, name, name)

    def counted(self, expression: ColumnElement[Any]) -> ColumnElement[Any]:
        """Null as no, where it counts as that."""
        return func.coalesce(expression, false()) if self.null_is_no else expression

    def matches(self, expression: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """The expression itself for yes, so that partial indexes on it are used."""
        no = unless(expression) if self.null_is_no else not_(expression)
        wanted = [expression if value else no for value in dict.fromkeys(values)]
        return or_(*wanted) if len(wanted) > 1 else wanted[0]

    def differs(self, expression: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """The opposite, null included where null is not a no."""
        left = {True, False} - set(values)
        if left == {False}:
            return unless(expression)
        if left == {True}:
            return expression.is_(true()) if self.null_is_no else expression.is_not(false())
        return false() if self.null_is_no else expression.is_(None)
