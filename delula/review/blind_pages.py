"""The pages of things, and of what was done to them, for those who could take a second look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, request, url_for

from delula.access.guard import current_staff
from delula.review.blind import entries_kept, item_kept_from, numbers_kept
from delula.web.render import render, render_peek

if TYPE_CHECKING:
    from flask import Response

    from delula.models import ReviewKind

#: What shows an entry of the audit log, or what undoing it would do.
_OF_ENTRIES = {"audit.detail", "audit.peek", "commands.look_at_undo", "commands.undo"}


def page_in_place(kind: ReviewKind, object_id: int) -> Response | None:
    """What stands in for the page of a thing, or its peek, until the second look is taken; else None."""
    if object_id not in numbers_kept(kind):
        return None
    item = item_kept_from(current_staff.actor, kind, object_id)
    if item is None:  # taken meanwhile
        return None
    href = url_for("review.detail", item_id=item)
    if request.path.endswith("/peek"):
        return render_peek("review/_kept_peek.html", href=href, object_id=object_id, kind=kind)
    return render("review/kept.html", href=href, object_id=object_id, kind=kind)


def keep_entries() -> None:
    """Before any request: keep the entries of first looks from those who could take the second."""
    if request.endpoint in _OF_ENTRIES and (request.view_args or {}).get("entry_id") in entries_kept():
        abort(404)
