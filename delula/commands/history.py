"""What the audit log knows of an object: who was there before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from delula.commands.base import Receipt
from delula.db import session
from delula.models import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from delula.access.actor import Actor
    from delula.commands.base import Change, Command, Given

#: Entries of an object among which the one is looked for that made it what it is.
LOOKED_AT = 20
#: Within this time, the very same of the very same session is a form that was sent twice.
SENT_TWICE = timedelta(minutes=1)

_NEWEST_FIRST = (AuditEntry.at.desc(), AuditEntry.id.desc())

#: By kind of object, what knows better than the entries about it which one left a value as it is.
_KEPT: dict[str, Callable[[Change], AuditEntry | None]] = {}


def looked_up_by(kind: str, find: Callable[[Change], AuditEntry | None]) -> None:
    """Ask this for the last change of objects of a kind that commands on others change with them."""
    _KEPT[kind] = find


def last_change(change: Change) -> AuditEntry | None:
    """The newest entry that left a value of an object as it is now; None where the console did not do it.

    Args:
        change: with the values as they are in `before`.
    """
    if (find := _KEPT.get(change.kind)) is not None:
        return find(change)
    statement = (
        select(AuditEntry)
        .where(AuditEntry.object_kind == change.kind, AuditEntry.object_id == change.id)
        .order_by(*_NEWEST_FIRST)
        .limit(LOOKED_AT)
    )
    for entry in session().scalars(statement):
        if any(name in entry.after and entry.after[name] == value for name, value in change.before.items()):
            return entry
    return None


def just_done(
    command: Command[Any], given: Given, actor: Actor, change: Change | None = None
) -> Receipt | None:
    """What the same session did with the same input a moment ago, if nobody has touched the object since.

    Args:
        command: that could not be run.
        given: its input.
        actor: who wanted to.
        change: with the values as they are now in `before`, where that is known.
    """
    if actor.session_id is None:
        return None
    statement = (
        select(AuditEntry)
        .where(
            AuditEntry.action == command.name,
            AuditEntry.session_id == actor.session_id,
            AuditEntry.at > func.now() - SENT_TWICE,
            AuditEntry.input == given.as_json(),
        )
        .order_by(*_NEWEST_FIRST)
        .limit(1)
    )
    entry = session().scalars(statement).one_or_none()
    if entry is None:
        return None
    later = select(AuditEntry.id).where(
        AuditEntry.object_kind == entry.object_kind,
        AuditEntry.object_id == entry.object_id,
        AuditEntry.id > entry.id,
    )
    is_touched = session().execute(later.limit(1)).first() is not None
    now = change.before if change else {}
    if is_touched or any(name in now and now[name] != value for name, value in entry.after.items()):
        return None
    return Receipt(entry.id, "It was you, a moment ago.", object_id=entry.object_id, is_repeated=True)
