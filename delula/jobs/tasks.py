"""What the console does by itself now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from delula.db import session
from delula.rollups.refresh import refresh
from delula.work import Promise, Task

if TYPE_CHECKING:
    from delula.work import Run

#: How long finished jobs are kept: those that come every minute, and those that somebody asked for.
DAYS_OF_PERIODIC, DAYS_OF_OTHERS = 1, 90

_TIDY = text("""
    DELETE FROM jobs.procrastinate_jobs job
    WHERE job.status NOT IN ('todo', 'doing')
      AND (SELECT max(at) FROM jobs.procrastinate_events WHERE job_id = job.id)
          < now() - make_interval(days => CASE
              WHEN job.status = 'succeeded' AND job.args ? 'timestamp' THEN :periodic ELSE :others END)""")


def _refresh_rollups(run: Run) -> None:  # noqa: ARG001 - it keeps its own place, and has no length
    refresh(lambda _family, _share: None)


def _tidy(run: Run) -> None:  # noqa: ARG001 - a single statement
    session().execute(_TIDY, {"periodic": DAYS_OF_PERIODIC, "others": DAYS_OF_OTHERS})


REFRESH_ROLLUPS = Task(
    "rollups.refresh",
    "Bring the roll-ups up to date",
    _refresh_rollups,
    Promise.AT_LEAST_ONCE,
    attempts=1,  # the next one comes in a minute
    every="* * * * *",
    alone=True,
)
TIDY = Task(
    "jobs.tidy", "Remove old jobs", _tidy, Promise.EXACTLY_ONCE, attempts=1, every="17 * * * *", alone=True
)
