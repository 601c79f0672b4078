"""What integrity does by itself now and then, beside the scan of every night."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delula.access.actor import CONSOLE
from delula.commands import run
from delula.db import atomic
from delula.integrity import queries
from delula.integrity.actions import DELETE, RESTORE, OneItem
from delula.integrity.moves import DAYS, MOVE
from delula.work import Promise, Task

if TYPE_CHECKING:
    from delula.work import Run

#: How many are taken up at one time.
_MOST = 500


def _tidy(run_: Run) -> None:  # noqa: ARG001 - each of them is a step of its own
    """Take up moves that were left behind, put back what is missed, delete what was set aside long ago."""
    with atomic():
        for item in queries.unfinished_moves(_MOST):
            MOVE.defer({"item": item}, about=("quarantined", str(item)))
    for item in queries.wanted_back(_MOST):
        run(RESTORE, OneItem(item=item), CONSOLE, reason="A row refers to it.")
    for item in queries.old_held(DAYS, _MOST):
        run(DELETE, OneItem(item=item), CONSOLE, reason=f"It was set aside more than {DAYS} days ago.")


TIDY = Task(
    "integrity.tidy",
    "Delete what was set aside long ago",
    _tidy,
    Promise.AT_LEAST_ONCE,
    attempts=1,  # the next one comes soon
    every="*/20 * * * *",
    alone=True,
)
