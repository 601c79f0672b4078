"""Every question that the pages of option icons ask of the database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Text,
    any_,
    bindparam,
    column,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from delula.db import AnyRow, by_key, session
from delula.lists.changes import Changes
from delula.lists.kept import Kept
from delula.models import Recipe, RecipeOptionTagIcon
from delula.models.tolerance import parse_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from delula.lists import ListState

ICONS, _RECIPES = RecipeOptionTagIcon.__table__.c, Recipe.__table__.c

#: Options without an icon that are listed, the most used first.
SHOWN_OPTIONS = 200
#: Recipes that the page of an icon shows.
SHOWN_RECIPES = 50


class Problem(StrEnum):
    """What can be wrong with an option icon; the words of the filter `problem:`."""

    UNUSED = "unused"
    NO_ICON = "no_icon"


#: The options of all recipes: one for each choice of each step, and one for a step without choices. A choice
#: that is a bare text or number is its own value.
#: Steps that are no list of objects have none; what stands in them is text, whatever it is.
#: Recipes offer the same options again and again, so each is looked for among the icons once. First come the
#: icons that recipes have a step or an option for; then, without an id, the options that no icon covers: none
#: bears their value, their label or the key of their step.
_COUNT = text(
    f"""
    WITH options AS MATERIALIZED (
        SELECT step ->> 'id' AS step, option ->> 'label' AS label,
            CASE jsonb_typeof(option) WHEN 'object' THEN option ->> 'value' ELSE option #>> '{{}}' END
                AS value,
            array_agg(recipes.id) AS recipes
        FROM recipes
        CROSS JOIN LATERAL jsonb_path_query(
            recipe_steps, 'strict $[*] ? (@.type() == "object")', silent => true) step
        LEFT JOIN LATERAL jsonb_path_query(
            step, 'strict $.options[*] ? (@.type() != "array" && @.type() != "null")', silent => true
        ) option ON true
        GROUP BY 1, 2, 3
    ), used AS (
        SELECT DISTINCT icon.id, recipe_id FROM options
        JOIN recipe_option_tag_icon icon ON icon.id IN (step, value, label)
        CROSS JOIN LATERAL unnest(options.recipes) recipe_id
    ), bare AS (
        SELECT step, value, label, counted.* FROM options
        CROSS JOIN LATERAL (
            SELECT count(DISTINCT recipe_id) AS recipes, min(recipe_id) AS first_recipe
            FROM unnest(options.recipes) recipe_id) counted
        WHERE coalesce(value, label, step) IS NOT NULL
        AND NOT EXISTS (SELECT FROM recipe_option_tag_icon icon WHERE icon.id IN (step, value, label))
    )
    SELECT used.id, NULL AS step, NULL AS value, NULL AS label, count(*) AS recipes, NULL AS first_recipe,
        (array_agg(recipe.id ORDER BY recipe.is_active DESC, recipe.name, recipe.id))[1:{SHOWN_RECIPES}]
            AS first, NULL AS total
    FROM used JOIN recipes recipe ON recipe.id = used.recipe_id GROUP BY used.id
    UNION ALL
    (SELECT NULL, step, value, label, recipes, first_recipe, NULL, count(*) OVER () FROM bare
    ORDER BY recipes DESC, step, value, label LIMIT {SHOWN_OPTIONS})
    """  # noqa: S608 - our own text
)


@dataclass(frozen=True)
class Census:
    """Which options there are in recipes, and which icons are theirs.

    Attributes:
        recipes: by key of an icon, how many recipes have a step or an option of that key.
        first: ids of those that its page shows, active ones first.
        bare: options without an icon, the most used first, at most `SHOWN_OPTIONS`.
        bare_total: how many options have no icon.
    """

    recipes: Mapping[str, int]
    first: Mapping[str, Sequence[int]]
    bare: Sequence[AnyRow]
    bare_total: int


def _take_census() -> Census:
    rows = session().execute(_COUNT).all()
    used, bare = [row for row in rows if row.id is not None], [row for row in rows if row.id is None]
    recipes, first = {row.id: row.recipes for row in used}, {row.id: row.first for row in used}
    return Census(recipes, first, bare, bare[0].total if bare else 0)


#: Read from the forms of all recipes, which at ten thousand of them takes half a second.
CENSUS = Kept(_take_census, Changes("option_icon", "recipe"))


def _bound(name: str, values: Callable[[Mapping[str, int]], list[Any]], type_: Any) -> ColumnElement[Any]:
    """What the census says when the statement runs."""
    return bindparam(name, callable_=lambda: values(CENSUS.get().recipes), type_=ARRAY(type_))


_used = (
    func.unnest(
        _bound("used_ids", list, Text()), _bound("used_recipes", lambda r: list(r.values()), Integer())
    )
    .table_valued(column("icon_id", Text), column("recipes", Integer))
    .render_derived("counted")
)
#: The use of each icon as a table.
USE = select(*_used.c).subquery("use")
#: Icons beside their use.
ICONS_AND_USE = RecipeOptionTagIcon.__table__.outerjoin(USE, USE.c.icon_id == ICONS.id)

PROBLEMS: Mapping[Problem, ColumnElement[bool]] = {
    Problem.UNUSED: USE.c.recipes.is_(None),
    Problem.NO_ICON: func.coalesce(ICONS.icon, "") == "",
}


@dataclass(frozen=True)
class IconRow:
    """A row of the list.

    Attributes:
        icon: the row.
        recipes: how many recipes have a step or an option of its key.
    """

    icon: AnyRow
    recipes: int

    @property
    def id(self) -> str:
        """Its key."""
        return str(self.icon.id)


_COLUMNS = (ICONS.id, ICONS.display, ICONS.icon, ICONS.color, ICONS.created_at, ICONS.updated_at)
_BY_IDS = by_key(select(*_COLUMNS).where(ICONS.id == any_(bindparam("ids", type_=ARRAY(Text)))))
_WHOLE = select(*_COLUMNS).where(ICONS.id == bindparam("id", type_=Text()))


def list_rows(ids: Sequence[str], state: ListState) -> Sequence[IconRow]:  # noqa: ARG001 - rows are narrow
    """What a list shows of these icons, in this order."""
    if not ids:
        return []
    recipes = CENSUS.get().recipes
    found = {row.id: row for row in session().execute(_BY_IDS, {"ids": list(ids)})}
    return [IconRow(found[id_], recipes.get(id_, 0)) for id_ in ids if id_ in found]


def still_bare(options: Sequence[AnyRow]) -> Sequence[AnyRow]:
    """Those of these options that nobody has given an icon since they were counted."""
    keys = set(session().scalars(select(ICONS.id)))
    return [one for one in options if not keys & {one.step, one.value, one.label}]


def find(key: str) -> AnyRow | None:
    """The icon with this key."""
    return session().execute(_WHOLE, {"id": key}).one_or_none() if "\0" not in key else None


def _has(name: str) -> ColumnElement[bool]:
    """Recipes whose steps contain a piece of JSON; an index answers it."""
    return _RECIPES.recipe_steps.contains(bindparam(name, type_=JSONB()))


_AS_STEP = or_(_has("step"), _has("bare_step"))
_AS_OPTION = or_(
    _has("value"), _has("bare_value"), _has("label"), _has("bare_label"), _has("alone"), _has("bare_alone")
)
_NAMES = select(_RECIPES.id, func.left(_RECIPES.name, 200).label("name")).where(or_(_AS_STEP, _AS_OPTION))
#: Which of thousands have it is found beside the pages; as what, of those that are shown.
_USERS = (
    select(
        _RECIPES.id,
        _RECIPES.name,
        _RECIPES.is_active,
        _AS_STEP.label("as_step"),
        _AS_OPTION.label("as_option"),
    )
    .where(_RECIPES.id == any_(bindparam("ids", type_=ARRAY(Integer))), or_(_AS_STEP, _AS_OPTION))
    .order_by(_RECIPES.is_active.desc(), _RECIPES.name, _RECIPES.id)
)


def recipes_with(key: str) -> Sequence[AnyRow]:
    """Recipes that have a step or an option of this key, active ones first, as many as its page shows."""
    ids = CENSUS.get().first.get(key, ())
    return session().execute(_USERS, {**_written(key), "ids": list(ids)}).all() if ids else []


def named_with(key: str) -> Sequence[AnyRow]:
    """All recipes that have a step or an option of this key, by id: ids and names."""
    return session().execute(_NAMES.order_by(_RECIPES.id), _written(key)).all()


def _written(key: str) -> dict[str, Any]:
    """The pieces of JSON that a recipe contains one of that has this key."""
    asked: dict[str, Any] = {}
    for prefix, value in (("", key), ("bare_", _bare(key))):
        asked[f"{prefix}step"] = [{"id": value}]
        asked[f"{prefix}value"] = [{"options": [{"value": value}]}]
        asked[f"{prefix}label"] = [{"options": [{"label": value}]}]
        asked[f"{prefix}alone"] = [{"options": [value]}]
    return asked


def _bare(key: str) -> str | float | bool:
    """The number or truth value that a key writes, since recipes may hold it as such; else the key itself."""
    try:
        value = parse_json(key)
    except ValueError:
        return key
    is_same = isinstance(value, bool | int | float) and json.dumps(value) == key
    return value if is_same and key not in {"NaN", "Infinity", "-Infinity"} else key
