"""The web server of `make run`, as a child that is started again when it dies."""

from __future__ import annotations

import http.client
import signal
import sys
import time
from typing import TYPE_CHECKING

from delula.config import PROJECT
from delula.embedded.locks import FileLock
from delula.embedded.processes import is_port_free, launch, stop_child, stop_stranger, wait_until
from delula.embedded.service import FIRST_PAUSE, LONGEST_PAUSE, STEADY_AFTER
from delula.embedded.surroundings import RUN_FOLDER

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping

#: Seconds that it may take to answer for the first time, and to stop.
START_PATIENCE, STOP_PATIENCE = 60.0, 15.0


class WebError(Exception):
    """The web server does not start; the message is for the person at the terminal."""


class Web:
    """gunicorn on one port of 127.0.0.1."""

    def __init__(self, port: int, *, reload: bool) -> None:
        """Claim `port` for this process.

        Args:
            port: where it will listen.
            reload: restart it when a file of the console changes.

        Raises:
            WebError: the port is in use.
        """
        self.port = port
        self.reload = reload
        self._environment: Mapping[str, str] = {}
        self._child: subprocess.Popen[bytes] | None = None
        self._started, self._pause = 0.0, FIRST_PAUSE
        self._pid_file = RUN_FOLDER / f"web-{port}.pid"
        self._lock = FileLock(RUN_FOLDER / f"web-{port}.lock")
        if not self._lock.try_take():
            raise WebError(f"This console already runs, at {self.address}")
        self._stop_orphan()
        if not is_port_free(port):
            raise WebError(f"Port {port} is in use by another program. Choose one: make run PORT={port + 1}")

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the console."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, environment: Mapping[str, str]) -> None:
        """Start it, and return once it answers.

        Raises:
            WebError: it died or stays silent; its own words are on the terminal.
        """
        self._launch(environment)
        if not wait_until(lambda: self._is_dead() or self._answers(), START_PATIENCE) or self._is_dead():
            raise WebError("The web server did not start.")

    def heal(self, environment: Mapping[str, str]) -> None:
        """Start it again if it died, or if the services moved to other ports. Call this now and then."""
        if self._is_dead():
            if time.monotonic() - self._started > STEADY_AFTER:
                self._pause = FIRST_PAUSE
            time.sleep(self._pause)
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
            self._launch(environment)
        elif environment != self._environment:
            self.stop()
            self._launch(environment)

    def stop(self) -> None:
        """Stop it, and return once it has stopped."""
        if self._child is not None:
            stop_child(self._child, signal.SIGTERM, STOP_PATIENCE)

    def _launch(self, environment: Mapping[str, str]) -> None:
        self._environment, self._started = environment, time.monotonic()
        self._pid_file.unlink(missing_ok=True)
        own = {"PORT": str(self.port), "DELULA_RUN_FOLDER": str(RUN_FOLDER)}
        self._child = launch(
            [sys.executable, "-m", "gunicorn", "--pid", str(self._pid_file), "app:app"],
            dying_signal=signal.SIGTERM,
            environment={**environment, **own, "DELULA_RELOAD": "1" if self.reload else "0"},
            folder=PROJECT,
        )

    def _is_dead(self) -> bool:
        return self._child is None or self._child.poll() is not None

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.client.OK
        except OSError:  # does not listen yet
            return False
        finally:
            connection.close()

    def _stop_orphan(self) -> None:
        """Stop the web server of a console that was killed."""
        try:
            pid = int(self._pid_file.read_text())
        except (FileNotFoundError, ValueError):  # stopped in order; killed while it wrote
            return
        stop_stranger(pid, str(self._pid_file), signal.SIGTERM, STOP_PATIENCE)
