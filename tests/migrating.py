"""Runs the console's migrations on a database, and takes pictures of what they leave."""

import os
import subprocess
import sys
from pathlib import Path

import flask_migrate
import psycopg
from flask import Flask
from sqlalchemy import NullPool
from sqlalchemy.engine import make_url

from delula.db import db
from delula.schema.cli import schema_commands

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = ROOT / "migrations"

#: A program that upgrades the database named in DATABASE_URL, to be run and killed as a process.
_PROGRAM = """
import os, flask_migrate
from tests.migrating import application
with application(os.environ["DATABASE_URL"]).app_context():
    flask_migrate.upgrade()
"""


def application(url: str) -> Flask:
    """An application that has nothing but the database and its commands."""
    app = Flask("migrating")
    app.config["SQLALCHEMY_DATABASE_URI"] = (
        make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    )
    # No connection outlives its use, so a database can be dropped after a test.
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"poolclass": NullPool}
    db.init_app(app)
    flask_migrate.Migrate(app, db, directory=str(MIGRATIONS))
    app.cli.add_command(schema_commands)
    return app


def upgrade(url: str, revision: str = "head") -> None:
    """`flask db upgrade`."""
    with application(url).app_context():
        flask_migrate.upgrade(revision=revision)


def downgrade(url: str, revision: str = "base") -> None:
    """`flask db downgrade`."""
    with application(url).app_context():
        flask_migrate.downgrade(revision=revision)


def upgrade_process(url: str) -> subprocess.Popen[str]:
    """`flask db upgrade` in a process of its own, which can be killed."""
    return subprocess.Popen(  # noqa: S603 - this interpreter, and a program written above
        [sys.executable, "-u", "-c", _PROGRAM],
        env={**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


_PICTURE = {
    "columns": """
        SELECT format('%%s %%s %%s %%s %%s', c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod),
                      a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relkind IN ('r', 'v', 'p', 'S') AND c.relnamespace = ANY(%(schemas)s)""",
    "constraints": """
        SELECT format('%%s %%s %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE connamespace = ANY(%(schemas)s)""",
    "indexes": """
        SELECT format('%%s valid=%%s', pg_get_indexdef(i.indexrelid), i.indisvalid)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = ANY(%(schemas)s)""",
    "triggers": """
        SELECT format('%%s %%s', t.tgrelid::regclass, t.tgfoid::regproc)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = ANY(%(schemas)s)""",
    "views": """
        SELECT format('%%s %%s', oid::regclass, pg_get_viewdef(oid))
        FROM pg_class WHERE relkind = 'v' AND relnamespace = ANY(%(schemas)s)""",
    "types and functions": """
        SELECT typname::text FROM pg_type WHERE typnamespace = ANY(%(schemas)s)
        UNION ALL SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = ANY(%(schemas)s)""",
    "schemas and extensions": """
        SELECT nspname::text FROM pg_namespace WHERE oid = ANY(%(schemas)s)
        UNION ALL SELECT extname::text FROM pg_extension""",
}


def _digest(connection: psycopg.Connection, relation: str) -> object:
    # The name comes from the catalog, quoted where it needs to be.
    query = f"SELECT md5(string_agg(r::text, chr(10))) FROM (SELECT * FROM {relation}) r"  # noqa: S608
    return connection.execute(query.encode()).fetchone()


def picture(url: str) -> dict[str, set[str]]:
    """Everything that a dump of the product's side would hold: definitions, rows and sequences."""
    result = {}
    with psycopg.connect(url) as connection:
        schemas = [
            oid
            for oid, name in connection.execute("SELECT oid, nspname FROM pg_namespace")
            if name not in ("dashboard", "jobs", "information_schema") and not name.startswith("pg_")
        ]
        for kind, query in _PICTURE.items():
            result[kind] = {row[0] for row in connection.execute(query, {"schemas": schemas})}
        relations = connection.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'S') AND relnamespace = ANY(%s)",
            [schemas],
        )
        result["rows"] = {f"{name} {_digest(connection, name)}" for (name,) in relations.fetchall()}
    return result


def changes(before: dict[str, set[str]], after: dict[str, set[str]]) -> tuple[set[str], set[str]]:
    """What has gone between two pictures, and what has come."""
    gone = {line for kind in before for line in before[kind] - after[kind]}
    come = {line for kind in before for line in after[kind] - before[kind]}
    return gone, come
