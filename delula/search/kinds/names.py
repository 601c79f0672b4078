"""Names that people gave, as people remember them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Boolean, ColumnElement, func, literal, or_
from sqlalchemy import Text as TextType

from delula.search.kinds.base import Kind, Operator, Value, is_blank, is_written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from delula.search.lexer import Word
    from delula.search.times import Clock

#: Shorter texts are like too many names.
_SHORTEST_LIKENESS = 4


@dataclass(frozen=True, kw_only=True)
class Name(Kind):
    """A name: any part of it in any case; `sun*` for its beginning, `="…"` for all of it.

    A part that no name has is taken for a typing error, and names like it are found. The field's expression
    is in lower case. A trigram index on it (`gin_trgm_ops`) answers parts and likenesses; its order by bytes
    (`COLLATE "C"`) answers beginnings and whole names.

    Args:
        is_part: whether any name has this part; asked only where there are trigrams.
        trigrams: gives the schema of the extension pg_trgm, quoted; None where the database lacks it: then
            a name with a typing error is not found.
    """

    is_part: Callable[[str], bool]
    trigrams: Callable[[], str | None]
    takes: ClassVar[str] = "takes a part of a name"
    examples: ClassVar[tuple[str, ...]] = ("sunset", "sun*", '="first frame"')

    def allowed(self) -> frozenset[Operator]:
        """As every kind's, and `=` for whole names."""
        return self.operators | {Operator.EXACTLY}

    def read(self, word: Word, clock: Clock) -> Value:  # noqa: ARG002 - a name knows no time
        """Any word."""
        return Value(word.parts, word.written(), word.text)

    def matches(self, expression: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """Names with any of the parts."""
        conditions = [self._condition(expression, parts) for parts in values]
        return or_(*conditions) if len(conditions) > 1 else conditions[0]

    def exactly(self, expression: ColumnElement[Any], value: Any) -> ColumnElement[bool]:
        """The whole name."""
        if len(value) > 1:
            return _like(expression, "%".join(map(_escaped, value)))
        return expression == func.lower(literal(_spaced(value[0]), TextType()))

    def is_absent(self, expression: ColumnElement[Any]) -> ColumnElement[bool]:
        """No name, or an empty one."""
        return is_blank(expression)

    def is_present(self, expression: ColumnElement[Any]) -> ColumnElement[bool]:
        """Any other."""
        return is_written(expression)

    def _condition(self, expression: ColumnElement[Any], parts: Sequence[str]) -> ColumnElement[bool]:
        if len(parts) > 1:
            return _like(expression, "%".join(map(_escaped, parts)))
        text = _spaced(parts[0])
        schema = self.trigrams() if len(text) >= _SHORTEST_LIKENESS else None
        if schema is None or self.is_part(text):
            return _like(expression, f"%{_escaped(text)}%")
        alike: ColumnElement[bool] = expression.op(
            f"OPERATOR({schema}.%>)", is_comparison=True, return_type=Boolean()
        )(literal(text.lower(), TextType()))
        return alike


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _like(expression: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    # The server folds the pattern: its idea of lower case is that of the expression.
    return expression.like(func.lower(literal(pattern, TextType())))
