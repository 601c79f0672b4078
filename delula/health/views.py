"""The page of the catalogue's health: what is wrong, each with what mends it."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, url_for

from delula.access.guard import here, may, requires
from delula.access.permissions import Permission
from delula.backlog.queries import OWNER
from delula.commands import command_named
from delula.health.queries import CHECKS, HEALTH
from delula.web.command_pages import command_href
from delula.web.references import object_href
from delula.web.render import render
from delula.web.stretches import stretch_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.commands import Command
    from delula.health.checks import Check, Fault

blueprint = Blueprint("health", __name__, url_prefix="/recipes/health")

#: Rows of each check on the page of all, and on its own.
SHOWN, SHOWN_ALONE = 8, 100

#: By check, the commands that mend one of its rows, the most wanted first.
MENDING = {
    "category": ("tags.give",),
    "workflow": ("tags.give",),
    "rules": ("tags.give",),
    "dangling": ("tags.tidy",),
    "duplicates": ("tags.tidy",),
    "category_text": ("tags.give",),
    "workflow_type": ("tags.give",),
    "negative_cost": ("recipes.set_cost",),
    "failing": ("recipes.deactivate",),
    "stock": ("recipes.deactivate",),
    "near_duplicate": ("tags.merge",),
    "unused": ("tags.delete",),
    "inactive_in_use": ("tags.merge", "tags.activate"),
    "convention": ("tags.edit",),
}
#: By check, the generations of a recipe that tell why, where they can be retried or released.
_GENERATIONS = {
    "failing": (("Its failures", "status:failed created:>7d"),),
    "stock": (
        ("Failed stock", f"user:{OWNER} status:failed"),
        ("Being made", f"user:{OWNER} status:pending,processing"),
    ),
}
#: Those that are mended in the form of the recipe.
_IN_FORM = frozenset(
    {"category_text", "workflow_type", "variables", "odd_steps", "same_slug", "gone_creator"}
)


@blueprint.get("/")
@requires(Permission.RECIPES_READ)
def index() -> Response:
    """Everything that is wrong, some of each."""
    health = HEALTH.get()
    return render(
        "health/index.html",
        found=[_section(check, faults[:SHOWN], len(faults)) for check, faults in health.found],
        fine=health.fine,
    )


@blueprint.get("/<key>")
@requires(Permission.RECIPES_READ)
def check(key: str) -> Response:
    """All that one check has found, to be mended one by one or together."""
    one = next((check for check in CHECKS if check.key == key), None)
    if one is None:
        abort(404)
    faults = HEALTH.get().faults.get(key, ())
    stretch = stretch_of(faults, attrgetter("id"), SHOWN_ALONE)
    return render(
        "health/check.html",
        section=_section(one, stretch.rows, len(faults)),
        stretch=stretch,
        here=here(),
    )


def _section(check: Check, faults: Sequence[Fault], count: int) -> dict[str, Any]:
    return {
        "check": check,
        "count": count,
        "counted": check.counted(count),
        "together": [one for one in _commands(check) if one.object_field],
        "rows": [
            {"fault": fault, "href": object_href(check.about, str(fault.id)), "ways": _ways(check, fault)}
            for fault in faults
        ],
        "href": url_for("health.check", key=check.key),
    }


def _commands(check: Check) -> list[Command[Any]]:
    """The commands that mend what a check finds, as far as the person may run them."""
    known = [command_named(name) for name in MENDING.get(check.key, ())]
    return [one for one in known if one is not None and may(one.permission)]


def _ways(check: Check, fault: Fault) -> list[dict[str, str]]:
    """What mends one row: commands that the person may run, and pages that tell more."""
    back, ways = here(), []
    for command in _commands(check):
        known: dict[str, object] = {
            "recipe" if "recipe" in command.given.__dataclass_fields__ else "id": fault.id
        }
        if command.name == "tags.merge" and fault.other is not None:
            known["into"] = fault.other
        ways.append({"label": command.title, "href": command_href(command.name, back, **known)})
    if check.key in _IN_FORM and may(Permission.RECIPES_EDIT):
        form = url_for("recipe_editing.edit", id_=fault.id, back=back)
        ways.append({"label": "Edit recipe", "href": form})
    for label, query in _GENERATIONS.get(check.key, ()):
        href = f"{url_for('generations.index')}?{urlencode({'q': f'recipe:{fault.id} {query}'})}"
        ways.append({"label": label, "href": href})
    return ways
