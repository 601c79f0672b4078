"""Makes the rows in a second process, while the server takes in those before: two cores at work.

A thread would not do: whenever the writing side wants to send, it would wait for the interpreter's lock.
"""

from __future__ import annotations

import os
from multiprocessing import get_context, parent_process
from queue import Empty
from threading import Thread
from typing import TYPE_CHECKING, TypeAlias

from delula.demo.dataset import blocks
from delula.demo.plan import CHUNK, Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.queues import Queue

    from delula.demo.media import Media
    from delula.demo.pieces import Block

_Ready: TypeAlias = "Queue[Block | str | None]"

#: Blocks that may wait; each is some megabytes.
_WAITING = 8


def blocks_ahead(plan: Plan, files: Media) -> Iterator[Block]:
    """All rows of a plan; a small one is not worth a process."""
    if plan.generations <= CHUNK:
        yield from blocks(plan, files)
        return
    # A fresh interpreter: a forked one would share the database connection.
    context = get_context("spawn")
    ready: _Ready = context.Queue(_WAITING)
    maker = context.Process(target=_make, args=(ready, plan, files), daemon=True)
    maker.start()
    try:
        while (block := _next(ready, maker.is_alive)) is not None:
            yield block
    finally:
        maker.kill()
        maker.join()


def _next(ready: _Ready, alive: Callable[[], bool]) -> Block | None:
    while True:
        lives = alive()
        try:
            block = ready.get(timeout=1)
        except Empty:
            if not lives:
                raise RuntimeError("The process that makes the demo rows has died.") from None
            continue
        if not isinstance(block, str):
            return block
        raise RuntimeError(f"The demo rows could not be made: {block}")


def _make(ready: _Ready, plan: Plan, files: Media) -> None:
    Thread(target=_end_with_parent, daemon=True).start()
    try:
        for block in blocks(plan, files):
            ready.put(block)
    except Exception as error:  # noqa: BLE001 - told to the process that waits, which raises it
        ready.put(repr(error))
    else:
        ready.put(None)


def _end_with_parent() -> None:
    """A killed parent takes nothing from the queue any more, and this process would wait for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
