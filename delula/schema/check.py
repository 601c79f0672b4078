"""How the connected database differs from the models."""

from sqlalchemy import Connection

import delula.models  # noqa: F401 - fills the metadata
from delula.db import CONSOLE_SCHEMA, PRODUCT_SCHEMA, Base
from delula.schema.catalog import Table, read_tables
from delula.schema.compare import Difference, Kind, differences
from delula.schema.probe import in_scratch
from delula.schema.repair import noted_indexes
from delula.schema.rights import rights_differences


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

    Indexes that the console has built beyond the declared ones count as expected.

    Args:
        connection: of its own; nothing is changed, but the role must be allowed temporary tables.
    """
    own = noted_indexes(connection)
    product = read_tables(connection, PRODUCT_SCHEMA)
    standing = {index.name for table in product.values() for index in table.indexes}
    modelled = tables_of_models(connection, None)
    public = [
        difference
        for difference in differences(modelled, product)
        if not (difference.kind is Kind.INDEX_EXTRA and difference.name in own)
    ]
    public += rights_differences(connection, modelled)
    public += [
        Difference(
            kind=Kind.INDEX_DROPPED,
            table="the console's indexes",
            name=name,
            expected=definition,
            found="no such index",
            blocking=False,
        )
        for name, definition in own.items()
        if name not in standing
    ]
    console = differences(
        tables_of_models(connection, CONSOLE_SCHEMA), read_tables(connection, CONSOLE_SCHEMA)
    )
    return {
        PRODUCT_SCHEMA: public,
        # Tables of the console need no model: the migrations' books, and what only commands use.
        CONSOLE_SCHEMA: [difference for difference in console if difference.kind is not Kind.TABLE_EXTRA],
    }
