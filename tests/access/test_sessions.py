from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from delula.access import clock, sessions
from delula.access.permissions import Role
from delula.db import atomic, db
from delula.models.staff import Staff
from tests.access.steps import MovableClock, form_token, sign_in, submit

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account/").status_code == 200


def test_a_session_that_rests_ends(
    as_role: Callable[[Role], FlaskClient], moving_clock: MovableClock
) -> None:
    client = as_role(Role.VIEWER)
    for _ in range(4):
        moving_clock.move(minutes=29)
        assert is_signed_in(client)
    moving_clock.move(minutes=31)
    assert not is_signed_in(client)


def test_a_busy_session_ends_as_well(
    as_role: Callable[[Role], FlaskClient], moving_clock: MovableClock
) -> None:
    client = as_role(Role.VIEWER)
    for _ in range(12 * 4 - 1):
        moving_clock.move(minutes=15)
        assert is_signed_in(client)
    moving_clock.move(minutes=16)
    assert not is_signed_in(client)


def test_what_a_page_asks_by_itself_keeps_no_session_alive(
    as_role: Callable[[Role], FlaskClient], moving_clock: MovableClock
) -> None:
    client = as_role(Role.VIEWER)
    for _ in range(3):
        moving_clock.move(minutes=10)
        assert client.get("/account/", headers={"X-Background": "true"}).status_code == 200
    moving_clock.move(minutes=1)
    assert not is_signed_in(client)


def test_a_request_costs_one_query_for_the_person(app: Flask, as_role: Callable[[Role], FlaskClient]) -> None:
    client = as_role(Role.VIEWER)
    client.get("/staff/permissions")
    statements: list[str] = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert client.get("/staff/permissions").status_code == 200
    assert len([text for text in statements if "dashboard" in text]) == 1


def test_a_disabled_account_is_out_at_the_next_request(
    app: Flask, staff_member: Callable[..., Staff], signed_in: Callable[[Staff], FlaskClient]
) -> None:
    staff = staff_member()
    client = signed_in(staff)
    assert is_signed_in(client)
    with app.app_context(), atomic() as session:
        session.get_one(Staff, staff.id).active = False
    assert not is_signed_in(client)


def test_a_new_role_counts_from_the_next_request(
    app: Flask, staff_member: Callable[..., Staff], signed_in: Callable[[Staff], FlaskClient]
) -> None:
    staff = staff_member(Role.ADMIN)
    client = signed_in(staff)
    assert client.get("/staff/second-factor").status_code == 200
    with app.app_context(), atomic() as session:
        session.get_one(Staff, staff.id).role = "viewer"
    assert client.get("/staff/second-factor").status_code == 403


def test_signing_out_everywhere_ends_every_session(
    staff_member: Callable[..., Staff], signed_in: Callable[[Staff], FlaskClient]
) -> None:
    staff, other = staff_member(), staff_member()
    here, there, elsewhere = signed_in(staff), signed_in(staff), signed_in(other)
    response = submit(here, "/account/sessions/end", form_at="/account/")
    assert response.location == "/login"
    assert not is_signed_in(here)
    assert not is_signed_in(there)
    assert is_signed_in(elsewhere), "somebody else's session is not touched"


def test_one_may_end_one_s_own_sessions_only(
    app: Flask, staff_member: Callable[..., Staff], signed_in: Callable[[Staff], FlaskClient]
) -> None:
    staff, other = staff_member(), staff_member()
    here, there, elsewhere = signed_in(staff), signed_in(staff), signed_in(other)
    with app.app_context():
        theirs = sessions.open_sessions(other.id)[0].id
        mine = sessions.open_sessions(staff.id)[-1].id
    for number in (theirs, 10**30):
        left = submit(there, f"/account/sessions/{number}/end", form_at="/account/")
        assert left.status_code == 303
    assert is_signed_in(elsewhere)
    submit(there, f"/account/sessions/{mine}/end", form_at="/account/")
    assert not is_signed_in(here)
    assert is_signed_in(there)


def test_old_sessions_are_swept(
    app: Flask, staff_member: Callable[..., Staff], client: FlaskClient, moving_clock: MovableClock
) -> None:
    staff = staff_member()
    for _ in range(3):
        sign_in(app.test_client(), staff.email)
    moving_clock.move(days=2)
    sign_in(client, staff.email)
    with app.app_context():
        assert db.session.query(sessions.StaffSession).count() == 1


@pytest.mark.parametrize(
    ("browser", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) … Version/26.0 Safari/605.1.15", "Safari on macOS"),
        ("Mozilla/5.0 (Windows NT 10.0) … Chrome/156.0.0.0 Safari/537.36", "Chrome on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) … Chrome/156.0.0.0 Safari/537.36 Edg/156.0", "Edge on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) … CriOS/156.0 Safari/604.1",
            "Chrome on iPhone",
        ),
        ("curl/8.0", "curl/8.0"),
        ("", "Unknown browser"),
    ],
)
def test_browsers_are_named_in_a_few_words(browser: str, name: str) -> None:
    moment = clock.utc_now()
    assert sessions.OpenSession(1, moment, moment, "", browser).browser_name == name


# A form that arrives too late


LATE = {"name": "Ada <King>", "note": "first line\nsecond line", "password": "hush", "tag": ""}


@pytest.fixture
def late(
    staff_member: Callable[..., Staff], signed_in: Callable[[Staff], FlaskClient], moving_clock: MovableClock
) -> tuple[Staff, FlaskClient]:
    """A person whose form arrived after the session had expired."""
    staff = staff_member()
    client = signed_in(staff)
    token = form_token(client.get("/account/"))
    moving_clock.move(minutes=31)
    response = client.post(
        "/account/name",
        data={**LATE, "csrf_token": token},
        headers={"Referer": "http://localhost/account/?tab=name"},
    )
    assert response.status_code == 303
    assert response.location == "/login?next=/account/resume"
    return staff, client


def test_what_was_typed_survives_an_expired_session(late: tuple[Staff, FlaskClient]) -> None:
    staff, client = late
    assert "What you typed is kept" in client.get("/login?next=/account/resume").text
    arrived = sign_in(client, staff.email, path="/login?next=/account/resume")
    page = client.get(arrived.location).text
    assert 'action="/account/name"' in page
    assert 'value="Ada &lt;King&gt;"' in page
    assert "first line\nsecond line</textarea>" in page
    assert "hush" not in page, "passwords are never kept"
    assert "Not kept: password." in page
    assert 'href="/account/?tab=name"' in page
    assert "Sam Viewer" in page, "nothing is done before the person says so"
    submit(client, "/account/name", form_at="/account/resume", name="Ada <King>")
    assert "Ada &lt;King&gt;" in client.get("/account/").text


def test_a_form_is_kept_whatever_its_address_and_its_names_hold(late: tuple[Staff, FlaskClient]) -> None:
    _, client = late
    odd = {"a\0": "b\0", "password\0": "hush", "file\0": (io.BytesIO(b"x"), "x")}
    response = client.post("/commands/a%00b", data=odd)
    assert (response.status_code, response.location) == (303, "/login?next=/account/resume")


def test_a_form_that_is_sent_at_last_is_kept_no_longer(late: tuple[Staff, FlaskClient]) -> None:
    staff, client = late
    sign_in(client, staff.email)
    submit(client, "/account/name", form_at="/account/resume", name="Ada", kept_form="1")
    assert client.get("/account/resume").location == "/"


def test_a_kept_form_can_be_discarded(late: tuple[Staff, FlaskClient]) -> None:
    staff, client = late
    sign_in(client, staff.email)
    response = submit(client, "/account/resume/discard", form_at="/account/resume")
    assert response.location == "/account/?tab=name"
    assert client.get("/account/resume").location == "/"


def test_nobody_else_sees_a_kept_form(
    late: tuple[Staff, FlaskClient], staff_member: Callable[..., Staff]
) -> None:
    _, client = late
    sign_in(client, staff_member().email)
    assert client.get("/account/resume").location == "/"


def test_a_form_open_in_another_tab_still_works_after_signing_in_again(
    late: tuple[Staff, FlaskClient],
) -> None:
    staff, client = late
    with client.session_transaction() as cookie:
        raw = cookie["csrf_token"]
    sign_in(client, staff.email)
    with client.session_transaction() as cookie:
        assert cookie["csrf_token"] == raw


def test_htmx_loses_nothing_either(
    as_role: Callable[[Role], FlaskClient], moving_clock: MovableClock
) -> None:
    client = as_role(Role.VIEWER)
    token = form_token(client.get("/account/"))
    moving_clock.move(minutes=31)
    response = client.post(
        "/account/name", data={"name": "Ada"}, headers={"HX-Request": "true", "X-CSRFToken": token}
    )
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/login?next=/account/resume"


def test_a_stranger_s_form_is_not_kept(client: FlaskClient) -> None:
    assert client.post("/account/name", data={"name": "x"}).location == "/login"


def test_a_form_of_an_ended_session_is_not_kept(
    app: Flask, staff_member: Callable[..., Staff], signed_in: Callable[[Staff], FlaskClient]
) -> None:
    staff = staff_member()
    client = signed_in(staff)
    with app.app_context(), atomic():
        sessions.end_all(staff.id)
    assert client.post("/account/name", data={"name": "x"}).location == "/login"


@pytest.mark.parametrize("value", ["x" * 1_000_001, "\x00\x00"])
def test_an_absurd_form_is_dropped_or_cleaned(
    value: str, as_role: Callable[[Role], FlaskClient], moving_clock: MovableClock
) -> None:
    client = as_role(Role.VIEWER)
    moving_clock.move(minutes=31)
    response = client.post("/account/name", data={"name": value})
    assert response.status_code == 303
