"""What every write of the console is made of: commands, and the one way to run them.

A command has a name, a permission and an input. Its `plan` says what it would change, reads nothing but what
that takes, and refuses what the rules forbid; its `write` does it. `run` puts the two into one transaction,
with the rows locked and the rule checked again, and appends one entry to the audit log. Pages, the command
line and bulk runs all call `preview` and `run`, so that none of them can forget a part of it.
"""

from __future__ import annotations

from delula.commands.base import (
    Change,
    Command,
    Conflict,
    Credits,
    Given,
    InputField,
    Invocation,
    LeftOut,
    Plan,
    Receipt,
    SentBefore,
    Touched,
    digest,
)
from delula.commands.context import occasion
from delula.commands.history import just_done, last_change, looked_up_by
from delula.commands.reading import note_reading
from delula.commands.registry import action_title, command_named, commands, register
from delula.commands.run import inverse_of, note, preview, preview_taking_back, run, take_back, taken_back_by

__all__ = [
    "Change",
    "Command",
    "Conflict",
    "Credits",
    "Given",
    "InputField",
    "Invocation",
    "LeftOut",
    "Plan",
    "Receipt",
    "SentBefore",
    "Touched",
    "action_title",
    "command_named",
    "commands",
    "digest",
    "inverse_of",
    "just_done",
    "last_change",
    "looked_up_by",
    "note",
    "note_reading",
    "occasion",
    "preview",
    "preview_taking_back",
    "register",
    "run",
    "take_back",
    "taken_back_by",
]
