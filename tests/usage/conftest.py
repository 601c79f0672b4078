"""A console on executions over a year and two changes of clocks, with names and messages of every kind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from delula.db import db
from delula.rollups.refresh import refresh
from tests.components.running import running
from tests.consoles import console_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.consoles import Console

__all__ = ["running"]


@pytest.fixture(scope="session")
def used(make_database: Callable[..., str], migrated_template: str) -> Iterator[Console]:
    """The console; its rows are only read."""
    with console_on(make_database(migrated_template)) as console:
        console.sql((Path(__file__).parent / "used.sql").read_text())
        with console.app.app_context():
            refresh()
        yield console


@pytest.fixture
def statements(used: Console) -> Iterator[list[str]]:
    """The statements sent to the database while the test runs."""
    sent: list[str] = []
    with used.app.app_context():
        engine = db.engine

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)
