"""Numbers on pages that are not lists: each that counts rows opens precisely those rows."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from delula.rollups.refresh import refresh
from tests.consoles import Console, console_on
from tests.following import numbers_with_links, rows_behind
from tests.migrating import upgrade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: The last hours and days of a product: generations of every state and medium, at providers that are known
#: and not, with messages of every kind, and what lies in stock, was given away and ran.
EVENTS = """
    INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost, recipe_steps,
                         video_provider, image_provider, is_active)
    VALUES (21, 'Film', 'film', '', '', '', '', 1, '[]', 'FAL', 'a "b" c', true),
           (22, 'Still', 'still', '', '', '', '', 1, '[]', '', NULL, false);
    INSERT INTO generations (user_id, recipe_id, prompt, status, type, created_at, updated_at, processing_started_at,
                             credits_cost, failure_reason)
    SELECT (ARRAY['u-ann', 'system_backlog'])[1 + n % 2], (ARRAY[21, 22, NULL, 999])[1 + n % 4], '',
           (ARRAY['completed', 'failed', 'pending', 'processing', 'cancelled'])[1 + n % 5],
           (ARRAY['video', 'image', 'hologram'])[1 + n % 3], now() - n * interval '11 minutes',
           CASE WHEN n % 50 = 0 THEN timestamp 'infinity' WHEN n % 100 = 40 THEN '9999-12-31' ELSE now() - n * interval '11 minutes' + interval '70 seconds' END,
           now() - n * interval '11 minutes' + (n % 7 - 2) * interval '20 seconds', 3,
           (ARRAY[NULL, 'Timeout after 1234567 ms', 'a*b "c", d..e', 'none', ' ', '<script>alert(1)</script>'])[1 + n % 6]
    FROM generate_series(0, 400) n;
    INSERT INTO backlog_videos (recipe_id, recipe_variables, recipe_variables_hash, generation_id, video_url, is_used, used_at)
    SELECT (ARRAY[21, 999])[1 + n % 2], '{}', '', n, '', true, now() - n * interval '5 hours' FROM generate_series(0, 60) n;
    INSERT INTO component_usage (component_id, success, processing_time_ms, created_at)
    SELECT 'a', n % 3 > 0, 10, now() - n * interval '7 hours' FROM generate_series(-20, 90) n;
"""  # noqa: E501


#: Numbers of one page that are followed, from all parts of it.
FOLLOWED = 24


@pytest.fixture(scope="module")
def recent(make_database: Callable[..., str], live_templates: dict[str, str]) -> Iterator[Console]:
    """A live database on which much has just happened, its roll-ups up to date."""
    url = make_database(live_templates["documented"])
    upgrade(url)
    with console_on(url) as console:
        console.sql(EVENTS)
        with console.app.app_context():
            refresh()
        yield console


@pytest.mark.parametrize(
    ("path", "least"),
    [
        ("/home/charts", 40),
        ("/queue/", 8),
        ("/queue/past", 60),
        ("/queue/past?range=7d", 15),
        ("/backlog/", 12),
        ("/providers/", 1),
        ("/components/", 1),
        ("/recipes/21/performance?range=7d", 5),
    ],
)
def test_a_number_is_that_of_the_rows_to_which_it_leads(recent: Console, path: str, least: int) -> None:
    page = recent.admin.get(path)
    assert page.status_code == 200
    numbers = numbers_with_links(page.text)
    # Credits of a chart are no number of rows.
    counts = [(href, number) for href, number in numbers if "cost:any" not in href and "refunded" not in href]
    assert len(counts) >= least
    assert any(number for _, number in counts)
    some = list(dict(counts).items())
    for href, number in some[:: 1 + len(some) // FOLLOWED]:
        assert rows_behind(recent.admin, href) == number, href


@pytest.mark.parametrize("path", ["/queue/past?range=7d", "/recipes/21/performance?range=7d"])
def test_a_time_is_told_of_as_many_as_it_leads_to(recent: Console, path: str) -> None:
    tiles = re.split(r'<a class="stat[^"]*" href="', recent.admin.get(path).text)[1:]
    timed = [tile for tile in tiles if re.match(r"[^\"]*(duration|wait)", tile)]
    assert timed
    for tile in timed:
        told = re.search(r"n = ([\d,]+)", tile)
        assert told
        assert rows_behind(recent.admin, unescape(tile.partition('"')[0])) == int(told[1].replace(",", ""))
