"""Answer a request with a page, or with the fragment that htmx asked for."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, make_response, render_template, request


def wants_fragment() -> bool:
    """Whether htmx asks for a part of a page.

    A boosted link and htmx's restoring of a history entry carry `HX-Request` too,
    but both replace the whole page.
    """
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def render(page: str, fragment: str | None = None, /, status: int = 200, **context: Any) -> Response:
    """Render `page`, or `fragment` where htmx asks for one.

    Args:
        page: template of the whole page.
        fragment: template with the part that changes; the page where absent.
        status: HTTP status.
        context: what the templates show.
    """
    template = fragment if fragment and wants_fragment() else page
    response = make_response(render_template(template, **context), status)
    # One URL answers both, so a cache must keep them apart.
    response.vary.add("HX-Request")
    return response


def trigger(response: Response, **events: Any) -> Response:
    """Let htmx fire `events` in the browser once it has received the response."""
    # ASCII only: header values are Latin-1.
    response.headers["HX-Trigger"] = json.dumps(events)
    return response
