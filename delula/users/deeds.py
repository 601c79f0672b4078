"""What the person of this request can do about a user, and why some of it cannot be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from delula.models.enums import AccountType
from delula.users import actions
from delula.web.command_pages import command_line

if TYPE_CHECKING:
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
        command_line(command, icon, back, reason, user_id=user.id)
        for command, icon, reason in (
            (actions.edit, "pencil", stays),
            (actions.set_type, "user-check", stays or type_stays),
            (actions.set_role, "user-cog", stays),
            (actions.revoke_session, "log-out", kept),
        )
    ]
