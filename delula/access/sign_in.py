"""Sign-in and sign-out, and `init_access(app)`, which sets Flask-Security up.

Flask-Security keeps who is signed in (with Flask-Login), hashes passwords and makes and checks codes. Its own
pages are not used: they know neither our limits nor our sessions, and commit by themselves.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, Flask, Response, current_app, flash, g, redirect, request, session, url_for
from flask_security import Security, SQLAlchemyUserDatastore
from sqlalchemy.exc import DBAPIError

from delula.access import account, authentication, passwords, sessions
from delula.access.authentication import Recognised, Wrong
from delula.access.browser import begin, leave, wait, waiting_text
from delula.access.forms import CodeForm, SignInForm
from delula.access.guard import TOKEN, local_url, requires, signed_in
from delula.access.limits import TooManyAttempts
from delula.access.permissions import Permission
from delula.config import Environment, Settings
from delula.db import atomic, db
from delula.models.staff import Staff
from delula.web.render import render

if TYPE_CHECKING:
    from flask_wtf import FlaskForm
    from werkzeug.wrappers import Response as AnyResponse

    from delula.access.sessions import SignedIn

blueprint = Blueprint("security", __name__)

#: Key of the half-done sign-in in the signed session cookie, and how long it may stay half done.
_RECOGNISED = "recognised"
_CODE_WITHIN_SECONDS = 600

NOT_RECOGNISED = "The e-mail address or the password is not right."
NOT_ACCEPTED = "That code is not right, or it has been used already."


def init_access(app: Flask) -> None:
    """Set up sign-in and the account pages. Call `init_guard(app)` after it."""
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the name of an algorithm
        # argon2id alone: a pepper made from SECRET_KEY would lock everyone out when that key is replaced.
        SECURITY_PASSWORD_SINGLE_HASH={"argon2"},
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=_argon2_cost(app.config["SETTINGS"]),
        SECURITY_ANONYMOUS_USER_DISABLED=True,
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
        # Our sessions know better than an address that changes with the train's Wi-Fi.
        SESSION_PROTECTION=None,
    )
    # Nothing of the datastore is used but the model's name: people are loaded by `_load`.
    datastore: Any = SQLAlchemyUserDatastore(db, cast("Any", Staff), cast("Any", None))
    security = Security(app, datastore, register_blueprint=False)
    # It would load the person before every request, static files included; permissions are the guard's.
    security.principal.identity_loaders.clear()
    security.login_manager.user_loader(_load)
    security.login_manager.request_loader(lambda _request: None)  # no tokens in headers or queries
    app.register_blueprint(blueprint)
    app.register_blueprint(account.blueprint)


def _argon2_cost(settings: Settings) -> dict[str, int]:
    """Parameters of argon2id: RFC 9106's second choice; next to nothing where tests hash all the time."""
    if settings.environment is Environment.TEST:
        return {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}
    return {"argon2__time_cost": 3, "argon2__memory_cost": 65536, "argon2__parallelism": 4}


def _load(fs_uniquifier: str) -> SignedIn | None:
    token = session.get(TOKEN)
    if not token or "person_unknown" in g:
        return None
    try:
        person = sessions.load(token, fs_uniquifier)
    except DBAPIError:
        # The page that reports this must not fail by asking again who is reading it.
        g.person_unknown = True
        raise
    return person and replace(person, address=request.remote_addr, request_id=g.get("request_id"))


@blueprint.get("/login")
@requires(Permission.PUBLIC)
def login() -> AnyResponse:
    """The sign-in form; whoever is signed in goes where they wanted to."""
    if signed_in() is not None:
        return redirect(_wanted())
    return _sign_in_page(SignInForm())


@blueprint.post("/login")
@requires(Permission.PUBLIC)
def submit_login() -> AnyResponse:
    """Check e-mail and password, then open a session or ask for the second factor."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form, status=422)
    try:
        recognised = authentication.check_password(form.email.data, form.password.data, request.remote_addr)
    except Wrong:
        return _sign_in_page(form, status=422, problem=NOT_RECOGNISED)
    except TooManyAttempts as error:
        return wait(_sign_in_page(form, status=429, problem=waiting_text(error.seconds)), error.seconds)
    except passwords.Busy:
        return wait(_sign_in_page(form, status=429, problem=waiting_text(5)), 5)
    if recognised.needs_code:
        session[_RECOGNISED] = [recognised.staff_id, recognised.fs_uniquifier, int(time.time())]
        return redirect(url_for("security.code", next=request.args.get("next")), 303)
    begin(recognised.staff_id, recognised.fs_uniquifier)
    return redirect(_wanted(), 303)


@blueprint.get("/login/code")
@requires(Permission.PUBLIC)
def code() -> AnyResponse:
    """The form for the second factor, after the right password."""
    return _start_again() if _recognised() is None else _code_page(CodeForm())


@blueprint.post("/login/code")
@requires(Permission.PUBLIC)
def submit_code() -> AnyResponse:
    """Check the second factor and open a session."""
    recognised = _recognised()
    if recognised is None:
        return _start_again()
    form = CodeForm()
    if not form.validate_on_submit():
        return _code_page(form, status=422)
    try:
        authentication.check_code(recognised.staff_id, form.code.data, request.remote_addr)
    except Wrong:
        return _code_page(form, status=422, problem=NOT_ACCEPTED)
    except TooManyAttempts as error:
        return wait(_code_page(form, status=429, problem=waiting_text(error.seconds)), error.seconds)
    begin(recognised.staff_id, recognised.fs_uniquifier)
    return redirect(_wanted(), 303)


@blueprint.post("/logout")
@requires(Permission.PUBLIC)
def logout() -> AnyResponse:
    """End this session."""
    person = signed_in()
    if person is not None:
        with atomic():
            sessions.end(person.id, person.session_id)
    return leave("You are signed out.")


def _wanted() -> str:
    return local_url(request.args.get("next"), default=url_for("home.index"))


def _recognised() -> Recognised | None:
    """The person whose password was right a moment ago."""
    stored: Any = session.get(_RECOGNISED)
    if not stored or time.time() - stored[2] > _CODE_WITHIN_SECONDS:
        return None
    staff = db.session.get(Staff, stored[0])
    if staff is None or not staff.active or staff.fs_uniquifier != stored[1]:
        return None
    return Recognised(staff.id, staff.fs_uniquifier, needs_code=True)


def _start_again() -> AnyResponse:
    flash("Signing in took too long. Please start again.", "info")
    return redirect(url_for("security.login", next=request.args.get("next")), 303)


def _sign_in_page(form: FlaskForm, *, status: int = 200, problem: str | None = None) -> Response:
    return render(
        "security/login.html",
        status=status,
        form=form,
        problem=problem,
        form_waits=_wanted() == url_for("account.resume"),
        idle_minutes=current_app.config["SETTINGS"].session_idle_minutes,
    )


def _code_page(form: FlaskForm, *, status: int = 200, problem: str | None = None) -> Response:
    return render("security/code.html", status=status, form=form, problem=problem)
