"""What a user's page offers to do, and the form of an edit from its opening to its conflict."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from delula.access.permissions import Role
from delula.web.lists import in_path
from tests.commands.test_pages import hidden
from tests.consoles import FRAGMENT, Console, console_on
from tests.generations.reading import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient

EDIT = "/commands/users.edit"


@pytest.fixture(scope="module")
def changing(make_database: Callable[..., str], upgraded_templates: dict[str, str]) -> Iterator[Console]:
    """A console on a live database of this file, whose tests change rows of their own."""
    with console_on(make_database(upgraded_templates["documented"])) as console:
        console.sql(
            "INSERT INTO users (id, handle, email, account_type, session_token) VALUES"
            " ('m', 'mo', 'mo@example.org', 3, 'token-m'), ('n', 'no', NULL, 2, NULL)"
        )
        yield console


def offers(client: FlaskClient, id_: str) -> dict[str, str | None]:
    """The lines of the menu: the command that each leads to, or None where it is disabled."""
    page = client.get(f"/users/{in_path(id_)}")
    assert page.status_code == 200
    menu = page.text.partition('id="user-actions"')[2].partition("</details>")[0]
    lines = re.findall(r'<(?:a|button) class="menu-item.*?</(?:a|button)>', menu, re.DOTALL)
    hrefs = [re.search(r'href="/commands/([^?]*)', line) for line in lines]
    return {" ".join(words(line).split()): href and href[1] for line, href in zip(lines, hrefs, strict=True)}


def test_all_that_is_possible_leads_to_its_command(changing: Console) -> None:
    assert offers(changing.admin, "m") == {
        "Edit user": "users.edit",
        "Change account type": "users.set_type",
        "Change access role": "users.set_role",
        "Sign out of the product": "users.revoke_session",
    }


def test_what_is_not_possible_says_why(changing: Console) -> None:
    shown = offers(changing.admin, "n")
    assert shown["Sign out of the product (This user has no session in the product.)"] is None
    assert [line for line in shown if line.startswith("Change account type (A registered user needs")]
    assert list(offers(changing.admin, "system_backlog").values()) == [None] * 4


@pytest.mark.parametrize(
    ("role", "possible"),
    [
        (Role.SUPPORT, {"users.edit", "users.set_type", "users.revoke_session"}),
        (Role.MODERATOR, set()),
        (Role.VIEWER, set()),
    ],
)
def test_a_role_is_offered_what_it_may(changing: Console, role: Role, possible: set[str]) -> None:
    shown = offers(changing.as_role(role), "m")
    assert set(shown.values()) - {None} == possible
    denied = [line for line, command in shown.items() if command is None]
    assert all("This needs the permission users." in line for line in denied)
    assert len(denied) == 4 - len(possible)


def test_every_user_of_a_live_database_has_a_menu_and_a_form(changing: Console) -> None:
    for (id_,) in changing.sql("SELECT id FROM users"):
        assert len(offers(changing.admin, id_)) == 4
        for command in ("edit", "set_role", "set_type", "revoke_session"):
            page = changing.admin.get(f"/commands/users.{command}", query_string={"user_id": id_})
            assert page.status_code == 200


def open_edit(client: FlaskClient) -> dict[str, str]:
    page = client.get(EDIT, query_string={"user_id": "m", "back": "/users/m"})
    assert page.status_code == 200
    controls = re.findall(r'<input id="input-\w+"\s+name="(\w+)".*?value="([^"]*)"', page.text, re.DOTALL)
    return hidden(page.text) | {name: unescape(value) for name, value in controls}


def test_the_form_starts_with_what_is_stored_and_complains_of_nothing(changing: Console) -> None:
    changing.sql("UPDATE users SET handle = 'mo', first_name = NULL WHERE id = 'm'")
    form = open_edit(changing.admin)
    assert (form["handle"], form["email"], form["first_name"]) == ("mo", "mo@example.org", "")
    page = changing.admin.get(EDIT, query_string={"user_id": "m"})
    assert 'role="alert"' not in page.text


def test_a_stale_edit_shows_all_three_states_even_after_a_preview(changing: Console) -> None:
    changing.sql("UPDATE users SET handle = 'mo', first_name = NULL WHERE id = 'm'")
    form = open_edit(changing.admin) | {"first_name": "Mine", "reason": "asked for"}
    changing.sql("UPDATE users SET first_name = 'Theirs' WHERE id = 'm'")
    look = changing.admin.post(f"{EDIT}/preview", data=form, headers=FRAGMENT)
    assert 'name="version"' not in look.text
    page = changing.admin.post(EDIT, data=form)
    assert page.status_code == 409
    shown = " ".join(words(page.text).split())
    assert "First name \N{EM DASH} Theirs Mine" in shown
    assert 'value="Mine"' in page.text
    assert changing.sql("SELECT first_name FROM users WHERE id = 'm'") == [("Theirs",)]
    again = changing.admin.post(EDIT, data=form | hidden(page.text))
    assert (again.status_code, again.location) == (303, "/users/m")
    assert changing.sql("SELECT first_name FROM users WHERE id = 'm'") == [("Mine",)]


def test_what_the_person_left_alone_is_not_put_back_over_a_colleague(changing: Console) -> None:
    changing.sql("UPDATE users SET handle = 'mo', first_name = 'First', last_name = NULL WHERE id = 'm'")
    form = open_edit(changing.admin) | {"first_name": "Mine"}
    changing.sql("UPDATE users SET last_name = 'Theirs' WHERE id = 'm'")
    page = changing.admin.post(EDIT, data=form)
    assert page.status_code == 409
    shown = " ".join(words(page.text).split())
    assert "Last name \N{EM DASH} Theirs You left it alone" in shown
    assert "First name First First Mine" in shown
    again = changing.admin.post(EDIT, data=form | {"last_name": "Theirs"} | hidden(page.text))
    assert 'value="Theirs"' in page.text
    assert again.status_code == 303
    assert changing.sql("SELECT first_name, last_name FROM users WHERE id = 'm'") == [("Mine", "Theirs")]


def test_what_cannot_be_a_handle_is_named_and_kept(changing: Console) -> None:
    page = changing.admin.post(EDIT, data=open_edit(changing.admin) | {"handle": "a b"})
    assert page.status_code == 422
    assert 'value="a b"' in page.text
    assert "It takes letters, digits" in page.text


def test_an_edit_asks_for_the_password_where_it_was_given_long_ago(changing: Console) -> None:
    client, form = changing.admin, open_edit(changing.admin)
    changing.sql("UPDATE dashboard.staff_session SET confirmed_at = now() - interval '1 hour'")
    try:
        page = client.post(EDIT, data=form | {"handle": "newer"})
        assert page.status_code == 303
        assert page.location.startswith("/account/confirm")
    finally:
        changing.sql("UPDATE dashboard.staff_session SET confirmed_at = now()")
    assert changing.sql("SELECT count(*) FROM users WHERE handle = 'newer'") == [(0,)]
