from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pyotp
import pytest

from delula.access import authentication, second_factor
from delula.access.authentication import Wrong
from delula.access.limits import SECOND_FACTOR
from delula.access.permissions import Role
from delula.db import atomic, session
from delula.models.staff import RolePolicy, Staff
from tests.access.steps import MovableClock, sign_in, submit

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient


class Phone:
    """An authenticator app."""

    def __init__(self, key: str) -> None:
        self.totp = pyotp.TOTP(re.sub(r"[^A-Z2-7]", "", key))

    def code(self, steps: int = 0) -> str:
        """The code of this half minute, or of one `steps` later."""
        return self.totp.at(int(time.time()) + 30 * steps)


@pytest.fixture
def protected(app: Flask, staff_member: Callable[..., Staff]) -> tuple[Staff, Phone, list[str]]:
    """Somebody with a second factor, the phone, and the recovery codes."""
    staff = staff_member()
    with app.app_context(), atomic():
        secret = second_factor.new_secret()
        codes = second_factor.switch_on(session().get_one(Staff, staff.id), secret)
        phone = Phone(second_factor.typed_key(secret))
    return staff, phone, codes


Protected = tuple[Staff, Phone, list[str]]


def require_of(app: Flask, role: Role) -> None:
    with app.app_context(), atomic() as current:
        current.add(RolePolicy(role=role.value, second_factor_required=True))


def test_with_a_second_factor_the_password_alone_opens_nothing(
    client: FlaskClient, protected: Protected
) -> None:
    staff, phone, _ = protected
    asked = sign_in(client, staff.email, path="/login?next=/staff/")
    assert asked.location == "/login/code?next=/staff/"
    assert client.get("/account/").status_code == 302
    assert submit(client, asked.location, code=phone.code()).location == "/staff/"
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize("code", ["000000", "", "12345", "abcdef", "١٢٣٤٥٦", "9" * 40, "\x00", "0" * 500])
def test_a_wrong_code_opens_nothing(code: str, client: FlaskClient, protected: Protected) -> None:
    sign_in(client, protected[0].email)
    assert submit(client, "/login/code", code=code).status_code == 422
    assert client.get("/account/").status_code == 302


def test_each_code_counts_once(app: Flask, protected: Protected) -> None:
    staff, phone, _ = protected
    code = phone.code()
    first, second = app.test_client(), app.test_client()
    for client in (first, second):
        sign_in(client, staff.email)
    assert submit(first, "/login/code", code=code).status_code == 303
    replayed = submit(second, "/login/code", code=code)
    assert replayed.status_code == 422
    assert "it has been used already" in replayed.text
    assert submit(second, "/login/code", code=phone.code(1)).status_code == 303


def test_two_requests_with_one_code_at_the_same_moment_count_once(app: Flask, protected: Protected) -> None:
    staff, phone, _ = protected
    with app.app_context(), atomic() as current:
        row = current.get_one(Staff, staff.id)
        assert second_factor.accepts(row, phone.code())
        # The other request read the row before this one wrote it.
        stale = Staff(
            **{column: getattr(row, column) for column in ("email", "name", "role", "password")},
            fs_uniquifier="x",
            created_at=row.created_at,
            totp_secret=row.totp_secret,
        )
        stale.id = row.id
        assert not second_factor.accepts(stale, phone.code())


def test_codes_cannot_be_guessed(
    client: FlaskClient, protected: Protected, moving_clock: MovableClock
) -> None:
    staff, phone, _ = protected
    sign_in(client, staff.email)
    for number in range(SECOND_FACTOR.free):
        assert submit(client, "/login/code", code=f"00000{number}").status_code == 422
    refused = submit(client, "/login/code", code=phone.code())
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "30"
    sign_in(client, staff.email)
    assert submit(client, "/login/code", code=phone.code()).status_code == 429, (
        "a new password resets nothing"
    )
    moving_clock.move(seconds=31)
    assert submit(client, "/login/code", code=phone.code()).status_code == 303


def test_the_code_page_is_closed_without_the_password(client: FlaskClient) -> None:
    assert client.get("/login/code").location == "/login"
    assert submit(client, "/login/code", form_at="/login", code="123456").location == "/login"


def test_a_half_done_sign_in_ends_with_the_password_that_began_it(
    app: Flask, client: FlaskClient, protected: Protected
) -> None:
    staff, phone, _ = protected
    sign_in(client, staff.email)
    with app.app_context(), atomic() as current:
        current.get_one(Staff, staff.id).fs_uniquifier = "changed"
    assert submit(client, "/login/code", form_at="/login", code=phone.code()).location == "/login"


def test_a_half_done_sign_in_does_not_stay_open(client: FlaskClient, protected: Protected) -> None:
    sign_in(client, protected[0].email)
    with client.session_transaction() as cookie:
        cookie["recognised"] = [*cookie["recognised"][:2], cookie["recognised"][2] - 601]
    assert client.get("/login/code").location == "/login"


def test_a_recovery_code_lets_in_once(app: Flask, protected: Protected) -> None:
    staff, _, codes = protected
    first, second = app.test_client(), app.test_client()
    for client in (first, second):
        sign_in(client, staff.email)
    typed = codes[3].upper().replace("-", " ")
    assert submit(first, "/login/code", code=typed).status_code == 303
    assert "9 recovery codes left" in first.get("/account/").text
    assert submit(second, "/login/code", code=codes[3]).status_code == 422
    assert submit(second, "/login/code", code=codes[4]).status_code == 303


def test_recovery_codes_are_not_in_the_database(app: Flask, protected: Protected) -> None:
    with app.app_context():
        hashes = session().scalars(second_factor.select(second_factor.RecoveryCode.code_hash)).all()
    assert len(hashes) == second_factor.RECOVERY_CODES
    assert not set(hashes) & set(protected[2])


def test_the_secret_is_encrypted_in_the_database(app: Flask, protected: Protected) -> None:
    with app.app_context():
        stored = session().get_one(Staff, protected[0].id).totp_secret
    assert stored is not None
    assert protected[1].totp.secret not in stored


def test_another_secret_key_makes_codes_unreadable_but_breaks_no_page(
    app: Flask, protected: Protected
) -> None:
    staff, phone, _ = protected
    with app.app_context(), atomic() as current:
        row = current.get_one(Staff, staff.id)
        assert row.totp_secret
        row.totp_secret = second_factor._OneUseTotp({1: "another key"}, "x").generate_totp_secret()
    with app.app_context(), pytest.raises(Wrong):
        authentication.check_code(staff.id, phone.code(), None)


def test_anyone_may_switch_a_second_factor_on_and_off(
    client: FlaskClient, staff_member: Callable[..., Staff]
) -> None:
    staff = staff_member()
    sign_in(client, staff.email)
    page = client.get("/account/second-factor")
    assert page.headers["Cache-Control"] == "no-store"
    assert 'src="data:image/svg+xml' in page.text
    phone = Phone(re.findall(r'data-copy="([^"]+)"', page.text)[0])
    wrong = submit(client, "/account/second-factor", code="000000")
    assert wrong.status_code == 422
    assert phone.totp.secret in wrong.text.replace(" ", "").replace("-", ""), "the key stays the same"
    done = submit(client, "/account/second-factor", code=phone.code())
    assert done.headers["Cache-Control"] == "no-store"
    codes = re.findall(r'data-copy="([0-9a-f-]{23})"', done.text)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert "10 recovery codes left" in client.get("/account/").text
    assert client.get("/account/second-factor").location == "/account/"
    renewed = submit(client, "/account/recovery-codes", form_at="/account/")
    assert not set(re.findall(r'data-copy="([0-9a-f-]{23})"', renewed.text)) & set(codes)
    submit(client, "/account/second-factor/off", form_at="/account/")
    submit(client, "/logout", form_at="/account/")
    assert sign_in(client, staff.email).location == "/"


def test_the_code_that_sets_up_does_not_sign_in(
    client: FlaskClient, staff_member: Callable[..., Staff]
) -> None:
    staff = staff_member()
    sign_in(client, staff.email)
    page = client.get("/account/second-factor")
    phone = Phone(re.findall(r'data-copy="([^"]+)"', page.text)[0])
    code = phone.code()
    submit(client, "/account/second-factor", code=code)
    submit(client, "/logout", form_at="/account/")
    sign_in(client, staff.email)
    assert submit(client, "/login/code", code=code).status_code == 422


def test_where_the_role_requires_one_nothing_else_comes_first(
    app: Flask, client: FlaskClient, staff_member: Callable[..., Staff]
) -> None:
    require_of(app, Role.SUPPORT)
    staff, free = staff_member(Role.SUPPORT), staff_member(Role.VIEWER)
    sign_in(client, staff.email)
    for path in ("/staff/", "/account/", "/account/resume"):
        assert client.get(path).location.startswith("/account/second-factor")
    page = client.get("/account/second-factor")
    assert "Your role requires one" in page.text
    phone = Phone(re.findall(r'data-copy="([^"]+)"', page.text)[0])
    assert submit(client, "/account/second-factor", code=phone.code()).status_code == 200
    assert client.get("/staff/").status_code == 200
    refused = submit(client, "/account/second-factor/off", form_at="/account/")
    assert refused.status_code == 409
    other = app.test_client()
    sign_in(other, free.email)
    assert other.get("/staff/").status_code == 200, "other roles are not asked"


def test_whoever_must_set_up_can_still_sign_out(
    app: Flask, client: FlaskClient, staff_member: Callable[..., Staff]
) -> None:
    require_of(app, Role.VIEWER)
    sign_in(client, staff_member().email)
    assert submit(client, "/logout", form_at="/account/second-factor").location == "/login"


def test_a_requirement_counts_for_those_who_are_signed_in(
    app: Flask, as_role: Callable[[Role], FlaskClient]
) -> None:
    client = as_role(Role.VIEWER)
    assert client.get("/staff/").status_code == 200
    require_of(app, Role.VIEWER)
    assert client.get("/staff/").location.startswith("/account/second-factor")
