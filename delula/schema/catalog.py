"""Reads tables from PostgreSQL's catalog, in terms that two databases can be compared by."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, text

from delula.db import PRODUCT_SCHEMA


def run_literally(connection: Connection, statement: str) -> None:
    """Runs a statement as it stands: neither `:name` nor `%` in it mean a parameter."""
    connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column; `type` as PostgreSQL writes it, `default` without its casts, "serial" for a sequence."""

    name: str
    type: str
    not_null: bool
    default: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexShape:
    """What an index does, without its name: two indexes of one shape can stand for each other."""

    method: str
    keys: tuple[str, ...]
    included: tuple[str, ...]
    predicate: str | None
    unique: bool
    nulls_not_distinct: bool

    def __str__(self) -> str:
        words = ["unique"] if self.unique else []
        words.append(f"{self.method} ({', '.join(self.keys)})")
        if self.included:
            words.append(f"include ({', '.join(self.included)})")
        if self.nulls_not_distinct:
            words.append("nulls not distinct")
        if self.predicate is not None:
            words.append(f"where {self.predicate}")
        return " ".join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index; one that is not `valid` is left over from a concurrent build, or still being built."""

    name: str
    shape: IndexShape
    primary: bool
    valid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, or something else of that name: then `kind` says what, and it may have no columns."""

    name: str
    kind: str
    columns: Mapping[str, Column]
    indexes: tuple[Index, ...]
    foreign_keys: frozenset[str]
    checks: frozenset[str]

    @property
    def primary_key(self) -> tuple[str, ...]:
        """The key's columns; empty where there is no primary key."""
        return next((index.shape.keys for index in self.indexes if index.primary), ())

    def index_of_shape(self, shape: IndexShape) -> Index | None:
        """The valid index that does the same, whatever its name."""
        return next((index for index in self.indexes if index.valid and index.shape == shape), None)


_TABLES = text("""
SELECT c.oid, c.relname AS name,
       CASE c.relkind WHEN 'r' THEN 'a table' WHEN 'p' THEN 'a partitioned table' WHEN 'v' THEN 'a view'
                      WHEN 'm' THEN 'a materialized view' ELSE 'a foreign table' END AS kind
FROM pg_class c
WHERE c.relnamespace = CASE :schema WHEN 'pg_temp' THEN pg_my_temp_schema() ELSE to_regnamespace(:schema) END
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  -- What an extension brought along (such as the view of pg_stat_statements) is nobody's table.
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.relname
""")

_COLUMNS = text("""
SELECT a.attrelid AS table_oid, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       a.attnotnull AS not_null,
       CASE WHEN a.attidentity <> '' THEN 'identity'
            WHEN a.attgenerated <> '' THEN 'generated: ' || pg_get_expr(d.adbin, d.adrelid)
            ELSE pg_get_expr(d.adbin, d.adrelid) END AS default
FROM pg_attribute a
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = ANY(CAST(:oids AS oid[])) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
""")

# indnullsnotdistinct came with PostgreSQL 15, hence by way of JSON. A key's text holds its operator class
# and collation only where these are not what the column's type would get by itself.
_INDEXES = text("""
SELECT i.indrelid AS table_oid, ic.relname AS name, am.amname AS method, i.indisunique AS unique,
       i.indisprimary AS primary, i.indisvalid AND i.indisready AND i.indislive AS valid,
       coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS nulls_not_distinct,
       pg_get_expr(i.indpred, i.indrelid) AS predicate,
       ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, false)
                    || coalesce((SELECT ' COLLATE ' || quote_ident(co.collname) FROM pg_collation co
                                 WHERE co.oid = i.indcollation[n - 1]
                                   AND co.oid <> coalesce((SELECT a.attcollation FROM pg_attribute a
                                                           WHERE a.attrelid = i.indrelid
                                                             AND a.attnum = i.indkey[n - 1]), 100)), '')
                    || coalesce((SELECT ' ' || o.opcname FROM pg_opclass o
                                 WHERE o.oid = i.indclass[n - 1] AND NOT o.opcdefault
                                   AND o.opcname <> 'varchar_ops'), '')
                    || CASE i.indoption[n - 1] WHEN 1 THEN ' DESC NULLS LAST' WHEN 2 THEN ' NULLS FIRST'
                                               WHEN 3 THEN ' DESC' ELSE '' END
             FROM generate_series(1, i.indnkeyatts) AS n ORDER BY n) AS keys,
       ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, false)
             FROM generate_series(i.indnkeyatts + 1, i.indnatts) AS n ORDER BY n) AS included
FROM pg_index i
JOIN pg_class ic ON ic.oid = i.indexrelid
JOIN pg_am am ON am.oid = ic.relam
WHERE i.indrelid = ANY(CAST(:oids AS oid[]))
ORDER BY ic.relname
""")

_CONSTRAINTS = text("""
SELECT conrelid AS table_oid, contype = 'f' AS foreign, pg_get_constraintdef(oid, true) AS definition
FROM pg_constraint
WHERE conrelid = ANY(CAST(:oids AS oid[])) AND contype IN ('f', 'c')
""")

_CASTS = re.compile(r"::(?:character varying|timestamp without time zone|[a-z_]+)(?:\(\d+\))?(?:\[\])?")
_REFERENCED_SCHEMA = re.compile(r'(?<=REFERENCES )(?:"[^"]+"|[^\s."(]+)\.')


def _plain(expression: str) -> str:
    """An expression without casts and outer detail, so that varchar and text columns compare equal."""
    return _CASTS.sub("", expression).replace("(", "").replace(")", "").strip()


def _default(expression: str | None) -> str | None:
    if expression is None:
        return None
    if expression.startswith("nextval("):
        return "serial"
    return _CASTS.sub("", expression)


def _index(row: RowMapping) -> Index:
    shape = IndexShape(
        method=row["method"],
        keys=tuple(" ".join(key.split()) for key in row["keys"]),
        included=tuple(row["included"]),
        predicate=row["predicate"],
        unique=row["unique"],
        nulls_not_distinct=row["nulls_not_distinct"],
    )
    return Index(name=row["name"], shape=shape, primary=row["primary"], valid=row["valid"])


def read_tables(
    connection: Connection, schema: str = PRODUCT_SCHEMA, names: Iterable[str] | None = None
) -> dict[str, Table]:
    """The tables and views of a schema by name.

    Args:
        connection: reads only.
        schema: "pg_temp" means the temporary tables of this connection.
        names: only these; None means all.
    """
    wanted = None if names is None else set(names)
    found = [
        row
        for row in connection.execute(_TABLES, {"schema": schema}).mappings()
        if wanted is None or row["name"] in wanted
    ]
    oids = {"oids": [row["oid"] for row in found]}
    columns: dict[int, dict[str, Column]] = {row["oid"]: {} for row in found}
    indexes: dict[int, list[Index]] = {row["oid"]: [] for row in found}
    foreign_keys: dict[int, set[str]] = {row["oid"]: set() for row in found}
    checks: dict[int, set[str]] = {row["oid"]: set() for row in found}
    for row in connection.execute(_COLUMNS, oids).mappings():
        columns[row["table_oid"]][row["name"]] = Column(
            name=row["name"],
            type=row["type"],
            not_null=row["not_null"],
            default=_default(row["default"]),
        )
    for row in connection.execute(_INDEXES, oids).mappings():
        indexes[row["table_oid"]].append(_index(row))
    for row in connection.execute(_CONSTRAINTS, oids).mappings():
        if row["foreign"]:
            foreign_keys[row["table_oid"]].add(_REFERENCED_SCHEMA.sub("", row["definition"]))
        else:
            checks[row["table_oid"]].add(_plain(row["definition"]))
    return {
        row["name"]: Table(
            name=row["name"],
            kind=row["kind"],
            columns=columns[row["oid"]],
            indexes=tuple(indexes[row["oid"]]),
            foreign_keys=frozenset(foreign_keys[row["oid"]]),
            checks=frozenset(checks[row["oid"]]),
        )
        for row in found
    }
