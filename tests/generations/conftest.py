"""A live database with enough generations to page through, and what a list's page says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.consoles import console_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.consoles import Console


@pytest.fixture(scope="session")
def many(make_database: Callable[..., str], upgraded_templates: dict[str, str]) -> Iterator[Console]:
    """A console on a live database of 341 generations; its rows are only read."""
    url = make_database(upgraded_templates["documented"])
    with psycopg.connect(url) as connection:
        connection.execute((Path(__file__).parent / "many.sql").read_text())
    with console_on(url) as console:
        yield console


@pytest.fixture
def changing(make_database: Callable[..., str], upgraded_templates: dict[str, str]) -> Iterator[Console]:
    """A console on a live database of its own, for a test that changes rows."""
    url = make_database(upgraded_templates["documented"])
    with console_on(url) as console:
        yield console
