from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from delula.access.guard import (
    access_of,
    check_every_route_declares_its_permission,
    init_guard,
    requires,
)
from delula.access.permissions import GRANTS, MEANINGS, ROLE_MEANINGS, Permission, Role
from tests.access.samples import sample_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from delula.models.staff import Staff


def is_refused(response: TestResponse, role: Role | None) -> bool:
    """Whether somebody is turned away: forbidden, or sent to sign in."""
    sent_to_sign_in = (response.location or "").startswith("/login")
    return response.status_code in {401, 403} or (role is None and sent_to_sign_in)


@pytest.mark.parametrize("role", [None, *Role])
def test_every_route_with_every_method_opens_to_exactly_those_who_may(
    role: Role | None,
    app: Flask,
    staff_member: Callable[..., Staff],
    signed_in: Callable[[Staff], FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What is tested is the guard; with the tokens' check behind it, every POST would end there.
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    granted = GRANTS[role] if role else {Permission.PUBLIC}
    wrong, client = [], None
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint)
        assert access is not None
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            # After a write it is a new person in a new browser: the walk signs out and disables on its way.
            if client is None:
                client = app.test_client() if role is None else signed_in(staff_member(role))
            response = client.open(sample_url(app, rule, staff_member), method=method)
            # What is public may send to the sign-in page as well, as signing out does.
            open_to_all = access.permission is Permission.PUBLIC
            refused = is_refused(response, role) and not open_to_all
            if response.status_code >= 500 or refused is (access.permission in granted):
                wrong.append(f"{method} {rule}: {response.status} with {access.permission.value}")
            response.close()
            if method != "GET" and not refused:
                client = None
    assert not wrong, "\n".join(wrong)


def test_every_role_and_permission_is_explained() -> None:
    assert set(MEANINGS) == set(Permission)
    assert set(ROLE_MEANINGS) == set(Role) == set(GRANTS)


def test_viewers_write_nothing(app: Flask) -> None:
    # What is open to whoever is signed in concerns the own account only.
    writing = {
        access.permission
        for rule in app.url_map.iter_rules()
        if (access := access_of(app, rule.endpoint)) and (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
    }
    assert writing & GRANTS[Role.VIEWER] <= {Permission.PUBLIC, Permission.SIGNED_IN}


def test_admins_may_do_everything() -> None:
    assert GRANTS[Role.ADMIN] == set(Permission)


def test_a_route_that_declares_nothing_stops_the_start() -> None:
    app = Flask("forgetful", static_folder=None)
    app.add_url_rule("/fine", "fine", requires(Permission.PUBLIC)(lambda: "fine"))
    check_every_route_declares_its_permission(app)
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    with pytest.raises(RuntimeError, match=r"declare no permission with @requires: forgotten$"):
        check_every_route_declares_its_permission(app)


def test_a_route_that_declares_nothing_is_refused_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    app = Flask("forgetful", static_folder=None)
    app.config.update(SECRET_KEY="x" * 32)
    init_guard(app)
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    with caplog.at_level(logging.ERROR, "delula.access"):
        response = app.test_client().get("/forgotten")
    assert response.status_code == 403
    assert "secret" not in response.text
    assert "route without a declared permission refused" in caplog.text


def test_what_is_refused_is_logged(
    as_role: Callable[[Role], FlaskClient], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "delula.access"):
        response = as_role(Role.VIEWER).get("/staff/new")
    assert response.status_code == 403
    [record] = caplog.records
    assert record.getMessage() == "permission refused"
    assert record.__dict__["permission"] == "staff.manage"


def test_a_public_answer_costs_no_query(
    as_role: Callable[[Role], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_role(Role.VIEWER)
    monkeypatch.setattr("delula.access.sessions.load", lambda *_given: pytest.fail("the person was loaded"))
    assert client.get("/healthz").status_code == 200
