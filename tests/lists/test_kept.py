"""What is counted over a whole table is kept for as long as counting it was dear, for each database apart."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from delula.lists import kept
from delula.lists.kept import LONGEST, SHARE, Kept

if TYPE_CHECKING:
    from collections.abc import Callable


class _Database:
    """Stands for an engine: something that can be told from others."""


class _World:
    """A clock and a database that tests set.

    Attributes:
        now: seconds on the clock.
        database: the one that this request asks.
        counted: how often something was counted.
        takes: seconds that counting takes.
    """

    def __init__(self) -> None:
        self.now, self.takes, self.counted = 1000.0, 0.5, 0
        self.database = _Database()

    def get_bind(self) -> _Database:
        return self.database

    def count(self) -> int:
        self.counted += 1
        self.now += self.takes
        return self.counted


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> _World:
    found = _World()
    monkeypatch.setattr(kept, "session", lambda: found)
    monkeypatch.setattr(kept, "monotonic", lambda: found.now)
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


def _started(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread
