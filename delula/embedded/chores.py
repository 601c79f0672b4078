"""What has to be done now and then beside the web server of `make run`; elsewhere cron does it."""

from __future__ import annotations

import signal
import sys
import time
from typing import TYPE_CHECKING

from delula.config import PROJECT
from delula.embedded.processes import launch, stop_child
from delula.embedded.surroundings import RUN_FOLDER

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping

#: Seconds between the starts of two refreshes of the roll-ups.
PAUSE = 60.0
#: Seconds that one may take to stop; it may be killed at any moment without harm.
STOP_PATIENCE = 2.0


class Refresher:
    """Brings the roll-ups up to date every minute, in a process of its own. What it says goes to a log."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._due = 0.0

    def tick(self, environment: Mapping[str, str]) -> None:
        """Start a refresh if it is time and none is at work. Call this now and then."""
        now = time.monotonic()
        if now < self._due or (self._child is not None and self._child.poll() is None):
            return
        self._due = now + PAUSE
        with (RUN_FOLDER / "rollups.log").open("wb") as log:
            self._child = launch(
                [sys.executable, "-m", "flask", "--app", "app", "rollups", "refresh"],
                output=log,
                errors=log,
                dying_signal=signal.SIGTERM,
                environment=environment,
                folder=PROJECT,
            )

    def stop(self) -> None:
        """End the refresh that is at work, if any."""
        if self._child is not None:
            stop_child(self._child, signal.SIGTERM, STOP_PATIENCE)
