"""The one registry of page areas: what stands in the navigation, and who may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, request, url_for

from delula.access.guard import may, signed_in
from delula.access.permissions import Permission
from delula.assets.views import blueprint as assets
from delula.assets.views import removed_assets
from delula.audit.views import blueprint as audit
from delula.backlog.views import blueprint as backlog
from delula.backlog.views import videos as backlog_videos
from delula.components.views import blueprint as components
from delula.credits.views import blueprint as credits_
from delula.executions.views import blueprint as executions
from delula.generations.views import blueprint as generations
from delula.health.views import blueprint as health
from delula.home.views import blueprint as home
from delula.integrity.views import blueprint as integrity
from delula.integrity.views import quarantine
from delula.jobs.views import blueprint as jobs
from delula.option_icons.views import blueprint as option_icons
from delula.palette.pages import Page, offer_pages
from delula.palette.views import blueprint as palette
from delula.providers.views import blueprint as providers
from delula.queue.views import blueprint as queue
from delula.recipes.edit_views import blueprint as recipe_editing
from delula.recipes.history_views import blueprint as recipe_history
from delula.recipes.views import blueprint as recipes
from delula.review.views import blueprint as review
from delula.samples.views import blueprint as samples
from delula.staff.views import blueprint as staff
from delula.tags.namespace_views import blueprint as namespaces
from delula.tags.views import blueprint as tags
from delula.uploads.views import blueprint as uploads
from delula.usage.views import blueprint as usage
from delula.users.views import blueprint as users
from delula.web.render import render_once

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from markupsafe import Markup


@dataclass(frozen=True)
class Area:
    """One entry of the navigation.

    Attributes:
        label: what the navigation says.
        icon: name of a Lucide icon.
        group: heading under which the entry stands.
        blueprint: the pages; its name is the area's one word everywhere.
        endpoint: the entry page.
        permission: who does not have it does not see the entry.
        within: further pages that belong to it and have no entry of their own.
    """

    label: str
    icon: str
    group: str
    blueprint: Blueprint
    endpoint: str
    permission: Permission
    within: tuple[Blueprint, ...] = ()


AREAS: tuple[Area, ...] = (
    Area("Home", "house", "Operate", home, "home.index", Permission.SIGNED_IN),
    Area(
        "Generations",
        "clapperboard",
        "Operate",
        generations,
        "generations.index",
        Permission.GENERATIONS_READ,
    ),
    Area("Queue", "hourglass", "Operate", queue, "queue.index", Permission.QUEUE_READ),
    Area(
        "Backlog",
        "archive",
        "Operate",
        backlog,
        "backlog.index",
        Permission.BACKLOG_READ,
        within=(backlog_videos,),
    ),
    Area(
        "Recipes",
        "book-open",
        "Catalogue",
        recipes,
        "recipes.index",
        Permission.RECIPES_READ,
        within=(recipe_editing, recipe_history, health),
    ),
    Area(
        "Tags",
        "tags",
        "Catalogue",
        tags,
        "tags.index",
        Permission.TAGS_READ,
        within=(option_icons, namespaces),
    ),
    Area(
        "Samples",
        "gallery-thumbnails",
        "Catalogue",
        samples,
        "samples.index",
        Permission.SAMPLES_READ,
    ),
    Area(
        "Components",
        "blocks",
        "Catalogue",
        components,
        "components.index",
        Permission.COMPONENTS_READ,
        within=(executions, usage),
    ),
    Area("Providers", "server", "Catalogue", providers, "providers.index", Permission.PROVIDERS_READ),
    Area(
        "Assets",
        "images",
        "Library",
        assets,
        "assets.index",
        Permission.ASSETS_READ,
        within=(uploads, integrity, quarantine, removed_assets),
    ),
    Area("Review", "scan-eye", "Library", review, "review.index", Permission.REVIEW_READ),
    Area("Users", "users", "People", users, "users.index", Permission.USERS_READ),
    Area("Credits", "coins", "People", credits_, "credits.index", Permission.CREDITS_READ),
    Area("Audit", "scroll-text", "Control", audit, "audit.index", Permission.AUDIT_READ),
    Area("Jobs", "list-checks", "Control", jobs, "jobs.index", Permission.JOBS_READ),
    Area("Staff", "shield-user", "Control", staff, "staff.index", Permission.STAFF_READ),
)


def register_areas(app: Flask) -> None:
    """Register each area's pages and show the navigation to templates."""
    for area in AREAS:
        for blueprint in (area.blueprint, *area.within):
            app.register_blueprint(blueprint)
    app.register_blueprint(palette)
    offer_pages(
        app, (Page(area.label, area.icon, area.group, area.endpoint, area.permission) for area in AREAS)
    )
    app.jinja_env.globals.update(navigation=navigation, area_around=area_around, area_at_hand=area_at_hand)


def area_around() -> Mapping[str, str] | None:
    """The area in which the list of this request lies, as a breadcrumb; None where it is the area itself."""
    return _breadcrumb(lambda area: area.within)


def area_at_hand() -> Mapping[str, str] | None:
    """The area in which the page of this request lies, likewise; None where the person may open none."""
    return _breadcrumb(lambda area: (area.blueprint, *area.within))


def _breadcrumb(blueprints: Callable[[Area], Sequence[Blueprint]]) -> Mapping[str, str] | None:
    for area in AREAS:
        if request.blueprint in {one.name for one in blueprints(area)} and may(area.permission):
            return {"label": area.label, "href": url_for(area.endpoint)}
    return None


def navigation() -> Markup:
    """The navigation as the person sees it; the same for all of one role in one area."""
    person = signed_in()
    key = (request.script_root, person and person.role, request.blueprint)
    return render_once("layouts/_navigation.html", key, lambda: {"groups": _groups()})


def _groups() -> list[dict[str, object]]:
    groups: dict[str, list[dict[str, object]]] = {}
    for area in AREAS:
        if may(area.permission):
            groups.setdefault(area.group, []).append(
                {
                    "label": area.label,
                    "icon": area.icon,
                    "href": url_for(area.endpoint),
                    "current": request.blueprint in {one.name for one in (area.blueprint, *area.within)},
                }
            )
    return [{"label": label, "items": items} for label, items in groups.items()]
