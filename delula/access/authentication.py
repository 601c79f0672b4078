"""Telling who somebody is: password, then second factor. Knows nothing of HTTP."""

from __future__ import annotations

import logging
import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import func, select

from delula.access import clock, limits, passwords, second_factor, sessions
from delula.access.limits import ACCOUNT, ADDRESS, SECOND_FACTOR, TooManyAttempts
from delula.db import atomic, session
from delula.errors import InvalidInput
from delula.models.staff import Staff

log = logging.getLogger("delula.access")

#: Longest address that mail can be sent to (RFC 5321, 4.5.3.1.3, less the angle brackets).
LONGEST_EMAIL = 254
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class Wrong(Exception):
    """What was given is not right; which part of it is never said."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A person whose password was right.

    Attributes:
        fs_uniquifier: changes when the password does, so that what was begun before then ends.
        needs_code: whether a second factor has to follow.
    """

    staff_id: int
    fs_uniquifier: str
    needs_code: bool


def normalise_email(email: str) -> str:
    """One form for an address, however it was typed or pasted: lower case, NFKC, nothing invisible."""
    normal = unicodedata.normalize("NFKC", email).lower()
    return "".join(letter for letter in normal if letter.isprintable()).strip()


def normalise_name(name: str) -> str:
    """A name on one line, without the control characters that PostgreSQL refuses."""
    return " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in name).split())


def check_email(email: str, field: str = "email") -> str:
    """The normalised address, if it looks like one.

    Raises:
        InvalidInput: it does not.
    """
    email = normalise_email(email)
    if len(email) > LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        raise InvalidInput(field, "That is not an e-mail address.")
    return email


def check_password(email: str, password: str, address: str | None) -> Recognised:
    """Recognise a person by e-mail and password.

    The attempt is counted before any hash is computed; an account that does not exist, or is disabled, costs
    the same time and gives the same answer.

    Raises:
        Wrong: unknown, disabled, or the wrong password.
        TooManyAttempts: too many failures for this account or from this address.
        passwords.Busy: too many attempts by others at this moment.
    """
    email = normalise_email(email)
    here = (ADDRESS, limits.address_group(address))
    account = (ACCOUNT, email)
    try:
        limits.claim(account, here)
    except TooManyAttempts as error:
        # Who is meant stands in the lines of the attempts before this wait; it is not worth another query.
        extra = {"address": address, "seconds": error.seconds}
        log.warning("sign-in refused: too many attempts", extra=extra)
        raise
    known = (
        session()
        .execute(
            select(Staff.id, Staff.password, Staff.active, Staff.fs_uniquifier, Staff.totp_secret).where(
                func.lower(Staff.email) == email
            )
        )
        .one_or_none()
    )
    if not passwords.matches(password, known.password if known else None) or not known or not known.active:
        # Only an id that we know is logged: people type passwords into the wrong field.
        extra = {"staff_id": known.id if known else None, "address": address}
        log.warning("sign-in refused: not recognised", extra=extra)
        raise Wrong
    with atomic():
        limits.forgive(account)
        limits.give_back(*here)
    return Recognised(known.id, known.fs_uniquifier, needs_code=known.totp_secret is not None)


def confirm_password(staff_id: int, password: str, address: str | None) -> None:
    """Check the password of somebody who is signed in already, with the same limits.

    Raises:
        Wrong, TooManyAttempts, passwords.Busy: as `check_password`.
    """
    email = session().scalars(select(Staff.email).where(Staff.id == staff_id)).one()
    check_password(email, password, address)


def check_code(staff_id: int, code: str, address: str | None) -> None:
    """Check the second factor: a code of the app, or a recovery code. Uses it up.

    Raises:
        Wrong: neither, or used before.
        TooManyAttempts: too many failures for this person.
    """
    subject = (SECOND_FACTOR, str(staff_id))
    about = {"staff_id": staff_id, "address": address}
    try:
        limits.claim(subject)
    except TooManyAttempts as error:
        log.warning("second factor refused: too many attempts", extra={**about, "seconds": error.seconds})
        raise
    with atomic() as current:
        staff = current.get_one(Staff, staff_id)
        by_app = second_factor.accepts(staff, code)
        accepted = by_app or second_factor.use_recovery_code(staff_id, code)
        if accepted:
            limits.forgive(subject)
    if not accepted:
        log.warning("second factor refused: not right", extra=about)
        raise Wrong
    if not by_app:
        log.warning("recovery code used", extra=about)


def begin_session(
    staff_id: int, *, address: str | None, browser: str, earlier_token: str | None
) -> tuple[str, bool]:
    """Open a session for a person who has been recognised; see `sessions.start`."""
    with atomic() as current:
        token, same_person = sessions.start(
            staff_id, address=address or "", browser=browser, earlier_token=earlier_token
        )
        current.get_one(Staff, staff_id).last_sign_in_at = clock.utc_now()
    log.info("signed in", extra={"staff_id": staff_id, "address": address})
    return token, same_person
