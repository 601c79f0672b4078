"""What hangs together with an asset, as links; what is gone is said to be gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for

from delula.assets.queries import LOOKED_THROUGH
from delula.models.enums import AssetSource, label
from delula.web.display import grouped
from delula.web.lists import in_filter
from delula.web.references import hrefs_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from delula.assets.detail import Shown
    from delula.assets.queries import Uses
    from delula.db import AnyRow


def _link(icon: str, title: str, meta: str, href: str | None, *, missing: bool = False) -> dict[str, Any]:
    return {"icon": icon, "title": title, "meta": meta, "href": href, "missing": missing}


def related_links(
    asset: Shown, owner: AnyRow | None, recipe: AnyRow | None, name: Callable[[Any], str]
) -> list[dict[str, Any]]:
    """The owner, the owner's library, the generation and the recipe of an asset."""
    links = []
    if asset.owner_id:
        if owner is None:
            links.append(_link("user-x", asset.owner_id, "This user no longer exists", None, missing=True))
        else:
            href = hrefs_of("users")(asset.owner_id)
            links.append(_link("user", name(owner), f"{label(owner.account_type)} user", href))
        everything = f"{url_for('assets.index')}?q=user:{in_filter(asset.owner_id)}"
        links.append(_link("images", "All assets of this owner", "With totals by type", everything))
    if asset.source is AssetSource.GENERATION:
        href = hrefs_of("generations")(asset.id)
        links.append(_link("clapperboard", f"Generation {asset.id}", "What made it, and how", href))
    if asset.recipe_id is not None:
        href = hrefs_of("recipes")(asset.recipe_id)
        if recipe is None:
            title = asset.recipe_title or f"Recipe {asset.recipe_id}"
            links.append(_link("book-x", title, "This recipe no longer exists", None, missing=True))
        else:
            links.append(_link("book-open", recipe.name or f"Recipe {recipe.id}", "Recipe", href))
    return links


def use_links(uses: Uses) -> list[dict[str, Any]]:
    """Where an asset is used, or comes from."""
    generation, library = hrefs_of("generations"), hrefs_of("assets")
    sample, stocked = hrefs_of("samples"), hrefs_of("backlog_videos")
    links = [
        _link("clapperboard", _title(one), f"Generation {one.id}, the same file", generation(one.id))
        for one in uses.made_by
    ]
    links += [
        _link("log-in", _title(one), f"Generation {one.id}, names it in its metadata", generation(one.id))
        for one in uses.inputs
    ]
    links += [
        _link(
            "images",
            one.display_name or f"Asset {one.id}",
            "In a library, deleted" if one.is_deleted else "In a library",
            library(f"user-{one.id}"),
        )
        for one in uses.libraries
    ]
    links += [
        _link(
            "archive",
            f"Backlog entry {one.id}",
            "Given to a user" if one.is_used else "In stock",
            stocked(one.id),
        )
        for one in uses.stock
    ]
    links += [
        _link(
            "sparkles",
            one.title or f"Sample {one.id}",
            f"Sample, {one.moderation_status or 'no moderation status'}, {_times(one.exports)} sold",
            sample(one.id),
        )
        for one in uses.samples
    ]
    return links


def _title(generation: AnyRow) -> str:
    return generation.recipe_title or f"Generation {generation.id}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{grouped(number)} times"


def use_notes(source: AssetSource, uses: Uses) -> list[str]:
    """What was looked for and not found, or not looked for at all, as sentences."""
    if source is AssetSource.GENERATION:
        return [] if not uses.is_empty else ["It is in no library, not in stock, and no sample shows it."]
    if source is not AssetSource.USER:
        return ["The product does not record where assets of this source are used."]
    notes = [] if uses.made_by else ["No generation bears its asset id."]
    if uses.looked_through is not None and not uses.inputs:
        looked = grouped(uses.looked_through)
        if uses.looked_through >= LOOKED_THROUGH:
            notes.append(f"The owner's first {looked} generations since do not name it in their metadata.")
        else:
            notes.append("No generation of the owner since names it in its metadata.")
    return notes
