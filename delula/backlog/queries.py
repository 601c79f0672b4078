"""Every question that the pages of the backlog ask of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    all_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from delula.db import AnyRow, by_key, records, session
from delula.models import LARGEST_ID, BacklogVideo, Generation, Recipe
from delula.models.enums import GenerationStatus
from delula.recipes.queries import resolve_recipes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from delula.lists import ListState
    from delula.search import Resolvers

_G, _RECIPE, _VIDEO = Generation.__table__.c, Recipe.__table__.c, BacklogVideo.__table__.c

#: The user who owns what is made ahead.
OWNER = "system_backlog"
#: How many of each active recipe should be there; the product's own number.
MINIMUM = 3
#: Days whose claims say how fast the stock goes.
CLAIM_DAYS = 7

RESOLVERS: Resolvers = {"recipe": resolve_recipes}


class Stock(NamedTuple):
    """What lies ready of one recipe.

    Attributes:
        recipe_id: None for stock of no recipe.
        title: the recipe's name; None where it no longer exists.
        is_active: whether users can run it.
        ready: finished generations that wait to be given away.
        oldest: when the oldest of them was made, aware.
        failed: those that failed and are still there.
        claims: how many were given away within the last `CLAIM_DAYS` days.
    """

    recipe_id: int | None
    title: str | None
    is_active: bool
    ready: int
    oldest: datetime | None
    failed: int
    claims: int

    @property
    def claims_per_day(self) -> float:
        """How many are given away in a day."""
        return self.claims / CLAIM_DAYS

    @property
    def is_low(self) -> bool:
        """Whether an active recipe has less than it should."""
        return self.is_active and self.ready < MINIMUM

    @property
    def days_left(self) -> float | None:
        """Days until the stock is below its minimum; None where nobody takes any or it is already."""
        if not self.claims or self.ready < MINIMUM:
            return None
        return (self.ready - MINIMUM + 1) / self.claims_per_day


# Texts as they stand in the partial index `console_generations_backlog`, which holds nothing but the stock.
_OWNED: ColumnElement[bool] = literal_column("generations.user_id = 'system_backlog'")
_STATUS: ColumnElement[str] = literal_column("generations.status")
_READY = func.count().filter(_STATUS == GenerationStatus.COMPLETED)
_STOCK = (
    select(
        _G.recipe_id,
        _READY.label("ready"),
        func.min(_G.created_at).filter(_STATUS == GenerationStatus.COMPLETED).label("oldest"),
        func.count().filter(_STATUS == GenerationStatus.FAILED).label("failed"),
    )
    .where(_OWNED)
    .group_by(_G.recipe_id)
)
_CLAIMS = (
    select(_VIDEO.recipe_id, func.count().label("claims"))
    .where(_VIDEO.used_at.between(bindparam("since"), bindparam("now")))
    .group_by(_VIDEO.recipe_id)
)
_NAMES = by_key(
    select(_RECIPE.id, func.left(_RECIPE.name, 200).label("name"), _RECIPE.is_active).where(
        _RECIPE.id == any_(bindparam("ids", type_=ARRAY(Integer)))
    )
)
# Of ten thousand recipes most have none, and only the first of those are shown: the others are counted.
_HAVE_NONE = (
    select(_RECIPE.id, func.left(_RECIPE.name, 200).label("name"))
    .where(_RECIPE.is_active, _RECIPE.id != all_(bindparam("ids", type_=ARRAY(Integer))))
    .order_by(_RECIPE.id)
    .limit(bindparam("most"))
)
_ACTIVE = select(func.count()).select_from(Recipe.__table__).where(_RECIPE.is_active)


@dataclass(frozen=True)
class Backlog:
    """The stock of all recipes that are active, have any or gave any away.

    Attributes:
        first: those in need first, as many as were asked for.
        recipes: how many there are.
        low: how many have less than they should.
        empty: how many of those have nothing.
        ready: finished generations that wait to be given away.
        failed: those that failed and are still there.
        claims: how many were given away within the last `CLAIM_DAYS` days.
    """

    first: Sequence[Stock]
    recipes: int
    low: int
    empty: int
    ready: int
    failed: int
    claims: int


def take_stock(now: datetime, most: int) -> Backlog:
    """What lies ready of each recipe, the first `most` of them by name."""
    held = {row.recipe_id: row for row in records(_STOCK)}
    past_claims = records(_CLAIMS, {"since": now - timedelta(days=CLAIM_DAYS), "now": now})
    claims = {row.recipe_id: row.claims for row in past_claims}
    found = held.keys() | claims.keys()
    ids = {"ids": [id_ for id_ in found if id_ is not None]}
    recipes = {row.id: row for row in records(_NAMES, ids)}
    some = [_stock(id_, recipes.get(id_), held.get(id_), claims.get(id_, 0)) for id_ in found]
    empty = session().execute(_ACTIVE).scalar_one() - sum(row.is_active for row in recipes.values())
    none = [
        Stock(row.id, row.name, True, 0, None, 0, 0) for row in records(_HAVE_NONE, {**ids, "most": most})
    ]
    low = [one for one in some if one.is_low]
    return Backlog(
        sorted([*some, *none], key=_need)[:most],
        len(some) + empty,
        len(low) + empty,
        sum(not one.ready for one in low) + empty,
        sum(one.ready for one in some),
        sum(one.failed for one in some),
        sum(claims.values()),
    )


def _stock(recipe_id: int | None, recipe: AnyRow | None, held: AnyRow | None, claims: int) -> Stock:
    return Stock(
        recipe_id,
        recipe.name if recipe else None,
        recipe.is_active if recipe else False,
        held.ready if held else 0,
        held.oldest if held else None,
        held.failed if held else 0,
        claims,
    )


def _need(one: Stock) -> tuple[bool, bool, float, int, int]:
    """What is low stands first, then what will be soonest; what nobody can run stands last."""
    soon = float("inf") if one.days_left is None else one.days_left
    return (not one.is_low, not one.is_active, 0 if one.is_low else soon, one.ready, one.recipe_id or 0)


def claims_by_day(since: datetime, now: datetime) -> Sequence[tuple[datetime, int]]:
    """How many were given away each day in UTC between two times, days without any left out."""
    day = func.date_trunc("day", _VIDEO.used_at).label("day")
    statement = (
        select(day, func.count()).where(_VIDEO.used_at.between(since, now)).group_by(day).order_by(day)
    )
    return [(row[0], row[1]) for row in session().execute(statement)]


#: Characters of variables that the list loads; more are told of, and stand on the page of the entry.
LONGEST_VARIABLES = 2_000
_LENGTH = func.length(cast(_VIDEO.recipe_variables, Text))
#: What each column of the list of videos is made of.
_CELLS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "used": (_VIDEO.is_used,),
    "created": (_VIDEO.created_at,),
    "given": (_VIDEO.used_at,),
    "recipe": (_VIDEO.recipe_id, _RECIPE.name.label("recipe_title")),
    "generation": (_VIDEO.generation_id, _G.id.label("known_generation_id")),
    "variables": (
        case((_LENGTH <= LONGEST_VARIABLES, _VIDEO.recipe_variables), else_=null()).label("variables"),
        _LENGTH.label("variables_length"),
    ),
    "request": (_VIDEO.used_by_request_id,),
    "asset": (_VIDEO.asset_id,),
    "short": (_VIDEO.short_id,),
}


def list_rows(ids: Sequence[int], state: ListState) -> Sequence[AnyRow]:
    """What the list shows of these videos, in this order."""
    if not ids:
        return []
    names = tuple(column.key for column in state.columns if column.key in _CELLS)
    rows = {row.id: row for row in session().execute(_rows_statement(names), {"ids": ids})}
    return [rows[id_] for id_ in ids if id_ in rows]


@lru_cache(maxsize=64)
def _rows_statement(names: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    """The statement for a choice of columns; made once, since making it costs as much as running it."""
    return by_key(
        select(_VIDEO.id, *(cell for name in names for cell in _CELLS[name]))
        .outerjoin_from(BacklogVideo.__table__, Recipe.__table__, _RECIPE.id == _VIDEO.recipe_id)
        .outerjoin(Generation.__table__, _G.id == _VIDEO.generation_id)
        .where(_VIDEO.id == any_(bindparam("ids", type_=ARRAY(Integer))))
    )


_ONE = (
    select(
        *BacklogVideo.__table__.c, _RECIPE.name.label("recipe_title"), _G.status, _G.user_id.label("owner_id")
    )
    .outerjoin_from(BacklogVideo.__table__, Recipe.__table__, _RECIPE.id == _VIDEO.recipe_id)
    .outerjoin(Generation.__table__, _G.id == _VIDEO.generation_id)
    .where(_VIDEO.id == bindparam("id"))
)


def find_video(id_: int) -> AnyRow | None:
    """One video with the name of its recipe, and the state and owner of its generation."""
    return session().execute(_ONE, {"id": id_}).one_or_none() if id_ <= LARGEST_ID else None
