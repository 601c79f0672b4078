"""`flask rollups …`: bring the roll-ups up to date, or make them anew."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from delula.command_line import Group
from delula.rollups import refresh as work

if TYPE_CHECKING:
    from collections.abc import Callable

rollup_commands = Group("rollups", help="What pages over many rows are made of.")


class _Bar:
    """One moving bar a family in a terminal, a line for each elsewhere."""

    def __init__(self) -> None:
        self._family = ""
        self._bar = click.progressbar(length=1)

    def __call__(self, family: str, share: float) -> None:
        if family != self._family:
            self.finish()
            self._family = family
            self._bar = click.progressbar(length=1000, label=f"Counting {family}")
        self._bar.update(max(round(share * 1000) - self._bar.pos, 0))

    def finish(self) -> None:
        """End the line of the bar at hand."""
        if self._family:
            self._bar.render_finish()


@rollup_commands.command("refresh")
def refresh() -> None:
    """Count what is new or changed since the last time, and a part of the rest.

    Meant to run every minute. The first run counts everything. Several at once do no harm.
    """
    _run(work.refresh)


@rollup_commands.command("rebuild")
def rebuild() -> None:
    """Count everything anew, the newest month first; pages go on working meanwhile."""
    _run(work.rebuild)


def _run(job: Callable[[work.Watch], None]) -> None:
    began = time.monotonic()
    bar = _Bar()
    job(bar)
    bar.finish()
    click.echo(f"Up to date after {time.monotonic() - began:.1f} seconds.")
