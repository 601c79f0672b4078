"""The pages of recipes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, Response, abort, get_template_attribute, redirect, request, url_for
from markupsafe import Markup

from delula.access.guard import here, requires
from delula.access.permissions import Permission
from delula.errors import InvalidInput
from delula.recipes import queries
from delula.recipes.actions import ACTIVATE, DEACTIVATE, SET_COST
from delula.recipes.cells import card_of, cells, chips, named_tags
from delula.recipes.deeds import deeds, list_deeds
from delula.recipes.detail import (
    chosen_by_users,
    flaws,
    form_of,
    generations_href,
    image_facts,
    prompt_markup,
    related_links,
    sample_cards,
    sample_counts,
    stated,
    tag_groups,
    tag_href,
    video_facts,
)
from delula.recipes.documents import components
from delula.recipes.listing import LEAST_STOCK, LISTING
from delula.recipes.performance import DEFAULT_RANGE, RANGES, range_links
from delula.recipes.performance import performance as performance_of
from delula.storage import current_store
from delula.tags.giving import GIVE
from delula.web.figures import rate
from delula.web.list_views import ListViews, add_list
from delula.web.lists import place_of, zone
from delula.web.masking import masked_json
from delula.web.references import hrefs_of, owner_naming
from delula.web.render import render, render_peek, wants_fragment

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response as AnyResponse

    from delula.models import Recipe
    from delula.web.lists import ListPage


blueprint = Blueprint("recipes", __name__, url_prefix="/recipes")


def _tile() -> Callable[[Any, ListPage], Markup]:
    card = card_of(url_for("recipes.index"))
    draw = get_template_attribute("recipes/_card.html", "recipe_tile")

    def of(row: Any, listed: ListPage) -> Markup:
        href, peek_href = listed.detail_href(row.id), listed.peek_href(row.id)
        return cast("Markup", draw(card(row, row.tags), row.id, href, peek_href, listed.selects))

    return of


add_list(
    blueprint,
    ListViews(
        LISTING,
        Permission.RECIPES_READ,
        queries.list_rows,
        cells,
        queries.RESOLVERS,
        suggest=queries.suggest_values,
        tile=_tile,
        deeds=list_deeds,
        bulk=[command.name for command in (GIVE, ACTIVATE, DEACTIVATE, SET_COST)],
    ),
)


@blueprint.get("/<path:reference>")
@requires(Permission.RECIPES_READ)
def detail(reference: str) -> Response:
    """Everything about one recipe, by id or slug."""
    recipe = _found(reference)
    related = queries.related(recipe)
    about = related.about
    index = url_for("recipes.index")
    form = form_of(recipe.prompt, recipe.recipe_steps)
    tags = named_tags(about.tags)
    named = components(recipe.workflow_components)
    owner = owner_naming()
    return render(
        "recipes/detail.html",
        recipe=recipe,
        about=about,
        flaws=flaws(recipe, about, form),
        form=form,
        steps_json=masked_json(recipe.recipe_steps),
        prompt_html=prompt_markup(form),
        chosen=chosen_by_users(recipe, about, form.steps),
        generations=related.generations,
        generation_href=hrefs_of("generations"),
        all_generations=Markup('<a class="link" href="{}">All of them</a>').format(generations_href(recipe)),
        has_store=current_store() is not None,
        components_json=masked_json(recipe.workflow_components),
        named_components=named,
        known_components=queries.known_components(named),
        component_href=hrefs_of("components"),
        user_card=card_of(index)(recipe, about.tags),
        tag_groups=[
            {"label": group["label"], "chips": chips(group["tags"], tag_href(index))}
            for group in tag_groups(tags)
        ],
        success=rate(about.completed, about.completed + about.failed) if about.counted is not None else None,
        least_stock=LEAST_STOCK,
        stated=stated,
        video=video_facts(recipe),
        image=image_facts(recipe),
        samples=sample_cards(related.samples),
        samples_href=f"{url_for('samples.index')}?q=recipe:{recipe.id}",
        sample_counts=sample_counts(about.samples),
        related_links=related_links(recipe, about, owner),
        performance_href=next(one["fragment_href"] for one in _ranges(recipe) if one["current"]),
        place=place_of(LISTING, queries.RESOLVERS, recipe.id, recipe.created_at),
        deeds=deeds(recipe, here()),
    )


@blueprint.get("/<int:id_>/performance")
@requires(Permission.RECIPES_READ)
def performance(id_: int) -> Response:
    """How a recipe does: its own fragment, since many generations are behind it; a page without script."""
    recipe = _found(str(id_))
    return render(
        "recipes/performance.html",
        "recipes/_performance.html",
        recipe=recipe,
        done=performance_of(recipe, _range(), datetime.now(UTC), zone()),
        ranges=_ranges(recipe),
    )


@blueprint.get("/<int:id_>/peek")
@requires(Permission.RECIPES_READ)
def peek(id_: int) -> Response:
    """The essence of one recipe, beside the list."""
    recipe = _found(str(id_))
    return render_peek(
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


def _range() -> str:
    """The range of days that the address asks for.

    Raises:
        InvalidInput: there is no such range.
    """
    chosen = request.args.get("range", DEFAULT_RANGE)
    if chosen not in RANGES:
        raise InvalidInput("range", f"choose one of {', '.join(RANGES)}.")
    return chosen


def _ranges(recipe: Recipe) -> list[dict[str, object]]:
    """The links that change the range, on the recipe's page or in place."""
    listed = {"from": request.args["from"]} if "from" in request.args else {}
    fragment = url_for("recipes.performance", id_=recipe.id)
    # Opened by itself, the section is a page of its own and stays one.
    alone = request.endpoint == "recipes.performance" and not wants_fragment()
    page = fragment if alone else url_for("recipes.detail", reference=recipe.id)
    return range_links(page, fragment, _range(), listed)


def _found(reference: str) -> Recipe:
    recipe = queries.find(reference)
    if recipe is None:
        abort(404)
    return recipe
