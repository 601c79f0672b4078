"""Queued work is done, as often as it promises, whatever dies."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, text

from delula.db import atomic, session
from delula.embedded import worker as supervised
from delula.embedded.processes import wait_until
from delula.work import Stopped, Superseded
from delula.work.run import perform
from delula.work.sweep import sweep
from tests.jobs.working import COUNT, ONCE, REFUSE, SEND

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask

    Job = Callable[[int], Any]
    Marks = Callable[[], list[str]]
    Start = Callable[[], subprocess.Popen[str]]


def queue(app: Flask, task: Any, **arguments: Any) -> int:
    with app.app_context(), atomic():
        return int(task.defer(arguments, ("user", "ann")))


def claim(app: Flask, job_id: int, worker: str = "NULL") -> None:
    """As a worker does that dies at once."""
    with app.app_context(), atomic() as transaction:
        statement = (
            f"UPDATE jobs.procrastinate_jobs SET status = 'doing', worker_id = {worker} WHERE id = :id"  # noqa: S608
        )
        transaction.execute(text(statement), {"id": job_id})


def test_a_job_is_queued_if_and_only_if_its_transaction_commits(working_app: Flask, job: Job) -> None:
    with working_app.app_context(), pytest.raises(ZeroDivisionError), atomic():
        lost = ONCE.defer({"what": "a"})
        assert 1 / 0
    assert job(lost) is None
    kept = queue(working_app, ONCE, what="a")
    assert job(kept).status == "todo"


def test_a_run_that_waits_will_do_for_more_and_begins_once_all_of_them_are_there(
    working_app: Flask, job: Job
) -> None:
    begin = text("SELECT id FROM jobs.procrastinate_fetch_job_v2(NULL, NULL)")

    def ensured() -> int:
        ONCE.ensure(("user", "ann"))
        return int(session().scalar(text("SELECT max(id) FROM jobs.procrastinate_jobs")))

    with working_app.app_context():
        as_worker = create_engine(session().get_bind().engine.url)
        with atomic():
            first = ensured()
        with atomic():
            assert ensured() == first
            with as_worker.begin() as worker:
                assert worker.scalar(begin) is None
        with as_worker.begin() as worker:
            assert worker.scalar(begin) == first
        with atomic():
            assert ensured() > first
    assert job(first).status == "doing"


def test_what_is_done_once_is_not_done_again(working_app: Flask, job: Job, marks: Marks) -> None:
    id_ = queue(working_app, ONCE, what="a")
    with working_app.app_context():
        perform(ONCE, id_, {"what": "a"})
        perform(ONCE, id_, {"what": "a"})
    assert marks() == ["a"]
    assert job(id_).outcomes == ["done"]


def test_a_failure_leaves_nothing_but_its_error(working_app: Flask, job: Job, marks: Marks) -> None:
    id_ = queue(working_app, ONCE, what="a")
    with working_app.app_context():
        with pytest.raises(RuntimeError):
            perform(ONCE, id_, {"what": "a", "fails": True})
        row = session().execute(text("SELECT error, trace FROM dashboard.job_attempt")).one()
    assert marks() == []
    assert row.error == "the provider is away"
    assert "write_once" in row.trace
    assert job(id_).outcomes == ["failed"]


def test_the_second_attempt_goes_on_where_the_first_one_ended(
    working_app: Flask, job: Job, marks: Marks
) -> None:
    id_ = queue(working_app, COUNT, to=5)
    ending = iter([False, False, True])
    with working_app.app_context():
        with pytest.raises(Stopped):
            perform(COUNT, id_, {"to": 5}, lambda: next(ending))
        assert (job(id_).done, job(id_).total) == (2, 5)
        perform(COUNT, id_, {"to": 5})
    assert marks() == [f"step {number}" for number in range(1, 6)]
    assert job(id_).outcomes == ["stopped", "done"]


def test_a_worker_that_was_taken_for_dead_can_do_nothing_more(working_app: Flask, marks: Marks) -> None:
    id_ = queue(working_app, COUNT, to=3)

    with working_app.app_context(), pytest.raises(Superseded):
        perform(COUNT, id_, {"to": 3}, overtaken_at_the_second_step())
    assert marks() == ["step 1"]


def overtaken_at_the_second_step() -> Callable[[], bool]:
    calls: list[int] = []

    def is_ending() -> bool:
        calls.append(1)
        if len(calls) == 2:
            session().execute(text("UPDATE dashboard.job_progress SET attempt = attempt + 1"))
        return False

    return is_ending


def test_a_cancelled_job_stops_at_its_next_step(working_app: Flask, job: Job, marks: Marks) -> None:
    id_ = queue(working_app, COUNT, to=5)
    claim(working_app, id_)
    with working_app.app_context():
        with atomic() as transaction:
            transaction.execute(
                text("SELECT jobs.procrastinate_cancel_job_v1(:id, true, false)"), {"id": id_}
            )
        with pytest.raises(Stopped):
            perform(COUNT, id_, {"to": 5})
    assert marks() == []
    assert job(id_).outcomes == ["stopped"]


@pytest.mark.parametrize(
    ("task", "status"), [(ONCE, "todo"), (COUNT, "todo"), (SEND, "failed")], ids=["once", "steps", "sent"]
)
def test_the_job_of_a_dead_worker_is_repeated_only_where_that_does_no_harm(
    working_app: Flask, job: Job, task: Any, status: str
) -> None:
    id_ = queue(working_app, task, what="a")
    claim(working_app, id_)
    with working_app.app_context():
        assert sweep() == 1
        assert sweep() == 0
    assert job(id_).status == status


def test_the_job_of_a_living_worker_is_left_to_it(working_app: Flask, job: Job) -> None:
    id_ = queue(working_app, ONCE, what="a")
    claim(working_app, id_, "(SELECT worker_id FROM jobs.procrastinate_register_worker_v1())")
    with working_app.app_context():
        assert sweep() == 0
    assert job(id_).status == "doing"


def test_a_killed_worker_loses_nothing_and_does_nothing_twice(
    working_app: Flask, job: Job, marks: Marks, start_worker: Start
) -> None:
    id_ = queue(working_app, COUNT, to=30, pause=0.1)
    refused = queue(working_app, REFUSE)
    worker = start_worker()
    assert wait_until(lambda: len(marks()) > 2 and job(refused).status == "failed", 40)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    seen = len(marks())
    assert seen < 30
    with working_app.app_context(), atomic() as transaction:  # rather than wait for the back-off
        transaction.execute(
            text("UPDATE jobs.procrastinate_workers SET last_heartbeat = now() - interval '1 h'")
        )
        assert sweep(10) >= 1  # it may have been at work of its own, too
        transaction.execute(
            text("UPDATE jobs.procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
        )
    start_worker()
    assert wait_until(lambda: job(id_).status == "succeeded", 60)
    assert marks() == [f"step {number}" for number in range(1, 31)]
    assert job(id_).outcomes == ["lost", "done"]
    assert (job(refused).status, job(refused).outcomes) == ("failed", ["failed"])


@pytest.mark.slow
def test_the_supervised_worker_is_started_again_when_it_dies_and_ends_in_order(
    working_app: Flask, migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervised, "RUN_FOLDER", tmp_path)
    environment = {**os.environ, "DATABASE_URL": migrated_url, "SECRET_KEY": "x" * 40, "DELULA_ENV": "test"}
    worker = supervised.Worker()

    def workers() -> int:
        worker.heal(environment)
        with working_app.app_context():
            return session().scalar(text("SELECT count(*) FROM jobs.procrastinate_workers")) or 0

    try:
        assert wait_until(lambda: workers() == 1, 60)
        assert worker._child is not None
        worker._child.kill()
        worker._child.wait()
        assert wait_until(lambda: workers() == 2, 60)
    finally:
        worker.stop()
    assert worker._child.returncode == 0, (tmp_path / "worker.log").read_text()
