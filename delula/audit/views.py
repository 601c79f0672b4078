"""The pages of the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, url_for

from delula.access.guard import may, requires, why_may_not
from delula.access.permissions import Permission
from delula.audit import queries
from delula.audit.cells import cells
from delula.audit.listing import LISTING
from delula.audit.names import called, entries_href
from delula.commands import action_title, command_named, inverse_of
from delula.commands.bulk_runs import find_run
from delula.models import LARGEST_OWN_ID
from delula.web.list_views import ListViews, add_list
from delula.web.lists import id_of_path, place_of
from delula.web.masking import shown_json
from delula.web.references import hrefs_of
from delula.web.render import render, render_part, render_peek

if TYPE_CHECKING:
    from delula.audit.names import Called
    from delula.audit.queries import Found
    from delula.models import BulkRun

blueprint = Blueprint("audit", __name__, url_prefix="/audit")

add_list(
    blueprint,
    ListViews(LISTING, Permission.AUDIT_READ, queries.list_rows, cells, {}, suggest=queries.suggest_actors),
)


@blueprint.get("/<int:entry_id>")
@requires(Permission.AUDIT_READ)
def detail(entry_id: int) -> Response:
    """Everything about one entry."""
    found = _found(entry_id)
    return render("audit/detail.html", **_shown(found), place=place_of(LISTING, {}, entry_id))


@blueprint.get("/<int:entry_id>/peek")
@requires(Permission.AUDIT_READ)
def peek(entry_id: int) -> Response:
    """The essence of one entry, beside the list."""
    return render_peek("audit/_peek.html", **_shown(_found(entry_id)))


@blueprint.get("/runs/<int:number>")
@requires(Permission.AUDIT_READ)
def run(number: int) -> Response:
    """What came of a command on many rows."""
    found = find_run(number)
    if found is None or found.started_at is None:
        abort(404)
    all_items = queries.items_of_run(number)
    items = [one for one in all_items if one.is_seen]
    standing = queries.entries([one.entry_id for one in items if one.entry_id and not one.taken_back_by])
    done = {one.object_id for one in items if one.entry_id}
    # What is not seen yet was not left out either: that would tell what was done to it.
    settled = {one.object_id for one in all_items if one.entry_id}
    return render(
        "audit/run.html",
        run=found,
        title=_run_title(found),
        items=items,
        things=called((one.object_kind, one.object_id) for one in items if one.entry_id),
        counts={"done": len(done), "left out": len(items) - len(done)},
        left=[id_ for id_ in found.ids if id_ not in settled] if _can_go_on(found) else (),
        undoable=sum(
            1 for entry in standing if (inverse := inverse_of(entry)) and may(inverse.command.permission)
        ),
    )


@blueprint.get("/of/<kind>/<reference>")
@requires(Permission.AUDIT_READ)
def of_object(kind: str, reference: str) -> Response:
    """The newest entries about one object, for its page."""
    id_ = id_of_path(reference)
    entries = queries.of_object(kind, id_)
    all_href = entries_href(kind, id_)
    return render_part(
        "audit/_of_object.html",
        "Audit",
        back=all_href,
        entries=entries[: queries.SHOWN_OF_OBJECT],
        has_more=len(entries) > queries.SHOWN_OF_OBJECT,
        all_href=all_href,
    )


def _found(entry_id: int) -> Found:
    found = queries.find(entry_id) if entry_id <= LARGEST_OWN_ID else None
    if found is None:
        abort(404)
    return found


def _shown(found: Found) -> dict[str, Any]:
    entry = found.entry
    thing = entry.object_kind, entry.object_id
    about = called([thing])[thing]
    return {
        "entry": entry,
        "found": found,
        "title": action_title(entry.action),
        "object_name": about.name,
        "object_href": about.href,
        "before": shown_json(entry.before),
        "after": shown_json(entry.after),
        "input": shown_json(entry.input),
        "related": _related(found, about),
        "undo_href": url_for(
            "commands.look_at_undo", entry_id=entry.id, back=url_for("audit.detail", entry_id=entry.id)
        ),
        "not_undone": _why_not_undone(found),
    }


def _can_go_on(run: BulkRun) -> bool:
    """Whether the person can run the same command on what is left."""
    command = command_named(run.command)
    return run.takes_back is None and command is not None and may(command.permission)


def _run_title(run: BulkRun) -> str:
    title = action_title(run.command)
    return f"Undo of {title}" if run.takes_back else title


def _why_not_undone(found: Found) -> str | None:
    """Why the person cannot take an entry back; None where that can be tried."""
    if found.later is not None:
        return f"{found.later.actor} has taken this back already"
    inverse = inverse_of(found.entry)
    if inverse is None:
        return "Nothing takes this back"
    return why_may_not(inverse.command.permission)


def _related(found: Found, about: Called) -> list[dict[str, Any]]:
    entry = found.entry
    links: list[dict[str, Any]] = [
        {"icon": "box", "title": about.name, "meta": "What it was done to", "href": about.href}
    ]
    href_of = hrefs_of("audit")
    if entry.takes_back is not None:
        links.append(
            {
                "icon": "undo-2",
                "title": f"Entry {entry.takes_back}",
                "meta": "What it takes back",
                "href": href_of(entry.takes_back),
            }
        )
    if found.run is not None:
        links.append(
            {
                "icon": "list-checks",
                "title": _run_title(found.run),
                "meta": f"On {len(found.run.ids)} rows together",
                "href": url_for("audit.run", number=found.run.id),
            }
        )
    if found.later is not None:
        links.append(
            {
                "icon": "undo-2",
                "title": f"Entry {found.later.id}",
                "meta": f"Undone by {found.later.actor}",
                "href": href_of(found.later.id),
            }
        )
    return links
