"""Jobs of workers that died: found by their heartbeat, and tried again or given up."""

from __future__ import annotations

import logging

from sqlalchemy import text

from delula.db import atomic
from delula.work.task import Promise, task_named

log = logging.getLogger("delula.work")

#: Seconds without a heartbeat after which a worker counts as dead, and how many it should send in that time.
DEAD_AFTER, HEARTBEATS = 30.0, 6

_LOST = text("""
    SELECT job.id, job.task_name, job.attempts, job.abort_requested
    FROM jobs.procrastinate_jobs job LEFT JOIN jobs.procrastinate_workers worker ON worker.id = job.worker_id
    WHERE job.status = 'doing'
      AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => :seconds))
    FOR UPDATE OF job SKIP LOCKED""")
_NOTE = text("""
    UPDATE dashboard.job_attempt SET ended_at = clock_timestamp(), outcome = 'lost', error = :error
    WHERE job_id = :job AND outcome IS NULL""")
_RETRY = text("""
    SELECT jobs.procrastinate_retry_job_v2(
        :job, now() + make_interval(secs => :seconds), NULL, NULL, NULL)""")
_GIVE_UP = text("""
    SELECT jobs.procrastinate_finish_job_v1(
        :job, CAST(:status AS jobs.procrastinate_job_status), false)""")


def sweep(dead_after: float = DEAD_AFTER) -> int:
    """Take the jobs of dead workers up again.

    Args:
        dead_after: seconds without a heartbeat after which a worker counts as dead.

    Returns:
        How many there were.
    """
    with atomic() as transaction:
        lost = transaction.execute(_LOST, {"seconds": dead_after}).all()
        for job in lost:
            task = task_named(job.task_name)
            error = "The worker died."
            if task and task.promise is Promise.AT_MOST_ONCE:
                error = "The worker died. It may have done this or not; look before trying again."
            transaction.execute(_NOTE, {"job": job.id, "error": error})
            if job.abort_requested:
                transaction.execute(_GIVE_UP, {"job": job.id, "status": "aborted"})
            elif task is None or job.attempts + 1 >= task.attempts:
                transaction.execute(_GIVE_UP, {"job": job.id, "status": "failed"})
            else:
                seconds = task.wait_after(job.attempts)
                transaction.execute(_RETRY, {"job": job.id, "seconds": seconds})
            log.warning("The worker of job %s (%s) died", job.id, job.task_name)
    return len(lost)
