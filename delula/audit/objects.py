"""What the audit log is about: kinds of things by their name in the log, and where their pages are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delula.commands import command_named
from delula.web.references import hrefs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The area that shows things of a kind; kinds that are not here have no page of their own.
AREAS: Mapping[str, str] = {
    "asset": "assets",
    "component": "components",
    "generation": "generations",
    "job": "jobs",
    "provider": "providers",
    "recipe": "recipes",
    "sample": "samples",
    "staff": "staff",
    "tag": "tags",
    "user": "users",
}


def object_href(kind: str, id_: str) -> str | None:
    """The page of what an entry is about; None where its kind has none."""
    area = AREAS.get(kind)
    return hrefs_of(area)(id_) if area else None


def object_name(kind: str, id_: str) -> str:
    """What an entry is about, in words: `User u-ann`."""
    return f"{kind.replace('_', ' ').capitalize()} {id_}"


def action_title(action: str) -> str:
    """What was done, in words: the title of the command, or made of the name of what is none."""
    command = command_named(action)
    if command is not None:
        return command.title
    return action.rpartition(".")[2].replace("_", " ").capitalize() or action
