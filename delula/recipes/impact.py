"""What hangs on a recipe: what switching it off or another price would mean, before anybody does it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from delula.db import session
from delula.rollups.queries import as_of, generation_summary
from delula.rollups.totals import BACKLOG_USER

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Ranges of the figures.
WEEK, MONTH = timedelta(days=7), timedelta(days=30)
NOT_COUNTED = "not counted yet"
#: Generations in the queue that are counted; beyond, "1,000 or more" says enough.
MOST_QUEUED = 1_000

_QUEUED = text(
    """
SELECT count(*) FROM (
    SELECT FROM generations WHERE recipe_id = :id AND status IN ('pending', 'processing') LIMIT :most
) queued"""
)
# What was made for stock and has not been given to anybody; a delivery from stock is a run like any other.
_UNGIVEN = text(
    """
SELECT count(*), coalesce(sum(credits_cost), 0) FROM generations
WHERE user_id = :backlog AND created_at >= :since AND recipe_id = :id"""
)
_STOCK = text("SELECT stock FROM dashboard.recipe_totals WHERE recipe_id = :id")


@dataclass(frozen=True)
class Impact:
    """What switching a recipe on or off is about.

    Attributes:
        stock: finished generations for instant delivery; None where nothing was counted yet.
        queued: generations that wait or run, counted up to `MOST_QUEUED`.
        runs: generations that users had in the last week; None where nothing was counted yet.
    """

    stock: int | None
    queued: int
    runs: int | None

    @property
    def sentence(self) -> str:
        """The figures in words."""
        told = [
            f"{words} {text}" if text == NOT_COUNTED else f"{text} {words}" for words, text in self._pairs()
        ]
        return f"{', '.join(told)}."

    @property
    def facts(self) -> Sequence[tuple[str, str]]:
        """The figures, each with its name."""
        return [(words.capitalize(), text) for words, text in self._pairs()]

    def _pairs(self) -> Sequence[tuple[str, str]]:
        queued = f"{self.queued:,}{' or more' if self.queued == MOST_QUEUED else ''}"
        return (
            ("in stock", _counted(self.stock)),
            ("waiting or running", queued),
            (f"run{'' if self.runs == 1 else 's'} in the last week", _counted(self.runs)),
        )


def impact_of(recipe_id: int) -> Impact:
    """The stock, the queue and last week's traffic of a recipe."""
    runs = None if as_of() is None else _runs(recipe_id, WEEK)[0]
    stock: int | None = session().execute(_STOCK, {"id": recipe_id}).scalar_one_or_none()
    queued: int = session().execute(_QUEUED, {"id": recipe_id, "most": MOST_QUEUED}).scalar_one()
    return Impact(stock, queued, runs)


@dataclass(frozen=True)
class WhatIf:
    """What last month would have brought at another price.

    Attributes:
        runs: generations that users had; None where nothing was counted yet.
        charged: credits that they were charged.
        now: credits that one run costs.
        then: credits that it would cost.
    """

    runs: int | None
    charged: int
    now: int
    then: int

    @property
    def sentence(self) -> str:
        """The guess in words."""
        if self.runs is None:
            return "Last month's runs have not been counted yet."
        if not self.runs:
            return "Nobody ran it in the last 30 days."
        brought, would = self.runs * self.now, self.runs * self.then
        runs = f"{self.runs:,} run{'' if self.runs == 1 else 's'}"
        return f"The {runs} of the last 30 days would bring {would:,} credits, not {brought:,}."

    @property
    def facts(self) -> Sequence[tuple[str, str]]:
        """The figures, each with its name."""
        if self.runs is None:
            return [("Runs in the last 30 days", "not counted yet")]
        difference = self.runs * (self.then - self.now)
        return [
            ("Runs in the last 30 days", f"{self.runs:,}"),
            ("Charged for them", f"{self.charged:,}"),
            (f"At {self.now:,} each", f"{self.runs * self.now:,}"),
            (f"At {self.then:,} each", f"{self.runs * self.then:,}"),
            ("Difference", f"{difference:+,}".replace("-", "\N{MINUS SIGN}")),
        ]


def what_if(recipe_id: int, now: int, then: int) -> WhatIf:
    """What the last 30 days would have brought at another price, had people run it as often."""
    if as_of() is None:
        return WhatIf(None, 0, now, then)
    return WhatIf(*_runs(recipe_id, MONTH), now, then)


def _runs(recipe_id: int, back: timedelta) -> tuple[int, int]:
    """Generations that users had so far back, and what they were charged for them."""
    until = datetime.now(UTC)
    since = until - back
    made = generation_summary(recipe_id, since, until)
    keys = {"id": recipe_id, "backlog": BACKLOG_USER, "since": since.replace(tzinfo=None)}
    ungiven, cost = session().execute(_UNGIVEN, keys).one()
    return max(made.created - ungiven, 0), max(made.charged - cost, 0)


def _counted(number: int | None) -> str:
    return NOT_COUNTED if number is None else f"{number:,}"
