"""The pages of option icons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request, url_for
from psycopg.errors import UndefinedTable
from sqlalchemy.exc import ProgrammingError

from delula.access.guard import here, may, requires
from delula.access.permissions import Permission
from delula.db import session
from delula.errors import InvalidInput
from delula.option_icons import queries
from delula.option_icons.actions import CREATE, DELETE, EDIT
from delula.option_icons.cells import NO_KEY, cells, icon_tag
from delula.option_icons.listing import LISTING
from delula.option_icons.looks import SHOWN_ICONS, icons_for
from delula.option_icons.queries import CENSUS
from delula.web.command_pages import command_line
from delula.web.errors import database_error
from delula.web.list_views import ListViews, add_list
from delula.web.lists import id_of_path, place_of
from delula.web.lucide import lucide_icon
from delula.web.references import hrefs_of
from delula.web.render import render, render_part, render_peek
from delula.web.tags import swatch

if TYPE_CHECKING:
    from delula.db import AnyRow

blueprint = Blueprint("option_icons", __name__, url_prefix="/option-icons")

add_list(
    blueprint,
    ListViews(
        LISTING,
        Permission.TAGS_READ,
        queries.list_rows,
        cells,
        {},
        bulk=(DELETE.name,),
        create=CREATE.name,
    ),
)


@blueprint.errorhandler(ProgrammingError)
def without_table(error: ProgrammingError) -> Response:
    """Say so where the product's database has no such table; anything else is an error as elsewhere."""
    if not isinstance(error.orig, UndefinedTable):
        return database_error(error)
    session().rollback()
    return render("option_icons/absent.html")


@blueprint.get("/summary")
@requires(Permission.TAGS_READ)
def summary() -> Response:
    """How many options of recipes have no icon: the way to them."""
    item = {
        "label": "options of recipes without an icon",
        "count": CENSUS.get().bare_total,
        "href": url_for("option_icons.without"),
        "grave": False,
    }
    beside = {"label": "Tags", "href": url_for("tags.index")}
    return render_part(
        "tags/_summary.html",
        "Options of all recipes",
        label="Options of all recipes",
        items=[item],
        beside=beside,
    )


@blueprint.get("/~icons")
@requires(Permission.TAGS_READ)
def icons() -> Response:
    """Icons of Lucide for what is typed, some at a time: a fragment of the picker."""
    sought, start = request.args.get("icon", ""), request.args.get("after", "0")
    if not (start.isascii() and start.isdigit() and len(start) < 6):
        raise InvalidInput("after", "takes a number.")
    names, first = icons_for(sought), int(start)
    past = first + SHOWN_ICONS
    more = url_for("option_icons.icons", icon=sought, after=past) if past < len(names) else None
    return render(
        "option_icons/icons.html",
        "option_icons/_icons.html",
        found=[(name, lucide_icon(name)) for name in names[first:past]],
        total=len(names),
        more_href=more,
    )


# Keys of icons never begin so in an address: see `in_path`.
@blueprint.get("/~without")
@requires(Permission.TAGS_READ)
def without() -> Response:
    """The options of recipes that no icon covers."""
    census = CENSUS.get()
    bare = queries.still_bare(census.bare)
    return render(
        "option_icons/without.html",
        options=bare,
        total=census.bare_total - (len(census.bare) - len(bare)),
        may_edit=may(Permission.TAGS_EDIT),
        here=request.path,
        recipe_href=hrefs_of("recipes"),
    )


@blueprint.get("/<reference>")
@requires(Permission.TAGS_READ)
def detail(reference: str) -> Response:
    """Everything about one option icon."""
    icon = _found(reference)
    return render(
        "option_icons/detail.html",
        look=icon,
        key=icon.id or NO_KEY,
        picture=icon_tag(icon.icon),
        swatch=swatch(icon.color),
        recipes=queries.recipes_with(icon.id),
        count=CENSUS.get().recipes.get(icon.id, 0),
        recipe_href=hrefs_of("recipes"),
        place=place_of(LISTING, {}, icon.id),
        deeds=[
            command_line(EDIT, "pencil", here(), id=icon.id),
            command_line(DELETE, "trash-2", url_for("option_icons.index"), id=icon.id),
        ],
    )


@blueprint.get("/<reference>/peek")
@requires(Permission.TAGS_READ)
def peek(reference: str) -> Response:
    """The essence of one option icon, beside the list."""
    icon = _found(reference)
    return render_peek(
        "option_icons/_peek.html",
        look=icon,
        key=icon.id or NO_KEY,
        href=hrefs_of("option_icons")(icon.id),
        picture=icon_tag(icon.icon),
        swatch=swatch(icon.color),
        recipes=queries.recipes_with(icon.id),
        recipe_href=hrefs_of("recipes"),
    )


def _found(reference: str) -> AnyRow:
    icon = queries.find(id_of_path(reference))
    if icon is None:
        abort(404)
    return icon
