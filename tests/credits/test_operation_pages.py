"""The pages of operations: the form, its receipt, the buttons, and who sees what."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from delula.access.permissions import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, scoped_session

FORM = "/commands/credits.adjust"


@pytest.fixture(autouse=True)
def user(session: scoped_session[Session]) -> None:
    session.execute(text("INSERT INTO users (id, handle, credits, account_type) VALUES ('u', 'uma', 120, 3)"))
    session.execute(
        text(
            "INSERT INTO generations (id, user_id, prompt, status, credits_cost)"
            " VALUES (1, 'u', 'x', 'failed', 5)"
        )
    )
    session.commit()


def filled(client: FlaskClient, **values: str) -> dict[str, str]:
    page = client.get(FORM, query_string={"user_id": "u", "back": "/users/u"}, follow_redirects=True)
    assert page.status_code == 200
    found = re.findall(r'<input type="hidden"\s+name="([^"]*)"\s+value="([^"]*)">', page.text)
    hidden = {name: unescape(value) for name, value in found}
    return {**hidden, "amount": "50", "code": "outage", "reason": "asked for", **values}


def balance(session: scoped_session[Session]) -> int:
    return int(session.execute(text("SELECT credits FROM users WHERE id = 'u'")).scalar_one())


def test_the_form_leads_to_a_receipt_that_can_be_loaded_again(
    as_role: Callable[[Role], FlaskClient], session: scoped_session[Session]
) -> None:
    client = as_role(Role.SUPPORT)
    form = filled(client)
    done = client.post(FORM, data=form)
    assert done.status_code == 303
    assert re.fullmatch(r"/credits/operations/\d+", done.location)
    for _ in range(2):
        receipt = client.get(done.location)
        assert receipt.status_code == 200
        assert "Give 50 credits to uma." in receipt.text
        assert "credits.reverse" in receipt.text
    # After Back, or from a second tab, the same form counts no more.
    again = client.post(FORM, data=form)
    assert (again.status_code, again.location) == (303, done.location)
    replayed = client.post(FORM, data=form | {"amount": "500"})
    assert replayed.status_code == 409
    assert "sent before" in replayed.text
    assert f'href="{done.location}"' in replayed.text
    assert balance(session) == 170
    # Whoever means it all the same sends what is shown then: with another key, and what was typed.
    assert 'value="500"' in replayed.text
    assert f'value="{form["key"]}"' not in replayed.text


def test_a_form_that_is_loaded_again_or_copied_to_another_tab_is_the_same(
    as_role: Callable[[Role], FlaskClient], session: scoped_session[Session]
) -> None:
    client = as_role(Role.SUPPORT)
    opened = client.get(FORM, query_string={"user_id": "u"})
    assert opened.status_code == 302
    keys = [re.findall(r'name="key"\s+value="([^"]+)"', client.get(opened.location).text) for _ in range(2)]
    assert len(keys[0]) == 1
    assert keys[0] == keys[1]
    assert client.get(FORM, query_string={"user_id": "u"}).location != opened.location
    assert balance(session) == 120


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "0"},
        {"amount": "1.5"},
        {"amount": "lots"},
        {"amount": "99999999999"},
        {"code": ""},
        {"reason": ""},
    ],
)
def test_a_wrong_form_says_what_is_wrong_and_keeps_the_rest(
    wrong: dict[str, str], as_role: Callable[[Role], FlaskClient], session: scoped_session[Session]
) -> None:
    client = as_role(Role.SUPPORT)
    page = client.post(FORM, data=filled(client, message="Typed with care", **wrong))
    assert page.status_code == 422
    assert "One thing needs your attention" in page.text
    assert "Typed with care" in page.text
    (field,) = wrong
    assert f'href="#input-{field}"' in page.text
    assert balance(session) == 120


@pytest.mark.parametrize("role", list(Role))
def test_buttons_are_shown_to_all_and_disabled_for_those_who_may_not(
    role: Role, as_role: Callable[[Role], FlaskClient]
) -> None:
    client, may = as_role(role), role in {Role.ADMIN, Role.SUPPORT}
    for where, button, command in (
        ("/users/u", "Adjust credits", "credits.adjust"),
        ("/generations/1", "Refund", "credits.refund"),
    ):
        shown = client.get(where)
        assert button in shown.text
        assert (f"/commands/{command}" in shown.text) is may
        page = client.get(f"/commands/{command}", follow_redirects=True)
        assert page.status_code == (200 if may else 403)
    assert client.get("/credits/operations").status_code == 200
    assert client.get("/credits/operations/1").status_code == 404


def test_a_waiting_operation_is_approved_on_its_page(
    as_role: Callable[[Role], FlaskClient], session: scoped_session[Session]
) -> None:
    support, admin = as_role(Role.SUPPORT), as_role(Role.ADMIN)
    asked = support.post(FORM, data=filled(support, amount="500"))
    assert balance(session) == 120
    assert "Waits for approval" in support.get("/credits/operations").text
    own = support.get(asked.location).text
    assert "credits.withdraw" in own
    assert "/commands/credits.approve" not in own
    page = admin.get(asked.location).text
    href = re.search(r'href="(/commands/credits\.approve[^"]*)"', page)
    assert href is not None
    form = admin.get(unescape(href[1])).text
    found = re.findall(r'<input type="hidden"\s+name="([^"]*)"\s+value="([^"]*)">', form)
    values = {name: unescape(value) for name, value in found}
    done = admin.post("/commands/credits.approve", data=values)
    assert done.location == asked.location
    assert balance(session) == 620


def test_admins_set_limits_and_reasons_and_take_that_back(
    as_role: Callable[[Role], FlaskClient], session: scoped_session[Session]
) -> None:
    admin = as_role(Role.ADMIN)
    page = admin.get("/credits/rules").text
    assert "credits.set_limit" in page
    assert "/commands/credits" not in as_role(Role.SUPPORT).get("/credits/rules").text
    with admin.session_transaction() as cookie:
        token = cookie["csrf_token"]
    form = admin.get("/commands/credits.set_reason", query_string={"active": "yes"}).text
    found = dict(re.findall(r'<input type="hidden"\s+name="([^"]*)"\s+value="([^"]*)">', form))
    values = {**found, "code": "gift", "label": "A gift", "active": "yes"}
    assert admin.post("/commands/credits.set_reason", data={**values, "code": "A B"}).status_code == 422
    assert admin.post("/commands/credits.set_reason", data=values).status_code == 303
    assert "A gift" in admin.get(FORM, query_string={"user_id": "u", "key": "k"}).text
    entry = session.execute(text("SELECT id FROM dashboard.audit_log")).scalar_one()
    admin.post(f"/commands/undo/{entry}", data={"csrf_token": token, **found})
    assert "A gift" not in admin.get(FORM, query_string={"user_id": "u", "key": "k"}).text
