"""What all `flask …` commands of the console share: a refusal is told in one line, and exits with 1."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from flask.cli import AppGroup
from psycopg.errors import InsufficientPrivilege, InvalidSchemaName, UndefinedTable
from sqlalchemy.exc import DBAPIError

from delula.errors import Forbidden, InvalidInput, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator


class Command(click.Command):
    """A command that stands alone."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it, and tell in words why it was refused."""
        with refusals():
            return super().invoke(ctx)


class Group(AppGroup):
    """A group of commands."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run one of them, and tell in words why it was refused."""
        with refusals():
            return super().invoke(ctx)


@contextmanager
def refusals() -> Iterator[None]:
    """Tell in words what was refused, by a rule or by the database.

    Raises:
        ClickException: something was; what is no refusal passes as it is.
    """
    try:
        yield
    except (InvalidInput, Refused, Forbidden) as error:
        raise click.ClickException(str(error)) from error
    except DBAPIError as error:
        if (words := _of_the_database(error)) is None:
            raise
        raise click.ClickException(words) from error


def _of_the_database(error: DBAPIError) -> str | None:
    first_line = str(error.orig).partition("\n")[0]
    match error.orig:
        case UndefinedTable() | InvalidSchemaName():
            return f"Run `flask db upgrade` first: {first_line}."
        case InsufficientPrivilege():
            return (
                f"The account in DATABASE_URL lacks a right: {first_line}. To upgrade, it must own the "
                "product's tables, or be allowed to CREATE in the database and in its schema public."
            )
        case refusal if getattr(refusal, "sqlstate", "") is None:  # no server has answered
            return f"The database that DATABASE_URL names cannot be reached: {first_line}"
    return None
