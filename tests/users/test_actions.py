"""What staff change about users: only what the rules allow, only the columns meant, once, and back again."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from delula.access.actor import Actor
from delula.access.permissions import Role
from delula.commands import Conflict, preview, run, take_back
from delula.db import db
from delula.db import session as current_session
from delula.errors import Forbidden, InvalidInput, Refused
from delula.users import actions, queries
from delula.users.actions import Details, NewRole, NewType, OneUser
from tests.commands.test_run import all_at_once, entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

ADMIN = Actor(1, "ann@example.com", Role.ADMIN)

USERS = """
INSERT INTO users (id, email, handle, first_name, last_name, account_type, access_role, session_token,
                   password_hash, oauth_provider, is_ephemeral, can_upgrade_to_registered, updated_at) VALUES
    ('u', 'u@example.org', 'old', 'Ann', NULL, 3, 1, 'token-u', '$argon2id$x', NULL, false, true, now()),
    ('v', 'Taken@Example.org', 'Taken', NULL, NULL, 3, 3, NULL, NULL, 'google', false, true, NULL),
    ('guest', 'g@example.org', NULL, NULL, NULL, 2, 1, 'token-g', NULL, NULL, true, NULL, NULL),
    ('nobody', NULL, NULL, NULL, NULL, 2, 1, NULL, NULL, NULL, true, true, NULL),
    ('shut', 's@example.org', NULL, NULL, NULL, 2, 1, '', NULL, NULL, true, false, NULL),
    ('odd', 'odd address', E'o\\x01dd', repeat('x', 500), NULL, 9, 42, NULL, NULL, NULL, NULL, NULL, NULL),
    ('', NULL, '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    ('system_backlog', NULL, 'backlog', NULL, NULL, 1, 3, 'token-s', NULL, NULL, false, true, NULL)
"""

EVERYTHING: dict[Any, Any] = {
    actions.edit: Details(user_id="u", handle="new", only="handle"),
    actions.set_role: NewRole(user_id="u", access_role="test"),
    actions.set_type: NewType(user_id="guest", account_type="registered"),
    actions.revoke_session: OneUser(user_id="u"),
}


@pytest.fixture
def users(app: Flask) -> Iterator[None]:
    with app.app_context():
        current_session().execute(text(USERS))
        current_session().commit()
        yield


@pytest.fixture
def committing(committing_app: Flask) -> Iterator[Flask]:
    """The same users on a database of this test alone."""
    with committing_app.app_context():
        current_session().execute(text(USERS))
        current_session().commit()
        yield committing_app


def rows() -> dict[str, dict[str, Any]]:
    """All users, with all columns."""
    found = current_session().execute(text("SELECT * FROM users")).mappings()
    return {row["id"]: dict(row) for row in found}


def edit(user_id: str = "u", **changed: str) -> Details:
    """The form of a user with some fields changed, as a browser sends it."""
    stored = actions.edit.stored({"user_id": user_id})
    return Details(user_id=user_id, **{**stored, **changed})


def does(command: Any, given: Any, reason: str = "asked for") -> int:
    return run(command, given, ADMIN, reason=reason).entry_id


@pytest.mark.usefixtures("users")
@pytest.mark.parametrize(
    ("command", "given", "changed"),
    [
        (actions.edit, Details(user_id="u", handle="new", only="handle"), {"handle": "new"}),
        (actions.edit, Details(user_id="u", only="handle,first_name"), {"handle": None, "first_name": None}),
        (
            actions.edit,
            Details(user_id="u", email=" New@Example.ORG ", only="email"),
            {"email": "new@example.org"},
        ),
        (actions.edit, Details(user_id="u", handle="OLD", only="handle"), {"handle": "OLD"}),
        (actions.set_role, NewRole(user_id="u", access_role="admin"), {"access_role": 3}),
        (actions.set_type, NewType(user_id="guest", account_type="registered"), {"account_type": 3}),
        (actions.revoke_session, OneUser(user_id="u"), {"session_token": None}),
    ],
)
def test_only_the_columns_that_are_meant_change(command: Any, given: Any, changed: dict[str, Any]) -> None:
    before = rows()
    does(command, given)
    before[given.user_id] |= changed
    assert rows() == before
    (entry,) = entries()
    assert (entry.action, entry.object_kind, entry.object_id) == (command.name, "user", given.user_id)


@pytest.mark.usefixtures("users")
@pytest.mark.parametrize(
    ("command", "given"),
    [
        (actions.edit, Details(user_id="u", handle="new", first_name="", only="first_name,handle")),
        (
            actions.edit,
            Details(user_id="u", email="new@example.org", last_name="Lee", only="last_name,email"),
        ),
        (actions.set_role, NewRole(user_id="u", access_role="test")),
        (actions.set_type, NewType(user_id="guest", account_type="registered")),
    ],
)
def test_what_has_a_way_back_can_be_taken_back(command: Any, given: Any) -> None:
    before = rows()
    entry = does(command, given)
    assert rows() != before
    take_back(entry, ADMIN, reason="a mistake")
    assert rows() == before
    assert len(entries()) == 2


@pytest.mark.usefixtures("users")
def test_a_session_does_not_come_back() -> None:
    entry = does(actions.revoke_session, OneUser(user_id="u"))
    with pytest.raises(Refused, match="cannot be undone"):
        take_back(entry, ADMIN, reason="a mistake")
    with pytest.raises(Refused, match="no session"):
        does(actions.revoke_session, OneUser(user_id="u"))


@pytest.mark.usefixtures("users")
def test_the_token_of_a_session_is_in_no_entry_and_no_preview() -> None:
    plan = preview(actions.revoke_session, OneUser(user_id="guest"), ADMIN)
    assert "does not come back" in plan.warnings[0]
    does(actions.revoke_session, OneUser(user_id="guest"))
    (entry,) = entries()
    assert "token" not in repr((plan, entry.before, entry.after, entry.input))


@pytest.mark.usefixtures("users")
def test_a_role_or_type_that_nobody_can_choose_is_not_brought_back() -> None:
    role = does(actions.set_role, NewRole(user_id="odd", access_role="user"))
    type_ = does(actions.set_type, NewType(user_id="odd", account_type="guest"))
    for entry in (role, type_):
        with pytest.raises(Refused, match="cannot be undone"):
            take_back(entry, ADMIN, reason="a mistake")


@pytest.mark.usefixtures("users")
def test_taking_back_leaves_what_was_changed_besides() -> None:
    entry = does(actions.edit, edit(handle="new"))
    does(actions.edit, edit(first_name="Anna"))
    take_back(entry, ADMIN, reason="a mistake")
    assert (rows()["u"]["handle"], rows()["u"]["first_name"]) == ("old", "Anna")


@pytest.mark.usefixtures("users")
def test_taking_back_does_not_write_over_what_came_since() -> None:
    entry = does(actions.edit, edit(handle="new"))
    does(actions.edit, edit(handle="newer"))
    with pytest.raises(Conflict):
        take_back(entry, ADMIN, reason="a mistake")
    assert rows()["u"]["handle"] == "newer"


@pytest.mark.usefixtures("users")
def test_a_form_from_before_another_edit_is_a_conflict() -> None:
    mine = edit(first_name="Mine")
    does(actions.edit, edit(first_name="Theirs"))
    with pytest.raises(Conflict) as found:
        does(actions.edit, mine)
    assert (found.value.change.before, found.value.change.after) == (
        {"first_name": "Theirs"},
        {"first_name": "Mine"},
    )
    assert rows()["u"]["first_name"] == "Theirs"


@pytest.mark.usefixtures("users")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", "x" * 101),
        ("last_name", "a\x07b"),
        ("last_name", "\u202egpj"),
        ("handle", "x" * 51),
        ("handle", "a b"),
        ("handle", "a/b"),
        ("handle", "@ann"),
        ("handle", ".ann"),
        ("handle", "a<b"),
        ("handle", "taken"),
        ("handle", "TAKEN"),
        ("handle", "system_backlog"),
        ("email", "taken@example.org"),
        ("email", "TAKEN@EXAMPLE.ORG"),
        ("email", "nothing"),
        ("email", "a@b"),
        ("email", "a b@example.org"),
        ("email", "a@exam\x01ple.org"),
        ("email", '"><img src=x>@example.org'),
        ("email", f"{'x' * 250}@example.org"),
    ],
)
def test_what_cannot_be_a_name_or_address_is_refused_by_its_field(field: str, value: str) -> None:
    before = rows()
    given = edit(**{field: value})
    for way in (preview, run):
        with pytest.raises(InvalidInput) as found:
            way(actions.edit, given, ADMIN)
        assert found.value.field == field
    assert rows() == before
    assert entries() == []


@pytest.mark.usefixtures("users")
@pytest.mark.parametrize(
    ("handle", "email"),
    [("Jürgen-1", "ü@exämple.org"), ("a", "a.b+c@sub.example.co"), ("a.b_c-d", "o'x@e-x.org")],
)
def test_ordinary_names_and_addresses_are_taken(handle: str, email: str) -> None:
    does(actions.edit, edit(handle=handle, email=email, first_name="Åse", last_name="O'Brien 王"))
    assert (rows()["u"]["handle"], rows()["u"]["email"]) == (handle, email)


@pytest.mark.usefixtures("users")
def test_what_is_odd_already_may_stay_while_something_else_changes() -> None:
    before = rows()["odd"]
    does(actions.edit, edit("odd", last_name="Lee"))
    assert rows()["odd"] == before | {"last_name": "Lee"}


@pytest.mark.usefixtures("users")
def test_no_change_is_no_edit() -> None:
    for given in (edit(), edit(""), Details(user_id="u", handle="old", only="handle")):
        with pytest.raises(InvalidInput, match="Nothing differs"):
            does(actions.edit, given)
    with pytest.raises(InvalidInput, match="credits is no field"):
        does(actions.edit, Details(user_id="u", only="credits"))
    assert entries() == []


@pytest.mark.usefixtures("users")
@pytest.mark.parametrize(
    ("given", "says"),
    [
        (NewType(user_id="nobody", account_type="registered"), "needs an e-mail address"),
        (NewType(user_id="shut", account_type="registered"), "cannot become"),
        (NewType(user_id="u", account_type="guest"), "signs in with a password"),
        (NewType(user_id="v", account_type="guest"), "signs in with a password or a provider"),
        (NewType(user_id="u", account_type="registered"), "already"),
        (NewType(user_id="u", account_type="system"), "by the product alone"),
        (NewType(user_id="u", account_type="king"), "It takes one of"),
        (NewType(user_id="system_backlog", account_type="guest"), "System accounts"),
        (NewType(user_id="gone", account_type="guest"), "no such user"),
    ],
)
def test_the_type_changes_only_where_the_product_allows(given: NewType, says: str) -> None:
    before = rows()
    with pytest.raises((Refused, InvalidInput), match=says):
        does(actions.set_type, given)
    assert rows() == before


@pytest.mark.usefixtures("users")
@pytest.mark.parametrize(
    ("given", "says"),
    [
        (NewRole(user_id="u", access_role="user"), "already"),
        (NewRole(user_id="u", access_role="root"), "It takes one of user, test, admin"),
        (NewRole(user_id="system_backlog", access_role="user"), "System accounts"),
        (NewRole(user_id="a\0b", access_role="user"), "no such user"),
    ],
)
def test_a_role_that_cannot_be_given_is_refused(given: NewRole, says: str) -> None:
    with pytest.raises((Refused, InvalidInput), match=says):
        does(actions.set_role, given)


@pytest.mark.usefixtures("users")
def test_the_last_admin_of_the_product_is_warned_about() -> None:
    plan = preview(actions.set_role, NewRole(user_id="v", access_role="user"), ADMIN)
    assert plan.warnings == ()  # the backlog's account is one too
    current_session().execute(text("UPDATE users SET access_role = 1 WHERE id = 'system_backlog'"))
    plan = preview(actions.set_role, NewRole(user_id="v", access_role="user"), ADMIN)
    assert plan.warnings == ("Nobody else is an admin of the product.",)


@pytest.mark.usefixtures("users")
@pytest.mark.parametrize("command", EVERYTHING)
def test_who_vanished_is_said(command: Any) -> None:
    given = EVERYTHING[command]
    current_session().execute(text("DELETE FROM users"))
    current_session().commit()
    with pytest.raises(Refused, match="no such user"):
        does(command, given)


@pytest.mark.usefixtures("users")
@pytest.mark.parametrize("role", Role)
def test_each_role_does_what_it_is_for(role: Role) -> None:
    allowed = {Role.ADMIN: set(EVERYTHING), Role.SUPPORT: set(EVERYTHING) - {actions.set_role}}.get(
        role, set()
    )
    for command, given in EVERYTHING.items():
        try:
            run(command, given, Actor(2, "someone", role), reason="asked for")
        except Forbidden:
            assert command not in allowed
        else:
            assert command in allowed


@pytest.mark.parametrize(
    ("field", "values"),
    [("email", ["same@example.org", "SAME@example.org"]), ("handle", ["Same", "sAME"])],
)
def test_of_those_who_take_one_name_at_once_one_has_it(
    committing: Flask, field: str, values: list[str]
) -> None:
    people = ["u", "v", "guest", "nobody"]
    current_session().remove()
    outcomes: list[str] = []

    def take(number: int) -> None:
        given = Details(user_id=people[number], only=field, **{field: values[number % 2]})
        with committing.app_context():
            try:
                does(actions.edit, given)
                outcomes.append("done")
            except InvalidInput as error:
                outcomes.append(error.field)

    all_at_once(take, len(people))
    assert sorted(outcomes) == sorted(["done", field, field, field])


@pytest.mark.usefixtures("committing")
@pytest.mark.parametrize(("field", "value"), [("email", "same@example.org"), ("handle", "same")])
def test_a_name_that_the_product_takes_in_the_same_moment_is_said(
    field: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The product inserts after the console has looked, and commits while the console waits to write."""
    product = threading.Event()
    asked = queries.is_taken

    def look(*args: Any) -> bool:
        found = asked(*args)
        with db.engine.begin() as connection:
            insert = f"INSERT INTO users (id, {field}) VALUES ('faster', :value)"  # noqa: S608 - our own
            connection.execute(text(insert), {"value": value})
        product.set()
        return found

    monkeypatch.setattr(queries, "is_taken", look)
    with pytest.raises(InvalidInput, match="Another user has it already") as found:
        does(actions.edit, Details(user_id="u", only=field, **{field: value}))
    assert product.is_set()
    assert found.value.field == field
    assert entries() == []
    assert rows()["u"][field] != value


@pytest.mark.usefixtures("users")
def test_the_command_line_leaves_alone_what_it_is_not_told(app: Flask) -> None:
    invoke: Callable[..., Any] = app.test_cli_runner().invoke
    done = invoke(args=["command", "users.edit", "user_id=u", "handle=new", "--reason", "asked for"])
    assert done.exit_code == 0, done.output
    user = rows()["u"]
    assert (user["handle"], user["first_name"], user["email"]) == ("new", "Ann", "u@example.org")
