"""One attempt at a job: its steps, its marks, and what is noted of its end."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

from procrastinate.exceptions import JobAborted
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from delula.db import atomic, session
from delula.work.task import Promise

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from delula.models import JsonValue
    from delula.work.task import Task

#: Characters of an error and of where it came from that are kept.
LONGEST_ERROR, LONGEST_TRACE = 2_000, 20_000


class Stopped(JobAborted):
    """Somebody cancels the job, or the worker is told to end; the transaction at hand is rolled back."""


class Superseded(Exception):
    """The worker was taken for dead, and another one does the job."""


_BEGIN = text("""
    INSERT INTO dashboard.job_progress AS it (job_id, attempt, began_at) VALUES (:job, 1, clock_timestamp())
    ON CONFLICT (job_id) DO UPDATE
        SET attempt = it.attempt + 1, began_at = clock_timestamp(), began_done = it.done
        WHERE it.finished_at IS NULL
    RETURNING attempt, done, saved""")
_NOTE_BEGIN = text("INSERT INTO dashboard.job_attempt (job_id, number) VALUES (:job, :attempt)")
_HOLD = text("""
    SELECT FROM dashboard.job_progress
    WHERE job_id = :job AND attempt = :attempt AND finished_at IS NULL FOR UPDATE""")
_STEP = text("""
    UPDATE dashboard.job_progress SET done = :done, total = coalesce(:total, total),
        saved = coalesce(:saved, saved), updated_at = clock_timestamp()
    WHERE job_id = :job AND attempt = :attempt AND finished_at IS NULL""").bindparams(
    bindparam("saved", type_=JSONB(none_as_null=True))
)
_IS_CANCELLED = text("SELECT abort_requested FROM jobs.procrastinate_jobs WHERE id = :job")
_FINISH = text("""
    UPDATE dashboard.job_progress
    SET finished_at = clock_timestamp(), done = coalesce(total, done)
    WHERE job_id = :job AND attempt = :attempt AND finished_at IS NULL""")
_NOTE_END = text("""
    UPDATE dashboard.job_attempt
    SET ended_at = clock_timestamp(), outcome = :outcome, error = :error, trace = :trace
    WHERE job_id = :job AND number = :attempt AND outcome IS NULL""")


class Run:
    """One attempt at a job, as its work sees it.

    Attributes:
        job_id: which job.
        done: how much was done before this attempt, by the last step that was noted.
        saved: what that step kept, for going on behind it; None at the beginning.
    """

    def __init__(
        self, job_id: int, attempt: int, done: int, saved: JsonValue, is_ending: Callable[[], bool]
    ) -> None:
        self._key = {"job": job_id, "attempt": attempt}
        self._is_ending = is_ending
        self.job_id = job_id
        self.done, self.saved = done, saved

    def step(self, done: int, total: int | None = None, saved: JsonValue = None) -> None:
        """Note how far the work is, in the transaction of the step itself: it counts if that commits.

        Args:
            done: how much is done in all, with this step.
            total: how much there is; None where nothing new is known of it.
            saved: what the next attempt needs to go on behind this step.

        Raises:
            Stopped: the work shall end; the step is undone.
            Superseded: another worker does it.
        """
        current = session()
        if self._is_ending() or current.execute(_IS_CANCELLED, self._key).scalar():
            raise Stopped
        values = {**self._key, "done": done, "total": total, "saved": saved}
        if not _touches_one(current.execute(_STEP, values)):
            raise Superseded
        self.done = done

    def hold(self) -> None:
        """Keep every other attempt out until the transaction at hand ends.

        Raises:
            Superseded: another worker does it.
        """
        if not _touches_one(session().execute(_HOLD, self._key)):
            raise Superseded

    def finish(self) -> None:
        """Note within the transaction at hand that all is done.

        Raises:
            Superseded: another worker does it.
        """
        if not _touches_one(session().execute(_FINISH, self._key)):
            raise Superseded

    def end(self, outcome: str, error: BaseException | None = None) -> None:
        """Note how the attempt ended."""
        values: dict[str, Any] = {**self._key, "outcome": outcome, "error": None, "trace": None}
        if error is not None:
            values["error"] = _storable(_in_words(error), LONGEST_ERROR)
            values["trace"] = _storable("".join(traceback.format_exception(error)), LONGEST_TRACE)
        with atomic() as transaction:
            transaction.execute(_NOTE_END, values)


def perform(
    task: Task, job_id: int, arguments: Mapping[str, JsonValue], is_ending: Callable[[], bool] = lambda: False
) -> None:
    """Try a job once, or do nothing where it is done already.

    Args:
        task: what to do.
        job_id: which job.
        arguments: that it was queued with.
        is_ending: whether the worker wants to end.

    Raises:
        Stopped: it was cancelled, or the worker ends.
        Superseded: the worker was taken for dead meanwhile.
        Exception: whatever the work raises; it is noted.
    """
    with atomic() as transaction:
        begun = transaction.execute(_BEGIN, {"job": job_id}).one_or_none()
        if begun is None:
            return
        transaction.execute(_NOTE_BEGIN, {"job": job_id, "attempt": begun.attempt})
    run = Run(job_id, begun.attempt, begun.done, begun.saved, is_ending)
    try:
        if task.promise is Promise.EXACTLY_ONCE:
            with atomic():
                run.hold()
                task.work(run, **arguments)
                run.finish()
        else:
            task.work(run, **arguments)
            with atomic():
                run.finish()
    except Stopped:
        run.end("stopped")
        raise
    except Exception as error:
        run.end("superseded" if isinstance(error, Superseded) else "failed", error)
        raise
    run.end("done")


def _touches_one(result: Any) -> bool:
    touched: int = result.rowcount
    return touched == 1


def _in_words(error: BaseException) -> str:
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig  # without the statement, which stands in the trace
    return str(error) or type(error).__name__


def _storable(words: str, longest: int) -> str:
    """A text that the database can hold."""
    return words.replace("\0", "").encode("utf-8", "replace").decode()[-longest:]
