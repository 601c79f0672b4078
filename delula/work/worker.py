"""The process that does the work: `flask jobs work`."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from sqlalchemy.engine import make_url

from delula.db import CONVENTIONS, as_options
from delula.errors import Forbidden, InvalidInput, Refused
from delula.work.run import Stopped, perform
from delula.work.sweep import DEAD_AFTER, HEARTBEATS, sweep
from delula.work.task import tasks

if TYPE_CHECKING:
    from flask import Flask
    from procrastinate import JobContext
    from procrastinate.jobs import Job

    from delula.work.task import Task

log = logging.getLogger("delula.work")

QUEUE = "console"
#: Jobs at once in one worker.
AT_ONCE = 4
#: Seconds that a worker which is told to end leaves to its jobs; those with steps end at the next one.
GRACE = 10.0
#: Seconds between two looks for jobs of dead workers.
SWEEP_PAUSE = 5.0


class BackOff(BaseRetryStrategy):
    """Tries again, ever later, what may work then; what a rule forbids is not tried again."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again; None for not at all."""
        if isinstance(exception, Stopped):  # the worker ends: the next one goes on
            return RetryDecision(retry_at=datetime.now(UTC))
        if isinstance(exception, Refused | InvalidInput | Forbidden):
            return None
        if job.attempts + 1 >= self._task.attempts:
            return None
        return RetryDecision(
            retry_at=datetime.now(UTC) + timedelta(seconds=self._task.wait_after(job.attempts + 1))
        )


def work(flask_app: Flask, *, at_once: int = AT_ONCE, dead_after: float = DEAD_AFTER) -> None:
    """Do what is queued until told to end by SIGTERM or SIGINT.

    Args:
        flask_app: the console.
        at_once: jobs at once.
        dead_after: seconds without a heartbeat after which a worker counts as dead.
    """
    asyncio.run(_work(flask_app, at_once, dead_after))


async def _work(flask_app: Flask, at_once: int, dead_after: float) -> None:
    queue = _queue(flask_app)
    async with queue.open_async():
        sweeper = asyncio.create_task(_sweep(flask_app, dead_after))
        try:
            await queue.run_worker_async(
                queues=[QUEUE],
                concurrency=at_once,
                shutdown_graceful_timeout=GRACE,
                update_heartbeat_interval=dead_after / HEARTBEATS,
                stalled_worker_timeout=dead_after,
                fetch_job_polling_interval=2.0,
                abort_job_polling_interval=2.0,
            )
        finally:
            sweeper.cancel()


def _queue(flask_app: Flask) -> App:
    """All tasks as procrastinate knows them."""
    url = make_url(flask_app.config["SQLALCHEMY_DATABASE_URI"]).set(drivername="postgresql")
    queue = App(
        connector=PsycopgConnector(
            conninfo=url.render_as_string(hide_password=False),
            kwargs={
                "options": as_options({**CONVENTIONS, "search_path": "jobs"}),
                "application_name": "delula-worker",
            },
            min_size=1,
            max_size=4,
        )
    )
    for task in tasks().values():
        known = queue.task(
            name=task.name,
            queue=QUEUE,
            pass_context=True,
            retry=BackOff(task),
            lock=task.name if task.alone else None,
            queueing_lock=task.name if task.every else None,
        )(_work_of(task, flask_app))
        if task.every:
            queue.periodic(cron=task.every)(known)
    return queue


def _work_of(task: Task, flask_app: Flask) -> Any:
    def work(context: JobContext, timestamp: int | None = None, **arguments: Any) -> None:  # noqa: ARG001 - of periodic ones
        job = context.job.id
        assert job is not None  # noqa: S101 - it comes out of the queue
        with flask_app.app_context():
            perform(task, job, arguments, context.should_abort)

    return work


async def _sweep(flask_app: Flask, dead_after: float) -> None:
    def once() -> None:
        with flask_app.app_context():
            sweep(dead_after)

    while True:
        try:
            await asyncio.to_thread(once)
        except Exception:  # the database may be away for a while
            log.exception("Looking for jobs of dead workers failed")
        await asyncio.sleep(SWEEP_PAUSE)
