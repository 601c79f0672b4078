"""The pages of jobs, and the commands on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from delula.access.actor import COMMAND_LINE, Actor
from delula.access.permissions import Role
from delula.commands import preview, run
from delula.db import session as current_session
from delula.errors import Forbidden, InvalidInput, Refused
from delula.jobs.actions import CANCEL, RETRY, ChosenJob
from tests.jobs.working import COUNT

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient


def queued(status: str = "todo") -> int:
    job = COUNT.defer({"to": 4}, ("user", "ann"))
    current_session().execute(
        text("UPDATE jobs.procrastinate_jobs SET status = CAST(:status AS jobs.procrastinate_job_status)"),
        {"status": status},
    )
    current_session().execute(
        text("""
            INSERT INTO dashboard.job_attempt (job_id, number, ended_at, outcome, error, trace)
            VALUES (:job, 1, now(), 'failed', '<b>away</b>', 'Traceback …')"""),
        {"job": job},
    )
    current_session().execute(
        text("""
            UPDATE dashboard.job_progress SET attempt = 1, done = 1, total = 4,
                began_at = now() - interval '10 s', updated_at = now()""")
    )
    current_session().commit()
    return job


def state(app: Flask, job: int) -> Any:
    with app.app_context():
        return current_session().scalar(
            text("SELECT status::text FROM jobs.procrastinate_jobs WHERE id = :id"), {"id": job}
        )


@pytest.mark.parametrize("role", list(Role))
def test_everybody_reads_jobs_and_only_admins_are_offered_commands(
    app: Flask, as_role: Callable[[Role], FlaskClient], role: Role
) -> None:
    with app.app_context():
        job = queued("doing")
    client = as_role(role)
    listed, page, summary = (client.get(path) for path in ("/jobs/", f"/jobs/{job}", "/jobs/summary"))
    assert [listed.status_code, page.status_code, summary.status_code] == [200, 200, 200]
    assert "Count" in listed.text
    assert "&lt;b&gt;away&lt;/b&gt;" in page.text
    assert "No worker runs" in page.text
    assert "No worker runs" in summary.text
    assert ("/commands/jobs.cancel" in page.text) == (role is Role.ADMIN)
    assert client.get("/commands/jobs.cancel").status_code == (403 if role is Role.VIEWER else 200)
    assert client.get(f"/commands/jobs.cancel?job_id={job}").status_code == (
        200 if role is Role.ADMIN else 403
    )


def test_a_worker_that_lives_is_not_missed(app: Flask, as_role: Callable[[Role], FlaskClient]) -> None:
    with app.app_context():
        current_session().execute(text("SELECT jobs.procrastinate_register_worker_v1()"))
        current_session().commit()
    assert "No worker runs" not in as_role(Role.VIEWER).get("/jobs/summary").text


@pytest.mark.parametrize("job", [999_999_999, 2**70])
def test_a_job_that_is_not_there_is_not_found(as_role: Callable[[Role], FlaskClient], job: int) -> None:
    assert as_role(Role.ADMIN).get(f"/jobs/{job}").status_code == 404


def test_a_waiting_job_is_cancelled_and_only_once(app: Flask) -> None:
    with app.app_context():
        given = ChosenJob(job_id=queued())
        run(CANCEL, given, COMMAND_LINE)
        with pytest.raises(Refused):
            preview(CANCEL, given, COMMAND_LINE)
    assert state(app, given.job_id) == "cancelled"


def test_a_failed_job_is_tried_again_and_no_other(app: Flask) -> None:
    with app.app_context():
        given = ChosenJob(job_id=queued("failed"))
        run(RETRY, given, COMMAND_LINE)
        with pytest.raises(Refused):
            preview(RETRY, given, COMMAND_LINE)
    assert state(app, given.job_id) == "todo"


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.SUPPORT])
def test_who_has_started_a_job_may_cancel_it_and_no_other(
    app: Flask, as_role: Callable[[Role], FlaskClient], role: Role
) -> None:
    with app.app_context():
        others = queued()
        mine = ChosenJob(job_id=queued("doing"))
    client = as_role(role)
    with app.app_context():
        execute = current_session().execute
        label = execute(text("SELECT email FROM dashboard.staff ORDER BY id DESC LIMIT 1")).scalar_one()
        execute(
            text("UPDATE dashboard.job_progress SET asked_by = :who WHERE job_id = :id"),
            {"who": label, "id": mine.job_id},
        )
        current_session().commit()
    assert "/commands/jobs.cancel" in client.get(f"/jobs/{mine.job_id}").text
    assert "/commands/jobs.cancel" not in client.get(f"/jobs/{others}").text
    assert "stops at its next step" in client.get(f"/commands/jobs.cancel?job_id={mine.job_id}").text
    with app.app_context():
        actor = Actor(1, label, role)
        assert run(CANCEL, mine, actor).entry_id
        with pytest.raises(Forbidden):
            run(CANCEL, ChosenJob(job_id=others), actor)
        with pytest.raises(Forbidden):
            run(CANCEL, mine, Actor(1, label, Role.VIEWER))


def test_who_may_not_is_refused_and_what_is_not_there_is_named(app: Flask) -> None:
    with app.app_context():
        given = ChosenJob(job_id=queued())
        with pytest.raises(Forbidden):
            run(CANCEL, given, Actor(1, "moderator", Role.MODERATOR))
        with pytest.raises(InvalidInput):
            run(CANCEL, ChosenJob(job_id=2**70), COMMAND_LINE)
    assert state(app, given.job_id) == "todo"
