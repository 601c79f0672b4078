"""The guard: asks before every request whether this person may use this route, and refuses by default.

A view declares what it needs, and `init_guard` does the rest:

    @blueprint.get("/")
    @requires(Permission.GENERATIONS_READ)
    def index() -> Response: ...
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

import flask_login
from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    request,
    session,
    url_for,
)
from flask_wtf.csrf import CSRFProtect
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.local import LocalProxy

from delula.access import sessions
from delula.access.permissions import Permission
from delula.access.sessions import KeptForm, SignedIn

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

log = logging.getLogger("delula.access")

#: How long a given password counts as recent for a sensitive action.
FRESH = timedelta(minutes=15)

#: Key of the session's token in the signed session cookie.
TOKEN = "sign_in"  # noqa: S105 - the name of a key, not a secret

#: Field by which a form says that it was kept and is now sent.
KEPT = "kept_form"

#: Requests that a page makes by itself send this header; they do not keep a session from idling out.
BACKGROUND_HEADER = "X-Background"

_View = TypeVar("_View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Access:
    """What a route asks of a person.

    Attributes:
        permission: what the person's role must include.
        fresh: the password must have been given within `FRESH`.
        before_setup: usable while the person still has to set something up (own password, second factor).
        resumed_at: endpoint of the page that shows a form for this route as it was, where the person had to
            sign in first; takes what this route takes, and `kept=1`.
    """

    permission: Permission
    fresh: bool = False
    before_setup: bool = False
    resumed_at: str | None = None


def requires(
    permission: Permission,
    *,
    fresh: bool = False,
    before_setup: bool = False,
    resumed_at: str | None = None,
) -> Callable[[_View], _View]:
    """Declare what a view needs; stands directly on the function, under the route."""

    def declare(view: _View) -> _View:
        view.access = Access(permission, fresh, before_setup, resumed_at)  # type: ignore[attr-defined]  # read by `access_of`
        return view

    return declare


def access_of(app: Flask, endpoint: str) -> Access | None:
    """What the route behind `endpoint` declares; None if it declares nothing."""
    return getattr(app.view_functions[endpoint], "access", None)


def signed_in() -> SignedIn | None:
    """The person of this request; None if nobody is signed in."""
    # Flask-Login's proxy answers lazily: a request that asks for nobody costs no query.
    person = flask_login.current_user._get_current_object()  # noqa: SLF001 - opens the proxy
    return cast("SignedIn", person) if person else None


#: The person of this request; false where nobody is signed in. Also a Jinja global.
current_staff: SignedIn = cast("SignedIn", LocalProxy(signed_in))


def may(permission: Permission) -> bool:
    """Whether the person of this request may do `permission`; also a Jinja global."""
    person = signed_in()
    return permission is Permission.PUBLIC or (person is not None and person.may(permission))


def why_may_not(permission: Permission) -> str | None:
    """Which permission the person of this request lacks, in words; None where they may. A Jinja global."""
    return None if may(permission) else f"This needs the permission {permission}"


def local_url(candidate: str | None, default: str = "/") -> str:
    """`candidate` if it is a path of this console, else `default`: no redirect ever leads elsewhere."""
    if not candidate or not candidate.startswith("/") or candidate.startswith(("//", "/\\")):
        return default
    # Browsers drop control characters and read a backslash as a slash: "/\t/host" would lead to a host.
    if "\\" in candidate or any(ord(letter) < 0x20 or ord(letter) == 0x7F for letter in candidate):
        return default
    try:
        parts = urlsplit(candidate)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else candidate


def init_guard(app: Flask) -> None:
    """Put the guard, and behind it the check of CSRF tokens, before every request.

    Call it after `init_access`, and before extensions whose hooks must not run for strangers.
    """
    app.before_request(_guard)
    app.after_request(_forget_sent_form)
    # The token lives as long as the session that it belongs to, so a form may stay open for as long.
    app.config.update(WTF_CSRF_TIME_LIMIT=None)
    CSRFProtect(app)
    app.jinja_env.globals.update(
        current_staff=current_staff, signed_in=signed_in, may=may, why_may_not=why_may_not
    )


def check_every_route_declares_its_permission(app: Flask) -> None:
    """Refuse to start with a route that declares nothing.

    Raises:
        RuntimeError: names every such endpoint.
    """
    silent = sorted(
        {rule.endpoint for rule in app.url_map.iter_rules() if access_of(app, rule.endpoint) is None}
    )
    if silent:
        raise RuntimeError(f"these routes declare no permission with @requires: {', '.join(silent)}")


def _guard() -> AnyResponse | None:
    if request.endpoint is None:
        return None  # Flask answers 404 or 405 itself.
    access = access_of(current_app, request.endpoint)
    if access is None:
        log.error("route without a declared permission refused", extra={"endpoint": request.endpoint})
        abort(403)
    if access.permission is Permission.PUBLIC:
        return None
    person = signed_in()
    if person is None:
        return _ask_to_sign_in()
    if request.headers.get(BACKGROUND_HEADER) is None:
        sessions.touch(person)
    if not access.before_setup and (step := setup_step(person)) is not None:
        return lead_to(step, keeping_form=False)
    if not person.may(access.permission):
        log.warning(
            "permission refused", extra={"staff_id": person.id, "permission": access.permission.value}
        )
        abort(403)
    if access.fresh and not sessions.is_fresh(person, FRESH):
        return lead_to("account.confirm", keeping_form=True)
    g.sends_kept_form = request.method == "POST" and KEPT in request.form
    return None


def _forget_sent_form(response: Response) -> Response:
    """Once a kept form has reached its view, it is the view's page that shows what was typed."""
    person = signed_in() if g.get("sends_kept_form") else None
    if person is not None and (response.status_code < 400 or response.status_code == 422):
        sessions.forget_form(person)
    return response


def setup_step(person: SignedIn) -> str | None:
    """The endpoint of what the person has to do before anything else."""
    if person.password_is_temporary:
        return "account.password"
    if person.second_factor_required and not person.has_second_factor:
        return "account.second_factor_page"
    return None


def _ask_to_sign_in() -> AnyResponse:
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        response = jsonify(error="sign_in_required", message="Sign in first.")
        response.status_code = 401
        return response
    return lead_to("security.login", keeping_form=True)


def lead_to(endpoint: str, *, keeping_form: bool) -> AnyResponse:
    """Send the person to another page first, and back afterwards.

    Args:
        endpoint: page that reads `next`.
        keeping_form: whether a form that has just arrived is kept until the person is back.
    """
    if keeping_form and request.method == "POST" and _keep_form():
        back = url_for("account.resume")
    elif request.method in {"GET", "HEAD"} and not _is_htmx():
        back = here()
    else:
        back = _page_at_hand()
    target = url_for(endpoint) if back == "/" else url_for(endpoint, next=back)
    if _is_htmx():
        # A sign-in page has no place in the middle of a list: the whole page changes.
        response = make_response("", 401)
        response.headers["HX-Redirect"] = target
        return response
    return redirect(target, 302 if request.method in {"GET", "HEAD"} else 303)


def here() -> str:
    """The address that is asked for, with its query: where what it links to leads back to."""
    return request.full_path if request.query_string else request.path


def _is_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"


def _page_at_hand() -> str:
    """The page on which the person clicked, as far as the browser tells."""
    url = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    if url.netloc != request.host:
        return "/"
    return local_url(f"{url.path}?{url.query}" if url.query else url.path)


def _keep_form() -> bool:
    """Keep what was typed with the session that it came from; False where there is nothing to keep."""
    token = session.get(TOKEN)
    names = [name for name in request.form if name not in {"csrf_token", KEPT}]
    left_out = [name for name in names if any(word in name.lower() for word in sessions.NEVER_KEPT)]
    fields = [
        (_kept(name), _kept(value))
        for name in names
        if name not in left_out
        for value in request.form.getlist(name)
    ]
    if not token or not fields:
        return False
    unkept = [_kept(name) for name in (*left_out, *request.files)]
    form = KeptForm(path=_kept(here()), back=_page_at_hand(), fields=fields, left_out=unkept)
    return sessions.keep_form(token, form)


def _kept(text: str) -> str:
    """A text as PostgreSQL keeps it: without NUL, which nobody types."""
    return text.replace("\0", "")


def page_of_kept_form(form: KeptForm) -> str | None:
    """The page that shows a kept form as it was; None where the route that it goes to names none."""
    try:
        endpoint, values = current_app.url_map.bind("").match(urlsplit(form.path).path, method="POST")
    except HTTPException:
        return None
    access = access_of(current_app, endpoint)
    return url_for(access.resumed_at, **values, kept=1) if access and access.resumed_at else None


def kept_fields(*paths: str) -> MultiDict[str, str] | None:
    """What stood in a form when the person had to sign in; None where the address asks for none.

    Args:
        paths: where the form goes to; one that goes elsewhere is not told.
    """
    form = sessions.kept_form(current_staff) if "kept" in request.args else None
    return MultiDict(form.fields) if form is not None and urlsplit(form.path).path in paths else None
