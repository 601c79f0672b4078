"""Small demo data sets, and a prepared database to load them into."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy.engine import make_url

from delula.demo import load
from delula.demo.dataset import blocks
from delula.demo.media import Media
from delula.demo.plan import Plan
from tests.conftest import drop_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FILES = Media("https://media.example/bucket", {})
PLAN = Plan(generations=500, assets=250, usage=2500, seed=7, until=datetime(2026, 3, 1, 12))  # noqa: DTZ001 - UTC without a zone, as in the product's columns


def fill(url: str, plan: Plan = PLAN, *, replace: bool = False) -> dict[str, int]:
    """Load a data set as the command does; returns the number of rows by table."""
    with psycopg.connect(url) as connection:
        load.fill_type_tables(connection)
        return load.load(
            connection, plan, blocks(plan, FILES), replace=replace, watch=lambda _table, _rows: None
        )


@pytest.fixture
def prepared_url(
    postgres_url: str, make_database: Callable[..., str], migrated_template: str
) -> Iterator[str]:
    """Address of a migrated database without rows."""
    url = make_database(migrated_template)
    yield url
    drop_database(postgres_url, make_url(url).database or "")


@pytest.fixture(scope="session")
def filled_url(make_database: Callable[..., str], migrated_template: str) -> str:
    """Address of a database that holds `PLAN`; tests only read it."""
    url = make_database(migrated_template)
    fill(url)
    return url
