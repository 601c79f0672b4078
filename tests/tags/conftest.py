"""A live database with enough tags to page through, with everything that can be wrong with them."""

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
def tagged(make_database: Callable[..., str], upgraded_templates: dict[str, str]) -> Iterator[Console]:
    """A console on a live database of some two hundred tags; its rows are only read."""
    url = make_database(upgraded_templates["documented"])
    with psycopg.connect(url) as connection:
        connection.execute((Path(__file__).parent / "tagged.sql").read_text())
    with console_on(url) as console:
        yield console
