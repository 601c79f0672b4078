"""Calm answers to everything that goes wrong: a cause, a next step and a request id."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass

from flask import Flask, Response, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from psycopg import IntegrityError
from psycopg.errors import (
    DeadlockDetected,
    InsufficientPrivilege,
    InvalidSchemaName,
    LockNotAvailable,
    QueryCanceled,
    RaiseException,
    ReadOnlySqlTransaction,
    SerializationFailure,
    UndefinedColumn,
    UndefinedTable,
)
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from delula.access.guard import setup_step, signed_in
from delula.db import release
from delula.errors import Forbidden, InvalidInput, Refused
from delula.web.render import trigger, wants_fragment

log = logging.getLogger("delula.errors")


@dataclass(frozen=True)
class Explanation:
    """What an error page says."""

    title: str
    text: str
    next_step: str


EXPLANATIONS: dict[int, Explanation] = {
    400: Explanation(
        "That request cannot be read", "Something in it is malformed.", "Go back and try again."
    ),
    401: Explanation("Please sign in", "This page is for signed-in staff.", "Sign in and come back."),
    403: Explanation(
        "You may not open this",
        "Your role does not include it.",
        "Ask an admin if you need it for your work.",
    ),
    404: Explanation(
        "Nothing is here",
        "The address is wrong, or the thing that it names is gone.",
        "Check the address, or search from a list.",
    ),
    405: Explanation("That does not work here", "The page does not take this kind of request.", "Go back."),
    409: Explanation(
        "That cannot be done now", "The state of things does not allow it.", "Reload to see how it stands."
    ),
    413: Explanation("That is too large", "More was sent than is accepted.", "Send less, or in parts."),
    414: Explanation("That address is too long", "The filter is too long.", "Shorten it and try again."),
    422: Explanation("Something does not fit", "A value cannot be used.", "Correct it and try again."),
    429: Explanation("Too many attempts", "The console has slowed this down on purpose.", "Wait a little."),
    500: Explanation(
        "Something broke",
        "This is our fault, not yours; nothing was saved by this request.",
        "Try again. If it happens again, report the request id.",
    ),
    503: Explanation(
        "The database cannot be reached",
        "The console runs, but its database does not answer at the moment.",
        "Wait a few seconds and reload; it recovers by itself.",
    ),
}

TOO_SLOW = Explanation(
    "This took too long",
    "The question was stopped so that it does not slow the product down.",
    "Narrow the filter, for instance with a time range, and try again.",
)
HELD_UP = Explanation(
    "Something else is at work there",
    "The database was kept waiting by another change of the same rows; nothing was saved by this request.",
    "Wait a few seconds and try again.",
)
FORGED = Explanation(
    "This form is no longer valid",
    "It was opened in another session, or did not come from this console. Nothing was done.",
    "Go back, reload the page and send it again.",
)
#: Of a constraint or a trigger that the product's database has and no document names.
AGAINST_A_RULE = Explanation(
    "The database refused the change",
    "It breaks a rule that the product's database has of its own; nothing was saved by this request.",
    "Report the request id: the log names the rule.",
)
#: What the database itself answers with, beside being away.
OF_THE_DATABASE: dict[tuple[type[Exception], ...], Explanation] = {
    (DeadlockDetected, LockNotAvailable, SerializationFailure): HELD_UP,
    (ReadOnlySqlTransaction,): Explanation(
        "The database takes no changes",
        "It can only be read at the moment, as in a switch to another server; nothing was saved.",
        "Wait a little and try again.",
    ),
    (InsufficientPrivilege,): Explanation(
        "The database does not allow this",
        "The account by which the console reaches it lacks a right; nothing was saved.",
        "Tell whoever runs the console; its log names the table.",
    ),
    (UndefinedTable, UndefinedColumn, InvalidSchemaName): Explanation(
        "The database does not fit the console",
        "A table or a column that this page needs is not there.",
        "Tell whoever runs the console: `flask schema check` names it, `flask db upgrade` makes ours.",
    ),
}


def error_response(status: int, explanation: Explanation | None = None) -> Response:
    """The error page, or for htmx a toast that leaves the page as it is."""
    explanation = explanation or EXPLANATIONS.get(status) or EXPLANATIONS[500 if status >= 500 else 400]
    if wants_fragment():
        response = make_response("", status)
        response.headers["HX-Reswap"] = "none"
        return trigger(
            response,
            toast={
                "tone": "danger",
                "title": explanation.title,
                "text": f"{explanation.text} {explanation.next_step}",
                "requestId": g.get("request_id", ""),
            },
        )
    return make_response(_page(status, explanation), status)


def _page(status: int, explanation: Explanation) -> str:
    """The error page: with the console around it for who is signed in, unless the console itself failed."""
    said = {"status": status, "request_id": g.get("request_id", ""), **asdict(explanation)}
    if status < 500:
        try:
            person = signed_in()
            if person is not None and setup_step(person) is None:
                return render_template("errors/framed.html", **said)
        except (DBAPIError, PoolTimeout) as error:
            log.warning("error page without its frame: %s", type(error).__name__)
            release()
    return render_template("errors/page.html", **said)


def init_errors(app: Flask) -> None:
    """Answer every error, expected or not."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(Forbidden, _forbidden)
    app.register_error_handler(InvalidInput, _invalid)
    app.register_error_handler(DBAPIError, database_error)
    app.register_error_handler(PoolTimeout, _busy)


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    response = error_response(error.code or 500)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _forged(error: CSRFError) -> Response:
    person = signed_in()
    log.warning(
        "form refused: %s",
        error.description,
        extra={
            "staff_id": person.id if person else None,
            "address": request.remote_addr,
            "endpoint": request.endpoint,
        },
    )
    return error_response(400, FORGED)


def _refused(error: Refused) -> Response:
    standard = EXPLANATIONS[409]
    return error_response(409, Explanation(standard.title, str(error), standard.next_step))


def _forbidden(error: Forbidden) -> Response:
    standard = EXPLANATIONS[403]
    return error_response(403, Explanation(standard.title, str(error), standard.next_step))


def _invalid(error: InvalidInput) -> Response:
    standard = EXPLANATIONS[422]
    return error_response(422, Explanation(standard.title, str(error), standard.next_step))


def database_error(error: DBAPIError) -> Response:
    """What a person is told when the database has refused something, or is away."""
    release()
    if isinstance(error.orig, QueryCanceled):
        log.warning("statement timeout on %s", request.path)
        return error_response(503, TOO_SLOW if request.method in {"GET", "HEAD"} else HELD_UP)
    if isinstance(error.orig, IntegrityError | RaiseException):
        log.error("a rule of the database forbids %s %s", request.method, request.path, exc_info=error)
        return error_response(409, AGAINST_A_RULE)
    for kinds, explanation in OF_THE_DATABASE.items():
        if isinstance(error.orig, kinds):
            log.error("the database refused %s %s", request.method, request.path, exc_info=error)
            return error_response(503, explanation)
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        log.error("database unreachable: %s", type(error.orig).__name__)
        return _try_later()
    return _unexpected(error)


def _busy(_error: PoolTimeout) -> Response:
    log.error("no database connection free")
    return _try_later()


def _try_later() -> Response:
    response = error_response(503)
    response.headers["Retry-After"] = "5"
    return response


def _unexpected(error: BaseException) -> Response:
    log.error("unexpected error on %s %s", request.method, request.path, exc_info=error)
    return error_response(500)
