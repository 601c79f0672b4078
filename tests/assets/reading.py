"""What the pages of assets say, read as a browser would, and what the database says by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests.consoles import FRAGMENT
from tests.generations.reading import link

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.consoles import Console

LIST = "/assets/"

#: All assets in one plain statement, the sources numbered as they stand behind each other where values tie.
EVERYTHING = """
    SELECT 'system-' || id AS id, 0 AS n, id AS own, 'system' AS source, created_at, file_size AS bytes, name,
           asset_id, NULL AS user_id, mime_type, NULL::text[] AS user_tags, tags AS system_tags,
           false AS deleted, NULL::int AS usage, NULL::timestamp AS used, NULL::int AS duration,
           NULL::int AS type, dimensions, metadata, NULL::jsonb AS auto, NULL::jsonb AS ai, NULL AS kind,
           NULL::int AS origin, NULL::timestamp AS deleted_at, true AS public
    FROM system_assets
    UNION ALL
    SELECT 'market-' || id, 1, id, 'market', created_at, file_size, name, asset_id, creator_id, mime_type,
           tags, NULL, false, NULL, NULL, NULL, NULL, dimensions, metadata, NULL, NULL, NULL, NULL, NULL,
           is_public
    FROM market_assets
    UNION ALL
    SELECT 'generation-' || id, 2, id, 'generation', created_at, NULL, NULL, asset_id, user_id, NULL, NULL,
           NULL, false, NULL, NULL, NULL, NULL, NULL, metadata, NULL, NULL, type, NULL, NULL, is_public
    FROM generations WHERE s3_key <> '' OR video_url <> '' OR image_url <> '' OR asset_id <> ''
    UNION ALL
    SELECT 'user-' || id, 3, id, 'user', created_at, file_size,
           CASE WHEN normalized_name <> '' THEN normalized_name ELSE display_name END, asset_id, user_id,
           mime_type, user_tags, system_tags, is_deleted, usage_count, last_used_at, duration, asset_type,
           dimensions, NULL, auto_classification, ai_classification, NULL, source, deleted_at, NULL
    FROM user_assets"""


def expected(
    console: Console, where: str = "true", order: str = "created_at", *, down: bool = True
) -> list[str]:
    """The ids of the assets that a condition in plain SQL leaves, in order."""
    way = "DESC" if down else "ASC"
    query = (
        f"SELECT id FROM ({EVERYTHING}) everything WHERE {where} "  # noqa: S608 - the test's own
        f"ORDER BY {order} {way} NULLS LAST, n {way}, own {way}"
    )
    return [id_ for (id_,) in console.sql(query)]


def found(client: FlaskClient, query: str = "", **params: str) -> list[str]:
    """The ids of all rows that a filter leaves, by following the links to the end."""
    params = {"q": query, "view": "table", "columns": "name", **params}
    page = client.get(f"{LIST}?{urlencode(params)}", headers=FRAGMENT)
    ids: list[str] = []
    for _ in range(40):
        assert page.status_code == 200, page.text
        ids += re.findall(r'data-row="([^"]+)"', page.text)
        further = link(page, "next")
        if further is None:
            return ids
        page = client.get(further, headers=FRAGMENT)
    raise AssertionError("the list does not end")
