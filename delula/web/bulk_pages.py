"""A command on the rows that are selected in a list: what it would do to them, and what came of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, redirect, request, url_for

from delula.access import sessions
from delula.access.guard import FRESH, current_staff, kept_fields, lead_to, local_url, requires
from delula.access.permissions import Permission
from delula.commands import LeftOut, command_named
from delula.commands.bulk import BulkPlan, preview_many, run_many, take_back_many
from delula.errors import InvalidInput
from delula.lists.selection import MOST_SELECTED, Selection, read_selection
from delula.web.command_forms import texts_of
from delula.web.command_pages import can_take_back
from delula.web.render import render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Flask, Response
    from werkzeug.datastructures import MultiDict
    from werkzeug.wrappers import Response as AnyResponse

    from delula.commands import Command

blueprint = Blueprint("bulk", __name__, url_prefix="/bulk")

#: The field in which the number of rows is typed where nothing leads back.
_NUMBER = "number"
NEW = "It could not be changed when the preview was shown."


@blueprint.post("/<name>")
@requires(Permission.SIGNED_IN, resumed_at="bulk.resume")
def form(name: str) -> Response:
    """What a command would do to the selected rows, and what it asks for."""
    return _page(_command(name), read_selection(request.form.getlist("id")))


@blueprint.get("/<name>")
@requires(Permission.SIGNED_IN)
def resume(name: str) -> AnyResponse:
    """The same as it was when the person had to sign in; the selection itself has no address."""
    command = _command(name)
    values = kept_fields(*(url_for(f".{route}", name=name) for route in ("form", "look", "execute")))
    if values is None:
        return redirect(url_for("home.index"))
    return _page(command, read_selection(values.getlist("id")), values=values, is_kept=True)


@blueprint.post("/<name>/preview")
@requires(Permission.SIGNED_IN, resumed_at="bulk.resume")
def look(name: str) -> Response:
    """The same with what stands in the form by now."""
    return _page(_command(name), read_selection(request.form.getlist("id")), complains=True)


@blueprint.post("/<name>/run")
@requires(Permission.SIGNED_IN, resumed_at="bulk.resume")
def execute(name: str) -> AnyResponse:
    """Run a command on the selected rows, and say of each what came of it."""
    command = _command(name)
    if command.is_fresh and not sessions.is_fresh(current_staff, FRESH):
        return lead_to("account.confirm", keeping_form=True)
    selection, texts = read_selection(request.form.getlist("id")), texts_of(command, request.form)
    seen = dict(zip(request.form.getlist("id"), request.form.getlist("version"), strict=False))
    plan = preview_many(command, selection.ids, texts, current_staff.actor)
    if plan.errors:
        return _page(command, selection, complains=True, status=422)
    if plan.affected and not any(seen.values()):
        # Sent before the preview came, or without script: it is shown first.
        return _page(command, selection, complains=True, whole=True)
    if plan.is_final and texts.get(_NUMBER, "").strip() != str(len(plan.affected)):
        errors = {_NUMBER: f"Type {len(plan.affected)}, the number of those that change."}
        return _page(command, selection, complains=True, errors=errors, status=422)
    # What was left out in the preview has no version: it stays left out, whatever it has become since.
    versions = {id_: seen[id_] for id_ in selection.ids if seen.get(id_)}
    try:
        receipt = run_many(
            command, versions, texts, current_staff.actor, plan.affected, reason=texts.get("reason", "")
        )
    except InvalidInput as error:
        errors = {error.field: error.message}
        return _page(command, selection, complains=True, errors=errors, status=422)
    told = {one.object_id for one in receipt.left_out} | set(receipt.done)
    receipt.left_out += [one for one in plan.left_out if one.object_id not in told]
    receipt.left_out += [LeftOut(id_, NEW) for id_ in plan.affected if id_ not in versions]
    back = local_url(texts.get("back"))
    entries = [one.entry_id for one in receipt.done.values() if can_take_back(one.entry_id)]
    if entries:
        flash(_tally(command.title, len(receipt.done)), f"done-all:{_undo_href(entries, back)}")
    return render(
        "commands/bulk_done.html",
        title=command.title,
        receipt=receipt,
        undo_href=_undo_href(entries, back) if entries else None,
        undoable=len(entries),
        back=back,
    )


@blueprint.post("/undo")
@requires(Permission.SIGNED_IN)
def undo() -> AnyResponse:
    """Take back what a run on many rows has done."""
    parts = request.args.get("entries", "").split(",")
    if len(parts) > MOST_SELECTED or not all(
        part.isascii() and part.isdigit() and len(part) < 19 for part in parts
    ):
        raise InvalidInput("entries", "They are numbers of entries of the audit log, with commas between.")
    receipt = take_back_many(map(int, parts), current_staff.actor)
    back = local_url(request.args.get("back"))
    if receipt.left_out:
        return render(
            "commands/bulk_done.html", title="Undo", receipt=receipt, undo_href=None, undoable=0, back=back
        )
    flash(_tally("Taken back", len(receipt.done)), "success")
    return redirect(back, 303)


def init_bulk(app: Flask) -> None:
    """Give selections their pages."""
    app.register_blueprint(blueprint)


def _undo_href(entries: Sequence[int], back: str) -> str:
    return url_for("bulk.undo", entries=",".join(map(str, entries)), back=back)


def _tally(what: str, count: int) -> str:
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
    command: Command[Any],
    selection: Selection,
    *,
    complains: bool = False,
    whole: bool = False,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    values: MultiDict[str, str] | None = None,
    is_kept: bool = False,
) -> Response:
    texts = texts_of(command, request.form if values is None else values)
    plan = preview_many(command, selection.ids, texts, current_staff.actor)
    if not complains:
        # Before anything is typed nothing is missing, and nobody is left out for want of it.
        plan = BulkPlan(plan.affected, plan.left_out if plan.affected or not command.fields else [])
    return render(
        "commands/bulk.html",
        "commands/_bulk_preview.html" if complains and status == 200 and not whole else None,
        status=status,
        command=command,
        selection=selection,
        texts=texts,
        plan=plan,
        errors={**plan.errors, **(errors or {})} if complains else {},
        back=local_url(texts.get("back")),
        is_kept=is_kept,
    )
