from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from delula.access import sessions
from delula.access.permissions import Role
from tests.access.steps import PASSWORD, MovableClock, form_token, sign_in, submit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Flask
    from flask.testing import FlaskClient

    from delula.models.staff import Staff

NEW = "a quite different phrase"


def change(client: FlaskClient, present: str = PASSWORD, password: str = NEW, again: str = NEW) -> object:
    return submit(client, "/account/password", present=present, password=password, again=again)


def test_a_new_password_replaces_the_old_one_and_ends_other_sessions(
    app: Flask, staff_member: Callable[..., Staff]
) -> None:
    staff = staff_member()
    here, there = app.test_client(), app.test_client()
    for client in (here, there):
        sign_in(client, staff.email)
    assert change(here).status_code == 303
    assert here.get("/account/").status_code == 200, "this browser stays signed in"
    assert there.get("/account/").status_code == 302
    assert sign_in(app.test_client(), staff.email).status_code == 422
    assert sign_in(app.test_client(), staff.email, NEW).status_code == 303


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"present": "not the present one"}, "That is not your present password."),
        ({"again": "something else entirely"}, "This is not the same password."),
        ({"password": "short", "again": "short"}, "at least 12 characters"),
        ({"password": PASSWORD, "again": PASSWORD}, "That is the password that you have already."),
        ({"present": "", "password": "", "again": ""}, "Enter the password that you have now."),
    ],
)
def test_a_password_that_cannot_be_taken_is_explained_at_its_field(
    fields: dict[str, str], message: str, as_role: Callable[[Role], FlaskClient]
) -> None:
    response = change(as_role(Role.VIEWER), **fields)
    assert response.status_code == 422
    assert message in response.text
    assert all(value not in response.text for value in fields.values() if len(value) > 5)


@pytest.mark.parametrize(
    "sent", [{"json": [1]}, {"json": "x"}, {"json": None}, {"data": {"email": (BytesIO(b"x"), "x")}}]
)
def test_what_is_no_form_of_texts_is_taken_for_an_empty_one(
    client: FlaskClient, sent: Mapping[str, Any]
) -> None:
    token = {"X-CSRFToken": form_token(client.get("/login"))}
    response = client.post("/login", headers=token, **sent)
    assert response.status_code == 422
    assert "Enter your e-mail address." in response.text


def test_a_temporary_password_is_replaced_before_anything_else(
    client: FlaskClient, staff_member: Callable[..., Staff]
) -> None:
    staff = staff_member(password_is_temporary=True)
    assert sign_in(client, staff.email).status_code == 303
    assert client.get("/staff/").location == "/account/password?next=/staff/"
    assert "made for you by somebody else" in client.get("/account/password").text
    response = submit(client, "/account/password?next=/staff/", present=PASSWORD, password=NEW, again=NEW)
    assert response.location == "/staff/"
    assert client.get("/staff/").status_code == 200


def test_a_name_is_kept_on_one_line_and_shown_inertly(as_role: Callable[[Role], FlaskClient]) -> None:
    client = as_role(Role.VIEWER)
    submit(client, "/account/name", form_at="/account/", name="  <b>Ada</b>\n \x00 King  ")
    page = client.get("/account/").text
    assert 'value="&lt;b&gt;Ada&lt;/b&gt; King"' in page
    assert "<b>Ada" not in page


def test_a_name_that_is_too_long_is_refused(as_role: Callable[[Role], FlaskClient]) -> None:
    client = as_role(Role.VIEWER)
    response = submit(client, "/account/name", form_at="/account/", name="x" * 101)
    assert response.status_code == 422
    assert "A name has at most 100 characters." in response.text


def test_a_sensitive_action_asks_for_the_password_again_and_goes_on(
    as_role: Callable[[Role], FlaskClient], moving_clock: MovableClock
) -> None:
    client = as_role(Role.ADMIN)
    assert client.get("/staff/new").status_code == 200
    moving_clock.move(minutes=16)
    asked = client.get("/staff/new")
    assert asked.location == "/account/confirm?next=/staff/new"
    assert submit(client, asked.location, password="not it").status_code == 422
    assert submit(client, asked.location, password=PASSWORD).location == "/staff/new"
    assert client.get("/staff/new").status_code == 200


def test_a_sensitive_form_waits_while_the_password_is_asked_for(
    as_role: Callable[[Role], FlaskClient], moving_clock: MovableClock
) -> None:
    client = as_role(Role.ADMIN)
    token = form_token(client.get("/staff/new"))
    moving_clock.move(minutes=16)
    fields = {"email": "new@example.com", "role": "viewer", "name": "", "csrf_token": token}
    asked = client.post("/staff/new", data=fields)
    assert asked.location == "/account/confirm?next=/account/resume"
    assert "new@example.com" not in client.get("/staff/").text, "nothing is done before the password"
    assert submit(client, asked.location, password=PASSWORD).location == "/account/resume"
    assert 'value="new@example.com"' in client.get("/account/resume").text
    done = submit(
        client, "/staff/new", form_at="/account/resume", email="new@example.com", role="viewer", kept_form="1"
    )
    assert done.status_code == 200
    assert client.get("/account/resume").location == "/"


@pytest.mark.usefixtures("moving_clock")
def test_confirming_is_limited_like_signing_in(as_role: Callable[[Role], FlaskClient]) -> None:
    client = as_role(Role.VIEWER)
    for _ in range(5):
        assert submit(client, "/account/confirm", password="not it").status_code == 422
    assert submit(client, "/account/confirm", password=PASSWORD).status_code == 429


def test_the_account_page_names_every_browser(
    app: Flask, staff_member: Callable[..., Staff], signed_in: Callable[[Staff], FlaskClient]
) -> None:
    staff = staff_member()
    client, _ = signed_in(staff), signed_in(staff)
    page = client.get("/account/").text
    assert page.count('/end"') >= 2
    assert page.count("This one") == 1
    with app.app_context():
        assert len(sessions.open_sessions(staff.id)) == 2
