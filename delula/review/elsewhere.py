"""What is decided outside of the review about a thing that is in its queue, and who did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from delula.access.permissions import Permission
from delula.commands import Change, last_change, occasion
from delula.db import session
from delula.errors import Refused
from delula.models import ReviewItem, ReviewState
from delula.review import leases
from delula.review.blind import WAITS

if TYPE_CHECKING:
    from typing import Any

    from delula.models import AuditEntry, ReviewKind
    from delula.review.things import Subject

ESCALATED = "It was escalated in the review, so an admin decides."

_ITEM = ReviewItem.__table__.c
_WAITING = (ReviewState.OPEN.value, ReviewState.SECOND.value, ReviewState.ESCALATED.value)


def check_judging(kind: ReviewKind, object_id: int, *, lock: bool) -> None:
    """Refuse to judge a thing outside of the review while that has it for somebody else.

    Args:
        kind: what it is.
        object_id: its number.
        lock: hold the item until the transaction ends; whoever locks both takes the item first.

    Raises:
        Refused: it waits for a second look, or for an admin.
    """
    statement = select(_ITEM.state).where(_ITEM.kind == kind.value, _ITEM.object_id == object_id)
    state = session().scalar(statement.with_for_update() if lock else statement)
    if state in {ReviewState.SECOND, ReviewState.ESCALATED} and not occasion().actor.may(
        Permission.REVIEW_MANAGE
    ):
        raise Refused(WAITS if state == ReviewState.SECOND else ESCALATED)


def close(kind: ReviewKind, object_id: int) -> None:
    """Take a thing that was judged outside of the review out of its queue, and set its item free."""
    statement = (
        update(ReviewItem)
        .where(_ITEM.kind == kind.value, _ITEM.object_id == object_id, _ITEM.state.in_(_WAITING))
        .values(state=ReviewState.CLOSED.value, rank=None)
        .returning(_ITEM.id)
    )
    if (item_id := session().scalar(statement)) is not None:
        leases.end(item_id)


def judgement(subject: Subject, row: Any) -> AuditEntry | None:
    """The entry of the audit log that left a thing as it is now; None where the console did not do it."""
    values = {name: one for name, one in subject.values_of(row).items() if name != "updated_at"}
    return last_change(Change(subject.audit_kind, subject.reference(row.id), values, {}))
