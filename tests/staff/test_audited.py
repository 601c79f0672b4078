"""Every write of the Staff area leaves one entry in the audit log, and none where it leaves nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from delula.access import sessions
from delula.access.actor import Actor
from delula.access.permissions import Role
from delula.db import atomic
from delula.db import session as current_session
from delula.errors import InvalidInput, Refused
from delula.models import AuditEntry
from delula.staff import actions
from tests.access.steps import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

ADA = Actor(99, "ada@example.com", Role.ADMIN, 5, "10.0.0.1", "request-1")


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def member(staff_member: Callable[..., Any]) -> int:
    staff_member(Role.ADMIN)
    return int(staff_member(Role.SUPPORT, totp_secret="x").id)


def entries() -> list[AuditEntry]:
    return list(current_session().scalars(select(AuditEntry).order_by(AuditEntry.id)))


#: What is done, the verb of its entry, and the values before and after.
WRITES: dict[str, tuple[Callable[[int], object], dict[str, Any], dict[str, Any]]] = {
    "set_role": (
        lambda id_: actions.set_role(ADA, id_, Role.VIEWER),
        {"role": "support"},
        {"role": "viewer"},
    ),
    "disable": (lambda id_: actions.disable(ADA, id_), {"active": True}, {"active": False}),
    "enable": (lambda id_: actions.enable(ADA, id_), {"active": True}, {"active": True}),
    "reset_second_factor": (
        lambda id_: actions.reset_second_factor(ADA, id_),
        {"second_factor": True},
        {"second_factor": False},
    ),
    "end_sessions": (
        lambda id_: actions.end_sessions(ADA, id_),
        {"open_sessions": 0},
        {"open_sessions": 0},
    ),
    "set_password": (
        lambda id_: actions.set_password(ADA, id_, PASSWORD + "!"),
        {},
        {"password_is_temporary": False},
    ),
}


@pytest.mark.parametrize("verb", WRITES)
def test_a_write_leaves_one_entry(verb: str, member: int) -> None:
    act, before, after = WRITES[verb]
    act(member)
    (entry,) = entries()
    assert (entry.action, entry.object_kind, entry.object_id) == (f"staff.{verb}", "staff", str(member))
    assert (entry.before, entry.after) == (before, after)
    assert (entry.actor, entry.staff_id, entry.address) == ("ada@example.com", 99, "10.0.0.1")


def test_new_accounts_and_policies_leave_one_too() -> None:
    first = actions.create_first_admin()
    assert first is not None
    created = actions.create(ADA, "new@example.com", Role.VIEWER, name="New")
    actions.require_second_factor(ADA, {Role.ADMIN})
    actions.require_second_factor(ADA, set())
    found = entries()
    assert [(one.action, one.object_id) for one in found] == [
        ("staff.create", str(first.staff_id)),
        ("staff.create", str(created.staff_id)),
        ("staff.require_second_factor", "second_factor"),
        ("staff.require_second_factor", "second_factor"),
    ]
    assert found[0].actor == "console"
    assert found[1].after == {"email": "new@example.com", "name": "New", "role": "viewer", "active": True}
    assert (found[3].before, found[3].after) == ({"roles": ["admin"]}, {"roles": []})


def test_no_password_gets_into_the_log(member: int) -> None:
    created = actions.create(ADA, "new@example.com", Role.VIEWER)
    replaced = actions.new_password(ADA, member)
    actions.set_password(ADA, member, PASSWORD + "!")
    kept = json.dumps([(one.before, one.after, one.input, one.reason) for one in entries()])
    for secret in (created.password, replaced.password, PASSWORD):
        assert secret not in kept


def test_a_session_that_has_ended_already_leaves_none(member: int) -> None:
    with atomic():
        sessions.start(member, address="10.0.0.2", browser="tests", earlier_token=None)
    (open_one,) = sessions.open_sessions(member)
    actions.end_session(ADA, member, open_one.id)
    actions.end_session(ADA, member, open_one.id)
    (entry,) = entries()
    assert (entry.action, entry.before) == ("staff.end_session", {"session": open_one.id})


def test_what_is_refused_leaves_none(staff_member: Callable[..., Any]) -> None:
    admin = staff_member(Role.ADMIN)
    for refused in (
        lambda: actions.set_role(ADA, admin.id, Role.VIEWER),
        lambda: actions.disable(ADA, admin.id),
        lambda: actions.enable(ADA, 10**6),
        lambda: actions.create(ADA, admin.email, Role.VIEWER),
        lambda: actions.set_password(ADA, admin.id, "x"),
    ):
        with pytest.raises((Refused, InvalidInput)):
            refused()
    assert entries() == []


def test_a_write_whose_entry_fails_does_not_happen(member: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> int:
        raise RuntimeError("half way")

    monkeypatch.setattr(actions, "note", fail)
    for act, _, _ in WRITES.values():
        with pytest.raises(RuntimeError):
            act(member)
    kept = current_session().get(actions.Staff, member)
    assert kept is not None
    assert (kept.role, kept.active, kept.totp_secret) == ("support", True, "x")
