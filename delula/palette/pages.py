"""The pages that the palette offers, and the lists that a word can be searched in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import current_app, url_for

from delula.access.guard import may
from delula.access.permissions import Permission
from delula.assets.listing import LISTING as ASSETS
from delula.components.listing import LISTING as COMPONENTS
from delula.credits.listing import LISTING as CREDITS
from delula.generations.listing import LISTING as GENERATIONS
from delula.recipes.listing import LISTING as RECIPES
from delula.samples.listing import LISTING as SAMPLES
from delula.search import parse
from delula.tags.listing import LISTING as TAGS
from delula.users.listing import LISTING as USERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flask import Flask

    from delula.lists import ListSpec


@dataclass(frozen=True)
class Page:
    """A page that has a name of its own.

    Attributes:
        label: what it is called.
        icon: name of a Lucide icon.
        group: where it stands in the navigation.
        endpoint: where it is.
        permission: who may see it.
    """

    label: str
    icon: str
    group: str
    endpoint: str
    permission: Permission


@dataclass(frozen=True)
class Entry:
    """A line of the palette.

    Attributes:
        title: what it leads to.
        note: more about it.
        icon: name of a Lucide icon.
        href: where it leads.
    """

    title: str
    note: str
    icon: str
    href: str


#: Pages that have no entry in the navigation.
_BESIDE = (
    Page("Backlog videos", "archive", "Backlog", "backlog_videos.index", Permission.BACKLOG_READ),
    Page("Option icons", "tags", "Tags", "option_icons.index", Permission.TAGS_READ),
    Page("Ids without a tag", "tags", "Tags", "tags.dangling", Permission.TAGS_READ),
    Page("Executions", "blocks", "Components", "executions.index", Permission.COMPONENTS_READ),
    Page("Dependency graph", "blocks", "Components", "components.graph", Permission.COMPONENTS_READ),
    Page("Permissions", "shield-user", "Staff", "staff.permissions", Permission.STAFF_READ),
    Page("Your account", "circle-user", "You", "account.index", Permission.SIGNED_IN),
)
#: Lists that search plain words, each with who may read it.
_SEARCHED: tuple[tuple[ListSpec, Permission], ...] = (
    (GENERATIONS, Permission.GENERATIONS_READ),
    (USERS, Permission.USERS_READ),
    (RECIPES, Permission.RECIPES_READ),
    (TAGS, Permission.TAGS_READ),
    (ASSETS, Permission.ASSETS_READ),
    (SAMPLES, Permission.SAMPLES_READ),
    (COMPONENTS, Permission.COMPONENTS_READ),
    (CREDITS, Permission.CREDITS_READ),
)
#: Longer texts are pasted, and no words to search for.
_LONGEST_SEARCH = 100
_KEY = "delula-pages"


def offer_pages(app: Flask, pages: Iterable[Page]) -> None:
    """Name the pages of the navigation; the palette adds those that it has no entry for."""
    app.extensions[_KEY] = (*pages, *_BESIDE)


def pages_named(text: str) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """The pages that the person may see and that are called so.

    Args:
        text: what was typed; all pages where it is empty.

    Returns:
        Those of just this name, and those of which a word begins so.
    """
    wanted = text.casefold()
    just, beginning = [], []
    for page in current_app.extensions[_KEY]:
        label = page.label.casefold()
        if not may(page.permission):
            continue
        if wanted == label:
            just.append(_entry(page))
        elif label.startswith(wanted) or f" {wanted}" in label:
            beginning.append(_entry(page))
    return just, beginning


def _entry(page: Page) -> Entry:
    return Entry(page.label, page.group, page.icon, url_for(page.endpoint))


def searches(text: str) -> Sequence[Entry]:
    """The lists whose filter understands what was typed, filtered by it."""
    if not text or len(text) > _LONGEST_SEARCH:
        return []
    now = datetime.now(UTC)
    return [
        Entry(
            f"Search {spec.title.lower()}",
            text,
            "search",
            f"{url_for(f'{spec.name}.index')}?{urlencode({'q': text})}",
        )
        for spec, permission in _SEARCHED
        if may(permission) and parse(text, spec.fields, now=now).is_valid
    ]
