"""Builds again what the console once built and somebody has dropped.

The product's schema push knows nothing of the console's indexes and may drop them, and the migrations that
made them will not run twice.
"""

import re

import click
from sqlalchemy import Connection, text

from delula.db import CONSOLE_SCHEMA, PRODUCT_SCHEMA
from delula.schema.catalog import read_tables, run_literally
from delula.schema.lock import one_at_a_time
from delula.schema.probe import index_shapes_of

_DEFINITION = re.compile(
    rf'CREATE (?P<unique>UNIQUE )?INDEX \S+ ON {PRODUCT_SCHEMA}\."?(?P<table>[^\s"]+)"? (?P<rest>.*)',
    re.DOTALL,
)


def noted_indexes(connection: Connection) -> dict[str, str]:
    """The definitions of the indexes that the console has built, by name; empty before the first upgrade."""
    if connection.scalar(text(f"SELECT to_regclass('{CONSOLE_SCHEMA}.created_object')::text")) is None:
        return {}
    rows = connection.execute(
        text(f"""
            SELECT name, definition FROM {CONSOLE_SCHEMA}.created_object
            WHERE kind = 'index' AND definition IS NOT NULL ORDER BY name""")  # noqa: S608 - a constant
    )
    return {row.name: row.definition for row in rows}


def repair_indexes(connection: Connection) -> list[str]:
    """Builds the missing and the invalid ones of the console's indexes, concurrently.

    Args:
        connection: not in a transaction; its session is closed at the end.

    Returns:
        The names of the indexes that were built.
    """
    built = []
    with one_at_a_time(connection):
        for name, definition in noted_indexes(connection).items():
            if not _is_needed(connection, name, definition):
                continue
            connection.rollback()
            connection.execution_options(isolation_level="AUTOCOMMIT")
            quoted = connection.dialect.identifier_preparer.quote(name)
            click.echo(f"Building index {name}.")
            connection.execute(text(f"DROP INDEX CONCURRENTLY IF EXISTS {PRODUCT_SCHEMA}.{quoted}"))
            run_literally(connection, definition.replace(" INDEX ", " INDEX CONCURRENTLY ", 1))
            connection.rollback()
            connection.execution_options(isolation_level=connection.default_isolation_level)
            built.append(name)
    return built


def _is_needed(connection: Connection, name: str, definition: str) -> bool:
    parts = _DEFINITION.fullmatch(definition)
    if parts is None:
        return False
    table = read_tables(connection, names=[parts["table"]]).get(parts["table"])
    if table is None:
        return False
    if any(index.name == name and index.valid for index in table.indexes):
        return False
    (shape,) = index_shapes_of(connection, [(table.name, parts["rest"], parts["unique"] is not None)])
    return table.index_of_shape(shape) is None
