"""Reveal the e-mail address of one user to somebody who sees it masked, with an entry in the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import String, bindparam, exists, func, select

from delula.access.permissions import Permission
from delula.commands import Change, Command, Given, Plan, register
from delula.db import session
from delula.errors import Refused
from delula.models import AuditEntry, User

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.access.actor import Actor
    from delula.models import JsonValue

#: How long an address stays revealed, to the session that asked for it.
SHOWN_FOR = timedelta(minutes=15)

_EMAIL = select(User.email).where(User.id == bindparam("user_id", type_=String()))


@dataclass(frozen=True, kw_only=True)
class Whose(Given):
    """The user whose address it is."""

    user_id: str


class RevealEmail(Command[Whose]):
    """Shows an address to whoever asks for it; neither the plan nor the log holds it."""

    name = "users.reveal_email"
    title = "Reveal e-mail address"
    permission = Permission.USERS_REVEAL_EMAIL
    given = Whose

    def plan(self, given: Whose, *, lock: bool) -> Plan:  # noqa: ARG002 - nothing changes
        """Say what will be known."""
        if "\0" in given.user_id:
            raise Refused("There is no such user.")
        row = session().execute(_EMAIL, {"user_id": given.user_id}).one_or_none()
        if row is None:
            raise Refused("There is no such user.")
        if not row.email:
            raise Refused("This user has no e-mail address.")
        return Plan(
            "Show the e-mail address of this user to you, for a quarter of an hour.",
            Change("user", given.user_id, {}, {}),
            data=row.email,
        )

    def write(self, given: Whose, plan: Plan) -> Mapping[str, JsonValue]:
        """Give the address; what is written is the entry alone."""
        return {"user_id": given.user_id, "email": plan.data}


REVEAL_EMAIL = register(RevealEmail())

_REVEALED = select(
    exists().where(
        AuditEntry.id == bindparam("entry"),
        AuditEntry.action == RevealEmail.name,
        AuditEntry.object_id == bindparam("user_id", type_=String()),
        AuditEntry.session_id == bindparam("session_id"),
        AuditEntry.at > func.now() - SHOWN_FOR,
    )
)


def is_revealed(user_id: str, entry_id: int, actor: Actor) -> bool:
    """Whether an entry of the log says that the address was just revealed in the actor's very session."""
    given = {"entry": entry_id, "user_id": user_id, "session_id": actor.session_id}
    return bool(session().execute(_REVEALED, given).scalar_one())
