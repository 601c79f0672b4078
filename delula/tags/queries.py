"""Every question that the pages of tags ask of the database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Integer,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    column,
    func,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from delula.db import AnyRow, session
from delula.lists.kept import Kept
from delula.models import Recipe, RecipeUsage, Tag
from delula.models.columns import UtcDateTime
from delula.tags.likeness import alike

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.types import TypeEngine

    from delula.lists import ListState

TAGS, _RECIPES, _USAGE = Tag.__table__.c, Recipe.__table__.c, RecipeUsage.__table__.c

#: The largest id that the column holds.
LARGEST_ID = 2**31 - 1
#: Recipes that the page of a tag shows; the list of recipes has them all.
SHOWN_RECIPES = 50

#: The part before the colon of a hidden tag; null for public tags and for hidden ones without it.
NAMESPACE = case(
    (and_(TAGS.is_hidden, func.strpos(TAGS.name, ":") > 1), func.split_part(TAGS.name, ":", 1)),
    else_=None,
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


@dataclass(frozen=True)
class Census:
    """All tags and all that carry them, counted.

    Attributes:
        uses: by id of tag, for those that exist; all of them.
        alike: for tags whose names are close to others', the ids of those.
        problems: ids of the tags with each problem.
        dangling: use of the ids in `recipes.tag_highlights` that no tag has; None stands for null.
        public: number of public tags.
        hidden: number of hidden ones.
        namespaces: of hidden tags, in order.
    """

    uses: Mapping[int, Use]
    alike: Mapping[int, Sequence[int]]
    problems: Mapping[Problem, frozenset[int]]
    dangling: Mapping[int | None, Use]
    public: int
    hidden: int
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
    counted = {row[0]: Use(*row[1:4], row[4]) for row in session().execute(_COUNTED)}
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
        sum(not tag.is_hidden for tag in tags),
        sum(tag.is_hidden for tag in tags),
        sorted({tag.namespace for tag in tags if tag.namespace is not None}),
    )


#: Counted over all recipes, which at ten thousand of them takes some tens of milliseconds.
CENSUS = Kept(_take_census)


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
    text = bindparam(name, callable_=lambda: written(CENSUS.get().written), type_=Text())
    return cast(text, ARRAY(type_))


#: The use of each tag as a table, so that lists can be sorted and filtered by it.
USE = (
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
    .render_derived("use")
)
#: Tags beside their use. A tag that is newer than the census has none yet.
TAGS_AND_USE = Tag.__table__.outerjoin(USE, USE.c.tag_id == TAGS.id)


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
    """

    tag: AnyRow
    use: Use
    problems: Sequence[Problem]

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
_BY_IDS = select(*_TAG_COLUMNS).where(TAGS.id == any_(bindparam("ids", type_=ARRAY(Integer))))


def list_rows(ids: Sequence[int], state: ListState) -> Sequence[TagRow]:  # noqa: ARG001 - all columns cost the same
    """What a list shows of these tags, in this order."""
    if not ids:
        return []
    census = CENSUS.get()
    found = {row.id: row for row in session().execute(_BY_IDS, {"ids": ids})}
    return [
        TagRow(found[id_], census.uses.get(id_, UNUSED), census.problems_of(id_))
        for id_ in ids
        if id_ in found
    ]
