"""A database with habits of its own: what it sets for every connection does not reach pages and commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.engine import make_url

from delula.db import session
from tests.conftest import drop_database
from tests.consoles import console_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from werkzeug.test import TestResponse

    from tests.consoles import Console

#: As a server in Germany, an old client library or a database of several programs may have them.
HABITS = (
    "datestyle = 'German'",
    "client_encoding = 'LATIN1'",
    "timezone = 'Asia/Kathmandu'",
    "default_transaction_isolation = 'serializable'",
    "search_path = 'app'",
)


@pytest.fixture(scope="module")
def odd_console(
    make_database: Callable[..., str], postgres_url: str, upgraded_templates: dict[str, str]
) -> Iterator[Console]:
    """A console on a live database with habits, and with another program's table before the product's."""
    url = make_database(upgraded_templates["documented"])
    name = make_url(url).database or ""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA app CREATE TABLE generations (nothing integer)")
        for habit in HABITS:
            change = sql.SQL("ALTER DATABASE {} SET {}").format(sql.Identifier(name), sql.SQL(habit))
            connection.execute(change)
    with console_on(url) as console:
        yield console
    drop_database(postgres_url, name)


@pytest.mark.parametrize(
    "path", ["/generations/", "/generations/1", "/assets/", "/credits/", "/components/executions/"]
)
def test_pages_are_the_same_whatever_the_database_sets(
    path: str, odd_console: Console, live_console: Console
) -> None:
    odd, usual = (one.admin.get(path) for one in (odd_console, live_console))
    assert (odd.status_code, _shown(odd)) == (usual.status_code, _shown(usual)) and _shown(odd)


def _shown(page: TestResponse) -> list[str]:
    """Rows and times of a page."""
    return re.findall(r'data-row="[^"]*"|<time [^>]*title="[^"]*"', page.get_data(as_text=True))


@pytest.mark.parametrize(
    ("name", "held"),
    [("transaction_isolation", "read committed"), ("timezone", "UTC"), ("client_encoding", "UTF8")],
)
def test_what_commands_rely_on_is_set_for_them(name: str, held: str, odd_console: Console) -> None:
    with odd_console.app.app_context():
        assert session().scalar(text(f"SHOW {name}")) == held
