"""Points in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import ColumnElement, DateTime, and_, literal, or_

from delula.search.kinds.base import ORDER, Kind, Operator, Unreadable, Value
from delula.search.kinds.numbers import clause
from delula.search.lexer import Word, written_value
from delula.search.times import Clock, read_period

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class Time(Kind):
    """A point in time of a `timestamp without time zone` column in UTC."""

    takes: ClassVar[str] = "takes a date or an age"
    examples: ClassVar[tuple[str, ...]] = ("7d", ">24h", "<30d", "today", "2026-03-01", "2026-03..2026-04")
    operators: ClassVar[frozenset[Operator]] = ORDER

    def read(self, word: Word, clock: Clock) -> Value:
        """An age (`7d`), a date or date-time, `today`, `yesterday` or `now`."""
        try:
            period = read_period(word.text, clock)
        except ValueError as error:
            raise Unreadable(f"has no such time: {clause(error)}") from None
        if period is None:
            raise Unreadable(self.takes)
        written = word.text.strip().lower()
        if not period.age and written[0].isdigit():
            written = written.upper()  # the T and Z of ISO 8601
        return Value(period, written_value(written), written)

    def matches(self, expression: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """Within a day, month, year …; since an age."""
        spans = [
            self.compares(expression, Operator.AT_LEAST, period)
            if period.age
            else _half_open(expression, period.start, max(period.end, period.start + timedelta.resolution))
            for period in values
        ]
        return or_(*spans) if len(spans) > 1 else spans[0]

    def compares(self, expression: ColumnElement[Any], operator: Operator, value: Any) -> ColumnElement[bool]:
        """After the period, from its start on, before it, or up to its end."""
        if operator is Operator.ABOVE:
            return expression >= self.bound(value.end)
        if operator is Operator.AT_LEAST:
            return expression >= self.bound(value.start)
        if operator is Operator.BELOW:
            return expression < self.bound(value.start)
        return expression < self.bound(value.end)

    def is_backwards(self, low: Any, high: Any) -> bool:
        """Whether the range ends before it begins."""
        return bool(low.start >= high.end and low != high)

    def bound(self, value: Any) -> ColumnElement[Any]:
        return _instant(value)


def _instant(moment: datetime) -> ColumnElement[datetime]:
    return literal(moment, DateTime())


def _half_open(expression: ColumnElement[Any], start: datetime, end: datetime) -> ColumnElement[bool]:
    return and_(expression >= _instant(start), expression < _instant(end))
