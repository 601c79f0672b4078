"""The pages of assets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, redirect, request, url_for

from delula.access.guard import current_staff, here, requires
from delula.access.permissions import Permission
from delula.assets import (
    care,
    creating,  # noqa: F401 - registers its commands
    media,
    queries,
    removed,
)
from delula.assets.actions import REVIEWED, subject_of
from delula.assets.cells import cells, tile
from delula.assets.deeds import BULK, offered, offered_of_removed
from delula.assets.derivatives import DERIVE
from delula.assets.detail import compared, faults, judgements, shown
from delula.assets.listing import LISTING, SOURCE_LABELS, TAG_LENGTH
from delula.assets.provenance import classified
from delula.assets.related import related_links, use_links, use_notes
from delula.assets.summary import summary_of
from delula.commands import note_reading
from delula.jobs import queries as jobs
from delula.models import Removal, UserAsset
from delula.models.enums import AssetSource
from delula.review.blind_pages import page_in_place
from delula.storage import Store, current_store, facts_or_why, leads_elsewhere
from delula.web.command_pages import came_from
from delula.web.list_views import ListViews, add_list
from delula.web.lists import in_filter, place_of, resolved_here, state_of_request
from delula.web.masking import shown_json
from delula.web.references import hrefs_of, owner_naming
from delula.web.render import render, render_part, render_peek

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from delula.assets.queries import AnyAsset


blueprint = Blueprint("assets", __name__, url_prefix="/assets")


add_list(
    blueprint,
    ListViews(
        LISTING,
        Permission.ASSETS_READ,
        queries.list_rows,
        cells,
        queries.RESOLVERS,
        suggest=queries.suggest_values,
        tile=tile,
        bulk=[command.name for command in BULK],
    ),
)

#: What left the product's tables; a page of its own within the area.
removed_assets = Blueprint("removed_assets", __name__, url_prefix="/assets/removed")
add_list(
    removed_assets,
    ListViews(removed.LISTING, Permission.ASSETS_READ, removed.list_rows, removed.cells, {}),
)

#: Holds and files that one page shows.
_SHOWN = 200


@blueprint.get("/retention")
@requires(Permission.ASSETS_READ)
def care_page() -> Response:
    """For how long deleted files are kept, what is held, and what is still to be deleted."""
    days = care.retention_days()
    return render(
        "assets/care.html",
        days=days,
        due=len(care.due_for_purge(days, _SHOWN)) if days is not None else 0,
        most=_SHOWN,
        holds=care.holds(_SHOWN),
        waiting=care.unfinished_removals(_SHOWN),
    )


@blueprint.get("/summary")
@requires(Permission.ASSETS_READ)
def summary() -> Response:
    """What the filter leaves, by type and bytes."""
    state = state_of_request(LISTING)
    resolved = resolved_here(state.filter, queries.RESOLVERS)
    return render_part("assets/_summary.html", "The assets in figures", summary=summary_of(state, resolved))


@blueprint.get("/<reference>")
@requires(Permission.ASSETS_READ)
def detail(reference: str) -> Response:
    """Everything about one asset, by its source and id: `user-123`; the record of one that was removed."""
    known = queries.find(reference)
    if known is None:
        return removed_detail(reference)
    source, found = known
    if source in REVIEWED and (kept := page_in_place(REVIEWED[source], found.id)) is not None:
        return kept
    asset, store = shown(source, found), current_store()
    if asset.is_deleted:
        _note_opening(reference)
    it = subject_of(reference, source, found)
    corrections = care.corrections_of(found.id) if isinstance(found, UserAsset) else ()
    owner = queries.owner_of(asset.owner_id) if asset.owner_id else None
    recipe = queries.recipe_of(asset.recipe_id) if asset.recipe_id is not None else None
    return render(
        "assets/detail.html",
        it=asset,
        faults=faults(found),
        owner=owner,
        owner_name=owner_naming(),
        related=related_links(asset, owner, recipe, owner_naming()),
        has_store=store is not None,
        key=media.key_of(found, media.FILE, store) if store else None,
        links=_links(asset.reference, found, store),
        public_url=None if asset.is_private or not asset.location else media.public_url(asset.location),
        hold=it.hold,
        commands=offered(it),
        here=here(),
        classifications=classified(found, corrections) if isinstance(found, UserAsset) else (),
        metadata=shown_json(asset.metadata),
        judgements=judgements,
        same_href=_same_href,
        tag_href=_tag_href,
        hrefs=hrefs_of,
        place=place_of(LISTING, queries.RESOLVERS, asset.reference),
    )


@blueprint.get("/<reference>/peek")
@requires(Permission.ASSETS_READ)
def peek(reference: str) -> Response:
    """The essence of one asset, beside the list."""
    known = queries.find(reference)
    if known is None:
        return render_peek("removed_assets/_peek.html", **_removed(reference))
    source, found = known
    if source in REVIEWED and (kept := page_in_place(REVIEWED[source], found.id)) is not None:
        return kept
    asset = shown(source, found)
    it = subject_of(reference, source, found)
    return render_peek(
        "assets/_peek.html",
        it=asset,
        hold=it.hold,
        commands=offered(it),
        here=came_from(url_for("assets.detail", reference=reference)),
        owner=queries.owner_of(asset.owner_id) if asset.owner_id else None,
        owner_name=owner_naming(),
        links=_links(asset.reference, found, current_store()),
        same_href=_same_href,
    )


@blueprint.get("/<reference>/media/<part>")
@requires(Permission.ASSETS_READ)
def medium(reference: str, part: str) -> AnyResponse:
    """Lead to a file of an asset.

    What is private is led to by a URL that works for minutes, minted now and stored nowhere. What is public
    is read from the CDN; without one as well by such a URL, since the bucket itself need not be open.
    """
    if part not in media.PARTS:
        abort(404)
    source, found = _found(reference)
    if source in REVIEWED and (kept := page_in_place(REVIEWED[source], found.id)) is not None:
        return kept
    store = current_store()
    key = media.key_of(found, part, store) if store else None
    if store is None or key is None:
        abort(404)
    if part == media.FILE and shown(source, found).is_deleted:
        _note_opening(reference)
    filename = key.rsplit("/", 1)[-1] if "download" in request.args else None
    is_open = not source.requires_auth and filename is None and part != media.BLURRED
    public = store.cdn_url(key) if is_open else None
    response = redirect(public or store.presigned(key, filename=filename))
    # A page with the same picture twice asks once; the URL outlives the cache entry.
    response.headers["Cache-Control"] = "private, max-age=60"
    return response


@blueprint.get("/<reference>/storage")
@requires(Permission.ASSETS_READ)
def storage(reference: str) -> Response:
    """What the store knows of the file; its own fragment, since the store may be slow or away."""
    source, found = _found(reference)
    store = current_store()
    key = media.key_of(found, media.FILE, store) if store else None
    facts, away = facts_or_why(key)
    return render_part(
        "assets/_storage.html",
        "File in storage",
        key=key,
        away=away,
        facts=facts,
        is_no_key=key is not None and leads_elsewhere(key),
        rows=compared(shown(source, found), facts) if facts else (),
        making=jobs.last_of(DERIVE.name, "asset", reference),
    )


@blueprint.get("/<reference>/uses")
@requires(Permission.ASSETS_READ)
def uses(reference: str) -> Response:
    """Where an asset is used; its own fragment, since many rows may have to be looked through."""
    source, found = _found(reference)
    told = queries.uses(found)
    return render_part(
        "assets/_uses.html", "Where it is used", links=use_links(told), notes=use_notes(source, told)
    )


@removed_assets.get("/<reference>")
@requires(Permission.ASSETS_READ)
def removed_detail(reference: str) -> Response:
    """What is left of one that was removed."""
    context = _removed(reference)
    record = context["it"]
    is_of_user = record.source == str(AssetSource.USER)
    known = queries.owner_of(record.owner_id) if is_of_user and record.owner_id else None
    return render(
        "removed_assets/detail.html",
        **context,
        owner_href=hrefs_of("users")(record.owner_id) if known else None,
        removals=care.removals_of(reference),
        commands=offered_of_removed(record),
        here=here(),
        place=place_of(removed.LISTING, {}, reference),
    )


@removed_assets.get("/<reference>/peek")
@requires(Permission.ASSETS_READ)
def removed_peek(reference: str) -> Response:
    """The essence of one that was removed, beside the list."""
    return render_peek("removed_assets/_peek.html", **_removed(reference))


def _removed(reference: str) -> dict[str, Any]:
    """The record of a removed asset, and what to call its state; 404 where there is none."""
    record = care.removed(reference) if "\0" not in reference else None
    if record is None:
        abort(404)
    return {
        "it": record,
        "source_label": SOURCE_LABELS[AssetSource.from_string(record.source)],
        "state_label": removed.STATES[Removal(record.state)],
        "tone": removed.TONES[Removal(record.state)],
    }


def _found(reference: str) -> tuple[AssetSource, AnyAsset]:
    """The asset; what leads to one that was removed leads to its record."""
    found = queries.find(reference)
    if found is None:
        _removed(reference)
        abort(redirect(url_for("assets.detail", reference=reference)))
    return found


def _note_opening(reference: str) -> None:
    """What its owner has deleted is opened for a reason: the audit log says by whom."""
    note_reading("assets.open_deleted", "asset", reference, current_staff.actor)


def _same_href(field: str, value: object) -> str:
    """The list of all assets with one value in one field."""
    return f"{url_for('assets.index')}?q={field}:{in_filter(value)}"


def _tag_href(field: str, tag: str) -> str:
    """The list of all assets with a tag, by as much as is searched of it: it may be longer than a filter."""
    return _same_href(field, tag[:TAG_LENGTH])


def _links(reference: str, asset: AnyAsset, store: Store | None) -> dict[str, str | None]:
    """The addresses of the file and of its stand-in; None for what there is not."""

    def address(part: str) -> str | None:
        if store is None or media.key_of(asset, part, store) is None:
            return None
        return url_for("assets.medium", reference=reference, part=part)

    return {"file": address(media.FILE), "thumbnail": address(media.THUMBNAIL)}
