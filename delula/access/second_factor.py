"""The second factor: time-based codes (TOTP, by Flask-Security), each usable once, and recovery codes."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from functools import cache
from typing import Any, cast

import segno
from flask_security import Totp
from passlib.exc import TokenError, UsedTokenError
from sqlalchemy import delete, insert, or_, select, update

from delula.config import current_settings
from delula.db import session
from delula.models.staff import RecoveryCode, RolePolicy, Staff

log = logging.getLogger("delula.access")

ISSUER = "Delula console"
#: A code counts this many seconds before and after its own half minute: clocks differ, and typing takes time.
TOLERANCE_SECONDS = 30
RECOVERY_CODES = 10


class _OneUseTotp(Totp):
    """Accepts each code once, also when two requests bring it at the same moment."""

    def get_last_counter(self, user: Any) -> int | None:
        counter: int | None = user.totp_last_counter
        return counter

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        # The condition decides, not the value read before: the second of two requests changes no row.
        used = session().execute(
            update(Staff)
            .where(
                Staff.id == user.id,
                or_(Staff.totp_last_counter.is_(None), Staff.totp_last_counter < tmatch.counter),
            )
            .values(totp_last_counter=tmatch.counter)
            .returning(Staff.id)
        )
        if used.scalar_one_or_none() is None:
            raise UsedTokenError


@cache
def _totp(secret_key: str) -> _OneUseTotp:
    # A key of its own: what encrypts the secrets must not be what signs cookies.
    key = hmac.new(secret_key.encode(), b"secrets of the second factor", hashlib.sha256).hexdigest()
    return _OneUseTotp({1: key}, ISSUER)


def _factory() -> _OneUseTotp:
    return _totp(current_settings().secret_key)


def new_secret() -> str:
    """A new secret, encrypted: fit for the database and for the signed cookie of the set-up page."""
    return str(_factory().generate_totp_secret())


def readable(secret: str) -> bool:
    """Whether `secret` can still be decrypted; not after `SECRET_KEY` has changed."""
    try:
        _factory().get_totp_b32_key(secret)
    except (ValueError, KeyError, TokenError):
        return False
    return True


def typed_key(secret: str) -> str:
    """The secret for typing into an app, in groups of four."""
    return str(_factory().get_totp_pretty_key(secret))


def qr_code(secret: str, email: str) -> str:
    """The secret as a QR code: a data URI of an SVG picture, dark on white in either theme."""
    code = segno.make(_factory().get_totp_uri(email, secret), error="m")
    return str(code.svg_data_uri(scale=5, border=4, light="#fff"))


def accepts(staff: Staff, code: str, secret: str | None = None) -> bool:
    """Whether `code` is right and unused; uses it up, as part of the caller's transaction.

    Args:
        staff: whose code it is.
        code: six digits; spaces do not matter.
        secret: the secret that is being set up; the person's own where absent.
    """
    secret = secret or staff.totp_secret
    digits = "".join(code.split())
    if secret is None or not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return False
    if not readable(secret):
        log.error("second factor cannot be decrypted; was SECRET_KEY changed?", extra={"staff_id": staff.id})
        return False
    return bool(_factory().verify_totp(digits, secret, cast("Any", staff), window=TOLERANCE_SECONDS))


def new_recovery_codes(staff_id: int) -> list[str]:
    """Replace the recovery codes and return the new ones; only their hashes are kept."""
    # 80 bits each: guessing them from the hash is hopeless, so a fast hash does.
    drawn = [secrets.token_hex(10) for _ in range(RECOVERY_CODES)]
    codes = ["-".join(code[start : start + 5] for start in range(0, 20, 5)) for code in drawn]
    session().execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    session().execute(
        insert(RecoveryCode), [{"staff_id": staff_id, "code_hash": _hash(code)} for code in codes]
    )
    return codes


def use_recovery_code(staff_id: int, code: str) -> bool:
    """Whether `code` is an unused recovery code; uses it up, as part of the caller's transaction."""
    used = session().execute(
        delete(RecoveryCode)
        .where(RecoveryCode.staff_id == staff_id, RecoveryCode.code_hash == _hash(code))
        .returning(RecoveryCode.staff_id)
    )
    return used.scalar_one_or_none() is not None


def recovery_codes_left(staff_id: int) -> int:
    """How many recovery codes the person has not used."""
    codes = session().scalars(select(RecoveryCode.code_hash).where(RecoveryCode.staff_id == staff_id))
    return len(codes.all())


def switch_on(staff: Staff, secret: str) -> list[str]:
    """Give the person the second factor whose code has just been accepted; returns recovery codes."""
    staff.totp_secret = secret
    return new_recovery_codes(staff.id)


def switch_off(staff: Staff) -> None:
    """Take the second factor away, with its recovery codes; part of the caller's transaction."""
    staff.totp_secret = None
    staff.totp_last_counter = None
    session().execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff.id))


def required_roles() -> set[str]:
    """The roles whose people must have a second factor."""
    return set(session().scalars(select(RolePolicy.role).where(RolePolicy.second_factor_required)))


def _hash(code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
