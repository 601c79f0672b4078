"""One asset of any source: whatever its row holds, its file only by addresses that do not last."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from delula.access.permissions import Role
from delula.assets.detail import Judgement, judgements, side
from delula.assets.media import public_url
from delula.storage import StoreUnavailable
from tests.assets.conftest import CDN
from tests.assets.reading import LIST, expected
from tests.consoles import FRAGMENT, console_on
from tests.generations.reading import words
from tests.test_crawl import check

if TYPE_CHECKING:
    from delula.config import S3Settings
    from tests.consoles import Console

PARTS = ("", "/peek", "/uses", "/storage")


@pytest.mark.parametrize(("age", "role"), [("live_console", Role.VIEWER), ("older_console", Role.ADMIN)])
def test_every_asset_of_a_live_database_has_its_pages(
    age: str, role: Role, request: pytest.FixtureRequest
) -> None:
    console: Console = request.getfixturevalue(age)
    rows, opened = expected(console), set()
    assert len({id_.partition("-")[0] for id_ in rows}) == (4 if age == "live_console" else 2)
    for id_ in rows:
        for part in PARTS:
            page = console.as_role(role).get(f"{LIST}{id_}{part}")
            assert page.status_code == 200, f"{id_}{part}"
            for link in check(page.text, f"{role} {id_}{part}").links:
                target = unescape(link).partition("#")[0]
                elsewhere = urlsplit(target).path.startswith(("/users/", "/recipes/", "/generations/"))
                if part != "/storage" and elsewhere and target not in opened:
                    opened.add(target)
                    assert console.as_role(role).get(target).status_code == 200, target


@pytest.mark.parametrize("part", [*PARTS, "/media/file", "/media/thumbnail"])
def test_what_there_is_not_is_not_found(library: Console, part: str) -> None:
    for reference in ("user-999999", "user-", "user", "1", "play-1", "user-2147483648", "user--1", "user-1x"):
        assert library.admin.get(f"{LIST}{reference}{part}").status_code == 404, reference
    for reference in ("user-٣", "%00", "user-" + "9" * 400, "USER-1001"):
        assert library.admin.get(f"{LIST}{reference}{part}").status_code == 404, reference


def test_previous_and_next_walk_through_all_sources(library: Console) -> None:
    rows = expected(library)
    for position in (1, 5, len(rows) // 2, len(rows) - 2):
        page = library.admin.get(f"{LIST}{rows[position]}").text
        links = dict(re.findall(r'<a class="icon-button" href="([^"]+)" rel="(prev|next)"', page))
        assert {rel: href for href, rel in links.items()} == {
            "prev": f"{LIST}{rows[position - 1]}",
            "next": f"{LIST}{rows[position + 1]}",
        }


def test_a_page_knows_the_list_that_one_came_from(library: Console) -> None:
    rows = expected(library, "source = 'market'", "bytes")
    came_from = urlencode({"from": urlencode({"q": "source:market", "sort": "-bytes"})})
    page = library.admin.get(f"{LIST}{rows[1]}?{came_from}").text
    assert unescape(page).count(f"{LIST}{rows[0]}?from=") == 1
    assert unescape(page).count(f"{LIST}{rows[2]}?from=") == 1


def test_private_files_are_led_to_by_addresses_that_do_not_last(with_store: Console) -> None:
    for reference in ("user-1001", "generation-1001"):
        for role in Role:
            answer = with_store.as_role(role).get(f"{LIST}{reference}/media/file")
            assert answer.status_code == 302
            query = parse_qs(urlsplit(answer.location).query)
            assert int(query["X-Amz-Expires"][0]) <= 300
            assert not answer.location.startswith(CDN)
            assert answer.headers["Cache-Control"] == "private, max-age=60"
    download = with_store.admin.get(f"{LIST}user-1001/media/file?download").location
    assert "attachment" in download
    assert with_store.app.test_client().get(f"{LIST}user-1001/media/file").status_code in {302, 401, 403}
    assert "X-Amz" not in with_store.app.test_client().get(f"{LIST}user-1001/media/file").headers.get(
        "Location", ""
    )


def test_no_page_holds_an_address_that_opens_a_private_file(with_store: Console) -> None:
    for path in ("", "?view=table", "user-1001", "user-1001/peek", "generation-1001", "user-1001/storage"):
        page = with_store.admin.get(f"{LIST}{path}").text
        assert "X-Amz-" not in page
        assert not re.search(r'(?:src|href|poster)="[^"]*library/user/', page)


def test_public_files_are_read_from_the_cdn(with_store: Console) -> None:
    assert with_store.admin.get(f"{LIST}system-1006/media/file").location == f"{CDN}/system/6.png"
    page = with_store.admin.get(f"{LIST}market-1001").text
    assert "outside the bucket" in page
    assert re.search(r'href="https://elsewhere.example.org/1.mp3"\s+rel="noopener noreferrer"', page)
    assert with_store.admin.get(f"{LIST}market-1001/media/file").status_code == 404
    assert with_store.admin.get(f"{LIST}system-1006/media/nothing").status_code == 404


def test_addresses_that_are_none_of_the_web_are_no_links() -> None:
    for location in (
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.test",
        "/",
        "",
        "http://",
        "http://[x",
    ):
        assert public_url(location) is None
    assert public_url("https://a.test/x?y#z") == "https://a.test/x?y#z"


def test_the_store_is_compared_with_what_the_row_claims(with_store: Console) -> None:
    same = with_store.admin.get(f"{LIST}user-1001/storage", headers=FRAGMENT).text
    rows = re.findall(r"<tr>(.*?)</tr>", same, re.DOTALL)
    assert ["Differs" in row for row in rows[1:3]] == [False, False]
    other = words(with_store.admin.get(f"{LIST}user-1002/storage", headers=FRAGMENT).text)
    assert re.search(r"Size\s+Differs\s+74 B\s+12 B", other)
    assert re.search(r"Type\s+Differs\s+video/mp4\s+application/pdf", other)
    assert re.search(r"Written\s+Differs", other)
    gone = words(with_store.admin.get(f"{LIST}user-1003/storage", headers=FRAGMENT).text)
    assert "not in the bucket" in gone
    made = words(with_store.admin.get(f"{LIST}generation-1001/storage", headers=FRAGMENT).text)
    assert re.search(r"Type\s+Differs\s+video\s+image/png", made)


def test_a_system_asset_names_its_set_and_leads_to_the_rest_of_it(library: Console) -> None:
    for path in (f"{LIST}system-1001", f"{LIST}system-1001/peek"):
        assert 'href="/assets/?q=set:core-1"' in library.viewer.get(path).text


def test_pages_work_while_the_store_is_away(
    library_url: str, s3: S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("delula.storage.store.Store.facts", _away)
    with console_on(library_url, s3=s3) as console:
        assert console.admin.get(f"{LIST}user-1001").status_code == 200
        page = console.admin.get(f"{LIST}user-1001/storage", headers=FRAGMENT)
        assert "The store does not answer. So nothing is known" in page.text


def _away(*_: Any) -> None:
    raise StoreUnavailable("The store does not answer.")


def _linked(page: str) -> list[str]:
    return re.findall(r'<a class="related-item" href="([^"]+)"', page)


def test_uses_are_those_that_the_database_knows(library: Console) -> None:
    page = library.admin.get(f"{LIST}user-1005/uses", headers=FRAGMENT).text
    assert _linked(page)[0] == "/generations/1005"
    assert "the same file" in page
    same = library.admin.get(f"{LIST}generation-1005/uses", headers=FRAGMENT).text
    assert _linked(same) == ["/assets/user-1005"]
    inputs = library.sql(
        """SELECT '/generations/' || g.id FROM generations g JOIN user_assets a ON a.user_id = g.user_id
           WHERE a.id = 1001 AND g.created_at >= a.created_at AND g.metadata::text LIKE '%%"many-user-1"%%'
           ORDER BY g.created_at DESC LIMIT 20"""
    )
    named = library.admin.get(f"{LIST}user-1001/uses", headers=FRAGMENT).text
    assert [(href,) for href in _linked(named)] == inputs != []
    assert "does not record" in library.admin.get(f"{LIST}system-1001/uses").text
    stock = library.admin.get(f"{LIST}generation-5/uses").text
    assert "Backlog entry" in stock
    shown = library.admin.get(f"{LIST}generation-1/uses").text
    assert "Sample, approved, once sold" in shown or "Sample, approved" in shown


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"label": "person", "confidence": 0.97, "source": "rules"}, [("person", 0.97)]),
        ({"labels": ["food", "animal"], "nsfw": 0.009}, [("food", None), ("animal", None), ("nsfw", 0.009)]),
        ({"labels": [{"name": "cat", "score": 1}, {"label": "dog"}]}, [("cat", 1.0), ("dog", None)]),
        ({"predictions": {"cat": 0.5, "dog": "x"}}, [("cat", 0.5)]),
        ([{"label": "cat", "probability": 0.1}, 3, None, "dog"], [("cat", 0.1), ("dog", None)]),
        ("cat", [("cat", None)]),
        ({"labels": {"a": {"b": []}}, "label": 3, "n": 7, "t": True}, []),
        (None, []),
        (3, []),
        ([], []),
        ("", []),
        ({"labels": ["x"] * 1000}, [("x", None)] * 24),
    ],
)
def test_classifications_of_any_shape_are_read(value: Any, found: list[tuple[str, float | None]]) -> None:
    assert judgements(value) == [Judgement(*one) for one in found]


def test_only_whole_numbers_are_sides() -> None:
    for value in (None, [], 3, "x", {}, {"width": 1.5}, {"width": True}, {"width": "1e3"}, {"width": -1}):
        assert side(value, "width") is None
    assert side({"width": 10**9}, "width") is None
    assert side({"width": 640}, "width") == side({"width": "640"}, "width") == 640


def test_what_breaks_a_rule_of_the_product_is_said(live_console: Console) -> None:
    (id_,) = live_console.sql("SELECT id FROM user_assets WHERE asset_id = 'ua-3'")[0]
    page = words(live_console.admin.get(f"{LIST}user-{id_}").text)
    assert "Its size is negative." in page
    assert "No document lists its type, 77." in page
    assert "No document lists its origin, 9." in page
    (big,) = live_console.sql("SELECT id FROM user_assets WHERE asset_id = 'ua-2'")[0]
    assert "larger than the product accepts" in words(live_console.admin.get(f"{LIST}user-{big}").text)
