"""What the page of one user says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for

from delula.models.enums import AssetType, label
from delula.web.charts import Chart, Part, proportion
from delula.web.display import grouped, size
from delula.web.figures import Figure, rate
from delula.web.lists import in_filter
from delula.web.references import hrefs_of
from delula.web.scales import BYTES, COUNT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.db import AnyRow
    from delula.users.queries import Work

#: The columns of the totals that count and weigh each kind of file.
_KINDS = (
    (AssetType.IMAGE, "images", "image_bytes"),
    (AssetType.VIDEO, "videos", "video_bytes"),
    (AssetType.AUDIO, "audios", "audio_bytes"),
    (AssetType.DOCUMENT, "documents", "document_bytes"),
    (None, "other_assets", "other_bytes"),
)


def rows_href(area: str, user_id: str, *terms: str, field: str = "user") -> str:
    """The list of an area, filtered to one user and by further terms."""
    query = "+".join([f"{field}:{in_filter(user_id)}", *terms])
    return f"{url_for(f'{area}.index')}?q={query}"


#: What makes the list of assets a user's library, as the roll-ups count it.
_LIBRARY = ("source:user", "deleted:no")


#: Why there are no sums of files, where they are kept from whoever could take a second look at one.
FILES_UNTOLD = "Not told before a second look is taken"


def figures(user: AnyRow) -> list[Figure]:
    """The figures at the top; "No data" for what the roll-ups have not counted yet."""
    ledger = rows_href("credits", user.id)
    found = [Figure("Balance", f"{grouped(user.credits)} credits", href=ledger)]
    if not user.is_counted:
        return [*found, *(Figure(name, None) for name in ("Generations", "Success rate", "Spent", "Library"))]
    success = rate(user.completed, user.completed + user.failed)
    running = user.pending + user.processing
    return [
        *found,
        Figure(
            "Generations",
            grouped(user.generations),
            href=rows_href("generations", user.id),
            note=f"{grouped(running)} under way" if running else None,
        ),
        Figure(
            "Success rate",
            success.text if success else None,
            href=rows_href("generations", user.id, "status:completed,failed"),
            note=success.interval if success else None,
            n=success.n if success else None,
        ),
        Figure(
            "Spent",
            f"{grouped(user.spent)} credits",
            href=rows_href("credits", user.id, "type:usage"),
            note=f"{grouped(user.refunded)} refunded, {grouped(user.purchased)} bought",
        ),
        _library_figure(user),
    ]


def _library_figure(user: AnyRow) -> Figure:
    if user.assets is None:
        return Figure("Library", None, note=FILES_UNTOLD)
    return Figure(
        "Library",
        size(user.bytes),
        href=rows_href("assets", user.id, *_LIBRARY),
        note=f"{grouped(user.assets)} {'file' if user.assets == 1 else 'files'}",
    )


def library(user: AnyRow) -> list[Chart]:
    """The files of a user by type, counted and weighed; empty where there is none."""
    if not user.is_counted or not user.assets:
        return []

    def parts(column: int) -> list[Part]:
        return [
            Part(
                label(kind[0]) if kind[0] else "Other",
                getattr(user, str(kind[column])),
                rows_href("assets", user.id, *_LIBRARY, f"type:{kind[0].name.lower()}") if kind[0] else None,
            )
            for kind in _KINDS
            if getattr(user, kind[1])
        ]

    return [
        proportion("Files by type", "", parts(1), y=COUNT, name="Type"),
        proportion("Bytes by type", "", parts(2), y=BYTES, name="Type"),
    ]


def related_links(user: AnyRow, work: Work) -> list[dict[str, Any]]:
    """Where the rest of what belongs to a user stands."""
    wanted = (
        ("clapperboard", "Generations", _count(user, "generations"), rows_href("generations", user.id)),
        ("coins", "Ledger", _count(user, "ledger_rows"), rows_href("credits", user.id)),
        ("images", "Library", _count(user, "assets"), rows_href("assets", user.id, *_LIBRARY)),
        ("sparkles", "Samples", None, rows_href("samples", user.id)),
        ("workflow", "Executions of components", None, rows_href("executions", user.id)),
    )
    links = [{"icon": icon, "title": title, "meta": meta, "href": href} for icon, title, meta, href in wanted]
    created = rows_href("recipes", user.id, field="creator")
    if work.recipes:
        links.append({"icon": "book-open", "title": "Recipes created", "meta": None, "href": created})
    return [*links, *_recipes(work.recipes)]


def _count(user: AnyRow, column: str) -> str | None:
    count = getattr(user, column)
    return grouped(count) if count is not None else None


def _recipes(recipes: Sequence[AnyRow]) -> list[dict[str, Any]]:
    href_of = hrefs_of("recipes")
    return [
        {
            "icon": "book-open",
            "title": recipe.name,
            "meta": "Recipe" if recipe.is_active else "Recipe, not active",
            "href": href_of(recipe.id),
        }
        for recipe in recipes
    ]
