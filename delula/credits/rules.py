"""What pages and commands ask of the operations of credits and of the rules of adjustments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, or_, select

from delula.db import AnyRow, session
from delula.models import CreditLimit, CreditOperation, CreditReason, User

if TYPE_CHECKING:
    from collections.abc import Sequence

_O, _U = CreditOperation.__table__.c, User.__table__.c

#: Operations that the page of them shows at once.
SHOWN_OPERATIONS = 100

_SHOWN = (
    select(
        *_O,
        _U.id.is_not(None).label("is_known"),
        _U.email.label("user_email"),
        _U.handle.label("user_handle"),
        func.coalesce(
            (_O.state == "waiting") & (_O.expires_at <= func.clock_timestamp()),
            False,
        ).label("is_expired"),
    )
    .select_from(CreditOperation.__table__)
    .outerjoin(User.__table__, _U.id == _O.user_id)
)
_FOUND = _SHOWN.where(_O.id == bindparam("id"))
_WAITING = _SHOWN.where(_O.state == "waiting", _O.expires_at > func.clock_timestamp()).order_by(_O.at)
_NEWEST = _SHOWN.order_by(_O.at.desc(), _O.id.desc()).limit(bindparam("most"))
_OLDER = _NEWEST.where(or_(_O.at < bindparam("at"), (_O.at == bindparam("at")) & (_O.id < bindparam("id"))))
_BY_ENTRY = select(*_O).where(or_(_O.entry_id == bindparam("id"), _O.decision_entry_id == bindparam("id")))
_REVERSAL = select(_O.id, _O.requester).where(_O.reverses == bindparam("id"))


def find_operation(number: int) -> AnyRow | None:
    """An operation with its user, if there still is one: see `is_known`."""
    return session().execute(_FOUND, {"id": number}).one_or_none()


def operation_of_entry(entry_id: int) -> AnyRow | None:
    """The one operation that an entry of the audit log, or the decision on one, has done."""
    rows = session().execute(_BY_ENTRY.limit(2), {"id": entry_id}).all()
    return rows[0] if len(rows) == 1 else None


def reversal_of(number: int) -> AnyRow | None:
    """The operation that has reversed this one."""
    return session().execute(_REVERSAL, {"id": number}).one_or_none()


def waiting() -> Sequence[AnyRow]:
    """What waits for a second person, the oldest first."""
    return session().execute(_WAITING.limit(SHOWN_OPERATIONS)).all()


def newest_operations(before: int | None) -> Sequence[AnyRow]:
    """The newest operations, one more than are shown where there are more.

    Args:
        before: only those older than this one.
    """
    last = find_operation(before) if before is not None else None
    most = SHOWN_OPERATIONS + 1
    if last is None:
        return session().execute(_NEWEST, {"most": most}).all()
    return session().execute(_OLDER, {"at": last.at, "id": last.id, "most": most}).all()


def all_reasons() -> Sequence[CreditReason]:
    """The reasons of adjustments, those out of use last."""
    order = select(CreditReason).order_by(CreditReason.active.desc(), CreditReason.label)
    return session().scalars(order).all()


def all_limits() -> Sequence[CreditLimit]:
    """The limits of each role that adjusts."""
    return session().scalars(select(CreditLimit).order_by(CreditLimit.role)).all()
