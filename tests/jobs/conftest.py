"""A console whose jobs are really done."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from delula.db import atomic, session
from tests.migrating import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask


@pytest.fixture
def working_app(committing_app: Flask) -> Flask:
    with committing_app.app_context(), atomic() as transaction:
        transaction.execute(text("CREATE TABLE marks (id serial PRIMARY KEY, what text)"))
    return committing_app


@pytest.fixture
def marks(working_app: Flask) -> Callable[[], list[str]]:
    def read() -> list[str]:
        with working_app.app_context():
            return list(session().scalars(text("SELECT what FROM marks ORDER BY id")))

    return read


@pytest.fixture
def job(working_app: Flask) -> Callable[[int], object]:
    """`job(id)` is what the queue and the console know of a job."""
    question = text("""
        SELECT j.status::text, j.attempts, j.scheduled_at, p.done, p.total, p.finished_at, p.attempt,
            array(SELECT coalesce(outcome, 'open') FROM dashboard.job_attempt a WHERE a.job_id = j.id
                ORDER BY number) AS outcomes
        FROM jobs.procrastinate_jobs j LEFT JOIN dashboard.job_progress p ON p.job_id = j.id
        WHERE j.id = :id""")

    def read(id_: int) -> object:
        with working_app.app_context():
            return session().execute(question, {"id": id_}).one_or_none()

    return read


@pytest.fixture
def start_worker(migrated_url: str) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """`start_worker()` starts a worker as a process, which counts others as dead after ten seconds."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.jobs.working", migrated_url, "10"]
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))  # noqa: S603 - ours
        return started[-1]

    yield start
    for worker in started:
        worker.kill()
        worker.communicate()
