"""Locks on files, which the system releases when their holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class FileLock:
    """One open file to lock; a child process does not inherit it."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def share(self) -> None:
        """Hold it together with others; waits while someone has it alone."""
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def take(self) -> None:
        """Hold it alone; waits for that."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def try_take(self) -> bool:
        """Hold it alone if nobody else holds it at all."""
        return self._try(fcntl.LOCK_EX)

    def is_taken(self) -> bool:
        """Whether someone else holds it alone. Releases what this one held."""
        if not self._try(fcntl.LOCK_SH):
            return True
        self.release()
        return False

    def is_free(self) -> bool:
        """Whether nobody else holds it at all. Releases what this one held."""
        if not self._try(fcntl.LOCK_EX):
            return False
        self.release()
        return True

    def release(self) -> None:
        """Let go, and stay usable."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go for good."""
        os.close(self._descriptor)

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
