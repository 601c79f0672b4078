"""Library entries with their files in the real store, which the console reaches through one that may fail."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from delula.assets.derivatives import DERIVE, derive_later
from delula.db import atomic
from delula.storage.layout import derivative_keys
from delula.work.run import perform
from tests.storage.files import of_kind

if TYPE_CHECKING:
    from delula.storage import Store

ALL = {"thumbnails", "previews", "webp", "blurred"}
# Tests that run at once share a store, so each process begins somewhere else.
_NUMBERS = itertools.count(secrets.randbelow(1_000_000) * 1_000 + 1)
_ADD = text(
    "INSERT INTO user_assets (id, user_id, asset_id, original_filename, display_name, s3_key, cdn_url,"
    " mime_type, file_size, asset_type, source, thumbnail_url, dimensions, duration)"
    " VALUES (:id, 'derive', :name, 'f', 'F', :key, :key, :mime, 1, :type, 1,"
    " :thumbnail_url, CAST(:dimensions AS jsonb), :duration)"
)
_KINDS = {
    "image": ("images", 1, "image/jpeg", "jpg"),
    "video": ("videos", 2, "video/mp4", "mp4"),
    "audio": ("audio", 3, "audio/mpeg", "mp3"),
}


@dataclass
class Entry:
    """A library entry with its file."""

    store: Store
    id: int
    key: str

    @property
    def reference(self) -> str:
        return f"user-{self.id}"

    def derive(self) -> None:
        with atomic():
            job = derive_later(self.reference)
        perform(DERIVE, job, {"reference": self.reference})

    def exists(self) -> bool:
        with atomic() as current:
            return bool(current.scalar(text("SELECT 1 FROM user_assets WHERE id = :id"), {"id": self.id}))

    def row(self) -> Any:
        statement = "SELECT dimensions, duration, thumbnail_url, updated_at FROM user_assets WHERE id = :id"
        with atomic() as current:
            return current.execute(text(statement), {"id": self.id}).one()

    def there(self) -> set[str]:
        return {str(one) for one, place in derivative_keys(self.key).items() if self.store.facts(place)}


def add_entry(store: Store, kind: str = "image", body: bytes | None = None, **columns: Any) -> Entry:
    """Make one, within an application context.

    Args:
        store: where its file goes.
        kind: image, video or audio.
        body: of the file; a sound one where absent.
        columns: what the row holds beside.
    """
    number = next(_NUMBERS)
    folder, type_, mime, ending = _KINDS[kind]
    key = f"library/user/derive/{folder}/originals/{number}.{ending}"
    store.put(key, of_kind(kind) if body is None else body, mime)
    row = {"thumbnail_url": None, "dimensions": "null", "duration": None, **columns}
    with atomic() as current:
        current.execute(
            _ADD, {"id": number, "name": f"n{number}", "key": key, "mime": mime, "type": type_, **row}
        )
    return Entry(store, number, key)
