"""Runs the migrations: one run at a time, nothing touched before the database is known to fit.

The first migration and the console's schema come in one transaction: all of it or nothing.
"""

import click
from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from delula.command_line import refusals
from delula.db import CONSOLE_SCHEMA
from delula.schema.changes import refuse_incompatible
from delula.schema.lock import one_at_a_time


def console_schema_exists(connection: Connection) -> bool:
    """Whether an earlier run got as far as the schema."""
    found = connection.scalar(text("SELECT to_regnamespace(:schema)::text"), {"schema": CONSOLE_SCHEMA})
    return found is not None


def drop_empty_console_schema(connection: Connection) -> None:
    """Drops the console's schema once a downgrade has left nothing in it but the books of the migrations."""
    left = connection.scalar(
        text("""
            SELECT count(*) FROM pg_class
            WHERE relnamespace = to_regnamespace(:schema) AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
              AND relname NOT IN ('alembic_version', 'created_object')"""),
        {"schema": CONSOLE_SCHEMA},
    )
    if left:
        click.echo(f"Left in place: schema {CONSOLE_SCHEMA}, because it holds more than the console made.")
        return
    for table in ("alembic_version", "created_object"):
        connection.execute(text(f"DROP TABLE IF EXISTS {CONSOLE_SCHEMA}.{table}"))
    connection.execute(text(f"DROP SCHEMA {CONSOLE_SCHEMA}"))
    connection.commit()


def migrate(connection: Connection) -> None:
    """Runs the wanted migrations on a connection that holds the lock."""
    migration = context.get_context()
    had_schema = console_schema_exists(connection)
    if not migration.get_current_heads():
        base = context.script.get_revision(context.script.get_bases()[0])
        refuse_incompatible(connection, base.module.TABLES)
    if not had_schema:
        # Not committed here: it stands or falls with the first migration.
        connection.execute(text(f"CREATE SCHEMA {CONSOLE_SCHEMA}"))
    with context.begin_transaction():
        context.run_migrations()
    if had_schema and not migration.get_current_heads():
        drop_empty_console_schema(connection)


def run() -> None:
    """Connects and does what the command line asked for."""
    if context.is_offline_mode():
        raise click.ClickException("The migrations look at the database first, so --sql is not offered.")
    database = current_app.extensions["migrate"].db
    with refusals(), database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            version_table_schema=CONSOLE_SCHEMA,
            transaction_per_migration=True,
        )
        if context.get_context().opts.get("dont_mutate"):
            context.run_migrations()
            return
        with one_at_a_time(connection):
            migrate(connection)


run()
