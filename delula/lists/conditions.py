"""From a filter to the conditions that a search runs on, with what it must know of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression

from delula.errors import InvalidInput
from delula.lists.paging import Condition
from delula.search.filter import term_condition
from delula.search.kinds import Flag, FullText, Json, Members

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
    found = [] if words is None else [Condition(words, dear=True)]
    for term in resolved.terms:
        if words is not None and term.plain and not term.negated:
            continue  # it is part of `words`, so that one look into the index answers them all
        clause = term_condition(term)
        if clause is not None and term.searched is not None:
            kind = term.searched.kind
            found.append(
                Condition(
                    clause,
                    equals=term.searched.name if _holds_to_one_value(term, clause) else None,
                    dear=isinstance(kind, FullText),
                    guessed=isinstance(kind, Json | Members),
                )
            )
    return found


def _holds_to_one_value(term: Term, clause: ColumnElement[bool]) -> bool:
    if term.negated or term.searched is None:
        return False
    if isinstance(term.searched.kind, Flag):
        return True
    return isinstance(clause, BinaryExpression) and clause.operator is operators.eq
