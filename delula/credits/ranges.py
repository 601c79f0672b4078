"""Times of the ledger: which filters ask for nothing else but types, and where stretches of time begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from delula.rollups.spans import FIRST, PAST, Granularity
from delula.search import Operator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.search import Filter, Term
    from delula.search.terms import Operand
    from delula.search.times import Period

#: Characters of a type that are compared; so many has its index.
TYPE_LENGTH = 50


@dataclass(frozen=True)
class Plain:
    """A filter that asks for nothing but types and times.

    Attributes:
        start: inclusive; naive UTC as `end`, which is exclusive.
        end: as said; both within the years that roll-ups know.
        type_terms: the terms on types.
    """

    start: datetime
    end: datetime
    type_terms: Sequence[Term]

    def has(self, type_: str) -> bool:
        """Whether it leaves rows of this type."""
        return all(_holds(term, type_[:TYPE_LENGTH]) for term in self.type_terms)


def plain(resolved: Filter) -> Plain | None:
    """What a valid filter asks for, if that is nothing but types and times."""
    start, end = FIRST, PAST
    type_terms = []
    for term in resolved.terms:
        name = term.field.name if term.field else None
        if name == "type":
            type_terms.append(term)
        elif name == "created" and (stretch := _stretch(term)) is not None:
            start, end = max(start, stretch[0]), min(end, stretch[1])
        else:
            return None
    return Plain(start, max(start, end), type_terms)


def _holds(term: Term, type_: str) -> bool:
    """Whether a type meets a term; an empty one counts as none."""

    def meets(operand: Operand) -> bool:
        match operand.operator:
            case Operator.NONE | Operator.ANY:
                return (operand.operator is Operator.ANY) is bool(type_)
            case _:
                return operand.low is not None and operand.low.data == type_

    return any(map(meets, term.operands)) is not term.negated


def _stretch(term: Term) -> tuple[datetime, datetime] | None:
    """The one stretch of time that a term asks for; None where it is none, as the kind `Time` reads it."""
    if term.negated or len(term.operands) != 1:
        return None
    operand = term.operands[0]
    low: Period | None = operand.low.data if operand.low else None
    high: Period | None = operand.high.data if operand.high else None
    if operand.operator is Operator.RANGE:
        return low.start if low else FIRST, high.end if high else PAST
    if low is None:
        return None
    match operand.operator:
        case Operator.MATCHES if not low.age:
            return low.start, max(low.end, low.start + timedelta.resolution)
        case Operator.MATCHES | Operator.AT_LEAST:
            return low.start, PAST
        case Operator.ABOVE:
            return low.end, PAST
        case Operator.BELOW:
            return FIRST, low.start
        case Operator.AT_MOST:
            return FIRST, low.end
    return None


def opening(moment: datetime, granularity: Granularity) -> datetime:
    """Where the day, week or month of an aware moment begins on its own clock; hours are left as they are."""
    if granularity is Granularity.HOUR:
        return moment
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if granularity is Granularity.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if granularity is Granularity.MONTH else day
