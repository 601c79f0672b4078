"""What a page of the list says, read as a browser would."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests.consoles import FRAGMENT

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

LIST = "/generations/"


def ask(client: FlaskClient, path: str = LIST, **params: str | list[str]) -> TestResponse:
    """Ask as htmx does."""
    return client.get(f"{path}?{urlencode(params, doseq=True)}", headers=FRAGMENT)


def ids(page: TestResponse) -> list[int]:
    """The ids of the rows, in order."""
    return [int(found) for found in re.findall(r'data-row="(\d+)"', page.text)]


def link(page: TestResponse, rel: str) -> str | None:
    """Where the link `prev` or `next` leads."""
    found = re.search(rf'<a class="button secondary" href="([^"]*)" rel="{rel}">', page.text)
    return unescape(found[1]) if found else None


def pages(client: FlaskClient, **params: str) -> list[list[int]]:
    """The ids of every page, by following the links to the end."""
    page = ask(client, **params)
    found = [_rows(page)]
    while (further := link(page, "next")) is not None:
        page = client.get(further, headers=FRAGMENT)
        found.append(_rows(page))
        assert len(found) < 50, "the list does not end"
    return found


def pages_backwards(client: FlaskClient, last: str) -> list[list[int]]:
    """The ids of every page from `last` back to the beginning, the last page first."""
    page = client.get(last, headers=FRAGMENT)
    found = [_rows(page)]
    while (before := link(page, "prev")) is not None:
        page = client.get(before, headers=FRAGMENT)
        found.append(_rows(page))
        assert len(found) < 50, "the list does not begin"
    return found


def matches(client: FlaskClient, query: str, **params: str) -> list[int]:
    """The ids of all rows that a filter leaves; a table of one column is quicker to paint."""
    return [id_ for page in pages(client, q=query, columns="id", **params) for id_ in page]


def _rows(page: TestResponse) -> list[int]:
    assert page.status_code == 200, page.text
    return ids(page)


def words(html: str) -> str:
    """What a person reads on a page: the text between the tags, without styles and copies of JSON."""
    without = re.sub(r"<(script|style|textarea|title)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", " ", without))
