"""The palette: a fragment for its dialog, and a page of its own where there is no script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request, url_for

from delula.access.guard import may, requires
from delula.access.permissions import Permission
from delula.palette import clues, queries
from delula.palette.pages import Entry, pages_named, searches
from delula.storage import current_store
from delula.users.queries import WITHHELD
from delula.web.lists import coded_in_path, in_path
from delula.web.masking import shown_text
from delula.web.references import owner_naming
from delula.web.render import render

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from delula.db import AnyRow

blueprint = Blueprint("palette", __name__)

#: Where each kind of object has its pages, and its icon.
_AREAS = {
    "generation": ("generations", "clapperboard"),
    "user": ("users", "users"),
    "user asset": ("assets", "images"),
    "system asset": ("assets", "images"),
    "market asset": ("assets", "images"),
    "removed asset": ("removed_assets", "archive-x"),
    "recipe": ("recipes", "book-open"),
    "tag": ("tags", "tags"),
    "sample": ("samples", "gallery-thumbnails"),
    "component": ("components", "blocks"),
    "execution": ("executions", "blocks"),
    "provider": ("providers", "server"),
    "row of the ledger": ("credits", "coins"),
    "backlog video": ("backlog_videos", "archive"),
    "option icon": ("option_icons", "tags"),
}
#: Objects that are shown; who types the beginning of a name wants the first ones.
_MOST_FOUND = 20


@blueprint.get("/palette")
@requires(Permission.SIGNED_IN)
def index() -> Response:
    """What a pasted id, name or address leads to, the likeliest first."""
    given = clues.read(request.args.get("q", ""), current_store())
    rights = {permission for permission in queries.NEEDED if may(permission)}
    found = queries.look_up(given, rights) if given.text else []
    just, beginning = pages_named(given.text)
    exact = _entries([row for row in found if row.how or _is_called(row, given)])
    alike = [entry for entry in _entries(found) if entry.href not in {one.href for one in exact}]
    groups = {
        "Pages": just,
        "Found": exact[:_MOST_FOUND],
        "More pages" if just else "Pages ": beginning,
        "Beginning so": alike[:_MOST_FOUND],
        "Search": searches(given.text) if not exact or given.is_words else [],
    }
    return render(
        "palette/index.html",
        "palette/_results.html",
        typed=given.text,
        groups=[(label.strip(), entries) for label, entries in groups.items() if entries],
        withheld=WITHHELD.message if given.email and Permission.USERS_READ_EMAIL not in rights else None,
        is_found=bool(just or exact or beginning or alike),
    )


def _is_called(row: AnyRow, given: clues.Clues) -> bool:
    """Whether a row that begins so is called just so."""
    names = {word.casefold() for word in given.words}
    return any(name and name.casefold() in names for name in (row.key, row.title))


def _entries(rows: Sequence[AnyRow]) -> list[Entry]:
    """One entry for each object, whichever way led to it first."""
    indexes = {area: url_for(f"{area}.index") for area, _ in _AREAS.values()}
    name_of = owner_naming()
    entries: dict[str, Entry] = {}
    for row in rows:
        area, icon = _AREAS[row.kind]
        # A bare number is that of a run.
        is_coded = row.kind == "execution" and row.key.isdigit()
        href = f"{indexes[area]}{coded_in_path(row.key) if is_coded else in_path(row.key)}"
        if href not in entries:
            entries[href] = Entry(_title(row, name_of), _note(row), icon, href)
    return list(entries.values())


def _title(row: AnyRow, name_of: Any) -> str:
    if row.kind == "user":
        return str(name_of(_Owner(row)))
    return shown_text(row.title).strip() or f"{row.kind.capitalize()} {row.key}"


def _note(row: AnyRow) -> str:
    """What it is, a word about it, and what of it was given."""
    kind = row.kind.capitalize()
    number = (
        row.key.rpartition("-")[2] if row.kind.endswith("asset") and row.kind != "removed asset" else row.key
    )
    named = f"{kind} {number}" if number.isdigit() and row.kind != "user" else kind
    by = f"by {row.how}" if row.how not in {"", "id", "name", "handle"} else ""
    return " · ".join(part for part in (named, row.note, by) if part)


class _Owner:
    """A user as `owner_naming` reads one."""

    def __init__(self, row: AnyRow) -> None:
        self.user_id, self.user_handle, self.user_email = row.key, row.title, row.email
