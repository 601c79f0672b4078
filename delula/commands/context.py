"""On whose behalf a command runs, for rules that depend on it: limits, a second person's approval."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from delula.access.actor import CONSOLE, Actor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Occasion:
    """Who runs a command or looks at what it would do, and why.

    Attributes:
        actor: who.
        reason: in the actor's words; empty in a preview.
        command: its name; empty outside of one.
        once_recorded: is called with the id of the command's entry in the audit log, in its transaction.
    """

    actor: Actor
    reason: str = ""
    command: str = ""
    once_recorded: list[Callable[[int], None]] = field(default_factory=list)


_CURRENT: ContextVar[Occasion | None] = ContextVar("occasion", default=None)


def occasion() -> Occasion:
    """The occasion of the command at hand; outside of one, the console itself."""
    return _CURRENT.get() or Occasion(CONSOLE)


@contextmanager
def on_occasion(actor: Actor, reason: str = "", command: str = "") -> Iterator[None]:
    """Let commands within the block know who runs them, and why."""
    token = _CURRENT.set(Occasion(actor, reason, command))
    try:
        yield
    finally:
        _CURRENT.reset(token)
