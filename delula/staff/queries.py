"""Every SELECT of the Staff area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from delula.access import second_factor, sessions
from delula.access.authentication import normalise_email
from delula.access.permissions import Role
from delula.db import session
from delula.errors import Refused
from delula.models.staff import Staff

if TYPE_CHECKING:
    from datetime import datetime

    from delula.access.sessions import OpenSession


@dataclass(frozen=True, slots=True)
class Member:
    """One member of staff as the pages show them."""

    id: int
    email: str
    name: str
    role: Role
    active: bool
    has_second_factor: bool
    password_is_temporary: bool
    created_at: datetime
    last_sign_in_at: datetime | None


def _member(staff: Staff) -> Member:
    return Member(
        id=staff.id,
        email=staff.email,
        name=staff.name,
        role=Role(staff.role),
        active=staff.active,
        has_second_factor=staff.totp_secret is not None,
        password_is_temporary=staff.password_is_temporary,
        created_at=staff.created_at,
        last_sign_in_at=staff.last_sign_in_at,
    )


def members() -> list[Member]:
    """All staff: who can sign in first, by e-mail."""
    rows = session().scalars(select(Staff).order_by(Staff.active.desc(), Staff.email))
    return [_member(row) for row in rows]


def member(staff_id: int) -> Member | None:
    """One member of staff."""
    row = session().get(Staff, staff_id)
    return None if row is None else _member(row)


def id_of(email: str) -> int:
    """The member of staff with this e-mail address.

    Raises:
        Refused: there is none.
    """
    found = session().scalar(select(Staff.id).where(func.lower(Staff.email) == normalise_email(email)))
    if found is None:
        raise Refused(f"There is no staff account with the e-mail address {email!r}.")
    return found


def sessions_of(staff_id: int) -> list[OpenSession]:
    """Where the member is signed in."""
    return sessions.open_sessions(staff_id)


def required_roles() -> set[str]:
    """The roles whose people must have a second factor."""
    return second_factor.required_roles()
