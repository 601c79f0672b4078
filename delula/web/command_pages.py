"""The one form of every command: what it asks, what it would do, and what came of it.

A button anywhere leads to `/commands/<name>` with what it knows of the input in the address. The form shows
the plan, carries the version of what was shown, and after the command leads back to where one came from.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for

from delula.access import sessions
from delula.access.guard import FRESH, current_staff, kept_fields, lead_to, local_url, requires, why_may_not
from delula.access.permissions import Permission
from delula.commands import (
    Conflict,
    SentBefore,
    action_title,
    command_named,
    inverse_of,
    just_done,
    last_change,
    preview,
    preview_taking_back,
    run,
    take_back,
)
from delula.commands.inputs import read_given
from delula.db import session
from delula.errors import InvalidInput, Refused, Unchanged
from delula.models import LARGEST_OWN_ID, AuditEntry
from delula.web.command_forms import BACK, KEY, REASON, CommandForm, Row, texts_of
from delula.web.references import object_href
from delula.web.render import render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Flask, Response
    from werkzeug.wrappers import Response as AnyResponse

    from delula.commands import Command, Given, Receipt

blueprint = Blueprint("commands", __name__, url_prefix="/commands")

#: By name of a command, where it has a receipt of its own to lead to.
_RECEIPT_PAGES: dict[str, Callable[[Receipt], str | None]] = {}

#: By name of a command, where it has a form of its own to lead to, by what is known of its input.
_FORM_PAGES: dict[str, Callable[[Mapping[str, str]], str | None]] = {}


@blueprint.get("/<name>")
@requires(Permission.SIGNED_IN)
def form(name: str) -> AnyResponse:
    """The form of a command, with what it would do where the address says enough."""
    command = _command(name)
    page = _FORM_PAGES.get(name)
    if page is not None and (own := page(request.args.to_dict())) is not None:
        return redirect(own)
    if command.is_fresh and not sessions.is_fresh(current_staff, FRESH):
        return lead_to("account.confirm", keeping_form=False)
    kept = kept_fields(url_for(".execute", name=name), url_for(".look", name=name))
    texts = texts_of(command, request.args if kept is None else kept)
    shown = CommandForm(command, texts, is_kept=kept is not None)
    if shown.has_key and not shown.texts.get(KEY):
        # The key stands in the address: reloaded, come back to or copied to another tab, it is the same form.
        return redirect(_href(name, {**shown.texts, KEY: secrets.token_urlsafe(16)}))
    if kept is None:
        shown.begin() if command.is_edit else shown.offer()
    _look(shown, complains=False)
    return render("commands/page.html", "commands/_form.html", form=shown)


@blueprint.post("/<name>/preview")
@requires(Permission.SIGNED_IN, resumed_at="commands.form")
def look(name: str) -> Response:
    """What a command would do with what stands in its form."""
    command = _command(name)
    shown = CommandForm(command, texts_of(command, request.form))
    _look(shown, complains=True)
    return render("commands/page.html", "commands/_preview.html", form=shown)


@blueprint.post("/<name>")
@requires(Permission.SIGNED_IN, resumed_at="commands.form")
def execute(name: str) -> AnyResponse:
    """Run a command, and lead back with an offer to undo it."""
    command = _command(name)
    if command.is_fresh and not sessions.is_fresh(current_staff, FRESH):
        return lead_to("account.confirm", keeping_form=True)
    shown, actor = CommandForm(command, texts_of(command, request.form)), current_staff.actor
    try:
        given = read_given(command.given, shown.texts)
    except InvalidInput as error:
        return _wrong(shown, error)
    try:
        receipt = run(command, given, actor, reason=shown.texts.get(REASON, ""))
    except InvalidInput as error:
        # What was sent twice finds its own values there already.
        done = just_done(command, given, actor)
        return _wrong(shown, error) if done is None else _done(command, done, shown.back)
    except SentBefore as error:
        # To mean it all the same takes another form, so another key; what was typed stays.
        shown.sent_before = _receipt_href(command, error.receipt) or shown.back
        shown.texts[KEY] = secrets.token_urlsafe(16)
        _look(shown, complains=False)
        return _again(shown, 409)
    except Refused as error:
        change = error.change if isinstance(error, Conflict) else None
        if (done := just_done(command, given, actor, change)) is not None:
            return _done(command, done, shown.back)
        if change is None:
            shown.refusal = str(error)
        else:
            shown.meet(change)
            shown.changed_by = last_change(change)
            _look(shown, complains=False)
        return _again(shown, 409)
    return _done(command, receipt, shown.back)


def _wrong(shown: CommandForm, error: InvalidInput) -> Response:
    _look(shown, complains=False)
    shown.errors[error.field] = error.message
    return _again(shown, 422)


@blueprint.get("/undo/<int:entry_id>")
@requires(Permission.SIGNED_IN)
def look_at_undo(entry_id: int) -> Response:
    """What taking back an entry of the audit log would do, or why it cannot be done."""
    return _taking_back(_entry(entry_id), request.args)


@blueprint.post("/undo/<int:entry_id>")
@requires(Permission.SIGNED_IN)
def undo(entry_id: int) -> AnyResponse:
    """Take back what an entry of the audit log has done."""
    entry = _entry(entry_id)
    inverse = inverse_of(entry)
    if inverse and inverse.command.is_fresh and not sessions.is_fresh(current_staff, FRESH):
        return lead_to("account.confirm", keeping_form=True)
    try:
        receipt = take_back(entry_id, current_staff.actor, reason=request.form.get(REASON, ""))
    except InvalidInput as error:
        return _taking_back(entry, request.form, 422, {error.field: error.message})
    except Refused:
        return _taking_back(entry, request.form, 409)
    flash(f"Undone. {receipt.sentence}", f"done:{receipt.entry_id}")
    # What was undone may have been the page that the person came from.
    href = _receipt_href(inverse.command, receipt) if inverse else ""
    return _lead_back(href or local_url(request.form.get(BACK) or came_from()))


def show_receipts(name: str, href: Callable[[Receipt], str | None]) -> None:
    """Lead from a command to the page of its receipt, rather than back.

    Args:
        name: of the command.
        href: the address of the page; None where the receipt does not tell it.
    """
    _RECEIPT_PAGES[name] = href


def job_of(receipt: Receipt) -> str | None:
    """The page of the job that a command has queued, where its receipt tells which."""
    job = receipt.details.get("job")
    return url_for("jobs.detail", job_id=job) if job is not None else None


def show_form(name: str, href: Callable[[Mapping[str, str]], str | None]) -> None:
    """Lead to a form of its own where a command's is asked for.

    Args:
        name: of the command.
        href: the address of the form by what is known of the input; None where it cannot be told.
    """
    _FORM_PAGES[name] = href


def _entry(entry_id: int) -> AuditEntry:
    entry = session().get(AuditEntry, entry_id) if entry_id <= LARGEST_OWN_ID else None
    inverse = inverse_of(entry) if entry else None
    if entry is None or (inverse and not current_staff.may(inverse.command.permission)):
        abort(404 if entry is None else 403)
    return entry


def _taking_back(
    entry: AuditEntry, texts: Mapping[str, str], status: int = 200, errors: Mapping[str, str] | None = None
) -> Response:
    """The page that says what taking an entry back would do; a conflict is explained."""
    command, plan, refusal, conflict, changed_by = None, None, "", [], None
    try:
        command, plan = preview_taking_back(entry.id, current_staff.actor)
    except Conflict as error:
        now = error.change.before
        conflict = [
            Row(name, entry.after.get(name), now.get(name), value)
            for name, value in error.change.after.items()
        ]
        changed_by = last_change(error.change)
    except (Refused, InvalidInput) as error:
        refusal = str(error)
    return render(
        "commands/undo.html",
        status=status,
        entry=entry,
        command=command,
        plan=plan,
        refusal=refusal,
        conflict=conflict,
        changed_by_entry=changed_by,
        errors=errors or {},
        reason=texts.get(REASON, ""),
        back=local_url(texts.get(BACK) or came_from()),
    )


def can_take_back(entry_id: int) -> bool:
    """Whether the person may undo what an entry has done; also a Jinja global."""
    entry = session().get(AuditEntry, entry_id)
    inverse = inverse_of(entry) if entry else None
    return inverse is not None and current_staff.may(inverse.command.permission)


def init_commands(app: Flask) -> None:
    """Give commands their pages, and templates the way there."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(
        action_title=action_title,
        can_take_back=can_take_back,
        command_href=command_href,
        object_href=object_href,
    )


def _command(name: str) -> Command[Any]:
    command = command_named(name)
    if command is None:
        abort(404)
    if not current_staff.may(command.permission):
        abort(403)
    return command


def _look(shown: CommandForm, *, complains: bool) -> None:
    """Find out what the command would do; what is missing is said only to somebody who has typed."""
    try:
        given: Given = read_given(shown.command.given, shown.texts)
        shown.plan = preview(shown.command, given, current_staff.actor)
    except InvalidInput as error:
        if complains:
            shown.errors[error.field] = error.message
    except Refused as error:
        if complains or not isinstance(error, Unchanged):
            shown.refusal = shown.refusal or str(error)


def _again(shown: CommandForm, status: int) -> Response:
    return make_response(render_template("commands/page.html", form=shown), status)


def came_from(default: str = "/") -> str:
    """The page of this console that the request was made on, with its query."""
    prefix, page = request.host_url.rstrip("/"), request.referrer or ""
    return local_url(page.removeprefix(prefix), default) if page.startswith(prefix) else default


def _done(command: Command[Any], receipt: Receipt, back: str) -> AnyResponse:
    if receipt.is_repeated:
        flash(f"This was done before, once. {receipt.sentence}", "info")
    else:
        flash(receipt.sentence, f"done:{receipt.entry_id}")
    return _lead_back(_receipt_href(command, receipt) or back)


def _receipt_href(command: Command[Any], receipt: Receipt) -> str:
    """The page of what came of a command; empty where it has none."""
    page = _RECEIPT_PAGES.get(command.name)
    return (page(receipt) if page else None) or ""


def _lead_back(path: str) -> AnyResponse:
    return redirect(path, 303)


def command_line(
    command: Command[Any], icon: str, back: str, reason: str | None = None, **known: object
) -> dict[str, Any]:
    """A line of the menu on the page of what a command is about.

    Args:
        command: which.
        icon: name of a Lucide icon.
        back: the path to come back to.
        reason: why it cannot be done; who may not do it hears of that.
        known: fields of its input.
    """
    return {
        "label": command.title,
        "icon": icon,
        "href": command_href(command.name, back, **known),
        "disabled_reason": why_may_not(command.permission) or reason,
        "tone": "danger" if command.is_dangerous else None,
    }


def command_href(name: str, /, back: str, **known: object) -> str:
    """Where the button of a command leads; also a Jinja global.

    Args:
        name: of the command.
        back: the path to come back to.
        known: fields of its input.
    """
    return _href(name, {"back": back, **known})


def _href(name: str, texts: Mapping[str, object]) -> str:
    return f"{url_for('commands.form', name=name)}?{urlencode(texts)}"
