"""A live database with many users and a ledger, its roll-ups up to date, and what a page of a list says."""

from __future__ import annotations

import re
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from threading import get_ident
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import psycopg
import pytest
from sqlalchemy import event

from delula.db import db
from delula.rollups.refresh import refresh
from tests.consoles import FRAGMENT, Console, console_on
from tests.generations.reading import link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse


@pytest.fixture(scope="session")
def crowd(make_database: Callable[..., str], upgraded_templates: dict[str, str]) -> Iterator[Console]:
    """A console on a live database of some 230 users; its rows are only read."""
    url = make_database(upgraded_templates["documented"])
    with psycopg.connect(url) as connection:
        connection.execute((Path(__file__).parent / "users" / "many.sql").read_text())
    with console_on(url) as console:
        with console.app.app_context():
            refresh()
        yield console


def address(path: str, params: Mapping[str, str]) -> str:
    """A path with more parameters than it may have already."""
    return f"{path}{'&' if '?' in path else '?'}{urlencode(params)}"


def ids_of(page: TestResponse) -> list[str]:
    """The ids of the rows, in order, as texts."""
    return [unescape(found) for found in re.findall(r'data-row="([^"]*)"', page.text)]


def all_ids(client: FlaskClient, path: str, **params: str) -> list[str]:
    """The ids on all pages of a list, by following its links to the end."""
    page = client.get(address(path, params), headers=FRAGMENT)
    found = ids_of(page)
    while (further := link(page, "next")) is not None:
        page = client.get(further, headers=FRAGMENT)
        found += ids_of(page)
        assert len(found) < 2_000, "the list does not end"
    assert page.status_code == 200, page.text
    return found


def all_ids_backwards(client: FlaskClient, path: str, **params: str) -> list[str]:
    """The same from the last page back to the first; the first may overlap the second."""
    page = client.get(address(path, params), headers=FRAGMENT)
    while (further := link(page, "next")) is not None:
        page = client.get(further, headers=FRAGMENT)
    found = ids_of(page)
    while (before := link(page, "prev")) is not None:
        page = client.get(before, headers=FRAGMENT)
        seen = set(found)
        found = [*(id_ for id_ in ids_of(page) if id_ not in seen), *found]
    return found


@contextmanager
def sent_by(console: Console) -> Iterator[list[str]]:
    """The statements that this thread has a console send to its database meanwhile.

    What is counted beside a page goes on after the page was answered, and is none of its questions.
    """
    sent: list[str] = []
    here = get_ident()
    with console.app.app_context():
        engine = db.engine

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if get_ident() == here:
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
