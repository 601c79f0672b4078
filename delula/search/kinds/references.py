"""Ids of other rows by their names, and arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import ColumnElement, String, false, func, literal, literal_column
from sqlalchemy import Text as TextType
from sqlalchemy.dialects.postgresql import ARRAY, array

from delula.search.kinds.base import Kind, Scalar, Unreadable, Value
from delula.search.kinds.numbers import Number, integer, whole
from delula.search.kinds.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.types import TypeEngine

    from delula.search.lexer import Word
    from delula.search.times import Clock


@dataclass(frozen=True, kw_only=True)
class Reference(Scalar):
    """A row of another table, by any of its names.

    Names become ids when the filter is resolved; a value that is no name stands for the raw id, so that rows
    whose reference dangles are found too.

    Args:
        noun: what it refers to ("user").
        bits: 16, 32 or 64 where ids are integers; None where they are text.
    """

    noun: str
    bits: int | None = None
    takes: ClassVar[str] = "takes an id or a name"

    def read(self, word: Word, clock: Clock) -> Value:  # noqa: ARG002 - a name knows no time
        """Any text without a wildcard."""
        if word.has_wildcard:
            raise Unreadable("takes a whole id or name, without *")
        return Value((word.text,), word.written(), word.text)

    @property
    def reference(self) -> Reference | None:
        """Itself."""
        return self

    def resolved(self, value: Value, ids: Collection[str | int]) -> Value | None:
        """The value with the ids that a resolver gave for it; None where it cannot be an id either."""
        if ids:
            return replace(value, data=tuple(dict.fromkeys(ids)))
        if self.bits is None:
            data: str | int = value.typed
        else:
            try:
                data = whole(value.typed, bits=self.bits)
            except Unreadable:
                return None
        note = f"No {self.noun} is known as “{value.typed}”; rows that carry it as a raw id are shown."
        return replace(value, data=(data,), note=note)

    def matches(self, expression: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """Any of the ids."""
        ids = self.ids(values)
        return super().matches(expression, ids) if ids else false()

    def differs(self, expression: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """None of the ids, null included."""
        ids = self.ids(values)
        if len(ids) == 1:
            return expression.is_distinct_from(self.bound(ids[0]))
        return Kind.differs(self, expression, values)

    def ids(self, values: Sequence[Any]) -> list[str | int]:
        """The ids of all values; a text that cannot be an integer id belongs to no row."""
        ids: dict[str | int, None] = {}
        for id_ in (id_ for value in values for id_ in value):
            try:
                ids[str(id_) if self.bits is None else whole(str(id_), bits=self.bits)] = None
            except Unreadable:
                continue
        return list(ids)

    def bound(self, value: Any) -> ColumnElement[Any]:
        return literal(value, String() if self.bits is None else integer(self.bits))


@dataclass(frozen=True, kw_only=True)
class Members(Kind):
    """An array that holds a value (`tag:x`).

    Args:
        items: the kind of one item: Text, Number or Reference.
        longest: characters of a text that the expression keeps of each, so that a longer one is found by
            these; None where it keeps all.
    """

    items: Text | Number | Reference
    longest: int | None = None
    takes: ClassVar[str] = "takes one of its items"

    @property
    def reference(self) -> Reference | None:
        """What the items refer to."""
        return self.items.reference

    def shown_examples(self) -> Sequence[str]:
        """The items' own, but for comparisons."""
        return [example for example in self.items.shown_examples() if example.isalnum()]

    def read(self, word: Word, clock: Clock) -> Value:
        """One item."""
        if word.has_wildcard:
            raise Unreadable("takes a whole item, without *")
        return self.items.read(word, clock)

    def matches(self, expression: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """Arrays that share an item with the values; uses a GIN index on the array."""
        if isinstance(self.items, Text) and self.items.ignore_case:
            # The server folds them: its idea of lower case is that of the expression.
            folded = array([func.lower(literal(parts[0], TextType())) for parts in values])
            return expression.bool_op("&&")(folded)
        items: list[Any] = []
        type_: TypeEngine[Any] = TextType()
        if isinstance(self.items, Reference):
            items = self.items.ids(values)
            type_ = TextType() if self.items.bits is None else integer(self.items.bits)
        elif isinstance(self.items, Number):
            items = list(values)
            type_ = integer(self.items.bits)
        else:
            items = [parts[0][: self.longest] for parts in values]
        overlap: ColumnElement[bool] = expression.bool_op("&&")(literal(items, ARRAY(type_)))
        return overlap

    def is_absent(self, expression: ColumnElement[Any]) -> ColumnElement[bool]:
        """No array, or an empty one."""
        return func.coalesce(func.cardinality(expression), literal_column("0")) == literal_column("0")

    def is_present(self, expression: ColumnElement[Any]) -> ColumnElement[bool]:
        """At least one item."""
        return func.coalesce(func.cardinality(expression), literal_column("0")) > literal_column("0")
