from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import pytest

from delula.access.guard import local_url
from delula.access.permissions import Role
from tests.access.steps import PASSWORD, form_token, sign_in, submit

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from delula.models.staff import Staff


def test_the_right_password_opens_the_console(
    client: FlaskClient, staff_member: Callable[..., Staff]
) -> None:
    staff = staff_member()
    response = sign_in(client, staff.email)
    assert response.status_code == 303
    assert response.location == "/"
    assert client.get("/account/").status_code == 200


def test_the_address_is_recognised_however_it_is_typed(
    client: FlaskClient, staff_member: Callable[..., Staff]
) -> None:
    staff = staff_member(email="ada@example.com")
    assert sign_in(client, f"  {staff.email.upper()} ").status_code == 303


@pytest.mark.parametrize("case", ["wrong password", "unknown", "disabled"])
def test_whoever_is_not_recognised_gets_the_same_answer(
    case: str, client: FlaskClient, staff_member: Callable[..., Staff], caplog: pytest.LogCaptureFixture
) -> None:
    staff = staff_member(active=case != "disabled")
    email = "nobody@example.com" if case == "unknown" else staff.email
    password = "wrong but long enough" if case == "wrong password" else PASSWORD
    with caplog.at_level(logging.WARNING, "delula.access"):
        response = sign_in(client, email, password)
    assert response.status_code == 422
    assert "The e-mail address or the password is not right." in response.text
    assert f'value="{email}"' in response.text, "what was typed stays"
    assert re.findall(r'<input[^>]* autofocus [^>]*id="(\w+)"', response.text) == ["password"]
    assert password not in response.text
    assert client.get("/account/").status_code == 302
    assert "sign-in refused: not recognised" in caplog.text
    assert password not in caplog.text


def test_an_empty_form_says_at_the_field_what_is_missing(client: FlaskClient) -> None:
    response = submit(client, "/login", email="", password="")
    assert response.status_code == 422
    assert "Enter your e-mail address." in response.text
    assert "Enter your password." in response.text


@pytest.mark.parametrize(
    "value", ["\x00", "a\x00b@example.com", "'; DROP TABLE staff;--", "<script>", "é" * 250]
)
def test_hostile_input_is_refused_like_any_other(value: str, client: FlaskClient) -> None:
    response = submit(client, "/login", email=value, password=value)
    assert response.status_code == 422
    assert "<script>" not in response.text


def test_after_signing_in_one_is_where_one_wanted_to_go(
    client: FlaskClient, staff_member: Callable[..., Staff]
) -> None:
    asked = client.get("/staff/permissions?x=1&y=2")
    assert asked.status_code == 302
    arrived = sign_in(client, staff_member().email, path=asked.location)
    assert arrived.location == "/staff/permissions?x=1&y=2"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "http:/evil.example",
        "/[",
        "//[",
        "",
        None,
    ],
)
def test_no_address_leads_out_of_the_console(target: str | None) -> None:
    # "/[" is a path like any other; what matters is that no other host is named.
    assert local_url(target, "/home") in {"/home", "/["}


def test_an_open_redirect_is_not_followed_at_sign_in(
    client: FlaskClient, staff_member: Callable[..., Staff]
) -> None:
    response = sign_in(client, staff_member().email, path="/login?next=//evil.example/x")
    assert response.location == "/"


def test_whoever_is_signed_in_does_not_see_the_sign_in_form(as_role: Callable[[Role], FlaskClient]) -> None:
    assert as_role(Role.VIEWER).get("/login?next=/account/").location == "/account/"


def test_signing_out_ends_the_session_on_the_server(as_role: Callable[[Role], FlaskClient]) -> None:
    client = as_role(Role.VIEWER)
    stolen = client.get_cookie(client.application.config["SESSION_COOKIE_NAME"])
    assert stolen is not None
    response = submit(client, "/logout", form_at="/account/")
    assert response.location == "/login"
    assert response.headers["Clear-Site-Data"] == '"cache"'
    thief = client.application.test_client()
    thief.set_cookie(stolen.key, stolen.value)
    assert thief.get("/account/").status_code == 302


def test_a_planted_session_is_worth_nothing_after_the_victim_has_signed_in(
    client: FlaskClient, staff_member: Callable[..., Staff], as_role: Callable[[Role], FlaskClient]
) -> None:
    attacker = as_role(Role.VIEWER)
    name = client.application.config["SESSION_COOKIE_NAME"]
    planted = attacker.get_cookie(name)
    assert planted is not None
    planted_token = form_token(attacker.get("/account/"))
    client.set_cookie(name, planted.value)
    submit(client, "/logout", form_at="/account/")
    client.set_cookie(name, planted.value)
    victim = staff_member(name="The victim")
    sign_in(client, victim.email)
    assert "The victim" in client.get("/account/").text
    after = client.get_cookie(name)
    assert after is not None
    assert after.value != planted.value
    assert "The victim" not in attacker.get("/account/").text, (
        "the planted session did not become the victim's"
    )
    forged = client.post("/account/name", data={"csrf_token": planted_token, "name": "Mallory"})
    assert forged.status_code == 400, "nor did the token that the attacker knows"


@pytest.mark.parametrize("token", [None, "forged", "ImZvcmdlZCI.aQ.x"])
def test_a_forged_form_is_refused_and_logged(
    token: str | None, as_role: Callable[[Role], FlaskClient], caplog: pytest.LogCaptureFixture
) -> None:
    client = as_role(Role.VIEWER)
    data = {"name": "Mallory"} if token is None else {"name": "Mallory", "csrf_token": token}
    with caplog.at_level(logging.WARNING, "delula.access"):
        response = client.post("/account/name", data=data)
    assert response.status_code == 400
    assert "This form is no longer valid" in response.text
    assert "form refused" in caplog.text
    assert "Mallory" not in client.get("/account/").text


def test_htmx_sends_the_token_in_a_header(as_role: Callable[[Role], FlaskClient]) -> None:
    client = as_role(Role.VIEWER)
    token = form_token(client.get("/account/"))
    response = client.post("/account/name", data={"name": "Ada"}, headers={"X-CSRFToken": token})
    assert response.status_code == 303


def test_htmx_is_sent_to_the_sign_in_page_as_a_whole(client: FlaskClient) -> None:
    response = client.get(
        "/staff/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/staff/permissions?a=b"},
    )
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/login?next=/staff/permissions?a%3Db"


def test_programs_get_a_401_in_json(client: FlaskClient) -> None:
    response = client.get("/staff/", headers={"Accept": "application/json"})
    assert response.status_code == 401
    assert response.json == {"error": "sign_in_required", "message": "Sign in first."}
