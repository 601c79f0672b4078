from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from delula.access.actor import COMMAND_LINE, Actor
from delula.access.permissions import Role
from delula.commands import Conflict, inverse_of, preview, registry, run, take_back
from delula.commands.verify import faults, verify
from delula.db import db
from delula.db import session as current_session
from delula.errors import Forbidden, InvalidInput, Refused
from delula.models import AuditEntry
from tests.commands.renaming import NewHandle, Rename

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from sqlalchemy import Connection

ANN = Actor(1, "ann@example.com", Role.ADMIN, 7, "127.0.0.1", "request-1")


APPENDED = text(
    "INSERT INTO dashboard.audit_log (actor, action, object_kind, object_id, before, after, input)"
    " VALUES ('ann', 'users.edit', 'user', 'u', '{}', '{}', '{}')"
)
#: An entry behind the last one, with everything that its hash covers.
FORGED = """
INSERT INTO dashboard.audit_log OVERRIDING SYSTEM VALUE
SELECT (jsonb_populate_record(forged, jsonb_build_object('hash', dashboard.audit_hash(forged)))).*
FROM dashboard.audit_log last, jsonb_populate_record(
    last, jsonb_build_object('id', last.id + 1, 'place', last.place + 1, 'previous', last.hash)) forged
WHERE last.place = 3
"""


@pytest.fixture
def in_app(committing_app: Flask) -> Iterator[Flask]:
    """A console with one user, in whose context the test runs."""
    with committing_app.app_context():
        current_session().execute(text("INSERT INTO users (id, handle) VALUES ('u', 'old')"))
        current_session().commit()
        yield committing_app


def new(handle: str = "new", **more: str) -> NewHandle:
    return NewHandle(user_id="u", handle=handle, **more)


def handle() -> str:
    return str(current_session().execute(text("SELECT handle FROM users WHERE id = 'u'")).scalar_one())


def entries() -> list[AuditEntry]:
    return list(current_session().scalars(select(AuditEntry).order_by(AuditEntry.day, AuditEntry.place)))


def all_at_once(work: Callable[[int], Any], count: int) -> None:
    """Run work(0) … work(count - 1) in threads."""
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.usefixtures("in_app")
def test_a_preview_says_what_would_happen_and_does_nothing(rename: Rename) -> None:
    assert preview(rename, new(), ANN).change.after == {"handle": "new"}
    assert handle() == "old"
    assert entries() == []


@pytest.mark.usefixtures("in_app")
def test_a_run_leaves_exactly_one_entry_that_says_who_what_and_why(rename: Rename) -> None:
    receipt = run(rename, new(), ANN, reason="  asked for  ")
    assert handle() == "new"
    assert receipt.details == {"was": "old"}
    (entry,) = entries()
    assert entry.id == receipt.entry_id
    assert (entry.staff_id, entry.actor, entry.role, entry.session_id) == (1, "ann@example.com", "admin", 7)
    assert (entry.address, entry.request_id) == ("127.0.0.1", "request-1")
    assert (entry.action, entry.object_kind, entry.object_id) == ("users.rename_for_tests", "user", "u")
    assert (entry.before, entry.after, entry.reason) == ({"handle": "old"}, {"handle": "new"}, "asked for")
    assert entry.input == {"user_id": "u", "handle": "new"}


@pytest.mark.usefixtures("in_app")
def test_what_breaks_half_way_leaves_nothing(rename: Rename, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rename, "fails", True)
    with pytest.raises(RuntimeError):
        run(rename, new(), ANN)
    assert handle() == "old"
    assert entries() == []


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("role", [Role.MODERATOR, Role.SUPPORT, Role.VIEWER])
@pytest.mark.parametrize("way", [preview, run])
def test_who_may_not_neither_previews_nor_runs(rename: Rename, role: Role, way: Callable[..., Any]) -> None:
    with pytest.raises(Forbidden, match=r"staff\.manage"):
        way(rename, new(), Actor(2, "someone", role))
    assert handle() == "old"


@pytest.mark.usefixtures("in_app")
def test_a_stale_version_is_a_conflict_that_shows_what_is_there_now(rename: Rename) -> None:
    with pytest.raises(Conflict) as found:
        run(rename, new(version="older"), ANN)
    assert found.value.change.before == {"handle": "old"}
    assert found.value.change.after == {"handle": "new"}
    assert handle() == "old"


@pytest.mark.usefixtures("in_app")
def test_an_entry_can_be_taken_back_once_and_so_can_that(rename: Rename) -> None:
    receipt = run(rename, new(), ANN)
    undone = take_back(receipt.entry_id, ANN, reason="a mistake")
    assert handle() == "old"
    assert entries()[1].takes_back == receipt.entry_id
    with pytest.raises(Refused, match="already"):
        take_back(receipt.entry_id, ANN)
    take_back(undone.entry_id, ANN)
    assert handle() == "new"


@pytest.mark.usefixtures("in_app")
def test_taking_back_what_has_changed_since_is_a_conflict(rename: Rename) -> None:
    receipt = run(rename, new(), ANN)
    current_session().execute(text("UPDATE users SET handle = 'newer'"))
    current_session().commit()
    with pytest.raises(Conflict):
        take_back(receipt.entry_id, ANN)
    assert handle() == "newer"


@pytest.mark.usefixtures("in_app")
def test_what_has_no_inverse_cannot_be_taken_back(rename: Rename) -> None:
    receipt = run(rename, new(), ANN)
    del registry._COMMANDS[rename.name]
    assert inverse_of(entries()[0]) is None
    with pytest.raises(Refused, match="cannot be undone"):
        take_back(receipt.entry_id, ANN)
    with pytest.raises(InvalidInput):
        take_back(99, ANN)


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("reason", ["x" * 2_001, "a\0b", " "])
def test_a_reason_that_cannot_be_kept_is_refused_by_name(
    rename: Rename, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Rename, "needs_reason", True)
    with pytest.raises(InvalidInput, match="reason"):
        run(rename, new(), ANN, reason=reason)
    assert entries() == []


def test_of_those_who_take_back_at_once_one_does_it(rename: Rename, in_app: Flask) -> None:
    receipt = run(rename, new(), ANN)
    current_session().remove()
    outcomes: list[str] = []

    def undo(_: int) -> None:
        with in_app.app_context():
            try:
                take_back(receipt.entry_id, ANN)
                outcomes.append("done")
            except Refused:
                outcomes.append("refused")

    all_at_once(undo, 4)
    assert sorted(outcomes) == ["done", "refused", "refused", "refused"]


def test_entries_written_at_once_form_one_chain(rename: Rename, in_app: Flask) -> None:
    def write(number: int) -> None:
        with in_app.app_context():
            for turn in range(5):
                run(rename, new(f"{number}-{turn}"), COMMAND_LINE)

    all_at_once(write, 6)
    found = entries()
    assert len(found) == 30
    assert [entry.previous for entry in found[1:]] == [entry.hash for entry in found[:-1]]
    assert [entry.at for entry in found] == sorted(entry.at for entry in found)
    assert faults() == []


@pytest.mark.usefixtures("in_app")
def test_the_chain_goes_on_over_midnight_whoever_is_slow(rename: Rename) -> None:
    run(rename, new(), ANN)
    engine = db.engine
    with engine.connect() as owner, owner.begin():
        chain = owner.execute(
            text("SELECT pg_get_functiondef('dashboard.audit_chain'::regproc)")
        ).scalar_one()
        told = chain.replace("clock_timestamp()", "current_setting('test.now')::timestamptz")
        owner.exec_driver_sql(told)

    def append(connection: Connection, now: str) -> None:
        connection.execute(text("SELECT set_config('test.now', :now, false)"), {"now": now})
        connection.execute(APPENDED)

    with engine.connect() as slow, engine.connect() as quick:
        append(slow, "2999-01-01 23:59:59Z")
        waits = threading.Thread(target=lambda: (append(quick, "2999-01-02 00:00:01Z"), quick.commit()))
        waits.start()
        waits.join(0.5)
        assert waits.is_alive(), "nobody appends while another one does"
        slow.commit()
        waits.join()
        append(slow, "2999-01-01 23:59:59Z")
        slow.commit()
    assert [str(entry.day) for entry in entries()[1:]] == ["2999-01-01", "2999-01-02", "2999-01-02"]
    assert faults() == []


def test_the_end_of_the_log_is_held_against_what_was_kept_elsewhere(rename: Rename, in_app: Flask) -> None:
    for number in range(2):
        run(rename, new(str(number)), ANN)
    kept = verify().last
    current_session().execute(text("SET LOCAL session_replication_role = replica"))
    current_session().execute(text("DELETE FROM dashboard.audit_log WHERE place = 2"))
    noted = "UPDATE dashboard.audit_day SET entries = 1, hash = (SELECT hash FROM dashboard.audit_log)"
    current_session().execute(text(noted))
    current_session().commit()
    assert verify().faults == []
    assert not verify(kept).has_expected
    runner = in_app.test_cli_runner()
    assert runner.invoke(args=["audit", "verify"]).exit_code == 0
    assert runner.invoke(args=["audit", "verify", "--expect", kept]).exit_code == 1


def test_of_two_that_wait_for_one_another_both_are_done_in_the_end(rename: Rename, in_app: Flask) -> None:
    """The product locks another row first, and then the one that the command holds."""
    current_session().execute(text("INSERT INTO users (id, handle) VALUES ('v', 'other')"))
    current_session().commit()
    with in_app.app_context():
        engine = db.engine
    product = engine.connect()
    product.execute(text("SELECT FROM users WHERE id = 'v' FOR UPDATE"))
    waits: list[threading.Thread] = []

    def hold_the_other_too(*_: object) -> None:
        if waits:
            return
        ask = "SET LOCAL deadlock_timeout = '10s'; SELECT FROM users WHERE id = 'u' FOR UPDATE"
        waits.append(threading.Thread(target=lambda: (product.exec_driver_sql(ask), product.commit())))
        waits[0].start()
        current_session().execute(text("SELECT FROM users WHERE id = 'v' FOR UPDATE"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rename, "recorded", hold_the_other_too, raising=False)
        run(rename, new(), ANN)
    waits[0].join()
    product.close()
    assert handle() == "new"
    assert len(entries()) == 1


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE dashboard.audit_log SET actor = 'nobody'",
        "DELETE FROM dashboard.audit_log",
        "TRUNCATE dashboard.audit_log CASCADE",
        "DELETE FROM dashboard.audit_day",
        "TRUNCATE dashboard.audit_day",
        "UPDATE dashboard.audit_day SET hash = ''",
        "INSERT INTO dashboard.audit_day (day, entries, hash) VALUES ('2999-01-01', 0, '')",
    ],
)
def test_not_even_the_owner_of_the_log_changes_it(rename: Rename, statement: str) -> None:
    run(rename, new(), ANN)
    with db.engine.connect() as connection, pytest.raises(DBAPIError, match="append-only") as found:
        connection.execute(text(statement))
    assert isinstance(found.value.orig, InsufficientPrivilege)


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize(
    ("tampering", "says"),
    [
        ("UPDATE dashboard.audit_log SET reason = 'nothing' WHERE place = 2", {"was altered"}),
        ("DELETE FROM dashboard.audit_log WHERE place = 2", {"follows a gap"}),
        ("DELETE FROM dashboard.audit_log WHERE place = 3", {"has lost its last entries"}),
        ("DELETE FROM dashboard.audit_log", {"has lost its last entries"}),
        (FORGED, {"has entries that are not noted"}),
        ("DELETE FROM dashboard.audit_day", {"is not noted"}),
    ],
)
def test_tampering_past_the_triggers_is_detected(rename: Rename, tampering: str, says: set[str]) -> None:
    for number in range(3):
        run(rename, new(str(number)), ANN)
    assert faults() == []
    current_session().execute(text("SET LOCAL session_replication_role = replica"))
    current_session().execute(text(tampering))
    current_session().commit()
    assert says <= {fault.text for fault in faults()}
