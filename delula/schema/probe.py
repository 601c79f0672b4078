"""Lets PostgreSQL itself say what a piece of DDL amounts to, without leaving a trace.

The DDL runs against temporary tables in a transaction that is rolled back; what the catalog holds in
between can be compared with a live database, spelling for spelling.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy import Connection, text

from delula.schema.catalog import PRODUCT_SCHEMA, IndexShape, Table, read_tables, run_literally

Result = TypeVar("Result")


def in_scratch(connection: Connection, work: Callable[[], Result]) -> Result:
    """What `work` returns; unqualified names in its DDL mean temporary tables, and all of it is undone."""
    scratch = connection.begin_nested()
    try:
        connection.execute(text("SET LOCAL search_path = pg_temp"))
        return work()
    finally:
        scratch.rollback()


def tables_of(connection: Connection, statements: Iterable[str]) -> dict[str, Table]:
    """The tables that `statements` (unqualified CREATE TABLE and CREATE INDEX) would make, by name."""

    def work() -> dict[str, Table]:
        for statement in statements:
            run_literally(connection, statement)
        return read_tables(connection, "pg_temp")

    return in_scratch(connection, work)


def index_shape_of(connection: Connection, table: str, definition: str, *, unique: bool) -> IndexShape:
    """The shape of an index on a product's table as it lives.

    Args:
        connection: left as it was.
        table: name of a table in `public`.
        definition: what follows the table's name in CREATE INDEX, e.g. "(status, created_at DESC)".
        unique: whether it is a unique index.
    """

    def work() -> IndexShape:
        quote = connection.dialect.identifier_preparer.quote
        run_literally(connection, f"CREATE TABLE scratch (LIKE {PRODUCT_SCHEMA}.{quote(table)})")
        kind = "UNIQUE INDEX" if unique else "INDEX"
        run_literally(connection, f"CREATE {kind} ON scratch {definition}")
        return read_tables(connection, "pg_temp", ["scratch"])["scratch"].indexes[0].shape

    return in_scratch(connection, work)
