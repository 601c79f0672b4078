"""Which keys the tables hold: all of them for a scan, piece by piece, or one before it is moved."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from delula.assets import media
from delula.db import session
from delula.integrity.places import place_of
from delula.storage.derive import DRAWN
from delula.storage.layout import MEDIA_TYPES
from delula.uploads.content import SYNONYMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from delula.db import AnyRow
    from delula.storage import Store

#: Bytes of a key that S3 takes; a longer text is no key, and no index would hold it.
_LONGEST = 1024


@dataclass(frozen=True)
class Holder:
    """A table that holds keys or addresses of files.

    Attributes:
        source: what its rows are, for findings.
        table: its name.
        files: columns with the file itself, the most reliable first.
        pictures: columns with pictures of it.
        owner: whose a row is, as an expression.
        bytes: what the row says of the file's size, as an expression.
        mime: the same of its media type.
        type: the same of its type in the product, where a row says one.
        since: when a row was made, as an expression.
        id: the unique key of the table.
        is_text: whether that is a text.
        plain: whether a text that is no address is a key; else it may be a path of the product's own pages.
        where: which rows count.
    """

    source: str
    table: str
    files: tuple[str, ...]
    pictures: tuple[str, ...] = ()
    owner: str = "NULL"
    bytes: str = "NULL"
    mime: str = "NULL"
    type: str = "NULL"
    since: str = "created_at AT TIME ZONE 'UTC'"
    id: str = "id"
    is_text: bool = False
    plain: bool = True
    where: str = "true"

    @property
    def columns(self) -> tuple[str, ...]:
        """All that hold a key."""
        return (*self.files, *self.pictures)


#: The source of what waits to be deleted.
REMOVAL = "removal"
_SIZED: dict[str, Any] = {"bytes": "file_size", "mime": "mime_type"}
#: In this order: what is known of a file comes from the first table that refers to it.
HOLDERS = (
    Holder(
        "user",
        "user_assets",
        ("s3_key", "cdn_url"),
        ("thumbnail_url",),
        "user_id",
        **_SIZED,
        type="asset_type",
    ),
    Holder("system", "system_assets", ("url",), **_SIZED),
    Holder("market", "market_assets", ("url",), owner="creator_id", **_SIZED),
    Holder("generation", "generations", ("s3_key", "video_url", "image_url"), ("thumbnail_url",), "user_id"),
    Holder("backlog", "backlog_videos", ("s3_key", "video_url"), ("thumbnail_url",)),
    Holder("sample", "recipe_samples", ("high_res_url", "preview_url"), ("thumbnail_url",), "user_id"),
    Holder("brand", "brand_assets", ("file_url",), owner="user_id", **_SIZED),
    Holder("export", "export_transactions", ("download_url",), owner="buyer_id", plain=False),
    Holder("recipe", "recipes", (), ("preview_image_url",), "creator_id", plain=False),
    Holder("user_picture", "users", (), ("profile_image_url",), "id", is_text=True, plain=False),
    Holder(
        "upload",
        "dashboard.upload",
        ("s3_key",),
        owner="owner_id",
        since="created_at",
        where="state IN ('sending', 'checking', 'checked')",
    ),
    # What was retired can come back, and so can a file that was replaced, until its removal is due.
    Holder(
        "retired",
        "dashboard.removed_asset",
        ("key",),
        owner="owner_id",
        bytes="bytes",
        mime="mime_type",
        since="at",
        id="reference",
        is_text=True,
        where="state = 'retired'",
    ),
    Holder(REMOVAL, "dashboard.object_removal", ("key",), since="NULL", where="state = 'waiting'"),
)


@lru_cache
def _statement(holder: Holder, *, is_first: bool) -> Any:
    behind = "true" if is_first else f"{holder.id} > :after"
    columns = ", ".join(f"{column} AS c{place}" for place, column in enumerate(holder.columns))
    # All that goes into it stands above.
    return text(f"""
        SELECT {holder.id} AS id, {columns}, {holder.owner} AS owner, {holder.bytes} AS bytes,
            {holder.mime} AS mime, {holder.type} AS type, {holder.since} AS since
        FROM {holder.table} WHERE {behind} AND {holder.where} ORDER BY {holder.id} LIMIT :most""")  # noqa: S608


def there() -> Sequence[Holder]:
    """The tables that this database has; an older one lacks some."""
    names = [holder.table for holder in HOLDERS]
    found = session().scalars(
        text("SELECT name FROM unnest(CAST(:names AS text[])) name WHERE to_regclass(name) IS NOT NULL"),
        {"names": names},
    )
    present = set(found)
    return [holder for holder in HOLDERS if holder.table in present]


def rows_behind(holder: Holder, after: int | str | None, most: int) -> Sequence[AnyRow]:
    """The next rows of a table by its key."""
    values = {"most": most} if after is None else {"most": most, "after": after}
    return session().execute(_statement(holder, is_first=after is None), values).all()


def references_in(holder: Holder, rows: Iterable[AnyRow], store: Store) -> Iterator[dict[str, Any]]:
    """What the rows refer to in the bucket, each key once for a row."""
    for row in rows:
        seen: set[str] = set()
        for number in range(len(holder.columns)):
            key = _key(row[number + 1], holder, store)
            if key is None or key in seen:
                continue
            seen.add(key)
            is_file = number < len(holder.files)
            yield {
                "key": key,
                "source": holder.source,
                "row_id": str(row.id),
                "owner_id": row.owner,
                "is_file": is_file,
                "since": row.since,
                **_claims(key, row, is_file=is_file),
            }


def paths_in(holder: Holder, rows: Iterable[AnyRow], store: Store) -> dict[str, str]:
    """The texts of rows that are a path of the product's own pages or a key, with the row that holds them.

    Like what JSON names, one counts only where an object has just that key.
    """
    if holder.plain:
        return {}
    texts = (
        (text_.lstrip("/"), str(row.id))
        for row in rows
        for text_ in row[1 : len(holder.columns) + 1]
        if text_
    )
    return {path: row for path, row in texts if store.key_of(path) == path}


def _key(location: Any, holder: Holder, store: Store) -> str | None:
    if not isinstance(location, str) or not location:
        return None
    key = store.key_of(location)
    if key is None or (not holder.plain and key == location.lstrip("/")):
        return None
    encoded = key.encode("utf-8", "replace")
    return (
        encoded[: _LONGEST - 24].decode("utf-8", "ignore") + "…"
        if len(encoded) > _LONGEST
        else encoded.decode()
    )


def _claims(key: str, row: AnyRow, *, is_file: bool) -> Mapping[str, Any]:
    """What a row says of the object, and what the key's place says."""
    place = place_of(key)
    mime = normal_type(row.mime) if is_file and row.mime else None
    named = MEDIA_TYPES.get(key.rpartition(".")[2].lower()) if mime else None
    kind = media.kind_of_file(row.mime, row.type) if is_file and row.mime is not None else None
    return {
        "is_drawn": kind is not None and media.type_of(kind) in DRAWN,
        "bytes": row.bytes if is_file else None,
        "mime": mime,
        "named_mime": named if named != mime else None,
        "folder": place.folder,
        "stem": place.stem,
    }


def normal_type(content_type: str) -> str:
    """A media type without parameters, and by the one name that the console has for it."""
    plain = content_type.partition(";")[0].strip().lower()
    return SYNONYMS.get(plain, plain)


def is_referenced(keys: Iterable[str], store: Store, *, besides: str = "") -> bool:
    """Whether any row holds one of these keys now, in whichever form; answered by indexes.

    Args:
        keys: of objects.
        store: knows the forms.
        besides: the source of rows that do not count.
    """
    texts = sorted({location for key in keys for location in store.locations_of(key)})
    conditions = [
        f"EXISTS (SELECT FROM {holder.table} WHERE {_among(holder, column)} AND {holder.where})"
        for holder in there()
        if holder.source != besides
        for column in holder.columns
    ]
    return bool(session().scalar(text(f"SELECT {' OR '.join(conditions)}"), {"texts": texts}))


def _among(holder: Holder, column: str) -> str:
    condition = f"{column} = ANY(CAST(:texts AS text[]))"
    if column == "thumbnail_url" and holder.table in {"generations", "user_assets"}:
        # As the index has it.
        hashes = "ARRAY(SELECT hashtext(one) FROM unnest(CAST(:texts AS text[])) one)"
        condition += f" AND hashtext(thumbnail_url) = ANY({hashes}) AND thumbnail_url IS NOT NULL"
    return condition
