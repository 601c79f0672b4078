"""From a filter to the conditions that a search runs on, with what it must know of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, Grouping

from delula.errors import InvalidInput
from delula.lists.paging import Condition
from delula.search.filter import term_condition
from delula.search.kinds import Flag, FullText, Json, Operator
from delula.search.kinds.fulltext import Search

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from delula.search import Filter
    from delula.search.terms import Term


def conditions_of(resolved: Filter) -> list[Condition]:
    """The conditions of a filter whose references are resolved.

    Raises:
        InvalidInput: a term has a problem; without it the filter would match more than was asked for.
    """
    for problem in resolved.problems:
        raise InvalidInput(problem.field or "q", problem.message)
    words = resolved.full_text_condition()
    found = []
    if words is not None:
        rechecked = any(map(_needs_order, resolved.terms))
        found.append(Condition(words, glance=resolved.full_text_glance(), dear=True, rechecked=rechecked))
    for term in resolved.terms:
        if words is not None and term.plain and not term.negated:
            continue  # it is part of `words`, so that one look into the index answers them all
        clause = term_condition(term)
        if clause is not None and term.searched is not None:
            kind, of = term.searched.kind, term.searched.of
            found.append(
                Condition(
                    clause if of is None else clause & of,
                    equals=term.searched.name if _holds_to_one_value(term, clause) else None,
                    within=_stretch_of(term, clause),
                    until=_end_of(clause),
                    glance=_glance_of(term),
                    dear=isinstance(kind, FullText),
                    rechecked=_needs_order(term),
                    guessed=isinstance(kind, Json),
                )
            )
    return found


def _glance_of(term: Term) -> ColumnElement[bool] | None:
    """What each match of a term with one value meets, and is tested sooner; None where nothing is known."""
    values = [operand.low for operand in term.operands if operand.operator is Operator.MATCHES]
    value = values[0] if len(values) == len(term.operands) == 1 and not term.negated else None
    return term.searched.kind.glance([value.data]) if value and term.searched else None


def _needs_order(term: Term) -> bool:
    """Whether it asks for words that follow on one another."""
    values = [operand.low.data for operand in term.operands if operand.low]
    return any(isinstance(value, Search) and value.needs_order for value in values)


def _holds_to_one_value(term: Term, clause: ColumnElement[bool]) -> bool:
    if term.negated or term.searched is None:
        return False
    if isinstance(term.searched.kind, Flag):
        return True
    return isinstance(clause, BinaryExpression) and clause.operator is operators.eq


#: Comparisons that leave one stretch of values: those of SQLAlchemy, and as text those of the kinds' own.
_BOUNDS = frozenset({operators.eq, operators.lt, operators.le, operators.gt, operators.ge})
_ENDS = frozenset({operators.lt, operators.le})
_SIGNS = frozenset({"<", "<=", ">", ">="})


def _stretch_of(term: Term, clause: ColumnElement[bool]) -> ColumnElement[Any] | None:
    """The expression of which a term leaves one stretch of values; None where it does not."""
    if term.negated or term.searched is None:
        return None
    expression = term.searched.expression
    if isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        is_stretch = all(_is_bound(part, expression) for part in clause.clauses)
    else:
        is_stretch = _is_bound(clause, expression)
    return expression if is_stretch else None


def _end_of(clause: ColumnElement[bool]) -> ColumnElement[Any] | None:
    """The value behind which none meets a clause that leaves one stretch of values; None where it is open."""
    bounds = map(_bare, clause.clauses if isinstance(clause, BooleanClauseList) else [clause])
    ends = (bound for bound in bounds if isinstance(bound, BinaryExpression) and bound.operator in _ENDS)
    return next((end.right for end in ends), None)


def _is_bound(part: ColumnElement[Any], expression: ColumnElement[Any]) -> bool:
    bound = _bare(part)
    if not isinstance(bound, BinaryExpression) or bound.left is not expression:
        return False
    return bound.operator in _BOUNDS or getattr(bound.operator, "opstring", None) in _SIGNS


def _bare(part: ColumnElement[Any]) -> Any:
    """A condition without its parentheses."""
    return part.element if isinstance(part, Grouping) else part
