"""What is counted over a whole table is kept for as long as counting it was dear, for each database apart."""

from __future__ import annotations

import threading
from queue import Queue
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from delula.db import beside_this_request, session
from delula.lists import kept
from delula.lists.kept import LONGEST, SHARE, WORTH_WAITING, Kept

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.consoles import Console


class _Database:
    """Stands for an engine: something that can be told from others."""


class _World:
    """A clock and a database that tests set.

    Attributes:
        now: seconds on the clock.
        database: the one that this request asks.
        counted: how often something was counted.
        takes: seconds that counting takes.
        beside: what is to be done beside the requests.
    """

    def __init__(self) -> None:
        self.now, self.takes, self.counted = 1000.0, 0.5, 0
        self.database = _Database()
        self.beside: list[Callable[[], object]] = []

    def count(self) -> int:
        self.counted += 1
        self.now += self.takes
        return self.counted


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> _World:
    found = _World()
    monkeypatch.setattr(kept, "database", lambda: found.database)
    monkeypatch.setattr(kept, "once_a_request", lambda _key, find: find())
    monkeypatch.setattr(kept, "beside_this_request", found.beside.append)
    monkeypatch.setattr(kept, "monotonic", lambda: found.now)
    monkeypatch.setattr(kept, "WORTH_WAITING", WORTH_WAITING)
    return found


def test_it_is_counted_anew_once_that_is_cheap(world: _World) -> None:
    figure = Kept(world.count)
    assert figure.get() == 1
    world.now += SHARE * world.takes - 1
    assert figure.get() == 1
    world.now += 2
    assert figure.get() == 2


def test_nothing_is_kept_longer_than_the_longest_time(world: _World) -> None:
    world.takes = 10
    figure = Kept(world.count)
    figure.get()
    world.now += LONGEST + 1
    assert figure.get() == 2


def test_one_request_sees_one_count(world: _World, monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[object, object] = {}

    def once(key: object, find: Callable[[], object]) -> object:
        if key not in known:
            known[key] = find()
        return known[key]

    monkeypatch.setattr(kept, "once_a_request", once)
    figure, other = Kept(world.count), Kept(world.count)
    assert (figure.get(), other.get()) == (1, 2)
    world.now += 2 * LONGEST
    assert (figure.get(), other.get()) == (1, 2)
    known.clear()
    assert figure.get() == 3


def test_with_a_stamp_nobody_waits_for_what_is_counted_anew_beside_the_page(world: _World) -> None:
    world.takes = 0.1
    figure = Kept(world.count, lambda: "the same")
    figure.get()
    world.now += SHARE * world.takes + 1
    assert (figure.get(), figure.get()) == (1, 1)
    [count] = world.beside
    count()
    assert figure.get() == 2


def test_what_staff_have_changed_is_counted_before_it_is_shown(world: _World) -> None:
    stamps = iter(["before", "after"])
    figure = Kept(world.count, lambda: next(stamps))
    assert (figure.get(), figure.get()) == (1, 2)
    assert not world.beside


@pytest.mark.parametrize(
    ("takes", "later"),
    [(WORTH_WAITING / 2, LONGEST / 2), (1.0, LONGEST + 1)],
    ids=["what is counted quickly", "what is older than a minute"],
)
def test_with_a_stamp_too_one_waits_for(world: _World, takes: float, later: float) -> None:
    world.takes = takes
    figure = Kept(world.count, lambda: "the same")
    figure.get()
    world.now += later
    assert figure.get() == 2
    assert not world.beside


def test_a_count_beside_the_page_that_fails_is_tried_again(world: _World) -> None:
    world.takes = 0.1

    def fail_once() -> int:
        if world.count() == 2:
            raise OperationalError("SELECT", {}, Exception())
        return world.counted

    figure = Kept(fail_once, lambda: "the same")
    figure.get()
    world.now += SHARE * world.takes + 1
    for _ in range(2):
        assert figure.get() == 1
        world.beside.pop()()
    assert figure.get() == 3


def test_two_databases_are_not_mixed_up(world: _World) -> None:
    figure = Kept(world.count)
    first = world.database
    assert figure.get() == 1
    world.database = _Database()
    assert figure.get() == 2
    world.database = first
    assert figure.get() == 1


def test_what_was_changed_is_counted_at_once(world: _World) -> None:
    figure = Kept(world.count)
    figure.get()
    figure.forget()
    assert figure.get() == 2


def test_a_count_that_fails_is_tried_again(world: _World) -> None:
    def fail() -> int:
        world.count()
        raise RuntimeError

    figure = Kept(fail)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            figure.get()
    assert world.counted == 2


def test_nobody_waits_while_somebody_counts_anew(world: _World) -> None:
    counting, done = threading.Event(), threading.Event()

    def slowly() -> int:
        if world.counted:
            counting.set()
            assert done.wait(10)
        return world.count()

    figure = Kept(slowly)
    assert figure.get() == 1
    world.now += 2 * LONGEST
    other = _started(figure.get)
    assert counting.wait(10)
    assert figure.get() == 1
    done.set()
    other.join(10)
    assert figure.get() == 2


def test_beside_a_request_the_database_is_asked_in_a_session_of_its_own(live_console: Console) -> None:
    found: Queue[int] = Queue()
    with live_console.app.app_context():
        beside_this_request(lambda: found.put(session().scalars(text("SELECT 42")).one()))
        assert found.get(timeout=10) == 42


def _started(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread
