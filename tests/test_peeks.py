"""Each list shows the essence of a row beside it, at a key or a click."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from tests.consoles import FRAGMENT

if TYPE_CHECKING:
    from tests.consoles import Console


@pytest.mark.parametrize("view", ["table", "grid"])
def test_a_row_of_any_list_can_be_looked_at_beside_it(worked_console: Console, view: str) -> None:
    # What has facets is a list.
    endpoints = [rule.endpoint for rule in worked_console.app.url_map.iter_rules()]
    lists = [name for name in endpoints if f"{name.removesuffix('.index')}.facets" in endpoints]
    assert len(lists) > 15
    looked_at = set()
    for endpoint in lists:
        with worked_console.app.test_request_context():
            path = worked_console.app.url_for(endpoint)
        page = worked_console.admin.get(path, query_string={"view": view}).text
        peeks = re.findall(r'data-peek="([^"]+)"', page)
        assert len(peeks) == page.count('data-row="'), path
        for href in peeks[:2]:
            answer = worked_console.admin.get(unescape(href), headers=FRAGMENT)
            assert answer.status_code == 200, href
            assert 'class="peek-card"' in answer.text, href
            # Without script it is a page, which leads back to the thing's own.
            whole = worked_console.admin.get(unescape(href)).text
            assert 'class="peek-card"' in whole, href
            assert f'href="{href.partition("?")[0].removesuffix("/peek")}' in whole.partition("peek-card")[0]
            looked_at.add(endpoint)
    of_the_console = {"jobs", "uploads", "integrity", "quarantine", "removed_assets", "audit", "review"}
    with_pictures = {"generations", "assets", "samples", "recipes", "review"}
    expected = of_the_console if view == "table" else with_pictures
    assert {f"{name}.index" for name in expected} <= looked_at
