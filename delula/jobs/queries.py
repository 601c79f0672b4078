"""Every question that the pages of jobs ask of the database."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Integer,
    MetaData,
    Table,
    Text,
    case,
    cast,
    func,
    select,
    text,
)

from delula.db import AnyRow, session
from delula.models import LARGEST_OWN_ID
from delula.work.sweep import DEAD_AFTER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.lists import ListState

#: The queue's own table; its shape belongs to procrastinate, so it is no model of the console.
TABLE = Table(
    "procrastinate_jobs",
    MetaData(),
    Column("id", BigInteger, primary_key=True),
    Column("task_name", Text),
    Column("queue_name", Text),
    Column("status", Text),
    Column("scheduled_at", DateTime(timezone=True)),
    Column("attempts", Integer),
    schema="jobs",
)
JOBS = TABLE.c

_EVENTS = Table(
    "procrastinate_events",
    MetaData(),
    Column("job_id", BigInteger),
    Column("at", DateTime(timezone=True)),
    schema="jobs",
)
#: When a job was queued: its first event.
CREATED = select(func.min(_EVENTS.c.at)).where(_EVENTS.c.job_id == JOBS.id).correlate(TABLE).scalar_subquery()


class State(StrEnum):
    """What becomes of a job, in the words of the console."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


STATE = case(
    (cast(JOBS.status, Text) == "todo", State.WAITING.value),
    (cast(JOBS.status, Text) == "doing", State.RUNNING.value),
    (cast(JOBS.status, Text) == "succeeded", State.DONE.value),
    (cast(JOBS.status, Text) == "failed", State.FAILED.value),
    else_=State.CANCELLED.value,
)

_ROW = """
    SELECT job.id, job.task_name, job.queue_name, job.attempts, job.scheduled_at, job.abort_requested,
        CASE job.status::text WHEN 'todo' THEN 'waiting' WHEN 'doing' THEN 'running'
            WHEN 'succeeded' THEN 'done' WHEN 'failed' THEN 'failed' ELSE 'cancelled' END AS state,
        progress.done, progress.total, progress.began_at, progress.began_done, progress.updated_at,
        progress.asked_by, progress.object_kind, progress.object_id,
        (SELECT min(at) FROM jobs.procrastinate_events WHERE job_id = job.id) AS queued_at,
        (SELECT max(at) FROM jobs.procrastinate_events WHERE job_id = job.id AND at <= now()) AS changed_at,
        (SELECT error FROM dashboard.job_attempt WHERE job_id = job.id ORDER BY number DESC LIMIT 1) AS error
    FROM jobs.procrastinate_jobs job LEFT JOIN dashboard.job_progress progress ON progress.job_id = job.id
    WHERE job.id = ANY(:ids)"""
_ROWS, _LOCKED = text(_ROW), text(f"{_ROW} FOR UPDATE OF job")
_ATTEMPTS = text("""
    SELECT number, began_at, ended_at, outcome, error, trace FROM dashboard.job_attempt
    WHERE job_id = :id ORDER BY number DESC LIMIT 50""")
# That of a job which is tried again is the error of the attempt before.
_LAST_OF = text("""
    SELECT job.id, job.status = 'failed' AS is_given_up, job.scheduled_at,
        (SELECT error FROM dashboard.job_attempt WHERE job_id = job.id ORDER BY number DESC LIMIT 1) AS error
    FROM dashboard.job_progress progress JOIN jobs.procrastinate_jobs job ON job.id = progress.job_id
    WHERE progress.object_kind = :kind AND progress.object_id = :object AND job.task_name = :task
    ORDER BY job.id DESC LIMIT 1""")
_HEALTH = text("""
    SELECT
        (SELECT count(*) FROM jobs.procrastinate_workers
         WHERE last_heartbeat > now() - make_interval(secs => :seconds)) AS workers,
        (SELECT count(*) FROM jobs.procrastinate_jobs WHERE status = 'todo') AS waiting,
        (SELECT count(*) FROM jobs.procrastinate_jobs WHERE status = 'doing') AS running,
        (SELECT count(*) FROM jobs.procrastinate_jobs WHERE status = 'failed') AS failed""")


def list_rows(ids: Sequence[int], state: ListState) -> Sequence[AnyRow]:  # noqa: ARG001 - a loader's shape
    """What the list shows of these jobs, in this order."""
    if not ids:
        return []
    rows: dict[int, Any] = {row.id: row for row in session().execute(_ROWS, {"ids": list(ids)})}
    return [rows[id_] for id_ in ids if id_ in rows]


def find(id_: int, *, lock: bool = False) -> AnyRow | None:
    """One job.

    Args:
        id_: which; an id that no column holds is that of no job.
        lock: keep everybody else from changing it until the transaction ends.
    """
    if not 0 < id_ <= LARGEST_OWN_ID:
        return None
    return session().execute(_LOCKED if lock else _ROWS, {"ids": [id_]}).one_or_none()


def attempts_at(id_: int) -> Sequence[AnyRow]:
    """The attempts at a job, the last one first."""
    return session().execute(_ATTEMPTS, {"id": id_}).all()


def last_of(task: str, kind: str, object_id: str) -> AnyRow | None:
    """The newest job of a task about an object; None where there was none, or it is forgotten by now.

    Args:
        task: its name.
        kind: of the object, as the audit log names it.
        object_id: which of them.

    Returns:
        Its `id`; the `error` of its last attempt, None where that went well or is at work; whether that was
        the last, `is_given_up`; else the next one, `scheduled_at`.
    """
    return session().execute(_LAST_OF, {"task": task, "kind": kind, "object": object_id}).one_or_none()


def health() -> AnyRow:
    """How many workers are alive, and how many jobs wait, run and have failed."""
    return session().execute(_HEALTH, {"seconds": DEAD_AFTER}).one()
