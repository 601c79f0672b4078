"""A folder in memory for a run: some file systems take a second for the thousand files of a database."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from delula.embedded.locks import FileLock

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Where Linux keeps files in memory; macOS has no such place.
MEMORY = Path("/dev/shm")  # noqa: S108 - what we make in it is ours by its name and mode
#: Bytes that must be free there: a run takes half of it at most.
ROOM = 3 * 1024**3


@contextmanager
def fast_folder(run_folder: Path) -> Iterator[Path]:
    """A folder that the workers of a run share and that is gone after the last one.

    Args:
        run_folder: of this run, the same in all its workers.

    Yields:
        One in memory, or one in `run_folder` where memory has no room.
    """
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        yield run_folder / "fast"
        return
    ours = f"delula-tests-{os.geteuid()}"
    folder = MEMORY / f"{ours}-{sha256(bytes(run_folder)).hexdigest()[:12]}"
    entering = FileLock(MEMORY / f"{ours}.lock")
    entering.take()
    for left in MEMORY.glob(f"{ours}-*.lock"):
        _remove_unless_used(left)
    in_use = FileLock(folder.with_suffix(".lock"))
    in_use.share()
    entering.release()
    folder.mkdir(exist_ok=True)
    yield folder
    entering.take()
    in_use.close()
    _remove_unless_used(folder.with_suffix(".lock"))
    entering.close()


def _remove_unless_used(lock: Path) -> None:
    in_use = FileLock(lock)
    if in_use.try_take():
        shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
        lock.unlink()
    in_use.close()
