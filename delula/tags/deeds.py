"""What the person of this request can do about a tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from delula.tags import actions
from delula.web.command_pages import command_line

if TYPE_CHECKING:
    from delula.db import AnyRow


def deeds(tag: AnyRow, back: str) -> list[dict[str, Any]]:
    """The lines of the menu on a tag's page.

    Args:
        tag: as the page has it.
        back: the path of the page; after its end a tag has none to come back to.
    """
    switch = (actions.DEACTIVATE, "toggle-left") if tag.is_active else (actions.ACTIVATE, "toggle-right")
    hide = (actions.UNHIDE, "eye") if tag.is_hidden else (actions.HIDE, "eye-off")
    return [
        command_line(command, icon, where, id=tag.id)
        for command, icon, where in (
            (actions.EDIT, "pencil", back),
            (*switch, back),
            (*hide, back),
            (actions.MERGE, "merge", "/tags/"),
            (actions.DELETE, "trash-2", "/tags/"),
        )
    ]
