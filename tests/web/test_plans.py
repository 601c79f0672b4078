"""Statements that find rows by their keys are planned once for a connection, where that can do no harm."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import text

from delula.db import _settle_in, atomic, by_key, db
from tests.consoles import client_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

PLANS = "SELECT statement FROM pg_prepared_statements"


def kept_by(app: Flask) -> list[str]:
    """The statements whose plans the one connection of an app keeps."""
    with app.app_context(), db.engine.connect() as connection:
        return list(connection.exec_driver_sql(PLANS).scalars())


@pytest.fixture
def people(committing_app: Flask) -> FlaskClient:
    """A client whose person sees two users in the list of users."""
    with committing_app.app_context(), atomic() as session:
        session().connection().exec_driver_sql(
            "INSERT INTO users (id, handle) VALUES ('u-ann', 'ann'), ('u-bob', 'bob')"
        )
    return client_of(committing_app)


def test_what_finds_rows_by_their_keys_is_kept_and_what_filters_is_not(
    committing_app: Flask, people: FlaskClient
) -> None:
    assert people.get("/users/?q=handle:ann").status_code == 200
    kept = kept_by(committing_app)
    assert [one for one in kept if "users.id = ANY" in one]
    assert not [one for one in kept if "ORDER BY" in one and "ANY" not in one]


def test_a_column_that_changes_its_type_meanwhile_is_read_as_it_is_now(
    people: FlaskClient, migrated_url: str
) -> None:
    assert "ann" in people.get("/users/u-ann").text
    with psycopg.connect(migrated_url) as other:
        other.execute("ALTER TABLE users ALTER COLUMN credits TYPE bigint")
    page = people.get("/users/u-ann")
    assert page.status_code == 200
    assert "ann" in page.text


def test_a_write_plans_for_itself(committing_app: Flask) -> None:
    with committing_app.app_context(), atomic() as session:
        session.execute(by_key(text("SELECT 'within a transaction'")))
    assert kept_by(committing_app) == []


@pytest.mark.parametrize(("server", "keeps"), [(4711, True), (4712, False)], ids=["direct", "by a proxy"])
def test_behind_a_proxy_nothing_is_kept(server: int, keeps: bool) -> None:
    found = SimpleNamespace(fetchall=lambda: [(server, "public", "public")])
    connection = SimpleNamespace(
        execute=lambda _query: found,
        commit=lambda: None,
        info=SimpleNamespace(backend_pid=4711),
        prepare_threshold=None,
    )
    _settle_in(connection)  # type: ignore[arg-type]  # all of a connection that it looks at
    assert (connection.prepare_threshold is not None) is keeps
