"""Every question that the pages of recipes ask of the database."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    Text,
    and_,
    any_,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from delula.db import AnyRow, by_key, session
from delula.lists import GRID
from delula.lists.changes import Changes
from delula.lists.kept import Kept
from delula.models import (
    BacklogVideo,
    ComponentRegistry,
    Generation,
    Recipe,
    RecipeSample,
    RecipeTotals,
    RecipeUsage,
    RecipeUsageOptions,
    RevenueShare,
    ReviewKind,
    Tag,
    TagAlias,
    User,
    id_in,
)
from delula.models.together import Together
from delula.review.blind import SECOND_LOOK, state_of
from delula.search import Choice
from delula.users.queries import resolve_users

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from delula.lists import ListState
    from delula.search import Field, Resolvers


#: The tables themselves: a list needs rows, not objects, and these come faster.
_R, _USER, _TAG = Recipe.__table__.c, User.__table__.c, Tag.__table__.c
_ALIAS = TagAlias.__table__.c
_USAGE, _OPTIONS = RecipeUsage.__table__.c, RecipeUsageOptions.__table__.c
_TOTALS, _G, _SAMPLE = RecipeTotals.__table__.c, Generation.__table__.c, RecipeSample.__table__.c
_STOCKED = BacklogVideo.__table__.c
_SHARE, _COMPONENT = RevenueShare.__table__.c, ComponentRegistry.__table__.c


#: Characters of a name that its index holds: a name may be longer than an index bears.
_INDEXED = 200
NAME = literal_column(f"left(recipes.name, {_INDEXED})", String())
_names = bindparam("names", type_=ARRAY(Text))
_starts = bindparam("starts", type_=ARRAY(Text))
_CALLED = select(_R.id, _R.slug, _R.name).where(
    or_(
        _R.id == any_(bindparam("ids", type_=ARRAY(Integer))),
        _R.slug == any_(_names),
        and_(
            any_(_starts) == NAME,
            _R.name == any_(_names),
        ),
    )
)


def resolve_recipes(names: Sequence[str]) -> Mapping[str, Sequence[int]]:
    """The ids of recipes by id, or else by slug or name."""
    keys = {
        "ids": [id_ for name in names if (id_ := id_in(name)) is not None],
        "names": list(names),
        "starts": [name[:_INDEXED] for name in names],
    }
    rows = session().execute(_CALLED, keys).all()
    found: dict[str, list[int]] = {}
    for id_, slug, title in rows:
        for name in names:
            if name in {slug, title}:
                found.setdefault(name, []).append(id_)
    # An id means itself, even where another recipe is called so: links have no other name for one.
    by_id = {name: [id_] for id_, *_ in rows for name in names if name == str(id_)}
    return {**found, **by_id}


def resolve_tags(names: Sequence[str]) -> Mapping[str, Sequence[int]]:
    """The ids of tags by name, or by the same name in another case, or by id."""
    ids = [id_ for name in names if (id_ := id_in(name)) is not None]
    lowered = func.lower(_TAG.name).label("lowered")
    folded_names = [name.lower() for name in names]
    named = select(_TAG.id, _TAG.name, lowered, literal(False)).where(
        or_(_TAG.id.in_(ids), lowered.in_(folded_names))
    )
    former = select(_ALIAS.tag_id, _ALIAS.name, func.lower(_ALIAS.name), literal(True)).where(
        func.lower(_ALIAS.name).in_(folded_names)
    )
    rows = session().execute(union_all(named, former)).all()
    found = [row for row in rows if not row[3]]
    # Names come first: tags may differ in nothing but case, and one may be called like another's number. What
    # tags were called before they were renamed or merged still finds them.
    return {
        name: [id_ for id_, title, *_ in found if title == name]
        or [id_ for id_, _, folded, _ in found if folded == name.lower()]
        or [id_ for id_, _, folded, is_former in rows if is_former and folded == name.lower()]
        or [id_ for id_, *_ in found if str(id_) == name]
        for name in names
    }


RESOLVERS: Resolvers = {"creator": resolve_users, "tag": resolve_tags}


def suggest_recipes(field: Field, prefix: str, limit: int) -> Sequence[Choice]:
    """Recipes whose slug or name begins so, for the query box of lists that refer to recipes."""
    if field.name != "recipe":
        return []
    pattern = _beginning(prefix)
    statement = (
        select(Recipe.slug, Recipe.name)
        .where(or_(func.lower(Recipe.slug).like(pattern), func.lower(NAME).like(pattern)))
        .order_by(Recipe.usage_count.desc(), Recipe.id)
        .limit(limit)
    )
    return [Choice(row.slug, label=row.name) for row in session().execute(statement)]


#: Fields of the list whose values are looked up, and where.
_LOOKED_UP: Mapping[str, ColumnElement[Any]] = {
    name: _R[name] for name in ("category", "style", "model", "video_provider", "image_provider", "slug")
} | {"referral": _R.referral_code}


def suggest_values(field: Field, prefix: str, limit: int) -> Sequence[Choice]:
    """Values of a field of the list of recipes that begin so, the most frequent first."""
    pattern = _beginning(prefix)
    if field.name == "tag":
        named = select(_TAG.name, _TAG.description).where(func.lower(_TAG.name).like(pattern))
        rows = session().execute(named.order_by(_TAG.is_hidden, _TAG.name).limit(limit))
        return [Choice(name, label=description or name) for name, description in rows]
    if field.name == "provider":
        either = union_all(select(_R.video_provider.label("provider")), select(_R.image_provider)).subquery()
        values: ColumnElement[Any] = either.c.provider
    elif field.name in _LOOKED_UP:
        values = _LOOKED_UP[field.name]
    else:
        return []
    statement = (
        select(values, func.count())
        .where(func.lower(values).like(pattern))
        .group_by(values)
        .order_by(func.count().desc(), values)
        .limit(limit)
    )
    return [Choice(value) for value, _ in session().execute(statement)]


def _beginning(prefix: str) -> ColumnElement[str]:
    """The pattern for LIKE of lower-case texts that begin so."""
    escaped = prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return func.lower(literal(escaped)) + "%"


#: Characters of a text that a list loads; it may have megabytes.
EXCERPT = 240

#: The tags that a recipe names, in its order: `[id, name, colour, is hidden, is active]` each; an id that no
#: tag has comes with nulls.
TAGS = literal_column(
    """(SELECT json_agg(json_build_array(named.id, tags.name, tags.color, tags.is_hidden, tags.is_active)
        ORDER BY named.place)
    FROM unnest(recipes.tag_highlights) WITH ORDINALITY AS named (id, place)
    LEFT JOIN tags ON tags.id = named.id)""",
    JSONB(),
).label("tags")

#: What each column of the table is made of. A list loads no more than it shows: rows are wide.
_CELLS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "name": (func.left(_R.name, EXCERPT).label("name"), _R.generation_type, _R.preview_image_url),
    "state": (_R.is_active, _R.is_public),
    "type": (_R.generation_type, _R.video_duration),
    "tags": (TAGS,),
    "hidden": (TAGS,),
    "cost": (_R.credit_cost,),
    "usage": (_USAGE.usage_count.label("used_times"),),
    "used": (_USAGE.last_used_at,),
    "generations": (_TOTALS.generations,),
    "failed": (_TOTALS.failed, _TOTALS.completed),
    "stock": (_TOTALS.stock, _R.is_active),
    "category": (func.left(_R.category, EXCERPT).label("category"),),
    "model": (_R.model,),
    "created": (_R.created_at,),
    "slug": (_R.slug,),
    "description": (func.left(_R.description, EXCERPT).label("description"),),
    "workflow": (_R.workflow_type,),
    "provider": (_R.video_provider, _R.image_provider),
    "audio": (_R.audio_type,),
    "style": (_R.style,),
    "creator": (
        _R.creator_id.label("user_id"),
        _USER.id.label("known_user"),
        _USER.email.label("user_email"),
        _USER.handle.label("user_handle"),
    ),
    "restricted": (_R.has_content_restrictions,),
    "shared": (_R.revenue_share_enabled, _R.revenue_share_percentage),
    "referral": (_R.referral_code,),
}
_CARD = ("name", "state", "type", "tags", "cost", "description")


def list_rows(ids: Sequence[int], state: ListState) -> Sequence[AnyRow]:
    """What a list shows of these recipes, in this order."""
    if not ids:
        return []
    names = _CARD if state.view == GRID else tuple(c.key for c in state.columns if c.key in _CELLS)
    rows = {row.id: row for row in session().execute(_rows_statement(names), {"ids": ids})}
    return [rows[id_] for id_ in ids if id_ in rows]


@lru_cache(maxsize=256)
def _rows_statement(names: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    """The statement for a choice of columns; made once, since making it costs as much as running it."""
    cells = {cell.key: cell for name in names for cell in _CELLS[name]}
    return by_key(
        select(_R.id, *cells.values())
        .outerjoin_from(Recipe.__table__, RecipeUsage.__table__, _USAGE.recipe_id == _R.id)
        .outerjoin(RecipeTotals.__table__, _TOTALS.recipe_id == _R.id)
        .outerjoin(User.__table__, _USER.id == _R.creator_id)
        .where(_R.id == any_(bindparam("ids", type_=ARRAY(Integer))))
    )


def find(reference: str) -> Recipe | None:
    """The recipe with this id or slug, tried in this order; of several with one slug an active one."""
    if "\0" in reference:
        return None  # PostgreSQL takes no such text at all
    id_ = id_in(reference)
    if id_ is not None and (by_id := session().get(Recipe, id_)) is not None:
        return by_id
    by_slug = select(Recipe).where(Recipe.slug == reference)
    return session().scalars(by_slug.order_by(Recipe.is_active.desc(), Recipe.id).limit(1)).first()


@dataclass(frozen=True)
class Related:
    """What hangs together with a recipe.

    Attributes:
        about: what stands about it in other tables, in one row: tags, counts, creator, samples by status.
        generations: the last ones, newest first.
        samples: the last ones, newest first.
    """

    about: AnyRow
    generations: Sequence[AnyRow]
    samples: Sequence[AnyRow]


#: Related rows of one kind that a page shows.
RELATED_GENERATIONS, RELATED_SAMPLES = 8, 6

_STATUS = state_of(_SAMPLE.moderation_status, _SAMPLE.id, ReviewKind.SAMPLE, SECOND_LOOK)
_BY_STATUS = (
    select(_STATUS, func.count().label("n"))
    .where(_SAMPLE.recipe_id == _R.id)
    .correlate(Recipe.__table__)
    .group_by(_STATUS)
    .subquery("by_status")
)

#: The statements behind `Related`; made once, since making them costs as much as running them.
_ABOUT = by_key(
    select(
        TAGS,
        _USAGE.usage_count.label("used_times"),
        _USAGE.last_used_at,
        _OPTIONS.summary.label("options_summary"),
        _TOTALS.recipe_id.label("counted"),
        _TOTALS.generations,
        _TOTALS.completed,
        _TOTALS.failed,
        _TOTALS.last_used_at.label("last_generation_at"),
        _TOTALS.charged,
        _TOTALS.refunded,
        _TOTALS.stock,
        _TOTALS.options,
        _TOTALS.options_of,
        _USER.id.label("user_id"),
        _USER.email.label("user_email"),
        _USER.handle.label("user_handle"),
        select(func.json_object_agg(func.coalesce(_BY_STATUS.c.moderation_status, ""), _BY_STATUS.c.n))
        .scalar_subquery()
        .label("samples"),
        literal_column(
            """(SELECT json_agg(namesake.id ORDER BY namesake.id) FROM recipes AS namesake
                WHERE namesake.slug = recipes.slug AND namesake.id <> recipes.id)""",
            JSONB(),
        ).label("namesakes"),
    )
    .outerjoin_from(Recipe.__table__, RecipeUsage.__table__, _USAGE.recipe_id == _R.id)
    .outerjoin(RecipeTotals.__table__, _TOTALS.recipe_id == _R.id)
    .outerjoin(RecipeUsageOptions.__table__, _OPTIONS.recipe_id == _R.id)
    .outerjoin(User.__table__, _USER.id == _R.creator_id)
    .where(_R.id == bindparam("id"))
)
_GENERATIONS = (
    select(
        _G.id,
        _G.status,
        _G.created_at,
        _G.type,
        func.left(_G.prompt, EXCERPT).label("prompt"),
        or_(_G.thumbnail_url.is_not(None), _G.image_url.is_not(None)).label("has_thumbnail"),
    )
    .where(_G.recipe_id == bindparam("id"), _G.created_at.is_not(None))
    .order_by(_G.created_at.desc())
    .limit(RELATED_GENERATIONS)
)
_SAMPLES = (
    select(
        _SAMPLE.id,
        _SAMPLE.generation_id,
        func.left(_SAMPLE.title, EXCERPT).label("title"),
        _STATUS,
        state_of(_SAMPLE.is_featured, _SAMPLE.id, ReviewKind.SAMPLE),
        _SAMPLE.like_count,
        _SAMPLE.created_at,
        _SAMPLE.type,
    )
    .where(_SAMPLE.recipe_id == bindparam("id"), _SAMPLE.created_at.is_not(None))
    .order_by(_SAMPLE.created_at.desc())
    .limit(RELATED_SAMPLES)
)
_WORK = Together(generations=_GENERATIONS, samples=_SAMPLES)


def about(recipe: Recipe) -> AnyRow:
    """What stands about a recipe in other tables, in one row."""
    return session().execute(_ABOUT, {"id": recipe.id}).one()


def related(recipe: Recipe) -> Related:
    """What hangs together with a recipe."""
    work = _WORK.ask(session(), {"id": recipe.id})
    return Related(about(recipe), work["generations"], work["samples"])


_KNOWN = select(_COMPONENT.component_id).where(
    _COMPONENT.component_id == any_(bindparam("ids", type_=ARRAY(String)))
)


def known_components(ids: Sequence[str]) -> set[str]:
    """Those of these components that are registered."""
    return set(session().scalars(_KNOWN, {"ids": ids})) if ids else set()


_EARNINGS = select(func.coalesce(func.sum(_SHARE.creator_earnings), 0)).where(
    _SHARE.recipe_id == bindparam("id"),
    _SHARE.created_at >= bindparam("start"),
    _SHARE.created_at < bindparam("end"),
)


def creators_earnings(recipe_id: int, start: datetime, end: datetime) -> int:
    """Credits that the creators of a recipe earned from it in a range.

    Args:
        recipe_id: which recipe.
        start: inclusive, aware.
        end: exclusive, aware.
    """
    earned: int = session().execute(_EARNINGS, {"id": recipe_id, "start": start, "end": end}).scalar_one()
    return earned


def count_recipes() -> int:
    """How many recipes there are."""
    number: int = session().execute(select(func.count()).select_from(Recipe.__table__)).scalar_one()
    return number


_LAID_OUT = text("SELECT jsonb_pretty(CAST(:document AS jsonb))")


def laid_out(document: str) -> str:
    """JSON as the database gives it back once it is stored, with space for people."""
    written: str = session().execute(_LAID_OUT, {"document": document}).scalar_one()
    return written


_NEXT_ID = select(func.nextval(func.pg_get_serial_sequence("public.recipes", "id")))


def next_id() -> int:
    """The id of the recipe that is added next."""
    number: int = session().execute(_NEXT_ID).scalar_one()
    return number


def hold(name: str, value: str) -> None:
    """Let nobody else who asks this take a slug or a code until the transaction ends."""
    key = func.hashtextextended(f"recipes.{name} {value.lower()}", 0)
    session().execute(select(func.pg_advisory_xact_lock(key)))


def is_taken(name: str, value: str, id_: int | None) -> bool:
    """Whether a recipe other than this one has a slug or a referral code."""
    statement = select(_R.id).where(_R[name] == value).limit(1)
    if id_ is not None:
        statement = statement.where(_R.id != id_)
    return session().scalar(statement) is not None


#: Slugs that are tried for a copy.
_TRIES = 50


def free_slug(wanted: str) -> str:
    """A slug that no recipe has: the wanted one, or with a number behind it."""
    start = wanted[:240]
    tried = [start, *(f"{start}-{number}" for number in range(2, _TRIES))]
    taken = set(session().scalars(select(_R.slug).where(_R.slug.in_(tried))))
    return next((slug for slug in tried if slug not in taken), wanted)


def user_exists(id_: str) -> bool:
    """Whether there is a user with this id."""
    return session().scalar(select(_USER.id).where(_USER.id == id_)) is not None


#: What keeps a recipe from being removed, by what it is called.
_HANGING = {
    "generations": select(_G.id).where(_G.recipe_id == bindparam("id")).limit(1),
    "samples": select(_SAMPLE.id).where(_SAMPLE.recipe_id == bindparam("id")).limit(1),
    "entries of the backlog": select(_STOCKED.id).where(_STOCKED.recipe_id == bindparam("id")).limit(1),
}


def what_hangs_on(recipe_id: int) -> str | None:
    """What there is of a recipe, so that it cannot be removed; None where there is nothing."""
    keys = {"id": recipe_id}
    return next((word for word, made in _HANGING.items() if session().scalar(made, keys) is not None), None)


_TAGS_OF = by_key(
    text(
        """
SELECT named.id, tags.name, tags.color, tags.is_hidden, tags.is_active
FROM unnest(CAST(:ids AS integer[])) WITH ORDINALITY AS named (id, place)
LEFT JOIN tags ON tags.id = named.id ORDER BY named.place"""
    )
)


def tags_of(ids: Sequence[int | None]) -> Sequence[AnyRow]:
    """Tags by id, in this order, as often as they are named; those that are gone have an id alone."""
    return session().execute(_TAGS_OF, {"ids": list(ids)}).all() if ids else []


#: Values of a column that are offered while somebody types.
MOST_OFFERED = 60
_OFFERED = text(
    """
SELECT name, array_agg(value ORDER BY uses DESC, value) AS values FROM (
    SELECT name, value, uses, row_number() OVER (PARTITION BY name ORDER BY uses DESC, value) AS place
    FROM (
        SELECT part.name, part.value, count(*) AS uses
        FROM recipes r, LATERAL (VALUES
            ('category', left(r.category, 100)), ('style', r.style), ('model', r.model),
            ('video_provider', r.video_provider), ('image_provider', r.image_provider)
        ) AS part (name, value)
        WHERE part.value <> '' GROUP BY 1, 2
    ) counted
) placed WHERE place <= :most GROUP BY name"""
)


def _count_values() -> Mapping[str, Sequence[str]]:
    return {row.name: row.values for row in session().execute(_OFFERED, {"most": MOST_OFFERED})}


#: What recipes have in some columns, the most frequent first.
OFFERED_VALUES = Kept(_count_values, Changes("recipe"))
