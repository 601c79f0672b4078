"""What waits for a second look, and is kept from those who could still take it.

The second look is worth something only if it knows nothing of the first. So whoever could take it finds
neither the entry of the first in the audit log nor the state of the thing nor a figure that would be another
after another verdict, and changes nothing of it elsewhere, until it is decided. Admins see everything, as
they decide where two looks differ; so does who took the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import has_request_context
from sqlalchemy import BigInteger, ColumnElement, Integer, Text, all_, bindparam, case, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from delula.access.guard import signed_in
from delula.access.permissions import Permission
from delula.commands import occasion
from delula.db import once_a_request, session
from delula.errors import Refused
from delula.models import AuditEntry, ReviewDecision, ReviewItem, ReviewKind, ReviewState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from delula.access.actor import Actor
    from delula.db import AnyRow

#: Stands in for the state of a thing, where it is named beside others.
SECOND_LOOK = "second look"
WAITS = "It waits for a second look in the review, and stays as it is until that is taken."

_ITEM, _DECISION = ReviewItem.__table__.c, ReviewDecision.__table__.c


#: What waits for the second look of a person, `me`.
_IS_KEPT = (_ITEM.state == ReviewState.SECOND.value) & _DECISION.staff_id.is_distinct_from(bindparam("me"))
_WAITING = ReviewItem.__table__.join(ReviewDecision.__table__, _DECISION.id == _ITEM.decision_id)
_ITEMS = (
    select(_ITEM.id)
    .select_from(_WAITING)
    .where(_IS_KEPT, _ITEM.kind == bindparam("kind"), _ITEM.object_id == bindparam("object_id"))
)
_ALL = (
    select(
        _ITEM.kind,
        func.array_agg(_ITEM.object_id).label("numbers"),
        func.array_agg(_ITEM.owner_id.distinct()).label("owners"),
        func.array_agg(_DECISION.entry_id).label("entries"),
    )
    .select_from(_WAITING)
    .where(_IS_KEPT)
    .group_by(_ITEM.kind)
)


def _takes_second_looks(actor: Actor) -> bool:
    is_person = actor.staff_id is not None
    return is_person and actor.may(Permission.REVIEW_DECIDE) and not actor.may(Permission.REVIEW_MANAGE)


def item_kept_from(actor: Actor, kind: ReviewKind, object_id: int) -> int | None:
    """The item of a thing whose second look this person could take; None where there is nothing to hide."""
    if not _takes_second_looks(actor):
        return None
    values = {"me": actor.staff_id, "kind": kind.value, "object_id": object_id}
    found: int | None = session().scalar(_ITEMS, values)
    return found


def check_not_kept(kind: ReviewKind, object_id: int) -> None:
    """Refuse to do anything to a thing whose second look the person of this occasion could take.

    Raises:
        Refused: it waits for that.
    """
    if item_kept_from(occasion().actor, kind, object_id) is not None:
        raise Refused(WAITS)


def entries_kept() -> Sequence[int]:
    """The entries of the audit log that the person of this request may not see yet."""
    return [entry for kept in _kept().values() for entry in kept.entries if entry is not None]


def numbers_kept(kind: ReviewKind) -> Sequence[int]:
    """The numbers of things of a kind that the person of this request finds in no list yet."""
    kept = _kept().get(kind)
    return () if kept is None else kept.numbers


def libraries_kept() -> Sequence[str]:
    """The users of whose files the person of this request may see no sums yet.

    What a first look deleted counts no more, so a sum beside the list of files would tell of it.
    """
    kept = _kept().get(ReviewKind.USER_ASSET)
    return () if kept is None else kept.owners


def is_listed(column: ColumnElement[int], kind: ReviewKind) -> ColumnElement[bool]:
    """Which things of a kind the person of this request finds in lists; asked whenever a statement runs.

    Args:
        column: their numbers.
        kind: what they are.
    """
    kept = bindparam(f"kept_{kind.value}", callable_=lambda: list(numbers_kept(kind)), type_=ARRAY(Integer))
    return column != all_(kept)


def state_of(
    column: ColumnElement[Any], number: ColumnElement[int], kind: ReviewKind, instead: str | None = None
) -> ColumnElement[Any]:
    """A column that tells how a thing was judged, for what shows it beside other things.

    Args:
        column: of its table.
        number: the column of its number.
        kind: what it is.
        instead: stands there as long as the person of this request may not see it; by default nothing does.
    """
    return case((is_listed(number, kind), column), else_=instead).label(column.key)


def has_sum_of_files(user_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Of which users the person of this request may see sums over their files."""
    kept = bindparam("kept_libraries", callable_=lambda: list(libraries_kept()), type_=ARRAY(Text))
    return user_id != all_(kept)


def sum_of_files(column: ColumnElement[Any], user_id: ColumnElement[str]) -> ColumnElement[Any]:
    """A sum over the files of a user; nothing as long as the person of this request may not see it."""
    return case((has_sum_of_files(user_id), column)).label(column.key)


def _kept() -> Mapping[str, AnyRow]:
    """What is kept from the person of this request, by kind; the database is asked for it once."""
    person = signed_in() if has_request_context() else None
    if person is None or not _takes_second_looks(person.actor):
        return {}
    me = {"me": person.actor.staff_id}
    return once_a_request(_ALL, lambda: {row.kind: row for row in session().execute(_ALL, me)})


#: Which entries of the audit log the person of this request may see; asked whenever a statement runs.
IS_SEEN: ColumnElement[bool] = AuditEntry.__table__.c.id != all_(
    bindparam("kept_entries", callable_=lambda: list(entries_kept()), type_=ARRAY(BigInteger))
)
