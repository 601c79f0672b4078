"""The pages of generations."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, redirect, request, url_for

from delula.access import clock
from delula.access.guard import here, requires, why_may_not
from delula.access.permissions import Permission
from delula.generations import media, queries
from delula.generations.actions import COMMANDS, offered
from delula.generations.cells import cells, tile
from delula.generations.detail import error_text, form_answers, metadata_text, related_links, same_href
from delula.generations.lifecycle import is_stuck, lifecycle
from delula.generations.listing import LISTING
from delula.models import ReviewKind
from delula.recipes.queries import suggest_recipes
from delula.review.blind_pages import page_in_place
from delula.storage import Store, current_store, facts_or_why, leads_elsewhere
from delula.web.command_pages import came_from
from delula.web.list_views import ListViews, add_list
from delula.web.lists import place_of
from delula.web.masking import shown_json
from delula.web.references import hrefs_of, owner_naming
from delula.web.render import render, render_part, render_peek

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from delula.models import Generation


blueprint = Blueprint("generations", __name__, url_prefix="/generations")


add_list(
    blueprint,
    ListViews(
        LISTING,
        Permission.GENERATIONS_READ,
        queries.list_rows,
        cells,
        queries.RESOLVERS,
        states=queries.statuses,
        suggest=suggest_recipes,
        tile=tile,
        bulk=[command.name for command in COMMANDS],
    ),
)


@blueprint.get("/<reference>")
@requires(Permission.GENERATIONS_READ)
def detail(reference: str) -> Response:
    """Everything about one generation, by id, short id or asset id."""
    generation = _found(reference)
    if (kept := page_in_place(ReviewKind.GENERATION, generation.id)) is not None:
        return kept
    store = current_store()
    related = queries.related(generation)
    owner = owner_naming()
    now = datetime.now(UTC)
    metadata, error_details = shown_json(generation.metadata_), shown_json(generation.error_details)
    return render(
        "generations/detail.html",
        generation=generation,
        related=related,
        related_links=related_links(generation, related, owner),
        owner=owner,
        same_href=same_href,
        users_href=hrefs_of("users"),
        timeline=lifecycle(generation, now),
        is_stuck=is_stuck(generation, now),
        kind=media.kind_of(generation),
        has_store=store is not None,
        key=media.key_of(generation, media.FILE, store) if store else None,
        links=_links(generation, store),
        elsewhere=media.elsewhere(generation, store),
        metadata=metadata,
        form_answers=form_answers(metadata),
        workflow=metadata_text(metadata, "workflowType"),
        origin=metadata_text(metadata, "request_origin"),
        error=error_text(error_details),
        error_details=error_details,
        place=place_of(LISTING, queries.RESOLVERS, generation.id, generation.created_at),
        commands=offered(generation, clock.utc_now(), why_may_not),
        here=here(),
    )


@blueprint.get("/<reference>/peek")
@requires(Permission.GENERATIONS_READ)
def peek(reference: str) -> Response:
    """The essence of one generation, beside the list."""
    generation = _found(reference)
    if (kept := page_in_place(ReviewKind.GENERATION, generation.id)) is not None:
        return kept
    page = url_for("generations.detail", reference=generation.id)
    return render_peek(
        "generations/_peek.html",
        generation=generation,
        commands=offered(generation, clock.utc_now(), why_may_not),
        here=came_from(page),
        related=queries.related(generation),
        kind=media.kind_of(generation),
        links=_links(generation, current_store()),
        owner=owner_naming(),
        same_href=same_href,
        users_href=hrefs_of("users"),
    )


@blueprint.get("/<reference>/media/<part>")
@requires(Permission.GENERATIONS_READ)
def medium(reference: str, part: str) -> AnyResponse:
    """Lead to a file of a generation by a URL that works for minutes, minted now and stored nowhere."""
    if part not in media.PARTS:
        abort(404)
    store = current_store()
    key = media.key_of(_found(reference), part, store) if store else None
    if store is None or key is None:
        abort(404)
    filename = key.rsplit("/", 1)[-1] if "download" in request.args else None
    response = redirect(store.presigned(key, filename=filename))
    # A page with the same picture twice asks once; the URL outlives the cache entry.
    response.headers["Cache-Control"] = "private, max-age=60"
    return response


@blueprint.get("/<reference>/storage")
@requires(Permission.GENERATIONS_READ)
def storage(reference: str) -> Response:
    """What the store knows of the file; its own fragment, since the store may be slow or away."""
    generation = _found(reference)
    store = current_store()
    key = media.key_of(generation, media.FILE, store) if store else None
    facts, away = facts_or_why(key)
    return render_part(
        "generations/_storage.html",
        "File in storage",
        generation=generation,
        key=key,
        facts_found=facts,
        is_no_key=key is not None and leads_elsewhere(key),
        away=away,
    )


def _found(reference: str) -> Generation:
    generation = queries.find(reference)
    if generation is None:
        abort(404)
    return generation


def _links(generation: Generation, store: Store | None) -> dict[str, str | None]:
    """The addresses of the file and of its stand-ins; None for what there is not."""

    def address(part: str) -> str | None:
        if store is None or media.key_of(generation, part, store) is None:
            return None
        return url_for("generations.medium", reference=generation.id, part=part)

    key = media.key_of(generation, media.FILE, store) if store else None
    return {
        "file": address(media.FILE),
        "thumbnail": address(media.THUMBNAIL),
        "cdn": store.cdn_url(key) if store and key else None,
    }
