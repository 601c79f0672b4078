"""The pages of recipes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, redirect, url_for

from delula.access.guard import requires
from delula.access.permissions import Permission
from delula.recipes import queries
from delula.recipes.cells import card_of, cells
from delula.recipes.listing import LISTING
from delula.storage import current_store
from delula.web.list_views import ListViews, add_list
from delula.web.lists import place_of
from delula.web.references import owner_naming
from delula.web.render import render

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from delula.models import Recipe


blueprint = Blueprint("recipes", __name__, url_prefix="/recipes")


def _extras() -> dict[str, Any]:
    return {"card_of": card_of(url_for("recipes.index"))}


add_list(
    blueprint,
    ListViews(
        LISTING,
        Permission.RECIPES_READ,
        queries.list_rows,
        cells,
        queries.RESOLVERS,
        suggest=queries.suggest_values,
        extras=_extras,
    ),
)


@blueprint.get("/<path:reference>")
@requires(Permission.RECIPES_READ)
def detail(reference: str) -> Response:
    """Everything about one recipe, by id or slug."""
    recipe = _found(reference)
    return render("recipes/detail.html", recipe=recipe, place=place_of(LISTING, queries.RESOLVERS, recipe.id))


@blueprint.get("/<int:id_>/peek")
@requires(Permission.RECIPES_READ)
def peek(id_: int) -> Response:
    """The essence of one recipe, beside the list."""
    recipe = _found(str(id_))
    return render(
        "recipes/_peek.html",
        recipe=recipe,
        about=queries.about(recipe),
        owner=owner_naming(),
        card_of=card_of(url_for("recipes.index")),
    )


@blueprint.get("/<int:id_>/picture")
@requires(Permission.RECIPES_READ)
def picture(id_: int) -> AnyResponse:
    """Lead to the picture of a recipe by a URL that works for minutes, minted now and stored nowhere."""
    store = current_store()
    key = store.key_of(_found(str(id_)).preview_image_url) if store else None
    if store is None or key is None:
        abort(404)
    response = redirect(store.presigned(key))
    # A page with the same picture twice asks once; the URL outlives the cache entry.
    response.headers["Cache-Control"] = "private, max-age=60"
    return response


def _found(reference: str) -> Recipe:
    recipe = queries.find(reference)
    if recipe is None:
        abort(404)
    return recipe
