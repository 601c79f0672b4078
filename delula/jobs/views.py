"""The pages of jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort

import delula.jobs.tasks  # noqa: F401 - what the console does by itself
from delula.access.guard import current_staff, requires, why_may_not
from delula.access.permissions import Permission
from delula.jobs import queries
from delula.jobs.actions import CANCEL, RETRY, is_for, why_not_cancel, why_not_retry
from delula.jobs.cells import cells, state_tag, title_of
from delula.jobs.listing import LISTING
from delula.jobs.queries import State
from delula.web.list_views import ListViews, add_list
from delula.web.lists import place_of
from delula.web.render import render, render_part, render_peek, wants_fragment
from delula.work import task_named

if TYPE_CHECKING:
    from delula.db import AnyRow

#: By this status, htmx knows that there is nothing more to ask for.
STOP_ASKING = 286

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")

add_list(blueprint, ListViews(LISTING, Permission.JOBS_READ, queries.list_rows, cells, resolvers={}))


@blueprint.get("/summary")
@requires(Permission.JOBS_READ)
def summary() -> Response:
    """Whether anybody works, and what there is to do."""
    return render_part("jobs/_summary.html", "All jobs", health=queries.health())


@blueprint.get("/<int:job_id>")
@requires(Permission.JOBS_READ)
def detail(job_id: int) -> Response:
    """One job: how far it is, what became of each attempt, and what can be done about it."""
    job = _found(job_id)
    task = task_named(job.task_name)
    is_running = job.state == State.RUNNING
    is_open = is_running or job.state == State.WAITING
    seconds = (job.updated_at - job.began_at).total_seconds() if job.updated_at and job.began_at else 0
    rate = (job.done - job.began_done) / seconds if seconds > 0 else 0
    left = max(job.total - job.done, 0) / rate if is_running and job.total and rate > 0 else None
    missing = why_may_not(Permission.JOBS_MANAGE)
    return render(
        "jobs/detail.html",
        "jobs/_job.html",
        status=200 if is_open or not wants_fragment() else STOP_ASKING,
        job=job,
        title=title_of(job.task_name),
        state=state_tag(job),
        is_open=is_open,
        rate=rate,
        left=left,
        attempts=queries.attempts_at(job_id),
        outcome=task.outcome(job_id, job.done) if task and task.outcome else None,
        health=queries.health(),
        commands=[
            (CANCEL, why_not_cancel(job) if is_for(job, current_staff.actor) else missing),
            (RETRY, missing or why_not_retry(job)),
        ],
        place=place_of(LISTING, {}, job_id),
    )


@blueprint.get("/<int:job_id>/peek")
@requires(Permission.JOBS_READ)
def peek(job_id: int) -> Response:
    """The essence of one job, beside the list."""
    job = _found(job_id)
    error = next((one.error for one in queries.attempts_at(job_id)), None)
    return render_peek(
        "jobs/_peek.html", job=job, title=title_of(job.task_name), state=state_tag(job), error=error
    )


def _found(job_id: int) -> AnyRow:
    job = queries.find(job_id)
    if job is None:
        abort(404)
    return job
