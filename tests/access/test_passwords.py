from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from delula.access import passwords
from delula.access.sign_in import _argon2_cost
from delula.config import Environment, Settings
from delula.errors import InvalidInput

if TYPE_CHECKING:
    from flask import Flask

EMAIL = "ada.lovelace@example.com"


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "elevenchars",
        "x" * 257,
        EMAIL,
        EMAIL.upper(),
        "ada.lovelace",
        "ada.lovelace1",
        "password1234",
        "Password!Password!",
        "aaaaaaaaaaaa",
        "abababababab",
        "123456789012",
        "qwertyuiop12",
        "delula-admin-2026",
        " " * 12,
    ],
)
def test_what_a_guesser_tries_is_no_password(password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        passwords.check_strength(password, email=EMAIL)
    assert refused.value.field == "password"


@pytest.mark.parametrize(
    "password", ["correct horse battery", "x7!kQ-92mzPw", "крепкий пароль", "password for ada K9?"]
)
def test_anything_hard_to_guess_is_one(password: str) -> None:
    passwords.check_strength(password, email=EMAIL)


def test_generated_passwords_are_good_enough_and_never_the_same() -> None:
    made = {passwords.generate() for _ in range(100)}
    assert len(made) == 100
    for password in made:
        passwords.check_strength(password, email=EMAIL)


def test_a_hash_is_argon2id_and_fits_only_its_password(app: Flask) -> None:
    with app.app_context():
        stored = passwords.hashed("correct horse battery")
        assert stored.startswith("$argon2id$")
        assert passwords.matches("correct horse battery", stored)
        assert not passwords.matches("correct horse batterY", stored)
        assert not passwords.matches("correct horse battery", None)


def test_one_password_typed_on_two_keyboards_is_the_same(app: Flask) -> None:
    with app.app_context():
        assert passwords.matches("cafe\u0301 du monde", passwords.hashed("caf\u00e9 du monde"))


def test_only_tests_hash_cheaply() -> None:
    for environment in (Environment.PRODUCTION, Environment.DEVELOPMENT):
        settings = Settings(database_url="", secret_key="", environment=environment)
        assert _argon2_cost(settings)["argon2__memory_cost"] >= 65536
