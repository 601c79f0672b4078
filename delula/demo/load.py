"""Puts a data set into the database: one transaction, so that whatever goes wrong leaves it as it was.

Rows come with COPY into tables that are empty. Meanwhile the indexes that no constraint needs and the foreign
keys are away; they come back from the definitions that PostgreSQL itself gives, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from delula.db import CONSOLE_SCHEMA
from delula.demo.catalogue import TYPE_TABLES
from delula.demo.dataset import TABLES
from delula.demo.people import ID_GROUP, SYSTEM_ACCOUNTS
from delula.demo.recipes import RECIPES
from delula.errors import Refused

if TYPE_CHECKING:
    from delula.demo.pieces import Block
    from delula.demo.plan import Plan

Raw: TypeAlias = Connection[Any]
#: Called with a table and the number of its rows that were just written.
Watcher: TypeAlias = Callable[[str, int], None]

_MARKER = sql.Identifier(CONSOLE_SCHEMA, "demo_run")
#: Key of the advisory lock: the letters "demo" as a number.
_LOCK_KEY = int.from_bytes(b"demo")
#: What tells our rows from others where no counting id does; the others have `id` up to the last one we made.
_OWN_ROWS: dict[str, sql.Composable] = {
    "users": sql.SQL("substr(id, 15, 4) = {} OR id = ANY({})").format(ID_GROUP, list(SYSTEM_ACCOUNTS)),
    "recipe_usage": sql.SQL("recipe_id <= {last}"),
    "recipe_usage_options": sql.SQL("recipe_id <= {last}"),
    "recipe_option_tag_icon": sql.SQL("true"),
}


def load(
    connection: Raw, plan: Plan, blocks: Iterable[Block], *, replace: bool, watch: Watcher
) -> dict[str, int]:
    """Write a data set; the caller's transaction decides whether it stays.

    Args:
        connection: at the beginning of a transaction.
        plan: what the blocks were made from; it is noted beside them.
        blocks: the rows.
        replace: whether an earlier demo data set may be thrown away.
        watch: told about progress.

    Returns:
        Number of rows by table.

    Raises:
        Refused: the database holds rows that no demo run made, or demo data and `replace` is not set.
    """
    connection.execute("SET LOCAL statement_timeout = 0")
    connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    connection.execute("SET LOCAL lock_timeout = '10s'")
    # For the indexes; where the server gives more, that is better still.
    connection.execute(
        "SELECT set_config('maintenance_work_mem', '256MB', true) "
        "WHERE pg_size_bytes(current_setting('maintenance_work_mem')) < pg_size_bytes('256MB')"
    )
    connection.execute("SET LOCAL search_path = public")
    tables = _prepared(connection)
    _make_room(connection, tables, replace=replace)
    written = dict.fromkeys(tables, 0)
    with _bare(connection, tables, watch):
        for block in blocks:
            if block.rows and block.table in written:
                _copy(connection, block)
                written[block.table] += block.rows
                watch(block.table, block.rows)
    last_ids = _set_sequences(connection, tables)
    for table in tables:
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
    connection.execute(
        sql.SQL(
            "INSERT INTO {} (seed, generations, assets, usage, until, last_ids) VALUES (%s, %s, %s, %s, "
            "%s, %s)"
        ).format(_MARKER),
        (plan.seed, plan.generations, plan.assets, plan.usage, plan.until, Jsonb(last_ids)),
    )
    return written


def _prepared(connection: Raw) -> list[str]:
    """The tables of the data set that this database has; it must be one of the console's."""
    if connection.execute("SELECT to_regclass(%s)", (f"{CONSOLE_SCHEMA}.demo_run",)).fetchone() == (None,):
        raise Refused("This database is not prepared: run `flask db upgrade` first.")
    found = connection.execute(
        "SELECT name FROM unnest(%s::text[]) WITH ORDINALITY AS wanted (name, place) "
        "WHERE to_regclass('public.' || name) IS NOT NULL ORDER BY place",
        (list(TABLES),),
    )
    return [name for (name,) in found]


def refuse_foreign(connection: Raw, *, replace: bool) -> None:
    """See that the database holds nothing but demo data, and those only if they may be replaced.

    Raises:
        Refused: it holds more, is not prepared, or is at this moment being filled.
    """
    _refuse_foreign(connection, _prepared(connection), replace=replace)


def _refuse_foreign(connection: Raw, tables: list[str], *, replace: bool) -> None:
    if connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (_LOCK_KEY,)).fetchone() != (True,):
        raise Refused("Another demo run is at work on this database.")
    run = connection.execute(
        sql.SQL("SELECT seed, generations, last_ids FROM {} ORDER BY id DESC LIMIT 1").format(_MARKER)
    ).fetchone()
    foreign = _foreign(connection, tables, run[2] if run else None)
    if foreign:
        found = ", ".join(f"{table} ({number:,})" for table, number in foreign.items())
        raise Refused(
            f"This database holds rows that no demo run made: {found}. Demo data go into an empty "
            f"database only."
        )
    if run and not replace:
        raise Refused(
            f"This database holds demo data already ({run[1]:,} generations, seed {run[0]}); "
            "--replace throws them away and makes new ones."
        )


def _make_room(connection: Raw, tables: list[str], *, replace: bool) -> None:
    """Lock the tables, see that they hold nothing but demo data, and empty them."""
    names = sql.SQL(", ").join(sql.Identifier("public", table) for table in tables)
    # Locked before looking: a row that the product writes in between would be lost.
    connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(names))
    _refuse_foreign(connection, tables, replace=replace)
    connection.execute(sql.SQL("DELETE FROM {}").format(_MARKER))
    # Also where there is nothing: a table truncated in this transaction takes rows that need no vacuum.
    connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(names))


def _foreign(connection: Raw, tables: list[str], last_ids: Mapping[str, int] | None) -> dict[str, int]:
    """Number of rows in each table that the last demo run did not make."""
    found = {}
    for table in tables:
        own: sql.Composable = sql.SQL("false")
        if last_ids is not None:
            own = _OWN_ROWS.get(table, sql.SQL("id <= {last}"))
            if isinstance(own, sql.SQL):
                own = own.format(last=last_ids.get(table, 0))
        query = sql.SQL("SELECT count(*) FROM (SELECT FROM {} WHERE NOT ({}) LIMIT 100000) AS others")
        row = connection.execute(query.format(sql.Identifier("public", table), own)).fetchone()
        if row and row[0]:
            found[table] = int(row[0])
    return found


@contextmanager
def _bare(connection: Raw, tables: list[str], watch: Watcher) -> Iterator[None]:
    """Take indexes and foreign keys away and put them back as they were.

    What a constraint needs stays: primary keys and unique constraints guard every row as it comes. So do
    indexes with a property that their definition does not tell (clustered, replica identity, invalid).
    """
    keys = connection.execute(
        """
        SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
        WHERE contype = 'f' AND convalidated AND conrelid = ANY(%s::regclass[])
        ORDER BY conname, oid""",
        (tables,),
    ).fetchall()
    indexes = connection.execute(
        """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indrelid::regclass::text,
               quote_literal(obj_description(indexrelid, 'pg_class'))
        FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE indrelid = ANY(%s::regclass[]) AND indisvalid AND NOT indisclustered AND NOT indisreplident
          AND reltablespace = 0 AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
        ORDER BY indexrelid""",
        (tables,),
    ).fetchall()
    for table, name, _ in keys:
        connection.execute(_statement(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    for name, *_ in indexes:
        connection.execute(_statement(f"DROP INDEX {name}"))
    yield
    for name, definition, _, comment in indexes:
        connection.execute(_statement(definition))
        if comment:
            connection.execute(_statement(f"COMMENT ON INDEX {name} IS {comment}"))
        watch("indexes", 1)
    for table, name, definition in keys:
        connection.execute(_statement(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"))
        watch("indexes", 1)


def _statement(words: str) -> sql.SQL:
    """A statement whose parts PostgreSQL itself has quoted."""
    return sql.SQL(words)


def _copy(connection: Raw, block: Block) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FREEZE)").format(
        sql.Identifier(block.table), sql.SQL(", ").join(map(sql.Identifier, block.columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(block.data)


def _set_sequences(connection: Raw, tables: list[str]) -> dict[str, int]:
    """Let the product's next rows continue after ours; returns the last id of each table that counts."""
    last_ids = {}
    for table in tables:
        key = "recipe_id" if table.startswith("recipe_usage") else "id"
        kind = connection.execute(
            "SELECT atttypid::regtype::text FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s",
            (table, key),
        ).fetchone()
        if kind is None or kind[0] not in {"integer", "bigint"}:
            continue
        highest = sql.SQL("SELECT coalesce(max({}), 0) FROM {}").format(
            sql.Identifier(key), sql.Identifier(table)
        )
        row = connection.execute(highest).fetchone()
        last_ids[table] = int(row[0]) if row else 0
        sequence = connection.execute("SELECT pg_get_serial_sequence(%s, %s)", (table, key)).fetchone()
        if sequence and sequence[0] and last_ids[table]:
            # What was deleted had an id too: a new recipe must not inherit its generations.
            last = max(last_ids[table], len(RECIPES) if table == "recipes" else 0)
            connection.execute("SELECT setval(%s, %s)", (sequence[0], last))
    return last_ids


def fill_type_tables(connection: Raw) -> None:
    """The product's documented type rows, where they are absent."""
    for table, rows in TYPE_TABLES.items():
        if connection.execute("SELECT to_regclass(%s)", (f"public.{table}",)).fetchone() == (None,):
            continue
        statement = sql.SQL("INSERT INTO {} (id, title) VALUES (%s, %s) ON CONFLICT DO NOTHING")
        with connection.cursor() as cursor:
            cursor.executemany(statement.format(sql.Identifier("public", table)), rows)
