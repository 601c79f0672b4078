"""What is wrong in the catalogue, found in one look over all recipes and all tags."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy import Integer, String, any_, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from delula.db import database, records, session
from delula.health.checks import (
    Check,
    Fault,
    contradicted_category,
    contradicted_workflow,
    duplicates,
    unmatched_variables,
)
from delula.lists.kept import Kept
from delula.models import Recipe, RecipeTotals
from delula.recipes.listing import LEAST_STOCK, PROBLEMS
from delula.rollups.queries import as_of, outcomes_by_recipe
from delula.tags.namespaces import broken_rules
from delula.tags.queries import CATALOGUE_CHANGES, CENSUS, TAGS, Problem, namespaces, successors
from delula.web.display import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Pool

    from delula.db import AnyRow
    from delula.tags.namespaces import Namespace

#: How long every run of an active recipe has to have failed.
WEEK = timedelta(days=7)

#: Problems of recipes that the database tells of by itself, with what they mean.
_BY_SQL = {
    "gone_creator": ("recipes without their creator", "Their creator no longer exists."),
    "same_slug": ("recipes with the slug of another", "An address leads to one of them only."),
    "odd_steps": ("recipes with steps that are no list", "Users see no form."),
    "negative_cost": ("recipes at a negative cost", "Users are paid for running them."),
}

CHECKS: Sequence[Check] = (
    Check("category", "recipes against the rules of category", "What each carries, and what it should."),
    Check("workflow", "recipes against the rules of workflow", "What each carries, and what it should."),
    Check(
        "rules", "recipes against the rules of another namespace", "What each carries, and what it should."
    ),
    Check("dangling", "recipes with ids that no tag has", "The tag was deleted, or never was."),
    Check("duplicates", "recipes with the same tag twice", "Once is enough."),
    Check("category_text", "recipes whose category says something else", "The text against the tag."),
    Check("workflow_type", "recipes whose workflow type says something else", "The type against the tag."),
    Check(
        "variables",
        "recipes whose prompt and steps do not match",
        "Variables that nobody fills, steps of one id, and idle ones.",
    ),
    Check(
        "failing", "active recipes that failed all week", "Not one generation of seven days was completed."
    ),
    Check(
        "stock",
        "active recipes below the minimum stock",
        f"Fewer than {LEAST_STOCK} finished videos wait. The product makes them; what failed can be retried.",
        is_grave=False,
    ),
    *(Check(key, title, meaning) for key, (title, meaning) in _BY_SQL.items()),
    Check("inactive_in_use", "inactive tags in use", "Switched off, and recipes still carry them.", "tag"),
    Check("convention", "hidden tags off convention", "They are not called namespace:value.", "tag"),
    Check("near_duplicate", "tags with nearly the same name", "One of them is probably a slip.", "tag"),
    Check("unused", "unused tags", "No recipe carries them.", "tag", is_grave=False),
)

_R, _TOTALS = Recipe.__table__.c, RecipeTotals.__table__.c
#: Of the row of a recipe: the transaction that wrote it.
_VERSION = literal_column("recipes.xmin::text", String).label("version")
#: All recipes, with what can change while the row of a recipe does not.
_STANDING = (
    select(
        _R.id,
        _VERSION,
        func.left(_R.name, 200).label("name"),
        _R.is_active,
        func.coalesce(_TOTALS.stock, 0).label("stock"),
        PROBLEMS["low_stock"].label("low_stock"),
        *(PROBLEMS[key].label(key) for key in _BY_SQL),
    )
    .outerjoin_from(Recipe.__table__, RecipeTotals.__table__, _TOTALS.recipe_id == _R.id)
    .order_by(_R.id)
)
_READ = select(
    _R.id,
    _VERSION,
    _R.generation_type,
    _R.workflow_type,
    func.left(_R.category, 200).label("category"),
    _R.tag_highlights,
    _R.prompt,
    _R.recipe_steps,
).where(_R.id == any_(bindparam("ids", type_=ARRAY(Integer))))
#: Recipes that are read at once: a prompt may have megabytes.
_AT_ONCE = 500


@dataclass
class _Recipe:
    """What was read of a recipe; it seldom changes, so it is kept.

    Attributes:
        version: of the row.
        makes: its generation type.
        unmatched: what does not match between prompt and steps.
        faults: what its tags have against the rules and against the other columns: a check's key and a
            sentence each; None until it is known.
        gone: entries of its tags that no tag has.
    """

    version: str
    makes: str
    workflow_type: str
    category: str
    tags: Sequence[int | None]
    unmatched: str | None
    faults: Sequence[tuple[str, str]] | None = None
    gone: Sequence[int | None] = ()


@dataclass
class _Known:
    """What is known of a database.

    Attributes:
        basis: the namespaces and the ids of tags that the faults were found with.
    """

    recipes: dict[int, _Recipe] = field(default_factory=dict)
    basis: tuple[Sequence[Namespace], frozenset[int]] = ((), frozenset())


# One thread at a time looks at it, as only one counts what is `Kept`.
_known: WeakKeyDictionary[Pool, _Known] = WeakKeyDictionary()


def _read_what_changed(known: _Known, versions: Mapping[int, str]) -> None:
    for gone in known.recipes.keys() - versions.keys():
        del known.recipes[gone]
    held = known.recipes
    ids = [id_ for id_, version in versions.items() if id_ not in held or held[id_].version != version]
    for start in range(0, len(ids), _AT_ONCE):
        for row in session().execute(_READ, {"ids": ids[start : start + _AT_ONCE]}):
            held[row.id] = _Recipe(
                row.version,
                row.generation_type,
                row.workflow_type,
                row.category,
                tuple(row.tag_highlights or ()),
                unmatched_variables(row.prompt, row.recipe_steps),
            )


def _find_faults(known: _Known, declared: Sequence[Namespace], tags: frozenset[int]) -> None:
    """Find what is wrong with recipes that have changed; with all of them where rules or tags have."""
    if known.basis != (declared, tags):
        known.basis = (declared, tags)
        for recipe in known.recipes.values():
            recipe.faults = None
    by_name = {one.name: one for one in declared}
    for recipe in known.recipes.values():
        if recipe.faults is None:
            recipe.faults = list(_faults_of(recipe, declared, by_name))
            recipe.gone = [tag for tag in dict.fromkeys(recipe.tags) if tag is None or tag not in tags]


@dataclass(frozen=True)
class Health:
    """What was found.

    Attributes:
        faults: by key of a check.
    """

    faults: Mapping[str, Sequence[Fault]]

    @cached_property
    def found(self) -> Sequence[tuple[Check, Sequence[Fault]]]:
        """The checks that have found something."""
        return [(check, self.faults[check.key]) for check in CHECKS if self.faults.get(check.key)]

    @cached_property
    def fine(self) -> Sequence[Check]:
        """The others."""
        return [check for check in CHECKS if not self.faults.get(check.key)]


def _look() -> Health:
    declared, standing = namespaces(), records(_STANDING)
    names = {row.id: row.name for row in session().execute(select(TAGS.id, TAGS.name))}
    known = _known.setdefault(database(), _Known())
    _read_what_changed(known, {row.id: row.version for row in standing})
    _find_faults(known, declared, frozenset(names))
    recipes = known.recipes
    found: dict[str, list[Fault]] = {check.key: [] for check in CHECKS}
    failing = _failing()
    merged = successors({tag for one in recipes.values() for tag in one.gone if tag is not None})
    for row in standing:
        if row.id not in recipes:  # it was deleted in between
            continue
        for key, text in _told_of(row, recipes[row.id], names, merged):
            found[key].append(Fault(row.id, row.name, text))
        if row.is_active and row.id in failing:
            text = f"All {failing[row.id]:,} that finished in seven days failed."
            found["failing"].append(Fault(row.id, row.name, text))
    for problem in Problem:
        found[problem.value] = _faults_of_tags(problem, names)
    return Health(found)


def _faults_of(
    recipe: _Recipe, declared: Sequence[Namespace], by_name: Mapping[str, Namespace]
) -> Iterator[tuple[str, str]]:
    told: dict[str, list[str]] = {}
    for broken in broken_rules(recipe.tags, recipe.makes, declared):
        key = broken.namespace if broken.namespace in {"category", "workflow"} else "rules"
        told.setdefault(key, []).append(broken.text)
    for key, texts in told.items():
        yield key, " ".join(texts)
    if twice := duplicates(recipe.tags):
        yield "duplicates", f"{twice} of its {len(recipe.tags)} entries stand there already."
    if text := contradicted_category(recipe.category, recipe.tags, by_name.get("category")):
        yield "category_text", text
    if text := contradicted_workflow(recipe.workflow_type, recipe.tags, by_name.get("workflow")):
        yield "workflow_type", text
    if recipe.unmatched:
        yield "variables", recipe.unmatched


def _told_of(
    row: AnyRow, recipe: _Recipe, names: Mapping[int, str], merged: Mapping[int, int]
) -> Iterator[tuple[str, str]]:
    """What is wrong with one recipe: pairs of a check's key and a sentence."""
    yield from recipe.faults or ()
    if recipe.gone:
        named = ", ".join("an empty entry" if tag is None else str(tag) for tag in recipe.gone)
        into = [
            f" {tag} was merged into {names[merged[tag]]}."
            for tag in recipe.gone
            if tag is not None and tag in merged
        ]
        yield "dangling", f"No tag has {named}.{''.join(into)}"
    if row.low_stock:
        yield "stock", f"{row.stock:,} of {LEAST_STOCK} in stock."
    for key, (_, meaning) in _BY_SQL.items():
        if getattr(row, key):
            yield key, meaning


def _failing() -> Mapping[int, int]:
    """Recipes of which everything that finished in a week failed, with how much that was."""
    until = as_of() or datetime.now(UTC)
    sums = outcomes_by_recipe(until - WEEK, until)
    return {id_: one.failed for id_, one in sums.items() if one.failed and not one.succeeded}


def _faults_of_tags(problem: Problem, names: Mapping[int, str]) -> list[Fault]:
    census = CENSUS.get()
    found = []
    for id_ in sorted(census.problems[problem]):
        if id_ not in names:
            continue
        others = [other for other in census.alike.get(id_, ()) if other in names]
        if problem is Problem.NEAR_DUPLICATE:
            if not others:
                continue
            text = f"Nearly the same as {', '.join(names[other] for other in others)}."
        elif problem is Problem.INACTIVE_IN_USE:
            carrying = census.uses[id_].recipes
            text = "One recipe carries it." if carrying == 1 else f"{carrying:,} recipes carry it."
        else:
            text = next(check.meaning for check in CHECKS if check.key == problem)
        found.append(Fault(id_, named(names[id_]), text, names[others[0]] if others else None))
    return found


#: Looked for in all recipes, which at ten thousand of them takes most of a second.
HEALTH = Kept(_look, CATALOGUE_CHANGES)
