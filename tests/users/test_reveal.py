"""An address that somebody sees masked is revealed on request, and the log says so without saying it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from delula.access.permissions import Role
from delula.models import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, scoped_session
    from werkzeug.test import TestResponse

FORM = "/commands/users.reveal_email"
ADDRESS = "ann@example.org"

pytestmark = pytest.mark.usefixtures("users")


@pytest.fixture
def users(session: scoped_session[Session]) -> None:
    session.execute(
        text("INSERT INTO users (id, email, handle) VALUES ('u/1', :email, 'ann'), ('none', NULL, 'no')"),
        {"email": ADDRESS},
    )
    session.commit()


@pytest.fixture
def viewer(as_role: Callable[[Role], FlaskClient]) -> FlaskClient:
    return as_role(Role.VIEWER)


def reveal(client: FlaskClient, user_id: str = "u/1", reason: str = "asked") -> TestResponse:
    form = client.get(FORM, query_string={"user_id": user_id})
    token = re.search(r'name="csrf_token"\s+value="([^"]+)"', form.text)
    assert token is not None
    assert ADDRESS not in form.text
    return client.post(FORM, data={"csrf_token": token[1], "user_id": user_id, "reason": reason})


def test_a_viewer_sees_an_address_after_asking_for_it(
    viewer: FlaskClient, session: scoped_session[Session]
) -> None:
    page = viewer.get("/users/ann")
    assert ADDRESS not in page.text
    assert FORM in page.text
    done = reveal(viewer)
    assert done.status_code == 303
    assert ADDRESS in viewer.get(done.location).text
    assert ADDRESS in viewer.get(done.location).text  # safe to reload
    assert ADDRESS not in viewer.get("/users/ann").text
    (entry,) = session.scalars(select(AuditEntry))
    assert (entry.action, entry.object_kind, entry.object_id, entry.reason) == (
        "users.reveal_email",
        "user",
        "u/1",
        "asked",
    )
    assert ADDRESS not in str([entry.before, entry.after, entry.input, entry.reason])


def test_nobody_else_sees_it_by_the_same_link(
    viewer: FlaskClient, as_role: Callable[[Role], FlaskClient], session: scoped_session[Session]
) -> None:
    link = reveal(viewer).location
    assert ADDRESS not in as_role(Role.VIEWER).get(link).text
    (entry,) = session.scalars(select(AuditEntry.id))
    session.execute(text("INSERT INTO users (id, email, handle) VALUES ('v', 'other@example.org', 'ben')"))
    session.commit()
    assert "other@example.org" not in viewer.get(f"/users/ben?revealed={entry}").text
    for odd in ("0", "-1", "x", str(2**63), str(2**200)):
        page = viewer.get(f"/users/ann?revealed={odd}")
        assert page.status_code == 200
        assert ADDRESS not in page.text


def test_it_is_masked_again_after_a_while(viewer: FlaskClient, session: scoped_session[Session]) -> None:
    link = reveal(viewer).location
    # The log changes for nobody; only past its triggers can the entry be made older.
    session.execute(text("SET LOCAL session_replication_role = replica"))
    session.execute(text("UPDATE dashboard.audit_log SET at = at - interval '16 minutes'"))
    session.execute(text("SET LOCAL session_replication_role = origin"))
    session.commit()
    assert ADDRESS not in viewer.get(link).text


@pytest.mark.parametrize(("user_id", "why"), [("none", "no e-mail address"), ("gone", "no such user")])
def test_what_is_not_there_is_not_revealed(
    viewer: FlaskClient, session: scoped_session[Session], user_id: str, why: str
) -> None:
    page = reveal(viewer, user_id)
    assert page.status_code == 409
    assert why in page.text
    assert session.scalars(select(AuditEntry)).all() == []


def test_who_sees_addresses_anyway_is_offered_nothing(as_role: Callable[[Role], FlaskClient]) -> None:
    page = as_role(Role.SUPPORT).get("/users/ann")
    assert ADDRESS in page.text
    assert FORM not in page.text
