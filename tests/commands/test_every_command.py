"""What holds for every command: who may run it, that it happens as a whole or not at all, and its entry."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, select, text

import delula.areas  # noqa: F401 - whose commands are then known
from delula.access.actor import Actor
from delula.access.permissions import GRANTS, MEANINGS, Permission, Role
from delula.commands import (
    Given,
    command_named,
    commands,
    inverse_of,
    preview,
    preview_taking_back,
    run,
    take_back,
)
from delula.commands.verify import faults
from delula.db import db
from delula.db import session as current_session
from delula.errors import Forbidden
from delula.models import AuditEntry
from tests.commands.cases import CASES
from tests.commands.renaming import Rename

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from delula.commands import Command

NAMES = [*commands(), Rename.name]
#: A command that sends more statements than this belongs into the background.
MOST_STATEMENTS = 60

pytestmark = [pytest.mark.usefixtures("rename")]


class Broken(Exception):
    """What the tests break a command with."""


@pytest.fixture
def in_app(committing_app: Flask) -> Iterator[None]:
    with committing_app.app_context():
        yield


def the(name: str) -> Command[Any]:
    """The command of that name."""
    command = command_named(name)
    assert command is not None
    return command


def contents() -> dict[str, str]:
    """What every table of the database holds, by its name, in few words."""
    with db.engine.connect() as connection:
        tables = connection.execute(
            text(
                # A table without a page is empty: only the others are read.
                "SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND pg_relation_size(oid) > 0"
                " AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')"
            )
        ).scalars()
        parts = " UNION ALL ".join(
            f"SELECT '{name}', md5(string_agg(one::text, E'\\n' ORDER BY one::text)) FROM {name} one"  # noqa: S608
            for name in tables
        )
        return {name: digest for name, digest in connection.exec_driver_sql(parts) if digest}


@dataclass
class Attempt:
    """Something that is broken on its way: after how many statements, and at which."""

    sent: int = 0
    broken: str = ""


@contextmanager
def breaking(statement: int | None) -> Iterator[Attempt]:
    """Let the n-th statement from now on fail, or the commit for None."""
    attempt = Attempt()

    def before(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        attempt.sent += 1
        if attempt.sent == statement:
            attempt.broken = sql
            raise Broken(sql)

    def at_commit(_connection: object) -> None:
        if statement is None:
            attempt.broken = "COMMIT"
            raise Broken("COMMIT")

    engine = db.engine
    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "commit", at_commit)
    try:
        yield attempt
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "commit", at_commit)


def entries() -> list[AuditEntry]:
    return list(current_session().scalars(select(AuditEntry).order_by(AuditEntry.id)))


def given_of(name: str) -> Given:
    """The input of a case, with its rows made; from then on nothing is kept in the session."""
    given = CASES[name].given()
    current_session().remove()
    return given


def test_every_command_has_a_case() -> None:
    assert set(NAMES) - set(CASES) == set(), "add a sample to tests/commands/cases.py"
    assert set(CASES) - set(NAMES) == set(), "these commands do not exist"


@pytest.mark.parametrize("name", NAMES)
def test_a_command_says_what_it_is(name: str) -> None:
    command = the(name)
    assert command.title[0].isupper()
    assert not command.title.endswith(".")
    assert "." in name
    assert command.permission in MEANINGS
    assert command.permission not in {Permission.PUBLIC, Permission.SIGNED_IN}
    fields = set(command.given.__dataclass_fields__)
    assert {one.name for one in command.fields} <= fields


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("name", NAMES)
def test_a_command_keeps_its_promises(name: str) -> None:
    """One test, so that one database serves them all: there are many commands."""
    given, case, command = given_of(name), CASES[name], the(name)
    before = contents()
    who_may_not_neither_previews_nor_runs_it(command, given)
    a_preview_says_what_would_happen(command, given)
    entry = it_happens_as_a_whole_or_not_at_all(command, given, before)
    if inverse_of(entry) is not None:
        so_does_taking_it_back(entry.id, case.actor)


def who_may_not_neither_previews_nor_runs_it(command: Command[Any], given: Given) -> None:
    for role in Role:
        if command.permission in GRANTS[role]:
            continue
        for way in (preview, run):
            with pytest.raises(Forbidden):
                way(command, given, Actor(2, "someone", role))


def a_preview_says_what_would_happen(command: Command[Any], given: Given) -> None:
    plan = preview(command, given, CASES[command.name].actor)
    assert plan.sentence.endswith(".")
    assert plan.change.kind
    current_session().remove()


def it_happens_as_a_whole_or_not_at_all(
    command: Command[Any], given: Given, before: dict[str, str]
) -> AuditEntry:
    case, earlier = CASES[command.name], len(entries())
    current_session().remove()
    whole(lambda: run(command, given, case.actor, reason=case.reason), before)
    (entry,) = entries()[earlier:]
    assert (entry.action, entry.actor, entry.role) == (command.name, case.actor.label, "admin")
    assert (entry.address, entry.request_id) == (case.actor.address, case.actor.request_id)
    assert entry.input == given.as_json()
    assert faults() == []
    return entry


def so_does_taking_it_back(done: int, actor: Actor) -> None:
    current_session().remove()
    before = contents()
    preview_taking_back(done, actor)
    current_session().remove()
    whole(lambda: take_back(done, actor, reason="a mistake"), before)
    assert [one.takes_back for one in entries() if one.id >= done] == [None, done]
    assert faults() == []


def whole(act: Callable[[], object], before: dict[str, str]) -> None:
    """Break what is done at the end and at each of its statements, and then let it be done.

    Args:
        act: does it.
        before: what the tables held before anything of it was tried, previews and refusals included.
    """
    statements = broken_at(act, None)
    assert statements <= MOST_STATEMENTS
    for statement in range(1, statements + 1):
        broken_at(act, statement)
    # What any of them, or a preview, had left would still be there.
    left = contents()
    changed = [table for table in {*left, *before} if left.get(table) != before.get(table)]
    assert not changed, f"left in {changed} by one of {statements} broken attempts"
    act()
    current_session().remove()


def broken_at(act: Callable[[], object], statement: int | None) -> int:
    """Let the n-th statement fail, or the commit for None; how many statements were sent."""
    with breaking(statement) as attempt:
        try:
            act()
        except Broken:
            pass
        else:
            pytest.fail(f"went on after {attempt.broken or 'nothing'} had failed")
    current_session().remove()
    return attempt.sent
