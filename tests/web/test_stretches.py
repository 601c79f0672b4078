"""Long tables shown some rows at a time, by the ids between which a page stands."""

from __future__ import annotations

import pytest
from flask import Flask

from delula.web.stretches import stretch_of


@pytest.mark.parametrize(
    ("query", "shown", "position", "previous", "following"),
    [
        ("", [10, 20], "Rows 1 to 2 of 5", None, "/rows?after=20#part"),
        ("?after=20", [30, 40], "Rows 3 to 4 of 5", "/rows#part", "/rows?after=40#part"),
        # The row that was named is mended meanwhile, and the page goes on where it stood.
        ("?after=15", [20, 30], "Rows 2 to 3 of 5", "/rows#part", "/rows?after=30#part"),
        ("?after=40", [50], "Rows 5 to 5 of 5", "/rows?after=20#part", None),
        ("?after=99999999999999999999", [40, 50], "Rows 4 to 5 of 5", "/rows?after=10#part", None),
        ("?after=x", [10, 20], "Rows 1 to 2 of 5", None, "/rows?after=20#part"),
    ],
)
def test_a_page_goes_on_after_an_id(
    query: str, shown: list[int], position: str, previous: str | None, following: str | None
) -> None:
    with Flask(__name__).test_request_context(f"/rows{query}"):
        found = stretch_of([10, 20, 30, 40, 50], int, 2, anchor="part")
    assert (found.rows, found.position) == (shown, position)
    assert (found.previous_href, found.next_href) == (previous, following)


@pytest.mark.parametrize("query", ["", "?after=10"])
def test_what_fits_on_a_page_has_no_others(query: str) -> None:
    with Flask(__name__).test_request_context(f"/rows{query}"):
        found = stretch_of([10] if not query else [], int, 2)
    assert (found.position, found.previous_href, found.next_href) == (None, None, None)
