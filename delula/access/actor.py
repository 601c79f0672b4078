"""Who does something: passed into every action that writes."""

from __future__ import annotations

from dataclasses import dataclass

from delula.access.permissions import GRANTS, Permission, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, for the rules that depend on it and for the record.

    Attributes:
        staff_id: the person; None when it is the console itself or its command line.
        label: how the record names the actor.
        role: what the person is; None where the server itself acts, which may do everything.
        session_id: the session in which it is done.
        address: where the request came from.
        request_id: which request it was.
    """

    staff_id: int | None
    label: str
    role: Role | None = None
    session_id: int | None = None
    address: str | None = None
    request_id: str | None = None

    def may(self, permission: Permission) -> bool:
        """Whether the actor's role includes `permission`."""
        return self.role is None or permission in GRANTS[self.role]


#: Whoever can run commands on the server.
COMMAND_LINE = Actor(None, "command line")
#: The console itself, at its first start.
CONSOLE = Actor(None, "console")
