"""Whether a number on a page is that of the rows to which it leads."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.consoles import FRAGMENT
from tests.generations.reading import words

if TYPE_CHECKING:
    from flask.testing import FlaskClient

#: A link to a list whose text is a number and nothing else: a cell of a table, or of a chart's table.
_NUMBERS = re.compile(r'<a[^>]* href="([^"]*\?q=[^"]*)"[^>]*>\s*(?:<span[^>]*>)?([\d,]+)(?:</span>)?\s*</a>')


def rows_behind(client: FlaskClient, href: str) -> int:
    """How many rows an address of a list leads to, counted exactly."""
    parts = urlsplit(href)
    query = {"q": parse_qs(parts.query)["q"][0], "exact": "1"}
    page = client.get(f"{parts.path}count", query_string=query, headers=FRAGMENT)
    assert page.status_code == 200, href
    number = re.search(r"[\d,]+", words(page.text))
    assert number, page.text
    return int(number[0].replace(",", ""))


def numbers_with_links(html: str) -> list[tuple[str, int]]:
    """The numbers of a page that lead to a list, as pairs of address and number."""
    return [(unescape(href), int(shown.replace(",", ""))) for href, shown in _NUMBERS.findall(html)]
