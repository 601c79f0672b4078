"""What holds for every command: who may run it, that it happens as a whole or not at all, and its entry."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
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
#: A command that sends more statements than this is stuck, or belongs into the background.
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
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            )
        ).scalars()
        parts = " UNION ALL ".join(
            f"SELECT '{name}', md5(string_agg(one::text, E'\\n' ORDER BY one::text)) FROM {name} one"  # noqa: S608
            for name in tables
        )
        return {name: digest for name, digest in connection.exec_driver_sql(parts) if digest}


@contextmanager
def breaking(statement: int | None) -> Iterator[list[str]]:
    """Let the n-th statement from now on fail, or the commit for None.

    Yields:
        What was broken; empty where it did not come to that.
    """
    broken: list[str] = []
    sent = itertools.count(1)

    def before(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        if next(sent) == statement:
            broken.append(sql)
            raise Broken(sql)

    def at_commit(_connection: object) -> None:
        if statement is None:
            broken.append("COMMIT")
            raise Broken("COMMIT")

    engine = db.engine
    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "commit", at_commit)
    try:
        yield broken
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
def test_who_may_not_neither_previews_nor_runs_it(name: str) -> None:
    given, command = given_of(name), the(name)
    before = contents()
    for role in Role:
        if command.permission in GRANTS[role]:
            continue
        for way in (preview, run):
            with pytest.raises(Forbidden):
                way(command, given, Actor(2, "someone", role))
    assert contents() == before


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("name", NAMES)
def test_a_preview_changes_nothing_and_says_what_would_happen(name: str) -> None:
    given, case = given_of(name), CASES[name]
    before = contents()
    plan = preview(the(name), given, case.actor)
    assert plan.sentence.endswith(".")
    assert plan.change.kind
    assert contents() == before


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("name", NAMES)
def test_it_happens_as_a_whole_or_not_at_all(name: str) -> None:
    given, case, command = given_of(name), CASES[name], the(name)
    earlier = len(entries())
    current_session().remove()
    whole(lambda: run(command, given, case.actor, reason=case.reason))
    (entry,) = entries()[earlier:]
    assert (entry.action, entry.actor, entry.role) == (name, case.actor.label, "admin")
    assert (entry.address, entry.request_id) == (case.actor.address, case.actor.request_id)
    assert entry.input == given.as_json()
    assert faults() == []


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("name", NAMES)
def test_so_does_taking_it_back(name: str) -> None:
    given, case, command = given_of(name), CASES[name], the(name)
    done = run(command, given, case.actor, reason=case.reason).entry_id
    entry = current_session().get_one(AuditEntry, done)
    if inverse_of(entry) is None:
        pytest.skip("nothing takes it back")
    before = contents()
    preview_taking_back(done, case.actor)
    current_session().remove()
    assert contents() == before
    whole(lambda: take_back(done, case.actor, reason="a mistake"))
    assert [one.takes_back for one in entries() if one.id >= done] == [None, done]
    assert faults() == []


def whole(act: Callable[[], object]) -> None:
    """Break what is done at each of its statements and at the end, and then let it be done."""
    before = contents()
    for statement in (None, *range(1, MOST_STATEMENTS + 1)):
        with breaking(statement) as broken:
            try:
                act()
            except Broken:
                pass
            else:
                assert not broken, f"went on after {broken[0]} had failed"
        current_session().remove()
        if not broken:
            assert statement is not None, "nothing was committed"
            after = contents()
            assert after["dashboard.audit_log"] != before.get("dashboard.audit_log")
            return
        left = contents()
        changed = [table for table in {*left, *before} if left.get(table) != before.get(table)]
        assert not changed, f"left in {changed} after {broken[0]}"
    pytest.fail(f"sends more than {MOST_STATEMENTS} statements")
