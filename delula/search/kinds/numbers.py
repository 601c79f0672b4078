"""Numbers and durations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import BigInteger, ColumnElement, Integer, Numeric, and_, literal, or_

from delula.search.kinds.base import ORDER, Kind, Operator, Scalar, Unreadable, Value, compared
from delula.search.times import Clock, read_duration

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.types import TypeEngine

    from delula.search.lexer import Word


@dataclass(frozen=True, kw_only=True)
class Number(Scalar):
    """A whole number of an integer column.

    Args:
        bits: 16, 32 or 64: what the column holds.
    """

    bits: int = 32
    takes: ClassVar[str] = "takes a whole number"
    examples: ClassVar[tuple[str, ...]] = ("10", ">10", "10..20")
    operators: ClassVar[frozenset[Operator]] = ORDER

    def read(self, word: Word, clock: Clock) -> Value:  # noqa: ARG002 - a number knows no time
        """A whole number within the column's limits."""
        number = whole(word.text, bits=self.bits)
        return Value(number, str(number), str(number))

    def bound(self, value: Any) -> ColumnElement[Any]:
        return literal(value, BigInteger() if self.bits > 32 else Integer())


@dataclass(frozen=True, kw_only=True)
class Fraction(Scalar):
    """A number with decimals."""

    takes: ClassVar[str] = "takes a number"
    examples: ClassVar[tuple[str, ...]] = ("0.5", ">0.25", "0.1..0.5")
    operators: ClassVar[frozenset[Operator]] = ORDER

    def read(self, word: Word, clock: Clock) -> Value:  # noqa: ARG002 - a number knows no time
        """A decimal number of at most 30 digits before and after the point."""
        if not re.fullmatch(r"[+-]?(\d+(\.\d+)?|\.\d+)", word.text, re.ASCII):
            raise Unreadable(self.takes)
        if any(len(digits) > 30 for digits in word.text.strip("+-").split(".")):
            raise Unreadable("takes a number of at most 30 digits before and after the point")
        number = Decimal(word.text)
        return Value(number, format(number, "f"), format(number, "f"))

    def bound(self, value: Any) -> ColumnElement[Any]:
        return literal(value, Numeric())


@dataclass(frozen=True, kw_only=True)
class Bytes(Number):
    """A size in bytes; units are decimal, as pages show sizes."""

    takes: ClassVar[str] = "takes a size"
    examples: ClassVar[tuple[str, ...]] = (">10MB", "<500kB", "1MB..2MB")

    _UNITS: ClassVar[Mapping[str, tuple[str, int]]] = {
        "": ("", 1),
        "b": ("", 1),
        "k": ("kB", 10**3),
        "kb": ("kB", 10**3),
        "m": ("MB", 10**6),
        "mb": ("MB", 10**6),
        "g": ("GB", 10**9),
        "gb": ("GB", 10**9),
    }

    def read(self, word: Word, clock: Clock) -> Value:  # noqa: ARG002 - a size knows no time
        """Bytes, or a number of kB, MB or GB; a fraction of a byte is left out."""
        found = re.fullmatch(
            r"([+-]?\d{1,12}(?:\.\d{1,9})?)\s*([a-z]*)", word.text.strip(), re.ASCII | re.IGNORECASE
        )
        if found is None or found[2].lower() not in self._UNITS:
            raise Unreadable(self.takes)
        unit, size = self._UNITS[found[2].lower()]
        number = Decimal(found[1])
        if not unit and number != int(number):
            raise Unreadable("takes whole bytes")
        data = whole(str(int(number * size)), bits=self.bits)
        written = f"{number.normalize():f}{unit}" if number else "0"
        return Value(data, written, written)


@dataclass(frozen=True, kw_only=True)
class Duration(Kind):
    """How long something took. Alone, a duration means that many whole seconds, or milliseconds below those.

    Args:
        per_second: how many units of the expression are one second (1000 for a column of milliseconds).
    """

    per_second: int = 1
    takes: ClassVar[str] = "takes a duration"
    examples: ClassVar[tuple[str, ...]] = (">8m", "<90s", "1m30s..5m")
    operators: ClassVar[frozenset[Operator]] = ORDER

    def read(self, word: Word, clock: Clock) -> Value:  # noqa: ARG002 - a duration is no point in time
        """Seconds, in `ms`, `s`, `m`, `h`, `d`, `w` or a run of those."""
        try:
            seconds = read_duration(word.text)
        except ValueError as error:
            raise Unreadable(f"cannot be that long: {clause(error)}") from None
        if seconds is None:
            raise Unreadable(self.takes)
        written = word.text.strip().lower()
        return Value(seconds, written, written)

    def matches(self, expression: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """From the duration up to the next whole second, or millisecond."""
        spans = [
            and_(
                self.compares(expression, Operator.AT_LEAST, value),
                self.compares(
                    expression,
                    Operator.BELOW,
                    value + (1 if value == value.to_integral_value() else Decimal("0.001")),
                ),
            )
            for value in values
        ]
        return or_(*spans) if len(spans) > 1 else spans[0]

    def compares(self, expression: ColumnElement[Any], operator: Operator, value: Any) -> ColumnElement[bool]:
        """Longer or shorter than the duration, to the last digit."""
        return compared(expression, operator, self._bound(value))

    def _bound(self, value: Any) -> ColumnElement[Any]:
        scaled = value * self.per_second
        if scaled == scaled.to_integral_value():
            # An integer keeps the comparison with an integer column in that column's index.
            return literal(int(scaled), BigInteger())
        return literal(scaled, Numeric())


def whole(text: str, *, bits: int) -> int:
    """The integer that a text writes.

    Raises:
        Unreadable: it is none, or outside what the column holds.
    """
    if not re.fullmatch(r"[+-]?\d+", text.strip(), re.ASCII):
        as_number = re.fullmatch(r"([+-]?\d{1,9})\.\d+", text.strip(), re.ASCII)
        raise Unreadable("takes a whole number", as_number[1] if as_number else None)
    limit = 2 ** (bits - 1)
    digits = text.strip().lstrip("+-").lstrip("0")
    number = int(text) if len(digits) <= 20 else limit
    if not -limit <= number < limit or len(digits) > 20:
        raise Unreadable(f"takes a whole number from {-limit} to {limit - 1}")
    return number


def integer(bits: int) -> TypeEngine[int]:
    return BigInteger() if bits > 32 else Integer()


def clause(error: ValueError) -> str:
    """An error's sentence as the end of a longer one."""
    sentence = str(error).rstrip(".")
    return sentence[:1].lower() + sentence[1:]
