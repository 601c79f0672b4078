"""Processes that are killed in the middle of what they do, at whichever of their steps."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from delula.db import db

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask


def killed(app: Flask, work: Callable[[Callable[..., None]], object], at: int | None) -> int:
    """Work in a process that is killed at one of its statements or commits, or of the steps that it counts.

    Args:
        app: whose database it works on.
        work: what is done; it is given what counts a further step.
        at: the number of the step; None for none. The last step is that all is done and nobody was told.

    Returns:
        How many steps there were, where it was not killed.
    """
    reader, writer = os.pipe()
    if (process := os.fork()) == 0:
        _work_until_killed(app, work, at, writer)
    os.close(writer)
    _, status = os.waitpid(process, 0)
    told = os.read(reader, 20)
    os.close(reader)
    assert os.WIFSIGNALED(status) is (at is not None)
    return int(told or 0)


def _work_until_killed(
    app: Flask, work: Callable[[Callable[..., None]], object], at: int | None, writer: int
) -> None:
    steps = 0

    def count(*_: Any, **__: Any) -> None:
        nonlocal steps
        if steps == at:
            os.kill(os.getpid(), signal.SIGKILL)
        steps += 1

    try:
        with app.app_context():
            # Its connections are the parent's.
            db.session.remove()
            db.engine.dispose(close=False)
            for name in ("before_cursor_execute", "commit"):
                event.listen(db.engine, name, count)
        work(count)
        count()
        os.write(writer, str(steps).encode())
    finally:
        os._exit(0)
