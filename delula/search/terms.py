"""One term of a filter, what it says, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from dataclasses import field as attribute
from typing import TYPE_CHECKING

from delula.search.kinds import Operator, Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from delula.search.fields import Field


@dataclass(frozen=True)
class Problem:
    """Why a term cannot be run.

    Attributes:
        message: one plain sentence for the person, with an example where one helps.
        field: the name of the field, as typed where it is unknown; None for plain words.
        start: where the term begins in the text as typed.
        end: where it ends, exclusive.
        suggestion: the text to put in the term's place, or None.
    """

    message: str
    field: str | None
    start: int
    end: int
    suggestion: str | None = None


@dataclass(frozen=True)
class Withheld:
    """What a resolver gives for a name that the person may not ask for, whether it exists or not.

    Attributes:
        message: one plain sentence for the person.
    """

    message: str


@dataclass(frozen=True)
class Operand:
    """One of a term's alternatives: an operator and its value, or the two ends of a range."""

    operator: Operator
    low: Value | None = None
    high: Value | None = None

    @property
    def written(self) -> str:
        """The canonical text behind the colon."""
        low, high = self.low.written if self.low else "", self.high.written if self.high else ""
        if self.operator is Operator.RANGE:
            return f"{low}..{high}"
        return f"{self.operator.value}{low}"

    @property
    def shown(self) -> str:
        """The text for a chip."""
        low, high = self.low.shown if self.low else "", self.high.shown if self.high else ""
        match self.operator:
            case Operator.RANGE if low and high:
                return f"{low} to {high}"
            case Operator.RANGE:
                return f"from {low}" if low else f"up to {high}"
            case Operator.MATCHES | Operator.NONE | Operator.ANY:
                return f"{self.operator.value}{low}"
            case _:
                return f"{self.operator.value} {low}"

    def is_plainly(self, typed: str) -> bool:
        """Whether it is that value and no comparison."""
        return self.operator is Operator.MATCHES and self.low is not None and self.low.typed == typed

    @property
    def values(self) -> tuple[Value, ...]:
        """Its values."""
        return tuple(value for value in (self.low, self.high) if value)


@dataclass(frozen=True)
class Term:
    """One term.

    Attributes:
        body: the canonical text without its sign; as typed where there is a problem.
        negated: whether it begins with `-`.
        field: the field, or None for a plain word or phrase and for an unknown field.
        path: the keys behind a JSON field's name.
        operands: the alternatives; empty where there is a problem.
        problem: why it cannot be run, or None.
        start: where it begins in the text as typed.
        end: where it ends, exclusive.
        searched: the field that it is run on: `field`, or for plain words the one that those search.
        negatable: whether a sign can be put before it.
    """

    body: str
    negated: bool
    field: Field | None = attribute(default=None, compare=False)
    path: tuple[str, ...] = ()
    operands: tuple[Operand, ...] = attribute(default=(), compare=False)
    problem: Problem | None = attribute(default=None, compare=False)
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)
    searched: Field | None = attribute(default=None, compare=False, repr=False)
    negatable: bool = attribute(default=True, compare=False, repr=False)

    @property
    def text(self) -> str:
        """The canonical text."""
        return f"-{self.body}" if self.negated else self.body

    @property
    def plain(self) -> bool:
        """Whether it is a plain word or phrase."""
        return self.field is None and self.searched is not None

    @property
    def name(self) -> str:
        """The field's label for a chip, with its path; empty for plain words and unknown fields."""
        return ".".join((self.field.label, *self.path)) if self.field else ""

    @property
    def value(self) -> str:
        """What stands behind the label on a chip."""
        if self.problem or self.field is None:
            return self.body
        return " or ".join(operand.shown for operand in self.operands)

    @property
    def label(self) -> str:
        """The whole chip in words: `not Status: failed or pending`."""
        text = f"{self.name}: {self.value}" if self.field and not self.problem else self.value
        return f"not {text}" if self.negated else text

    @property
    def note(self) -> str | None:
        """What the person should know about a term that works."""
        notes = (value.note for operand in self.operands for value in operand.values if value.note)
        return " ".join(notes) or None

    @property
    def suggestion(self) -> str | None:
        """The text to offer in the term's place."""
        if self.problem:
            return self.problem.suggestion
        operand = self.operands[0] if len(self.operands) == 1 else None
        if operand is None or operand.low is None or operand.low.suggestion is None:
            return None
        head = self.text[: -len(operand.written)]
        return f"{head}{operand.low.suggestion}"

    def toggled(self) -> Term:
        """The opposite term."""
        return replace(self, negated=not self.negated) if self.negatable else self

    def reference_names(self) -> list[str]:
        """The names of other rows that its values are."""
        return [value.typed for operand in self.operands for value in operand.values]

    def resolved(self, found: Mapping[str, Sequence[str | int] | Withheld]) -> Term:
        """The term with the ids of those names, or with a problem."""
        reference = self.field.kind.reference if self.field else None
        if reference is None or self.problem:
            return self
        operands = []
        for operand in self.operands:
            ids = found.get(operand.low.typed, ()) if operand.low else ()
            if isinstance(ids, Withheld):
                return self.refused(ids.message)
            value = reference.resolved(operand.low, ids) if operand.low else None
            if operand.low and value is None:
                return self.refused(f"No {reference.noun} is known as “{operand.low.typed}”.")
            operands.append(replace(operand, low=value))
        return replace(self, operands=tuple(operands))

    def refused(self, message: str) -> Term:
        """The same term, which cannot be run for this reason."""
        name = self.field.name if self.field else None
        return replace(self, operands=(), problem=Problem(message, name, self.start, self.end))

    def problem_of(self, clause: str, suggestion: str | None = None) -> Problem:
        """A problem with this term.

        Args:
            clause: what the field takes or lacks, without its label.
            suggestion: the text to put in the term's place.
        """
        label = self.field.label if self.field else "The search"
        # A suggestion is the better example.
        example = f"; for example {self.field.example_term}" if self.field and suggestion is None else ""
        return Problem(
            message=f"{label} {clause}{example}.",
            field=self.field.name if self.field else None,
            start=self.start,
            end=self.end,
            suggestion=suggestion,
        )
