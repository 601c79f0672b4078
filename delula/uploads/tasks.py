"""What happens in the bucket with uploads, in the background; each step may be repeated after any death.

`uploads.check` puts the parts together, looks into the file, and records it or refuses it. Whatever was
dropped is taken out of the bucket by `uploads.clean`. `uploads.tidy` comes every quarter of an hour, and
takes up what a killed worker or a store that was away has left behind.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from delula.access.actor import Actor
from delula.commands import Change, note, run
from delula.db import atomic
from delula.errors import InvalidInput
from delula.models.enums import AssetType
from delula.storage import NoSuchObject, Store, StoreUnavailable, current_store, needed_store
from delula.storage.derive import Unreadable, derive
from delula.storage.layout import MEDIA_TYPES
from delula.storage.multipart import PartedUpload, give_up
from delula.storage.walk import make_sure_absent
from delula.uploads import queries
from delula.uploads.content import Unfit, check_content
from delula.uploads.queries import DROPPED, State
from delula.uploads.recording import RECORD, OneUpload
from delula.work import Promise, Task

if TYPE_CHECKING:
    from delula.db import AnyRow
    from delula.work import Run

#: An upload that is not finished by then is given up.
HOURS = 24
#: How many are taken up at one time.
_AT_ONCE = 500
#: Put together, looked into, recorded.
_STEPS = 3


def _check(run_: Run, upload: int) -> None:
    """Put an upload together, look into it, and record it; or refuse it."""
    store, row = needed_store(), queries.find(upload)
    if row is None or row.state not in {State.CHECKING, State.CHECKED}:
        clean(store, upload)  # where an earlier attempt has refused it, and came no further
        return
    try:
        if row.state == State.CHECKING:
            _put_together(store, row)
            _note(run_, 1)
            facts = _look_into(store, row)
            with atomic():
                queries.change(upload, State.CHECKED, why=None, **facts)
                run_.step(2, _STEPS)
        _record(row)
    except Unfit as error:
        _refuse(row, str(error))
        clean(store, upload)
    except StoreUnavailable as error:
        with atomic():
            queries.note_failure(upload, str(error))
        raise
    _note(run_, _STEPS)


def _note(run_: Run, done: int) -> None:
    with atomic():
        run_.step(done, _STEPS)


def _put_together(store: Store, row: AnyRow) -> None:
    """Make one object of the parts, unless that was done by an earlier attempt.

    Raises:
        Unfit: what has arrived is not what was declared.
    """
    sending = PartedUpload(store, row.s3_key, row.s3_upload_id or "")
    parts = sending.parts() if row.s3_upload_id else None
    if parts is not None:
        arrived = sum(part.size for part in parts)
        if arrived != row.bytes:
            raise Unfit(f"{arrived:,} bytes have arrived, where {row.bytes:,} were declared.")
        sending.finish(parts)
    facts = store.facts(row.s3_key)
    if facts is None:
        make_sure_absent(store, row.s3_key)
        raise Unfit("Nothing has arrived.")
    if facts.size != row.bytes:
        raise Unfit(f"The object has {facts.size:,} bytes, where {row.bytes:,} were declared.")
    if facts.content_type != MEDIA_TYPES[row.extension]:
        raise Unfit(f"The store calls it {facts.content_type or 'nothing'}, which it is not.")
    # Where the store was slow to answer it was begun there more than once.
    give_up(store, row.s3_key)


def _look_into(store: Store, row: AnyRow) -> dict[str, Any]:
    """What the file says of itself: width, height, duration.

    Raises:
        Unfit: it is not what it is said to be, or cannot be read.
    """
    kind = AssetType(row.asset_type)
    with tempfile.TemporaryDirectory(prefix="delula-upload-") as name:
        folder = Path(name)
        file = folder / "original"
        written = 0
        try:
            with file.open("wb") as opened:
                for piece in store.read(row.s3_key):
                    written += opened.write(piece)
                    if written > row.bytes:
                        break
        except NoSuchObject:
            make_sure_absent(store, row.s3_key)
            raise Unfit("The object is gone.") from None
        if written != row.bytes:
            raise Unfit(f"It has {written:,} bytes, where {row.bytes:,} were declared.")
        check_content(file, row.extension)
        made = folder / "made"
        made.mkdir()
        try:
            derived = derive(kind, file, made)
        except Unreadable as error:
            raise Unfit(str(error)) from error
    return {"width": derived.width, "height": derived.height, "duration": derived.duration}


def _record(row: AnyRow) -> None:
    """Make it an asset, in the name of the person who sent it.

    Raises:
        Unfit: what the upload was begun with holds no longer.
    """
    try:
        run(RECORD, OneUpload(upload=row.id), _sender(row), reason=row.reason)
    except InvalidInput as error:
        raise Unfit(error.message) from error


def _sender(row: AnyRow) -> Actor:
    return Actor(row.staff_id, row.author)


def _refuse(row: AnyRow, why: str) -> None:
    """Note that an upload is refused, in its row and in the log."""
    with atomic():
        now = queries.existing(row.id, lock=True)
        if now.state not in {State.CHECKING, State.CHECKED}:
            return
        queries.change(row.id, State.REFUSED, why=why)
        change = Change("upload", str(row.id), {"state": now.state}, {"state": State.REFUSED.value})
        note("uploads.refuse", change, _sender(row), reason=why)


def _clean(run_: Run, upload: int) -> None:  # noqa: ARG001 - it has no length
    """Take what was dropped out of the bucket."""
    clean(needed_store(), upload)


def clean(store: Store, upload: int) -> None:
    """Take an upload that was dropped out of the bucket: the object, and what has arrived of one.

    Raises:
        StoreUnavailable: the store does not answer or refuses us; it is tried again later.
    """
    row = queries.find(upload)
    if row is None or row.state not in DROPPED:
        return
    give_up(store, row.s3_key)
    store.delete([row.s3_key])
    with atomic():
        queries.note_cleaned(upload)


def _tidy(run_: Run) -> None:  # noqa: ARG001 - each of them is a step of its own
    """Give up what is too old, take up what was left behind, and clean."""
    for upload in queries.too_old(HOURS, _AT_ONCE):
        _expire(upload)
    with atomic():
        for upload in queries.lost(CHECK.name, _AT_ONCE):
            CHECK.defer({"upload": upload}, about=("upload", str(upload)))
    store, away = current_store(), None
    if store is None:  # a job that fails every quarter of an hour would tell nobody anything new
        return
    for upload in queries.to_clean(_AT_ONCE):
        try:
            clean(store, upload)
        except StoreUnavailable as error:
            away = error
    if away is not None:
        raise away


def _expire(upload: int) -> None:
    with atomic():
        row = queries.existing(upload, lock=True)
        if row.state != State.SENDING:
            return
        queries.change(upload, State.EXPIRED)
        change = Change("upload", str(upload), {"state": row.state}, {"state": State.EXPIRED.value})
        note("uploads.expire", change, Actor(None, "console"))


CHECK = Task("uploads.check", "Look into an upload", _check, Promise.AT_LEAST_ONCE, attempts=8)
CLEAN = Task("uploads.clean", "Remove what was dropped of an upload", _clean, Promise.AT_LEAST_ONCE)
TIDY = Task(
    "uploads.tidy",
    "Take up uploads that were left behind",
    _tidy,
    Promise.AT_LEAST_ONCE,
    attempts=1,  # the next one comes soon
    every="*/15 * * * *",
    alone=True,
)
