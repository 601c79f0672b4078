"""Whole consoles for tests, each on a database of its own, and the people who are signed in to them.

These commit what they write. Tests of pages that only read share one console, which is much quicker.
"""

from __future__ import annotations

import secrets
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import update

from delula import create_app
from delula.access import clock, sessions
from delula.access.guard import TOKEN
from delula.access.permissions import Role
from delula.config import Settings
from delula.db import atomic, db
from delula.models.staff import Staff, StaffSession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from psycopg import sql

FRAGMENT = {"HX-Request": "true"}


def settings_for(url: str, **changes: Any) -> Settings:
    """Settings of a console on the database at `url`, as a test run needs them."""
    environment = {"DELULA_ENV": "test", "DATABASE_URL": url, "SECRET_KEY": "for tests only " * 3}
    return replace(Settings.from_environment(environment), **changes)


def dispose(app: Flask) -> None:
    """Close the connections of an app that is done with."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def client_of(app: Flask, role: Role | str = Role.ADMIN) -> FlaskClient:
    """A client in which a new member of staff is signed in; no password opens the account."""
    with app.app_context(), atomic() as current:
        staff = Staff(
            email=f"{role}-{secrets.token_hex(4)}@example.com",
            name=f"Sam {str(role).capitalize()}",
            role=str(role),
            password="!",
            fs_uniquifier=uuid.uuid4().hex,
            created_at=clock.utc_now(),
        )
        current.add(staff)
        current.flush()
        name = staff.fs_uniquifier
        token, _ = sessions.start(staff.id, address="127.0.0.1", browser="tests", earlier_token=None)
        # That somebody was here is noted once a minute: never, while tests count statements.
        later = clock.utc_now() + timedelta(hours=1)
        current.execute(update(StaffSession).where(StaffSession.staff_id == staff.id).values(seen_at=later))
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie.update({TOKEN: token, "_user_id": name, "csrf_token": secrets.token_hex(20)})
    return client


@dataclass
class Console:
    """A console, its database, and its people.

    Attributes:
        app: the console.
        url: its database, `postgresql://…`.
    """

    app: Flask
    url: str
    _clients: dict[str, FlaskClient] = field(default_factory=dict)

    def as_role(self, role: Role | str) -> FlaskClient:
        """A client in which somebody with that role is signed in; the same one every time."""
        if str(role) not in self._clients:
            self._clients[str(role)] = client_of(self.app, role)
        return self._clients[str(role)]

    @property
    def admin(self) -> FlaskClient:
        """A client in which an admin is signed in."""
        return self.as_role(Role.ADMIN)

    @property
    def viewer(self) -> FlaskClient:
        """A client in which a viewer is signed in."""
        return self.as_role(Role.VIEWER)

    def sql(self, query: str | sql.SQL, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database directly, past everything that is under test."""
        with psycopg.connect(self.url) as connection:
            cursor = connection.execute(query, values or None)  # type: ignore[arg-type]  # queries of tests
            return cursor.fetchall() if cursor.description else []


@contextmanager
def console_on(url: str, **changes: Any) -> Iterator[Console]:
    """A console on a migrated database; its connections are closed afterwards."""
    app = create_app(settings_for(url, **changes))
    try:
        yield Console(app, url)
    finally:
        dispose(app)


@pytest.fixture(scope="session")
def live_console(make_database: Callable[..., str], upgraded_templates: dict[str, str]) -> Iterator[Console]:
    """A console on a live database at the schema document's level, upgraded; its rows are only read."""
    with console_on(make_database(upgraded_templates["documented"])) as console:
        yield console


@pytest.fixture(scope="session")
def older_console(make_database: Callable[..., str], upgraded_templates: dict[str, str]) -> Iterator[Console]:
    """The same on a live database that is older than the document."""
    with console_on(make_database(upgraded_templates["older"])) as console:
        yield console
