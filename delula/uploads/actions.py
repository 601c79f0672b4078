"""The commands on uploads: begin one, have it looked into, drop it.

The file itself never passes through here: the browser sends it to the store in parts, by URLs that the page
is given. What happens in the bucket follows the transactions, in `tasks`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert

from delula.access.permissions import Permission
from delula.assets.inputs import LONGEST_NAME
from delula.commands import Change, Command, Given, InputField, Plan, Receipt, occasion, register
from delula.commands.inputs import one_line
from delula.db import session
from delula.errors import InvalidInput, Refused
from delula.models import Upload
from delula.models.enums import AssetSource, AssetType, label
from delula.storage.layout import MEDIA_TYPES, original_key, type_of_extension
from delula.uploads import queries
from delula.uploads.content import SYNONYMS
from delula.uploads.queries import State
from delula.uploads.recording import OneUpload
from delula.uploads.tasks import CHECK, CLEAN
from delula.users import queries as users
from delula.web.display import size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from delula.models import JsonValue

#: Bytes of a part: S3 wants 5 MB at least, and at most 10,000 parts.
PART_BYTES = 8 * 1024 * 1024
#: Characters of a file's name, about what file systems hold, and of the key that a browser makes.
LONGEST_FILENAME, LONGEST_KEY = 255, 100

WORDS: Mapping[AssetSource, str] = {
    AssetSource.SYSTEM: "System asset",
    AssetSource.MARKET: "Market asset",
    AssetSource.USER: "In a user's library",
}
#: What browsers say of a file that they do not know.
_NO_TYPE = frozenset({"", "application/octet-stream"})


def source_choices() -> Sequence[tuple[str, str]]:
    """What a file can become."""
    return [(str(source), words) for source, words in WORDS.items()]


@dataclass(frozen=True, kw_only=True)
class NewUpload(Given):
    """A file that shall be uploaded.

    Attributes:
        key: made by the browser, for this file.
        source: `system`, `market` or `user`.
        owner: the set of system assets that it belongs to; or the creator or user, by id or handle.
        filename: as the person's machine calls it, without folders.
        bytes: how large it is.
        mime: what the browser takes it for; may be empty.
        name: how the asset shall be called; after the file where empty.
    """

    key: str
    source: str
    owner: str
    filename: str
    bytes: int
    mime: str = ""
    name: str = ""


class Begin(Command[NewUpload]):
    """Begins an upload; its file may then be sent in parts."""

    name = "uploads.begin"
    title = "Begin an upload"
    permission = Permission.UPLOADS_SEND
    given = NewUpload
    fields = (
        InputField("source", "Becomes", kind="choice", choices=source_choices),
        InputField("owner", "Owner", help="Set of system assets; or id or handle of the creator or user."),
        InputField("filename", "File name"),
        InputField("bytes", "Bytes", kind="number"),
        InputField("mime", "Media type", optional=True),
        InputField("name", "Name", optional=True),
    )

    def earlier(self, given: NewUpload) -> Receipt | None:
        """The upload that was begun with this very key."""
        row = queries.find_by_key(given.key)
        if row is None:
            return None
        begun = (row.filename, row.bytes, row.source, row.owner_id)
        if begun != (given.filename, given.bytes, given.source, _owner(_source(given.source), given.owner)):
            raise Refused("Another upload was begun with this key.")
        return Receipt(0, f"Upload {row.filename}.", {"upload": row.id}, is_repeated=True)

    def plan(self, given: NewUpload, *, lock: bool) -> Plan:
        """Check all that can be said before anything is sent."""
        if not 0 < len(given.key) <= LONGEST_KEY:
            raise InvalidInput("key", f"It takes 1 to {LONGEST_KEY} characters.")
        source = _source(given.source)
        extension, kind = _checked_file(given)
        owner = _owner(source, given.owner)
        if lock and source is AssetSource.USER and not occasion().reason:
            raise InvalidInput("reason", "Say why; it is done on a user's behalf.")
        asset_id = str(uuid.uuid4())
        try:
            s3_key = original_key(source, owner, kind, asset_id, extension)
        except ValueError:
            raise InvalidInput("owner", "It cannot be part of a key in the bucket.") from None
        name = one_line("name", given.name, LONGEST_NAME) or given.filename.rpartition(".")[0][:LONGEST_NAME]
        values = {
            "source": str(source),
            "owner_id": owner,
            "filename": given.filename,
            "name": name,
            "asset_type": kind.value,
            "bytes": given.bytes,
            "s3_key": s3_key,
        }
        # A number is taken from the sequence once it is needed; a preview takes none.
        number = queries.next_id() if lock else None
        return Plan(
            f"Upload {given.filename} ({label(kind).lower()}, {size(given.bytes)}).",
            Change("upload", str(number or "new"), dict.fromkeys(values), values),
            data={"id": number, "asset_id": asset_id, "extension": extension, **values},
        )

    def write(self, given: NewUpload, plan: Plan) -> Mapping[str, JsonValue]:
        """Note it."""
        about = occasion()
        who = {"staff_id": about.actor.staff_id, "author": about.actor.label, "reason": about.reason}
        session().execute(insert(Upload).values(key=given.key, part_bytes=PART_BYTES, **plan.data, **who))
        return {"upload": plan.data["id"]}


class Finish(Command[OneUpload]):
    """Has an upload looked into, once all of it has arrived."""

    name = "uploads.finish"
    title = "Finish the upload"
    permission = Permission.UPLOADS_SEND
    given = OneUpload

    def earlier(self, given: OneUpload) -> Receipt | None:
        """It is finished once, however often that is said."""
        row = queries.find(given.upload)
        if row is None or row.state not in {State.CHECKING, State.CHECKED, State.STORED}:
            return None
        return Receipt(0, f"Look into {row.filename}.", {"state": row.state}, is_repeated=True)

    def plan(self, given: OneUpload, *, lock: bool) -> Plan:
        """Only what is being sent can be finished."""
        return _plan(given, State.CHECKING, "Look into {}.", lock=lock)

    def write(self, given: OneUpload, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the id says it all
        """Queue the look."""
        queries.change(given.upload, State.CHECKING)
        CHECK.defer({"upload": given.upload}, about=("upload", str(given.upload)))
        return {"state": State.CHECKING.value}


class Cancel(Command[OneUpload]):
    """Drops an upload that is not finished, with what has arrived of it."""

    name = "uploads.cancel"
    title = "Cancel the upload"
    permission = Permission.UPLOADS_SEND
    given = OneUpload
    is_dangerous = True
    object_field = "upload"

    def plan(self, given: OneUpload, *, lock: bool) -> Plan:
        """Only what is being sent can be dropped."""
        return _plan(given, State.CANCELLED, "Cancel the upload of {}.", lock=lock)

    def write(self, given: OneUpload, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the id says it all
        """Queue the cleaning."""
        queries.change(given.upload, State.CANCELLED)
        CLEAN.defer({"upload": given.upload}, about=("upload", str(given.upload)))
        return {}


BEGIN, FINISH, CANCEL = register(Begin()), register(Finish()), register(Cancel())


def why_not_cancel(state: str) -> str:
    """Why an upload cannot be dropped; empty where it can."""
    return "" if state == State.SENDING else "Only an upload that is being sent can be cancelled."


def _plan(given: OneUpload, after: State, sentence: str, *, lock: bool) -> Plan:
    row = queries.existing(given.upload, lock=lock)
    if row.state != State.SENDING:
        raise Refused(f"This upload is {_STANDS[State(row.state)]}.")
    return Plan(
        sentence.format(row.filename),
        Change("upload", str(row.id), {"state": row.state}, {"state": after.value}),
        version=row.state,
    )


_STANDS = {
    State.CHECKING: "being looked into",
    State.CHECKED: "being recorded",
    State.STORED: "stored already",
    State.REFUSED: "refused already",
    State.CANCELLED: "cancelled already",
    State.EXPIRED: "given up already, after a day",
}


def _source(word: str) -> AssetSource:
    if word not in {value for value, _ in source_choices()}:
        raise InvalidInput("source", "It takes system, market or user.")
    return AssetSource.from_string(word)


def _owner(source: AssetSource, text: str) -> str:
    owner = one_line("owner", text, 200)
    if not owner:
        raise InvalidInput("owner", "Say whose it shall be.")
    if source is AssetSource.SYSTEM:
        return owner
    person = users.find(owner, by_address=False)
    if person is None:
        raise InvalidInput("owner", "There is no user with this id or handle.")
    return str(person.id)


def _checked_file(given: NewUpload) -> tuple[str, AssetType]:
    """Extension and type of the file, if the product accepts such.

    Raises:
        InvalidInput: it does not; names the field.
    """
    name = one_line("filename", given.filename, LONGEST_FILENAME)
    if name != given.filename or not name:
        raise InvalidInput("filename", "It takes a name without space around it.")
    if "/" in name or "\\" in name or name.startswith("."):
        raise InvalidInput("filename", "It takes the name of a file, without folders.")
    extension = name.rpartition(".")[2].lower()
    kind = type_of_extension(extension) if "." in name else None
    if kind is None:
        accepted = ", ".join(one for every in AssetType for one in every.extensions)
        raise InvalidInput("filename", f"The product accepts {accepted}.")
    mime = given.mime.partition(";")[0].strip().lower()
    if mime not in _NO_TYPE and SYNONYMS.get(mime, mime) != MEDIA_TYPES[extension]:
        raise InvalidInput("mime", f"It ends in .{extension}, but is said to be {mime[:100]}.")
    if given.bytes < 1:
        raise InvalidInput("bytes", "The file is empty.")
    if given.bytes > kind.size_cap:
        most = f"{kind.cap}, {kind.size_cap:,} bytes"
        raise InvalidInput("bytes", f"{label(kind)}s may have up to {most}; this one has {given.bytes:,}.")
    return extension, kind
