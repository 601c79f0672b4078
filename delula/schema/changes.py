"""Careful changes to a database that somebody else lives in: what migrations are made of.

Whatever is made in the product's schema is noted in `dashboard.created_object`, so that a downgrade takes
away that and nothing else. An index is noted before it is built, and dated and described once it stands: a
note without a date marks a build that was interrupted.
"""

from collections.abc import Mapping, Sequence

import click
from alembic import op
from psycopg.errors import ProgramLimitExceeded
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from delula.db import CONSOLE_SCHEMA, PRODUCT_SCHEMA
from delula.schema.catalog import IndexShape, Table, read_tables, run_literally
from delula.schema.compare import differences
from delula.schema.probe import index_shapes_of, tables_of

#: Longest identifier of PostgreSQL, in bytes.
_NAME_LIMIT = 63

#: How the database may hold text: all of Unicode, or bytes as they come.
_ENCODINGS = ("UTF8", "SQL_ASCII")

#: A change that needs a lock on a table gives up after this time rather than make the product queue.
_LOCK_TIMEOUT = "5s"


class IncompatibleDatabaseError(click.ClickException):
    """Tables that the console needs have a shape it cannot work with; nothing was changed."""


def _quote(name: str) -> str:
    return op.get_bind().dialect.identifier_preparer.quote(name)


def _first_line(refusal: DBAPIError) -> str:
    return str(refusal.orig).splitlines()[0]


def _say(sentence: str) -> None:
    click.echo(sentence)


def refuse_incompatible(connection: Connection, tables: Mapping[str, str]) -> None:
    """Stops where the database or a table that exists lacks what the console needs.

    Args:
        connection: in a transaction; left as it was.
        tables: CREATE TABLE statements by name of table, unqualified.

    Raises:
        IncompatibleDatabaseError: lists every table and column with what was expected and found, or says
            that the database holds the letters of some alphabet only.
    """
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding not in _ENCODINGS:
        raise IncompatibleDatabaseError(
            f"This database holds text as {encoding}, and nothing was changed: the console needs UTF8."
        )
    expected = tables_of(connection, tables.values())
    live = read_tables(connection, names=expected)
    problems = [
        problem for problem in differences({name: expected[name] for name in live}, live) if problem.blocking
    ]
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise IncompatibleDatabaseError(
            f"This database cannot be used as it is, and nothing was changed:\n{lines}"
        )


def create_notes() -> None:
    """The console's schema and its table of notes, if absent."""
    op.execute(f"""
        CREATE TABLE IF NOT EXISTS {CONSOLE_SCHEMA}.created_object (
            kind text NOT NULL CHECK (kind IN ('table', 'index', 'extension')),
            name text NOT NULL,
            at timestamp with time zone,
            definition text,
            PRIMARY KEY (kind, name)
        )""")


def _note(kind: str, name: str, *, done: bool) -> None:
    # pg_get_indexdef() of what is no index is null.
    op.get_bind().execute(
        text(f"""
            INSERT INTO {CONSOLE_SCHEMA}.created_object (kind, name, at, definition)
            SELECT :kind, :name, CASE WHEN :done THEN now() END,
                   CASE WHEN :done THEN pg_get_indexdef(to_regclass(:qualified)) END
            ON CONFLICT (kind, name) DO UPDATE SET at = EXCLUDED.at, definition = EXCLUDED.definition"""),
        {"kind": kind, "name": name, "done": done, "qualified": f"{PRODUCT_SCHEMA}.{_quote(name)}"},
    )


def _forget(kind: str, name: str) -> None:
    op.get_bind().execute(
        text(f"DELETE FROM {CONSOLE_SCHEMA}.created_object WHERE kind = :kind AND name = :name"),  # noqa: S608 - a constant
        {"kind": kind, "name": name},
    )


def _noted(kind: str) -> list[str]:
    query = text(f"SELECT name FROM {CONSOLE_SCHEMA}.created_object WHERE kind = :kind ORDER BY name")  # noqa: S608 - a constant
    return list(op.get_bind().scalars(query, {"kind": kind}))


def create_tables(tables: Mapping[str, str], foreign_keys: Sequence[tuple[str, str, str]]) -> None:
    """Creates the product's tables that are absent, in the migration's transaction.

    Args:
        tables: CREATE TABLE statements by name of table, unqualified, without foreign keys.
        foreign_keys: (table, referenced table, definition). One is added only between two tables made
            here: on a table of the product it would be a trigger that the product does not know.
    """
    connection = op.get_bind()
    live = read_tables(connection, names=tables)
    op.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
    path = connection.scalar(text("SHOW search_path"))
    op.execute(f"SET LOCAL search_path = {PRODUCT_SCHEMA}")
    for name, statement in tables.items():
        if name not in live:
            run_literally(connection, statement)
            _note("table", name, done=True)
    for table, referenced, definition in foreign_keys:
        if table not in live and referenced not in live:
            op.execute(f"ALTER TABLE {_quote(table)} ADD {definition}")
    connection.execute(text("SELECT set_config('search_path', :path, true)"), {"path": path})


def create_index(name: str, table: str, definition: str, *, unique: bool = False) -> None:
    """Makes sure that a table of the product has an index of this shape, without blocking its writers.

    Nothing happens where one of the same table, keys, order, predicate and uniqueness exists, whatever its
    name. Otherwise it is built concurrently; what an interrupted build of ours left is dropped before. Where
    the name is taken by something else, the index gets `_console` appended. The transaction of the migration
    is committed on the way, so a migration should make its indexes last, and may be run again.

    Args:
        name: what to call it, as written in the catalog (upper case stays).
        table: a table in `public`.
        definition: what follows the table in CREATE INDEX, e.g. "(status, created_at DESC) WHERE …".
        unique: whether it is a unique index.
    """
    connection = op.get_bind()
    live = read_tables(connection, names=[table])
    (shape,) = index_shapes_of(connection, [(table, definition, unique)])
    _create_index(name, live[table], definition, shape)


def create_indexes(indexes: Sequence[tuple[str, str, str]]) -> None:
    """`create_index` for many at once, which looks at the catalog only once.

    Args:
        indexes: name, table and definition of each, none of them unique.
    """
    connection = op.get_bind()
    live = read_tables(connection, names={table for _, table, _ in indexes})
    shapes = index_shapes_of(connection, [(table, definition, False) for _, table, definition in indexes])
    for (name, table, definition), shape in zip(indexes, shapes, strict=True):
        _create_index(name, live[table], definition, shape)


def _create_index(name: str, table: Table, definition: str, shape: IndexShape) -> None:
    connection = op.get_bind()
    noted = _noted("index")
    standing = table.index_of_shape(shape)
    if standing is not None:
        if standing.name in noted:
            _note("index", standing.name, done=True)
        return
    if not _owns(connection, table.name):
        _say(f"Left out: index {name} on {table.name}, because the database user does not own the table.")
        return
    for leftover in table.indexes:
        if not leftover.valid and leftover.name in noted and leftover.name in (name, _own_name(name)):
            _drop_index(leftover.name)
    if _is_taken(connection, name):
        name = _own_name(name)
    kind = "UNIQUE INDEX" if shape.unique else "INDEX"
    target = f"{_quote(name)} ON {PRODUCT_SCHEMA}.{_quote(table.name)} {definition}"
    if _is_fresh(connection, table.name):
        op.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
        run_literally(connection, f"CREATE {kind} {target}")
        _note("index", name, done=True)
    else:
        _say(f"Building index {name} on {table.name}.")
        _build_concurrently(name, f"CREATE {kind} CONCURRENTLY {target}")


def _build_concurrently(name: str, statement: str) -> None:
    _note("index", name, done=False)
    try:
        with op.get_context().autocommit_block():
            run_literally(op.get_bind(), statement)
    except DBAPIError as refusal:
        if not isinstance(refusal.orig, ProgramLimitExceeded):
            raise
        _say(f"Left out: index {name}, because a row does not fit: {_first_line(refusal)}")
        _drop_index(name)
    else:
        _note("index", name, done=True)


def _is_fresh(connection: Connection, table: str) -> bool:
    """Whether the console made the table and nobody has put a row into it: then an index takes no time."""
    return table in _noted("table") and not _size(connection, f"{PRODUCT_SCHEMA}.{_quote(table)}")


def _size(connection: Connection, qualified: str) -> int:
    """Bytes of a table's rows; 0 only where there has been no row since it was made or truncated."""
    query = text("SELECT pg_relation_size(CAST(:table AS regclass))")
    return connection.scalar(query, {"table": qualified}) or 0


def drop_index(name: str) -> None:
    """Drops the index that `create_index` made under this name; one that was there before it stays."""
    for noted in _noted("index"):
        if noted in (name, _own_name(name)):
            _drop_index(noted)


def _drop_index(name: str) -> None:
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {PRODUCT_SCHEMA}.{_quote(name)}")
    _forget("index", name)


def _own_name(name: str) -> str:
    suffix = "_console"
    return name[: _NAME_LIMIT - len(suffix)] + suffix


def _is_taken(connection: Connection, name: str) -> bool:
    query = text(
        "SELECT EXISTS (SELECT FROM pg_class WHERE relname = :n AND relnamespace = to_regnamespace(:s))"
    )
    return bool(connection.scalar(query, {"n": name, "s": PRODUCT_SCHEMA}))


def _owns(connection: Connection, table: str) -> bool:
    query = text("""
        SELECT pg_has_role(relowner, 'USAGE') FROM pg_class
        WHERE relname = :table AND relnamespace = to_regnamespace(:schema)""")
    return bool(connection.scalar(query, {"table": table, "schema": PRODUCT_SCHEMA}))


def create_trigram_extension() -> None:
    """Installs pg_trgm into the console's schema if the database lacks it and allows it."""
    connection = op.get_bind()
    if trigram_operator_class(connection) is not None:
        return
    attempt = connection.begin_nested()
    try:
        connection.execute(text(f"CREATE EXTENSION pg_trgm SCHEMA {CONSOLE_SCHEMA}"))
        attempt.commit()
    except DBAPIError as refusal:
        attempt.rollback()
        _say(f"Going on without pg_trgm, so searching inside words stays slow: {_first_line(refusal)}")
    else:
        _note("extension", "pg_trgm", done=True)


def trigram_operator_class(connection: Connection) -> str | None:
    """The qualified name of gin_trgm_ops for use in an index; None where pg_trgm is not installed."""
    query = text("""
        SELECT quote_ident(n.nspname) || '.gin_trgm_ops'
        FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm'""")
    name: str | None = connection.scalar(query)
    return name


def remove_created(tables: Mapping[str, str], foreign_keys: Sequence[tuple[str, str, str]]) -> None:
    """Takes away what was made in the product's schema: indexes, then tables that nobody has used yet.

    A table stays, and that is said, once it has held a row or has changed since it was made.

    Args:
        tables: CREATE TABLE statements by name of table, as they were created.
        foreign_keys: as given to `create_tables`.
    """
    for name in _noted("index"):
        _drop_index(name)
    connection = op.get_bind()
    op.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
    noted = _noted("table")
    made = tables_of(
        connection,
        [
            *tables.values(),
            *(
                f"ALTER TABLE {_quote(table)} ADD {definition}"
                for table, referenced, definition in foreign_keys
                if table in noted and referenced in noted
            ),
        ],
    )
    for name in reversed([name for name in tables if name in noted]):
        reason = _drop_unused_table(connection, made[name])
        if reason is not None:
            _say(f"Left in place: table {name}, because {reason}.")
        _forget("table", name)
    for name in _noted("extension"):
        _drop_extension(connection, name)


def _drop_unused_table(connection: Connection, made: Table) -> str | None:
    """Drops a table that is as it was made and never held a row; otherwise the reason why it stays."""
    quoted = f"{PRODUCT_SCHEMA}.{_quote(made.name)}"
    if made.name not in read_tables(connection, names=[made.name]):
        return None
    attempt = connection.begin_nested()
    try:
        connection.execute(text(f"LOCK TABLE {quoted} IN ACCESS EXCLUSIVE MODE"))
        reason = _use_of_table(connection, made, quoted)
        if reason is None:
            connection.execute(text(f"DROP TABLE {quoted}"))
    except DBAPIError as refusal:
        attempt.rollback()
        return _first_line(refusal)
    attempt.commit()
    return reason


def _use_of_table(connection: Connection, made: Table, quoted: str) -> str | None:
    # The sequence tells of rows that are no more.
    if _size(connection, quoted):
        return "it is in use"
    sequence = connection.scalar(
        text("""
            SELECT quote_ident(n.nspname) || '.' || quote_ident(s.relname)
            FROM pg_depend d JOIN pg_class s ON s.oid = d.objid JOIN pg_namespace n ON n.oid = s.relnamespace
            WHERE d.refobjid = CAST(:table AS regclass) AND d.deptype = 'a' AND s.relkind = 'S'"""),
        {"table": quoted},
    )
    if sequence is not None and connection.scalar(text(f"SELECT is_called FROM {sequence}")):  # noqa: S608 - from the catalog, quoted
        return "it is in use"
    changes = differences({made.name: made}, read_tables(connection, names=[made.name]))
    return f"it was changed ({changes[0]})" if changes else None


def _drop_extension(connection: Connection, name: str) -> None:
    attempt = connection.begin_nested()
    try:
        connection.execute(text(f"DROP EXTENSION IF EXISTS {name}"))
        attempt.commit()
    except DBAPIError:
        # Something outside the console has come to rely on it: it stays, but not in a schema that goes.
        attempt.rollback()
        connection.execute(text(f"ALTER EXTENSION {name} SET SCHEMA {PRODUCT_SCHEMA}"))
        _say(
            f"Left in place: extension {name}, because something else uses it; it is now in {PRODUCT_SCHEMA}."
        )
    _forget("extension", name)
