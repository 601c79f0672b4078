"""The pages of providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, request, url_for

from delula.access.guard import requires
from delula.access.permissions import Permission
from delula.models.enums import label
from delula.providers import queries
from delula.providers.cells import cells, generations_href, name_of
from delula.providers.listing import LISTING
from delula.queue.queries import ProviderLoad, known_loads
from delula.web.list_views import ListViews, add_list
from delula.web.lists import in_filter, place_of
from delula.web.masking import shown_json
from delula.web.references import hrefs_of
from delula.web.render import render, render_part, render_peek

if TYPE_CHECKING:
    from delula.db import AnyRow

#: Services that stand in a peek.
PEEKED_SERVICES = 8

blueprint = Blueprint("providers", __name__, url_prefix="/providers")

add_list(
    blueprint,
    ListViews(LISTING, Permission.PROVIDERS_READ, queries.list_rows, cells, resolvers={}),
)


@blueprint.get("/<int:provider_id>")
@requires(Permission.PROVIDERS_READ)
def detail(provider_id: int) -> Response:
    """One provider: slots, services, and what it is set to; `?all=yes` shows every service."""
    provider = _found(provider_id)
    most = None if request.args.get("all") == "yes" else queries.RELATED_ROWS
    services = [_service(row) for row in queries.services_of(provider, most)]
    strays = queries.stray_services(most)
    return render(
        "providers/detail.html",
        **_use(provider),
        config=shown_json(provider.config),
        services=services,
        service_count=services[0]["row"].total if services else 0,
        configured=[service for service in services if service["config"] is not None],
        strays=strays,
        stray_count=strays[0].total if strays else 0,
        all_recipes_href=f"{url_for('recipes.index')}?q=provider:{in_filter(provider.title)}",
        place=place_of(LISTING, {}, provider.id),
    )


@blueprint.get("/<int:provider_id>/recipes")
@requires(Permission.PROVIDERS_READ)
def recipes(provider_id: int) -> Response:
    """The recipes that a provider makes; its own fragment, since all recipes are looked through for them."""
    provider = _found(provider_id)
    return render_part(
        "providers/_recipes.html",
        f"Recipes of {name_of(provider)}",
        recipes=queries.recipes_of(provider, queries.RELATED_ROWS),
        recipe_href=hrefs_of("recipes"),
    )


@blueprint.get("/<int:provider_id>/peek")
@requires(Permission.PROVIDERS_READ)
def peek(provider_id: int) -> Response:
    """The essence of one provider, beside the list."""
    provider = _found(provider_id)
    services = [_service(row) for row in queries.services_of(provider, PEEKED_SERVICES)]
    return render_peek(
        "providers/_peek.html",
        **_use(provider),
        services=services,
        service_count=services[0]["row"].total if services else 0,
    )


def _found(provider_id: int) -> AnyRow:
    provider = queries.find(provider_id)
    if provider is None:
        abort(404)
    return provider


def _use(provider: AnyRow) -> dict[str, Any]:
    """What is shown of a provider everywhere: its name, and what runs there and waits for it."""
    load = known_loads().get(provider.id, ProviderLoad())
    return {
        "provider": provider,
        "name": name_of(provider),
        "busy": load.processing,
        "busy_href": generations_href(provider, "processing") if load.processing else None,
        "waiting": load.pending,
        "waiting_href": generations_href(provider, "pending") if load.pending else None,
    }


def _service(row: AnyRow) -> dict[str, Any]:
    return {
        "row": row,
        "type": label(row.type_id),
        "cost": f"{row.base_cost.normalize():f}" if row.base_cost.is_finite() else None,
        "config": shown_json(row.config),
    }
