"""Databases of another origin than the console's: as the running product has made and filled them."""

from pathlib import Path

import psycopg

_SQL = Path(__file__).parent / "live"

#: At the schema document's level, or before it: without system_assets, market_assets and declared indexes,
#: with tables, columns, a view and indexes that no document knows.
DOCUMENTED = ("product", "declared_indexes", "rows", "asset_rows")
OLDER = ("product", "rows", "older")


def fill(url: str, parts: tuple[str, ...]) -> None:
    """Makes the product's tables and rows in an empty database.

    Args:
        url: `postgresql://…`
        parts: `DOCUMENTED` or `OLDER`.
    """
    with psycopg.connect(url) as connection:
        # Names of constraints longer than PostgreSQL's limit are the product's habit, and only a notice.
        connection.execute("SET client_min_messages = warning")
        for part in parts:
            connection.execute((_SQL / f"{part}.sql").read_text())
