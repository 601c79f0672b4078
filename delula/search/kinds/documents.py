"""Values inside JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import ColumnElement, cast, literal
from sqlalchemy import Text as TextType
from sqlalchemy.dialects.postgresql import JSONPATH

from delula.search.kinds.base import ORDER, Kind, Operator, Unreadable, Value, unless

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from delula.search.lexer import Word
    from delula.search.times import Clock


@dataclass(frozen=True)
class JsonValue:
    """A value to look for in JSON: its text between wildcards, and what it may mean beside text."""

    parts: tuple[str, ...]
    number: Decimal | None = None
    is_keyword: bool = False

    @property
    def tests(self) -> str:
        """The jsonpath test of an item `@`."""
        if len(self.parts) > 1:
            return _json_pattern(self.parts)
        tests = [f"@ == {json.dumps(self.parts[0])}"]
        if self.number is not None:
            tests.append(f"@ == {self.number:f}")
        if self.is_keyword:
            tests.append(f"@ == {self.parts[0]}")
        return " || ".join(tests)

    @property
    def operand(self) -> str:
        """The jsonpath literal to compare with: the number, or the text."""
        return json.dumps(self.parts[0]) if self.number is None else f"{self.number:f}"


@dataclass(frozen=True, kw_only=True)
class Json(Kind):
    """A value inside a jsonb column, by its path: `meta.formData.style:neon`.

    Arrays on the way, and at the end, are looked into. Conditions are jsonpath, which a `jsonb_path_ops` GIN
    index answers for equality. Typed bare, `5` means the number and the text, and `true` and `null` likewise;
    quoted it is text.

    Args:
        paths: paths to offer in autocomplete, or a callable that gives them.
        path: the keys of this term.
    """

    paths: Sequence[tuple[str, ...]] | Callable[[], Sequence[tuple[str, ...]]] = ()
    path: tuple[str, ...] = ()
    takes: ClassVar[str] = "takes a path and a value"
    operators: ClassVar[frozenset[Operator]] = ORDER

    def known_paths(self) -> Sequence[tuple[str, ...]]:
        """The paths to offer."""
        return self.paths() if callable(self.paths) else self.paths

    def with_path(self, path: tuple[str, ...]) -> Kind:
        """This kind at a path."""
        return replace(self, path=path)

    def read(self, word: Word, clock: Clock) -> Value:  # noqa: ARG002 - JSON knows no time
        """Any word."""
        if not self.path:
            raise Unreadable("needs the path of a value")
        bare = not word.quoted and not word.has_wildcard
        value = JsonValue(
            word.parts,
            number=Decimal(word.text) if bare and _is_json_number(word.text) else None,
            is_keyword=bare and word.text in {"true", "false", "null"},
        )
        return Value(value, word.written(keep_quotes=True), word.text)

    def matches(self, expression: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """Any of the values at the path."""
        return self._exists(expression, " || ".join(value.tests for value in values))

    def compares(self, expression: ColumnElement[Any], operator: Operator, value: Any) -> ColumnElement[bool]:
        """Numbers by size, texts by code point."""
        return self._exists(expression, f"@ {operator.value} {value.operand}")

    def within(self, expression: ColumnElement[Any], low: Any, high: Any) -> ColumnElement[bool]:
        """One value at the path between both ends."""
        ends = ((">=", low), ("<=", high))
        tests = [f"@ {sign} {end.operand}" for sign, end in ends if end is not None]
        return self._exists(expression, " && ".join(tests))

    def is_backwards(self, low: Any, high: Any) -> bool:
        """Whether the range holds nothing; ends of two types compare with nothing."""
        if (low.number is None) != (high.number is None):
            raise Unreadable("takes a range between two numbers or two texts")
        return bool(low.parts > high.parts if low.number is None else low.number > high.number)

    def is_absent(self, expression: ColumnElement[Any]) -> ColumnElement[bool]:
        """Nothing, or a JSON null, at the path; without a path, no document."""
        if not self.path:
            return expression.is_(None)
        return unless(self._exists(expression, "@ != null"))

    def is_present(self, expression: ColumnElement[Any]) -> ColumnElement[bool]:
        """Something other than a JSON null at the path; without a path, a document."""
        if not self.path:
            return expression.is_not(None)
        return self._exists(expression, "@ != null")

    def _exists(self, expression: ColumnElement[Any], test: str) -> ColumnElement[bool]:
        path = "$" + "".join("." + json.dumps(key) for key in self.path) + f" ? ({test})"
        found: ColumnElement[bool] = expression.bool_op("@?")(cast(literal(path, TextType()), JSONPATH))
        return found


def _json_pattern(parts: Sequence[str]) -> str:
    """A test of text with wildcards; a prefix has a test of its own, which needs no regular expression."""
    if len(parts) == 2 and not parts[1]:
        return f"@ starts with {json.dumps(parts[0])}"
    pattern = ".*".join(re.sub(r"([^\w\s])", r"\\\1", part) for part in parts)
    return f'@ like_regex {json.dumps(f"^{pattern}$")} flag "s"'


def _is_json_number(text: str) -> bool:
    return len(text) <= 60 and re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", text, re.ASCII) is not None
