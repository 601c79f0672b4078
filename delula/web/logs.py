"""One log line per request, and a request id that stands on the page as well as in the log."""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Flask, Response, g, has_request_context, request

if TYPE_CHECKING:
    from delula.config import Settings

log = logging.getLogger("delula.request")

#: What a proxy in front may hand us as the id; anything else is replaced.
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")

#: Attributes of every LogRecord; what else a record has was passed as `extra`.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


#: Made once, which `json.dumps` with a default does for every line.
_encode = json.JSONEncoder(default=str).encode


def _extras(record: logging.LogRecord) -> dict[str, object]:
    return {key: value for key, value in vars(record).items() if key not in _STANDARD}


def _printable(text: str) -> str:
    """The text with everything escaped that would begin a line of its own or command the terminal."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for whatever collects the logs in production."""

    def format(self, record: logging.LogRecord) -> str:
        """Render `record` with its extras and, where there is one, its traceback."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_extras(record),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return _encode(entry)


class ReadableFormatter(logging.Formatter):
    """One short line for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Render `record` as time, level, text and its extras."""
        clock = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        extras = " ".join(f"{key}={value}" for key, value in _extras(record).items())
        line = _printable(f"{clock} {record.levelname.lower():7} {record.getMessage()} {extras}".rstrip())
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class RequestIdFilter(logging.Filter):
    """Puts the id of the request at hand on every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add `request_id`; never drops a record."""
        if has_request_context() and "request_id" in g:
            record.request_id = g.request_id
        return True


def init_logs(app: Flask, settings: Settings) -> None:
    """Write the logs of the console to standard error, and one line for each request."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if settings.environment == "production" else ReadableFormatter())
    handler.addFilter(RequestIdFilter())
    logger = logging.getLogger("delula")
    logger.handlers[:] = [handler]
    logger.setLevel(settings.log_level)

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)

    @app.after_request
    def finish(response: Response) -> Response:
        milliseconds = (time.perf_counter() - g.started) * 1000 if "started" in g else 0.0
        response.headers["X-Request-ID"] = g.get("request_id", "")
        response.headers["Server-Timing"] = f"app;dur={milliseconds:.1f}"
        if request.endpoint not in {"static", "pages.healthz"}:
            log.info(
                "%s %s %s",
                request.method,
                request.path,
                response.status_code,
                extra={"milliseconds": round(milliseconds, 1), "address": request.remote_addr},
            )
        return response
