"""`flask command`: any command from the server's shell. `flask audit verify`: whether the log is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from delula.access.actor import COMMAND_LINE
from delula.command_line import Command, Group
from delula.commands.inputs import read_given
from delula.commands.registry import command_named, commands
from delula.commands.run import preview, run
from delula.commands.verify import verify

if TYPE_CHECKING:
    from delula.commands.base import Plan

audit_commands = Group("audit", help="The audit log.")


@click.command("command", cls=Command)
@click.argument("name", required=False)
@click.argument("values", nargs=-1)
@click.option("--reason", default="", help="Why; it stands in the audit log.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and do nothing.")
@with_appcontext
def command_command(name: str | None, values: tuple[str, ...], reason: str, dry_run: bool) -> None:
    """Run the command NAME with VALUES, each field=value; without a name, list them all."""
    if name is None:
        for command in commands().values():
            click.echo(f"{command.name}: {command.title}")
        return
    chosen = command_named(name)
    if chosen is None:
        raise click.ClickException(f"There is no command {name}; `flask command` lists them.")
    pairs = [value.partition("=") for value in values]
    if odd := next((field for field, sign, _ in pairs if not sign), None):
        raise click.ClickException(f"{odd}: write field=value.")
    texts = {field: text for field, _, text in pairs}
    given = read_given(chosen.given, {**chosen.stored(texts), **texts})
    if dry_run:
        _show(preview(chosen, given, COMMAND_LINE))
        return
    receipt = run(chosen, given, COMMAND_LINE, reason=reason)
    click.echo(f"{receipt.sentence} (audit entry {receipt.entry_id})")
    for detail, value in receipt.details.items():
        click.echo(f"  {detail}: {value}")


def _show(plan: Plan) -> None:
    click.echo(plan.sentence)
    for name, value in plan.change.after.items():
        click.echo(f"  {name}: {plan.change.before.get(name)} → {value}")
    for warning in plan.warnings:
        click.echo(f"  note: {warning}")


@audit_commands.command("verify")
@click.option(
    "--expect",
    default="",
    metavar="HASH",
    help="The last hash of an earlier check, kept elsewhere: fail unless that entry is still there.",
)
def verify_command(expect: str) -> None:
    """Say whether every entry is there and none was altered; fails where one is not.

    An end that was cut off together with what the database notes of it can only be told from outside: keep
    the hash that this prints, and give it to the next check.
    """
    found = verify(expect, lambda entries: click.echo(f"{entries:,} entries checked", err=True))
    for fault in found.faults:
        what = f"entry {fault.entry_id}" if fault.entry_id is not None else "the day"
        click.echo(f"{fault.day}: {what} {fault.text}")
    if expect and not found.has_expected:
        click.echo(f"No entry has the hash {expect}.")
    if found.faults or (expect and not found.has_expected):
        raise click.exceptions.Exit(1)
    click.echo(f"The audit log is whole: {found.entries:,} entries, the last one with the hash {found.last}.")
