"""Every question that the pages of providers ask of the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    and_,
    any_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from delula.db import AnyRow, by_key, session
from delula.models import LARGEST_ID, Provider, Recipe, RecipeUsage, Service
from delula.queue.queries import known_loads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.lists import ListState

_P, _S = Provider.__table__.c, Service.__table__.c
_R, _USAGE = Recipe.__table__.c, RecipeUsage.__table__.c

#: Related rows of one kind that a page shows unless it is asked for all of them.
RELATED_ROWS = 100


@dataclass(frozen=True)
class ListedProvider:
    """A provider as its list shows it; the columns' names are the table's.

    Attributes:
        services: how many services it has.
        busy: how many generations run there now.
        waiting: how many wait for it.
    """

    id: int
    title: str
    description: str | None
    num_slots: int
    is_active: bool
    created_at: Any
    updated_at: Any
    services: int
    busy: int
    waiting: int


_KNOWN = Provider.__table__.alias("known")


def _belongs_to(id_: ColumnElement[int], title: ColumnElement[str]) -> ColumnElement[bool]:
    """Services of a provider: those that name its id, or its title where nobody has the id that they name."""
    names_nobody = ~exists().where(_KNOWN.c.id == _S.provider_id)
    return or_(_S.provider_id == id_, and_(_S.provider_title == title, names_nobody))


_SERVICES = (
    select(func.count())
    .select_from(Service.__table__)
    .where(_belongs_to(_P.id, _P.title))
    .correlate(Provider.__table__)
    .scalar_subquery()
).label("services")
_ROWS = by_key(
    select(
        _P.id,
        _P.title,
        func.left(_P.description, 240).label("description"),
        _P.num_slots,
        _P.is_active,
        _P.created_at,
        _P.updated_at,
        _SERVICES,
    ).where(_P.id == any_(bindparam("ids", type_=ARRAY(Integer))))
)


_IS_STRAY = ~exists().where(or_(_P.id == _S.provider_id, _P.title == _S.provider_title))


def list_rows(ids: Sequence[int], state: ListState) -> Sequence[ListedProvider]:  # noqa: ARG001 - a loader's shape
    """What the list shows of these providers, in this order."""
    if not ids:
        return []
    loads = known_loads()
    rows = {
        row.id: ListedProvider(*row, loads[row.id].processing, loads[row.id].pending)
        for row in session().execute(_ROWS, {"ids": ids})
        if row.id in loads
    }
    return [rows[id_] for id_ in ids if id_ in rows]


def find(id_: int) -> AnyRow | None:
    """One provider."""
    if id_ > LARGEST_ID:
        return None
    statement = select(
        _P.id, _P.title, _P.description, _P.num_slots, _P.is_active, _P.config, _P.created_at, _P.updated_at
    )
    return session().execute(statement.where(_P.id == id_)).one_or_none()


def services_of(provider: AnyRow, most: int | None) -> Sequence[AnyRow]:
    """The services of a provider, the active ones first; each says in `total` how many there are.

    Args:
        provider: whose.
        most: how many at most; None for all.
    """
    statement = (
        select(
            _S.id,
            _S.title,
            _S.description,
            _S.type_id,
            _S.endpoint,
            _S.base_cost,
            _S.is_active,
            _S.config,
            _S.updated_at,
            func.count().over().label("total"),
        )
        .where(_belongs_to(literal(provider.id, Integer()), literal(provider.title, String())))
        .order_by(_S.is_active.desc(), _S.title, _S.id)
        .limit(most)
    )
    return session().execute(statement).all()


def stray_services(most: int | None) -> Sequence[AnyRow]:
    """Services whose provider the product no longer knows; `most` and `total` as above."""
    total = func.count().over().label("total")
    statement = (
        select(_S.id, _S.title, _S.provider_id, _S.provider_title, _S.endpoint, _S.is_active, total)
        .where(_IS_STRAY)
        .order_by(_S.title, _S.id)
        .limit(most)
    )
    return session().execute(statement).all()


def recipes_of(provider: AnyRow, most: int) -> Sequence[AnyRow]:
    """The recipes that it makes, the most used first; at most so many. None names one without a title."""
    if not provider.title:
        return []
    title = func.lower(literal(provider.title, String()))
    statement = (
        select(_R.id, _R.name, _R.model, _R.is_active, _USAGE.usage_count.label("used_times"))
        .outerjoin_from(Recipe.__table__, RecipeUsage.__table__, _USAGE.recipe_id == _R.id)
        .where(or_(func.lower(_R.video_provider) == title, func.lower(_R.image_provider) == title))
        .order_by(_R.is_active.desc(), _USAGE.usage_count.desc().nulls_last(), _R.id)
        .limit(most)
    )
    return session().execute(statement).all()
