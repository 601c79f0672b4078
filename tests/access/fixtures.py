"""Staff and signed-in clients for the whole suite."""

from __future__ import annotations

import itertools
import secrets
import uuid
from typing import TYPE_CHECKING

import pytest

from delula.access import authentication, clock, passwords
from delula.access.guard import TOKEN
from delula.access.permissions import Role
from delula.db import atomic
from delula.models.staff import Staff
from tests.access.steps import PASSWORD, MovableClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

_numbers = itertools.count(1)


@pytest.fixture
def staff_member(app: Flask) -> Callable[..., Staff]:
    """`staff_member(role=Role.VIEWER, **columns)` adds somebody whose password is `steps.PASSWORD`.

    The row that it returns is detached: it shows how the person was made, not what became of them.
    """
    with app.app_context():
        hashed = passwords.hashed(PASSWORD)

    def add(role: Role = Role.VIEWER, **columns: object) -> Staff:
        values: dict[str, object] = {
            "email": f"{role}-{next(_numbers)}@example.com",
            "name": f"Sam {role.value.capitalize()}",
            "role": role.value,
            "password": hashed,
            "fs_uniquifier": uuid.uuid4().hex,
            "created_at": clock.utc_now(),
        }
        with app.app_context(), atomic() as session:
            staff = Staff(**{**values, **columns})  # type: ignore[arg-type]  # columns by name
            session.add(staff)
            session.flush()
            session.expunge(staff)
        return staff

    return add


@pytest.fixture
def signed_in(app: Flask) -> Callable[[Staff], FlaskClient]:
    """`signed_in(staff)` gives a client in which that person is signed in, without going through the form."""

    def client_of(staff: Staff) -> FlaskClient:
        with app.app_context():
            token, _ = authentication.begin_session(
                staff.id, address="127.0.0.1", browser="tests", earlier_token=None
            )
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie.update(
                {TOKEN: token, "_user_id": staff.fs_uniquifier, "csrf_token": secrets.token_hex(20)}
            )
        return client

    return client_of


@pytest.fixture
def as_role(
    staff_member: Callable[..., Staff], signed_in: Callable[[Staff], FlaskClient]
) -> Callable[[Role | str], FlaskClient]:
    """`as_role("support")` gives a client in which somebody with that role is signed in."""
    return lambda role: signed_in(staff_member(Role(role)))


@pytest.fixture
def moving_clock(monkeypatch: pytest.MonkeyPatch) -> MovableClock:
    """The clock of `delula.access`, which stands still until the test moves it."""
    movable = MovableClock(clock.utc_now())
    monkeypatch.setattr(clock, "utc_now", lambda: movable.now)
    return movable
