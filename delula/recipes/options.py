"""Which options of a recipe people choose, from whatever counts there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from delula.recipes.prompts import folded
from delula.recipes.steps import answer_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from delula.models import JsonValue
    from delula.recipes.steps import Step

#: Answers to one question that are shown.
SHOWN = 8


@dataclass(frozen=True)
class Answer:
    """One answer, how it is shown, and how often it was given."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Question:
    """The answers to one step.

    Attributes:
        id: the step's id, as answers are kept.
        label: what users read.
        answers: the most frequent first, at most `SHOWN`.
        total: all answers that were counted.
        others: how many answers there are beyond those shown.
    """

    id: str
    label: str
    answers: tuple[Answer, ...]
    total: int
    others: int


def chosen_options(summary: JsonValue, steps: Sequence[Step]) -> list[Question]:
    """What people chose, question by question in the order of the form.

    Args:
        summary: `{step: {value: count}}`, as the product keeps it, or `{step: [[value, count], …]}`, as the
            roll-up does; whatever else stands in it is left out.
        steps: the form.
    """
    if not isinstance(summary, Mapping):
        return []
    by_name = {folded(step.id): step for step in reversed(steps) if step.id}
    found = [_question(key, counts, by_name.get(folded(key))) for key, counts in summary.items()]
    questions = [question for question in found if question.total]
    places = {folded(step.id): step.number for step in steps}
    return sorted(questions, key=lambda question: places.get(folded(question.id), len(steps) + 1))


def _question(key: str, counts: JsonValue, step: Step | None) -> Question:
    labels = {option.value: option.label for option in step.options} if step else {}
    answers = sorted(
        (Answer(value, labels.get(value, value), count) for value, count in _counts(counts)),
        key=lambda answer: (-answer.count, answer.label),
    )
    return Question(
        id=key,
        label=(step.label if step else "") or key,
        answers=tuple(answers[:SHOWN]),
        total=sum(answer.count for answer in answers),
        others=max(0, len(answers) - SHOWN),
    )


def _counts(value: JsonValue) -> Iterator[tuple[str, int]]:
    pairs = value.items() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for pair in pairs:
        match pair:
            case (answer, int(count)) | [answer, int(count)] if not isinstance(count, bool) and count > 0:
                yield answer_text(answer), count
