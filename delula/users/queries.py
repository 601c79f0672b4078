"""Every question that the pages of users ask of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from delula.db import session
from delula.models import User

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def resolve_users(names: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The ids of users by id, e-mail address (in any case) or handle."""
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
    return found
