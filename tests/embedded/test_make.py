"""What `make` does for the processes that it starts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from delula.embedded.processes import is_ours, wait_until
from delula.embedded.service import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

#: Stands in for the console, at the moment before it does anything of its own.
STARTING = """
import os, time
print(os.getpid(), flush=True)
time.sleep(120)
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere the console looks for make itself, once it serves"
)
@pytest.mark.parametrize("target", ["run", "dev"])
def test_a_console_that_still_starts_ends_with_a_killed_make(tmp_path: Path, target: str) -> None:
    program = tmp_path / "starting.py"
    program.write_text(STARTING)
    make = subprocess.Popen(  # noqa: S603 - our own Makefile, with a program written above
        # The set-up is done, or this would not run.
        ["make", "--old-file=setup-run", target, f"EMBEDDED={sys.executable} {program}"],  # noqa: S607
        cwd=PROJECT,
        # The make that runs these tests would hand its options down.
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
        stdout=subprocess.PIPE,
        text=True,
    )
    with make:
        assert make.stdout is not None
        console = int(make.stdout.readline())
        assert is_ours(console, str(program))
        make.send_signal(signal.SIGKILL)
    assert wait_until(lambda: not is_ours(console, str(program)), 10.0)
