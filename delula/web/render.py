"""Answer a request with a page, or with the fragment that htmx asked for."""

from __future__ import annotations

import json
from threading import Lock
from typing import TYPE_CHECKING, Any

from flask import Response, make_response, render_template, request
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

#: Parts of pages that a process keeps.
PARTS_KEPT = 1_000
_PARTS: dict[tuple[str, Hashable], Markup] = {}


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


def render_part(fragment: str, title: str, /, **context: Any) -> Response:
    """Render a part of a page that comes after it; asked for by a link, as without script, as a page.

    Args:
        fragment: template of the part.
        title: of the page.
        context: what the template shows.
    """
    return render("layouts/part.html", fragment, fragment=fragment, part_title=title, **context)


def render_peek(fragment: str, /, **context: Any) -> Response:
    """Render what a list shows of a thing beside it; without script, a page on the way to the thing itself.

    Args:
        fragment: template of the peek.
        context: what the template shows.
    """
    return render_part(fragment, "At a glance", **context)


def render_once(template: str, key: Hashable, context: Callable[[], Mapping[str, Any]]) -> Markup:
    """A part of many pages, rendered when it is first asked for and kept by the process.

    Args:
        template: of the part; it must read nothing that `key` does not determine, least of all the person's
            token against forged forms.
        key: what the part depends on.
        context: gives what the template shows.
    """
    if (part := _PARTS.get((template, key))) is None:
        if len(_PARTS) >= PARTS_KEPT:
            _PARTS.clear()
        part = _PARTS[template, key] = Markup(render_template(template, **context()))  # noqa: S704 - a template
    return part


def kept(template: str, **values: Hashable) -> Markup:
    """A part of many pages that depends on nothing but `values`; a Jinja global.

    Args:
        template: of the part; see `render_once` for what it must not read.
        values: what it shows.
    """
    return render_once(template, (request.script_root, *values.items()), lambda: values)


class Parts:
    """Parts of pages that take long to make and are large: a process keeps those that were asked for last.

    Args:
        most: how many.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[tuple[str, Hashable], Markup] = {}
        self._lock = Lock()

    def rendered(self, template: str, key: Hashable, context: Callable[[], Mapping[str, Any]]) -> Markup:
        """A part, rendered where it is not kept; the arguments are those of `render_once`."""
        place = (template, key)
        with self._lock:
            part = self._kept.pop(place, None)
        if part is None:
            part = Markup(render_template(template, **context()))  # noqa: S704 - a template
        with self._lock:
            self._kept[place] = part
            while len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
        return part


def trigger(response: Response, **events: Any) -> Response:
    """Let htmx fire `events` in the browser once it has received the response."""
    # ASCII only: header values are Latin-1.
    response.headers["HX-Trigger"] = json.dumps(events)
    return response
