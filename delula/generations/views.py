"""The pages of generations."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, redirect, request, url_for

from delula.access.guard import may, requires
from delula.access.permissions import Permission
from delula.db import session
from delula.generations import media, queries
from delula.generations.lifecycle import lifecycle
from delula.generations.listing import LISTING
from delula.lists import conditions_of, key_of, neighbours
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
from delula.web.masking import masked_email, masked_json
from delula.web.render import render

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
        owner=owner,
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
    listed_from = request.args.get("from", "")
    return render(
        "generations/detail.html",
        generation=generation,
        related=queries.related(generation),
        timeline=lifecycle(generation, datetime.now(UTC)),
        kind=media.kind_of(generation),
        key=media.key_of(generation, media.FILE, store) if store else None,
        links=_links(generation, store),
        metadata=masked_json(generation.metadata_),
        error_details=masked_json(generation.error_details),
        owner=owner,
        listed_from=listed_from,
        **_neighbours(generation, listed_from),
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
        owner=owner,
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
    return render("generations/_storage.html", generation=generation, key=key, facts=facts, away=away)


def owner(row: object) -> str:
    """How the owner of a row is called: handle, else e-mail address, masked where it must be, else id."""
    email = getattr(row, "user_email", None)
    shown = email if may(Permission.USERS_READ_EMAIL) else masked_email(email)
    return getattr(row, "user_handle", None) or shown or getattr(row, "user_id", "")


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


def _neighbours(generation: Generation, listed_from: str) -> dict[str, str | None]:
    """The generations before and after this one in the list that one came from."""
    state = state_of_text(LISTING, listed_from)
    resolved = state.filter.resolved(queries.RESOLVERS)
    key = key_of(session(), LISTING.source, state.order, generation.id)
    if not resolved.is_valid or key is None:
        return {"previous_href": None, "next_href": None}
    ids = neighbours(session(), LISTING.source, conditions_of(resolved), state.order, key)
    hrefs = [
        url_for("generations.detail", reference=id_, **({"from": listed_from} if listed_from else {}))
        if id_
        else None
        for id_ in ids
    ]
    return {"previous_href": hrefs[0], "next_href": hrefs[1]}
