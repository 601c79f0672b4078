"""The pages of integrity: what does not fit, the scans and totals, and what was set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, url_for

import delula.integrity.tasks  # noqa: F401 - what the console does by itself
from delula.access.guard import requires
from delula.access.permissions import Permission
from delula.integrity import queries
from delula.integrity.actions import (
    BEGIN_SCAN,
    DELETE,
    REMAKE,
    RESTORE,
    SET_ASIDE,
    why_not_delete,
    why_not_remake,
    why_not_restore,
    why_not_set_aside,
)
from delula.integrity.cells import (
    cells,
    detail_of,
    held_tag,
    kind_tag,
    quarantine_cells,
    row_href,
)
from delula.integrity.charts import kinds_chart, owners_chart
from delula.integrity.listing import LISTING, MEANINGS, QUARANTINE, SOURCES, TITLES
from delula.integrity.moves import DAYS
from delula.integrity.queries import Kind
from delula.storage import current_store, facts_or_why, leads_elsewhere
from delula.web.list_views import ListViews, add_list
from delula.web.lists import place_of
from delula.web.render import render, render_part, render_peek

if TYPE_CHECKING:
    from delula.db import AnyRow

blueprint = Blueprint("integrity", __name__, url_prefix="/assets/integrity")
quarantine = Blueprint("quarantine", __name__, url_prefix="/assets/quarantine")

add_list(
    blueprint,
    ListViews(
        LISTING,
        Permission.INTEGRITY_READ,
        queries.list_rows,
        cells,
        resolvers={},
        bulk=(SET_ASIDE.name, REMAKE.name),
    ),
)
add_list(
    quarantine,
    ListViews(
        QUARANTINE,
        Permission.INTEGRITY_READ,
        queries.quarantine_rows,
        quarantine_cells,
        resolvers={},
        bulk=(RESTORE.name, DELETE.name),
    ),
)


@blueprint.get("/summary")
@requires(Permission.INTEGRITY_READ)
def summary() -> Response:
    """How the last scan ended, and how far the present one is."""
    active = queries.active_scan()
    return render_part(
        "integrity/_summary.html",
        "The last scan",
        active=active,
        progress=queries.progress(active.job_id) if active else None,
        last=queries.last_finished(),
        has_store=current_store() is not None,
        kinds=[(kind.value, TITLES[kind]) for kind in Kind],
        command=BEGIN_SCAN,
    )


@blueprint.get("/scans")
@requires(Permission.INTEGRITY_READ)
def scans() -> Response:
    """The last scans, and what lies in the bucket."""
    totals = queries.totals_by_kind()
    shown = queries.scans()
    return render(
        "integrity/scans.html",
        scans=[
            (one, queries.progress(one.job_id) if one.state in {"running", "paused"} else None)
            for one in shown
        ],
        last=queries.last_finished(),
        objects=sum(row.objects for row in totals),
        bytes=sum(int(row.bytes) for row in totals),
        charts=[kinds_chart(totals), owners_chart(queries.largest_owners(), url_for("integrity.index"))],
        has_store=current_store() is not None,
        command=BEGIN_SCAN,
    )


@blueprint.get("/<int:finding_id>")
@requires(Permission.INTEGRITY_READ)
def detail(finding_id: int) -> Response:
    """One finding: what it means, the row, the object, and what can be done."""
    row = _found(finding_id)
    return render(
        "integrity/detail.html",
        **_shown(row),
        title=TITLES[Kind(row.kind)],
        row_href=row_href(row),
        has_store=current_store() is not None,
        commands=[(SET_ASIDE, why_not_set_aside(row)), (REMAKE, why_not_remake(row))],
        place=place_of(LISTING, {}, finding_id),
    )


@blueprint.get("/<int:finding_id>/peek")
@requires(Permission.INTEGRITY_READ)
def peek(finding_id: int) -> Response:
    """The essence of one finding, beside the list."""
    return render_peek("integrity/_peek.html", **_shown(_found(finding_id)))


def _found(finding_id: int) -> AnyRow:
    row = queries.find(finding_id)
    if row is None:
        abort(404)
    return row


def _shown(row: AnyRow) -> dict[str, Any]:
    """What its page and its peek show."""
    return {
        "it": row,
        "state": kind_tag(row),
        "meaning": MEANINGS[Kind(row.kind)],
        "what": detail_of(row),
        "source": SOURCES.get(row.source, row.source) if row.source else None,
    }


@blueprint.get("/<int:finding_id>/storage")
@requires(Permission.INTEGRITY_READ)
def storage(finding_id: int) -> Response:
    """What the store knows of the key now; its own fragment, since the store may be slow or away."""
    row = _found(finding_id)
    facts, away = facts_or_why(row.key)
    return render_part(
        "integrity/_storage.html",
        "In the store now",
        facts=facts,
        away=away,
        is_no_key=leads_elsewhere(row.key),
    )


@quarantine.get("/<int:item_id>")
@requires(Permission.INTEGRITY_READ)
def item(item_id: int) -> Response:
    """One object that was set aside."""
    row = _held(item_id)
    return render(
        "integrity/item.html",
        it=row,
        state=held_tag(row),
        days=DAYS,
        commands=[(RESTORE, why_not_restore(row)), (DELETE, why_not_delete(row))],
        place=place_of(QUARANTINE, {}, item_id),
    )


@quarantine.get("/<int:item_id>/peek")
@requires(Permission.INTEGRITY_READ)
def peek_item(item_id: int) -> Response:
    """The essence of one object that was set aside, beside the list."""
    row = _held(item_id)
    return render_peek("integrity/_item_peek.html", it=row, state=held_tag(row))


def _held(item_id: int) -> AnyRow:
    row = queries.find_held(item_id)
    if row is None:
        abort(404)
    return row
