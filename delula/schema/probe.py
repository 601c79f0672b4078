"""Lets PostgreSQL itself say what a piece of DDL amounts to, without leaving a trace.

The DDL runs against temporary tables in a transaction that is rolled back; what the catalog holds in
between can be compared with a live database, spelling for spelling.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import click
from psycopg.errors import InsufficientPrivilege, ReadOnlySqlTransaction
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from delula.db import PRODUCT_SCHEMA
from delula.schema.catalog import IndexShape, Table, read_tables, run_literally

Result = TypeVar("Result")


def in_scratch(connection: Connection, work: Callable[[], Result]) -> Result:
    """What `work` returns; unqualified names in its DDL mean temporary tables, and all of it is undone.

    Raises:
        ClickException: the database user may not make temporary tables.
    """
    scratch = connection.begin_nested()
    try:
        connection.execute(text("SET LOCAL search_path = pg_temp"))
        return work()
    except DBAPIError as refusal:
        if isinstance(refusal.orig, InsufficientPrivilege | ReadOnlySqlTransaction):
            raise click.ClickException(
                "The database user must be allowed to make temporary tables, in which schemas are compared: "
                f"{str(refusal.orig).strip()}"
            ) from refusal
        raise
    finally:
        scratch.rollback()


def tables_of(connection: Connection, statements: Iterable[str]) -> dict[str, Table]:
    """The tables that `statements` (unqualified CREATE TABLE and CREATE INDEX) would make, by name."""

    def work() -> dict[str, Table]:
        for statement in statements:
            run_literally(connection, statement)
        return read_tables(connection, "pg_temp")

    return in_scratch(connection, work)


def index_shapes_of(connection: Connection, wanted: Sequence[tuple[str, str, bool]]) -> list[IndexShape]:
    """The shapes of indexes on the product's tables as they live.

    Args:
        connection: left as it was.
        wanted: for each index the name of a table in `public`; what follows it in CREATE INDEX, e.g.
            "(status, created_at DESC)"; and whether the index is unique.
    """

    def work() -> list[IndexShape]:
        quote = connection.dialect.identifier_preparer.quote
        for table in {table for table, _, _ in wanted}:
            run_literally(connection, f"CREATE TABLE {quote(table)} (LIKE {PRODUCT_SCHEMA}.{quote(table)})")
        for number, (table, definition, unique) in enumerate(wanted):
            kind = "UNIQUE INDEX" if unique else "INDEX"
            run_literally(connection, f"CREATE {kind} probe_{number} ON {quote(table)} {definition}")
        tables = read_tables(connection, "pg_temp").values()
        shapes = {index.name: index.shape for table in tables for index in table.indexes}
        return [shapes[f"probe_{number}"] for number in range(len(wanted))]

    return in_scratch(connection, work)
