"""The pages of providers."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from delula.access.guard import requires
from delula.access.permissions import Permission
from delula.models.enums import label
from delula.providers import queries
from delula.providers.cells import cells, generations_href, name_of
from delula.providers.listing import LISTING
from delula.queue.queries import use_of_providers
from delula.web.list_views import ListViews, add_list
from delula.web.lists import place_of
from delula.web.masking import masked_json
from delula.web.references import hrefs_of
from delula.web.render import render

blueprint = Blueprint("providers", __name__, url_prefix="/providers")

add_list(
    blueprint,
    ListViews(LISTING, Permission.PROVIDERS_READ, queries.list_rows, cells, resolvers={}),
)


@blueprint.get("/<int:provider_id>")
@requires(Permission.PROVIDERS_READ)
def detail(provider_id: int) -> Response:
    """One provider: its slots, its services, and the recipes that it makes."""
    provider = queries.find(provider_id)
    if provider is None:
        abort(404)
    busy, waiting = use_of_providers().get(provider.title.lower(), (0, 0))
    services = [
        {
            "row": service,
            "type": label(service.type_id),
            "cost": f"{service.base_cost.normalize():f}" if service.base_cost.is_finite() else None,
            "config": masked_json(service.config),
        }
        for service in queries.services_of(provider)
    ]
    return render(
        "providers/detail.html",
        provider=provider,
        name=name_of(provider),
        busy=busy,
        busy_href=generations_href(provider, "processing"),
        waiting=waiting,
        waiting_href=generations_href(provider, "pending"),
        config=masked_json(provider.config),
        services=services,
        configured=[service for service in services if service["config"] is not None],
        strays=queries.stray_services(),
        recipes=queries.recipes_of(provider),
        recipe_href=hrefs_of("recipes"),
        place=place_of(LISTING, {}, provider.id),
    )
