"""The pages of samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, redirect, request, url_for

from delula.access.guard import here, requires
from delula.access.permissions import Permission
from delula.models import ReviewKind
from delula.models.enums import MediaType
from delula.recipes.queries import suggest_recipes
from delula.review.blind_pages import page_in_place
from delula.samples import media, queries
from delula.samples.actions import COMMANDS
from delula.samples.cells import cells, moderation_tag, size_tag, tile, written_dimensions
from delula.samples.listing import LISTING
from delula.storage import current_store
from delula.web.command_pages import command_line
from delula.web.display import named
from delula.web.list_views import ListViews, add_list
from delula.web.lists import in_filter, place_of
from delula.web.references import hrefs_of, owner_naming
from delula.web.render import render, render_peek

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from delula.db import AnyRow

blueprint = Blueprint("samples", __name__, url_prefix="/samples")

#: Of Lucide, one for each of the commands.
ICONS = ("check", "ban", "star", "star-off", "pencil")

add_list(
    blueprint,
    ListViews(
        LISTING,
        Permission.SAMPLES_READ,
        queries.list_rows,
        cells,
        queries.RESOLVERS,
        suggest=suggest_recipes,
        bulk=[command.name for command in COMMANDS],
        tile=tile,
    ),
)


@blueprint.get("/<int:sample_id>")
@requires(Permission.SAMPLES_READ)
def detail(sample_id: int) -> Response:
    """Everything about one sample."""
    sample = _found(sample_id)
    if (kept := page_in_place(ReviewKind.SAMPLE, sample_id)) is not None:
        return kept
    return render(
        "samples/detail.html",
        related_links=_related(sample),
        place=place_of(LISTING, queries.RESOLVERS, sample_id),
        deeds=[
            command_line(command, icon, here(), id=sample_id)
            for command, icon in zip(COMMANDS, ICONS, strict=True)
        ],
        **_shown(sample),
    )


@blueprint.get("/<int:sample_id>/peek")
@requires(Permission.SAMPLES_READ)
def peek(sample_id: int) -> Response:
    """The essence of one sample, beside the list."""
    sample = _found(sample_id)
    kept = page_in_place(ReviewKind.SAMPLE, sample_id)
    return render_peek("samples/_peek.html", **_shown(sample)) if kept is None else kept


@blueprint.get("/<int:sample_id>/media/<part>")
@requires(Permission.SAMPLES_READ)
def medium(sample_id: int, part: str) -> AnyResponse:
    """Lead to a file of a sample by a URL that works for minutes, minted now and stored nowhere."""
    store = current_store()
    sample = queries.locations(sample_id) if part in media.PARTS else None
    key = media.key_of(sample, part, store) if sample and store else None
    if store is None or key is None:
        abort(404)
    filename = key.rsplit("/", 1)[-1] if "download" in request.args else None
    response = redirect(store.presigned(key, filename=filename))
    # A page with the same picture twice asks once; the URL outlives the cache entry.
    response.headers["Cache-Control"] = "private, max-age=60"
    return response


def _found(sample_id: int) -> AnyRow:
    sample = queries.find(sample_id)
    if sample is None:
        abort(404)
    return sample


def _shown(sample: AnyRow) -> dict[str, Any]:
    """What the page of a sample and its peek show alike."""
    store = current_store()
    files = [_file(sample, part) for part in media.PARTS]
    by_part = {file["part"]: file for file in files}
    best = next((by_part[part] for part in ("full", "preview") if by_part[part]["href"]), by_part["full"])
    key = media.key_of(sample, best["part"], store) if store else None
    return {
        "sample": sample,
        "kind": "video" if sample.type == MediaType.VIDEO else "image",
        "has_store": store is not None,
        "files": files,
        "best": best,
        "poster": by_part["thumbnail"]["href"],
        "cdn": store.cdn_url(key) if store and key else None,
        "owner": owner_naming()(sample),
        "owner_href": _owner_href(sample),
        "moderation": moderation_tag,
        "size": size_tag(sample.file_size),
        "dimensions": written_dimensions(sample.dimensions),
    }


def _owner_href(sample: AnyRow) -> str:
    """The page of who made it; all samples of theirs where they are gone."""
    if sample.owner_id is not None:
        return hrefs_of("users")(sample.owner_id)
    return f"{url_for('samples.index')}?q=user:{in_filter(sample.user_id)}"


def _file(sample: AnyRow, part: str) -> dict[str, Any]:
    """A file: what it is called, where the product says it is, and where it opens if it is in the bucket."""
    store = current_store()
    stored = store is not None and media.key_of(sample, part, store) is not None
    return {
        "part": part,
        "label": media.PARTS[part][1],
        "location": media.location(sample, part),
        "href": url_for("samples.medium", sample_id=sample.id, part=part) if stored else None,
    }


def _related(sample: AnyRow) -> list[dict[str, Any]]:
    """What hangs together with a sample, as cards; what is gone is said to be gone."""
    here = url_for("samples.index")
    generation: dict[str, Any] = {
        "icon": "clapperboard",
        "title": f"Generation {sample.generation_id}",
        "meta": "This generation no longer exists",
        "href": None,
        "missing": True,
    }
    if sample.found_generation_id is not None:
        generation["meta"] = f"What it shows, {sample.generation_status or 'without a status'}"
        generation["href"] = hrefs_of("generations")(sample.generation_id)
    recipe: dict[str, Any] = {
        "icon": "book-x",
        "title": f"Recipe {sample.recipe_id}",
        "meta": "This recipe no longer exists",
        "href": f"{here}?q=recipe:{sample.recipe_id}",
        "missing": True,
    }
    if sample.recipe_name is not None:
        recipe = {
            "icon": "book-open",
            "title": named(sample.recipe_name),
            "meta": f"Recipe, {sample.credit_cost} credits",
            "href": hrefs_of("recipes")(sample.recipe_id),
        }
    user: dict[str, Any] = {
        "icon": "user" if sample.owner_id is not None else "user-x",
        "title": owner_naming()(sample) or "(no id)",
        "meta": "Who made it" if sample.owner_id is not None else "This user no longer exists",
        "href": _owner_href(sample),
        "missing": sample.owner_id is None,
    }
    return [recipe, generation, user]
