"""What waits for a second look, and is kept from those who could still take it.

The second look is worth something only if it knows nothing of the first. So whoever could take it finds
neither the entry of the first in the audit log nor the state of the thing, and changes nothing of it
elsewhere, until it is decided. Admins see everything, as they decide where two looks differ; so does who took
the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import has_request_context
from sqlalchemy import BigInteger, ColumnElement, Integer, all_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from delula.access.guard import signed_in
from delula.access.permissions import Permission
from delula.commands import occasion
from delula.db import session
from delula.errors import Refused
from delula.models import AuditEntry, ReviewDecision, ReviewItem, ReviewKind, ReviewState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from sqlalchemy import Select

    from delula.access.actor import Actor

WAITS = "It waits for a second look in the review, and stays as it is until that is taken."

_ITEM, _DECISION = ReviewItem.__table__.c, ReviewDecision.__table__.c


def _waiting(column: ColumnElement[Any]) -> Select[Any]:
    """A column of what waits for the second look of a person, `me`."""
    return (
        select(column)
        .join_from(ReviewItem.__table__, ReviewDecision.__table__, _DECISION.id == _ITEM.decision_id)
        .where(_ITEM.state == ReviewState.SECOND.value, _DECISION.staff_id.is_distinct_from(bindparam("me")))
    )


_ENTRIES = _waiting(_DECISION.entry_id).where(_DECISION.entry_id.is_not(None))
_ITEMS = _waiting(_ITEM.id).where(_ITEM.kind == bindparam("kind"), _ITEM.object_id == bindparam("object_id"))
_NUMBERS = _waiting(_ITEM.object_id).where(_ITEM.kind == bindparam("kind"))


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
    return _kept(_ENTRIES, {})


def is_listed(column: ColumnElement[int], kind: ReviewKind) -> ColumnElement[bool]:
    """Which things of a kind the person of this request finds in lists; asked whenever a statement runs.

    Args:
        column: their numbers.
        kind: what they are.
    """
    kept = bindparam(
        f"kept_{kind.value}",
        callable_=lambda: list(_kept(_NUMBERS, {"kind": kind.value})),
        type_=ARRAY(Integer),
    )
    return column != all_(kept)


def _kept(statement: Select[Any], values: Mapping[str, str]) -> Sequence[int]:
    person = signed_in() if has_request_context() else None
    if person is None or not _takes_second_looks(person.actor):
        return ()
    return session().scalars(statement, {"me": person.actor.staff_id, **values}).all()


#: Which entries of the audit log the person of this request may see; asked whenever a statement runs.
IS_SEEN: ColumnElement[bool] = AuditEntry.__table__.c.id != all_(
    bindparam("kept_entries", callable_=lambda: list(entries_kept()), type_=ARRAY(BigInteger))
)
