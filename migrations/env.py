"""Runs the migrations: one run at a time, nothing touched before the database is known to fit.

The first migration and the console's schema come in one transaction. Indexes of the product's tables are
built concurrently, outside of transactions, so the lock that serialises two runs belongs to the session:
it lasts as long as the server works for it, even when this process is killed.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from delula.db import CONSOLE_SCHEMA
from delula.schema.changes import refuse_incompatible

#: Key of the advisory lock: the letters "delula" as a number.
LOCK_KEY = int.from_bytes(b"delula")

#: Seconds between two attempts to get it.
LOCK_PAUSE = 0.2


@contextmanager
def one_at_a_time(connection: Connection) -> Iterator[None]:
    """Holds the lock of the migrations, waiting for another run to end.

    It asks again and again instead of waiting inside the server: a waiting statement keeps a snapshot, and
    the other run's concurrent index builds would wait for that snapshot in turn.
    """
    waiting = False
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK_KEY}):
        connection.rollback()
        if not waiting:
            click.echo("Another upgrade of this database is running; waiting for it to end.")
            waiting = True
        time.sleep(LOCK_PAUSE)
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK_KEY})
        connection.commit()


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
    # Concurrent builds wait for other transactions as long as it takes; that blocks nobody.
    for setting in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(text(f"SET {setting} = 0"))
    connection.commit()
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
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            version_table_schema=CONSOLE_SCHEMA,
            transaction_per_migration=True,
        )
        if context.get_context().opts.get("dont_mutate"):
            context.run_migrations()
            return
        try:
            with one_at_a_time(connection):
                migrate(connection)
        finally:
            # The settings of this session must not come back from the pool.
            connection.invalidate()


run()
