"""Background work: what is done after a request, in a process of its own, and survives both.

A task is declared once, below the pages of its area; a command queues it in its own transaction, so that the
work is asked for if and only if the command has happened. `flask jobs work` does it.
"""

from __future__ import annotations

from delula.work.run import Run, Stopped, Superseded
from delula.work.task import Changed, Outcome, Promise, Task, task_named, tasks

__all__ = ["Changed", "Outcome", "Promise", "Run", "Stopped", "Superseded", "Task", "task_named", "tasks"]
