"""What the audit log is about, in words."""

from __future__ import annotations

from delula.commands import command_named


def object_name(kind: str, id_: str) -> str:
    """What an entry is about, in words: `User u-ann`."""
    return f"{kind.replace('_', ' ').capitalize()} {id_}"


def action_title(action: str) -> str:
    """What was done, in words: the title of the command, or made of the name of what is none."""
    command = command_named(action)
    if command is not None:
        return command.title
    return action.rpartition(".")[2].replace("_", " ").capitalize() or action
