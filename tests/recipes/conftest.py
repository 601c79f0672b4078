"""A live database with enough recipes to page through, with everything that can be wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import event

from delula.db import db
from delula.rollups.refresh import rebuild
from tests.consoles import console_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.consoles import Console


@pytest.fixture(scope="session")
def kitchen(make_database: Callable[..., str], upgraded_templates: dict[str, str]) -> Iterator[Console]:
    """A console on a live database of 146 recipes; its rows are only read."""
    url = make_database(upgraded_templates["documented"])
    with psycopg.connect(url) as connection:
        connection.execute((Path(__file__).parent / "many.sql").read_text())
    with console_on(url) as console:
        with console.app.app_context():
            rebuild()
        yield console


@pytest.fixture
def statements(kitchen: Console) -> Iterator[list[str]]:
    """The statements sent to the database while the test runs."""
    sent: list[str] = []
    with kitchen.app.app_context():
        engine = db.engine

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)
