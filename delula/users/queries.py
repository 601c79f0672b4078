"""Every question that the pages of users ask of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from delula.access.permissions import Permission
from delula.db import session
from delula.models import User
from delula.search import GuardedResolver, Withheld

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: What stands at a name that may be an e-mail address, for people who do not see those.
WITHHELD = Withheld(
    "Your role does not see e-mail addresses, so it cannot search by one; use the id or the handle."
)


def _by_any_name(names: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The ids of users by id, e-mail address (in any case) or handle; who bears a name as id has it alone."""
    lowered = [name.lower() for name in names]
    rows = session().execute(
        select(User.id, func.lower(User.email), User.handle).where(
            or_(User.id.in_(names), func.lower(User.email).in_(lowered), User.handle.in_(names))
        )
    )
    found: dict[str, list[str]] = {}
    for id_, email, handle in rows:
        for name in names:
            if name in {id_, handle} or (email is not None and name.lower() == email):
                found.setdefault(name, []).append(id_)
    return {name: [name] if name in ids else ids for name, ids in found.items()}


def _by_open_name(names: Sequence[str]) -> Mapping[str, Sequence[str] | Withheld]:
    """The ids of users by id or handle; an unknown name that looks like an address is withheld."""
    rows = session().execute(
        select(User.id, User.handle).where(or_(User.id.in_(names), User.handle.in_(names)))
    )
    found: dict[str, list[str]] = {}
    for id_, handle in rows:
        for name in names:
            if name in {id_, handle}:
                found.setdefault(name, []).append(id_)
    return {
        name: ([name] if name in found[name] else found[name]) if name in found else WITHHELD
        for name in names
        if name in found or "@" in name
    }


#: The ids of users by any of their names.
resolve_users = GuardedResolver(Permission.USERS_READ_EMAIL, full=_by_any_name, open=_by_open_name)
