from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from delula.access import second_factor
from delula.access.permissions import Permission, Role
from delula.db import atomic
from delula.models.staff import Staff
from delula.staff import queries
from tests.access.steps import PASSWORD, sign_in, submit

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, scoped_session


@pytest.fixture
def admin(as_role: Callable[[Role], FlaskClient]) -> FlaskClient:
    return as_role(Role.ADMIN)


def test_an_admin_adds_somebody_who_chooses_a_password_at_once(app: Flask, admin: FlaskClient) -> None:
    page = submit(admin, "/staff/new", email="New@Example.com", name="New Person", role="support")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    password = re.findall(r'data-copy="([0-9a-f-]{34})"', page.text)[0]
    assert "Invited" in admin.get("/staff/").text
    newcomer = app.test_client()
    assert sign_in(newcomer, "new@example.com", password).status_code == 303
    assert newcomer.get("/staff/").location.startswith("/account/password")


def test_a_form_with_mistakes_comes_back_with_what_was_typed(admin: FlaskClient) -> None:
    response = submit(admin, "/staff/new", email="no address", name="<i>New</i>", role="viewer")
    assert response.status_code == 422
    assert "That is not an e-mail address." in response.text
    assert 'value="no address"' in response.text
    assert 'value="&lt;i&gt;New&lt;/i&gt;"' in response.text
    assert "<i>New" not in response.text


@pytest.mark.parametrize("role", ["", "root", "ADMIN", "'; DROP TABLE staff"])
def test_a_role_that_does_not_exist_is_refused(role: str, admin: FlaskClient) -> None:
    assert submit(admin, "/staff/new", email="new@example.com", role=role).status_code == 422


def test_an_address_that_is_taken_is_said_at_its_field(
    admin: FlaskClient, staff_member: Callable[..., Staff]
) -> None:
    staff = staff_member()
    response = submit(admin, "/staff/new", email=staff.email.upper(), role="viewer")
    assert response.status_code == 422
    assert "already" in response.text


def test_role_state_and_sessions_of_somebody_are_changed(
    app: Flask,
    admin: FlaskClient,
    staff_member: Callable[..., Staff],
    signed_in: Callable[[Staff], FlaskClient],
) -> None:
    staff = staff_member(Role.VIEWER)
    page, theirs = f"/staff/{staff.id}", signed_in(staff)
    assert submit(admin, f"{page}/role", form_at=page, role="support").location == page
    assert "Support" in theirs.get("/account/").text
    submit(admin, f"{page}/sessions/end", form_at=page)
    assert theirs.get("/account/").status_code == 302
    assert "Nowhere at the moment" in admin.get(page).text
    submit(admin, f"{page}/disable", form_at=page)
    assert sign_in(app.test_client(), staff.email).status_code == 422
    assert "Disabled" in admin.get(page).text
    submit(admin, f"{page}/enable", form_at=page)
    assert sign_in(app.test_client(), staff.email).status_code == 303


def test_one_session_of_somebody_is_ended(
    admin: FlaskClient, staff_member: Callable[..., Staff], signed_in: Callable[[Staff], FlaskClient]
) -> None:
    staff = staff_member()
    theirs = signed_in(staff)
    page = f"/staff/{staff.id}"
    end = re.findall(rf'action="({page}/sessions/\d+/end)"', admin.get(page).text)
    assert len(end) == 1
    submit(admin, end[0], form_at=page)
    assert theirs.get("/account/").status_code == 302


def test_a_new_temporary_password_is_shown_once(
    app: Flask, admin: FlaskClient, staff_member: Callable[..., Staff]
) -> None:
    staff = staff_member()
    page = f"/staff/{staff.id}"
    shown = submit(admin, f"{page}/password", form_at=page)
    password = re.findall(r'data-copy="([0-9a-f-]{34})"', shown.text)[0]
    assert shown.headers["Cache-Control"] == "no-store"
    assert password not in admin.get(page).text
    assert sign_in(app.test_client(), staff.email).status_code == 422
    assert sign_in(app.test_client(), staff.email, password).status_code == 303


def test_a_lost_second_factor_is_reset(
    app: Flask, admin: FlaskClient, staff_member: Callable[..., Staff], session: scoped_session[Session]
) -> None:
    staff = staff_member()
    with app.app_context(), atomic():
        second_factor.switch_on(session.get_one(Staff, staff.id), second_factor.new_secret())
    assert sign_in(app.test_client(), staff.email).location == "/login/code"
    page = f"/staff/{staff.id}"
    submit(admin, f"{page}/second-factor/reset", form_at=page)
    assert sign_in(app.test_client(), staff.email).location == "/"


def test_a_second_factor_is_required_by_role_and_no_longer(
    admin: FlaskClient, as_role: Callable[[Role], FlaskClient]
) -> None:
    support, viewer = as_role(Role.SUPPORT), as_role(Role.VIEWER)
    assert submit(admin, "/staff/second-factor", roles="support").location == "/staff/"
    assert "checked" in admin.get("/staff/second-factor").text
    assert "Required, not set up" in admin.get("/staff/").text
    assert support.get("/staff/").status_code == 302
    assert viewer.get("/staff/").status_code == 200
    submit(admin, "/staff/second-factor")
    assert support.get("/staff/").status_code == 200


def test_the_last_admin_is_told_why_not(admin: FlaskClient, app: Flask) -> None:
    with app.app_context():
        [only] = [member.id for member in queries.members()]
    response = submit(admin, f"/staff/{only}/disable", form_at=f"/staff/{only}")
    assert response.status_code == 409
    assert "This is the last active admin. Make somebody else an admin first." in response.text
    assert admin.get("/staff/").status_code == 200


def test_an_admin_who_leaves_is_signed_out(
    staff_member: Callable[..., Staff], signed_in: Callable[[Staff], FlaskClient]
) -> None:
    staff_member(Role.ADMIN)
    me = staff_member(Role.ADMIN)
    client = signed_in(me)
    assert submit(client, f"/staff/{me.id}/disable", form_at=f"/staff/{me.id}").location == "/login"


def test_the_permissions_page_shows_the_table_as_it_is(admin: FlaskClient) -> None:
    page = admin.get("/staff/permissions").text
    for permission in set(Permission) - {Permission.PUBLIC}:
        assert permission.value in page
    for role in Role:
        assert role.value.capitalize() in page


def test_those_who_do_not_manage_staff_see_no_way_to(as_role: Callable[[Role], FlaskClient]) -> None:
    page = as_role(Role.VIEWER).get("/staff/").text
    assert "Sam Viewer" in page
    assert "/staff/new" not in page
    assert not re.search(r'href="/staff/\d', page)


@pytest.mark.parametrize("number", ["0", "999999999", "9223372036854775808", "1" * 40])
def test_nobody_s_page_is_not_there(number: str, admin: FlaskClient) -> None:
    assert admin.get(f"/staff/{number}").status_code == 404


def test_hostile_names_and_browsers_are_inert(
    admin: FlaskClient, app: Flask, staff_member: Callable[..., Staff]
) -> None:
    hostile = '"><script>alert(1)</script>'  # short enough to be shown as the name of a browser
    staff = staff_member(name=hostile)
    browser = app.test_client()
    browser.environ_base["HTTP_USER_AGENT"] = hostile
    sign_in(browser, staff.email, PASSWORD)
    for path in ("/staff/", f"/staff/{staff.id}"):
        page = admin.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
    assert "<script>alert" not in browser.get("/account/").text
