"""Every question that the pages of tags ask of the database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Integer,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    collate,
    column,
    extract,
    func,
    null,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by

from delula.db import AnyRow, by_key, session
from delula.lists.changes import Changes
from delula.lists.kept import Kept
from delula.models import LARGEST_ID, Recipe, RecipeUsage, Tag, TagAlias, TagNamespace
from delula.models.columns import UtcDateTime
from delula.models.rollups import GenerationRollUp, Span
from delula.models.together import Together
from delula.rollups.queries import as_of
from delula.tags.likeness import alike
from delula.tags.namespaces import Choice, Namespace, broken_rules, read_choices
from delula.web.display import named as shown_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.types import TypeEngine

    from delula.lists import ListState

TAGS, _RECIPES, _USAGE = Tag.__table__.c, Recipe.__table__.c, RecipeUsage.__table__.c
_ALIASES = TagAlias.__table__.c

#: What staff have changed in the catalogue.
CATALOGUE_CHANGES = Changes("recipe", "tag", "tag_namespace")

#: Recipes that the page of a tag shows; the list of recipes has them all.
SHOWN_RECIPES = 50

#: The part before the colon of a hidden tag; null for public tags and for hidden ones without it.
NAMESPACE = case(
    (and_(TAGS.is_hidden, func.strpos(TAGS.name, ":") > 1), func.split_part(TAGS.name, ":", 1)),
    else_=None,
)
FOLDED = func.lower(TAGS.name)
#: Public tags, then hidden ones by namespace, then hidden ones without; by name within each. In the order of
#: bytes, so that what begins alike stands together whatever the database's language.
GROUP = collate(
    case(
        (~TAGS.is_hidden, "1" + FOLDED),
        (NAMESPACE.is_not(None), "2" + FOLDED),
        else_="3" + FOLDED,
    ),
    "C",
)
#: What hidden tags are called by convention.
CONVENTION = re.compile(r"[^:\s]+:[^:\s]+")


class Problem(StrEnum):
    """What can be wrong with a tag; the words of the filter `problem:`."""

    UNUSED = "unused"
    INACTIVE_IN_USE = "inactive_in_use"
    CONVENTION = "convention"
    NEAR_DUPLICATE = "near_duplicate"


@dataclass(frozen=True, slots=True)
class Use:
    """How much a tag, or an id that no tag has, is used.

    Attributes:
        recipes: recipes that carry it, each counted once.
        active: how many of these are active.
        usage: how often these recipes were used.
        last_used_at: when one of them was used last, UTC.
    """

    recipes: int = 0
    active: int = 0
    usage: int = 0
    last_used_at: datetime | None = None


UNUSED = Use()


@dataclass(frozen=True)
class Written:
    """The parts of a census that statements are given, each an array in PostgreSQL's own writing."""

    ids: str
    recipes: str
    usage: str
    last_used_at: str
    problems: Mapping[Problem, str]
    dangling: str


@dataclass(frozen=True)
class Census:
    """All tags and all that carry them, counted.

    Attributes:
        uses: by id of tag, for those that exist; all of them.
        alike: for tags whose names are close to others', the ids of those.
        problems: ids of the tags with each problem.
        dangling: use of the ids in `recipes.tag_highlights` that no tag has; None stands for null.
        namespaces: of hidden tags, in order.
    """

    uses: Mapping[int, Use]
    alike: Mapping[int, Sequence[int]]
    problems: Mapping[Problem, frozenset[int]]
    dangling: Mapping[int | None, Use]
    namespaces: Sequence[str]

    @cached_property
    def written(self) -> Written:
        """What statements are given of it."""
        used = {id_: use for id_, use in self.uses.items() if use.recipes}
        return Written(
            _array(used),
            _array(use.recipes for use in used.values()),
            _array(use.usage for use in used.values()),
            _array(
                None if use.last_used_at is None else f'"{use.last_used_at:%Y-%m-%d %H:%M:%S.%f}"'
                for use in used.values()
            ),
            {problem: _array(sorted(ids)) for problem, ids in self.problems.items()},
            _array(id_ for id_ in self.dangling if id_ is not None),
        )

    def problems_of(self, tag_id: int) -> list[Problem]:
        """What is wrong with a tag."""
        return [problem for problem, ids in self.problems.items() if tag_id in ids]


_carried = (
    select(func.unnest(_RECIPES.tag_highlights).label("tag_id"))
    .distinct()
    .correlate(Recipe.__table__)
    .lateral("carried")
)
_COUNTED = (
    select(
        _carried.c.tag_id,
        func.count(),
        func.count().filter(_RECIPES.is_active),
        func.coalesce(func.sum(_USAGE.usage_count), 0),
        func.max(_USAGE.last_used_at, type_=UtcDateTime()),
    )
    .select_from(Recipe.__table__)
    .join(_carried, true())
    .outerjoin(RecipeUsage.__table__, _USAGE.recipe_id == _RECIPES.id)
    .group_by(_carried.c.tag_id)
)
_NAMED = select(TAGS.id, TAGS.name, TAGS.is_hidden, TAGS.is_active, NAMESPACE.label("namespace"))


def _take_census() -> Census:
    counted = {
        tag_id: Use(recipes, active, usage, last_used_at)
        for tag_id, recipes, active, usage, last_used_at in session().execute(_COUNTED)
    }
    tags = session().execute(_NAMED.order_by(TAGS.id)).all()
    uses = {tag.id: counted.pop(tag.id, UNUSED) for tag in tags}
    close = alike(tuple((tag.id, tag.name) for tag in tags))
    return Census(
        uses,
        close,
        {
            Problem.UNUSED: frozenset(tag.id for tag in tags if not uses[tag.id].recipes),
            Problem.INACTIVE_IN_USE: frozenset(
                tag.id for tag in tags if not tag.is_active and uses[tag.id].recipes
            ),
            Problem.CONVENTION: frozenset(
                tag.id for tag in tags if tag.is_hidden and not CONVENTION.fullmatch(tag.name)
            ),
            Problem.NEAR_DUPLICATE: frozenset(close),
        },
        counted,
        sorted({tag.namespace for tag in tags if tag.namespace is not None}),
    )


#: Counted over all recipes, which at ten thousand of them takes some tens of milliseconds.
CENSUS = Kept(_take_census, CATALOGUE_CHANGES)


def _written_time(value: datetime | None) -> str | None:
    return None if value is None else f'"{value.replace(tzinfo=None).isoformat()}"'


def _array(values: Iterable[object]) -> str:
    """An array as PostgreSQL writes it, of numbers and times."""
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def _bound(name: str, written: Callable[[Written], str], type_: TypeEngine[Any]) -> ColumnElement[Any]:
    """What the census says when the statement runs, as an array.

    As a text that is written once for each census: to send thousands of values one by one takes several times
    as long as the rest of a statement.
    """
    ids = bindparam(name, callable_=lambda: written(CENSUS.get().written), type_=Text())
    return cast(ids, ARRAY(type_))


_use = (
    func.unnest(
        _bound("use_ids", lambda written: written.ids, Integer()),
        _bound("use_recipes", lambda written: written.recipes, Integer()),
        _bound("use_usage", lambda written: written.usage, BigInteger()),
        _bound("use_last", lambda written: written.last_used_at, DateTime()),
    )
    .table_valued(
        column("tag_id", Integer),
        column("recipes", Integer),
        column("usage", BigInteger),
        column("last_used_at", UtcDateTime),
    )
    .render_derived("counted")
)
#: The use of each tag as a table, for lists to be sorted and filtered by it.
USE = select(*_use.c).subquery("use")
#: Tags beside their use. A tag that is newer than the census has none yet.
TAGS_AND_USE = Tag.__table__.outerjoin(USE, USE.c.tag_id == TAGS.id)


#: Recipes that carry an id which no tag has, or null, as the census found these.
BEARS_DANGLING = _RECIPES.tag_highlights.overlap(
    _bound("dangling_ids", lambda written: written.dangling, Integer())
) | (
    bindparam("dangling_null", callable_=lambda: None in CENSUS.get().dangling, type_=Boolean())
    & func.array_position(_RECIPES.tag_highlights, null()).is_not(None)
)


def has_problem(problem: Problem) -> ColumnElement[bool]:
    """Tags with this problem, as the census found them."""
    return TAGS.id == any_(_bound(f"tags_{problem}", lambda written: written.problems[problem], Integer()))


@dataclass(frozen=True)
class TagRow:
    """A row of the list.

    Attributes:
        tag: the tag.
        use: how much it is used.
        problems: what is wrong with it.
        trend: generations of its recipes, week by week; None where the column is not shown.
    """

    tag: AnyRow
    use: Use
    problems: Sequence[Problem]
    trend: Sequence[int] | None

    @property
    def id(self) -> int:
        """Of the tag."""
        return int(self.tag.id)


_TAG_COLUMNS = (
    TAGS.id,
    TAGS.name,
    func.left(TAGS.description, 240).label("description"),
    TAGS.color,
    TAGS.is_active,
    TAGS.is_hidden,
    TAGS.created_at,
    NAMESPACE.label("namespace"),
)
_BY_IDS = by_key(select(*_TAG_COLUMNS).where(TAGS.id == any_(bindparam("ids", type_=ARRAY(Integer)))))


def list_rows(ids: Sequence[int], state: ListState) -> Sequence[TagRow]:
    """What a list shows of these tags, in this order."""
    if not ids:
        return []
    census = CENSUS.get()
    trends = TRENDS.get() if any(column.key == "trend" for column in state.columns) else None
    found = {row.id: row for row in session().execute(_BY_IDS, {"ids": ids})}
    return [
        TagRow(
            found[id_],
            census.uses.get(id_, UNUSED),
            census.problems_of(id_),
            trends.of(id_) if trends is not None else None,
        )
        for id_ in ids
        if id_ in found
    ]


#: What the page of a tag shows of it, and where it stands in the list.
_WHOLE = by_key(
    select(*_TAG_COLUMNS[:2], TAGS.description, *_TAG_COLUMNS[3:], GROUP.label("group")).where(
        TAGS.id == bindparam("id")
    )
)
#: Tags that the page of another one links to.
_NAMES = by_key(
    select(TAGS.id, TAGS.name, TAGS.color, TAGS.is_active, TAGS.is_hidden).where(
        TAGS.id == any_(bindparam("ids", type_=ARRAY(Integer)))
    )
)
_CARRIERS = (
    select(
        _RECIPES.id,
        _RECIPES.name,
        _RECIPES.slug,
        _RECIPES.is_active,
        _RECIPES.is_public,
        func.coalesce(_USAGE.usage_count, 0).label("usage"),
        _USAGE.last_used_at,
    )
    .outerjoin_from(Recipe.__table__, RecipeUsage.__table__, _USAGE.recipe_id == _RECIPES.id)
    .order_by(func.coalesce(_USAGE.usage_count, 0).desc(), _RECIPES.id)
    .limit(SHOWN_RECIPES)
)
#: What a tag was called before, and tags that were merged into it.
FORMER = select(_ALIASES.name).where(_ALIASES.tag_id == bindparam("tag_id")).order_by(_ALIASES.name)
_WITH_TAG = _CARRIERS.where(_RECIPES.tag_highlights.contains(bindparam("tag_ids", type_=ARRAY(Integer))))
_AROUND = Together(recipes=_WITH_TAG, former=FORMER)


def find(tag_id: int) -> AnyRow | None:
    """The tag with this id."""
    return session().execute(_WHOLE, {"id": tag_id}).one_or_none() if tag_id <= LARGEST_ID else None


def around(tag_id: int) -> tuple[Sequence[AnyRow], Sequence[str]]:
    """As `recipes_with`, and what a tag was called before, and tags that were merged into it."""
    found = _AROUND.ask(session(), {"tag_ids": [tag_id], "tag_id": tag_id})
    return found["recipes"], [former.name for former in found["former"]]


def recipes_with(tag_id: int) -> Sequence[AnyRow]:
    """The recipes that carry a tag, the most used first, as many as its page shows."""
    return session().execute(_WITH_TAG, {"tag_ids": [tag_id]}).all()


def named(ids: Sequence[int]) -> Sequence[AnyRow]:
    """Tags by id, in this order, as chips show them."""
    if not ids:
        return []
    found = {row.id: row for row in session().execute(_NAMES, {"ids": list(ids)})}
    return [found[id_] for id_ in ids if id_ in found]


#: Weeks that a trend looks back.
WEEKS = 8
_DAYS = GenerationRollUp.__table__.c
_WEEK = func.floor(extract("epoch", _DAYS.start - bindparam("first", type_=UtcDateTime())) / (7 * 86_400))
_WEEKLY = (
    select(_DAYS.recipe_id, cast(_WEEK, Integer).label("week"), func.sum(_DAYS.created).label("created"))
    .where(_DAYS.span == Span.DAY, _DAYS.start >= bindparam("first", type_=UtcDateTime()))
    .group_by(_DAYS.recipe_id, "week")
    .subquery()
)
_TRENDS = (
    select(_carried.c.tag_id, _WEEKLY.c.week, func.sum(_WEEKLY.c.created))
    .select_from(Recipe.__table__)
    .join(_WEEKLY, _WEEKLY.c.recipe_id == _RECIPES.id)
    .join(_carried, true())
    .group_by(_carried.c.tag_id, _WEEKLY.c.week)
)


@dataclass(frozen=True)
class Trends:
    """Generations of the recipes of each tag, week by week.

    Attributes:
        weeks: when each week begins, UTC, the oldest first; the last one ends with today.
        by_tag: generations asked for in each week; tags without any are left out.
        counted: whether generations have been summed up at all.
    """

    weeks: Sequence[datetime]
    by_tag: Mapping[int, Sequence[int]]
    counted: bool

    def of(self, tag_id: int) -> Sequence[int]:
        """Generations of the recipes of a tag in each week."""
        return self.by_tag.get(tag_id, (0,) * len(self.weeks))


def _sum_up_weeks() -> Trends:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    weeks = [today + timedelta(days=1) - timedelta(weeks=WEEKS - index) for index in range(WEEKS)]
    by_tag: dict[int, list[int]] = {}
    for tag_id, week, created in session().execute(_TRENDS, {"first": weeks[0]}):
        if tag_id is not None and week < WEEKS:
            by_tag.setdefault(tag_id, [0] * WEEKS)[week] = int(created)
    return Trends(weeks, by_tag, as_of() is not None)


#: Made of sums by day, for all tags at once.
TRENDS = Kept(_sum_up_weeks, CATALOGUE_CHANGES)


@dataclass(frozen=True)
class Dangling:
    """An id that recipes carry and that no tag has.

    Attributes:
        id: the id; None for an entry that is null.
        use: how much it is used.
        recipes: some of the recipes that carry it.
    """

    id: int | None
    use: Use
    recipes: Sequence[AnyRow]


#: Recipes that the page of dangling ids names for each.
SHOWN_CARRIERS = 12
_ids = bindparam("tag_ids", type_=ARRAY(Integer))


def _some_carriers(*carrying: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Some of the recipes that carry each of some entries, by entry."""
    numbered = (
        select(
            _RECIPES.id,
            _RECIPES.name,
            _carried.c.tag_id,
            func.row_number().over(partition_by=_carried.c.tag_id, order_by=_RECIPES.id).label("place"),
        )
        .select_from(Recipe.__table__)
        .join(_carried, true())
        .where(*carrying)
        .subquery()
    )
    columns = numbered.c.id, numbered.c.name, numbered.c.tag_id
    return select(*columns).where(numbered.c.place <= SHOWN_CARRIERS).order_by(numbered.c.id)


_DANGLING = _some_carriers(_RECIPES.tag_highlights.overlap(_ids), _carried.c.tag_id == any_(_ids))
# No index finds a null in an array, so all recipes are read; asked only where the census has seen one.
_EMPTY_ENTRIES = _some_carriers(
    cast(_RECIPES.tag_highlights, Text).contains("NULL"), _carried.c.tag_id.is_(None)
)


def dangling() -> Sequence[Dangling]:
    """All ids that recipes carry and that no tag has, the most carried first."""
    uses = CENSUS.get().dangling
    if not uses:
        return []
    found: dict[int | None, list[AnyRow]] = {}
    rows = list(session().execute(_DANGLING, {"tag_ids": [id_ for id_ in uses if id_ is not None]}))
    if None in uses:
        rows += session().execute(_EMPTY_ENTRIES)
    for row in rows:
        found.setdefault(row.tag_id, []).append(row)
    ordered = sorted(uses.items(), key=lambda item: (-item[1].recipes, item[0] is None, item[0] or 0))
    return [Dangling(id_, use, found.get(id_, [])) for id_, use in ordered]


#: Tags of the same namespace that the page of a tag shows.
SHOWN_SIBLINGS = 24
_SIBLINGS = (
    select(TAGS.id, TAGS.name, TAGS.color, TAGS.is_active, TAGS.is_hidden)
    .where(bindparam("namespace") == NAMESPACE, TAGS.id != bindparam("id"))
    .order_by(TAGS.name)
    .limit(SHOWN_SIBLINGS)
)


def siblings(tag: AnyRow) -> Sequence[AnyRow]:
    """Other hidden tags of the same namespace; none for public tags, which have nothing in common."""
    if tag.namespace is None:
        return []
    return session().execute(_SIBLINGS, {"namespace": tag.namespace, "id": tag.id}).all()


_NAMESPACE = TagNamespace.__table__.c
#: Namespaces, each with its tags: `[id, name, is active, colour]` by name.
_tags_of = select(
    func.json_agg(
        aggregate_order_by(
            func.json_build_array(TAGS.id, TAGS.name, TAGS.is_active, TAGS.color), collate(TAGS.name, "C")
        ),
        type_=JSONB(),
    )
).where(TAGS.is_hidden)
_NAMESPACES = by_key(
    select(
        *_NAMESPACE,
        _tags_of.where(func.starts_with(TAGS.name, _NAMESPACE.name + ":")).scalar_subquery().label("tags"),
    ).order_by(_NAMESPACE.name)
)
_TAGS_OF = _tags_of.where(func.starts_with(TAGS.name, bindparam("name", type_=Text()) + ":"))


def namespaces() -> Sequence[Namespace]:
    """All namespaces that are declared, with their rules and their tags."""
    rows = session().execute(_NAMESPACES).mappings()
    return [_namespace(row["name"], dict(row), row["tags"]) for row in rows]


def _namespace(name: str, values: Mapping[str, Any], tags: Any) -> Namespace:
    types = read_choices(values["choices"])
    return Namespace(
        name=name,
        description=values["description"],
        at_least=values["at_least"],
        at_most=values["at_most"],
        types=frozenset(values["generation_types"]),
        choices=tuple(
            Choice(id_, full, types.get(full.partition(":")[2], frozenset()), is_active, color)
            for id_, full, is_active, color in tags or ()
        ),
    )


_MADE = select(_RECIPES.id, _RECIPES.generation_type, _RECIPES.tag_highlights).order_by(_RECIPES.id)


def _find_broken() -> Mapping[str, Mapping[int, Sequence[str]]]:
    declared = namespaces()
    found: dict[str, dict[int, list[str]]] = {one.name: {} for one in declared}
    for id_, makes, tags in session().execute(_MADE):
        for broken in broken_rules(tags, makes, declared):
            found[broken.namespace].setdefault(id_, []).append(broken.text)
    return found


def breaking(name: str, values: Mapping[str, Any]) -> Sequence[int]:
    """The recipes that would break a rule of a namespace if it had these values."""
    tags = session().scalar(_TAGS_OF, {"name": name})
    would_be = _namespace(name, values, tags)
    rows = session().execute(_MADE)
    return [id_ for id_, makes, carried in rows if broken_rules(carried, makes, [would_be])]


#: By namespace, the recipes that break one of its rules, each with what it breaks. Counted over all recipes.
BROKEN = Kept(_find_broken, CATALOGUE_CHANGES)

_NAMED_RECIPES = select(_RECIPES.id, func.left(_RECIPES.name, 200).label("name"), _RECIPES.is_active).where(
    _RECIPES.id == any_(bindparam("ids", type_=ARRAY(Integer)))
)


def recipes_named(ids: Sequence[int]) -> Sequence[AnyRow]:
    """What these recipes are called, in this order; those that are gone are left out."""
    rows = {row.id: row for row in session().execute(_NAMED_RECIPES, {"ids": list(ids)})}
    return [rows[id_] for id_ in ids if id_ in rows]


_HELD = select(TAGS.id, TAGS.name, TAGS.color, TAGS.is_active, TAGS.is_hidden).where(
    TAGS.id == any_(bindparam("ids", type_=ARRAY(Integer)))
)


def held(ids: Iterable[int], *, lock: bool) -> Mapping[int, AnyRow]:
    """Tags that recipes are about to be given, by id; those that are gone are left out.

    Args:
        ids: of the tags.
        lock: whether to keep them from being deleted or merged until the transaction ends.
    """
    statement = _HELD.order_by(TAGS.id).with_for_update(read=True, key_share=True) if lock else _HELD
    return {row.id: row for row in session().execute(statement, {"ids": sorted(ids)})}


_SUCCESSORS = text("""
    SELECT DISTINCT ON (entry.object_id) CAST(entry.object_id AS integer) AS gone,
        CAST(entry.after ->> 'into' AS integer) AS into
    FROM dashboard.audit_log entry
    WHERE entry.object_kind = 'tag' AND entry.object_id = ANY(CAST(:gone AS text[]))
        AND entry.action IN ('tags.merge', 'tags.delete') AND entry.after ->> 'into' IS NOT NULL
    ORDER BY entry.object_id, entry.at DESC, entry.id DESC""")


def successors(gone: Iterable[int]) -> Mapping[int, int]:
    """By id of a tag that is no more, the tag that took its place; none where it was just deleted.

    What took its place may be merged itself since; then what took the place of that.
    """
    found: dict[int, int] = {}
    asked = set(gone)
    while asked:
        rows = session().execute(_SUCCESSORS, {"gone": [str(id_) for id_ in asked]}).all()
        found |= {row.gone: row.into for row in rows}
        asked = {row.into for row in rows} - found.keys()
    there = held(set(found.values()), lock=False)
    ends = {}
    for id_ in gone:
        last, seen = id_, {id_}
        while last in found and last not in there and found[last] not in seen:
            last = found[last]
            seen.add(last)
        if last in there and last != id_:
            ends[id_] = last
    return ends


_FORMER_NAMES = text("""
    SELECT DISTINCT ON (entry.object_id) CAST(entry.object_id AS integer) AS id,
        entry.before ->> 'name' AS name
    FROM dashboard.audit_log entry
    WHERE entry.object_kind = 'tag' AND entry.object_id = ANY(CAST(:gone AS text[]))
        AND entry.action IN ('tags.merge', 'tags.delete')
    ORDER BY entry.object_id, entry.at DESC, entry.id DESC""")


def remembered_names(ids: Iterable[int]) -> Mapping[int, str]:
    """What tags are called, by id; of those that are gone what they were called, where staff ended them."""
    asked = set(ids)
    if not asked:
        return {}
    names = {id_: shown_name(row.name) for id_, row in held(asked, lock=False).items()}
    if gone := asked - names.keys():
        rows = session().execute(_FORMER_NAMES, {"gone": [str(id_) for id_ in gone]})
        names |= {row.id: f"{shown_name(row.name)} (gone)" for row in rows}
    return names


def absence(id_: int) -> str:
    """Why a tag cannot be found, in a sentence: another may have taken its place meanwhile."""
    into = successors([id_]).get(id_)
    if into is None:
        return f"There is no tag {id_}."
    return f"Tag {id_} is no more: {held([into], lock=False)[into].name or into} has taken its place."


_TAGGED = select(_RECIPES.id, _RECIPES.name, _RECIPES.generation_type, _RECIPES.tag_highlights).where(
    _RECIPES.id == bindparam("id", type_=Integer())
)


def tagged(recipe_id: int, *, lock: bool) -> AnyRow | None:
    """What a recipe is called, makes and carries."""
    if not 0 < recipe_id <= LARGEST_ID:
        return None
    statement = _TAGGED.with_for_update() if lock else _TAGGED
    return session().execute(statement, {"id": recipe_id}).one_or_none()


_CARRIED_BY = (
    select(_carried.c.tag_id, func.count().label("recipes"))
    .select_from(Recipe.__table__)
    .join(_carried, true())
    .where(_RECIPES.id == any_(bindparam("ids", type_=ARRAY(Integer))), _carried.c.tag_id.is_not(None))
    .group_by(_carried.c.tag_id)
)


def carried_by(recipe_ids: Sequence[int]) -> Mapping[int, int]:
    """Of these recipes, how many carry each tag or id that no tag has."""
    rows = session().execute(_CARRIED_BY, {"ids": list(recipe_ids)})
    return {row.tag_id: row.recipes for row in rows}


_place = func.strpos(func.lower(TAGS.name), bindparam("sought"))
_CALLED = (
    select(TAGS.id, TAGS.name, TAGS.color, TAGS.is_active, TAGS.is_hidden)
    .where(TAGS.is_active, _place > 0)
    .order_by((_place == 1).desc(), TAGS.is_hidden, TAGS.name)
    .limit(bindparam("most"))
)


def called(sought: str, most: int) -> Sequence[AnyRow]:
    """Active tags whose name has this in it, whatever the case; those that begin so first."""
    return session().execute(_CALLED, {"sought": sought.lower(), "most": most}).all()
