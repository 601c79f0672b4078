from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from delula.access import authentication
from delula.access.actor import COMMAND_LINE
from delula.access.authentication import Wrong
from delula.access.permissions import Role
from delula.db import db
from delula.errors import InvalidInput, Refused
from delula.models.staff import Staff
from delula.staff import actions, queries
from tests.access.steps import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask


@pytest.fixture
def context(app: Flask) -> object:
    """The console, as the command line has it."""
    with app.app_context():
        yield app


@pytest.mark.usefixtures("context")
def test_an_address_is_taken_whatever_its_case() -> None:
    actions.create(COMMAND_LINE, "Ada@Example.com", Role.ADMIN, password=PASSWORD)
    for email in ("ada@example.com", " ADA@EXAMPLE.COM ", "\uff41da@example.com", "ada@exa\u200bmple.com"):
        with pytest.raises(InvalidInput, match="already"):
            actions.create(COMMAND_LINE, email, Role.VIEWER)
    assert [member.email for member in queries.members()] == ["ada@example.com"]


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("email", ["", "ada", "@", "a@", "@b", "a b@c", "a@b@c", "x" * 250 + "@b.de", "\x00"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        actions.create(COMMAND_LINE, email, Role.VIEWER)
    assert refused.value.field == "email"


@pytest.mark.usefixtures("context")
def test_a_password_that_nobody_chose_is_temporary() -> None:
    created = actions.create(COMMAND_LINE, "ada@example.com", Role.VIEWER)
    assert queries.member(created.staff_id).password_is_temporary
    assert authentication.check_password(created.email, created.password, None)


@pytest.mark.usefixtures("context")
def test_the_last_active_admin_stays_one(staff_member: Callable[..., Staff]) -> None:
    admin = staff_member(Role.ADMIN)
    staff_member(Role.ADMIN, active=False)
    with pytest.raises(Refused, match="last active admin"):
        actions.set_role(COMMAND_LINE, admin.id, Role.VIEWER)
    with pytest.raises(Refused, match="last active admin"):
        actions.disable(COMMAND_LINE, admin.id)
    actions.set_role(COMMAND_LINE, admin.id, Role.ADMIN)
    member = queries.member(admin.id)
    assert (member.role, member.active) == (Role.ADMIN, True)


@pytest.mark.usefixtures("context")
def test_with_two_admins_one_may_go(staff_member: Callable[..., Staff]) -> None:
    first, second = staff_member(Role.ADMIN), staff_member(Role.ADMIN)
    actions.set_role(COMMAND_LINE, first.id, Role.VIEWER)
    with pytest.raises(Refused):
        actions.disable(COMMAND_LINE, second.id)


@pytest.mark.parametrize("how", ["disable", "demote", "both"])
def test_two_admins_who_remove_each_other_at_the_same_moment_leave_one(
    how: str, committing_app: Flask
) -> None:
    with committing_app.app_context():
        ids = [
            actions.create(COMMAND_LINE, f"admin{number}@example.com", Role.ADMIN).staff_id
            for number in range(2)
        ]
    together = threading.Barrier(2)

    def remove(number: int) -> str:
        with committing_app.app_context():
            together.wait()
            try:
                if how == "disable" or (how == "both" and number):
                    actions.disable(COMMAND_LINE, ids[number])
                else:
                    actions.set_role(COMMAND_LINE, ids[number], Role.VIEWER)
            except Refused:
                return "refused"
            return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, range(2))) == ["done", "refused"]
    with committing_app.app_context():
        admins = [member for member in queries.members() if member.active and member.role is Role.ADMIN]
        assert len(admins) == 1


def test_the_second_of_two_waits_for_the_first_and_sees_what_it_did(committing_app: Flask) -> None:
    with committing_app.app_context():
        first, second = (
            actions.create(COMMAND_LINE, f"admin{number}@example.com", Role.ADMIN).staff_id
            for number in range(2)
        )
    with committing_app.app_context():
        # Half of the first one's transaction: locked and changed, not yet committed.
        actions._locked(first).role = Role.VIEWER.value
        db.session.flush()
        with ThreadPoolExecutor(1) as pool:

            def disable_second() -> None:
                with committing_app.app_context():
                    actions.disable(COMMAND_LINE, second)

            attempt = pool.submit(disable_second)
            with pytest.raises(TimeoutError):
                attempt.result(timeout=0.3)
            db.session.commit()
            with pytest.raises(Refused, match="last active admin"):
                attempt.result(timeout=5)


@pytest.mark.parametrize("at_once", [1, 4])
def test_the_first_admin_is_made_once(at_once: int, committing_app: Flask) -> None:
    def make(_number: int) -> object:
        with committing_app.app_context():
            return actions.create_first_admin()

    with ThreadPoolExecutor(at_once) as pool:
        made = [result for result in pool.map(make, range(at_once)) if result is not None]
    with committing_app.app_context():
        assert len(made) == 1
        assert db.session.scalar(select(func.count()).select_from(Staff)) == 1
        recognised = authentication.check_password(made[0].email, made[0].password, None)
        member = queries.member(recognised.staff_id)
        assert (member.role, member.password_is_temporary) == (Role.ADMIN, False)
        assert actions.create_first_admin() is None


@pytest.mark.usefixtures("context")
def test_a_new_password_forgives_failures_and_the_old_one_is_gone(staff_member: Callable[..., Staff]) -> None:
    staff = staff_member()
    for _ in range(5):
        with pytest.raises(Wrong):
            authentication.check_password(staff.email, "wrong", "192.0.2.1")
    created = actions.new_password(COMMAND_LINE, staff.id)
    assert authentication.check_password(staff.email, created.password, "192.0.2.1")
    with pytest.raises(Wrong):
        authentication.check_password(staff.email, PASSWORD, "192.0.2.1")


@pytest.mark.usefixtures("context")
def test_every_write_says_in_the_log_who_did_what_to_whom(
    staff_member: Callable[..., Staff], caplog: pytest.LogCaptureFixture
) -> None:
    staff = staff_member()
    with caplog.at_level(logging.INFO, "delula.access"):
        actions.set_role(COMMAND_LINE, staff.id, Role.SUPPORT)
        actions.disable(COMMAND_LINE, staff.id)
        actions.enable(COMMAND_LINE, staff.id)
        created = actions.new_password(COMMAND_LINE, staff.id)
        actions.reset_second_factor(COMMAND_LINE, staff.id)
        actions.end_sessions(COMMAND_LINE, staff.id)
    assert [record.getMessage() for record in caplog.records] == [
        "staff: role set",
        "staff: disabled",
        "staff: enabled",
        "staff: password set",
        "staff: second factor reset",
        "staff: all sessions ended",
    ]
    assert {(record.actor, record.staff_id) for record in caplog.records} == {("command line", staff.id)}
    assert created.password not in caplog.text


@pytest.mark.usefixtures("context")
def test_nobody_is_nobody() -> None:
    with pytest.raises(Refused, match="does not exist"):
        actions.disable(COMMAND_LINE, 999_999)
    assert queries.member(999_999) is None
