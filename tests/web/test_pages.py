"""What all pages share: fragments, preferences, static files, compression."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import brotli
import pytest

try:
    from compression import zstd  # from Python 3.14 on
except ImportError:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.consoles import Console

HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("headers", "whole"),
    [
        ({}, True),
        (HTMX, False),
        ({**HTMX, "HX-Boosted": "true"}, True),
        ({**HTMX, "HX-History-Restore-Request": "true"}, True),
        ({"HX-Request": "yes"}, True),
    ],
)
def test_one_address_answers_page_and_fragment(
    console: Console, headers: dict[str, str], whole: bool
) -> None:
    answer = console.admin.get("/generations/?q=status:failed", headers=headers)
    assert answer.status_code == 200
    assert ("<html" in answer.text) is whole
    assert answer.text.count('id="list"') == 1
    assert "HX-Request" in answer.headers["Vary"]


def test_a_fragment_has_one_root_element(console: Console) -> None:
    body = console.admin.get("/generations/", headers=HTMX).text.strip()
    assert re.match(r'<div class="list"\s+id="list"', body)
    assert body.endswith("</div>")
    assert body.count("<div") == body.count("</div>")


@pytest.mark.parametrize(
    ("path", "crumbs"),
    [
        ("/assets/", [("", "Assets")]),
        ("/assets/uploads/", [("/assets/", "Assets"), ("", "Uploads")]),
        ("/components/executions/", [("/components/", "Components"), ("", "Executions")]),
    ],
)
def test_a_list_within_an_area_leads_to_it(
    console: Console, path: str, crumbs: list[tuple[str, str]]
) -> None:
    trail = console.admin.get(path).text.partition('aria-label="Breadcrumb"')[2].partition("</nav>")[0]
    assert re.findall(r'<li[^>]*>(?:<a href="([^"]+)">)?<bdi>([^<]+)', trail) == crumbs


def test_what_has_no_values_is_no_facet(console: Console) -> None:
    assert "facet-title" not in console.admin.get("/generations/facets?q=id:999999", headers=HTMX).text
    assert "facet-title" in console.admin.get("/generations/facets", headers=HTMX).text


def _token(console: Console) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', console.admin.get("/generations/").text)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("name", "value", "mark"),
    [
        ("theme", "dark", 'data-theme="dark"'),
        ("density", "compact", 'data-density="compact"'),
        ("shortcuts", "off", 'data-shortcuts="off"'),
    ],
)
def test_a_preference_holds_from_the_first_byte(console: Console, name: str, value: str, mark: str) -> None:
    client = console.admin
    answer = client.post(
        "/preferences", data={name: value, "next": "/account/", "csrf_token": _token(console)}
    )
    assert (answer.status_code, answer.location) == (303, "/account/")
    cookie = client.get_cookie(name)
    assert cookie is not None
    assert (cookie.same_site, cookie.http_only) == ("Lax", False)
    assert mark in client.get("/generations/").text
    assert name == "shortcuts" or mark in client.get("/no/such").text
    client.delete_cookie(name)


def test_a_preference_that_does_not_exist_is_refused(console: Console) -> None:
    answer = console.admin.post("/preferences", data={"theme": "<b>", "csrf_token": _token(console)})
    assert answer.status_code == 422
    assert "theme: choose one of" in answer.text
    assert "Set-Cookie" not in answer.headers or "theme=" not in answer.headers["Set-Cookie"]


def test_hostile_preference_cookies_count_as_the_default(console: Console) -> None:
    client = console.app.test_client()
    client.set_cookie("theme", 'dark" onload="alert(1)')
    client.set_cookie("density", "<script>")
    page = client.get("/login").text
    assert 'data-theme="system"' in page
    assert "onload" not in page


@pytest.mark.parametrize(
    "target", ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", ""]
)
def test_saving_a_preference_never_leads_elsewhere(console: Console, target: str) -> None:
    answer = console.admin.post(
        "/preferences", data={"theme": "light", "next": target, "csrf_token": _token(console)}
    )
    assert (answer.status_code, answer.location) == (303, "/")
    console.admin.delete_cookie("theme")


def test_built_files_are_kept_for_good_and_others_are_not(console: Console) -> None:
    client = console.app.test_client()
    names = json.loads(client.get("/static/manifest.json", buffered=True).text)
    assert {"app.css", "app.js", "review.js", "icons.svg"} <= set(names)
    for name in names.values():
        answer = client.get(f"/static/{name}", buffered=True)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for path in ("/static/nothing.css", "/static/../app.py", "/static/%2e%2e/app.py", "/static/"):
        answer = client.get(path, buffered=True)
        assert answer.status_code == 404
        assert "immutable" not in answer.headers.get("Cache-Control", "")


UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": zstd.decompress,
}


@pytest.mark.parametrize("encoding", UNPACK)
def test_pages_and_files_are_compressed_as_the_browser_likes(console: Console, encoding: str) -> None:
    client = console.app.test_client()
    style = json.loads(client.get("/static/manifest.json", buffered=True).text)["app.css"]
    for path in ("/login", f"/static/{style}"):
        plain = client.get(path, buffered=True)
        packed = client.get(path, headers={"Accept-Encoding": encoding}, buffered=True)
        assert packed.headers["Content-Encoding"] == encoding
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert len(packed.data) < len(plain.data)
        assert len(UNPACK[encoding](packed.data)) == pytest.approx(len(plain.data), abs=200)


def test_files_are_sent_as_thoroughly_compressed_as_the_build_has_left_them(console: Console) -> None:
    client = console.app.test_client()
    style = json.loads(client.get("/static/manifest.json", buffered=True).text)["app.css"]
    for accepted, encoding, ending in (("gzip, deflate, br, zstd", "br", ".br"), ("gzip", "gzip", ".gz")):
        sent = client.get(f"/static/{style}", headers={"Accept-Encoding": accepted}, buffered=True)
        assert (sent.headers["Content-Encoding"], sent.mimetype) == (encoding, "text/css")
        assert sent.data == Path(console.app.static_folder or "", f"{style}{ending}").read_bytes()
        assert "immutable" in sent.headers["Cache-Control"]


def test_a_page_is_private_and_asked_for_again(console: Console) -> None:
    answer = console.admin.get("/generations/")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert re.fullmatch(r"app;dur=\d+\.\d", answer.headers["Server-Timing"])
