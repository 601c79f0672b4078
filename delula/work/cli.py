"""`flask jobs work`: the worker."""

from __future__ import annotations

import click
from flask import current_app

from delula.command_line import Group
from delula.work.worker import AT_ONCE, work

job_commands = Group("jobs", help="Background work.")


@job_commands.command("work")
@click.option("--at-once", default=AT_ONCE, show_default=True, help="Jobs at the same time.")
def work_command(at_once: int) -> None:
    """Do what is queued, until stopped. Several may run, on one machine or many."""
    click.echo("Ready to work")
    work(current_app._get_current_object(), at_once=at_once)  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's way
