"""The database, from nothing to ready: made, migrated, filled once, with someone who may sign in."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from delula.config import PROJECT
from delula.embedded.locks import FileLock
from delula.embedded.postgres import FIRST_DATABASE
from delula.embedded.processes import launch, stop_child
from delula.embedded.service import LOG_LINES
from delula.embedded.surroundings import DATABASE, RUN_FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from delula.embedded.surroundings import Surroundings

#: What our own database is called until it is complete, so that one whose making was interrupted is not used.
UNFINISHED = "delula_unfinished"
DEMO_GENERATIONS, DEMO_SEED = 20_000, 1


class PreparationError(Exception):
    """The database could not be made ready; the message is for the person at the terminal."""


def prepare(surroundings: Surroundings, *, demo: bool, tell: Callable[[str], None]) -> None:
    """Make the database of `surroundings` ready, whatever state an earlier attempt left.

    Args:
        surroundings: with services that answer.
        demo: fill our own database with demo data when it is made.
        tell: receives one line for each step that takes time.

    Raises:
        PreparationError: with what the step that failed said.
    """
    lock = FileLock(RUN_FOLDER / "prepare.lock")
    lock.take()
    try:
        if surroundings.postgres is not None:
            _make_database(surroundings, demo=demo, tell=tell)
        environment = surroundings.environment()
        if not _is_migrated(environment):
            tell("Bringing the database up to date")
            _run_flask(environment, "db", "upgrade")
    finally:
        lock.close()


def make_first_admin(surroundings: Surroundings) -> tuple[str, str] | None:
    """Where the console has no staff at all, make an admin.

    Returns:
        E-mail address and generated password, None where there are staff.
    """
    environment = surroundings.environment()
    with _connect(environment) as connection:
        if connection.execute("SELECT FROM dashboard.staff LIMIT 1").fetchone() is not None:
            return None
    answer = _run(environment, "-m", "delula.embedded.first_admin")
    email, _, password = answer.rstrip("\n").partition("\n")
    return (email, password) if password else None


def _make_database(surroundings: Surroundings, *, demo: bool, tell: Callable[[str], None]) -> None:
    with _connect(surroundings.environment(FIRST_DATABASE)) as connection:
        known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if known is not None:
            return
        unfinished = sql.Identifier(UNFINISHED)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(unfinished))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(unfinished))
        environment = surroundings.environment(UNFINISHED)
        tell("Making the database")
        _run_flask(environment, "db", "upgrade")
        if demo:
            tell(f"Making demo data: {DEMO_GENERATIONS:,} generations, this first time only")
            amount, seed = str(DEMO_GENERATIONS), str(DEMO_SEED)
            _run_flask(environment, "demo", "--generations", amount, "--seed", seed, show=True)
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(unfinished, sql.Identifier(DATABASE))
        )


#: What a migration says of itself. Alembic would know as well, half a second after it is asked to.
_REVISION = re.compile(r'^(down_)?revision = "(\w+)"$', re.MULTILINE)


def _heads() -> set[str]:
    """The migrations that no other one follows."""
    said = [
        pair
        for file in (PROJECT / "migrations" / "versions").glob("*.py")
        for pair in _REVISION.findall(file.read_text(encoding="utf-8"))
    ]
    return {name for down, name in said if not down} - {name for down, name in said if down}


def _is_migrated(environment: dict[str, str]) -> bool:
    heads = _heads()
    with _connect(environment) as connection:
        (table,) = connection.execute("SELECT to_regclass('dashboard.alembic_version')").fetchone() or (None,)
        if table is None:
            return False
        rows = connection.execute("SELECT version_num FROM dashboard.alembic_version").fetchall()
    return {row[0] for row in rows} == heads


@contextmanager
def _connect(environment: dict[str, str]) -> Iterator[psycopg.Connection]:
    """A connection that commits each statement."""
    url = make_url(environment["DATABASE_URL"]).set(drivername="postgresql")
    address = url.render_as_string(hide_password=False)
    try:
        connection = psycopg.connect(address, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as failure:
        shown = url.render_as_string(hide_password=True)
        raise PreparationError(f"The database {shown} cannot be reached: {failure}") from failure
    with connection:
        yield connection


def _run_flask(environment: dict[str, str], *arguments: str, show: bool = False) -> None:
    """Run `flask ARGUMENT…`."""
    _run(environment, "-m", "flask", "--app", "app", *arguments, show=show)


def _run(environment: dict[str, str], *arguments: str, show: bool = False) -> str:
    """Run our Python to its end.

    Args:
        environment: replaces ours.
        arguments: those of Python.
        show: let it report its progress on the terminal; else that is heard only when it fails.

    Returns:
        What it prints on its standard output.

    Raises:
        PreparationError: it ended with an error.
    """
    log = RUN_FOLDER / "prepare.log"
    with log.open("wb") as errors:
        child = launch(
            [sys.executable, *arguments],
            output=subprocess.PIPE,
            errors=None if show else errors,
            dying_signal=signal.SIGTERM,
            environment=environment,
            folder=PROJECT,
        )
    try:
        printed, _ = child.communicate()
    finally:
        stop_child(child, signal.SIGTERM, patience=5.0)
    if child.returncode != 0:
        lines = log.read_text(errors="replace").splitlines()[-LOG_LINES:]
        raise PreparationError("\n".join((f"This failed: {' '.join(arguments)}", *lines)))
    return printed.decode()
