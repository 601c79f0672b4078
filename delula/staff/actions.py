"""Every write of the Staff area, each one transaction: the page and `flask staff …` both call these.

Each leaves its entry in the audit log, in the same transaction. They are no commands: a password is never
part of an input that is kept, and a new one is told once, on a page of its own.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from delula.access import clock, limits, passwords, second_factor, sessions
from delula.access.actor import CONSOLE
from delula.access.authentication import check_email, normalise_name
from delula.access.limits import ACCOUNT, SECOND_FACTOR
from delula.access.permissions import Role
from delula.commands import Change, note
from delula.db import atomic, session
from delula.errors import InvalidInput, Refused
from delula.models.staff import RolePolicy, Staff

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.access.actor import Actor
    from delula.models import JsonValue

log = logging.getLogger("delula.access")

LAST_ADMIN = "This is the last active admin. Make somebody else an admin first."
FIRST_ADMIN_EMAIL = "admin@delula.local"

#: Lock key under which the first account is made, so that two starts at once make one; any constant does.
_FIRST_ACCOUNT = 0x64_65_6C_75_6C_61


@dataclass(frozen=True, slots=True)
class NewPassword:
    """An account with a password that is told once and kept nowhere."""

    staff_id: int
    email: str
    password: str


def create(
    actor: Actor,
    email: str,
    role: Role,
    *,
    name: str = "",
    password: str | None = None,
) -> NewPassword:
    """Create an account.

    Args:
        actor: who creates it.
        email: address to sign in with; unique whatever its case.
        role: what the person may do.
        name: how colleagues see the person; may be empty.
        password: chosen by whoever runs the server; a temporary one is made where absent, which the person
            must replace at the first sign-in.

    Raises:
        InvalidInput: not an e-mail address, taken, or a weak password.
    """
    email = check_email(email)
    if password is not None:
        passwords.check_strength(password, email=email)
    chosen = password or passwords.generate()
    hashed = passwords.hashed(chosen)
    with atomic() as current:
        created = current.scalar(
            insert(Staff)
            .values(
                email=email,
                name=normalise_name(name),
                role=role.value,
                password=hashed,
                fs_uniquifier=uuid.uuid4().hex,
                created_at=clock.utc_now(),
                active=True,
                password_is_temporary=password is None,
            )
            .on_conflict_do_nothing()
            .returning(Staff.id)
        )
        if created is None:
            raise InvalidInput("email", f"There is a staff account with the e-mail address {email} already.")
        after = {"email": email, "name": normalise_name(name), "role": role.value, "active": True}
        _note(actor, "create", created, {}, after)
    _record(actor, "created", created, role=role.value)
    return NewPassword(created, email, chosen)


def create_first_admin(email: str = FIRST_ADMIN_EMAIL) -> NewPassword | None:
    """Create the admin of a console that has no staff; None if there are any.

    Safe when two processes start at once: one of them creates, the other gets None.
    """
    with atomic() as current:
        current.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FIRST_ACCOUNT})
        if current.scalar(select(func.count()).select_from(Staff)):
            return None
        password = passwords.generate()
        # Not `create`: that would commit, and so release the lock, on its own.
        admin = Staff(
            email=check_email(email),
            name="",
            role=Role.ADMIN.value,
            password=passwords.hashed(password),
            fs_uniquifier=uuid.uuid4().hex,
            created_at=clock.utc_now(),
        )
        current.add(admin)
        current.flush()
        _note(CONSOLE, "create", admin.id, {}, {"email": admin.email, "role": admin.role, "active": True})
        return NewPassword(admin.id, admin.email, password)


def set_role(actor: Actor, staff_id: int, role: Role) -> None:
    """Give a member another role; it counts from the member's next request.

    Raises:
        Refused: the last active admin would stop being one.
    """
    with atomic():
        staff = _locked(staff_id)
        if role is not Role.ADMIN:
            _keep_an_admin(staff)
        before = staff.role
        staff.role = role.value
        _note(actor, "set_role", staff_id, {"role": before}, {"role": role.value})
    _record(actor, "role set", staff_id, role=role.value)


def disable(actor: Actor, staff_id: int) -> None:
    """Shut a member out, from the next request on.

    Raises:
        Refused: the last active admin would be shut out.
    """
    with atomic():
        staff = _locked(staff_id)
        _keep_an_admin(staff)
        before = staff.active
        staff.active = False
        staff.fs_uniquifier = uuid.uuid4().hex
        sessions.end_all(staff.id)
        _note(actor, "disable", staff_id, {"active": before}, {"active": False})
    _record(actor, "disabled", staff_id)


def enable(actor: Actor, staff_id: int) -> None:
    """Let a member in again, with the password as it was."""
    with atomic():
        staff = _locked(staff_id)
        before = staff.active
        staff.active = True
        _forgive(staff)
        _note(actor, "enable", staff_id, {"active": before}, {"active": True})
    _record(actor, "enabled", staff_id)


def set_password(actor: Actor, staff_id: int, password: str) -> None:
    """Give a member a password of one's choosing, and end all sessions.

    Raises:
        InvalidInput: the password is too weak.
    """
    _replace_password(actor, staff_id, password, temporary=False)


def new_password(actor: Actor, staff_id: int) -> NewPassword:
    """Give a member a temporary password, to be replaced at the next sign-in, and end all sessions."""
    password = passwords.generate()
    email = _replace_password(actor, staff_id, password, temporary=True)
    return NewPassword(staff_id, email, password)


def reset_second_factor(actor: Actor, staff_id: int) -> None:
    """Take a member's second factor away, for somebody who has lost the device."""
    with atomic():
        staff = _locked(staff_id)
        before = staff.totp_secret is not None
        second_factor.switch_off(staff)
        sessions.end_all(staff.id)
        _forgive(staff)
        _note(actor, "reset_second_factor", staff_id, {"second_factor": before}, {"second_factor": False})
    _record(actor, "second factor reset", staff_id)


def end_session(actor: Actor, staff_id: int, session_id: int) -> None:
    """End one session of a member."""
    with atomic():
        if sessions.end(_locked(staff_id).id, session_id):
            _note(actor, "end_session", staff_id, {"session": session_id}, {"session": None})
    _record(actor, "session ended", staff_id)


def end_sessions(actor: Actor, staff_id: int) -> None:
    """End all sessions of a member."""
    with atomic():
        staff = _locked(staff_id)
        before = len(sessions.open_sessions(staff.id))
        sessions.end_all(staff.id)
        _note(actor, "end_sessions", staff_id, {"open_sessions": before}, {"open_sessions": 0})
    _record(actor, "all sessions ended", staff_id)


def require_second_factor(actor: Actor, roles: set[Role]) -> None:
    """Require a second factor of exactly these roles; whoever has none sets it up at the next request."""
    with atomic() as current:
        before: dict[str, JsonValue] = {"roles": [*sorted(second_factor.required_roles())]}
        for role in Role:
            row = insert(RolePolicy).values(role=role.value, second_factor_required=role in roles)
            current.execute(
                row.on_conflict_do_update(
                    index_elements=[RolePolicy.role],
                    set_={"second_factor_required": row.excluded.second_factor_required},
                )
            )
        change = Change("staff_policy", "second_factor", before, {"roles": [*sorted(roles)]})
        note("staff.require_second_factor", change, actor)
    _record(actor, "second factor required", None, roles=",".join(sorted(roles)))


def _locked(staff_id: int) -> Staff:
    """The member's row, locked until the transaction ends; the active admins are locked first.

    Whoever changes staff takes the same locks in the same order. So two who would each leave the other as the
    last admin wait for one another, and the second one sees what the first one did.
    """
    session().execute(
        select(Staff.id)
        .where(Staff.role == Role.ADMIN.value, Staff.active)
        .order_by(Staff.id)
        .with_for_update()
    )
    staff = session().get(Staff, staff_id, with_for_update=True, populate_existing=True)
    if staff is None:
        raise Refused("This staff account does not exist.")
    return staff


def _keep_an_admin(staff: Staff) -> None:
    if staff.role != Role.ADMIN.value or not staff.active:
        return
    others = session().scalars(
        select(Staff.id).where(Staff.role == Role.ADMIN.value, Staff.active, Staff.id != staff.id).limit(1)
    )
    if others.first() is None:
        raise Refused(LAST_ADMIN)


def _replace_password(actor: Actor, staff_id: int, password: str, *, temporary: bool) -> str:
    with atomic():
        staff = _locked(staff_id)
        passwords.check_strength(password, email=staff.email)
        staff.password = passwords.hashed(password)
        staff.password_is_temporary = temporary
        staff.fs_uniquifier = uuid.uuid4().hex
        sessions.end_all(staff.id)
        _forgive(staff)
        email = staff.email
        # Whether it is there is all that the log may know of a password.
        _note(actor, "set_password", staff_id, {}, {"password_is_temporary": temporary})
    _record(actor, "password set", staff_id)
    return email


def _forgive(staff: Staff) -> None:
    """Forget failed attempts, so that what was just repaired can be used at once."""
    limits.forgive((ACCOUNT, staff.email), (SECOND_FACTOR, str(staff.id)))


def _note(
    actor: Actor,
    verb: str,
    staff_id: int,
    before: Mapping[str, JsonValue],
    after: Mapping[str, JsonValue],
) -> None:
    """Leave an entry in the audit log, as part of the transaction."""
    note(f"staff.{verb}", Change("staff", str(staff_id), before, after), actor)


def _record(actor: Actor, what: str, staff_id: int | None, **details: str) -> None:
    """Leave a line in the log, once the transaction has held."""
    log.info("staff: %s", what, extra={"actor": actor.label, "staff_id": staff_id, **details})
