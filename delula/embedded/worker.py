"""The worker of `make run`, which does the background work, as a child that is started again when it dies."""

from __future__ import annotations

import signal
import sys
import time
from typing import TYPE_CHECKING

from delula.config import PROJECT
from delula.embedded.processes import launch, stop_child
from delula.embedded.service import FIRST_PAUSE, LONGEST_PAUSE, STEADY_AFTER
from delula.embedded.surroundings import RUN_FOLDER

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping

#: Seconds that it may take to stop; killed, it loses no job.
STOP_PATIENCE = 15.0


class Worker:
    """One worker. What it says goes to a log."""

    def __init__(self) -> None:
        self._environment: Mapping[str, str] = {}
        self._child: subprocess.Popen[bytes] | None = None
        self._started, self._due, self._pause = 0.0, 0.0, FIRST_PAUSE

    def heal(self, environment: Mapping[str, str]) -> None:
        """Start it if it does not run, or if the services moved to other ports. Call this now and then."""
        now = time.monotonic()
        if self._child is not None and self._child.poll() is None:
            if environment == self._environment:
                return
            self.stop()
        elif self._child is not None and not self._due:
            self._pause = FIRST_PAUSE if now - self._started > STEADY_AFTER else self._pause
            self._due = now + self._pause
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
        if now >= self._due:
            self._launch(environment)

    def stop(self) -> None:
        """Stop it, and return once it has stopped."""
        if self._child is not None:
            stop_child(self._child, signal.SIGTERM, STOP_PATIENCE)

    def _launch(self, environment: Mapping[str, str]) -> None:
        self._environment, self._started, self._due = environment, time.monotonic(), 0.0
        with (RUN_FOLDER / "worker.log").open("wb") as log:
            self._child = launch(
                [sys.executable, "-m", "flask", "--app", "app", "jobs", "work"],
                output=log,
                errors=log,
                dying_signal=signal.SIGTERM,
                environment=environment,
                folder=PROJECT,
            )
