"""Every question that the pages of the audit log ask of the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Text, any_, bindparam, func, literal_column, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from delula.audit.listing import LOG
from delula.db import AnyRow, by_key, session
from delula.models import AuditEntry, BulkRun, BulkRunItem, Staff
from delula.review.blind import IS_SEEN
from delula.search import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.lists import ListState
    from delula.search import Field

#: Characters of a reason that a list loads.
EXCERPT = 240
#: Entries that the page of an object shows.
SHOWN_OF_OBJECT = 8

_LOG = AuditEntry.__table__
_LATER = _LOG.alias("later")
_EARLIER = _LOG.alias("earlier")

_COLUMNS = (
    LOG.id,
    LOG.at,
    LOG.actor,
    LOG.role,
    LOG.action,
    LOG.object_kind,
    LOG.object_id,
    LOG.before,
    LOG.after,
    func.left(LOG.reason, EXCERPT).label("reason"),
    LOG.address,
    LOG.request_id,
    LOG.takes_back,
    select(_LATER.c.id).where(_LATER.c.takes_back == LOG.id).scalar_subquery().label("taken_back_by"),
)
_ROWS = by_key(select(*_COLUMNS).where(LOG.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))))
_OF_OBJECT = (
    select(*_COLUMNS)
    .where(LOG.object_kind == bindparam("kind"), LOG.object_id == bindparam("id"), IS_SEEN)
    .order_by(LOG.at.desc())
    .limit(SHOWN_OF_OBJECT + 1)
)
_PREVIOUS = (
    select(_EARLIER.c.id, _EARLIER.c.hash)
    .where(tuple_(_EARLIER.c.day, _EARLIER.c.place) < tuple_(bindparam("day"), bindparam("place")))
    .order_by(_EARLIER.c.day.desc(), _EARLIER.c.place.desc())
    .limit(1)
)
_ITEM = BulkRunItem.__table__.c
_ITEMS = (
    select(
        _ITEM.object_id,
        _ITEM.entry_id,
        _ITEM.said,
        LOG.action,
        LOG.object_kind,
        select(_LATER.c.id).where(_LATER.c.takes_back == LOG.id).scalar_subquery().label("taken_back_by"),
        or_(_ITEM.entry_id.is_(None), IS_SEEN).label("is_seen"),
    )
    .select_from(BulkRunItem.__table__.outerjoin(_LOG, LOG.id == _ITEM.entry_id))
    .where(_ITEM.run_id == bindparam("run"))
    .order_by(_ITEM.id)
)
_RUN_OF = (
    select(BulkRun)
    .join(BulkRunItem, BulkRunItem.run_id == BulkRun.id)
    .where(BulkRunItem.entry_id == bindparam("entry"))
    .order_by(BulkRun.id)
    .limit(1)
)
_COMPUTED = select(literal_column("dashboard.audit_hash(audit_log)", Text())).select_from(_LOG)


def list_rows(ids: Sequence[int], state: ListState) -> Sequence[AnyRow]:  # noqa: ARG001 - a list's shape
    """What a list shows of these entries, in this order."""
    if not ids:
        return []
    rows = {row.id: row for row in session().execute(_ROWS, {"ids": ids})}
    return [rows[id_] for id_ in ids if id_ in rows]


def of_object(kind: str, id_: str) -> Sequence[AnyRow]:
    """The newest entries about one object; one more than are shown where there are more."""
    if "\0" in kind + id_:
        return []
    return session().execute(_OF_OBJECT, {"kind": kind, "id": id_}).all()


@dataclass(frozen=True)
class Found:
    """One entry with what it is chained to.

    Attributes:
        entry: it.
        later: the entry that has taken it back.
        previous_id: the entry before it in the chain; None for the first.
        is_whole: whether it is what was written, and follows on the entry that it followed then.
        run: the run on many rows that it was a part of.
    """

    entry: AuditEntry
    later: AuditEntry | None
    previous_id: int | None
    is_whole: bool
    run: BulkRun | None


def find(id_: int) -> Found | None:
    """One entry, checked against its hash and its neighbour's."""
    current = session()
    entry = current.get(AuditEntry, id_)
    if entry is None:
        return None
    previous = current.execute(_PREVIOUS, {"day": entry.day, "place": entry.place}).first()
    computed = current.execute(_COMPUTED.where(LOG.id == id_)).scalar_one()
    hash_before = previous.hash if previous else ""
    return Found(
        entry=entry,
        later=current.scalars(select(AuditEntry).where(AuditEntry.takes_back == id_)).one_or_none(),
        previous_id=previous.id if previous else None,
        is_whole=entry.hash == computed and entry.previous == hash_before,
        run=current.scalars(_RUN_OF, {"entry": id_}).one_or_none(),
    )


def items_of_run(number: int) -> Sequence[AnyRow]:
    """What came of each row of a run on many, the first first; `is_seen`, where this person may see it."""
    return session().execute(_ITEMS, {"run": number}).all()


def entries(ids: Sequence[int]) -> Sequence[AuditEntry]:
    """These entries, in any order."""
    return session().scalars(select(AuditEntry).where(LOG.id.in_(ids))).all() if ids else []


def suggest_actors(field: Field, prefix: str, limit: int) -> Sequence[Choice]:
    """Addresses of staff that begin so, for the query box."""
    if field.name != "actor":
        return ()
    found = session().scalars(
        select(Staff.email)
        .where(func.lower(Staff.email).startswith(prefix.lower(), autoescape=True))
        .order_by(Staff.email)
        .limit(limit)
    )
    return [Choice(email) for email in found]
