"""What a scan writes and compares: the objects it sees, the keys that tables hold, and what does not fit.

All of it is done in stretches of keys, so that nothing holds more than some thousand rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from delula.db import AnyRow, session
from delula.integrity.places import DERIVED, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from delula.models import JsonValue
    from delula.storage.walk import Listed

#: The source of a key that stands in some JSON.
MENTION = "mention"

_SEE = text("""
    INSERT INTO dashboard.stored_object AS it
        (key, bytes, etag, changed_at, kind, role, owner_id, folder, stem, of_key, seen)
    SELECT *, CAST(:scan AS bigint) FROM unnest(
        CAST(:keys AS text[]), CAST(:bytes AS bigint[]), CAST(:etags AS text[]),
        CAST(:times AS timestamptz[]), CAST(:kinds AS text[]), CAST(:roles AS text[]),
        CAST(:owners AS text[]), CAST(:folders AS text[]), CAST(:stems AS text[]), CAST(:ofs AS text[]))
    ON CONFLICT (key) DO UPDATE SET bytes = excluded.bytes, etag = excluded.etag,
        changed_at = excluded.changed_at, seen = excluded.seen,
        content_type = CASE WHEN it.etag = excluded.etag AND it.bytes = excluded.bytes
            THEN it.content_type END""")
_REFER = text("""
    INSERT INTO dashboard.stored_reference
        (key, source, row_id, owner_id, is_file, is_drawn, bytes, mime, named_mime, folder, stem, since)
    SELECT * FROM unnest(
        CAST(:key AS text[]), CAST(:source AS text[]), CAST(:row_id AS text[]), CAST(:owner_id AS text[]),
        CAST(:is_file AS boolean[]), CAST(:is_drawn AS boolean[]), CAST(:bytes AS bigint[]),
        CAST(:mime AS text[]), CAST(:named_mime AS text[]), CAST(:folder AS text[]), CAST(:stem AS text[]),
        CAST(:since AS timestamptz[]))
    ON CONFLICT (key) DO NOTHING""")
# What is set aside comes back by it.
_MENTION = text("""
    INSERT INTO dashboard.stored_reference (key, source, row_id, is_file, folder, stem)
    SELECT told.key, :source, told.row_id, false, told.folder, told.stem
    FROM unnest(CAST(:keys AS text[]), CAST(:rows AS text[]), CAST(:folders AS text[]),
        CAST(:stems AS text[])) told (key, row_id, folder, stem)
    WHERE EXISTS (SELECT FROM dashboard.stored_object object
            WHERE object.key = told.key AND object.seen = :scan)
        OR EXISTS (SELECT FROM dashboard.quarantined held
            WHERE held.key = told.key AND held.state IN ('moving', 'held'))
    ON CONFLICT (key) DO NOTHING""")
_REFERENCE_COLUMNS = (
    *("key", "source", "row_id", "owner_id", "is_file", "is_drawn", "bytes", "mime", "named_mime"),
    *("folder", "stem", "since"),
)

_IS_MENTIONED = text("""
    SELECT EXISTS (SELECT FROM dashboard.stored_reference
        WHERE key = ANY(CAST(:keys AS text[])) AND source = :source)""")
_UNTYPED = text("""
    SELECT object.key FROM dashboard.stored_object object
    JOIN dashboard.stored_reference reference ON reference.key = object.key
    WHERE object.content_type IS NULL AND object.seen = :scan AND reference.mime IS NOT NULL
        AND object.key > :after
    ORDER BY object.key LIMIT :most""")
_TYPE = text("""
    UPDATE dashboard.stored_object SET content_type = told.type
    FROM unnest(CAST(:keys AS text[]), CAST(:types AS text[])) told (key, type)
    WHERE stored_object.key = told.key""")
_TYPES_OPEN = text("""
    SELECT count(*) FROM dashboard.stored_object object
    JOIN dashboard.stored_reference reference ON reference.key = object.key
    WHERE object.content_type IS NULL AND reference.mime IS NOT NULL""")

_DERIVED = ", ".join(f"'{role}'" for role in DERIVED)
_DERIVED_KEYS = (("thumbnails", "jpg"), ("previews", "jpg"), ("webp", "webp"))
_LACKING = ", ".join(
    f"CASE WHEN NOT EXISTS (SELECT FROM dashboard.stored_object made WHERE made.seen = :scan AND made.key ="
    f" object.folder || '/{role}/' || object.stem || '.{extension}') THEN '{role}' END"
    for role, extension in _DERIVED_KEYS
)
_FOUND = """
    INSERT INTO dashboard.storage_finding AS it
        (kind, key, source, row_id, owner_id, bytes, detail, seen)
    {select}
    ON CONFLICT (kind, key) DO UPDATE SET source = excluded.source, row_id = excluded.row_id,
        owner_id = excluded.owner_id, bytes = excluded.bytes, detail = excluded.detail,
        seen = excluded.seen"""
# What was set aside is no business of a scan. What is young may have no row yet.
_OBJECTS = text(
    _FOUND.format(
        select=f"""
    WITH object AS MATERIALIZED (
        SELECT * FROM dashboard.stored_object
        WHERE key > :after AND key <= :last AND seen = :scan AND kind <> 'quarantine'
    ), known AS MATERIALIZED (
        SELECT object.*, reference.key IS NOT NULL AS is_referenced, reference.source, reference.row_id,
            reference.owner_id AS row_owner, reference.is_file, reference.is_drawn,
            reference.bytes AS row_bytes, reference.mime, reference.named_mime
        FROM object LEFT JOIN dashboard.stored_reference reference ON reference.key = object.key
    )
    SELECT 'orphan', key, NULL, NULL, owner_id, bytes, NULL, CAST(:scan AS bigint) FROM known object
    WHERE NOT is_referenced AND changed_at < :young
        AND NOT EXISTS (SELECT FROM dashboard.stored_reference one WHERE one.key = object.of_key)
        AND (role IS NULL OR role NOT IN ({_DERIVED}) OR NOT EXISTS (
            SELECT FROM dashboard.stored_reference one
            WHERE one.folder = object.folder AND one.stem = object.stem))
    UNION ALL
    SELECT 'size', key, source, row_id, coalesce(row_owner, owner_id), bytes,
        'The row says ' || row_bytes || ' bytes, the store ' || bytes || '.', :scan
    FROM known WHERE row_bytes <> bytes
    UNION ALL
    SELECT 'type', key, source, row_id, coalesce(row_owner, owner_id), bytes,
        concat_ws(' ', 'The row says ' || left(mime, 100) || '.',
            'The name says ' || named_mime || '.',
            CASE WHEN content_type <> mime THEN 'The store says ' || left(content_type, 100) || '.' END),
        :scan
    FROM known WHERE mime IS NOT NULL AND (named_mime IS NOT NULL OR content_type <> mime)
    UNION ALL
    SELECT 'derivatives', key, source, row_id, row_owner, bytes, lacking, :scan
    FROM (SELECT object.*, concat_ws(', ', {_LACKING}) AS lacking FROM known object
        WHERE role = 'originals' AND kind IN ('images', 'videos') AND is_drawn
            AND source IN ('user', 'system', 'market')) object
    WHERE lacking <> ''
    UNION ALL
    SELECT 'outside', key, source, row_id, coalesce(row_owner, owner_id), bytes, NULL, :scan
    FROM known WHERE is_referenced AND is_file AND kind = 'other'
        AND (key LIKE 'library/%' OR source = 'user')
    """  # noqa: S608 - of constants that stand above
    )
)
# Of an object that lacks other pictures too, one finding tells it all.
_UNBLURRED = text("""
    INSERT INTO dashboard.storage_finding AS it
        (kind, key, source, row_id, owner_id, bytes, detail, seen)
    SELECT 'derivatives', object.key, told.source, told.row_id, told.owner, object.bytes, 'blurred',
        CAST(:scan AS bigint)
    FROM unnest(CAST(:keys AS text[]), CAST(:made AS text[]), CAST(:sources AS text[]),
        CAST(:rows AS text[]), CAST(:owners AS text[])) told (key, made, source, row_id, owner)
    JOIN dashboard.stored_object object ON object.key = told.key AND object.seen = :scan
    WHERE NOT EXISTS (SELECT FROM dashboard.stored_object made
        WHERE made.key = told.made AND made.seen = :scan)
    ON CONFLICT (kind, key) DO UPDATE SET source = excluded.source, row_id = excluded.row_id,
        owner_id = excluded.owner_id, bytes = excluded.bytes, seen = excluded.seen,
        detail = CASE WHEN it.seen = excluded.seen AND it.detail <> 'blurred'
            THEN it.detail || ', blurred' ELSE 'blurred' END
    WHERE it.seen <> excluded.seen OR it.detail NOT LIKE '%blurred'""")
_LAST_OBJECT = text("""
    SELECT max(key) AS last, count(*) AS number FROM (
        SELECT key FROM dashboard.stored_object WHERE key > :after ORDER BY key LIMIT :most) stretch""")
_FORGET = text("DELETE FROM dashboard.stored_object WHERE key > :after AND key <= :last AND seen <> :scan")
_LAST_REFERENCE = text("""
    SELECT max(key) AS last, count(*) AS number FROM (
        SELECT key FROM dashboard.stored_reference WHERE key > :after ORDER BY key LIMIT :most) stretch""")
_ABSENT = text(f"""
    SELECT reference.key, reference.since IS NULL OR reference.since > :young AS is_new
    FROM dashboard.stored_reference reference
    WHERE reference.key > :after AND reference.key <= :last
        AND reference.source NOT IN ('upload', '{MENTION}')
        AND NOT EXISTS (SELECT FROM dashboard.stored_object object
            WHERE object.key = reference.key AND object.seen = :scan)
    ORDER BY reference.key""")  # noqa: S608 - a constant
_MISSING = text(
    _FOUND.format(
        select="""
    SELECT 'missing', key, source, row_id, owner_id, bytes,
        CASE WHEN is_file THEN NULL ELSE 'A picture of it.' END, CAST(:scan AS bigint)
    FROM dashboard.stored_reference WHERE key = ANY(CAST(:keys AS text[]))"""
    )
)
_RESOLVED = text("DELETE FROM dashboard.storage_finding WHERE seen <> :scan")
_COUNTS = text("SELECT kind, count(*) AS number FROM dashboard.storage_finding GROUP BY kind")
_NO_TOTALS = text("DELETE FROM dashboard.storage_total")
_TOTALS = text("""
    INSERT INTO dashboard.storage_total (owner_id, kind, objects, bytes)
    SELECT coalesce(owner, ''), coalesce(kind, ''), count(*), coalesce(sum(bytes), 0)
    FROM (SELECT coalesce(owner_id, ' ') AS owner, kind, bytes FROM dashboard.stored_object
        WHERE seen = :scan) object
    GROUP BY GROUPING SETS ((owner, kind), (owner), (kind), ())""")


@dataclass(frozen=True)
class Blurred:
    """A file that is to be shown blurred.

    Attributes:
        key: of the file.
        made: the key of its blurred picture.
        source: what refers to the file.
        row_id: the row of it.
        owner_id: whose it is.
    """

    key: str
    made: str
    source: str
    row_id: str
    owner_id: str | None


def see(scan: int, objects: Sequence[Listed]) -> None:
    """Note objects as a listing tells of them."""
    once = {one.key: one for one in objects if "\0" not in one.key}.values()
    places = [place_of(one.key) for one in once]
    session().execute(
        _SEE,
        {
            "scan": scan,
            "keys": [one.key for one in once],
            "bytes": [one.size for one in once],
            "etags": [one.etag for one in once],
            "times": [one.changed_at for one in once],
            "kinds": [place.kind for place in places],
            "roles": [place.role for place in places],
            "owners": [place.owner for place in places],
            "folders": [place.folder for place in places],
            "stems": [place.stem for place in places],
            "ofs": [place.of_key for place in places],
        },
    )


def forget_references() -> None:
    """Begin anew with what the tables hold."""
    session().execute(text("TRUNCATE dashboard.stored_reference"))


def refer(references: Iterable[Mapping[str, Any]]) -> int:
    """Note what rows refer to; how many references there were."""
    rows = list(references)
    if rows:
        session().execute(_REFER, {name: [row[name] for row in rows] for name in _REFERENCE_COLUMNS})
    return len(rows)


def mention(scan: int, table: str, found: Mapping[str, str]) -> None:
    """Note which objects some JSON of a table names.

    Args:
        scan: which.
        table: its name.
        found: what may be keys, each with the row that it stands in.
    """
    places = [place_of(key) for key in found]
    session().execute(
        _MENTION,
        {
            "scan": scan,
            "source": MENTION,
            "keys": list(found),
            "rows": [f"{table} {row}" for row in found.values()],
            "folders": [place.folder for place in places],
            "stems": [place.stem for place in places],
        },
    )


def is_mentioned(keys: Sequence[str]) -> bool:
    """Whether the last scan has seen one of these keys in some JSON."""
    return bool(session().scalar(_IS_MENTIONED, {"keys": list(keys), "source": MENTION}))


def untyped(scan: int, after: str, most: int) -> Sequence[str]:
    """Keys behind this one whose type the store was not asked for."""
    return session().scalars(_UNTYPED, {"scan": scan, "after": after, "most": most}).all()


def note_types(types: Mapping[str, str]) -> None:
    """Note as what the store serves these keys."""
    session().execute(_TYPE, {"keys": list(types), "types": list(types.values())})


def types_open() -> int:
    """Objects whose type the store was not asked for, though a row says one."""
    return int(session().scalars(_TYPES_OPEN).one())


def next_objects(after: str, most: int) -> AnyRow:
    """The last of the next objects by key, and how many there are."""
    return session().execute(_LAST_OBJECT, {"after": after, "most": most}).one()


def compare_objects(scan: int, after: str, last: str, young: Any) -> None:
    """Note what does not fit in a stretch of objects, and forget those that are gone."""
    values = {"scan": scan, "after": after, "last": last}
    session().execute(_OBJECTS, {**values, "young": young})
    session().execute(_FORGET, values)


def note_unblurred(scan: int, flagged: Sequence[Blurred]) -> None:
    """Note what is to be shown blurred and has no picture for it, of files that are there."""
    once = {one.key: one for one in flagged}.values()
    if once:
        session().execute(
            _UNBLURRED,
            {
                "scan": scan,
                "keys": [one.key for one in once],
                "made": [one.made for one in once],
                "sources": [one.source for one in once],
                "rows": [one.row_id for one in once],
                "owners": [one.owner_id for one in once],
            },
        )


def next_references(after: str, most: int) -> AnyRow:
    """The last of the next references by key, and how many there are."""
    return session().execute(_LAST_REFERENCE, {"after": after, "most": most}).one()


def absent(scan: int, after: str, last: str, young: Any) -> Sequence[AnyRow]:
    """Keys in a stretch of references under which nothing was listed, and whether that may be too new."""
    values = {"scan": scan, "after": after, "last": last, "young": young}
    return session().execute(_ABSENT, values).all()


def note_missing(scan: int, keys: Sequence[str]) -> None:
    """Note that nothing lies under these keys."""
    if keys:
        session().execute(_MISSING, {"scan": scan, "keys": list(keys)})


def conclude(scan: int) -> dict[str, JsonValue]:
    """Drop what is found no more, add up bytes; the findings by kind."""
    session().execute(text("SET LOCAL statement_timeout = 0"))
    session().execute(_RESOLVED, {"scan": scan})
    session().execute(_NO_TOTALS)
    session().execute(_TOTALS, {"scan": scan})
    return {row.kind: row.number for row in session().execute(_COUNTS)}
