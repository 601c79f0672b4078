"""The one form of every command: what it asks, what it would do, and what came of it.

A button anywhere leads to `/commands/<name>` with what it knows of the input in the address. The form shows
the plan, carries the version of what was shown, and after the command leads back to where one came from.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for

from delula.access import sessions
from delula.access.guard import FRESH, current_staff, lead_to, local_url, requires
from delula.access.permissions import Permission
from delula.commands import (
    Conflict,
    Plan,
    command_named,
    inverse_of,
    preview,
    preview_taking_back,
    run,
    take_back,
)
from delula.commands.inputs import read_given
from delula.commands.members import with_sets
from delula.db import session
from delula.errors import InvalidInput, Refused
from delula.models import AuditEntry
from delula.web.references import object_href
from delula.web.render import render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Flask, Response
    from werkzeug.wrappers import Response as AnyResponse

    from delula.commands import Command, Given, Receipt
    from delula.models import JsonValue

blueprint = Blueprint("commands", __name__, url_prefix="/commands")

#: By name of a command, where it has a receipt of its own to lead to.
_RECEIPT_PAGES: dict[str, Callable[[Receipt], str]] = {}

#: What the form carries besides the fields of the input.
_BACK, _SEEN, _REASON = "back", "seen", "reason"
#: The field of an input that makes running it twice have one effect.
_KEY = "key"


@dataclass
class CommandForm:
    """What the template of a command's form shows.

    Attributes:
        command: which one.
        texts: what stands in the fields, by name.
        plan: what it would do; None while the input is not whole.
        errors: what is wrong with a field, by name.
        refusal: why it cannot be done at all.
        conflict: the values as they were shown, as they are, and as the person would have them, by name.
    """

    command: Command[Any]
    texts: dict[str, str]
    plan: Plan | None = None
    errors: dict[str, str] = field(default_factory=dict)
    refusal: str = ""
    conflict: list[tuple[str, JsonValue, JsonValue, JsonValue]] = field(default_factory=list)

    @property
    def back(self) -> str:
        """Where the person came from."""
        return local_url(self.texts.get(_BACK))

    def begin(self) -> None:
        """Start an edit from what is stored now; what the person has typed stays."""
        stored = dict(self.command.stored(self.texts))
        self.texts |= {"version": stored.pop("version", ""), _SEEN: json.dumps(stored)}
        self.texts = {**stored, **self.texts}

    @property
    def objects(self) -> list[str]:
        """The object that the form is about, where its input names one."""
        object_id = self.texts.get(self.command.object_field)
        return [] if object_id is None else [object_id]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the form carries unseen."""
        shown = {one.name for one in self.command.fields}
        kept = {one.name: self.texts.get(one.name) for one in fields(self.command.given)}
        kept[_BACK] = self.back
        if self.command.is_edit:
            kept[_SEEN] = self.texts.get(_SEEN)
        else:
            shown.add("version")  # stands with what was seen
        return [(name, text) for name, text in kept.items() if text is not None and name not in shown]

    @property
    def seen(self) -> list[tuple[str, str]]:
        """What the preview has shown, for the check that it is still so; an edit keeps what it began with."""
        if self.plan is None or self.command.is_edit:
            return []
        return [("version", self.plan.version), (_SEEN, json.dumps(self.plan.change.before))]


@blueprint.get("/<name>")
@requires(Permission.SIGNED_IN)
def form(name: str) -> Response:
    """The form of a command, with what it would do where the address says enough."""
    command = _command(name)
    shown = CommandForm(command, with_sets(command, request.args.to_dict(), request.args.getlist))
    if any(one.name == _KEY for one in fields(command.given)):
        # A key belongs to one form: who opens it again means to do it again.
        shown.texts[_KEY] = secrets.token_urlsafe(16)
    if command.is_edit:
        shown.begin()
    _look(shown, complains=False)
    return render("commands/page.html", "commands/_form.html", form=shown)


@blueprint.post("/<name>/preview")
@requires(Permission.SIGNED_IN)
def look(name: str) -> Response:
    """What a command would do with what stands in its form."""
    shown = _sent(_command(name))
    _look(shown, complains=True)
    return render("commands/page.html", "commands/_preview.html", form=shown)


@blueprint.post("/<name>")
@requires(Permission.SIGNED_IN)
def execute(name: str) -> AnyResponse:
    """Run a command, and lead back with an offer to undo it."""
    command = _command(name)
    if command.is_fresh and not sessions.is_fresh(current_staff, FRESH):
        return lead_to("account.confirm", keeping_form=True)
    shown = _sent(command)
    try:
        given = read_given(command.given, shown.texts)
        receipt = run(command, given, current_staff.actor, reason=shown.texts.get(_REASON, ""))
    except InvalidInput as error:
        _look(shown, complains=False)
        shown.errors[error.field] = error.message
        return _again(shown, 422)
    except Conflict as error:
        seen = _seen(shown.texts.get(_SEEN, ""))
        now, wanted = error.change.before, error.change.after
        shown.conflict = [(key, seen.get(key), now.get(key), value) for key, value in wanted.items()]
        shown.texts["version"] = ""
        if command.is_edit:
            shown.begin()
        _look(shown, complains=False)
        return _again(shown, 409)
    except Refused as error:
        shown.refusal = str(error)
        return _again(shown, 409)
    return _done(command, receipt, shown.back)


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
        receipt = take_back(entry_id, current_staff.actor, reason=request.form.get(_REASON, ""))
    except InvalidInput as error:
        return _taking_back(entry, request.form, 422, {error.field: error.message})
    except Refused:
        return _taking_back(entry, request.form, 409)
    flash(f"Taken back. {receipt.sentence}", f"done:{receipt.entry_id}")
    return _lead_back(local_url(request.form.get(_BACK) or came_from()))


def show_receipts(name: str, href: Callable[[Receipt], str]) -> None:
    """Lead from a command to the page of its receipt, rather than back.

    Args:
        name: of the command.
        href: the address of the page.
    """
    _RECEIPT_PAGES[name] = href


def _entry(entry_id: int) -> AuditEntry:
    entry = session().get(AuditEntry, entry_id) if entry_id < 2**63 else None
    inverse = inverse_of(entry) if entry else None
    if entry is None or (inverse and not current_staff.may(inverse.command.permission)):
        abort(404 if entry is None else 403)
    return entry


def _taking_back(
    entry: AuditEntry, texts: Mapping[str, str], status: int = 200, errors: Mapping[str, str] | None = None
) -> Response:
    """The page that says what taking an entry back would do; a conflict is explained."""
    command, plan, refusal, conflict = None, None, "", []
    try:
        command, plan = preview_taking_back(entry.id, current_staff.actor)
    except Conflict as error:
        now = error.change.before
        conflict = [
            (key, entry.after.get(key), now.get(key), value) for key, value in error.change.after.items()
        ]
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
        errors=errors or {},
        reason=texts.get(_REASON, ""),
        back=local_url(texts.get(_BACK) or came_from()),
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
        command_href=command_href, can_take_back=can_take_back, object_href=object_href
    )


def _command(name: str) -> Command[Any]:
    command = command_named(name)
    if command is None:
        abort(404)
    if not current_staff.may(command.permission):
        abort(403)
    return command


def _sent(command: Command[Any]) -> CommandForm:
    """The form that was sent."""
    return CommandForm(command, with_sets(command, request.form.to_dict(), request.form.getlist))


def _look(shown: CommandForm, *, complains: bool) -> None:
    """Find out what the command would do; what is missing is said only to somebody who has typed."""
    try:
        given: Given = read_given(shown.command.given, shown.texts)
        shown.plan = preview(shown.command, given, current_staff.actor)
    except InvalidInput as error:
        if complains:
            shown.errors[error.field] = error.message
    except Refused as error:
        shown.refusal = shown.refusal or str(error)


def _again(shown: CommandForm, status: int) -> Response:
    return make_response(render_template("commands/page.html", form=shown), status)


def _seen(text: str) -> Mapping[str, JsonValue]:
    """The values that the form showed; whatever else the browser sends counts as nothing."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def came_from(default: str = "/") -> str:
    """The page of this console that the request was made on, with its query."""
    prefix, page = request.host_url.rstrip("/"), request.referrer or ""
    return local_url(page.removeprefix(prefix), default) if page.startswith(prefix) else default


def _done(command: Command[Any], receipt: Receipt, back: str) -> AnyResponse:
    if receipt.is_repeated:
        flash(f"This was done before, once. {receipt.sentence}", "info")
    else:
        flash(receipt.sentence, f"done:{receipt.entry_id}")
    page = _RECEIPT_PAGES.get(command.name)
    return _lead_back(page(receipt) if page else back)


def _lead_back(path: str) -> AnyResponse:
    return redirect(path, 303)


def command_href(name: str, /, back: str, **known: object) -> str:
    """Where the button of a command leads; also a Jinja global.

    Args:
        name: of the command.
        back: the path to come back to.
        known: fields of its input.
    """
    params = urlencode({"back": back, **known})
    return f"{url_for('commands.form', name=name)}?{params}"
