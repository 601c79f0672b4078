"""Readings of something sensitive, which leave an entry in the audit log though they change nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from delula.commands.base import Change
from delula.commands.run import note
from delula.db import atomic
from delula.models import AuditEntry

if TYPE_CHECKING:
    from delula.access.actor import Actor

#: Within this time, a page and the files on it that one session opens are one reading.
ONE_READING = timedelta(minutes=15)


def note_reading(action: str, kind: str, id_: str, actor: Actor) -> None:
    """Append the entry of a reading, in a transaction of its own; nothing where it was just read already.

    Args:
        action: what was read, as `area.verb`.
        kind: of the object, as the audit log names it.
        id_: which of them.
        actor: who reads it.
    """
    just_read = select(AuditEntry.id).where(
        AuditEntry.object_kind == kind,
        AuditEntry.object_id == id_,
        AuditEntry.action == action,
        AuditEntry.session_id == actor.session_id,
        AuditEntry.at > func.now() - ONE_READING,
    )
    with atomic() as current:
        if current.execute(just_read.limit(1)).first() is None:
            note(action, Change(kind, id_, {}, {}), actor)
