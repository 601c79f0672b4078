"""What a condition comes to where it stands on constants alone, without asking the database."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import (
    BinaryExpression,
    BindParameter,
    BooleanClauseList,
    Cast,
    ClauseList,
    False_,
    Grouping,
    Null,
    True_,
    UnaryExpression,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class _Undecided(Enum):
    UNDECIDED = "undecided"


#: What a condition is that depends on rows.
UNDECIDED: Final = _Undecided.UNDECIDED

_WORDS: dict[type, bool | None] = {Null: None, True_: True, False_: False}
_COMPARISONS: dict[Any, Callable[[Any, Any], bool]] = {
    operators.eq: lambda left, right: bool(left == right),
    operators.ne: lambda left, right: bool(left != right),
    operators.in_op: lambda left, right: left in right,
    operators.not_in_op: lambda left, right: left not in right,
}
#: Those that yield a truth value for null as well.
_TESTS: dict[Any, Callable[[Any, Any], bool]] = {
    operators.is_: lambda left, right: left is right,
    operators.is_not: lambda left, right: left is not right,
    operators.is_distinct_from: lambda left, right: bool(left != right),
    operators.is_not_distinct_from: lambda left, right: bool(left == right),
}


def constant_of(clause: Any) -> Any:
    """The value of an expression: Python's, None for null, or `UNDECIDED`.

    It is `UNDECIDED` wherever in doubt. Every operator of ours but those that ask for null yields null for
    null; `AND`, `OR` and `NOT` reckon with three values, as SQL does.
    """
    match clause:
        case Null() | True_() | False_():
            return _WORDS[type(clause)]
        case BindParameter():
            return clause.effective_value
        case Grouping():
            return constant_of(clause.element)
        case Cast():
            return None if constant_of(clause.clause) is None else UNDECIDED
        case BooleanClauseList():
            return _joined([constant_of(part) for part in clause.clauses], clause.operator)
        case ClauseList():
            items = [constant_of(part) for part in clause.clauses]
            return UNDECIDED if UNDECIDED in items or None in items else items
        case UnaryExpression() if clause.operator is operators.inv:
            value = constant_of(clause.element)
            return not value if isinstance(value, bool) else value
        case BinaryExpression():
            return _compared(constant_of(clause.left), clause.operator, constant_of(clause.right))
    return UNDECIDED


def _joined(values: Sequence[Any], operator: Any) -> Any:
    decisive = operator is operators.or_
    if decisive in values:
        return decisive
    if UNDECIDED in values:
        return UNDECIDED
    return None if None in values else not decisive


def _compared(left: Any, operator: Any, right: Any) -> Any:
    if operator in _TESTS:
        return UNDECIDED if UNDECIDED in (left, right) else _TESTS[operator](left, right)
    if left is None or right is None:
        return None
    if operator not in _COMPARISONS or UNDECIDED in (left, right):
        return UNDECIDED
    return _COMPARISONS[operator](left, right)
