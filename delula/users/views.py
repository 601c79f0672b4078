"""The pages of users."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, request, url_for

from delula.access.guard import current_staff, here, local_url, may, requires
from delula.access.permissions import Permission
from delula.credits import queries as ledger
from delula.models.enums import label, wording
from delula.users import queries
from delula.users.cells import cells, full_name
from delula.users.deeds import deeds
from delula.users.detail import FILES_UNTOLD, figures, library, related_links, rows_href
from delula.users.listing import LISTING
from delula.users.notes import is_own
from delula.users.refresh import daily_refresh, is_overdrawn
from delula.users.reveal import REVEAL_EMAIL, is_revealed
from delula.web.command_pages import show_receipts
from delula.web.list_views import ListViews, add_list
from delula.web.lists import id_of_path, place_of
from delula.web.masking import masked_email
from delula.web.references import hrefs_of, owner_naming
from delula.web.render import render, render_peek

if TYPE_CHECKING:
    from delula.db import AnyRow

blueprint = Blueprint("users", __name__, url_prefix="/users")

#: Rows of the ledger on a user's page, and beside the list.
SHOWN_BOOKINGS, PEEKED_BOOKINGS = 15, 5


add_list(blueprint, ListViews(LISTING, Permission.USERS_READ, queries.list_rows, cells, queries.RESOLVERS))


show_receipts(
    REVEAL_EMAIL.name,
    lambda receipt: f"{hrefs_of('users')(receipt.object_id)}?revealed={receipt.entry_id}#facts",
)


@blueprint.get("/<reference>")
@requires(Permission.USERS_READ)
def detail(reference: str) -> Response:
    """Everything about one user, by id, handle or, for those who may see it, e-mail address."""
    user = _found(reference)
    work = queries.work_of(user.id)
    return render(
        "users/detail.html",
        user=user,
        **_who(user),
        deeds=deeds(user, here()),
        figures=figures(user),
        refresh=daily_refresh(user.credits, user.last_credit_refresh, user.account_type, datetime.now(UTC)),
        work=work,
        shown_samples=queries.SHOWN_SAMPLES,
        more_samples=len(work.samples) > queries.SHOWN_SAMPLES,
        bookings=ledger.newest_of(user.id, user.credits, SHOWN_BOOKINGS),
        account=ledger.account_of(user.id, (user.ledger_rows, user.ledger_sum) if user.is_counted else None),
        library=library(user),
        files_untold=FILES_UNTOLD if user.is_counted and user.assets is None else None,
        related=related_links(user, work),
        rows_href=rows_href,
        samples_href=hrefs_of("samples"),
        place=place_of(LISTING, queries.RESOLVERS, user.id, user.created_at),
    )


@blueprint.get("/<reference>/peek")
@requires(Permission.USERS_READ)
def peek(reference: str) -> Response:
    """The essence of one user, beside the list."""
    user = _found(reference)
    return render_peek(
        "users/_peek.html",
        user=user,
        **_who(user),
        refresh=daily_refresh(user.credits, user.last_credit_refresh, user.account_type, datetime.now(UTC)),
        bookings=ledger.newest_of(user.id, user.credits, PEEKED_BOOKINGS),
        rows_href=rows_href,
    )


@blueprint.get("/<reference>/notes")
@requires(Permission.USERS_READ)
def notes(reference: str) -> Response:
    """What staff have noted about a user, for every page where the user appears; the user may be gone."""
    user_id = id_of_path(reference)
    found = queries.notes_of(user_id)
    return render(
        "users/notes.html",
        "users/_notes.html",
        user_id=user_id,
        notes=[(note, is_own(note, current_staff.actor)) for note in found[: queries.SHOWN_NOTES]],
        has_more=len(found) > queries.SHOWN_NOTES,
        back=local_url(request.args.get("back"), url_for("users.index")),
    )


def _who(user: AnyRow) -> dict[str, Any]:
    """How a user is called, as the person of this request may see it."""
    entry = request.args.get("revealed", type=int)
    sees_email = may(Permission.USERS_READ_EMAIL) or (
        entry is not None and abs(entry) < 2**63 and is_revealed(user.id, entry, current_staff.actor)
    )
    return {
        "name": owner_naming()(user),
        "href": hrefs_of("users")(user.id),
        "label": label,
        "wording": wording,
        "full_name": full_name(user.first_name, user.last_name),
        "email": user.email if sees_email else masked_email(user.email),
        "sees_email": sees_email,
        "is_overdrawn": is_overdrawn(user),
    }


def _found(reference: str) -> AnyRow:
    user = queries.find(id_of_path(reference), by_address=may(Permission.USERS_READ_EMAIL))
    if user is None:
        abort(404)
    return user
