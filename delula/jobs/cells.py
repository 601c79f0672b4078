"""The cells of the list of jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from delula.jobs.queries import State
from delula.web.display import MISSING, badge_tag, grouped, lead_tag, time_tag
from delula.web.tables import Cell, text
from delula.work import task_named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from delula.web.lists import ListPage

_TONES = {State.RUNNING: "info", State.DONE: "success", State.FAILED: "danger"}


def title_of(name: str) -> str:
    """What a task does, in words; its name where the console no longer knows it."""
    task = task_named(name)
    return task.title if task else name


def state_tag(row: Any) -> Markup:
    """What became of a job."""
    state = State(row.state)
    if state is State.RUNNING and row.abort_requested:
        return badge_tag("Stopping", "warning")
    return badge_tag(state.value.capitalize(), _TONES.get(state, "neutral"))


def cells() -> Mapping[str, Cell]:
    """One cell for each column."""
    return _CELLS


def _task(row: Any, listed: ListPage) -> str:
    return lead_tag(title_of(row.task_name), listed.detail_href(row.id))


def _progress(row: Any, listed: ListPage) -> str:  # noqa: ARG001 - a cell's shape
    if not row.total:
        return MISSING
    return f"{100 * min(row.done, row.total) // row.total} %"


_CELLS: Mapping[str, Cell] = {
    "task": Cell(_task),
    "state": Cell(lambda row, _: state_tag(row), "badges"),
    "progress": Cell(_progress, "number"),
    "attempts": Cell(lambda row, _: grouped(row.attempts), "number"),
    "queued": Cell(lambda row, _: time_tag(row.queued_at)),
    "changed": Cell(lambda row, _: time_tag(row.changed_at)),
    "error": Cell(lambda row, _: text(row.error), "wide"),
    "asked": Cell(lambda row, _: text(row.asked_by)),
    "scheduled": Cell(lambda row, _: time_tag(row.scheduled_at)),
    "queue": Cell(lambda row, _: text(row.queue_name)),
    "id": Cell(lambda row, _: str(row.id), "id"),
}
