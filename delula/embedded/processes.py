"""Starting, recognising and stopping processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LAUNCHER = Path(__file__).with_name("launch.py")


def launch(
    command: Sequence[str],
    *,
    output: IO[bytes] | int | None = None,
    errors: IO[bytes] | int | None = None,
    dying_signal: signal.Signals,
    account: str | None = None,
    reach: Sequence[Path] = (),
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, bound to this process; see `launch.py`.

    Args:
        command: program and arguments.
        output: where its standard output goes, as for `subprocess.Popen`.
        errors: where its standard error goes, likewise.
        dying_signal: what it gets when this process dies.
        account: unprivileged account to run as.
        reach: folders that this account must be able to read.
        environment: replaces ours.
        folder: where it starts; None for where we are.
    """
    bound = [
        sys.executable,
        "-I",
        "-S",
        str(LAUNCHER),
        str(int(dying_signal)),
        str(os.getpid()),
        account or "-",
    ]
    return subprocess.Popen(  # noqa: S603 - no shell, and the commands are our own
        [*bound, *map(str, reach), "--", *command],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        env=environment,
        start_new_session=True,
    )


def is_ours(pid: int, mark: str) -> bool:
    """Whether `pid` is alive (a zombie is not) and has `mark` in its command line."""
    if pid <= 0:
        return False
    if sys.platform == "linux":
        process = Path("/proc") / str(pid)
        try:
            state = process.joinpath("stat").read_text(errors="replace").rpartition(")")[2].split()[0]
            command = process.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (OSError, IndexError):  # gone before, or while, we looked
            return False
    else:
        listing = subprocess.run(  # noqa: S603 - constant but for a number
            ["/bin/ps", "-ww", "-o", "stat=,command=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        state, _, command = listing.stdout.strip().partition(" ")
    return bool(state) and not state.startswith(("Z", "X")) and mark in command


def stop_stranger(pid: int, mark: str, polite: signal.Signals, patience: float) -> None:
    """Stop a process that is ours but not our child: politely, and after `patience` seconds for good."""
    for number, seconds in ((polite, patience), (signal.SIGKILL, 5.0)):
        if not is_ours(pid, mark):
            return
        os.kill(pid, number)
        wait_until(lambda: not is_ours(pid, mark), seconds)


def stop_child(child: subprocess.Popen[bytes], polite: signal.Signals, patience: float) -> None:
    """Stop our child and reap it: politely, and after `patience` seconds for good."""
    if child.poll() is not None:
        return
    child.send_signal(polite)
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.05) -> bool:
    """Ask `condition` every `pause` seconds until it holds; False when `seconds` passed without."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def free_ports(number: int) -> list[int]:
    """`number` different TCP ports that nobody listens on now, at 127.0.0.1."""
    sockets = [socket.socket() for _ in range(number)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


def is_port_free(port: int) -> bool:
    """Whether a server could listen on `port` of 127.0.0.1 now."""
    with socket.socket() as one:
        # As servers do: without it the remains of closed connections would count.
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
