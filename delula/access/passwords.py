"""Passwords: which ones are good enough, and hashing them with argon2id (by Flask-Security)."""

from __future__ import annotations

import secrets
import unicodedata
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from flask_security.utils import hash_password, verify_password

from delula.errors import InvalidInput, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST = 12
#: Longer ones only keep the processor busy.
LONGEST = 256
#: Fewer different characters than this, beside well-known words, are a pattern and not a password.
LEAST_VARIETY = 5

#: What people type first when twelve characters are asked for; what is left without these must still vary.
TRIVIAL = (
    "password", "passwort", "passphrase", "letmein", "welcome", "qwertyuiop", "qwerty", "asdfghjkl",
    "administrator", "admin", "changeme", "secret", "delula", "console", "iloveyou", "abcdefghijkl",
    "1234567890", "0123456789", "987654321", "123456",
)  # fmt: skip

#: One hash takes a good part of a core and 64 MiB, so a flood of attempts must not run them all at once.
_AT_ONCE = BoundedSemaphore(2)
_LONGEST_WAIT_SECONDS = 2.0


class Busy(Refused):
    """Too many passwords are being examined at this moment."""

    def __init__(self) -> None:
        super().__init__("Too many passwords are being examined at this moment. Try again in a few seconds.")


def normalise(password: str) -> str:
    """One form for a password whichever keyboard typed it (Unicode NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check_strength(password: str, *, email: str, field: str = "password") -> None:
    """Refuse a password that a guesser would try.

    Raises:
        InvalidInput: names `field` and says what is wrong.
    """
    password = normalise(password)
    if len(password) < SHORTEST:
        raise InvalidInput(field, f"A password needs at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise InvalidInput(field, f"A password has at most {LONGEST} characters.")
    rest = password.lower()
    own = [word for word in (email.lower(), email.lower().partition("@")[0]) if len(word) >= LEAST_VARIETY]
    for word in (*own, *TRIVIAL):
        rest = rest.replace(word, "")
    if len(set(rest)) < LEAST_VARIETY:
        raise InvalidInput(field, "That password is among the first that a guesser tries.")


def generate() -> str:
    """A new password of 120 random bits, for showing once."""
    return "-".join(secrets.token_hex(3) for _ in range(5))


def hashed(password: str) -> str:
    """The argon2id hash of a password, with its parameters and salt."""
    with _turn():
        result: str = hash_password(normalise(password))
        return result


def matches(password: str, stored: str | None) -> bool:
    """Whether `password` belongs to the hash `stored`.

    None stands for an account that does not exist; it costs the same time.

    Raises:
        Busy: no processor time can be spared.
    """
    # A password longer than may be set belongs to nobody; its hash is made from the part that counts.
    candidate = normalise(password[: LONGEST + 1])
    with _turn():
        return bool(verify_password(candidate, stored or _stand_in())) and stored is not None


@cache
def _stand_in() -> str:
    result: str = hash_password(secrets.token_hex())
    return result


@contextmanager
def _turn() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=_LONGEST_WAIT_SECONDS):
        raise Busy
    try:
        yield
    finally:
        _AT_ONCE.release()
