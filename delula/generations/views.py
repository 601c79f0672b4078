"""The pages of generations."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, redirect, request, url_for

from delula.access.guard import requires
from delula.access.permissions import Permission
from delula.db import session
from delula.generations import media, queries
from delula.generations.cells import cells, owner_naming
from delula.generations.detail import error_text, form_answers, metadata_text, related_links, same_href
from delula.generations.lifecycle import is_stuck, lifecycle
from delula.generations.listing import LISTING
from delula.lists import TABLE, conditions_of, key_of, neighbours
from delula.storage import Store, StoreUnavailable, current_store
from delula.web.lists import (
    count_fragment,
    custom_range,
    facets_fragment,
    list_page,
    live_fragment,
    state_of_text,
    suggestions_fragment,
)
from delula.web.masking import masked_json
from delula.web.render import render
from delula.web.tables import table_body

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from delula.models import Generation


blueprint = Blueprint("generations", __name__, url_prefix="/generations")


@blueprint.get("/")
@requires(Permission.GENERATIONS_READ)
def index() -> AnyResponse:
    """The list, as table or media grid."""
    if (canonical := custom_range(LISTING)) is not None:
        return redirect(canonical)
    listed, status = list_page(LISTING, queries.RESOLVERS, queries.list_rows)
    return render(
        "generations/index.html",
        "generations/_list.html",
        status=status,
        listed=listed,
        body=table_body(listed, cells()) if listed.state.view == TABLE else None,
        has_store=current_store() is not None,
    )


@blueprint.get("/count")
@requires(Permission.GENERATIONS_READ)
def count() -> Response:
    """How many generations match."""
    return count_fragment(LISTING, queries.RESOLVERS)


@blueprint.get("/facets")
@requires(Permission.GENERATIONS_READ)
def facets() -> Response:
    """The facets beside the list."""
    return facets_fragment(LISTING, queries.RESOLVERS)


@blueprint.get("/live")
@requires(Permission.GENERATIONS_READ)
def live() -> Response:
    """What has changed since the list was painted."""
    return live_fragment(LISTING, queries.RESOLVERS, queries.statuses)


@blueprint.get("/suggestions")
@requires(Permission.GENERATIONS_READ)
def suggestions() -> Response:
    """What could be typed next in the query box."""
    return suggestions_fragment(LISTING, queries.suggest_values)


@blueprint.get("/<reference>")
@requires(Permission.GENERATIONS_READ)
def detail(reference: str) -> Response:
    """Everything about one generation, by id, short id or asset id."""
    generation = _found(reference)
    store = current_store()
    related = queries.related(generation)
    owner = owner_naming()
    listed_from = request.args.get("from", "")
    now = datetime.now(UTC)
    metadata = masked_json(generation.metadata_)
    return render(
        "generations/detail.html",
        generation=generation,
        related=related,
        related_links=related_links(generation, related, owner),
        owner=owner,
        same_href=same_href,
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
        error=error_text(generation.error_details),
        error_details=masked_json(generation.error_details),
        back_href=f"{url_for('generations.index')}?{listed_from}"
        if listed_from
        else url_for("generations.index"),
        neighbours=_neighbours(generation, listed_from),
    )


@blueprint.get("/<reference>/peek")
@requires(Permission.GENERATIONS_READ)
def peek(reference: str) -> Response:
    """The essence of one generation, beside the list."""
    generation = _found(reference)
    return render(
        "generations/_peek.html",
        generation=generation,
        related=queries.related(generation),
        kind=media.kind_of(generation),
        links=_links(generation, current_store()),
        owner=owner_naming(),
        same_href=same_href,
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
    facts, away = None, store is None
    if store is not None and key is not None:
        try:
            facts = store.facts(key)
        except StoreUnavailable:
            away = True
    return render("generations/_storage.html", generation=generation, key=key, facts_found=facts, away=away)


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


def _neighbours(generation: Generation, listed_from: str) -> tuple[str | None, str | None]:
    """The pages of the generations before and after this one in the list that one came from."""
    state = state_of_text(LISTING, listed_from)
    resolved = state.filter.resolved(queries.RESOLVERS)
    key = key_of(session(), LISTING.source, state.order, generation.id)
    if not resolved.is_valid or key is None:
        return None, None
    before, after = neighbours(session(), LISTING.source, conditions_of(resolved), state.order, key)
    return _detail_href(before, listed_from), _detail_href(after, listed_from)


def _detail_href(id_: int | None, listed_from: str) -> str | None:
    if id_ is None:
        return None
    path = url_for("generations.detail", reference=id_)
    return f"{path}?{urlencode({'from': listed_from})}" if listed_from else path
