from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from delula import create_app
from tests.access.steps import PASSWORD, sign_in
from tests.conftest import dispose, settings_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result
    from flask import Flask

    from delula.models.staff import Staff

NEW = "a quite different phrase"


@pytest.fixture
def staff(app: Flask) -> Callable[..., Result]:
    """`staff("list")` runs `flask staff list`."""
    return lambda *words, typed=None: app.test_cli_runner().invoke(args=["staff", *words], input=typed)


def test_an_account_is_created_and_can_sign_in_at_once(app: Flask, staff: Callable[..., Result]) -> None:
    result = staff(
        "create", "Ada@Example.com", "--role", "admin", "--name", "Ada", "--password-stdin", typed=PASSWORD
    )
    assert (result.exit_code, result.output) == (0, "ada@example.com can sign in as admin.\n")
    client = app.test_client()
    assert sign_in(client, "ada@example.com").status_code == 303
    assert client.get("/account/").status_code == 200, "the password was chosen, so it need not be replaced"


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\nsecond line\n"])
def test_the_password_is_the_first_line(ending: str, app: Flask, staff: Callable[..., Result]) -> None:
    staff("create", "a@example.com", "--role", "viewer", "--password-stdin", typed=PASSWORD + ending)
    assert sign_in(app.test_client(), "a@example.com").status_code == 303


@pytest.mark.parametrize(
    ("words", "typed", "message"),
    [
        (("create", "nonsense", "--role", "admin"), PASSWORD, "That is not an e-mail address."),
        (("create", "a@b", "--role", "admin"), "short", "A password needs at least 12 characters."),
        (("create", "a@b", "--role", "admin"), "", "A password needs at least 12 characters."),
        (("create", "a@b", "--role", "admin"), "password1234", "among the first that a guesser tries"),
        (("set-password", "nobody@b"), PASSWORD, "There is no staff account with the e-mail address"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    words: tuple[str, ...], typed: str, message: str, staff: Callable[..., Result]
) -> None:
    result = staff(*words, "--password-stdin", typed=typed)
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["disable", "enable", "reset-2fa", "end-sessions"])
def test_nobody_cannot_be_changed(command: str, staff: Callable[..., Result]) -> None:
    result = staff(command, "nobody@example.com")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1


def test_a_password_is_never_taken_from_the_command_line(staff: Callable[..., Result]) -> None:
    assert staff("create", "a@example.com", "--role", "admin").exit_code == 2


def test_the_life_of_an_account(
    app: Flask, staff: Callable[..., Result], staff_member: Callable[..., Staff]
) -> None:
    staff_member()
    email = staff_member().email
    assert staff("set-role", email.upper(), "--role", "support").exit_code == 0
    assert staff("disable", email).exit_code == 0
    assert sign_in(app.test_client(), email).status_code == 422
    listed = next(line for line in staff("list").output.splitlines() if line.startswith(email))
    assert listed.split() == [email, "support", "disabled", "password", "only"]
    assert staff("enable", email).exit_code == 0
    assert staff("set-password", email, "--password-stdin", typed=NEW).exit_code == 0
    assert sign_in(app.test_client(), email, NEW).status_code == 303
    assert staff("reset-2fa", email).exit_code == 0
    assert staff("end-sessions", email).exit_code == 0


def test_the_last_admin_is_safe_from_the_command_line_too(staff: Callable[..., Result]) -> None:
    made = staff("first-admin", "root@example.com").output.split()
    assert made[0] == "root@example.com"
    assert staff("first-admin").output == ""
    for words in (("disable",), ("set-role", "--role", "viewer")):
        result = staff(words[0], "root@example.com", *words[1:])
        assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
        assert "last active admin" in result.stderr


@pytest.mark.parametrize("words", [("list",), ("first-admin",), ("disable", "a@example.com")])
def test_a_database_that_is_not_prepared_says_what_to_do(words: tuple[str, ...], database_url: str) -> None:
    app = create_app(settings_for(database_url))
    result = app.test_cli_runner().invoke(args=["staff", *words])
    dispose(app)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: Run `flask db upgrade` first")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    ["staff list", "schema check", "rollups refresh", "audit verify", "demo", "command tags.hide id=1"],
)
def test_a_database_that_is_away_is_named_as_the_cause(words: str) -> None:
    app = create_app(settings_for("postgresql://nobody@127.0.0.1:1/none"))
    result = app.test_cli_runner().invoke(args=words.split())
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "DATABASE_URL names cannot be reached" in result.stderr


def test_an_empty_console_says_how_to_begin(staff: Callable[..., Result]) -> None:
    assert "flask staff create" in staff("list").output
