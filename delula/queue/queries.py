"""Every question that the page of the queue asks of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from delula.db import session
from delula.generations.lifecycle import STUCK_AFTER
from delula.models import Generation, Provider, Recipe
from delula.models.enums import GenerationStatus, MediaType
from delula.models.tolerance import BEYOND

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_G, _RECIPE, _PROVIDER = Generation.__table__.c, Recipe.__table__.c, Provider.__table__.c

#: Unfinished generations that a page looks at; a queue of a working product is far below it.
MOST_UNFINISHED = 20_000
#: Rows of the list of those that are stuck.
MOST_STUCK = 10


@dataclass(frozen=True)
class Unfinished:
    """A generation that waits or runs.

    Attributes:
        id: its number.
        is_running: whether the work has begun.
        recipe_id: what is made; None for none.
        recipe_title: what it is called.
        is_orphan: whether the recipe no longer exists.
        provider: who makes it, in lower case, as the recipe says; empty where it does not.
        created_at: when it was asked for, aware; None where the row names no time that was.
        started_at: when the work began, aware.
    """

    id: int
    is_running: bool
    recipe_id: int | None
    recipe_title: str | None
    is_orphan: bool
    provider: str
    created_at: datetime | None
    started_at: datetime | None

    def is_stuck(self, now: datetime) -> bool:
        """Whether the work has gone on for longer than the product ever waits."""
        return self.is_running and self.started_at is not None and now - self.started_at > STUCK_AFTER

    def runs_for(self, now: datetime) -> float | None:
        """Seconds since the work began; None where no clock has shown that time."""
        if self.started_at is None or self.started_at in BEYOND:
            return None
        return (now - self.started_at).total_seconds()


_UNFINISHED = (
    select(
        _G.id,
        _G.status,
        _G.type,
        _G.recipe_id,
        _RECIPE.id.label("known_recipe_id"),
        func.coalesce(_RECIPE.name, func.left(_G.recipe_title, 200)).label("recipe_title"),
        _RECIPE.video_provider,
        _RECIPE.image_provider,
        _G.created_at,
        _G.processing_started_at,
    )
    .outerjoin_from(Generation.__table__, Recipe.__table__, _RECIPE.id == _G.recipe_id)
    .where(_G.status.in_([GenerationStatus.PENDING, GenerationStatus.PROCESSING]))
    .limit(MOST_UNFINISHED + 1)
)


def unfinished() -> Sequence[Unfinished]:
    """What waits or runs, in no order; one more than `MOST_UNFINISHED` where there are more."""
    return [
        Unfinished(
            row.id,
            row.status == GenerationStatus.PROCESSING,
            row.recipe_id,
            row.recipe_title,
            row.recipe_id is not None and row.known_recipe_id is None,
            ((row.video_provider if row.type == MediaType.VIDEO else row.image_provider) or "").lower(),
            None if row.created_at in BEYOND else row.created_at,
            row.processing_started_at,
        )
        for row in session().execute(_UNFINISHED)
    ]


@dataclass
class Load:
    """What waits and runs in one group of generations.

    Attributes:
        pending: how many wait.
        processing: how many run.
        stuck: how many of those run for longer than the product ever waits.
        oldest: when the longest waiting one was asked for, aware; None where none waits.
    """

    pending: int = 0
    processing: int = 0
    stuck: int = 0
    oldest: datetime | None = None

    def add(self, one: Unfinished, now: datetime) -> None:
        """Count a generation."""
        if one.is_running:
            self.processing += 1
            self.stuck += one.is_stuck(now)
            return
        self.pending += 1
        if one.created_at is not None and (self.oldest is None or one.created_at < self.oldest):
            self.oldest = one.created_at


@dataclass
class RecipeLoad(Load):
    """The same of one recipe.

    Attributes:
        recipe_id: None for generations without one.
        title: what it is called.
        is_orphan: whether it no longer exists.
    """

    recipe_id: int | None = None
    title: str | None = None
    is_orphan: bool = False


def load_of(generations: Iterable[Unfinished], now: datetime) -> Load:
    """What waits and runs in all."""
    load = Load()
    for one in generations:
        load.add(one, now)
    return load


def loads_by_recipe(generations: Iterable[Unfinished], now: datetime) -> Sequence[RecipeLoad]:
    """What waits and runs of each recipe, the fullest first."""
    loads: dict[int | None, RecipeLoad] = {}
    for one in generations:
        load = loads.setdefault(
            one.recipe_id,
            RecipeLoad(recipe_id=one.recipe_id, title=one.recipe_title, is_orphan=one.is_orphan),
        )
        load.add(one, now)
    return sorted(loads.values(), key=lambda load: (-load.stuck, -load.pending, -load.processing))


@dataclass
class ProviderLoad(Load):
    """The same of one provider.

    Attributes:
        provider_id: None where recipes name a provider that the product does not know, or none.
        title: what it is called; empty for none.
        slots: how many generations it takes at once; None where it is not known.
        is_active: whether the product sends it work.
    """

    provider_id: int | None = None
    title: str = ""
    slots: int | None = None
    is_active: bool = False

    @property
    def is_full(self) -> bool:
        """Whether all that waits must wait for it."""
        return self.slots is not None and self.processing >= self.slots


_PROVIDERS = select(_PROVIDER.id, _PROVIDER.title, _PROVIDER.num_slots, _PROVIDER.is_active).order_by(
    _PROVIDER.title
)


def loads_by_provider(generations: Iterable[Unfinished], now: datetime) -> Sequence[ProviderLoad]:
    """What waits and runs at each provider, those that recipes name and nobody knows last."""
    loads: dict[object, ProviderLoad] = {}
    for row in session().execute(_PROVIDERS):
        # No recipe names one without a title; of two that differ in case alone, the first has what they name.
        key = row.title.lower()
        loads[row.id if not key or key in loads else key] = ProviderLoad(
            provider_id=row.id, title=row.title, slots=row.num_slots, is_active=row.is_active
        )
    for one in generations:
        loads.setdefault(one.provider, ProviderLoad(title=one.provider)).add(one, now)
    return list(loads.values())


def known_loads() -> Mapping[int, ProviderLoad]:
    """What waits and runs at each provider that the product knows, by its id."""
    loads = loads_by_provider(unfinished(), datetime.now(UTC))
    return {load.provider_id: load for load in loads if load.provider_id is not None}


@dataclass(frozen=True)
class Pace:
    """What was finished within some time.

    Attributes:
        finished: how many ended, one way or the other.
        failed: how many of those failed.
    """

    finished: int
    failed: int


_FINISHED = select(func.count(), func.count().filter(_G.status == GenerationStatus.FAILED)).where(
    _G.updated_at >= bindparam("start", type_=_G.updated_at.type),
    _G.updated_at < bindparam("end", type_=_G.updated_at.type),
    _G.status.in_([GenerationStatus.COMPLETED, GenerationStatus.FAILED]),
)


def pace_between(start: datetime, end: datetime) -> Pace:
    """What was finished in a range: the last change of a finished generation is its end."""
    return Pace(*session().execute(_FINISHED, {"start": start, "end": end}).one())
