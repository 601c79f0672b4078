"""A live database with enough components and runs to page through."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import event

from delula.db import db
from delula.rollups.refresh import refresh
from tests.consoles import console_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.consoles import Console


@pytest.fixture(scope="session")
def running(make_database: Callable[..., str], upgraded_templates: dict[str, str]) -> Iterator[Console]:
    """A console on a live database of about a hundred components and 640 runs; its rows are only read."""
    url = make_database(upgraded_templates["documented"])
    with psycopg.connect(url) as connection:
        connection.execute((Path(__file__).parent / "running.sql").read_text())
    with console_on(url) as console:
        with console.app.app_context():
            refresh()
        yield console


@pytest.fixture
def statements(running: Console) -> Iterator[list[str]]:
    """The statements sent to the database while the test runs."""
    sent: list[str] = []
    with running.app.app_context():
        engine = db.engine

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)
