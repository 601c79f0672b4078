"""The built front-end: `asset()` names the hashed file, which browsers keep for good."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cache, lru_cache
from mimetypes import guess_type
from pathlib import Path

from flask import Flask, Response, current_app, request
from markupsafe import Markup
from werkzeug.security import safe_join

from delula.access.guard import requires
from delula.access.permissions import Permission
from delula.web.display import escape

YEAR = 365 * 24 * 3600


@cache
def built_names(folder: str) -> dict[str, str]:
    """What the build in a folder has called its files, by their logical names.

    Read once: a console goes on with the files that it began with, whatever is built meanwhile.

    Raises:
        FileNotFoundError: the front-end has not been built.
    """
    names: dict[str, str] = json.loads(Path(folder, "manifest.json").read_text())
    return names


@cache
def asset(name: str) -> str:
    """The URL of a built file by its logical name, such as `app.css`; a new build comes with a new process.

    Raises:
        FileNotFoundError: the front-end has not been built.
        KeyError: the build makes no such file.
    """
    return f"{current_app.static_url_path}/{built_names(current_app.static_folder or '')[name]}"


@lru_cache(maxsize=500)
def icon_tag(name: str, label: str | None = None, size: int = 16) -> Markup:
    """The macro of `templates/ui/icon.html`; a page draws some fifty icons, of which most are the same."""
    look = "icon" if size == 16 else f"icon icon-{size}"
    named = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return Markup(  # noqa: S704 - escaped
        f'<svg class="{look}" {named}><use href="{asset("icons.svg")}#{escape(name)}"/></svg>'
    )


#: How the build has compressed files, best first: the name of the encoding, and what such a file ends in.
_COMPRESSED = (("br", ".br"), ("gzip", ".gz"))


def static(filename: str) -> Response:
    """A built file, as compressed by the build where the browser takes that."""
    app = current_app
    for encoding, ending in _COMPRESSED:
        name = safe_join(app.static_folder or "", f"{filename}{ending}")
        if request.accept_encodings[encoding] and name is not None and Path(name).is_file():
            response = app.send_static_file(f"{filename}{ending}")
            response.mimetype = guess_type(filename)[0] or "application/octet-stream"
            response.content_encoding = encoding
            response.vary.add("Accept-Encoding")
            return response
    return app.send_static_file(filename)


def init_static(app: Flask) -> None:
    """Let templates name built files, and browsers keep them."""
    with suppress(FileNotFoundError):  # commands of the terminal need no front-end
        built_names(app.static_folder or "")
    app.jinja_env.globals.update(asset=asset, icon_tag=icon_tag)
    app.view_functions["static"] = requires(Permission.PUBLIC)(static)

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in {200, 304}:
            # The name holds the content's hash, so what it names never changes.
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return response
