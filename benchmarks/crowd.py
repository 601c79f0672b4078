"""A copy of the database with a large catalogue and a full review, for as long as it is measured."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from delula.review.intake import take_in
from delula.rollups.refresh import refresh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL

#: What is promised for so many.
RECIPES, TAGS = 10_000, 2_000
#: Days whose assets, samples and generations go into the review: some ten thousand items.
REVIEWED_DAYS = 30

_FILL = f"""
    INSERT INTO tags (id, name, color, is_active, is_hidden)
    SELECT last + n, 'made up ' || n, 'gray', n % 10 > 0, n % 4 = 0
    FROM generate_series(1, {TAGS}) n, (SELECT max(id) AS last FROM tags) t;
    INSERT INTO recipes
    SELECT (jsonb_populate_record(r, jsonb_build_object(
        'id', last + n, 'name', r.name || ' ' || n, 'slug', r.slug || '-' || n, 'usage_count', n % 5000,
        'referral_code', null, 'tag_highlights',
        to_jsonb(ARRAY(SELECT lowest + (n * k * 7919) % {TAGS} FROM generate_series(1, 5) k))))).*
    FROM generate_series(1, {RECIPES}) n,
         (SELECT max(id) AS last, array_agg(id ORDER BY id) AS ids FROM recipes) f,
         (SELECT max(id) - {TAGS} + 1 AS lowest FROM tags) t, recipes r
    WHERE r.id = ids[1 + n % cardinality(ids)];
    UPDATE dashboard.review_settings SET starts_on = current_date - {REVIEWED_DAYS};
"""  # noqa: S608 - constants


@contextmanager
def crowded(url: str) -> Iterator[str]:
    """The URL of a copy of a database with more recipes and tags, empty of people; it is dropped afterwards.

    Args:
        url: of the database, in which nobody else may be.
    """
    original = make_url(url)
    copy = original.set(database=f"{original.database}_crowded")
    with psycopg.connect(_plain(original.set(database="postgres")), autocommit=True) as server:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(_name(copy))
        server.execute(drop)
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(_name(copy), _name(original))
        )
        try:
            with psycopg.connect(_plain(copy), autocommit=True) as connection:
                connection.execute(_FILL)
                # As autovacuum does within a minute; until then a search by tags reads all new recipes.
                for table in ("tags", "recipes"):
                    connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))
            yield copy.render_as_string(hide_password=False)
        finally:
            server.execute(drop)


def _plain(url: URL) -> str:
    """The URL as the driver reads it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _name(url: URL) -> sql.Identifier:
    return sql.Identifier(url.database or "")


def settle() -> None:
    """Bring the sums of the copy up to date, and its review; in the context of an app on it."""
    refresh()
    take_in()
