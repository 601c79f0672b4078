"""What can be done in the background, by name, and how it is queued."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import text

from delula.commands.context import occasion
from delula.db import session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from delula.models import JsonValue

#: Seconds before the second attempt; each later one waits four times as long, up to an hour.
FIRST_WAIT, LONGEST_WAIT = 10, 3600


class Promise(StrEnum):
    """How often work is done when workers die in the midst of it."""

    #: All it writes is in this database, in one transaction that also notes that it is done.
    EXACTLY_ONCE = "exactly_once"
    #: Doing it again does no harm; long work goes on where its last step ended.
    AT_LEAST_ONCE = "at_least_once"
    #: Doing it again would do harm, so it is never repeated but by a person.
    AT_MOST_ONCE = "at_most_once"


_TASKS: dict[str, Task] = {}

# The function, rather than an INSERT, is the interface of the queue.
_DEFER = text("""
    SELECT unnest(jobs.procrastinate_defer_jobs_v1(ARRAY[ROW(
        'console', CAST(:task AS text), 0, CAST(:lock AS text), NULL,
        CAST(:arguments AS jsonb), NULL)::jobs.procrastinate_job_to_defer_v1]))""")
#: A run that waits and has not begun: as long as its row is locked here, no worker begins it.
_WAITING = text("""
    SELECT id FROM jobs.procrastinate_jobs
    WHERE task_name = :task AND status = 'todo' AND scheduled_at IS NULL AND args = '{}'::jsonb
    ORDER BY id LIMIT 1 FOR SHARE SKIP LOCKED""")
_ABOUT = text("""
    INSERT INTO dashboard.job_progress (job_id, asked_by, object_kind, object_id)
    VALUES (:job, :asked_by, :kind, :id)""")


@dataclass(frozen=True)
class Changed:
    """One thing that a job has changed.

    Attributes:
        kind: as the audit log names it.
        id: which of them.
        name: in words.
        before: what stood there, in words.
        after: what stands there since.
    """

    kind: str
    id: str
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Outcome:
    """What came of a job, as its page tells it.

    Attributes:
        sentence: all of it in words.
        number: things that it has changed.
        changed: the first of them.
    """

    sentence: str
    number: int
    changed: Sequence[Changed]


@dataclass(frozen=True)
class Task:
    """One kind of background work; declaring it makes it known.

    Attributes:
        name: `area.verb`; unique.
        title: what the page of jobs calls it.
        work: does it; is given the run and the arguments it was queued with.
        promise: how often it is done when workers die.
        attempts: how often it is tried in all; once where a repetition would do harm.
        every: cron expression in UTC at which it is queued by itself, unless it waits already.
        alone: whether no two of it run at once.
        outcome: what came of a job, by its id and how much it has done; None where there is nothing to tell.
    """

    name: str
    title: str
    work: Callable[..., None]
    promise: Promise
    attempts: int = 5
    every: str | None = None
    alone: bool = False
    outcome: Callable[[int, int], Outcome] | None = None

    def __post_init__(self) -> None:
        """Make it known.

        Raises:
            ValueError: another one bears its name, or it may be done once and would be tried more often.
        """
        if self.name in _TASKS:
            raise ValueError(f"There are two tasks called {self.name}.")
        if self.promise is Promise.AT_MOST_ONCE and self.attempts != 1:
            raise ValueError(f"{self.name} must not be repeated.")
        _TASKS[self.name] = self

    def defer(self, arguments: Mapping[str, JsonValue], about: tuple[str, str] = ("", "")) -> int:
        """Queue it within the transaction at hand: it is done if and only if that commits.

        Args:
            arguments: of `work`, as JSON.
            about: kind and id of the object that it is done to, as the audit log names it.

        Returns:
            The id of the job.
        """
        current = session()
        lock = self.name if self.alone else None
        values = {"task": self.name, "lock": lock, "arguments": json.dumps(dict(arguments))}
        job: int = current.scalars(_DEFER, values).one()
        kind, id_ = about
        who = occasion().actor.label
        current.execute(_ABOUT, {"job": job, "asked_by": who, "kind": kind or None, "id": id_ or None})
        return job

    def ensure(self, about: tuple[str, str]) -> None:
        """Have it done once the transaction at hand has committed, for work that does all there is to do.

        A run that waits already will do: it begins no sooner than that.

        Args:
            about: as `defer` takes it, for a run of its own.
        """
        if session().scalar(_WAITING, {"task": self.name}) is None:
            self.defer({}, about)

    def wait_after(self, attempts: int) -> int:
        """Seconds before the next attempt, after so many."""
        return min(FIRST_WAIT * int(4 ** max(attempts - 1, 0)), LONGEST_WAIT)


def task_named(name: str) -> Task | None:
    """The task of that name."""
    return _TASKS.get(name)


def tasks() -> Mapping[str, Task]:
    """All of them by name."""
    return _TASKS
