"""Every question that the pages of samples ask of the database."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Integer, Select, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from delula.db import AnyRow, by_key, session
from delula.lists import GRID
from delula.models import LARGEST_ID, Generation, Recipe, RecipeSample, User
from delula.recipes.queries import resolve_recipes
from delula.users.queries import resolve_users

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.lists import ListState
    from delula.search import Resolvers

_S, _RECIPE, _USER = RecipeSample.__table__.c, Recipe.__table__.c, User.__table__.c
_GENERATION = Generation.__table__.c

#: Characters of a text that a list loads; a prompt may have megabytes.
EXCERPT = 240

RESOLVERS: Resolvers = {"user": resolve_users, "recipe": resolve_recipes}

_OWNER = (_S.user_id, _USER.email.label("user_email"), _USER.handle.label("user_handle"))
_MADE_BY = (_S.recipe_id, _RECIPE.name.label("recipe_name"))

#: What each column of the table is made of. A list loads no more than it shows.
_CELLS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "status": (_S.moderation_status,),
    "created": (_S.created_at,),
    "title": (func.left(_S.title, EXCERPT).label("title"),),
    "recipe": _MADE_BY,
    "user": _OWNER,
    "generation": (_S.generation_id, _GENERATION.id.label("found_generation_id")),
    "type": (_S.type,),
    "featured": (_S.is_featured,),
    "likes": (_S.like_count,),
    "downloads": (_S.download_count,),
    "size": (_S.file_size,),
    "dimensions": (_S.dimensions,),
    "moderated": (_S.is_moderated,),
    "updated": (_S.updated_at,),
    "prompt": (func.left(_S.original_prompt, EXCERPT).label("original_prompt"),),
    "description": (func.left(_S.description, EXCERPT).label("description"),),
}
_TILE = ("status", "created", "title", "recipe", "type", "featured")


def list_rows(ids: Sequence[int], state: ListState) -> Sequence[AnyRow]:
    """What a list shows of these samples, in this order."""
    if not ids:
        return []
    is_grid = state.view == GRID
    names = _TILE if is_grid else tuple(column.key for column in state.columns if column.key in _CELLS)
    rows = {row.id: row for row in session().execute(_rows_statement(names), {"ids": ids})}
    return [rows[id_] for id_ in ids if id_ in rows]


@lru_cache(maxsize=256)
def _rows_statement(names: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    """The statement for a choice of columns; made once, since making it costs as much as running it."""
    return by_key(
        select(_S.id, *(cell for name in names for cell in _CELLS[name]))
        .outerjoin_from(RecipeSample.__table__, Recipe.__table__, _RECIPE.id == _S.recipe_id)
        .outerjoin(User.__table__, _USER.id == _S.user_id)
        .outerjoin(Generation.__table__, _GENERATION.id == _S.generation_id)
        .where(_S.id == any_(bindparam("ids", type_=ARRAY(Integer))))
    )


#: A sample with what hangs together with it; the names of others are null where they are gone.
_WHOLE = (
    select(
        *_S,
        *_OWNER[1:],
        _USER.id.label("owner_id"),
        _RECIPE.name.label("recipe_name"),
        _RECIPE.credit_cost,
        _GENERATION.id.label("found_generation_id"),
        _GENERATION.status.label("generation_status"),
        _GENERATION.short_id.label("generation_short_id"),
    )
    .outerjoin_from(RecipeSample.__table__, Recipe.__table__, _RECIPE.id == _S.recipe_id)
    .outerjoin(User.__table__, _USER.id == _S.user_id)
    .outerjoin(Generation.__table__, _GENERATION.id == _S.generation_id)
    .where(_S.id == bindparam("id"))
)
_PLACES = select(_S.id, _S.type, _S.thumbnail_url, _S.preview_url, _S.high_res_url)
_LOCATIONS = _PLACES.where(_S.id == bindparam("id"))


def find(sample_id: int) -> AnyRow | None:
    """The sample with this id, and what hangs together with it."""
    return _one(_WHOLE, sample_id)


def locations(sample_id: int) -> AnyRow | None:
    """Where the files of a sample are, as the product wrote it."""
    return _one(_LOCATIONS, sample_id)


def locations_of(sample_ids: Sequence[int]) -> Sequence[AnyRow]:
    """The same of several, in any order."""
    return session().execute(_PLACES.where(_S.id.in_(sample_ids))).all()


def _one(statement: Select[*tuple[Any, ...]], sample_id: int) -> AnyRow | None:
    if sample_id > LARGEST_ID:
        return None
    return session().execute(statement, {"id": sample_id}).one_or_none()
