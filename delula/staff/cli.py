"""`flask staff …`: what an admin does on the Staff page, for whoever runs the server."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from delula.access.actor import COMMAND_LINE
from delula.access.permissions import Role
from delula.command_line import Group
from delula.staff import actions, queries

if TYPE_CHECKING:
    from collections.abc import Callable

staff_commands = Group("staff", help="Accounts of the people who use the console.")

_role = click.option(
    "--role", required=True, type=click.Choice([role.value for role in Role]), help="What they may do."
)
_password = click.option(
    "--password-stdin", is_flag=True, required=True, help="Read the password from standard input."
)


def _typed_password() -> str:
    # One line: `echo` and here-strings end it, a password manager's pipe may not.
    return sys.stdin.readline().rstrip("\r\n")


@staff_commands.command()
@click.argument("email")
@_role
@click.option("--name", default="", help="How colleagues see them.")
@_password
def create(email: str, role: str, name: str, password_stdin: bool) -> None:  # noqa: ARG001 - click passes it
    """Create an account."""
    created = actions.create(COMMAND_LINE, email, Role(role), name=name, password=_typed_password())
    click.echo(f"{created.email} can sign in as {role}.")


@staff_commands.command()
@click.argument("email", default=actions.FIRST_ADMIN_EMAIL)
def first_admin(email: str) -> None:
    """Create the admin of a console that has no staff, and print the password; else do nothing."""
    created = actions.create_first_admin(email)
    if created is not None:
        click.echo(f"{created.email} {created.password}")


@staff_commands.command("list")
def list_members() -> None:
    """List all accounts."""
    members = queries.members()
    if not members:
        click.echo("There are no staff accounts. Create one with: flask staff create EMAIL --role admin")
        return
    width = max(len(member.email) for member in members)
    for member in members:
        state = "active" if member.active else "disabled"
        factor = "second factor" if member.has_second_factor else "password only"
        click.echo(f"{member.email:{width}}  {member.role.value:9}  {state:8}  {factor}")


@staff_commands.command()
@click.argument("email")
@_role
def set_role(email: str, role: str) -> None:
    """Give somebody another role."""
    actions.set_role(COMMAND_LINE, queries.id_of(email), Role(role))
    click.echo(f"{email} is {role} now.")


@staff_commands.command()
@click.argument("email")
@_password
def set_password(email: str, password_stdin: bool) -> None:  # noqa: ARG001 - click passes it
    """Give somebody a new password; all their sessions end."""
    actions.set_password(COMMAND_LINE, queries.id_of(email), _typed_password())
    click.echo(f"{email} has a new password.")


def _simple(name: str, action: Callable[..., None], help_text: str, done: str) -> None:
    """Add a command that takes an e-mail address and nothing else."""

    @staff_commands.command(name, help=help_text)
    @click.argument("email")
    def run(email: str) -> None:
        action(COMMAND_LINE, queries.id_of(email))
        click.echo(done.format(email=email))


_simple("disable", actions.disable, "Shut somebody out, at once.", "{email} is disabled.")
_simple("enable", actions.enable, "Let somebody in again.", "{email} can sign in again.")
_simple(
    "reset-2fa",
    actions.reset_second_factor,
    "Take a lost second factor away; all their sessions end.",
    "{email} has no second factor now.",
)
_simple("end-sessions", actions.end_sessions, "Sign somebody out everywhere.", "{email} is signed out.")
