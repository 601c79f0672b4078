"""What the person of this request can do about a user, and why some of it cannot be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from delula.access.guard import may
from delula.models.enums import AccountType
from delula.users import actions
from delula.web.command_pages import command_href

if TYPE_CHECKING:
    from delula.commands import Command
    from delula.db import AnyRow


def deeds(user: AnyRow, back: str) -> list[dict[str, Any]]:
    """The lines of the menu on a user's page; those that are not possible say why.

    Args:
        user: as the page has it.
        back: the path of the page.
    """
    stays = actions.SYSTEM_STAYS if user.account_type == AccountType.SYSTEM else None
    is_registered = user.account_type == AccountType.REGISTERED
    type_stays = actions.no_way_back(user) if is_registered else actions.no_registration(user)
    kept = None if user.has_session else actions.NO_SESSION
    return [
        _line(actions.edit, "pencil", user, back, stays),
        _line(actions.set_type, "user-check", user, back, stays or type_stays),
        _line(actions.set_role, "user-cog", user, back, stays),
        _line(actions.revoke_session, "log-out", user, back, kept),
    ]


def _line(command: Command[Any], icon: str, user: AnyRow, back: str, reason: str | None) -> dict[str, Any]:
    if not may(command.permission):
        reason = f"This needs the permission {command.permission}"
    return {
        "label": command.title,
        "icon": icon,
        "href": command_href(command.name, back, user_id=user.id),
        "disabled_reason": reason,
        "tone": "danger" if command.is_dangerous else None,
    }
