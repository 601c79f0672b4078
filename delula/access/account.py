"""The pages of one's own account: name, password, second factor, sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, redirect, request, session, url_for

from delula.access import authentication, own_account, passwords, second_factor, sessions
from delula.access.authentication import Wrong
from delula.access.browser import begin, leave, wait, waiting_text
from delula.access.forms import CodeForm, ConfirmForm, NameForm, PasswordForm
from delula.access.guard import current_staff, local_url, page_of_kept_form, requires
from delula.access.limits import TooManyAttempts
from delula.access.permissions import Permission
from delula.errors import InvalidInput
from delula.web.render import render

if TYPE_CHECKING:
    from flask_wtf import FlaskForm
    from werkzeug.wrappers import Response as AnyResponse

blueprint = Blueprint("account", __name__, url_prefix="/account")

#: Key of the secret that is being set up, encrypted, in the signed session cookie.
_NEW_SECRET = "new_second_factor"  # noqa: S105 - the name of a key, not a secret


@blueprint.get("/")
@requires(Permission.SIGNED_IN)
def index() -> Response:
    """Who one is here, and what one can change about it."""
    return _index(NameForm(name=current_staff.name))


@blueprint.post("/name")
@requires(Permission.SIGNED_IN)
def name() -> AnyResponse:
    """Change how colleagues see one."""
    form = NameForm()
    if not form.validate_on_submit():
        return _index(form, status=422)
    own_account.rename(current_staff.actor, form.name.data or "")
    flash("Your name is saved.", "success")
    return redirect(url_for("account.index"), 303)


@blueprint.get("/password")
@requires(Permission.SIGNED_IN, before_setup=True)
def password() -> Response:
    """The form for a new password."""
    return _password_page(PasswordForm())


@blueprint.post("/password")
@requires(Permission.SIGNED_IN, before_setup=True)
def change_password() -> AnyResponse:
    """Change the password; all other sessions end, and this one is replaced."""
    form = PasswordForm()
    if form.validate_on_submit() and form.password.data != form.again.data:
        form.again.errors = ["This is not the same password."]
    if form.errors:
        return _password_page(form, status=422)
    try:
        authentication.confirm_password(current_staff.id, form.present.data, request.remote_addr)
        fs_uniquifier = own_account.change_password(current_staff.actor, form.password.data)
    except Wrong:
        form.present.errors = ["That is not your present password."]
    except InvalidInput as error:
        form[error.field].errors = [error.message]
    except TooManyAttempts as error:
        return _later(_password_page, form, error.seconds)
    except passwords.Busy:
        return _later(_password_page, form, 5)
    else:
        begin(current_staff.id, fs_uniquifier)
        flash("Your password is changed. Your other sessions have ended.", "success")
        return redirect(_wanted(), 303)
    return _password_page(form, status=422)


@blueprint.get("/second-factor")
@requires(Permission.SIGNED_IN, before_setup=True, fresh=True)
def second_factor_page() -> AnyResponse:
    """The QR code and the form for the first code."""
    if current_staff.has_second_factor:
        return redirect(url_for("account.index"))
    return _second_factor_page(CodeForm())


@blueprint.post("/second-factor")
@requires(Permission.SIGNED_IN, before_setup=True, fresh=True)
def switch_second_factor_on() -> AnyResponse:
    """Accept the first code and show the recovery codes, once."""
    form = CodeForm()
    if current_staff.has_second_factor or _NEW_SECRET not in session:
        return redirect(url_for("account.second_factor_page"), 303)
    if not form.validate_on_submit():
        return _second_factor_page(form, status=422)
    try:
        codes = own_account.switch_second_factor_on(current_staff.actor, session[_NEW_SECRET], form.code.data)
    except Wrong:
        form.code.errors = ["That is not the code that the app shows now. Check the clock of your device."]
        return _second_factor_page(form, status=422)
    except TooManyAttempts as error:
        return _later(_second_factor_page, form, error.seconds)
    del session[_NEW_SECRET]
    return _codes_page(codes)


@blueprint.post("/second-factor/off")
@requires(Permission.SIGNED_IN, fresh=True)
def switch_second_factor_off() -> AnyResponse:
    """Do without a second factor, where the role allows it."""
    own_account.switch_second_factor_off(current_staff.actor)
    flash("Your second factor is off.", "success")
    return redirect(url_for("account.index"), 303)


@blueprint.post("/recovery-codes")
@requires(Permission.SIGNED_IN, fresh=True)
def new_recovery_codes() -> AnyResponse:
    """Replace the recovery codes and show the new ones, once."""
    return _codes_page(own_account.new_recovery_codes(current_staff.actor))


@blueprint.post("/sessions/<int:session_id>/end")
@requires(Permission.SIGNED_IN, before_setup=True)
def end_session(session_id: int) -> AnyResponse:
    """Sign out one of one's browsers."""
    own_account.end_session(current_staff.actor, session_id)
    if session_id == current_staff.session_id:
        return leave("You are signed out.")
    flash("That session has ended.", "success")
    return redirect(url_for("account.index"), 303)


@blueprint.post("/sessions/end")
@requires(Permission.SIGNED_IN, before_setup=True)
def end_sessions() -> AnyResponse:
    """Sign out everywhere, here as well."""
    own_account.end_sessions(current_staff.actor)
    return leave("You are signed out everywhere.")


@blueprint.get("/confirm")
@requires(Permission.SIGNED_IN, before_setup=True)
def confirm() -> Response:
    """The form that asks for the password before a sensitive action."""
    return _confirm_page(ConfirmForm())


@blueprint.post("/confirm")
@requires(Permission.SIGNED_IN, before_setup=True)
def submit_confirm() -> AnyResponse:
    """Check the password and go back to the action."""
    form = ConfirmForm()
    if not form.validate_on_submit():
        return _confirm_page(form, status=422)
    try:
        authentication.confirm_password(current_staff.id, form.password.data, request.remote_addr)
    except Wrong:
        form.password.errors = ["That is not your password."]
        return _confirm_page(form, status=422)
    except TooManyAttempts as error:
        return _later(_confirm_page, form, error.seconds)
    except passwords.Busy:
        return _later(_confirm_page, form, 5)
    sessions.confirm(current_staff)
    return redirect(_wanted(), 303)


@blueprint.get("/resume")
@requires(Permission.SIGNED_IN)
def resume() -> AnyResponse:
    """The form that arrived after the session had expired, for the person to look at and send."""
    form = sessions.kept_form(current_staff)
    if form is None:
        return redirect(url_for("home.index"))
    if (page := page_of_kept_form(form)) is not None:
        return redirect(page)
    return render("account/resume.html", form=form)


@blueprint.post("/resume/discard")
@requires(Permission.SIGNED_IN)
def discard() -> AnyResponse:
    """Do without the kept form, and back to the page that it came from."""
    form = sessions.kept_form(current_staff)
    sessions.forget_form(current_staff)
    return redirect(local_url(form.back if form else None), 303)


def _wanted() -> str:
    return local_url(request.args.get("next"), default=url_for("account.index"))


def _later(page: Any, form: FlaskForm, seconds: int) -> Response:
    return wait(page(form, status=429, problem=waiting_text(seconds)), seconds)


def _index(form: FlaskForm, *, status: int = 200) -> Response:
    return render(
        "account/index.html",
        status=status,
        form=form,
        sessions=sessions.open_sessions(current_staff.id),
        codes_left=second_factor.recovery_codes_left(current_staff.id),
    )


def _password_page(form: FlaskForm, *, status: int = 200, problem: str | None = None) -> Response:
    return render("account/password.html", status=status, form=form, problem=problem)


def _confirm_page(form: FlaskForm, *, status: int = 200, problem: str | None = None) -> Response:
    return render("account/confirm.html", status=status, form=form, problem=problem)


def _second_factor_page(form: FlaskForm, *, status: int = 200, problem: str | None = None) -> Response:
    secret = session.setdefault(_NEW_SECRET, second_factor.new_secret())
    response = render(
        "account/second_factor.html",
        status=status,
        form=form,
        problem=problem,
        picture=second_factor.qr_code(secret, current_staff.email),
        typed_key=second_factor.typed_key(secret),
    )
    return _once(response)


def _codes_page(codes: list[str]) -> Response:
    return _once(render("account/recovery_codes.html", codes=codes))


def _once(response: Response) -> Response:
    """What is shown once is not kept by the browser, not even for its Back button."""
    response.headers["Cache-Control"] = "no-store"
    return response
