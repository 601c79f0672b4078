"""The first page, and what is pasted into the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sqlalchemy import text

from benchmarks.case import Case
from delula.db import session

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What people paste, each from a row in the middle of its table.
_PASTED = {
    "id of a generation": "SELECT CAST(max(id) / 2 AS text) FROM generations",
    "short id": "SELECT short_id FROM generations WHERE id > (SELECT max(id) / 2 FROM generations) LIMIT 1",
    "provider job": "SELECT fal_job_id FROM generations WHERE fal_job_id > '8' ORDER BY fal_job_id LIMIT 1",
    "key of a file": "SELECT s3_key FROM generations WHERE s3_key IS NOT NULL LIMIT 1",
    "address of an asset": "SELECT cdn_url FROM user_assets LIMIT 1",
    "asset id": "SELECT asset_id FROM user_assets ORDER BY id DESC LIMIT 1",
    "id of a user": "SELECT id FROM users ORDER BY id DESC LIMIT 1",
    "e-mail address": "SELECT email FROM users WHERE email IS NOT NULL LIMIT 1",
    "payment": "SELECT payment_id FROM credit_transactions WHERE payment_id IS NOT NULL LIMIT 1",
    "execution": "SELECT execution_id FROM component_usage ORDER BY id DESC LIMIT 1",
}


def first_cases() -> Iterator[Case]:
    """The first page, its charts, and the palette."""
    yield Case("Home", "what needs attention", "/")
    yield Case("Home", "charts", "/home/charts", fragment=True)
    yield Case("Palette", "nothing typed", "/palette", fragment=True)
    for name, question in _PASTED.items():
        if pasted := session().execute(text(question)).scalar():
            yield Case("Palette", name, f"/palette?{urlencode({'q': pasted})}", fragment=True)
    for word in ("a", "lava", "https://nowhere.example/at/all.png"):
        yield Case("Palette", word, f"/palette?{urlencode({'q': word})}", fragment=True)
