"""What the account that the console connects by may do, and whether it sees every row."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, text

from delula.db import PRODUCT_SCHEMA
from delula.schema.compare import Difference, Kind

#: One row for each table: what the account may not do with it, and whether policies choose its rows.
_RIGHTS = text("""
    SELECT t.relname AS name, row_security_active(t.oid) AS filtered,
           array(SELECT r FROM unnest(array['select', 'insert', 'update', 'delete']) AS r
                 WHERE NOT has_table_privilege(t.oid, r)) AS lacking
    FROM pg_class t
    WHERE t.relnamespace = to_regnamespace(:schema) AND t.relname = ANY(:names)
    ORDER BY t.relname""")


def rights_differences(connection: Connection, names: Iterable[str]) -> Iterator[Difference]:
    """What pages and commands will be refused, and where row-level security hides rows without a word.

    Args:
        connection: reads only.
        names: tables of the product.
    """
    for row in connection.execute(_RIGHTS, {"schema": PRODUCT_SCHEMA, "names": list(names)}):
        if row.lacking:
            yield Difference(
                kind=Kind.RIGHTS,
                table=row.name,
                name=None,
                expected="every right to read and write",
                found=f"no right to {', '.join(row.lacking)}",
                blocking="select" in row.lacking,
            )
        if row.filtered:
            yield Difference(
                kind=Kind.RIGHTS,
                table=row.name,
                name=None,
                expected="every row",
                found="row-level security, which may hide some",
                blocking=False,
            )
