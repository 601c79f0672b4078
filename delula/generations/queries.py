"""Every question that the pages of generations ask of the database."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    any_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from delula.db import AnyRow, by_key, records, session
from delula.generations.listing import DURATION, ORIGIN, WORKFLOW
from delula.lists import GRID
from delula.models import (
    BacklogVideo,
    CreditTransaction,
    Generation,
    Recipe,
    RecipeSample,
    RemovedAsset,
    ReviewKind,
    User,
    UserAsset,
    id_in,
)
from delula.models.together import Together
from delula.recipes.queries import resolve_recipes
from delula.review.blind import SECOND_LOOK, state_of
from delula.users.queries import resolve_users

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from delula.lists import ListState
    from delula.search import Resolvers

#: The tables themselves: a list needs rows, not objects, and these come faster.
_G, _RECIPE, _USER = Generation.__table__.c, Recipe.__table__.c, User.__table__.c
_ASSET, _BACKLOG = UserAsset.__table__.c, BacklogVideo.__table__.c
_SAMPLE, _LEDGER = RecipeSample.__table__.c, CreditTransaction.__table__.c

#: Characters of a prompt that a list loads; a prompt may have megabytes.
EXCERPT = 240
#: The generation that a row of the ledger names, as its index has it; cut, since the JSON may hold anything.
_credited_generation = literal_column("left(credit_transactions.metadata ->> 'generationId', 20)", String())


RESOLVERS: Resolvers = {"user": resolve_users, "recipe": resolve_recipes}


#: What each column of the table is made of. A list loads no more than it shows: rows are wide.
_CELLS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "status": (_G.status,),
    "created": (_G.created_at,),
    "recipe": (
        _G.recipe_id,
        func.coalesce(_RECIPE.name, _G.recipe_title).label("recipe_title"),
        _RECIPE.slug.label("recipe_slug"),
    ),
    "prompt": (func.left(_G.prompt, EXCERPT).label("prompt"),),
    "user": (
        _G.user_id,
        _USER.email.label("user_email"),
        _USER.handle.label("user_handle"),
        _USER.id.is_not(None).label("user_is_known"),
    ),
    "type": (_G.type,),
    "cost": (_G.credits_cost,),
    "duration": (DURATION.label("duration"),),
    "short": (_G.short_id,),
    "origin": (ORIGIN.label("origin"),),
    "workflow": (WORKFLOW.label("workflow"),),
    "started": (_G.processing_started_at,),
    "updated": (_G.updated_at,),
    "retries": (_G.retry_count,),
    "refunded": (_G.credits_refunded,),
    "public": (_G.is_public,),
    "published": (_G.is_published,),
    "reason": (func.left(_G.failure_reason, EXCERPT).label("failure_reason"),),
    "asset": (_G.asset_id,),
    "job": (_G.fal_job_id,),
    "jobstatus": (_G.fal_job_status,),
}
_TILE = ("status", "created", "recipe", "prompt", "type")
_HAS_THUMBNAIL = or_(_G.thumbnail_url.is_not(None), _G.image_url.is_not(None)).label("has_thumbnail")


def list_rows(ids: Sequence[int], state: ListState) -> Sequence[AnyRow]:
    """What a list shows of these generations, in this order."""
    if not ids:
        return []
    is_grid = state.view == GRID
    names = _TILE if is_grid else tuple(column.key for column in state.columns if column.key in _CELLS)
    statement = _rows_statement(names, with_thumbnail=is_grid)
    rows = {row.id: row for row in records(statement, {"ids": ids})}
    return [rows[id_] for id_ in ids if id_ in rows]


@lru_cache(maxsize=256)
def _rows_statement(names: tuple[str, ...], *, with_thumbnail: bool) -> Select[*tuple[Any, ...]]:
    """The statement for a choice of columns; made once, since making it costs as much as running it."""
    extra = [_HAS_THUMBNAIL] if with_thumbnail else []
    return by_key(
        select(_G.id, *(cell for name in names for cell in _CELLS[name]), *extra)
        .outerjoin_from(Generation.__table__, Recipe.__table__, _RECIPE.id == _G.recipe_id)
        .outerjoin(User.__table__, _USER.id == _G.user_id)
        .where(_G.id == any_(bindparam("ids", type_=ARRAY(Integer))))
    )


def statuses(ids: Sequence[int]) -> Mapping[int, str]:
    """The present status of these generations."""
    if not ids:
        return {}
    statement = select(Generation.id, Generation.status).where(Generation.id.in_(ids))
    return {row.id: row.status for row in session().execute(statement)}


def find(reference: str) -> Generation | None:
    """The generation with this id, short id or asset id, tried in this order."""
    if "\0" in reference:
        return None  # PostgreSQL takes no such text at all
    id_ = id_in(reference)
    if id_ is not None and (by_id := session().get(Generation, id_)) is not None:
        return by_id
    statement = select(Generation)
    by_short_id = session().scalars(statement.where(Generation.short_id == reference)).first()
    if by_short_id is not None:
        return by_short_id
    # Several rows may share an asset: the newest is the one that people mean.
    by_asset_id = statement.where(Generation.asset_id == reference).order_by(Generation.id.desc()).limit(1)
    return session().scalars(by_asset_id).first()


@dataclass(frozen=True)
class Related:
    """What hangs together with a generation; each None or empty where there is none.

    Attributes:
        user: the owner; None where the reference dangles.
        recipe: the recipe; None where the reference dangles.
        asset: the library entry that was imported from it.
        removed: the reference of the library entry that was removed last and had the same id of the product.
        backlog: its entries in the stock for instant delivery.
        samples: the samples made of it.
        ledger: the rows of the ledger that name it.
    """

    user: AnyRow | None
    recipe: AnyRow | None
    asset: AnyRow | None
    removed: str | None
    backlog: Sequence[AnyRow]
    samples: Sequence[AnyRow]
    ledger: Sequence[AnyRow]


#: Related rows of one kind that a page shows.
RELATED_ROWS = 20


_OWNER = select(
    _USER.id.label("user_id"),
    _USER.email.label("user_email"),
    _USER.handle.label("user_handle"),
    _USER.account_type,
    _USER.credits,
).where(_USER.id == bindparam("user_id"))
_RECIPE_OF = select(_RECIPE.id, _RECIPE.name, _RECIPE.slug, _RECIPE.credit_cost).where(
    _RECIPE.id == bindparam("recipe_id")
)
_IMPORTED = (
    select(
        _ASSET.id,
        _ASSET.display_name,
        _ASSET.mime_type,
        state_of(_ASSET.is_deleted, _ASSET.id, ReviewKind.USER_ASSET),
    )
    .where(_ASSET.asset_id == bindparam("asset_id"))
    .limit(1)
)
_REMOVED = (
    select(RemovedAsset.reference)
    .where(RemovedAsset.asset_id == bindparam("asset_id"))
    .order_by(RemovedAsset.at.desc())
    .limit(1)
)
_STOCK = (
    select(_BACKLOG.id, _BACKLOG.is_used)
    .where(_BACKLOG.generation_id == bindparam("id"))
    .order_by(_BACKLOG.id.desc())
    .limit(RELATED_ROWS)
)
_SAMPLES = (
    select(
        _SAMPLE.id,
        _SAMPLE.title,
        state_of(_SAMPLE.moderation_status, _SAMPLE.id, ReviewKind.SAMPLE, SECOND_LOOK),
    )
    .where(_SAMPLE.generation_id == bindparam("id"))
    .order_by(_SAMPLE.id.desc())
    .limit(RELATED_ROWS)
)
_BOOKED = (
    select(_LEDGER.id, _LEDGER.amount, _LEDGER.type, _LEDGER.created_at)
    .where(_credited_generation == bindparam("written_id"), _LEDGER.user_id == bindparam("user_id"))
    .order_by(_LEDGER.id)
    .limit(RELATED_ROWS)
)
_RELATED = Together(
    user=_OWNER,
    recipe=_RECIPE_OF,
    asset=_IMPORTED,
    removed=_REMOVED,
    backlog=_STOCK,
    samples=_SAMPLES,
    ledger=_BOOKED,
)


def related(generation: Generation) -> Related:
    """What hangs together with a generation."""
    keys = {
        "id": generation.id,
        "written_id": str(generation.id),
        "user_id": generation.user_id,
        "recipe_id": generation.recipe_id,
        "asset_id": generation.asset_id or None,
    }
    found = _RELATED.ask(session(), keys)
    return Related(
        user=next(iter(found["user"]), None),
        recipe=next(iter(found["recipe"]), None),
        asset=next(iter(found["asset"]), None),
        removed=next((one.reference for one in found["removed"]), None),
        backlog=found["backlog"],
        samples=found["samples"],
        ledger=found["ledger"],
    )
