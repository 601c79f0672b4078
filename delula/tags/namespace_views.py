"""The pages of namespaces: their rules, their choices, and the recipes that break a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, url_for

from delula.access.guard import here, may, requires, why_may_not
from delula.access.permissions import Permission
from delula.tags import queries
from delula.tags.giving import GIVE
from delula.tags.namespace_actions import DECLARE, DROP, EDIT
from delula.tags.queries import BROKEN, CENSUS, UNUSED
from delula.web.references import hrefs_of
from delula.web.render import render
from delula.web.stretches import stretch_of
from delula.web.tags import tag_chip

if TYPE_CHECKING:
    from delula.tags.namespaces import Namespace

blueprint = Blueprint("namespaces", __name__, url_prefix="/tags/namespaces")

#: Recipes that break a rule, as many as can be mended together.
SHOWN_RECIPES = 100


@blueprint.get("/")
@requires(Permission.TAGS_READ)
def index() -> Response:
    """All namespaces, those that hidden tags have and nobody declared included."""
    declared, broken = queries.namespaces(), BROKEN.get()
    names = {one.name for one in declared}
    return render(
        "namespaces/index.html",
        declared=[(one, len(broken.get(one.name, ()))) for one in declared],
        undeclared=[name for name in CENSUS.get().namespaces if name not in names],
        may_edit=may(Permission.TAGS_EDIT),
        refusal=why_may_not(Permission.TAGS_EDIT),
        declare=DECLARE,
    )


@blueprint.get("/<name>")
@requires(Permission.TAGS_READ)
def detail(name: str) -> Response:
    """One namespace: its rules, its choices, and the recipes that break one of the rules."""
    namespace = _found(name)
    uses = CENSUS.get().uses
    broken = BROKEN.get().get(name, {})
    stretch = stretch_of(list(broken), int, SHOWN_RECIPES, anchor="recipes")
    recipes = queries.recipes_named(stretch.rows)
    return render(
        "namespaces/detail.html",
        namespace=namespace,
        choices=[(choice, uses.get(choice.tag_id, UNUSED).recipes) for choice in namespace.choices],
        recipes=[(recipe, broken[recipe.id]) for recipe in recipes],
        count=len(broken),
        stretch=stretch,
        chip=tag_chip,
        tag_href=hrefs_of("tags"),
        recipe_href=hrefs_of("recipes"),
        commands=[EDIT, DROP],
        give=GIVE,
        may_edit=may(Permission.TAGS_EDIT),
        refusal=why_may_not(Permission.TAGS_EDIT),
        here=here(),
        tags_href=f"{url_for('tags.index')}?q=namespace:{name}",
    )


def _found(name: str) -> Namespace:
    namespace = next((one for one in queries.namespaces() if one.name == name), None)
    if namespace is None:
        abort(404)
    return namespace
