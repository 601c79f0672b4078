"""Who does something: passed into every action that writes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, for the rules that depend on it and for the record.

    Attributes:
        staff_id: the person; None when it is the console itself or its command line.
        label: how the record names the actor.
    """

    staff_id: int | None
    label: str


#: Whoever can run commands on the server.
COMMAND_LINE = Actor(None, "command line")
#: The console itself, at its first start.
CONSOLE = Actor(None, "console")
