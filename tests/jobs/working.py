"""Work as areas have it, in small. As a program, a worker that does it, to be killed."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from sqlalchemy import text

from delula import create_app
from delula.db import atomic, session
from delula.errors import Refused
from delula.work import Promise, Task
from delula.work.worker import work
from tests.consoles import settings_for

if TYPE_CHECKING:
    from delula.work import Run

_MARK = text("INSERT INTO marks (what) VALUES (:what)")


def mark(what: str) -> None:
    session().execute(_MARK, {"what": what})


def write_once(_run: Run, what: str, fails: bool = False, pause: float = 0) -> None:
    mark(what)
    time.sleep(pause)
    if fails:
        raise RuntimeError("the provider is away")


def count(run: Run, to: int, pause: float = 0) -> None:
    while run.done < to:
        with atomic():
            mark(f"step {run.done + 1}")
            run.step(run.done + 1, to, {"last": run.done + 1})
        time.sleep(pause)


def send(_run: Run, what: str, pause: float = 0) -> None:
    with atomic():
        mark(what)
    time.sleep(pause)


def refuse(_run: Run) -> None:
    raise Refused("The rule forbids it.")


ONCE = Task("tests.once", "Write once", write_once, Promise.EXACTLY_ONCE, attempts=3)
COUNT = Task("tests.count", "Count", count, Promise.AT_LEAST_ONCE)
SEND = Task("tests.send", "Send", send, Promise.AT_MOST_ONCE, attempts=1)
REFUSE = Task("tests.refuse", "Refuse", refuse, Promise.AT_LEAST_ONCE)

if __name__ == "__main__":
    print("ready", flush=True)
    work(create_app(settings_for(sys.argv[1])), dead_after=float(sys.argv[2]))
