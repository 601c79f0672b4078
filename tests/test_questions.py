"""How many questions a page asks of the database, whatever its rows: one too many for each row shows here."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from delula.lists import kept
from tests.people import sent_by

if TYPE_CHECKING:
    from tests.consoles import Console

#: Pages with the questions that each asks at most, the one for who is signed in among them.
PAGES = {
    "/queue/": 4,
    "/queue/past": 8,
    "/backlog/": 7,
    "/providers/1/recipes": 3,
    "/review/policies": 3,
    "/review/figures": 4,
    "/tags/dangling": 4,
    "/option-icons/~without": 3,
    "/assets/uploads/new": 2,
    "/assets/integrity/scans": 5,
    "/assets/retention": 4,
}
#: Lists, with the questions of the list and of the page of its first row, where it has one.
LISTS = {
    "/providers/": (5, 8),
    "/backlog/videos/": (4, 4),
    "/samples/?view=grid": (4, 6),
    "/samples/?view=table": (4, 6),
    "/option-icons/": (4, 6),
    "/tags/": (4, 7),
    "/tags/namespaces/": (3, 5),
    "/review/": (5, 12),
    "/assets/": (4, 9),
    "/assets/uploads/": (3, 6),
    "/assets/integrity/": (3, 6),
    "/assets/quarantine/": (3, 6),
    "/assets/removed/": (3, 6),
    "/jobs/": (3, 6),
}


@pytest.fixture(autouse=True)
def counted_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted over a whole table was counted a moment ago, however quickly that went."""
    monkeypatch.setattr(kept, "SHARE", 1e9)


def asked(console: Console, path: str) -> tuple[list[str], str]:
    """The questions behind a page that was seen before, and the page."""
    assert console.admin.get(path).status_code == 200, path
    with sent_by(console) as sent:
        page = console.admin.get(path)
    return sent, page.text


@pytest.mark.parametrize(("path", "most"), PAGES.items())
def test_a_page_asks_few_questions(live_console: Console, path: str, most: int) -> None:
    of_page, _ = asked(live_console, path)
    assert len(of_page) <= most, "\n\n".join(of_page)


@pytest.mark.parametrize(("path", "most"), LISTS.items())
def test_a_list_and_the_page_of_a_row_ask_few_questions(
    live_console: Console, path: str, most: tuple[int, int]
) -> None:
    of_list, page = asked(live_console, path)
    assert len(of_list) <= most[0], "\n\n".join(of_list)
    row = re.search(r'data-href="([^"]+)"|<a class="tile-link" href="([^"]+)"', page)
    if row is not None:
        of_row, _ = asked(live_console, unescape(row[1] or row[2]))
        assert len(of_row) <= most[1], "\n\n".join(of_row)
