"""The commands on jobs: cancel one, and try a failed one again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from delula.access.permissions import Permission
from delula.commands import Change, Command, Given, Plan, occasion, register
from delula.db import AnyRow, session
from delula.errors import Forbidden, InvalidInput, Refused
from delula.jobs import queries
from delula.jobs.queries import State
from delula.work import Promise, task_named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.access.actor import Actor
    from delula.models import JsonValue

_CANCEL = text("SELECT jobs.procrastinate_cancel_job_v1(:id, true, false)")
_RETRY = text("SELECT jobs.procrastinate_retry_job_v2(:id, now(), NULL, NULL, NULL)")


@dataclass(frozen=True, kw_only=True)
class ChosenJob(Given):
    """Which job."""

    job_id: int


def is_for(job: AnyRow, actor: Actor) -> bool:
    """Whether a person may cancel a job: whoever has started it, and who manages all of them."""
    return actor.may(Permission.JOBS_MANAGE) or (
        actor.may(Permission.JOBS_CANCEL) and job.asked_by == actor.label
    )


def why_not_cancel(job: AnyRow) -> str:
    """Why a job cannot be cancelled; empty where it can."""
    if job.state not in {State.WAITING, State.RUNNING}:
        return "Only a job that waits or runs can be cancelled."
    return "It is being cancelled already." if job.abort_requested else ""


def why_not_retry(job: AnyRow) -> str:
    """Why a job cannot be tried again; empty where it can."""
    if job.state != State.FAILED:
        return "Only a failed job can be tried again."
    return "" if task_named(job.task_name) else "The console no longer knows this task."


class Cancel(Command[ChosenJob]):
    """Keeps a waiting job from being done, and stops a running one at its next step."""

    name = "jobs.cancel"
    title = "Cancel the job"
    permission = Permission.JOBS_CANCEL
    given = ChosenJob
    is_dangerous = True

    def plan(self, given: ChosenJob, *, lock: bool) -> Plan:
        """What becomes of the job."""
        job, actor = _found(given.job_id, lock=lock), occasion().actor
        if not is_for(job, actor):
            raise Forbidden(Permission.JOBS_MANAGE)
        if reason := why_not_cancel(job):
            raise Refused(reason)
        runs = job.state == State.RUNNING
        after = "stopping" if runs else State.CANCELLED.value
        return Plan(
            f"Cancel job {job.id}.",
            Change("job", str(job.id), {"state": job.state}, {"state": after}),
            version=job.state,
            warnings=("It stops at its next step; what its steps have done stays.",) if runs else (),
        )

    def write(self, given: ChosenJob, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the id says it all
        """Ask the queue for it."""
        session().execute(_CANCEL, {"id": given.job_id})
        return {}


class Retry(Command[ChosenJob]):
    """Queues a failed job again, at once."""

    name = "jobs.retry"
    title = "Try again"
    permission = Permission.JOBS_MANAGE
    given = ChosenJob

    def plan(self, given: ChosenJob, *, lock: bool) -> Plan:
        """What becomes of the job."""
        job = _found(given.job_id, lock=lock)
        if reason := why_not_retry(job):
            raise Refused(reason)
        task = task_named(job.task_name)
        doubtful = task is not None and task.promise is Promise.AT_MOST_ONCE
        return Plan(
            f"Try job {job.id} again.",
            Change("job", str(job.id), {"state": job.state}, {"state": State.WAITING.value}),
            version=f"{job.state} {job.attempts}",
            warnings=("It may have been done already; trying again may do it twice.",) if doubtful else (),
        )

    def write(self, given: ChosenJob, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the id says it all
        """Ask the queue for it."""
        session().execute(_RETRY, {"id": given.job_id})
        return {}


CANCEL, RETRY = register(Cancel()), register(Retry())


def _found(job_id: int, *, lock: bool) -> AnyRow:
    job = queries.find(job_id, lock=lock)
    if job is None:
        raise InvalidInput("job_id", "There is no such job.")
    return job
