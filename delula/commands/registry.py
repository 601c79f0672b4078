"""All commands by name: the command line, the audit log and the tests find them here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.commands.base import Command

CommandT = TypeVar("CommandT", bound="Command[Any]")

_COMMANDS: dict[str, Command[Any]] = {}


def register(command: CommandT) -> CommandT:
    """Make a command known.

    Raises:
        ValueError: another one bears its name.
    """
    if command.name in _COMMANDS:
        raise ValueError(f"there are two commands {command.name}")
    _COMMANDS[command.name] = command
    return command


def command_named(name: str) -> Command[Any] | None:
    """The command of that name."""
    return _COMMANDS.get(name)


def action_title(action: str) -> str:
    """What was done, in words: the title of the command, or made of the name of what is none."""
    command = command_named(action)
    if command is not None:
        return command.title
    return action.rpartition(".")[2].replace("_", " ").capitalize() or action


def commands() -> Mapping[str, Command[Any]]:
    """All commands, by name."""
    return dict(sorted(_COMMANDS.items()))
