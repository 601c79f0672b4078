"""A parsed filter: what every box, chip, facet, URL, saved view and bulk run edits and runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import ColumnElement, or_

from delula.errors import InvalidInput
from delula.search.kinds import FullText, Operator
from delula.search.kinds.base import unless
from delula.search.lexer import ends_in_quote, written_path, written_value
from delula.search.parser import joined, read_name, read_terms
from delula.search.terms import Withheld
from delula.search.times import Clock

if TYPE_CHECKING:
    from delula.search.fields import FieldSet
    from delula.search.kinds import Kind
    from delula.search.terms import Operand, Problem, Term

#: Gives the ids for names that people typed. A name without an id is left out, or has none.
Resolver: TypeAlias = Callable[[Sequence[str]], Mapping[str, Sequence[str | int] | Withheld]]
#: One resolver for each reference field, by the field's name.
Resolvers: TypeAlias = Mapping[str, Resolver]


@dataclass(frozen=True)
class GuardedResolver:
    """A resolver that knows names which not everybody may ask for, such as e-mail addresses.

    Attributes:
        needs: the permission to ask for all of them.
        full: knows all names; what calling the resolver itself does.
        open: knows the others, and answers the same for every name that it does not know.
    """

    needs: str
    full: Resolver
    open: Resolver

    def __call__(self, names: Sequence[str]) -> Mapping[str, Sequence[str | int] | Withheld]:
        """The ids for names of any sort."""
        return self.full(names)


def parse(text: str, fields: FieldSet, *, now: datetime, zone: tzinfo = UTC) -> Filter:
    """The filter that a text says. Never raises: what cannot be read becomes a problem of its term.

    Args:
        text: anything.
        fields: what can be filtered by.
        now: what ages (`7d`) count back from; aware, or naive in UTC.
        zone: the zone that dates are meant in.
    """
    return _read(text, fields, Clock(now, zone))


@dataclass(frozen=True)
class Filter:
    """Terms that must all hold. Two filters are equal when their canonical texts are.

    Attributes:
        source: the text as it was typed; the spans of terms and problems point into it.
        terms: in the order typed.
        fields: the fields that it was read with.
        clock: the time and zone that it was read with.
    """

    source: str = attribute(compare=False)
    terms: tuple[Term, ...]
    fields: FieldSet = attribute(compare=False, repr=False)
    clock: Clock = attribute(compare=False, repr=False)

    @cached_property
    def text(self) -> str:
        """The canonical text: parsing it gives this filter again."""
        return joined(self.terms)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong, term by term."""
        return tuple(term.problem for term in self.terms if term.problem)

    @property
    def is_valid(self) -> bool:
        """Whether every term can be run."""
        return not self.problems

    @property
    def is_empty(self) -> bool:
        """Whether there is no term at all."""
        return not self.terms

    # Edits: each gives a new filter.

    def without(self, index: int) -> Filter:
        """Without one term."""
        return self._read([term.text for position, term in enumerate(self.terms) if position != index])

    def toggled(self, index: int) -> Filter:
        """With one term negated, or no longer negated."""
        return self._read(
            [(term.toggled() if position == index else term).text for position, term in enumerate(self.terms)]
        )

    def corrected(self, index: int) -> Filter:
        """With one term's suggestion in its place; unchanged where it has none."""
        return self._read(
            [
                term.suggestion if position == index and term.suggestion is not None else term.text
                for position, term in enumerate(self.terms)
            ]
        )

    def adding(self, text: str) -> Filter:
        """With more terms behind."""
        return self._read([*(term.text for term in self.terms), text])

    def setting(self, name: str, *values: str) -> Filter:
        """With the field on any of these values, meant literally, and on nothing else; none clears it."""
        return self.replacing(name, ",".join(written_value(value) for value in values))

    def replacing(self, name: str, operand: str) -> Filter:
        """With the field on an operand as it is typed behind the colon (`>7d`, `10..20`); empty clears it.

        Args:
            name: the field, by name or alias; for JSON with its path (`meta.formData.style`).
            operand: the text behind the colon.
        """
        head = read_name(name, self.fields)
        text = f"{head[0]}{written_path(head[1])}:{operand}" if operand else ""
        return self._read([self._text_with_instead(text, lambda term: _is_on(term, head))])

    def with_value_toggled(self, name: str, value: str) -> Filter:
        """With one value of a field added to those it is on, or taken away: what a facet's box does.

        Whatever else the field is on stays, but for a negation of the very value.
        """
        return self._read([self.text_with_value_toggled(name, value)])

    def text_with_value_toggled(self, name: str, value: str) -> str:
        """The text of `with_value_toggled`: a link needs no more, and reading it takes ten times as long."""
        head = read_name(name, self.fields)

        def is_affected(term: Term) -> bool:
            mentioned = any(operand.is_plainly(value) for operand in term.operands)
            return _is_on(term, head) and not term.problem and (mentioned or not term.negated)

        operands = [
            operand
            for term in self.terms
            if is_affected(term) and not term.negated
            for operand in term.operands
        ]
        left = [operand.written for operand in operands if not operand.is_plainly(value)]
        if len(left) == len(operands):
            left.append(written_value(value))
        text = f"{head[0]}{written_path(head[1])}:{','.join(left)}" if left else ""
        return self._text_with_instead(text, is_affected)

    def values(self, name: str) -> tuple[str, ...]:
        """The values that a field is plainly on (`status:failed,pending`), as typed but unquoted."""
        head = read_name(name, self.fields)
        return tuple(
            operand.low.typed
            for term in self.terms
            if _is_on(term, head) and not term.negated and not term.problem
            for operand in term.operands
            if operand.operator is Operator.MATCHES and operand.low
        )

    # Running.

    def withholding(self, may: Callable[[str], bool]) -> Filter:
        """With a problem at each term on a field that the person may not filter by.

        Args:
            may: whether the person has the permission of that name.
        """
        kept = {field for field in self.fields if field.needs and not may(field.needs)}
        if not kept:
            return self

        def guarded(term: Term) -> Term:
            field = term.searched
            if field is None or field not in kept:
                return term
            return term.refused(f"{field.label} cannot be searched by your role, which does not see it.")

        return replace(self, terms=tuple(guarded(term) for term in self.terms))

    def resolved(self, resolvers: Resolvers) -> Filter:
        """With the names of other rows turned into their ids: one call per reference field.

        A name that is unknown gets a note where it may be a raw id, and a problem where it cannot be.
        """
        names: dict[str, dict[str, None]] = {}
        for term in self.terms:
            if term.field and term.field.name in resolvers and term.field.kind.reference:
                names.setdefault(term.field.name, {}).update(dict.fromkeys(term.reference_names()))
        found = {field: resolvers[field](list(texts)) for field, texts in names.items() if texts}
        return replace(
            self,
            terms=tuple(
                term.resolved(found.get(term.field.name, {})) if term.field else term for term in self.terms
            ),
        )

    def conditions(self, resolvers: Resolvers | None = None) -> list[ColumnElement[bool]]:
        """The SQL conditions, all of which must hold; none for an empty filter.

        All plain words make one condition, so that one look into the index answers them.

        Args:
            resolvers: what turns names of other rows into ids; a field without one takes raw ids only.

        Raises:
            InvalidInput: a term has a problem; a filter that lacks one would match more than was asked for.
        """
        resolved = self.resolved(resolvers or {})
        for problem in resolved.problems:
            raise InvalidInput(problem.field or "filter", problem.message)
        words = resolved.full_text_condition()
        others = (term_condition(term) for term in resolved.terms if not _is_plain_search(term))
        return [condition for condition in (words, *others) if condition is not None]

    def full_text_condition(self) -> ColumnElement[bool] | None:
        """The one condition of all plain words and phrases that are not negated, or None."""
        kind, values = self._plain_searches()
        default = self.fields.default
        return kind.finds(default.expression, kind.all_of(values)) if kind and default and values else None

    def full_text_glance(self) -> ColumnElement[bool] | None:
        """What each row that meets that condition meets too, and is tested sooner; or None."""
        kind, values = self._plain_searches()
        return kind.glance(values) if kind and values else None

    def _plain_searches(self) -> tuple[FullText | None, list[Any]]:
        """What plain words and phrases are looked for by, and those that are not negated."""
        kind = self.fields.default.kind if self.fields.default else None
        if not isinstance(kind, FullText):
            return None, []
        operands = (operand for term in self.terms if _is_plain_search(term) for operand in term.operands)
        return kind, [one.low.data for one in operands if one.low and one.low.data is not None]

    def _text_with_instead(self, text: str, is_gone: Callable[[Term], bool]) -> str:
        """The text with another one, unless empty, where the first of some terms stood, and without these."""
        first = next((position for position, term in enumerate(self.terms) if is_gone(term)), len(self.terms))
        texts = [term.text for term in self.terms[:first]]
        texts += [text] if text else []
        return text_of([*texts, *(term.text for term in self.terms[first:] if not is_gone(term))])

    def _read(self, texts: Sequence[str]) -> Filter:
        return _read(text_of(texts), self.fields, self.clock)


def text_of(terms: Iterable[str]) -> str:
    """The text of a filter of these terms, given in their canonical text."""
    # An open quote would swallow what follows it, so the text that has one comes last.
    return " ".join(sorted(terms, key=ends_in_quote))


def _read(text: str, fields: FieldSet, clock: Clock) -> Filter:
    return Filter(text, read_terms(text, fields, clock), fields, clock)


def _is_on(term: Term, head: tuple[str, tuple[str, ...]]) -> bool:
    """Whether a term is on the field of that name and path."""
    return term.field is not None and (term.field.name, term.path) == head


def _is_plain_search(term: Term) -> bool:
    """Whether a term is a plain word or phrase that full text answers, and no negation."""
    return (
        term.plain
        and not term.negated
        and term.searched is not None
        and isinstance(term.searched.kind, FullText)
    )


def term_condition(term: Term) -> ColumnElement[bool] | None:
    """The SQL condition of one term without a problem, or None where it narrows nothing."""
    field = term.searched
    if field is None:
        return None
    kind, expression = field.kind.with_path(term.path), field.expression
    matched = (operand.low for operand in term.operands if operand.operator is Operator.MATCHES)
    values = list(dict.fromkeys(value.data for value in matched if value and value.data is not None))
    others = [
        _operand_condition(kind, expression, operand)
        for operand in term.operands
        if operand.operator is not Operator.MATCHES
    ]
    if term.negated and values and not others:
        return kind.differs(expression, values)
    if term.negated and not values and [operand.operator for operand in term.operands] == [Operator.NONE]:
        return kind.is_present(expression)
    conditions = [*([kind.matches(expression, values)] if values else []), *others]
    if not conditions:
        return None
    condition = or_(*conditions) if len(conditions) > 1 else conditions[0]
    return unless(condition) if term.negated else condition


def _operand_condition(kind: Kind, expression: ColumnElement[Any], operand: Operand) -> ColumnElement[bool]:
    low: Any = operand.low.data if operand.low else None
    high: Any = operand.high.data if operand.high else None
    match operand.operator:
        case Operator.NONE:
            return kind.is_absent(expression)
        case Operator.ANY:
            return kind.is_present(expression)
        case Operator.RANGE:
            return kind.within(expression, low, high)
        case Operator.EXACTLY:
            return kind.exactly(expression, low)
        case _:
            return kind.compares(expression, operand.operator, low)
