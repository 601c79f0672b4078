"""The score by which the queue is ordered, and its parts.

Reach, risk and the owner's history are numbers from 0 to 1, and age a number of days; admins give each a
weight. All items grow older alike, so their order does not change as time goes by: the `rank` that is stored
is the score at a fixed moment, to which the same is added for all. So nothing waits for ever.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from delula.assets.detail import judgements
from delula.web.figures import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.models import JsonValue, ReviewSettings

#: The moment of which a rank is the score.
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
DAY = 86_400
#: The weights, as settings name them.
WEIGHTS = ("age", "reach", "classifier", "history")
#: The same as `rank`, of a row of `review_item` with parameters named as the weights.
RANK_SQL = (
    "reach * :reach + risk * :classifier + history * :history"
    f" - :age * extract(epoch FROM since - timestamptz '{EPOCH:%Y-%m-%d} 00:00+00') / {DAY}"
)
#: Uses at which something reaches as far as it can.
FULL_REACH = 1_000
#: Of what everybody can see, even unused.
SEEN_BY_ALL = 0.25
#: What is assumed of an owner of whom nothing is known: as if so many had been judged, this share rejected.
ASSUMED, ASSUMED_REJECTED = 5, 0.5

#: A label of a classifier that holds one of these speaks of what policies forbid.
_RISKY = (
    "nsfw", "nud", "sex", "porn", "explicit", "hentai", "minor", "csam", "violen", "gore", "blood", "weapon",
    "hate", "harass", "terror", "drug", "self_harm", "self-harm", "unsafe", "toxic", "spam", "racy",
)  # fmt: skip
_DENIALS = ("no ", "no_", "no-", "not", "non", "safe")


@dataclass(frozen=True)
class Part:
    """A part of a score.

    Attributes:
        label: what it is called.
        points: that it adds.
        share: of its weight, from 0 to 1; None for age, which has no end.
        text: what it was made of.
    """

    label: str
    points: float
    share: float | None
    text: str


def risk(classifications: Sequence[JsonValue], tags: Sequence[str | None] | None) -> float:
    """How sure a classifier is that a policy is broken: the highest confidence in a label that speaks of it.

    Args:
        classifications: whatever classifiers have written.
        tags: of the product; one that speaks of it counts as sure.
    """
    found = [0.0]
    for one in classifications:
        found += [
            judged.confidence if judged.confidence is not None else 1.0
            for judged in judgements(one)
            if _is_risky(judged.label)
        ]
    found += [1.0 for tag in tags or () if tag and _is_risky(tag)]
    return max(found)


def _is_risky(label: str) -> bool:
    lowered = label.lower()
    return not lowered.startswith(_DENIALS) and any(word in lowered for word in _RISKY)


def reach(uses: int, *, is_public: bool) -> float:
    """How far something reaches, on a logarithmic scale of its uses."""
    scaled = math.log1p(max(uses, 0)) / math.log1p(FULL_REACH)
    return min(max(scaled, SEEN_BY_ALL if is_public else 0.0), 1.0)


def history(decided: int, rejected: int) -> float:
    """The share of an owner's things that were rejected; of few, little is known."""
    return (rejected + ASSUMED_REJECTED) / (decided + ASSUMED)


def rank(*, reach: float, risk: float, history: float, since: datetime, weights: ReviewSettings) -> float:
    """The score at `EPOCH`, in points; negative where the item is younger."""
    days = (since - EPOCH).total_seconds() / DAY
    return reach * weights.reach + risk * weights.classifier + history * weights.history - weights.age * days


def score(item: Any, weights: ReviewSettings, now: datetime) -> float:
    """The score of an item now, in points."""
    return float(item.rank) + weights.age * (now - EPOCH).total_seconds() / DAY


def parts(item: Any, weights: ReviewSettings, now: datetime) -> list[Part]:
    """What the score of an item is made of, with the present weights."""
    days = max((now - item.since).total_seconds() / DAY, 0.0)
    return [
        Part("Age", weights.age * days, None, f"{days:.1f} days"),
        Part("Reach", weights.reach * item.reach, item.reach, percent(item.reach)),
        Part("Classifier", weights.classifier * item.risk, item.risk, f"{percent(item.risk)} sure"),
        Part("Owner", weights.history * item.history, item.history, f"{percent(item.history)} rejected"),
    ]
