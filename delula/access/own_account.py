"""What a member of staff may do to the own account: every write of the account pages."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from delula.access import limits, passwords, second_factor, sessions
from delula.access.authentication import Wrong, normalise_name
from delula.access.limits import SECOND_FACTOR
from delula.db import atomic, session
from delula.errors import InvalidInput, Refused
from delula.models.staff import Staff

if TYPE_CHECKING:
    from delula.access.actor import Actor


def _me(actor: Actor) -> Staff:
    """The actor's own row, locked until the transaction ends."""
    return session().get_one(Staff, actor.staff_id, with_for_update=True)


def rename(actor: Actor, name: str) -> None:
    """Change the actor's name; one that only has spaces is none."""
    with atomic():
        _me(actor).name = normalise_name(name)


def change_password(actor: Actor, password: str) -> str:
    """Replace the actor's password and end all sessions; returns the new `fs_uniquifier`.

    Raises:
        InvalidInput: the password is too weak, or the same as before.
    """
    staff = session().get_one(Staff, actor.staff_id)
    passwords.check_strength(password, email=staff.email)
    if passwords.matches(password, staff.password):
        raise InvalidInput("password", "That is the password that you have already.")
    hashed = passwords.hashed(password)
    with atomic():
        staff = _me(actor)
        staff.password = hashed
        staff.password_is_temporary = False
        staff.fs_uniquifier = uuid.uuid4().hex
        sessions.end_all(staff.id)
        return staff.fs_uniquifier


def switch_second_factor_on(actor: Actor, secret: str, code: str) -> list[str]:
    """Set the second factor up with its first code; returns the recovery codes.

    Raises:
        Wrong: the code does not fit the secret.
        limits.TooManyAttempts: too many wrong codes.
        Refused: there is a second factor already.
    """
    subject = (SECOND_FACTOR, str(actor.staff_id))
    limits.claim(subject)
    with atomic():
        staff = _me(actor)
        if staff.totp_secret is not None:
            raise Refused("Your second factor is on already.")
        if not second_factor.accepts(staff, code, secret):
            raise Wrong
        limits.forgive(subject)
        return second_factor.switch_on(staff, secret)


def switch_second_factor_off(actor: Actor) -> None:
    """Take the actor's second factor away.

    Raises:
        Refused: the role requires one.
    """
    with atomic():
        staff = _me(actor)
        if staff.role in second_factor.required_roles():
            raise Refused("Your role requires a second factor.")
        second_factor.switch_off(staff)


def new_recovery_codes(actor: Actor) -> list[str]:
    """Replace the actor's recovery codes.

    Raises:
        Refused: there is no second factor to recover.
    """
    with atomic():
        staff = _me(actor)
        if staff.totp_secret is None:
            raise Refused("Recovery codes belong to a second factor, and yours is off.")
        return second_factor.new_recovery_codes(staff.id)


def end_session(actor: Actor, session_id: int) -> None:
    """End one of the actor's sessions; nothing happens to anybody else's."""
    with atomic():
        sessions.end(_me(actor).id, session_id)


def end_sessions(actor: Actor) -> None:
    """End all of the actor's sessions."""
    with atomic():
        sessions.end_all(_me(actor).id)
