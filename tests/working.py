"""A worker within the test: does what is queued, one job after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from delula.db import atomic, session
from delula.work import task_named
from delula.work.run import perform

if TYPE_CHECKING:
    from flask import Flask

_NEXT = text(
    "SELECT id, task_name, args FROM jobs.procrastinate_jobs WHERE status = 'todo' ORDER BY id LIMIT 1"
)
_DONE = text("UPDATE jobs.procrastinate_jobs SET status = 'succeeded' WHERE id = :id")


def work_off(app: Flask) -> list[str]:
    """Do what is queued; the names of the tasks that were done. What a job raises is raised here."""
    done = []
    with app.app_context():
        while (job := session().execute(_NEXT).one_or_none()) is not None:
            session().remove()
            task = task_named(job.task_name)
            assert task is not None
            perform(task, job.id, job.args)
            with atomic() as transaction:
                transaction.execute(_DONE, {"id": job.id})
            done.append(job.task_name)
    return done
