"""What the person of this request can do about a tag, and why some of it cannot be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from delula.access.guard import may
from delula.tags import actions
from delula.web.command_pages import command_href

if TYPE_CHECKING:
    from delula.commands import Command
    from delula.db import AnyRow


def deeds(tag: AnyRow, back: str) -> list[dict[str, Any]]:
    """The lines of the menu on a tag's page.

    Args:
        tag: as the page has it.
        back: the path of the page.
    """
    switch = (actions.DEACTIVATE, "toggle-left") if tag.is_active else (actions.ACTIVATE, "toggle-right")
    hide = (actions.UNHIDE, "eye") if tag.is_hidden else (actions.HIDE, "eye-off")
    return [
        _line(command, icon, tag, back)
        for command, icon in (
            (actions.EDIT, "pencil"),
            (actions.MERGE, "merge"),
            switch,
            hide,
            (actions.DELETE, "trash-2"),
        )
    ]


def _line(command: Command[Any], icon: str, tag: AnyRow, back: str) -> dict[str, Any]:
    is_gone = command.name in {actions.MERGE.name, actions.DELETE.name}
    return {
        "label": command.title,
        "icon": icon,
        # Afterwards there is no page of the tag to come back to.
        "href": command_href(command.name, "/tags/" if is_gone else back, id=tag.id),
        "disabled_reason": None
        if may(command.permission)
        else f"This needs the permission {command.permission}",
        "tone": "danger" if command.is_dangerous else None,
    }
