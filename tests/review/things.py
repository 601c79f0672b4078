"""Things to be reviewed, of each kind, and the people who do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from delula.access.actor import Actor
from delula.access.permissions import Role
from delula.db import session

if TYPE_CHECKING:
    from typing import Any

ANN = Actor(1, "ann@example.com", Role.MODERATOR, 7, "127.0.0.1", "request-1")
BOB = Actor(2, "bob@example.com", Role.MODERATOR, 8, "127.0.0.1", "request-2")
ADA = Actor(3, "ada@example.com", Role.ADMIN, 9, "127.0.0.1", "request-3")

UPLOAD = """
    INSERT INTO user_assets (id, user_id, asset_id, original_filename, display_name, s3_key, cdn_url,
        mime_type, file_size, asset_type, source, ai_classification, created_at, updated_at)
    VALUES (:id, :owner, 'asset-' || :id, 'a.png', 'Upload ' || :id, 'k/' || :id, 'u', 'image/png', 1, 1, 1,
        CAST(:ai AS jsonb), CAST(:made AS timestamp), CAST(:made AS timestamp))"""
OFFER = """
    INSERT INTO market_assets (id, creator_id, asset_id, name, url, mime_type, file_size)
    VALUES (:id, :owner, 'offer-' || :id, 'Offer', 'k/' || :id, 'image/png', 1)"""
SAMPLE = """
    INSERT INTO recipe_samples (id, recipe_id, generation_id, user_id, original_prompt, thumbnail_url,
        preview_url, high_res_url, type, file_size, is_featured)
    VALUES (:id, 1, 1, :owner, 'a cat', 't', 'p', 'h', 'image', 1, true)"""
GENERATION = """
    INSERT INTO generations (id, user_id, prompt, status, is_public, is_published)
    VALUES (:id, :owner, 'a cat', 'completed', true, true)"""


def sql(statement: str, **values: object) -> list[Any]:
    """Run a statement and commit; its rows."""
    found = session().execute(text(statement), values)
    rows = list(found.all()) if found.returns_rows else []
    session().commit()
    return rows


def upload(id_: int, owner: str = "u", ai: str | None = None, made: str = "now") -> None:
    """A file that somebody has uploaded."""
    sql(UPLOAD, id=id_, owner=owner, ai=ai, made=made)


def one_of_each() -> None:
    """A thing of each kind, number 1."""
    upload(1)
    for statement in (OFFER, SAMPLE, GENERATION):
        sql(statement, id=1, owner="u")


def items() -> dict[tuple[str, int], Any]:
    """What is in the queue, by kind and number."""
    return {(row.kind, row.object_id): row for row in sql("SELECT * FROM dashboard.review_item")}


def item_id(kind: str = "user_asset", object_id: int = 1) -> int:
    """The number of an item."""
    found: int = items()[kind, object_id].id
    return found
