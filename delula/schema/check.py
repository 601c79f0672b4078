"""How the connected database differs from the models."""

from sqlalchemy import Connection

import delula.models  # noqa: F401 - fills the metadata
from delula.db import CONSOLE_SCHEMA, Base
from delula.schema.catalog import PRODUCT_SCHEMA, Table, read_tables
from delula.schema.compare import Difference, differences
from delula.schema.probe import in_scratch

#: The books of the migrations: tables of the console that have no model.
_UNMODELLED = frozenset({"alembic_version", "created_object"})


def tables_of_models(connection: Connection, schema: str | None) -> dict[str, Table]:
    """What the models of one schema amount to in this version of PostgreSQL, by name of table.

    Args:
        connection: of its own, since it is left translating schema names; its transaction stays as it was.
        schema: as in the models; None for the product's.
    """
    modelled = [table for table in Base.metadata.sorted_tables if table.schema == schema]
    scratch = connection.execution_options(schema_translate_map={schema: "pg_temp"})

    def work() -> dict[str, Table]:
        Base.metadata.create_all(scratch, tables=modelled, checkfirst=False)
        return read_tables(connection, "pg_temp")

    return in_scratch(connection, work)


def database_differences(connection: Connection) -> dict[str, list[Difference]]:
    """The differences by schema, in the order of a report.

    Args:
        connection: of its own; nothing is changed, but the role must be allowed temporary tables.
    """
    result = {}
    for schema, modelled in ((PRODUCT_SCHEMA, None), (CONSOLE_SCHEMA, CONSOLE_SCHEMA)):
        live = read_tables(connection, schema)
        if schema == CONSOLE_SCHEMA:
            live = {name: table for name, table in live.items() if name not in _UNMODELLED}
        result[schema] = differences(tables_of_models(connection, modelled), live)
    return result
