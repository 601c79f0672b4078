"""The pages of what a recipe was: its versions, and what differs between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, request, url_for

from delula.access.guard import requires, why_may_not
from delula.access.permissions import Permission
from delula.commands import action_title
from delula.recipes import versions
from delula.recipes.actions import RESTORE
from delula.recipes.columns import BY_NAME, COLUMNS
from delula.recipes.differences import difference
from delula.recipes.edit_form import tag_names
from delula.web.command_pages import command_href
from delula.web.render import render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from delula.db import AnyRow
    from delula.recipes.columns import Stored
    from delula.recipes.differences import Difference

blueprint = Blueprint("recipe_history", __name__, url_prefix="/recipes")

#: Versions on a page.
SHOWN = 50
#: What is compared with.
BEFORE, NOW = "before", "now"


@blueprint.get("/<int:id_>/history")
@requires(Permission.RECIPES_READ)
def index(id_: int) -> Response:
    """The versions of a recipe, newest first."""
    now, name = _known(id_)
    below = request.args.get("below", default=2**31 - 1, type=int)
    found = versions.listed(id_, min(max(below, 1), 2**31 - 1), SHOWN + 1)
    return render(
        "recipes/history.html",
        id=id_,
        name=name,
        exists=now is not None,
        versions=[_version(row) for row in found[:SHOWN]],
        older=found[SHOWN - 1].number if len(found) > SHOWN else None,
        is_kept=versions.is_kept(id_),
        newest=found[0].number if found else None,
    )


@blueprint.get("/<int:id_>/history/<int:number>")
@requires(Permission.RECIPES_READ)
def version(id_: int, number: int) -> Response:
    """One version of a recipe: what it changed, or what has changed since."""
    now, name = _known(id_)
    was = versions.of_version(id_, number) if number < 2**31 else None
    (row, *_) = versions.listed(id_, number + 1, 1) if was else [None]
    if was is None or row is None:
        abort(404)
    earlier = versions.of_version(id_, number - 1)
    against = request.args.get("against")
    compared = NOW if against == NOW and now is not None else BEFORE
    pair = (was, now) if compared == NOW and now is not None else (earlier, was)
    return render(
        "recipes/version.html",
        id=id_,
        name=name,
        version=_version(row),
        compared=compared,
        exists=now is not None,
        differences=_differences(*pair),
        is_first=earlier is None,
        is_now=now == was,
        values=[(column.label, column.shown(was[column.name])) for column in COLUMNS],
        restore_href=command_href(
            RESTORE.name, url_for("recipe_history.index", id_=id_), id=id_, number=number
        ),
        not_restored=_why_not_restored(now, was, number),
    )


def _known(id_: int) -> tuple[dict[str, str | None] | None, str]:
    """What a recipe is now, and its name; what is gone is known by its versions."""
    if id_ >= 2**31:
        abort(404)
    now = versions.stored(id_)
    newest = versions.newest(id_) if now is None else None
    known = now or (versions.of_version(id_, newest) if newest else None)
    if known is None:
        abort(404)
    return now, known["name"] or f"Recipe {id_}"


def _version(row: AnyRow) -> Mapping[str, Any]:
    """A version as the pages show it."""
    titles = {versions.FOUND: "As the console first saw it", versions.PRODUCT: "Changed by the product"}
    return {
        "number": row.number,
        "title": action_title(row.action) if row.action else titles.get(row.origin, row.origin),
        "origin": row.origin,
        "actor": row.actor,
        "at": row.at,
        "entry_id": row.entry_id,
        "reason": row.reason,
        "changed": [BY_NAME[name].label if name in BY_NAME else name for name in row.changed],
    }


def _differences(before: Stored | None, after: Stored) -> Sequence[Difference]:
    if before is None:
        return []
    return [
        difference(column, column.shown(before[column.name]), column.shown(after[column.name]), tag_names)
        for column in COLUMNS
        if before[column.name] != after[column.name]
    ]


def _why_not_restored(now: Stored | None, was: Stored, number: int) -> str | None:
    """Why the person cannot restore a version; None where that can be tried."""
    is_so = f"The recipe is what it was in version {number}" if now == was else None
    return why_may_not(Permission.RECIPES_EDIT) or is_so
