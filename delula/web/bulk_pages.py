"""A command on the rows that are selected in a list: what it would do to them, and what came of each.

What is selected is kept under a number. The page of that number shows what would become of the rows, and once
the command has run on them it leads to what came of it, in the audit log: neither has to be sent again to be
seen again, and of the same form sent twice one runs.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from delula.access import sessions
from delula.access.guard import FRESH, current_staff, kept_fields, lead_to, local_url, requires
from delula.access.permissions import Permission
from delula.commands import LeftOut, command_named
from delula.commands.bulk import (
    BulkPlan,
    BulkReceipt,
    preview_many,
    run_many,
    take_back_many,
    takes_fresh_to_take_back,
)
from delula.commands.bulk_runs import (
    done_entries,
    find_run,
    finish,
    give_up,
    keep_selection,
    note_item,
    start,
)
from delula.errors import InvalidInput
from delula.lists.selection import read_selection
from delula.web.command_forms import texts_of
from delula.web.command_pages import can_take_back
from delula.web.render import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask, Response
    from werkzeug.wrappers import Response as AnyResponse

    from delula.commands import Command
    from delula.models import BulkRun

blueprint = Blueprint("bulk", __name__, url_prefix="/bulk")

#: The field in which the number of rows is typed where nothing leads back.
_NUMBER = "number"
#: What the form of a selection says besides what the command's form begins with.
_OWN_FIELDS = frozenset({"id", "version", "back", "csrf_token", "kept_form", _NUMBER})
#: What the form says of a thing of which its command shows nothing that can change.
_SHOWN = "shown"
NEW = "It could not be changed when the preview was shown."


@blueprint.post("/<name>")
@requires(Permission.SIGNED_IN, resumed_at="bulk.resume")
def select(name: str) -> AnyResponse:
    """Keep what was selected, and lead to what the command would do to it."""
    return redirect(url_for(".form", number=_selected(_command(name), request.form)), 303)


@blueprint.get("/<name>")
@requires(Permission.SIGNED_IN)
def resume(name: str) -> AnyResponse:
    """The same with what was selected when the person had to sign in."""
    command = _command(name)
    values = kept_fields(url_for(".select", name=name))
    if values is None:
        return redirect(url_for("home.index"))
    number = _selected(command, values)
    sessions.forget_form(current_staff)
    return redirect(url_for(".form", number=number, kept=1))


@blueprint.get("/runs/<int:number>")
@requires(Permission.SIGNED_IN)
def form(number: int) -> AnyResponse:
    """What a command would do to the selected rows, and what it asks for; or what came of it."""
    run, command = _found(number)
    if run.started_at is not None:
        return redirect(_outcome_href(number))
    values = kept_fields(*(url_for(f".{route}", number=number) for route in ("look", "execute")))
    return _page(run, command, MultiDict(run.fields) if values is None else values)


@blueprint.post("/runs/<int:number>/preview")
@requires(Permission.SIGNED_IN, resumed_at="bulk.form")
def look(number: int) -> Response:
    """The same with what stands in the form by now."""
    return _page(*_found(number), request.form, complains=True)


@blueprint.post("/runs/<int:number>/run")
@requires(Permission.SIGNED_IN, resumed_at="bulk.form")
def execute(number: int) -> AnyResponse:
    """Run a command on the selected rows, and lead to what came of each."""
    run, command = _found(number)
    if run.started_at is not None:
        return redirect(_outcome_href(number), 303)
    if command.is_fresh and not sessions.is_fresh(current_staff, FRESH):
        return lead_to("account.confirm", keeping_form=True)
    ids, actor, texts = list(run.ids), current_staff.actor, texts_of(command, request.form)
    seen = dict(zip(request.form.getlist("id"), request.form.getlist("version"), strict=False))
    plan = preview_many(command, ids, texts, actor)
    again = partial(_page, run, command, request.form, complains=True)
    if plan.errors:
        return again(status=422)
    if plan.affected and not any(seen.values()):
        # Sent before the preview came, or without script: it is shown first.
        return again(whole=True)
    if plan.is_final and texts.get(_NUMBER, "").strip() != str(len(plan.affected)):
        errors = {_NUMBER: f"Type {len(plan.affected)}, the number of those that change."}
        return again(errors=errors, status=422)
    # What was left out in the preview has no version: it stays left out, whatever it has become since.
    versions = {id_: "" if seen[id_] == _SHOWN else seen[id_] for id_ in ids if seen.get(id_)}
    if not start(number, _fields_in(request.form)):
        return redirect(_outcome_href(number), 303)
    try:
        receipt = run_many(
            command,
            versions,
            texts,
            actor,
            plan.affected,
            reason=texts.get("reason", ""),
            noted=partial(note_item, number),
        )
    except InvalidInput as error:
        give_up(number)
        return again(errors={error.field: error.message}, status=422)
    told = {one.object_id for one in receipt.left_out} | set(receipt.done)
    receipt.left_out += [one for one in plan.left_out if one.object_id not in told]
    receipt.left_out += [LeftOut(id_, NEW) for id_ in plan.affected if id_ not in versions]
    finish(number, receipt.left_out)
    if any(can_take_back(one.entry_id) for one in receipt.done.values()):
        undo_href = url_for(".undo", number=number)
        flash(_tally(command.title, receipt), f"done-all:{undo_href}")
    return redirect(_outcome_href(number), 303)


@blueprint.post("/runs/<int:number>/undo")
@requires(Permission.SIGNED_IN)
def undo(number: int) -> AnyResponse:
    """Take back what a run on many rows has done."""
    run = find_run(number)
    entries = done_entries(number) if run else {}
    if run is None or not entries:
        abort(404)
    if takes_fresh_to_take_back(entries) and not sessions.is_fresh(current_staff, FRESH):
        return lead_to("account.confirm", keeping_form=True)
    command, back, actor = run.command, run.back, current_staff.actor
    undoing = keep_selection(command, list(entries.values()), actor, back, takes_back=number)
    start(undoing)
    receipt = take_back_many(entries, actor, partial(note_item, undoing))
    finish(undoing, receipt.left_out)
    if receipt.left_out:
        return redirect(_outcome_href(undoing), 303)
    flash(_tally("Undone", receipt), "success")
    return redirect(local_url(back), 303)


def init_bulk(app: Flask) -> None:
    """Give selections their pages."""
    app.register_blueprint(blueprint)


def _selected(command: Command[Any], values: MultiDict[str, str]) -> int:
    """The number under which a selection is kept."""
    selection = read_selection(values.getlist("id"))
    back = local_url(values.get("back"))
    return keep_selection(command.name, selection.ids, current_staff.actor, back, fields=_fields_in(values))


def _fields_in(values: MultiDict[str, str]) -> list[tuple[str, str]]:
    """What a form says of the command alone, whichever rows it is about."""
    return [
        (name, value.replace("\0", "")) for name, value in values.items(multi=True) if name not in _OWN_FIELDS
    ]


def _found(number: int) -> tuple[BulkRun, Command[Any]]:
    """A run of the person's own, and its command."""
    run = find_run(number)
    if run is None or run.takes_back is not None:
        abort(404)
    if run.staff_id != current_staff.id:
        abort(403)
    return run, _command(run.command)


def _outcome_href(number: int) -> str:
    return url_for("audit.run", number=number)


def _tally(what: str, receipt: BulkReceipt) -> str:
    count = len(receipt.done)
    return f"{what}: {count} {'row' if count == 1 else 'rows'} changed."


@blueprint.get("/<name>/members")
@requires(Permission.SIGNED_IN)
def members(name: str) -> Response:
    """What a field of a command's form can be given, found by a part of its name: a fragment."""
    command = command_named(name)
    if command is None:
        abort(404)
    if not current_staff.may(command.permission):
        abort(403)
    field = next((one for one in command.fields if one.name == request.args.get("field")), None)
    offered = field and (field.offered or (field.members and field.members.offered))
    if field is None or not offered:
        abort(404)
    key = f"find-{field.name}" if field.members else field.name
    sought = request.args.get(key, "").strip()
    found = offered(sought) if sought and "\0" not in sought else ()
    return render("commands/members.html", "commands/_members.html", field=field, found=found, sought=sought)


def _command(name: str) -> Command[Any]:
    command = command_named(name)
    if command is None or not command.object_field:
        abort(404)
    if not current_staff.may(command.permission):
        abort(403)
    return command


def _page(
    run: BulkRun,
    command: Command[Any],
    values: MultiDict[str, str],
    *,
    complains: bool = False,
    whole: bool = False,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    texts = texts_of(command, values)
    plan = preview_many(command, run.ids, texts, current_staff.actor)
    if not complains:
        # Before anything is typed nothing is missing, and nobody is left out for want of it.
        plan = BulkPlan(plan.affected, plan.left_out if plan.affected or not command.fields else [])
    return render(
        "commands/bulk.html",
        "commands/_bulk_preview.html" if complains and status == 200 and not whole else None,
        status=status,
        command=command,
        run=run,
        texts=texts,
        plan=plan,
        shown=_SHOWN,
        errors={**plan.errors, **(errors or {})} if complains else {},
        is_kept="kept" in request.args,
    )
