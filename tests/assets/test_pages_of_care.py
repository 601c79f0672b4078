"""What the pages of assets offer to whom, what the bulk bar does, and what is seen of what is gone."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from delula.access.permissions import Role
from delula.assets.actions import OfAsset
from delula.assets.holds import HOLD
from delula.assets.removing import PURGE, RETIRE
from delula.commands import run
from tests.commands.cases import _ASSETS, _NO_FILE, ADMIN
from tests.generations.reading import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient


@pytest.fixture
def rows(app: Flask) -> Iterator[None]:
    from delula.db import session  # noqa: PLC0415 - that of the app, which the fixture has set

    with app.app_context():
        for statement in (*_ASSETS, _NO_FILE):
            session().execute(text(statement))
        session().execute(
            text("INSERT INTO generations (id, user_id, prompt, asset_id) VALUES (1, 'u', 'p', 'x')")
        )
        session().commit()
        yield


pytestmark = pytest.mark.usefixtures("rows")


def offered(page: str) -> dict[str, str]:
    """The lines of the menu, with why each cannot be used."""
    menu = page[page.index('id="commands"') :]
    menu = menu[: menu.index("</details>")]
    found = {}
    for attributes, inside in re.findall(
        r'<(?:a|button) class="menu-item([^>]*)>(.*?)</(?:a|button)>', menu, re.DOTALL
    ):
        title = re.search(r'title="([^"]*)"', attributes)
        label = re.search(r"<span>([^<]*)</span>", inside)
        assert label
        found[unescape(label[1])] = unescape(title[1]) if title else ""
    return found


@pytest.mark.parametrize(
    ("reference", "possible", "impossible"),
    [
        (
            "user-101",
            {"Rename", "Delete", "Edit user tags", "Correct the classification", "Hold", "Purge"},
            {"Publish", "Retire"},
        ),
        (
            "system-101",
            {"Edit", "Edit system tags", "Retire", "Replace the file", "Purge"},
            {"Delete", "Publish"},
        ),
        (
            "market-101",
            {"Edit", "Unpublish", "Edit user tags", "Retire"},
            {"Delete", "Correct the classification"},
        ),
        ("generation-1", {"Make derivatives"}, {"Rename", "Delete", "Hold", "Purge", "Retire"}),
    ],
)
def test_what_a_source_does_not_allow_stands_there_with_the_reason(
    reference: str, possible: set[str], impossible: set[str], as_role: Callable[[Role], FlaskClient]
) -> None:
    found = offered(as_role(Role.ADMIN).get(f"/assets/{reference}").text)
    assert {name for name in possible if found.get(name) == ""} == possible
    assert all(found[name].endswith(".") for name in impossible)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.VIEWER, set()),
        (Role.SUPPORT, set()),
        (Role.MODERATOR, {"Rename", "Delete"}),
        (Role.ADMIN, {"Rename", "Delete", "Purge", "Hold"}),
    ],
)
def test_each_role_is_offered_what_it_may(
    role: Role, may: set[str], as_role: Callable[[Role], FlaskClient]
) -> None:
    client = as_role(role)
    found = offered(client.get("/assets/user-101").text)
    for name in ("Rename", "Delete", "Purge", "Hold"):
        assert (found[name] == "") is (name in may), name
    for command in ("delete", "purge", "hold", "set_retention"):
        allowed = (command == "delete" and "Delete" in may) or "Purge" in may
        assert client.get(f"/commands/assets.{command}?id=user-101").status_code == (200 if allowed else 403)


@pytest.mark.parametrize("form", ["assets.rename?id=user-101", "assets.edit?id=system-101"])
def test_a_form_that_was_just_opened_does_not_complain_that_nothing_has_changed(
    form: str, as_role: Callable[[Role], FlaskClient]
) -> None:
    page = as_role(Role.MODERATOR).get(f"/commands/{form}")
    assert page.status_code == 200
    assert "It would stay as it is." not in words(page.text)


def test_the_bulk_bar_deletes_what_can_be_and_leaves_out_the_rest(
    as_role: Callable[[Role], FlaskClient],
) -> None:
    client = as_role(Role.MODERATOR)
    listed = client.get("/assets/?view=table").text
    assert "/bulk/assets.delete" in listed
    assert "/bulk/assets.purge" not in listed
    token = re.search(r'name="csrf_token"\s+value="([^"]+)"', listed)
    assert token
    data: dict[str, Any] = {
        "csrf_token": token[1],
        "id": ["user-101", "system-101", "user-9"],
        "back": "/assets/",
    }
    preview = client.post("/bulk/assets.delete", data=data, follow_redirects=True)
    said = words(preview.text)
    assert "1 of 3 selected will change." in said
    assert "retired instead" in said
    assert "There is no such asset." in said


def test_a_held_asset_says_so_and_a_removed_one_leaves_its_record(
    as_role: Callable[[Role], FlaskClient],
) -> None:
    client = as_role(Role.VIEWER)
    run(HOLD, OfAsset(id="market-101"), ADMIN, reason="<b>a court</b> asks")
    assert "&lt;b&gt;a court&lt;/b&gt; asks" in client.get("/assets/market-101").text
    assert "&lt;b&gt;a court&lt;/b&gt; asks" in client.get("/assets/retention").text
    run(PURGE, OfAsset(id="user-101"), ADMIN, reason="<i>its owner</i> asked")
    run(RETIRE, OfAsset(id="system-101"), ADMIN)
    for reference, state in (("user-101", "Purged"), ("system-101", "Retired")):
        page = client.get(f"/assets/{reference}")
        assert page.status_code == 200
        assert state in words(page.text)
        assert client.get(f"/assets/{reference}/peek").status_code == 200
        for part in ("media/file", "media/thumbnail", "storage", "uses"):
            led = client.get(f"/assets/{reference}/{part}")
            assert (led.status_code, led.location) == (302, f"/assets/{reference}")
        assert client.get(f"/assets/removed/{reference}").status_code == 200
        assert f"/assets/removed/{reference}" in client.get("/assets/removed/").text
    assert "&lt;i&gt;its owner&lt;/i&gt; asked" in client.get("/assets/user-101").text
    assert "/assets/removed/user-101" in client.get("/palette?q=asset-user-1").text
    for missing in ("user-999", "removed/user-1", "removed/%00"):
        assert client.get(f"/assets/{missing}").status_code == 404


@pytest.mark.parametrize(
    "classification", ["null", '"odd"', "[1]", '{"label": "<b>", "token": "secret", "deep": {"a": null}}']
)
def test_any_classification_is_shown_with_whose_word_it_is(
    classification: str, as_role: Callable[[Role], FlaskClient], session: Any
) -> None:
    session.execute(
        text("UPDATE user_assets SET auto_classification = CAST(:said AS jsonb)"), {"said": classification}
    )
    session.commit()
    page = as_role(Role.MODERATOR).get("/assets/user-101")
    assert page.status_code == 200
    assert "secret" not in page.text
    assert "<b>" not in page.text
