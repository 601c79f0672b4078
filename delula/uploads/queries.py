"""Every question that uploads ask of the database."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text, update

from delula.db import AnyRow, session
from delula.errors import InvalidInput
from delula.models import LARGEST_OWN_ID, Upload, User

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.lists import ListState
    from delula.models import JsonValue

U = Upload.__table__.c


class State(StrEnum):
    """How far an upload is."""

    SENDING = "sending"
    CHECKING = "checking"
    CHECKED = "checked"
    STORED = "stored"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


#: Nothing of these may stay in the bucket.
DROPPED = (State.REFUSED, State.CANCELLED, State.EXPIRED)
#: Those of a person that are shown beside the form.
SHOWN = 50

_NEXT_ID = text("SELECT nextval(pg_get_serial_sequence('dashboard.upload', 'id'))")
_LOST = text("""
    SELECT id FROM dashboard.upload
    WHERE state IN ('checking', 'checked') AND changed_at < now() - interval '1 hour'
        AND NOT EXISTS (
            SELECT FROM jobs.procrastinate_jobs job
            WHERE job.task_name = :task AND job.status IN ('todo', 'doing')
                AND job.args ->> 'upload' = upload.id::text)
    ORDER BY id LIMIT :most""")
_OLD = text("""
    SELECT id FROM dashboard.upload
    WHERE state = 'sending' AND created_at < now() - make_interval(hours => :hours)
    ORDER BY id LIMIT :most""")
# A part that was on its way when the upload was dropped may arrive later: so it is cleaned once more.
_TO_CLEAN = text("""
    SELECT id FROM dashboard.upload
    WHERE state IN ('refused', 'cancelled', 'expired')
        AND (cleaned_at IS NULL OR cleaned_at < changed_at + interval '1 hour')
    ORDER BY id LIMIT :most""")


def list_rows(ids: Sequence[int], state: ListState) -> Sequence[AnyRow]:  # noqa: ARG001 - a loader's shape
    """What the list shows of these uploads, in this order."""
    if not ids:
        return []
    rows = {row.id: row for row in session().execute(select(*U).where(U.id.in_(ids)))}
    return [rows[id_] for id_ in ids if id_ in rows]


def find(id_: int, *, lock: bool = False) -> AnyRow | None:
    """One upload.

    Args:
        id_: which; an id that no column holds is that of no upload.
        lock: keep everybody else from changing it until the transaction ends.
    """
    if not 0 < id_ <= LARGEST_OWN_ID:
        return None
    statement = select(*U).where(U.id == id_)
    return session().execute(statement.with_for_update() if lock else statement).one_or_none()


def existing(id_: int, *, lock: bool = False) -> AnyRow:
    """One upload that is there.

    Raises:
        InvalidInput: it is not.
    """
    row = find(id_, lock=lock)
    if row is None:
        raise InvalidInput("upload", "There is no such upload.")
    return row


def next_id() -> int:
    """The id of the next upload; taken from the sequence for good."""
    found: int = session().scalars(_NEXT_ID).one()
    return found


def find_by_key(key: str) -> AnyRow | None:
    """The upload that was begun with this key."""
    return session().execute(select(*U).where(U.key == key)).one_or_none()


def unfinished(staff_id: int) -> Sequence[AnyRow]:
    """What a person has begun and not brought to an end, the newest first; with the `owner_handle`."""
    handle = User.handle.label("owner_handle")
    statement = select(*U, handle).outerjoin(User, (User.id == U.owner_id) & (U.source != "system"))
    mine = statement.where(U.staff_id == staff_id, U.state.in_((State.SENDING, State.CHECKING)))
    return session().execute(mine.order_by(U.id.desc()).limit(SHOWN)).all()


def change(id_: int, state: State, **values: JsonValue) -> None:
    """Bring an upload into another state."""
    statement = update(Upload).where(U.id == id_).values(state=state.value, changed_at=func.now(), **values)
    session().execute(statement)


def note_store_id(id_: int, upload_id: str) -> None:
    """Note under which id the store knows an upload."""
    session().execute(update(Upload).where(U.id == id_).values(s3_upload_id=upload_id))


def note_failure(id_: int, why: str) -> None:
    """Note why an upload could not be looked into yet."""
    session().execute(update(Upload).where(U.id == id_, U.state == State.CHECKING).values(why=why))


def note_cleaned(id_: int) -> None:
    """Note that nothing of an upload is left in the bucket."""
    session().execute(update(Upload).where(U.id == id_).values(cleaned_at=func.now()))


def lost(task: str, most: int) -> Sequence[int]:
    """Uploads that should be looked into, and that no job looks into (any more)."""
    return session().scalars(_LOST, {"task": task, "most": most}).all()


def too_old(hours: int, most: int) -> Sequence[int]:
    """Uploads that were begun so long ago and not finished."""
    return session().scalars(_OLD, {"hours": hours, "most": most}).all()


def to_clean(most: int) -> Sequence[int]:
    """Uploads that were dropped, and of which something may be left in the bucket."""
    return session().scalars(_TO_CLEAN, {"most": most}).all()
