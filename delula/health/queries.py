"""What is wrong in the catalogue, found in one look over all recipes and all tags."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import Integer, Text, any_, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from delula.db import session
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
from delula.tags.queries import CENSUS, TAGS, Problem, last_entry, namespaces, successors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    Check("category", "recipes against the rules of category:", "What each carries, and what it should."),
    Check("workflow", "recipes against the rules of workflow:", "What each carries, and what it should."),
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
        "Variables that nobody fills, and idle steps.",
    ),
    Check(
        "failing", "active recipes that failed all week", "Not one generation of seven days was completed."
    ),
    Check(
        "stock",
        "active recipes without stock",
        f"Fewer than {LEAST_STOCK} finished videos wait.",
        is_grave=False,
    ),
    *(Check(key, title, meaning) for key, (title, meaning) in _BY_SQL.items()),
    Check("inactive_in_use", "inactive tags in use", "Switched off, and recipes still carry them.", "tag"),
    Check("convention", "hidden tags off convention", "They are not called namespace:value.", "tag"),
    Check("near_duplicate", "tags with nearly the same name", "One of them is probably a slip.", "tag"),
    Check("unused", "unused tags", "No recipe carries them.", "tag", is_grave=False),
)

_R, _TOTALS = Recipe.__table__.c, RecipeTotals.__table__.c
_LOOKED_AT = (
    select(
        _R.id,
        func.left(_R.name, 200).label("name"),
        _R.is_active,
        _R.generation_type,
        _R.workflow_type,
        func.left(_R.category, 200).label("category"),
        _R.tag_highlights,
        func.md5(_R.prompt + "\n" + cast(_R.recipe_steps, Text)).label("digest"),
        func.coalesce(_TOTALS.stock, 0).label("stock"),
        PROBLEMS["low_stock"].label("low_stock"),
        *(PROBLEMS[key].label(key) for key in _BY_SQL),
    )
    .outerjoin_from(Recipe.__table__, RecipeTotals.__table__, _TOTALS.recipe_id == _R.id)
    .order_by(_R.id)
)

#: A prompt may have megabytes, and a recipe seldom changes: what was found is kept by what it was found in.
_PROMPTS = select(_R.id, _R.prompt, _R.recipe_steps).where(
    _R.id == any_(bindparam("ids", type_=ARRAY(Integer)))
)
_AT_ONCE = 500
_found: dict[str, str | None] = {}
_finding = Lock()


def _unmatched(rows: Sequence[AnyRow]) -> Mapping[int, str]:
    """By id, what does not match between prompt and steps; only recipes that have changed are read."""
    with _finding:
        digests = {row.digest for row in rows}
        for old in _found.keys() - digests:
            del _found[old]
        new = {row.id: row.digest for row in rows if row.digest not in _found}
        ids = list(new)
        for start in range(0, len(ids), _AT_ONCE):
            for one in session().execute(_PROMPTS, {"ids": ids[start : start + _AT_ONCE]}):
                _found[new[one.id]] = unmatched_variables(one.prompt, one.recipe_steps)
        return {row.id: text for row in rows if (text := _found.get(row.digest)) is not None}


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
    declared = namespaces()
    rows = session().execute(_LOOKED_AT).all()
    names = {row.id: row.name for row in session().execute(select(TAGS.id, TAGS.name))}
    found: dict[str, list[Fault]] = {check.key: [] for check in CHECKS}
    unmatched, failing = _unmatched(rows), _failing()
    by_name = {one.name: one for one in declared}
    named = {tag for row in rows for tag in row.tag_highlights or () if tag is not None}
    merged = successors(named - names.keys())
    for row in rows:
        for key, text in _faults_of(row, declared, by_name, names, merged):
            found[key].append(Fault(row.id, row.name, text))
        if row.id in unmatched:
            found["variables"].append(Fault(row.id, row.name, unmatched[row.id]))
        if row.is_active and row.id in failing:
            text = f"All {failing[row.id]:,} that finished in seven days failed."
            found["failing"].append(Fault(row.id, row.name, text))
    for problem in Problem:
        found[problem.value] = _faults_of_tags(problem, names)
    return Health(found)


def _faults_of(
    row: AnyRow,
    declared: Sequence[Namespace],
    by_name: Mapping[str, Namespace],
    names: Mapping[int, str],
    merged: Mapping[int, int],
) -> Sequence[tuple[str, str]]:
    """What is wrong with one recipe: pairs of a check's key and a sentence."""
    tags = row.tag_highlights
    found = [
        (broken.namespace if broken.namespace in {"category", "workflow"} else "rules", broken.text)
        for broken in broken_rules(tags, row.generation_type, declared)
    ]
    if gone := [tag for tag in dict.fromkeys(tags or ()) if tag is None or tag not in names]:
        named = ", ".join("an empty entry" if tag is None else str(tag) for tag in gone)
        into = [f" {tag} was merged into {names[merged[tag]]}." for tag in gone if tag in merged]
        found.append(("dangling", f"No tag has {named}.{''.join(into)}"))
    if twice := duplicates(tags):
        found.append(("duplicates", f"{twice} of its {len(tags)} entries stand there already."))
    if text := contradicted_category(row.category, tags, by_name.get("category")):
        found.append(("category_text", text))
    if text := contradicted_workflow(row.workflow_type, tags, by_name.get("workflow")):
        found.append(("workflow_type", text))
    if row.low_stock:
        found.append(("stock", f"{row.stock:,} of {LEAST_STOCK} in stock."))
    mapping = row._mapping  # noqa: SLF001 - public, in spite of its name
    return [*found, *((key, meaning) for key, (_, meaning) in _BY_SQL.items() if mapping[key])]


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
            text = f"{census.uses[id_].recipes:,} recipes carry it."
        else:
            text = next(check.meaning for check in CHECKS if check.key == problem)
        found.append(Fault(id_, names[id_] or "(no name)", text, others[0] if others else None))
    return found


#: Looked for in all recipes, which at ten thousand of them takes most of a second.
HEALTH = Kept(_look, last_entry)
