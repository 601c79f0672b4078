"""Behind the Makefile: `python -m delula.embedded run`, `… dev`, `… exec PROGRAM ARGUMENT…`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from delula.config import PROJECT, ConfigurationError
from delula.embedded.prepare import PreparationError, make_first_admin, prepare
from delula.embedded.processes import stop_child
from delula.embedded.service import ServiceError
from delula.embedded.surroundings import Surroundings
from delula.embedded.web import Web, WebError
from delula.embedded.worker import Worker

if TYPE_CHECKING:
    from types import FrameType

USAGE = "usage: python -m delula.embedded run | dev | exec PROGRAM [ARGUMENT…]"
NO_MEDIA = "No S3 server is made for this machine, so media are not shown; see S3_BUCKET in .env.example."
#: Seconds between two looks at the parts.
PULSE = 0.5


def main(arguments: list[str]) -> int:
    """Do what the command line says; the exit code of the process."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        match arguments:
            case ["run"]:
                return run(reload=False)
            case ["dev"]:
                return run(reload=True)
            case ["exec", _, *_]:
                return execute(arguments[1:])
            case _:
                return _refuse(USAGE)
    except ConfigurationError as problems:
        return _refuse(f"The settings cannot be used:\n{problems}")
    except (ServiceError, PreparationError, WebError) as failure:
        return _refuse(str(failure))
    except KeyboardInterrupt:
        return 0


def run(*, reload: bool) -> int:
    """Serve the console until someone stops it."""
    began, parent = time.monotonic(), os.getppid()
    surroundings = Surroundings()
    web, worker = Web(surroundings.settings.port, reload=reload), Worker()
    _say("Starting")
    with surroundings:
        surroundings.wait()
        if surroundings.lacks_media:
            _say(NO_MEDIA)
        prepare(surroundings, demo=True, tell=_say)
        admin = make_first_admin(surroundings)
        try:
            web.start(surroundings.environment())
            _say(f"Ready after {time.monotonic() - began:.1f} seconds: {web.address} (Ctrl-C stops it)")
            if admin is not None:
                email, password = admin
                _say(f"Sign in as {email} with the password {password}, which is shown only now.")
            # When `make` is killed, nobody could stop us any more. Linux tells us, other systems do not.
            while os.getppid() == parent:
                time.sleep(PULSE)
                surroundings.begin()
                web.heal(surroundings.environment())
                worker.heal(surroundings.environment())
        finally:
            worker.stop()
            web.stop()
    return 0


def execute(command: list[str]) -> int:
    """Run a command at the terminal with the console's services and settings; its exit code."""
    with Surroundings() as surroundings:
        surroundings.wait()
        prepare(surroundings, demo=False, tell=_say)
        child = subprocess.Popen(command, cwd=PROJECT, env=surroundings.environment())  # noqa: S603 - as typed
        try:
            # Ctrl-C reaches the command as well, and is its to answer.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            return child.wait()
        finally:
            stop_child(child, signal.SIGTERM, patience=5.0)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    print(text, flush=True)


def _refuse(text: str) -> int:
    print(text, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
