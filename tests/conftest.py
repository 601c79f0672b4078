"""What tests stand on: a real PostgreSQL, started once for a run and shared by its workers.

Databases are cheap here: an empty one takes some milliseconds, a migrated one is cloned from a template.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from delula.embedded.postgres import FIRST_DATABASE, Postgres
from delula.embedded.service import Lease
from tests.live_database import DOCUMENTED, OLDER, fill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run, the same in all its workers."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def postgres_url(run_folder: Path) -> Iterator[str]:
    """Address of a database to connect to for making others; the role may do so.

    `TEST_DATABASE_URL` names a server that runs already; else one is started, which forgets with the power.
    """
    configured = os.environ.get("TEST_DATABASE_URL")
    if configured:
        yield make_url(configured).set(drivername="postgresql").render_as_string(hide_password=False)
        return
    server = Postgres(run_folder / "postgres", durable=False)
    with Lease(server) as lease:
        yield server.address(lease.ports()[0], FIRST_DATABASE)


@pytest.fixture(scope="session")
def make_database(postgres_url: str) -> Iterator[Callable[..., str]]:
    """`make_database(template="template1")` makes a database and returns its address; the run drops it."""
    names: list[str] = []

    def make(template: str = "template1") -> str:
        name = f"test_{secrets.token_hex(6)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        names.append(name)
        return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)

    yield make
    for name in names:
        drop_database(postgres_url, name)


def drop_database(postgres_url: str, name: str) -> None:
    """Drop a database, whoever is connected."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database_url(postgres_url: str, make_database: Callable[..., str]) -> Iterator[str]:
    """Address of a fresh, empty database, as `postgresql://…`; dropped after the test."""
    url = make_database()
    yield url
    drop_database(postgres_url, make_url(url).database or "")


@pytest.fixture(scope="session")
def live_templates(make_database: Callable[..., str]) -> dict[str, str]:
    """Names of two databases as the product has made and filled them, to be cloned and left alone."""
    templates = {}
    for name, parts in (("documented", DOCUMENTED), ("older", OLDER)):
        url = make_database()
        fill(url, parts)
        templates[name] = make_url(url).database or ""
    return templates


@pytest.fixture
def live_database_url(
    postgres_url: str, make_database: Callable[..., str], live_templates: dict[str, str]
) -> Iterator[str]:
    """Address of a live database at the schema document's level, before any upgrade; see live_database.py."""
    url = make_database(live_templates["documented"])
    yield url
    drop_database(postgres_url, make_url(url).database or "")


@pytest.fixture
def older_live_database_url(
    postgres_url: str, make_database: Callable[..., str], live_templates: dict[str, str]
) -> Iterator[str]:
    """Address of a live database older than the document, before any upgrade; see live_database.py."""
    url = make_database(live_templates["older"])
    yield url
    drop_database(postgres_url, make_url(url).database or "")
