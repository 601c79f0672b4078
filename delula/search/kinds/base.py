"""What every kind of field has: how it reads a typed value and turns it into SQL.

A kind knows nothing of terms or fields. It reads one value (or says in a sentence why it cannot) and makes
conditions from what it read. Conditions may be null for null data; negation above them is null-safe.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Boolean, ColumnElement, String, and_, literal, or_, true
from sqlalchemy.sql.elements import Grouping

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.search.kinds.references import Reference
    from delula.search.lexer import Word
    from delula.search.times import Clock


class Operator(StrEnum):
    """What can stand between a field and its value."""

    MATCHES = ""
    EXACTLY = "="
    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="
    RANGE = ".."
    NONE = "none"
    ANY = "any"


PRESENCE = frozenset({Operator.MATCHES, Operator.NONE, Operator.ANY})
COMPARISON = frozenset({Operator.ABOVE, Operator.AT_LEAST, Operator.BELOW, Operator.AT_MOST})
ORDER = PRESENCE | COMPARISON | {Operator.RANGE}


class Unreadable(Exception):
    """A value that the kind cannot read.

    Args:
        message: what the field takes, as a clause behind its label ("takes a whole number").
        suggestion: a value that it could read, as it is typed, or None.
    """

    def __init__(self, message: str, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion


@dataclass(frozen=True)
class Value:
    """A value that was read.

    Attributes:
        data: what the kind compares with; None where nothing is left to compare (a word too common).
        written: the canonical text behind the colon.
        typed: the same without quotes.
        label: the text for a chip, where that is another.
        note: a sentence for the person, where the value works but may not be what was meant.
        suggestion: what may have been meant, as it is typed.
    """

    data: Any
    written: str
    typed: str
    label: str = ""
    note: str | None = None
    suggestion: str | None = None

    @property
    def shown(self) -> str:
        """The text for a chip."""
        return self.label or self.typed


@dataclass(frozen=True)
class Choice:
    """One known value of a field.

    Args:
        value: what the column holds.
        name: what is typed; the value itself where it is absent.
        label: what is shown; the name where it is absent.
    """

    value: str | int
    name: str = ""
    label: str = ""

    @property
    def typed(self) -> str:
        """The value as typed, unquoted."""
        return self.name or str(self.value)

    @property
    def shown(self) -> str:
        """The value as shown."""
        return self.label or self.typed


class Kind(ABC):
    """One kind of value.

    Attributes:
        operators: what may stand before a value.
        takes: what the field takes, as a clause behind its label.
        examples: values as they are typed.
    """

    operators: ClassVar[frozenset[Operator]] = PRESENCE
    takes: ClassVar[str]
    examples: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def read(self, word: Word, clock: Clock) -> Value:
        """The value that a word means.

        Raises:
            Unreadable: the word means none.
        """

    def allowed(self) -> frozenset[Operator]:
        """What may stand before a value of this very field."""
        return self.operators

    def shown_examples(self) -> Sequence[str]:
        """Values of this very field as they are typed, for help and autocomplete."""
        return self.examples

    def known(self) -> Sequence[Choice]:
        """The values to offer; empty where there is no such list."""
        return ()

    def with_path(self, path: tuple[str, ...]) -> Kind:
        """The kind behind a path of keys.

        Raises:
            Unreadable: there are no paths, or one is needed and absent.
        """
        if path:
            raise Unreadable("has no parts to look into")
        return self

    @property
    def reference(self) -> Reference | None:
        """What the values refer to, where they are names of other rows."""
        return None

    @abstractmethod
    def matches(self, expression: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """Rows with any of the values (at least one, none of them None)."""

    def differs(self, expression: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """Rows with none of the values, null ones included."""
        return unless(self.matches(expression, values))

    def exactly(self, expression: ColumnElement[Any], value: Any) -> ColumnElement[bool]:
        """Rows with precisely the value, where plain matching means less than that."""
        return self.matches(expression, [value])

    def compares(self, expression: ColumnElement[Any], operator: Operator, value: Any) -> ColumnElement[bool]:
        """Rows above or below the value, where the kind allows such operators."""
        raise NotImplementedError(f"{type(self).__name__} has no order")

    def within(self, expression: ColumnElement[Any], low: Any, high: Any) -> ColumnElement[bool]:
        """Rows between two values, both inclusive; either may be None for an open end."""
        ends = [
            self.compares(expression, operator, end)
            for operator, end in ((Operator.AT_LEAST, low), (Operator.AT_MOST, high))
            if end is not None
        ]
        return and_(*ends)

    def is_backwards(self, low: Any, high: Any) -> bool:
        """Whether a range between the two can hold nothing."""
        return bool(low > high)

    def counted(self, expression: ColumnElement[Any]) -> ColumnElement[Any]:
        """The value as it counts: what a facet groups rows by."""
        return expression

    def is_absent(self, expression: ColumnElement[Any]) -> ColumnElement[bool]:
        """Rows without a value; never null."""
        return expression.is_(None)

    def is_present(self, expression: ColumnElement[Any]) -> ColumnElement[bool]:
        """Rows with a value."""
        return expression.is_not(None)

    def glance(self, values: Sequence[Any]) -> ColumnElement[bool] | None:  # noqa: ARG002 - few kinds know one
        """What each row with all of the values meets too, tested in a fraction of the time, or None."""
        return None


class Scalar(Kind):
    """A kind whose value is one SQL value."""

    @abstractmethod
    def bound(self, value: Any) -> ColumnElement[Any]:
        """The value as a parameter of the kind's own type, whatever type decorator the column has."""

    def matches(self, expression: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """`=` for one value, which an index on the column and a sort key answers in order; IN for several."""
        return one_of(expression, [self.bound(value) for value in values])

    def differs(self, expression: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """`IS DISTINCT FROM` for one value."""
        if len(values) == 1:
            return expression.is_distinct_from(self.bound(values[0]))
        return super().differs(expression, values)

    def compares(self, expression: ColumnElement[Any], operator: Operator, value: Any) -> ColumnElement[bool]:
        """Above or below the value."""
        return compared(expression, operator, self.bound(value))


def unless(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Rows for which a condition is false or null; in brackets, because it may begin with NOT."""
    return Grouping(condition).is_not(true())


#: A text of no length, which counts as none: both read the same on a page.
EMPTY: ColumnElement[str] = literal("", String())


def is_blank(text: ColumnElement[Any]) -> ColumnElement[bool]:
    """There is no text, or an empty one."""
    return or_(text.is_(None), text == EMPTY)


def is_written(text: ColumnElement[Any]) -> ColumnElement[bool]:
    """There is a text that is not empty."""
    return text != EMPTY


def one_of(expression: ColumnElement[Any], values: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
    """The expression equals any of the values."""
    return expression == values[0] if len(values) == 1 else expression.in_(values)


def compared(
    expression: ColumnElement[Any], operator: Operator, value: ColumnElement[Any]
) -> ColumnElement[bool]:
    """The expression stands in an order to the value."""
    condition: ColumnElement[bool] = expression.op(operator.value, is_comparison=True, return_type=Boolean())(
        value
    )
    return condition
