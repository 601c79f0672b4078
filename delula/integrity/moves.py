"""Setting objects aside, putting them back, and deleting them for good: what happens in the bucket.

A move is a copy, a look at the copy, and then the deletion; whoever dies in between leaves the object in at
least one place, and the next attempt goes on. An object that has changed since it was decided is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from delula.db import atomic
from delula.integrity import mentions, queries
from delula.integrity import store as kept
from delula.integrity.places import originals_of
from delula.integrity.queries import Held, Kind
from delula.integrity.references import is_referenced
from delula.storage import NoSuchObject, Store, StoreUnavailable, needed_store
from delula.storage.walk import copy, make_sure_absent
from delula.work import Promise, Task

if TYPE_CHECKING:
    from delula.work import Run

#: Days after which what was set aside is deleted.
DAYS = 30
GONE = "The object is gone."


def _move(run: Run, item: int) -> None:  # noqa: ARG001 - it has no length
    """Do what was decided of an object; where the store fails it is tried again, and the row says why."""
    store = needed_store()
    try:
        _do(store, item)
    except StoreUnavailable as error:
        with atomic():
            queries.note_failure(item, str(error))
        raise


def _do(store: Store, item: int) -> None:
    """Do it while nobody can decide otherwise: its row is held all along."""
    with atomic():
        row: Any = queries.find_held(item, lock=True)
        match Held(row.state) if row else None:
            case Held.MOVING:
                _set_aside(store, row)
            case Held.RESTORING:
                _put_back(store, row)
            case Held.DELETING if is_used(row.key, store) and store.facts(row.key) is None:
                _put_back(store, row)
            case Held.DELETING:
                store.delete([row.quarantine_key])
                queries.change_held(item, Held.DELETED)


def _set_aside(store: Store, row: Any) -> None:
    facts = store.facts(row.key)
    if facts is None:
        make_sure_absent(store, row.key)
        # An earlier attempt has come so far; or somebody else has deleted it.
        there = store.facts(row.quarantine_key)
        _note_held(row) if there else queries.change_held(row.id, Held.KEPT, GONE)
        return
    why = None
    if (facts.size, facts.etag) != (row.bytes, row.etag):
        why = "The object is another by now."
    elif is_used(row.key, store):
        why = "A row refers to it by now."
    if why is not None:
        store.delete([row.quarantine_key])
        queries.change_held(row.id, Held.KEPT, why)
        return
    _carry(store, row, row.key, row.quarantine_key)
    _note_held(row)


def _note_held(row: Any) -> None:
    queries.change_held(row.id, Held.HELD)
    queries.drop_finding(Kind.ORPHAN, row.key)


def _put_back(store: Store, row: Any) -> None:
    there, held = store.facts(row.key), store.facts(row.quarantine_key)
    if there is not None and (there.size, there.etag) != (row.bytes, row.etag):
        queries.change_held(row.id, Held.HELD, "Another object lies there by now.")
        return
    if there is None:
        make_sure_absent(store, row.key)
    if held is not None:
        _carry(store, row, row.quarantine_key, row.key)
        queries.change_held(row.id, Held.RESTORED)
    else:
        make_sure_absent(store, row.quarantine_key)
        queries.change_held(row.id, Held.RESTORED if there else Held.KEPT, None if there else GONE)


def _carry(store: Store, row: Any, source: str, target: str) -> None:
    """Copy, look at the copy, and only then delete.

    Raises:
        StoreUnavailable: something of it did not work; it is tried again.
    """
    try:
        copy(store, source, target, row.etag)
    except NoSuchObject as error:
        raise StoreUnavailable("The object has just gone.") from error
    made = store.facts(target)
    if made is None or made.size != row.bytes:
        raise StoreUnavailable("The copy is not as large as the object.")
    # Whoever was taken for dead meanwhile has lost the row, and may not delete what another has put there.
    queries.find_held(row.id, lock=True)
    store.delete([source])


def is_used(key: str, store: Store) -> bool:
    """Whether a row refers to an object, or to what it was made of, at this moment.

    No index finds what stands in JSON: the last scan has read all of it, and here what is newer is read.
    """
    keys = (key, *originals_of(key))
    if is_referenced(keys, store) or kept.is_mentioned(keys):
        return True
    last = queries.last_finished()
    return mentions.is_mentioned_since(keys, last.started_at if last else None, store)


MOVE = Task("integrity.move", "Move an object that was set aside", _move, Promise.AT_LEAST_ONCE, attempts=8)
