"""One sample of every command, which the tests of all commands run: each area adds its own here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from delula.access.actor import Actor
from delula.access.permissions import Role
from delula.db import session
from delula.users.actions import Details, NewRole, NewType, OneUser
from delula.users.reveal import Whose
from tests.commands.renaming import NewHandle

if TYPE_CHECKING:
    from collections.abc import Callable

    from delula.commands import Given

ADMIN = Actor(1, "ann@example.com", Role.ADMIN, 7, "127.0.0.1", "request-1")


@dataclass(frozen=True)
class Case:
    """How a command is run in a test.

    Attributes:
        given: makes the rows that it takes in an empty database, within an application context, commits
            them, and gives the command's input; asked once.
        reason: why it is done.
        actor: who does it; may do everything that the command is about.
    """

    given: Callable[[], Given]
    reason: str = "for a test"
    actor: Actor = ADMIN


def sql(*statements: str) -> None:
    """Run statements, and commit."""
    for statement in statements:
        session().execute(text(statement))
    session().commit()


def _rename() -> NewHandle:
    sql("INSERT INTO users (id, handle) VALUES ('u', 'old')")
    return NewHandle(user_id="u", handle="new")


def _reveal() -> Whose:
    sql("INSERT INTO users (id, email) VALUES ('u', 'secret@example.org')")
    return Whose(user_id="u")


def _user(given: Given) -> Callable[[], Given]:
    """A user `u` whom every command of users can be done to, and then the input."""

    def make() -> Given:
        sql(
            "INSERT INTO users (id, handle, email, account_type, access_role, session_token)"
            " VALUES ('u', 'old', 'u@example.org', 2, 1, 'token')"
        )
        return given

    return make


#: By the name of the command.
CASES: dict[str, Case] = {
    "users.edit": Case(_user(Details(user_id="u", handle="new", email="n@example.org", only="handle,email"))),
    "users.rename_for_tests": Case(_rename),
    "users.reveal_email": Case(_reveal),
    "users.revoke_session": Case(_user(OneUser(user_id="u"))),
    "users.set_role": Case(_user(NewRole(user_id="u", access_role="admin"))),
    "users.set_type": Case(_user(NewType(user_id="u", account_type="registered"))),
}
