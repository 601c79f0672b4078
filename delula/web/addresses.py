"""The addresses of the console's own pages."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Flask, has_request_context, request


class AddressingFlask(Flask):
    """Flask, but for that it builds an address once: a page has dozens, most of which all pages have."""

    def url_for(self, endpoint: str, **values: Any) -> str:
        """The address of an endpoint: see `flask.url_for`."""
        is_plain = (
            has_request_context()
            and not endpoint.startswith(".")  # an endpoint of the blueprint at hand
            and all(type(value) in {str, int} and not name.startswith("_") for name, value in values.items())
        )
        if not is_plain:
            return super().url_for(endpoint, **values)
        return _path(self, request.script_root, endpoint, **values)


@lru_cache(maxsize=2_000, typed=True)
def _path(app: AddressingFlask, _script_root: str, endpoint: str, /, **values: Any) -> str:
    """A path, which depends on nothing else of the request than where the console is mounted."""
    return super(AddressingFlask, app).url_for(endpoint, **values)
