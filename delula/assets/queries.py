"""Every question that the pages of assets ask of the database."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    Text,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from delula.assets.listing import BRANCHES, LISTING, A
from delula.assets.names import NAME_LENGTH, suggest_names
from delula.db import AnyRow, by_key, session
from delula.models import (
    BacklogVideo,
    ExportTransaction,
    Generation,
    MarketAsset,
    Recipe,
    RecipeSample,
    ReviewKind,
    SystemAsset,
    User,
    UserAsset,
    UserTotals,
    id_in,
)
from delula.models.enums import AssetSource
from delula.recipes.queries import resolve_recipes, suggest_recipes
from delula.review.blind import SECOND_LOOK, state_of
from delula.search import Choice
from delula.users.queries import resolve_users

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from delula.lists import Condition, ListState, Union
    from delula.search import Field, Resolvers

AnyAsset: TypeAlias = UserAsset | Generation | SystemAsset | MarketAsset

_USER, _RECIPE = User.__table__.c, Recipe.__table__.c
_G, _LIBRARY = Generation.__table__.c, UserAsset.__table__.c
_BACKLOG, _SAMPLE = BacklogVideo.__table__.c, RecipeSample.__table__.c
_EXPORT = ExportTransaction.__table__.c

MODELS: Mapping[AssetSource, type[AnyAsset]] = {
    AssetSource.USER: UserAsset,
    AssetSource.GENERATION: Generation,
    AssetSource.SYSTEM: SystemAsset,
    AssetSource.MARKET: MarketAsset,
}

#: Tags of a row that a list loads; there may be thousands.
TAGS_SHOWN = 6

RESOLVERS: Resolvers = {"user": resolve_users, "recipe": resolve_recipes}

#: What each column of the table is made of. A list loads no more than it shows.
_CELLS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "name": (func.left(A.title, NAME_LENGTH).label("title"), A.name),
    "type": (A.type,),
    "owner": (A.user_id,),
    "created": (A.created_at,),
    "bytes": (A.bytes,),
    "dimensions": (A.width, A.height),
    "duration": (A.duration,),
    "usage": (A.usage,),
    "used": (A.last_used_at,),
    "tags": (A.user_tags,),
    "system_tags": (A.system_tags,),
    "deleted": (A.is_deleted, A.deleted_at),
    "mime": (A.mime_type,),
    "origin": (A.origin,),
    "public": (A.is_public,),
    "asset": (A.asset_id,),
    "key": (func.left(A.key, 500).label("key"),),
}
_TILE = ("name", "type", "created", "bytes", "deleted", "public")


def list_rows(ids: Sequence[str], state: ListState) -> Sequence[AnyRow]:
    """What a list shows of these assets, in this order."""
    if not ids:
        return []
    is_grid = state.view == "grid"
    names = _TILE if is_grid else tuple(column.key for column in state.columns if column.key in _CELLS)
    by_source = {source: own for source, own in _library().ids_by_branch(ids).items() if own}
    statement = _rows_statement(names, tuple(by_source), with_picture=is_grid)
    rows = {row.id: row for row in session().execute(statement, by_source)}
    return [rows[id_] for id_ in ids if id_ in rows]


def _library() -> Union:
    source: Any = LISTING.source
    return source  # type: ignore[no-any-return]  # the list is declared over a Union


@lru_cache(maxsize=256)
def _rows_statement(
    names: tuple[str, ...], sources: tuple[str, ...], *, with_picture: bool
) -> Select[*tuple[Any, ...]]:
    """The statement for a choice of columns and sources; made once, since that takes longer than to run it.

    It takes the ids of each source under its name.
    """
    cells = [
        *(cell for name in ("name", *names) for cell in _CELLS[name]),
        *([A.has_picture] if with_picture else []),
    ]
    columns = {column.key: column for column in cells}
    rows = union_all(
        *(
            select(
                literal_column(f"'{branch.name}-' || {branch.table}.id", String()).label("id"),
                literal_column(f"'{branch.name}'", String()).label("source"),
                *(_library().in_branch(branch, column).label(key) for key, column in columns.items()),
            )
            .select_from(branch.table)
            .where(branch.id == any_(bindparam(branch.name, type_=ARRAY(Integer))))
            for branch in BRANCHES
            if branch.name in sources
        )
    ).subquery("rows")
    shown = [one[1:TAGS_SHOWN].label(one.key) if isinstance(one.type, ARRAY) else one for one in rows.c]
    if "user_id" not in columns:
        return by_key(select(*shown))
    owner = (_USER.email.label("user_email"), _USER.handle.label("user_handle"))
    found = select(*shown, *owner).outerjoin_from(rows, User.__table__, _USER.id == rows.c.user_id)
    return by_key(found)


def find(reference: str, *, lock: bool = False) -> tuple[AssetSource, AnyAsset] | None:
    """The asset with this reference, as lists write it: `user-123`, `generation-7`.

    Args:
        reference: names source and row.
        lock: whether to lock the row, and read it as it is by then.
    """
    if (parts := _parts(reference)) is None:
        return None
    source, number = parts
    found: Any = session().get(MODELS[source], number, with_for_update=lock or None, populate_existing=lock)
    return (source, found) if found is not None else None


def _parts(reference: str) -> tuple[AssetSource, int] | None:
    """The source and the number of the row; None where it is no reference."""
    word, _, digits = reference.partition("-")
    id_ = id_in(digits)
    return (
        (AssetSource.from_string(word), id_)
        if AssetSource.is_valid_string(word) and id_ is not None
        else None
    )


def find_all(references: Sequence[str]) -> Iterator[tuple[AssetSource, AnyAsset]]:
    """The assets with these references, those that exist; one statement for each source."""
    numbers: dict[AssetSource, list[int]] = {}
    for reference in references:
        if (parts := _parts(reference)) is not None:
            numbers.setdefault(parts[0], []).append(parts[1])
    for source, ids in numbers.items():
        model: Any = MODELS[source]
        for asset in session().scalars(select(model).where(model.id.in_(ids))):
            yield source, asset


_LOCK_OBJECT = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("key"), 0)))


def lock_object(key: str) -> None:
    """Keep others of the console from storing or deleting what belongs to a key, within a transaction."""
    session().execute(_LOCK_OBJECT, {"key": key})


_OWNER = by_key(
    select(
        _USER.id.label("user_id"),
        _USER.email.label("user_email"),
        _USER.handle.label("user_handle"),
        _USER.account_type,
    ).where(_USER.id == bindparam("user_id"))
)


def owner_of(user_id: str) -> AnyRow | None:
    """Who owns an asset; None where the reference dangles."""
    return session().execute(_OWNER, {"user_id": user_id}).one_or_none()


_RECIPE_OF = select(_RECIPE.id, _RECIPE.name, _RECIPE.slug).where(_RECIPE.id == bindparam("recipe_id"))


def recipe_of(recipe_id: int) -> AnyRow | None:
    """The recipe that made an asset; None where the reference dangles."""
    return session().execute(_RECIPE_OF, {"recipe_id": recipe_id}).one_or_none()


#: Related rows of one kind that a page shows.
RELATED_ROWS = 20
#: The generations of an owner that are looked through for an asset as input.
LOOKED_THROUGH = 500


@dataclass(frozen=True)
class Uses:
    """Where an asset is used, or comes from.

    Attributes:
        made_by: the generations whose file it is.
        libraries: the library entries of the same file.
        inputs: the generations whose metadata name it.
        looked_through: how many generations were looked through for `inputs`; None where none were.
        stock: the entries of the backlog that offer it.
        samples: the samples that show it, each with how often it was sold.
    """

    made_by: Sequence[AnyRow] = ()
    libraries: Sequence[AnyRow] = ()
    inputs: Sequence[AnyRow] = ()
    looked_through: int | None = None
    stock: Sequence[AnyRow] = ()
    samples: Sequence[AnyRow] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not (self.made_by or self.libraries or self.inputs or self.stock or self.samples)


_SAME_FILE_GENERATIONS = (
    select(_G.id, _G.recipe_title, _G.status, _G.created_at)
    .where(_G.asset_id == bindparam("asset_id"))
    .order_by(_G.id.desc())
    .limit(RELATED_ROWS)
)
_SAME_FILE_LIBRARIES = (
    select(
        _LIBRARY.id,
        _LIBRARY.display_name,
        state_of(_LIBRARY.is_deleted, _LIBRARY.id, ReviewKind.USER_ASSET),
        _LIBRARY.created_at,
    )
    .where(_LIBRARY.asset_id == bindparam("asset_id"))
    .order_by(_LIBRARY.id.desc())
    .limit(RELATED_ROWS)
)
_STOCK = (
    select(_BACKLOG.id, _BACKLOG.is_used, _BACKLOG.created_at)
    .where(_BACKLOG.generation_id == bindparam("id"))
    .order_by(_BACKLOG.id.desc())
    .limit(RELATED_ROWS)
)
_SALES = select(func.count()).where(_EXPORT.sample_id == _SAMPLE.id).scalar_subquery()
_SAMPLES = (
    select(
        _SAMPLE.id,
        _SAMPLE.title,
        state_of(_SAMPLE.moderation_status, _SAMPLE.id, ReviewKind.SAMPLE, SECOND_LOOK),
        _SAMPLE.created_at,
        _SALES.label("exports"),
    )
    .where(_SAMPLE.generation_id == bindparam("id"))
    .order_by(_SAMPLE.id.desc())
    .limit(RELATED_ROWS)
)
#: No index leads from an asset to the generations that took it as input, and none could: the metadata may
#: name it anywhere. So the owner's generations since are looked through, up to a number.
_LATER = (
    select(_G.id, _G.recipe_title, _G.status, _G.created_at, _G.metadata)
    .where(_G.user_id == bindparam("user_id"), _G.created_at >= bindparam("since", type_=_G.created_at.type))
    .order_by(_G.created_at)
    .limit(LOOKED_THROUGH)
    .cte("later")
    .prefix_with("MATERIALIZED", dialect="postgresql")
)
_INPUTS = (
    select(_LATER.c.id, _LATER.c.recipe_title, _LATER.c.status, _LATER.c.created_at)
    .where(
        or_(
            *(
                func.strpos(cast(_LATER.c.metadata, Text), bindparam(name)) > 0
                for name in ("quoted", "named", "key")
            )
        )
    )
    .order_by(_LATER.c.created_at.desc())
    .limit(RELATED_ROWS)
)
_LOOKED_THROUGH = select(func.count()).select_from(_LATER)

#: Shorter texts name nothing: they stand in any metadata.
_SHORTEST_NAME = 8


def uses(asset: AnyAsset) -> Uses:
    """Where an asset is used, or comes from, as far as the product records it."""
    ask = session().execute
    if isinstance(asset, Generation):
        own = {"id": asset.id, "asset_id": asset.asset_id}
        return Uses(
            libraries=ask(_SAME_FILE_LIBRARIES, own).all() if asset.asset_id else (),
            stock=ask(_STOCK, own).all(),
            samples=ask(_SAMPLES, own).all(),
        )
    if not isinstance(asset, UserAsset):
        return Uses()
    same = {"asset_id": asset.asset_id}
    made_by = ask(_SAME_FILE_GENERATIONS, same).all() if asset.asset_id else ()
    # The id as a text of its own, or as the name of a file in an address; or the whole key.
    told: dict[str, str | None] = dict.fromkeys(("quoted", "named", "key"))
    if len(asset.asset_id) >= _SHORTEST_NAME:
        told |= {"quoted": f'"{asset.asset_id}"', "named": f"/{asset.asset_id}."}
    if len(asset.s3_key) >= _SHORTEST_NAME:
        told["key"] = asset.s3_key
    if asset.created_at is None or not any(told.values()):
        return Uses(made_by=made_by)
    found = {"user_id": asset.user_id, "since": asset.created_at, **told}
    return Uses(
        made_by=made_by,
        inputs=ask(_INPUTS, found).all(),
        looked_through=ask(_LOOKED_THROUGH, found).scalar_one(),
    )


def suggest_values(field: Field, prefix: str, limit: int) -> Sequence[Choice]:
    """Values of a field that begin so, for the query box; names that are nearly so where none does."""
    if field.name == "recipe":
        return suggest_recipes(field, prefix, limit)
    if field.name != "name":
        return []
    return [Choice(name) for name in suggest_names(prefix, limit)]


@dataclass(frozen=True)
class Total:
    """Assets of one type.

    Attributes:
        type: as the list has it; None where there is none.
        count: how many.
        bytes: of all of them, as far as rows say; negative sizes count as 0.
    """

    type: str | None
    count: int
    bytes: int


#: Rows of a list whose sizes are summed up.
SUMMED_ROWS = 2_000


_T = UserTotals.__table__.c
_LIBRARY_TOTALS = select(
    *(_T[name] for name in ("images", "videos", "audios", "documents", "other_assets")),
    *(_T[name] for name in ("image_bytes", "video_bytes", "audio_bytes", "document_bytes", "other_bytes")),
).where(_T.user_id == bindparam("user_id"))


def library_totals(user_id: str) -> list[Total]:
    """What a library holds by type, without what is deleted; from the roll-ups."""
    row = session().execute(_LIBRARY_TOTALS, {"user_id": user_id}).one_or_none()
    if row is None:
        return []
    totals = [
        Total("image", row.images, row.image_bytes),
        Total("video", row.videos, row.video_bytes),
        Total("audio", row.audios, row.audio_bytes),
        Total("document", row.documents, row.document_bytes),
        Total(None, row.other_assets, row.other_bytes),
    ]
    return sorted(totals, key=lambda total: -total.bytes)


def first_totals(conditions: Sequence[Condition], state: ListState) -> tuple[list[Total], int]:
    """What the first rows of a list hold by type, and how many rows were looked at."""
    found = _library().find(session(), conditions, state.order, None, SUMMED_ROWS)
    ids = [key.id for key in found.keys]
    rows = _library().values(ids, {"type": A.type, "bytes": A.bytes}).subquery()
    size = func.coalesce(func.sum(func.greatest(rows.c.bytes, 0)), 0)
    statement = select(rows.c.type, func.count().label("n"), size.label("size")).group_by(rows.c.type)
    totals = [
        Total(row.type, row.n, int(row.size)) for row in session().execute(statement.order_by(size.desc()))
    ]
    return totals, len(ids)
