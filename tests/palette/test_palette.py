"""The palette: any id, name, key or address leads to its object, for those who may see it."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from flask import url_for

from delula.access.permissions import GRANTS, Permission, Role
from delula.palette import clues, queries
from tests.consoles import FRAGMENT
from tests.people import sent_by
from tests.test_crawl import check
from tests.thinning import some

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.consoles import Console


def found(client: FlaskClient, text: str) -> list[str]:
    """Where the entries lead, the best first."""
    page = client.get("/palette", query_string={"q": text}, headers=FRAGMENT)
    assert page.status_code == 200, page.text
    return [unescape(href) for href in re.findall(r'class="palette-option" href="([^"]*)"', page.text)]


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("1", "/generations/1"),
        ("#2", "/generations/2"),
        ("AbCdEfGhIjK", "/generations/1"),
        ("https://delula.example/v/AbCdEfGhIjK", "/generations/1"),
        ("asset-1", "/generations/1"),
        ("job-4", "/generations/4"),
        ("generations/1.mp4", "/generations/1"),
        ("https://cdn.example.org/9.png", "/generations/9"),
        ("https://cdn.example.org/1.mp4?token=x", "/generations/1"),
        ("generation-9", "/generations/9"),
        ("u-ann", "/users/u-ann"),
        (" ann@example.org ", "/users/u-ann"),
        ("ANN@EXAMPLE.ORG", "/users/u-ann"),
        ("mailto:ann@example.org", "/users/u-ann"),
        ("nulls", "/users/u-null-types"),
        ("@NULLS", "/users/u-null-types"),
        ("ua-1", "/assets/user-1"),
        ("user-1", "/assets/user-1"),
        ("library/user/u-ann/images/originals/ua-1.png", "/assets/user-1"),
        ("https://cdn.example.org/library/user/u-ann/images/thumbnails/ua-1.jpg", "/assets/user-1"),
        ("https://cdn.example.org/ua-2.mp3", "/assets/user-2"),
        ("lava-food-asmr", "/recipes/1"),
        ("Lava Food ASMR", "/recipes/1"),
        ("lava fo", "/recipes/1"),
        ("category:video", "/tags/2"),
        ("funny", "/tags/1"),
        ("https://cdn.example.org/h.mp4", "/samples/1"),
        ("https://cdn.example.org/t.jpg", "/samples/1"),
        ("get-frames-from-video", "/components/get-frames-from-video"),
        ("Image to v", "/components/image-to-video"),
        ("run-1", "/components/executions/run-1"),
        ("fal", "/providers/1"),
        ("pay-1", "/credits/1"),
        ("honey", "/tags/icons/honey"),
        ("users", "/users/"),
        ("dependency", "/components/graph"),
    ],
)
def test_what_is_pasted_leads_to_its_object(live_console: Console, text: str, href: str) -> None:
    if href.startswith("/tags/icons/"):
        with live_console.app.test_request_context():
            href = url_for("option_icons.index") + "honey"
    best = found(live_console.admin, text)[0]
    assert best == href
    assert live_console.admin.get(best).status_code == 200


def test_a_file_of_an_entry_of_the_backlog_leads_to_it_too(live_console: Console) -> None:
    hrefs = found(live_console.admin, "https://cdn.example.org/5.mp4")
    assert hrefs[:2] == ["/generations/5", "/backlog/videos/1"]


def test_assets_of_every_source_are_found_by_id_and_address(live_console: Console) -> None:
    for source in ("system", "market"):
        for id_, asset_id, url in live_console.sql(f"SELECT id, asset_id, url FROM {source}_assets"):  # noqa: S608
            for text in (f"{source}-{id_}", asset_id, url):
                if text:
                    assert f"/assets/{source}-{id_}" in found(live_console.admin, text), text


def test_a_number_leads_to_every_kind_that_has_it(live_console: Console) -> None:
    hrefs = found(live_console.admin, "1")
    kinds = ("generations", "recipes", "tags", "samples", "providers", "credits", "backlog/videos")
    assert [href for href in hrefs if "/assets/" not in href] == [f"/{kind}/1" for kind in kinds]
    assert "/assets/user-1" in hrefs


def test_an_address_is_found_only_by_those_who_may_read_it(live_console: Console) -> None:
    for text in ("ann@example.org", "ann@exam"):
        for role in Role:
            may = Permission.USERS_READ_EMAIL in GRANTS[role]
            assert ("/users/u-ann" in found(live_console.as_role(role), text)) is may, (role, text)
    page = live_console.viewer.get("/palette?q=ann%40example.org", headers=FRAGMENT)
    assert "does not see e-mail addresses" in page.text
    page = live_console.viewer.get("/palette?q=u-null-types", headers=FRAGMENT)
    assert "null@example.org" not in page.text


def test_each_kind_needs_its_own_permission(live_console: Console) -> None:
    given = clues.read("1", None)
    with live_console.app.test_request_context():
        for permission in queries.NEEDED - {Permission.USERS_READ_EMAIL}:
            kinds = {row.kind for row in queries.look_up(given, {permission})}
            assert kinds <= {kind.name for kind in queries._KINDS if kind.permission is permission}
        assert not queries.look_up(given, set())


def test_words_are_offered_as_a_search_in_the_lists_that_understand_them(live_console: Console) -> None:
    hrefs = found(live_console.admin, "blue whale")
    assert hrefs[0] == "/generations/?q=blue+whale"
    assert {"/users/?q=blue+whale", "/tags/?q=blue+whale"} <= set(hrefs)
    only = found(live_console.admin, "recipe:1 retries:>1")
    assert only == ["/generations/?q=recipe%3A1+retries%3A%3E1"]
    assert found(live_console.admin, "job-1") == ["/generations/1"]


def test_nothing_typed_shows_the_pages_that_one_may_see(live_console: Console) -> None:
    hrefs = found(live_console.viewer, "")
    assert hrefs[0] == "/"
    assert {"/generations/", "/queue/", "/backlog/videos/", "/account/"} <= set(hrefs)


@pytest.mark.parametrize(
    "text", ["1", "ann@example.org", "lava", "generations/1.mp4", "https://a.b/c/d.png?e"]
)
def test_it_asks_once(live_console: Console, text: str) -> None:
    client = live_console.admin
    found(client, text)
    with sent_by(live_console) as sent:
        found(client, text)
    assert len([statement for statement in sent if "generations" in statement]) == 1
    with sent_by(live_console) as empty:
        found(client, "")
    assert len(sent) == len(empty) + 1


HOSTILE = [
    "x" * 10_000,
    "9" * 400,
    "2147483648",
    "\0",
    "a\0b",
    "%",
    "%_\\",
    "'\"; DROP TABLE users; --",
    "\u202egnp.exe",
    "<script>alert(1)</script>",
    "http://[::1",
    "https://[",
    "//",
    "/",
    "~",
    "/~%ff",
    "/~////",
    "%00%ff%fe",
    "https://x/%00",
    "\ud7ff\uffff",
    "user-99999999999",
    "\u0661\u0662",
    "a" * 300 + "@" + "b" * 300,
    "{{ 7*7 }}",
    ":", "(", '"', "-", "1" + "\n" * 50 + "2", "İ", "/thumbnails/a.b", "thumbnails/.x",
]  # fmt: skip


@pytest.mark.parametrize("role", some(Role, 2))
def test_hostile_input_is_answered(live_console: Console, older_console: Console, role: Role) -> None:
    for console in (live_console, older_console):
        client = console.as_role(role)
        for text in HOSTILE:
            for headers in ({}, FRAGMENT):
                page = client.get("/palette", query_string={"q": text}, headers=headers)
                assert page.status_code == 200, repr(text)
                check(page.text, repr(text))
        assert client.get("/palette?q=%ff%fe%80").status_code == 200


def test_every_row_is_found_by_all_its_names(live_console: Console) -> None:
    """Whatever an id or a name holds, of those that a filter can name at all."""
    for kind, column, table in (
        ("users", "id", "users"),
        ("users", "handle", "users"),
        ("recipes", "slug", "recipes"),
        ("components", "component_id", "component_registry"),
        ("tags", "name", "tags"),
    ):
        for (text,) in live_console.sql(f"SELECT {column} FROM {table} WHERE {column} ~ '[a-z]'"):  # noqa: S608
            assert any(href.startswith(f"/{kind}/") for href in found(live_console.admin, text)), (kind, text)


def test_without_script_it_is_a_page_with_a_form_and_plain_links(live_console: Console) -> None:
    page = live_console.admin.get("/palette?q=job-1")
    assert 'name="q"' in page.text
    assert re.search(r'<a class="palette-option" href="/generations/1">', page.text)
    assert 'role="option"' not in page.text


def test_it_takes_a_sign_in(live_console: Console) -> None:
    assert live_console.app.test_client().get("/palette?q=1").status_code in {302, 303}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("a/b.png", {"a/b.png", "b.png"}),
        ("https://host/a/b%20c.png?x=1#y", {"a/b c.png", "https://host/a/b%20c.png", "b c.png"}),
        ("l/u/thumbnails/x.jpg", {"l/u/originals/x.mp4", "l/u/originals/x.jpg"}),
    ],
)  # fmt: skip
def test_an_address_gives_the_keys_that_it_may_mean(text: str, keys: set[str]) -> None:
    assert keys <= set(clues.read(text, None).keys)
