"""What a browser holds: opening and closing a session in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, flash, g, redirect, request, session, url_for
from flask_security import login_user, logout_user

from delula.access import authentication, sessions
from delula.access.guard import TOKEN

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

_CSRF = "csrf_token"


def begin(staff_id: int, fs_uniquifier: str) -> None:
    """Sign the person in with a new session; nothing of the old one is left that a stranger could know."""
    token, same_person = authentication.begin_session(
        staff_id,
        address=request.remote_addr,
        browser=request.user_agent.string,
        earlier_token=session.get(TOKEN),
    )
    # The old session was this person's own, so forms that are still open in other tabs may keep their token.
    csrf_token = session.get(_CSRF) if same_person else None
    session.clear()
    g.pop(_CSRF, None)
    if csrf_token:
        session[_CSRF] = csrf_token
    session[TOKEN] = token
    person: Any = sessions.load(token, fs_uniquifier)
    login_user(person, remember=False)


def leave(message: str) -> AnyResponse:
    """Forget the person in this browser and show the sign-in page with `message`."""
    logout_user()
    session.clear()
    flash(message, "success")
    response = redirect(url_for("security.login"), 303)
    # What the browser keeps for its Back button was the person's.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def waiting_text(seconds: int) -> str:
    """What to say while attempts are refused."""
    length = f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"
    return f"There were too many attempts. Wait {length}, then try again."


def wait(response: Response, seconds: int) -> Response:
    """Tell programs as well how long to wait."""
    response.headers["Retry-After"] = str(seconds)
    return response
