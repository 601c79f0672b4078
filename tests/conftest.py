"""What tests stand on: a real PostgreSQL, started once for a run and shared by its workers.

Databases are cheap here: an empty one takes some milliseconds, a migrated one is cloned from a template.
"""

from __future__ import annotations

import math
import os
import secrets
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

import psycopg
import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache
from psycopg import sql
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from werkzeug.routing import Rule

from delula import create_app
from delula.config import S3Settings, Settings
from delula.db import db
from delula.embedded.locks import FileLock
from delula.embedded.postgres import FIRST_DATABASE, Postgres
from delula.embedded.s3 import SeaweedFS
from delula.embedded.service import Lease
from delula.garbage import settle
from delula.lists import kept
from tests.consoles import dispose, live_console, older_console, settings_for  # noqa: F401 - two are fixtures
from tests.in_memory import fast_folder
from tests.live_database import DOCUMENTED, OLDER, fill
from tests.migrating import upgrade
from tests.people import crowd  # noqa: F401 - a fixture
from tests.worked import worked_console  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

pytest_plugins = ["tests.access.fixtures", "tests.browsing"]

# A busy machine is no fault of what is tested.
settings.register_profile("console", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("console")


def pytest_xdist_auto_num_workers() -> int:
    """How many run the tests: one more than there are processors, as tests wait for servers and for time."""
    return min((os.cpu_count() or 1) + 1, 4)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a case by a long text or file of bytes by what it is: its name is printed where it fails."""
    return f"{argname} of {len(val)}" if isinstance(val, str | bytes) and len(val) > 100 else None


def pytest_collection_finish() -> None:
    """Look for garbage as a web server does: else that takes a tenth of a run."""
    settle()


@pytest.fixture(scope="session", autouse=True)
def nothing_counted_beside_pages() -> Iterator[None]:
    """No thread outlives the request that began it, and with it the database of a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "WORTH_WAITING", math.inf)
        yield


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run, the same in all its workers."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session", autouse=True)
def compiled_once(run_folder: Path) -> Iterator[None]:
    """Templates and routes are compiled once, and not again by each console that a test makes."""
    folder = run_folder / "templates"
    folder.mkdir(exist_ok=True)
    compile_rule, made = Rule._compile_builder, {}

    def compiled(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in made:
            made[key] = compile_rule(rule, append_unknown)
        return made[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", FileSystemBytecodeCache(str(folder)))
        patch.setattr(Rule, "_compile_builder", compiled)
        yield


@pytest.fixture(scope="session")
def postgres_url(run_folder: Path) -> Iterator[str]:
    """Address of a database to connect to for making others; the role may do so.

    `TEST_DATABASE_URL` names a server that runs already; else one is started, which forgets with the power.
    """
    configured = os.environ.get("TEST_DATABASE_URL")
    if configured:
        yield make_url(configured).set(drivername="postgresql").render_as_string(hide_password=False)
        return
    with (
        fast_folder(run_folder) as folder,
        Lease(server := Postgres(folder / "postgres", durable=False)) as lease,
    ):
        yield server.address(lease.ports()[0], FIRST_DATABASE)


@pytest.fixture(scope="session")
def make_database(postgres_url: str) -> Iterator[Callable[..., str]]:
    """`make_database(template="template1")` makes a database and returns its address.

    The run drops it, unless it goes with its server.
    """
    made: list[str] = []

    def make(template: str = "template1") -> str:
        made.append(create_database(postgres_url, template))
        return made[-1]

    yield make
    if "TEST_DATABASE_URL" in os.environ:
        for url in made:
            drop_database(postgres_url, make_url(url).database or "")


def create_database(postgres_url: str, template: str = "template1") -> str:
    """Make a database as a copy of `template`; its address."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        # By its files: through the log takes ten times as long. PostgreSQL 14 knows no other way.
        way = sql.SQL("STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else "")
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} {}")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template), way))
    return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)


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


@contextmanager
def shared_template(
    run_folder: Path, postgres_url: str, name: str, make: Callable[[str], None]
) -> Iterator[str]:
    """A database that is made once for a run, to be cloned and left alone; the workers share it.

    Args:
        run_folder: of this run, the same in all its workers.
        postgres_url: where to make it.
        name: tells it from others.
        make: fills the empty database at an address.

    Yields:
        Its name.
    """
    note = run_folder / f"template-{name}"
    making, in_use = FileLock(run_folder / f"making-{name}"), FileLock(run_folder / f"use-{name}")
    making.take()
    in_use.share()
    if not note.exists():
        url = create_database(postgres_url)
        make(url)
        note.write_text(make_url(url).database or "")
    found = note.read_text()
    making.release()
    yield found
    making.take()
    if in_use.try_take():
        note.unlink()
        drop_database(postgres_url, found)
    in_use.close()
    making.close()


@pytest.fixture(scope="session")
def live_templates(run_folder: Path, postgres_url: str) -> Iterator[dict[str, str]]:
    """Names of two databases as the product has made and filled them, to be cloned and left alone."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(
                shared_template(run_folder, postgres_url, f"live-{name}", partial(fill, parts=parts))
            )
            for name, parts in (("documented", DOCUMENTED), ("older", OLDER))
        }


@pytest.fixture(scope="session")
def upgraded_templates(run_folder: Path, postgres_url: str) -> Iterator[dict[str, str]]:
    """The same two as `flask db upgrade` leaves them."""

    def make(url: str, parts: tuple[str, ...]) -> None:
        fill(url, parts)
        upgrade(url)

    with ExitStack() as stack:
        yield {
            name: stack.enter_context(
                shared_template(run_folder, postgres_url, f"upgraded-{name}", partial(make, parts=parts))
            )
            for name, parts in (("documented", DOCUMENTED), ("older", OLDER))
        }


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


@pytest.fixture(scope="session")
def migrated_template(run_folder: Path, postgres_url: str) -> Iterator[str]:
    """Name of a database that is migrated and empty, to be cloned and left alone."""
    with shared_template(run_folder, postgres_url, "migrated", upgrade) as name:
        yield name


@pytest.fixture
def migrated_url(
    postgres_url: str, make_database: Callable[..., str], migrated_template: str
) -> Iterator[str]:
    """Address of a fresh database as `flask db upgrade` leaves it; dropped after the test."""
    url = make_database(migrated_template)
    yield url
    drop_database(postgres_url, make_url(url).database or "")


@pytest.fixture(scope="session")
def shared_app(make_database: Callable[..., str], migrated_template: str) -> Iterator[Flask]:
    """The console on a database of this worker; tests take `app`, which leaves no trace there."""
    app = create_app(settings_for(make_database(migrated_template)))
    yield app
    dispose(app)


@pytest.fixture
def app(shared_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The console, within a transaction that is rolled back after the test.

    All sessions share one connection, so a test with threads takes `committing_app`. No context is held
    open: it would keep `g`, and the second client would be taken for the first.
    """
    with shared_app.app_context():
        engine = db.engine
    with engine.connect() as connection:
        transaction = connection.begin()
        ours = scoped_session(sessionmaker(bind=connection, join_transaction_mode="create_savepoint"))
        monkeypatch.setattr(db, "session", ours)
        yield shared_app
        ours.remove()
        transaction.rollback()


@pytest.fixture
def session(app: Flask) -> scoped_session[Session]:  # noqa: ARG001 - the session is that of the app
    """The session of `app`. What a request shall see must be committed: that goes to a savepoint."""
    return db.session


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Nobody's browser."""
    return app.test_client()


@pytest.fixture
def committing_app(migrated_url: str) -> Iterator[Flask]:
    """The console on a database of this test alone, which really commits: for threads."""
    app = create_app(settings_for(migrated_url))
    yield app
    dispose(app)


@pytest.fixture(scope="session")
def s3(run_folder: Path) -> Iterator[S3Settings]:
    """A real S3 server with an empty bucket, shared by the workers: keep to keys of your own."""
    server = SeaweedFS(run_folder / "s3")
    with Lease(server) as lease:
        environment = server.environment(lease.ports())
        settings = Settings.from_environment({"DATABASE_URL": "postgresql://nowhere/none", **environment})
        assert settings.s3 is not None
        yield settings.s3
