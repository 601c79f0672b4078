"""The pages of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, request, url_for
from psycopg.errors import QueryCanceled
from sqlalchemy.exc import DBAPIError

from delula.access.guard import requires
from delula.access.permissions import Permission
from delula.credits import (
    actions,
    approvals,
    daily,  # noqa: F401 - registers its command
    queries,
    reconcile,
    rules,
    settings,  # noqa: F401 - registers its commands
)
from delula.credits.cells import cells, generation_number
from delula.credits.checking import CHECK_ACCOUNTS, check_under_way
from delula.credits.listing import LISTING
from delula.credits.ranges import plain
from delula.credits.summary import chart, type_sums
from delula.db import session
from delula.models import LARGEST_ID, LARGEST_OWN_ID
from delula.models.enums import label, wording
from delula.web.command_pages import job_of, show_receipts
from delula.web.display import grouped
from delula.web.list_views import ListViews, add_list
from delula.web.lists import in_filter, place_of, valid_request, zone
from delula.web.masking import shown_json
from delula.web.references import hrefs_of, owner_naming
from delula.web.render import render, render_part, render_peek

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.commands import Receipt
    from delula.db import AnyRow
    from delula.lists import Condition, ListState

blueprint = Blueprint("credits", __name__, url_prefix="/credits")


add_list(blueprint, ListViews(LISTING, Permission.CREDITS_READ, queries.list_rows, cells, queries.RESOLVERS))


@blueprint.get("/summary")
@requires(Permission.CREDITS_READ)
def summary() -> Response:
    """What the filter leaves, summed up by type and time: its own fragment, since it may take a moment."""
    state, conditions = valid_request(LISTING, queries.RESOLVERS)
    found, gave_up = _summary(state, conditions)
    action = url_for("credits.index")
    return render_part(
        "credits/_summary.html",
        "The ledger in figures",
        summary=found,
        types=type_sums(found, state.filter, action) if found else [],
        chart=chart(found, state.filter, action, zone()) if found else None,
        gave_up=gave_up,
        seconds=queries.SUMMARY_SECONDS,
        most=queries.SUMMED_NEWEST,
    )


def _summary(state: ListState, conditions: Sequence[Condition]) -> tuple[queries.Summary | None, bool]:
    """The sums, and whether adding them up was given up for taking too long."""
    wanted = plain(state.filter)
    found = queries.rolled_up(wanted, conditions, zone()) if wanted else None
    if found is not None:
        return found, False
    try:
        return queries.summed(conditions, zone()), False
    except DBAPIError as error:
        if not isinstance(error.orig, QueryCanceled):
            raise
        session().rollback()
        return None, True


@blueprint.get("/operations")
@requires(Permission.CREDITS_READ)
def operations() -> Response:
    """What the console has done with credits, and what waits for a second person."""
    before = request.args.get("before", type=int)
    shown = rules.newest_operations(before if before is not None and 0 < before <= LARGEST_OWN_ID else None)
    return render(
        "credits/operations.html",
        waiting=rules.waiting() if before is None else [],
        operations=shown[: rules.SHOWN_OPERATIONS],
        has_more=len(shown) > rules.SHOWN_OPERATIONS,
        name_of=owner_naming(),
        user_href=hrefs_of("users"),
    )


@blueprint.get("/operations/<int:number>")
@requires(Permission.CREDITS_READ)
def operation(number: int) -> Response:
    """The receipt of an operation."""
    row = rules.find_operation(number) if number <= LARGEST_OWN_ID else None
    if row is None:
        abort(404)
    return render(
        "credits/operation.html",
        row=row,
        reversal=rules.reversal_of(row.id),
        labels={one.code: one.label for one in rules.all_reasons()},
        name=owner_naming()(row),
        user_href=hrefs_of("users")(row.user_id) if row.is_known else None,
        about=_about(row.about),
    )


def _about(about: str | None) -> dict[str, Any] | None:
    """The object that an operation is about, by name and address."""
    if about is None:
        return None
    kind, _, id_ = about.partition(":")
    areas = {"generation": "generations", "asset": "assets", "sample": "samples", "recipe": "recipes"}
    href = hrefs_of(areas.get(kind, "credits"))(id_)
    return {"icon": "link", "title": f"{kind.capitalize()} {id_}", "meta": "", "href": href}


@blueprint.get("/rules")
@requires(Permission.CREDITS_READ)
def rules_page() -> Response:
    """The limits and the reasons of adjustments."""
    return render("credits/rules.html", limits=rules.all_limits(), reasons=rules.all_reasons())


@blueprint.get("/reconcile")
@requires(Permission.CREDITS_READ)
def reconciliation() -> Response:
    """What the last check of all accounts has found; with `kind` all of that kind."""
    run = reconcile.last_run()
    counts = reconcile.counted(run.id) if run else {}
    wanted = request.args.get("kind")
    after = min(max(request.args.get("after", 0, type=int), 0), LARGEST_OWN_ID)
    kinds = [kind for kind in reconcile.FindingKind if kind in counts and wanted in {None, kind.value}]
    return render(
        "credits/reconcile.html",
        run=run,
        job=check_under_way(),
        groups=[
            (kind, reconcile.MEANINGS[kind], *counts[kind], reconcile.findings(run.id, kind, after))
            for kind in kinds
            if run
        ],
        shown=reconcile.SHOWN,
        user_href=hrefs_of("users"),
        generation_href=hrefs_of("generations"),
    )


def _receipt(receipt: Receipt) -> str | None:
    number = receipt.details.get("operation")
    return url_for("credits.operation", number=number) if number is not None else None


for _command in (
    actions.ADJUST,
    actions.REFUND,
    actions.REVERSE,
    actions.REFRESH,
    approvals.APPROVE,
    approvals.DECLINE,
    approvals.WITHDRAW,
):
    show_receipts(_command.name, _receipt)
show_receipts(CHECK_ACCOUNTS.name, job_of)


@blueprint.get("/<int:number>")
@requires(Permission.CREDITS_READ)
def detail(number: int) -> Response:
    """Everything about one row of the ledger; with `balance=all` the balance there at any price."""
    row = _found(number)
    balance, gave_up = _balance(row, bounded=request.args.get("balance") != "all")
    return render(
        "credits/detail.html",
        row=row,
        **_named(row),
        bookings=queries.beside(row, balance),
        gave_up=gave_up,
        seconds=queries.SUM_SECONDS,
        most=queries.SUMMED_NEWER,
        metadata=shown_json(row.metadata),
        all_href=f"{url_for('credits.index')}?q=user:{in_filter(row.user_id)}",
        place=place_of(LISTING, queries.RESOLVERS, row.id, row.created_at),
    )


@blueprint.get("/<int:number>/peek")
@requires(Permission.CREDITS_READ)
def peek(number: int) -> Response:
    """The essence of one row of the ledger, beside the list."""
    row = _found(number)
    balance, _ = _balance(row, bounded=True)
    return render_peek("credits/_peek.html", row=row, **_named(row), balance=balance)


def _found(number: int) -> AnyRow:
    row = queries.find(number) if number <= LARGEST_ID else None
    if row is None:
        abort(404)
    return row


def _named(row: AnyRow) -> dict[str, Any]:
    """What a row refers to, by name and address."""
    related = queries.related(row, generation_number(row.generation))
    owner = owner_naming()(row)
    owner_href = hrefs_of("users")(row.user_id) if row.is_known else None
    return {
        "owner": owner,
        "owner_href": owner_href,
        "generation": related.generation,
        "same": related.same,
        "operation": related.operation,
        "related": [_user_link(row, owner, owner_href), *_generation_link(row, related.generation)],
        "wording": wording,
    }


def _user_link(row: AnyRow, owner: str, href: str | None) -> dict[str, Any]:
    if not row.is_known:
        return {
            "icon": "user-x",
            "title": owner,
            "meta": "This user no longer exists",
            "href": None,
            "missing": True,
        }
    meta = f"{label(row.account_type)} user, {grouped(row.credits)} credits"
    return {"icon": "user", "title": owner, "meta": meta, "href": href}


def _generation_link(row: AnyRow, generation: AnyRow | None) -> list[dict[str, Any]]:
    if row.generation is None:
        return []
    title = f"Generation {row.generation}"
    if generation is None:
        meta = "This generation no longer exists"
        return [{"icon": "clapperboard", "title": title, "meta": meta, "href": None, "missing": True}]
    meta = ", ".join(part for part in (generation.recipe_name, wording(generation.status)) if part)
    href = hrefs_of("generations")(generation.id)
    return [{"icon": "clapperboard", "title": title, "meta": meta, "href": href}]


def _balance(row: AnyRow, *, bounded: bool) -> tuple[int | None, bool]:
    """The balance after a row, and whether working it out was given up for taking too long."""
    try:
        return queries.balance_after(row, bounded=bounded), False
    except DBAPIError as error:
        if not isinstance(error.orig, QueryCanceled):
            raise
        session().rollback()
        return None, True
