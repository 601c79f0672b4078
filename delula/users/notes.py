"""Notes about users: staff write them, every page of the user shows them, author or admin remove them."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, update

from delula.access.permissions import Permission, Role
from delula.commands import (
    Change,
    Command,
    Given,
    InputField,
    Invocation,
    Plan,
    Receipt,
    SentBefore,
    occasion,
    register,
)
from delula.db import session
from delula.errors import InvalidInput, Refused
from delula.models import UserNote
from delula.users import queries
from delula.users.actions import GONE, UserCommand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.access.actor import Actor
    from delula.db import AnyRow
    from delula.models import AuditEntry, JsonValue

#: Characters of a note.
LONGEST_NOTE = 4_000
NOT_YOURS = "Only who wrote a note, or an admin, removes it or brings it back."


@dataclass(frozen=True, kw_only=True)
class NewNote(Given):
    """A note, and the key of the form in which it was written."""

    user_id: str
    body: str
    key: str = ""


class AddNote(UserCommand[NewNote]):
    """Writes a note about a user; the same form sent twice writes one."""

    name = "notes.add"
    title = "Add note"
    permission = Permission.NOTES_WRITE
    given = NewNote
    fields = (
        InputField(
            "body",
            "Note",
            kind="multiline",
            help="Colleagues see it on the user's page and on all that belongs to the user.",
        ),
    )

    def earlier(self, given: NewNote) -> Receipt | None:
        """The note that this very form has written before."""
        if not given.key:
            return None
        queries.hold_name("note", given.key)
        note = queries.note(given.key, lock=False)
        if note is None:
            return None
        done = Receipt(note.entry_id, f"The note stands since {note.created_at:%H:%M} UTC.", is_repeated=True)
        if (note.user_id, note.body) != (given.user_id, _text(given.body)):
            raise SentBefore(done)
        return done

    def plan(self, given: NewNote, *, lock: bool) -> Plan:  # noqa: ARG002 - nothing that is there changes
        """Check the text, and that the user exists."""
        row = queries.details(given.user_id, lock=False)
        if row is None:
            raise Refused(GONE)
        body = _text(given.body)
        change = Change("user", given.user_id, {"note": None}, {"note": body})
        return Plan(f"Write a note about {queries.called(row)}.", change, data=body)

    def write(self, given: NewNote, plan: Plan) -> Mapping[str, JsonValue]:
        """Write the note."""
        key, actor = given.key or secrets.token_urlsafe(16), occasion().actor
        session().execute(
            insert(UserNote).values(
                key=key, user_id=given.user_id, body=plan.data, staff_id=actor.staff_id, author=actor.label
            )
        )
        return {"note": key}

    def recorded(self, details: Mapping[str, JsonValue], entry_id: int) -> None:
        """Note the entry with the note, for when the form is sent again."""
        session().execute(update(UserNote).where(UserNote.key == details["note"]).values(entry_id=entry_id))

    def inverse(self, entry: AuditEntry) -> Invocation[OneNote] | None:
        """Remove it again; the command line knows its key only as a receipt."""
        key = entry.input.get("key")
        return Invocation(remove, OneNote(note=key)) if key else None


@dataclass(frozen=True, kw_only=True)
class OneNote(Given):
    """A note, by its key."""

    note: str


class RemoveNote(Command[OneNote]):
    """Takes a note away from all pages; the row and the audit log keep it."""

    name = "notes.remove"
    title = "Remove note"
    permission = Permission.NOTES_WRITE
    given = OneNote
    is_dangerous = True

    def plan(self, given: OneNote, *, lock: bool) -> Plan:
        """Refuse what is somebody else's."""
        note = _own(given.note, lock=lock)
        if note.removed_at is not None:
            raise Refused("This note is removed already.")
        change = Change("user", note.user_id, {"note": note.body}, {"note": None})
        return Plan(f"Remove the note of {note.author}.", change)

    def write(self, given: OneNote, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - all is said
        """Mark it as removed."""
        _mark(given.note, removed=True)
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[OneNote]:
        """Bring it back."""
        return Invocation(restore, OneNote(note=entry.input["note"]))


class RestoreNote(Command[OneNote]):
    """Brings a removed note back."""

    name = "notes.restore"
    title = "Bring note back"
    permission = Permission.NOTES_WRITE
    given = OneNote

    def plan(self, given: OneNote, *, lock: bool) -> Plan:
        """Refuse what is there, or somebody else's."""
        note = _own(given.note, lock=lock)
        if note.removed_at is None:
            raise Refused("This note is not removed.")
        change = Change("user", note.user_id, {"note": None}, {"note": note.body})
        return Plan(f"Bring the note of {note.author} back.", change)

    def write(self, given: OneNote, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - all is said
        """Mark it as there."""
        _mark(given.note, removed=False)
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[OneNote]:
        """Remove it again."""
        return Invocation(remove, OneNote(note=entry.input["note"]))


def is_own(note: AnyRow, actor: Actor) -> bool:
    """Whether somebody may remove a note and bring it back; admins and the server itself may always."""
    return actor.role in {None, Role.ADMIN} or actor.staff_id == note.staff_id


def _own(key: str, *, lock: bool) -> AnyRow:
    note = queries.note(key, lock=lock)
    if note is None:
        raise Refused("There is no such note.")
    if not is_own(note, occasion().actor):
        raise Refused(NOT_YOURS)
    return note


def _text(body: str) -> str:
    """A note as it is kept: lines end alike, and nothing stands around it."""
    text = body.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        raise InvalidInput("body", "Write something.")
    if len(text) > LONGEST_NOTE:
        raise InvalidInput("body", f"Keep it to {LONGEST_NOTE:,} characters.")
    if any(one not in "\n\t" and unicodedata.category(one) in {"Cc", "Cs"} for one in text):
        raise InvalidInput("body", "It holds a character that nobody sees.")
    return text


def _mark(key: str, *, removed: bool) -> None:
    at = func.now() if removed else None
    session().execute(update(UserNote).where(UserNote.key == key).values(removed_at=at))


add = register(AddNote())
remove = register(RemoveNote())
restore = register(RestoreNote())
