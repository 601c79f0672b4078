"""Every question that the pages and commands of integrity ask of the database."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text, update

from delula.db import AnyRow, session
from delula.errors import InvalidInput
from delula.models import LARGEST_OWN_ID, Quarantined, StorageFinding, StorageScan, StorageTotal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.lists import ListState
    from delula.models import JsonValue

F = StorageFinding.__table__.c
Q = Quarantined.__table__.c
_SCAN, _TOTAL = StorageScan.__table__.c, StorageTotal.__table__.c

#: Scans that the page shows, and owners with the most bytes.
SHOWN_SCANS, SHOWN_OWNERS = 10, 10


class Kind(StrEnum):
    """What does not fit."""

    MISSING = "missing"
    ORPHAN = "orphan"
    SIZE = "size"
    TYPE = "type"
    DERIVATIVES = "derivatives"
    OUTSIDE = "outside"


class Held(StrEnum):
    """What became of an object that was to be set aside."""

    MOVING = "moving"
    HELD = "held"
    KEPT = "kept"
    RESTORING = "restoring"
    RESTORED = "restored"
    DELETING = "deleting"
    DELETED = "deleted"


_ROWS = select(*F).where(F.id == func.any(text("CAST(:ids AS bigint[])")))
_ACTIVE = (_SCAN.state.in_(("running", "paused")),)
_IS_ALIVE = text(
    "SELECT EXISTS (SELECT FROM jobs.procrastinate_jobs WHERE id = :job AND status IN ('todo', 'doing'))"
)
_NEXT_ID = text("SELECT nextval(pg_get_serial_sequence('dashboard.quarantined', 'id'))")
_PROGRESS = text("SELECT done, total FROM dashboard.job_progress WHERE job_id = :job")


def list_rows(ids: Sequence[int], state: ListState) -> Sequence[AnyRow]:  # noqa: ARG001 - a loader's shape
    """What the list shows of these findings, in this order."""
    return _in_order(select(*F).where(F.id.in_(ids)), ids)


def quarantine_rows(ids: Sequence[int], state: ListState) -> Sequence[AnyRow]:  # noqa: ARG001 - a loader's shape
    """What the list shows of these objects that were set aside, in this order."""
    return _in_order(select(*Q).where(Q.id.in_(ids)), ids)


def _in_order(statement: Any, ids: Sequence[int]) -> Sequence[AnyRow]:
    if not ids:
        return []
    rows = {row.id: row for row in session().execute(statement)}
    return [rows[id_] for id_ in ids if id_ in rows]


def find(id_: int, *, lock: bool = False) -> AnyRow | None:
    """One finding.

    Args:
        id_: which; an id that no column holds is that of no finding.
        lock: keep everybody else from changing it until the transaction ends.
    """
    return _one(select(*F).where(F.id == id_), id_, lock=lock)


def find_held(id_: int, *, lock: bool = False) -> AnyRow | None:
    """One object that was set aside."""
    return _one(select(*Q).where(Q.id == id_), id_, lock=lock)


def _one(statement: Any, id_: int, *, lock: bool) -> AnyRow | None:
    if not 0 < id_ <= LARGEST_OWN_ID:
        return None
    return session().execute(statement.with_for_update() if lock else statement).one_or_none()


def existing(id_: int, *, lock: bool) -> AnyRow:
    """One finding that is there.

    Raises:
        InvalidInput: it is not.
    """
    row = find(id_, lock=lock)
    if row is None:
        raise InvalidInput("finding", "There is no such finding any more.")
    return row


def existing_held(id_: int, *, lock: bool) -> AnyRow:
    """One object that was set aside, and is known.

    Raises:
        InvalidInput: it is not.
    """
    row = find_held(id_, lock=lock)
    if row is None:
        raise InvalidInput("item", "There is no such object.")
    return row


def is_held(key: str) -> bool:
    """Whether an object of this key is being set aside."""
    statement = select(Q.id).where(
        Q.key == key, Q.state.in_((Held.MOVING, Held.HELD, Held.RESTORING, Held.DELETING))
    )
    return session().execute(statement.limit(1)).first() is not None


def next_held_id() -> int:
    """The number of the next object that is set aside; taken from the sequence for good."""
    found: int = session().scalars(_NEXT_ID).one()
    return found


def change_held(id_: int, state: Held, why: str | None = None) -> None:
    """Note what became of an object."""
    values = {"state": state.value, "why": why, "changed_at": func.now()}
    session().execute(update(Quarantined).where(Q.id == id_).values(values))


def note_failure(id_: int, why: str) -> None:
    """Note why what was decided of an object could not be done yet."""
    is_under_way = Q.state.in_((Held.MOVING, Held.RESTORING, Held.DELETING))
    session().execute(update(Quarantined).where(Q.id == id_, is_under_way).values(why=why))


def old_held(days: int, most: int) -> Sequence[int]:
    """Objects that are held for longer than so many days, the oldest first."""
    old = func.now() - func.make_interval(0, 0, 0, days)
    statement = select(Q.id).where(Q.state == Held.HELD, Q.created_at < old).order_by(Q.created_at)
    return session().scalars(statement.limit(most)).all()


def wanted_back(most: int) -> Sequence[int]:
    """Objects that are held though the last scan has found a row that refers to them; not once it failed."""
    statement = text("""
        SELECT held.id FROM dashboard.quarantined held
        JOIN dashboard.stored_reference reference ON reference.key = held.key
        WHERE held.state = 'held' AND held.why IS NULL ORDER BY held.id LIMIT :most""")
    return session().scalars(statement, {"most": most}).all()


def unfinished_moves(most: int) -> Sequence[int]:
    """Objects that a job should have moved by now, and that no job moves."""
    statement = text("""
        SELECT id FROM dashboard.quarantined item
        WHERE state IN ('moving', 'restoring', 'deleting') AND changed_at < now() - interval '15 minutes'
            AND NOT EXISTS (SELECT FROM jobs.procrastinate_jobs job
                WHERE job.task_name = 'integrity.move' AND job.status IN ('todo', 'doing')
                    AND job.args ->> 'item' = item.id::text)
        ORDER BY id LIMIT :most""")
    return session().scalars(statement, {"most": most}).all()


def drop_finding(kind: Kind, key: str) -> None:
    """Take out what does not hold any more."""
    session().execute(
        text("DELETE FROM dashboard.storage_finding WHERE kind = :kind AND key = :key"),
        {"kind": kind.value, "key": key},
    )


def object_of(key: str) -> AnyRow | None:
    """An object as the last scan saw it."""
    statement = text(
        "SELECT key, bytes, etag, changed_at, owner_id FROM dashboard.stored_object WHERE key = :key"
    )
    return session().execute(statement, {"key": key}).one_or_none()


def scan(id_: int) -> AnyRow | None:
    """One scan."""
    return session().execute(select(*_SCAN).where(_SCAN.id == id_)).one_or_none()


def active_scan() -> AnyRow | None:
    """The scan that is at work, or waits for the store."""
    return session().execute(select(*_SCAN).where(*_ACTIVE)).one_or_none()


def is_alive(job_id: int | None) -> bool:
    """Whether a job waits or runs."""
    return job_id is not None and bool(session().scalar(_IS_ALIVE, {"job": job_id}))


def begin_scan(asked_by: str, rate: int | None) -> int:
    """Note a scan that is about to be done; its id."""
    made = StorageScan(asked_by=asked_by, rate=rate)
    current = session()
    current.add(made)
    current.flush()
    return made.id


def change_scan(id_: int, **values: JsonValue | Any) -> None:
    """Note how far a scan is, and what becomes of it."""
    session().execute(update(StorageScan).where(_SCAN.id == id_).values(changed_at=func.now(), **values))


def scans() -> Sequence[AnyRow]:
    """The last scans, the newest first."""
    return session().execute(select(*_SCAN).order_by(_SCAN.id.desc()).limit(SHOWN_SCANS)).all()


def last_finished() -> AnyRow | None:
    """The last scan that came to its end."""
    statement = select(*_SCAN).where(_SCAN.state == "finished").order_by(_SCAN.id.desc())
    return session().execute(statement.limit(1)).one_or_none()


def progress(job_id: int | None) -> AnyRow | None:
    """How far a job is."""
    return session().execute(_PROGRESS, {"job": job_id}).one_or_none() if job_id is not None else None


def totals_by_kind() -> Sequence[AnyRow]:
    """Objects and bytes of each kind, the most first."""
    statement = select(*_TOTAL).where(_TOTAL.owner_id == "", _TOTAL.kind != "").order_by(_TOTAL.bytes.desc())
    return session().execute(statement).all()


def largest_owners() -> Sequence[AnyRow]:
    """The owners with the most bytes."""
    statement = select(*_TOTAL).where(_TOTAL.kind == "", _TOTAL.owner_id.not_in(("", " ")))
    return session().execute(statement.order_by(_TOTAL.bytes.desc()).limit(SHOWN_OWNERS)).all()


def estimated_rows(tables: Sequence[str]) -> int:
    """About how many rows these tables have, by the planner's own account."""
    statement = text("""
        SELECT coalesce(sum(greatest(reltuples, 0)), 0) FROM pg_class
        WHERE oid = ANY(SELECT to_regclass(name) FROM unnest(CAST(:tables AS text[])) name)""")
    return int(session().scalars(statement, {"tables": list(tables)}).one())
