"""Notes about users: where they are shown, who may write and remove them, and that a form writes one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from delula.access.actor import COMMAND_LINE, Actor
from delula.access.permissions import Role
from delula.commands import run, take_back
from delula.db import session as current_session
from delula.errors import InvalidInput, Refused
from delula.users import notes, queries
from delula.users.notes import NewNote, OneNote
from tests.commands.test_pages import hidden
from tests.commands.test_run import all_at_once, entries
from tests.consoles import FRAGMENT, Console, console_on
from tests.generations.reading import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

ADMIN = Actor(1, "ann@example.com", Role.ADMIN)
SUPPORT = Actor(2, "sam@example.com", Role.SUPPORT)
OTHER = Actor(3, "kim@example.com", Role.SUPPORT)


@pytest.fixture
def user(app: Flask) -> Iterator[None]:
    with app.app_context():
        current_session().execute(text("INSERT INTO users (id, handle) VALUES ('u', 'ann')"))
        current_session().commit()
        yield


@pytest.fixture(scope="module")
def noted(make_database: Callable[..., str], upgraded_templates: dict[str, str]) -> Iterator[Console]:
    """A console on a live database in which two users have notes."""
    with console_on(make_database(upgraded_templates["documented"])) as console:
        console.sql(
            "INSERT INTO dashboard.user_note (key, user_id, body, author, staff_id, removed_at) VALUES"
            " ('a', 'u-ann', E'<b>asked</b>\\ntwice', 'kim', 99, NULL),"
            " ('b', 'u-ann', 'gone', 'kim', 99, now()),"
            " ('c', 'gone-user', 'left us', 'kim', 99, NULL)"
        )
        yield console


def bodies(user_id: str = "u") -> list[str]:
    return [note.body for note in queries.notes_of(user_id)]


def write(body: str = "asked twice", key: str = "k", actor: Actor = SUPPORT) -> Any:
    return run(notes.add, NewNote(user_id="u", body=body, key=key), actor)


@pytest.mark.usefixtures("user")
def test_a_note_is_written_removed_and_brought_back_with_an_entry_each() -> None:
    receipt = write(" first\r\nsecond ")
    assert bodies() == ["first\nsecond"]
    removed = take_back(receipt.entry_id, SUPPORT)
    assert bodies() == []
    take_back(removed.entry_id, SUPPORT)
    assert bodies() == ["first\nsecond"]
    assert [entry.action for entry in entries()] == ["notes.add", "notes.remove", "notes.restore"]
    assert {(entry.object_kind, entry.object_id) for entry in entries()} == {("user", "u")}


@pytest.mark.usefixtures("user")
def test_only_its_author_and_admins_remove_a_note() -> None:
    write()
    with pytest.raises(Refused, match="Only who wrote"):
        run(notes.remove, OneNote(note="k"), OTHER)
    assert bodies() == ["asked twice"]
    run(notes.remove, OneNote(note="k"), ADMIN)
    with pytest.raises(Refused, match="Only who wrote"):
        run(notes.restore, OneNote(note="k"), OTHER)
    with pytest.raises(Refused, match="removed already"):
        run(notes.remove, OneNote(note="k"), SUPPORT)
    run(notes.restore, OneNote(note="k"), SUPPORT)
    with pytest.raises(Refused, match="not removed"):
        run(notes.restore, OneNote(note="k"), SUPPORT)


@pytest.mark.usefixtures("user")
def test_the_same_form_writes_one_note_and_with_another_text_none() -> None:
    first, second = write(), write()
    assert (second.is_repeated, second.entry_id) == (True, first.entry_id)
    with pytest.raises(Refused, match="sent before"):
        write("something else")
    assert bodies() == ["asked twice"]
    assert len(entries()) == 1


@pytest.mark.usefixtures("user")
def test_the_command_line_writes_as_often_as_it_is_told() -> None:
    receipts = [write(key="", actor=COMMAND_LINE) for _ in range(2)]
    assert bodies() == ["asked twice"] * 2
    with pytest.raises(Refused, match="cannot be undone"):
        take_back(receipts[0].entry_id, ADMIN)


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize("body", ["", " \n ", "x" * 4_001, "a\x07b", "a\0b"])
def test_a_note_that_cannot_be_kept_is_refused_by_its_field(body: str) -> None:
    with pytest.raises(InvalidInput) as found:
        write(body)
    assert found.value.field == "body"
    assert entries() == []


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize("key", ["gone", "a\0b"])
def test_a_note_or_user_that_is_not_there_is_said(key: str) -> None:
    with pytest.raises(Refused, match="no such note"):
        run(notes.remove, OneNote(note=key), ADMIN)
    with pytest.raises(Refused, match="no such user"):
        run(notes.add, NewNote(user_id=key, body="x"), ADMIN)


def test_a_form_that_is_sent_twice_at_once_writes_one_note(committing_app: Flask) -> None:
    with committing_app.app_context():
        current_session().execute(text("INSERT INTO users (id) VALUES ('u')"))
        current_session().commit()
    repeated: list[bool] = []

    def send(_: int) -> None:
        with committing_app.app_context():
            repeated.append(write().is_repeated)

    all_at_once(send, 6)
    assert sorted(repeated) == [False, True, True, True, True, True]
    with committing_app.app_context():
        assert bodies() == ["asked twice"]


@pytest.mark.parametrize("role", Role)
def test_notes_are_read_by_all_and_written_by_some(noted: Console, role: Role) -> None:
    page = noted.as_role(role).get("/users/u-ann/notes", headers=FRAGMENT)
    assert page.status_code == 200
    assert "&lt;b&gt;asked&lt;/b&gt;\ntwice" in page.text
    assert "gone" not in page.text
    assert "<html" not in page.text
    assert ("/commands/notes.add" in page.text) is (role in {Role.ADMIN, Role.SUPPORT})
    assert ("/commands/notes.remove" in page.text) is (role is Role.ADMIN)  # it is Kim's


def test_notes_of_a_user_who_is_gone_are_still_read(noted: Console) -> None:
    page = noted.admin.get("/users/gone-user/notes")
    assert "left us" in page.text
    assert "<html" in page.text
    for odd in ("~", "none-such", "%00"):
        assert noted.admin.get(f"/users/{odd}/notes").status_code in {200, 404}


def test_all_that_belongs_to_a_user_leads_to_the_notes(noted: Console) -> None:
    paths = ["/users/u-ann"]
    for area, table, prefix in (
        ("generations", "generations", ""),
        ("assets", "user_assets", "user-"),
        ("credits", "credit_transactions", ""),
        ("samples", "recipe_samples", ""),
    ):
        found = noted.sql(f"SELECT id FROM {table} WHERE user_id = 'u-ann' ORDER BY id LIMIT 1")  # noqa: S608
        assert found, table
        paths.append(f"/{area}/{prefix}{found[0][0]}")
    for path in paths:
        assert 'hx-get="/users/u-ann/notes?back=' in noted.viewer.get(path).text, path


def test_a_note_is_written_on_its_form_and_leads_back(noted: Console) -> None:
    known = {"user_id": "u-guest", "back": "/generations/1"}
    page = noted.admin.get("/commands/notes.add", query_string=known, follow_redirects=True)
    form = hidden(page.text)
    done = noted.admin.post("/commands/notes.add", data=form | {"body": "called today"})
    assert (done.status_code, done.location) == (303, "/generations/1")
    shown = noted.admin.get("/users/u-guest/notes?back=//evil.test").text
    assert "called today" in " ".join(words(shown).split())
    assert re.search(r"/commands/notes\.remove\?back=%2Fusers%2F&amp;note=", shown)
