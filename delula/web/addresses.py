"""The addresses of the console's own pages."""

from __future__ import annotations

import string
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Flask, has_request_context, request

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

#: What an address can be made of to be the same whenever it is asked for.
_PLAIN = frozenset({str, int})
#: Words of `flask.url_for` that make more of it than a path.
_WORDS = frozenset({"_anchor", "_method", "_scheme", "_external"})


#: What stands in a query as it is.
_IN_QUERIES = string.ascii_letters + string.digits + string.punctuation


class AddressingFlask(Flask):
    """Flask, but for that it builds an address once: a page has dozens, most of which all pages have."""

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; raw bytes in its query, which need not be UTF-8, are escaped to be readable."""
        query: str = environ.get("QUERY_STRING", "")
        if not query.isascii():
            environ["QUERY_STRING"] = quote(query.encode("latin-1"), safe=_IN_QUERIES)
        return super().wsgi_app(environ, start_response)

    def url_for(self, endpoint: str, **values: Any) -> str:
        """The address of an endpoint: see `flask.url_for`, which names all its words, given or not."""
        if "_anchor" in values:
            left_out = {name for name in _WORDS if values.get(name) is None}
            values = {name: value for name, value in values.items() if name not in left_out}
        is_path = (
            has_request_context()
            and not endpoint.startswith(".")  # an endpoint of the blueprint at hand
            and _PLAIN.issuperset(map(type, values.values()))
            and _WORDS.isdisjoint(values)
        )
        if not is_path:
            return super().url_for(endpoint, **values)
        return _path(self, request.root_path, endpoint, **values)


@lru_cache(maxsize=2_000, typed=True)
def _path(app: AddressingFlask, _root: str, endpoint: str, /, **values: Any) -> str:
    """A path, which depends on nothing else of the request than where the console is mounted."""
    return super(AddressingFlask, app).url_for(endpoint, **values)
