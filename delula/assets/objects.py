"""Objects that are given up leave the bucket in the background, once nothing needs them.

The command that gives one up writes an intent in its own transaction. Whatever happens then, to the console,
the store or the machine, the next run finds the intent and finishes: deleting what is gone does no harm.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, func, insert, select, update

from delula.access import clock
from delula.assets import queries
from delula.db import atomic, session
from delula.integrity.references import REMOVAL, is_referenced
from delula.models import AssetCorrection, AssetHold, ObjectRemoval, Removal, RemovedAsset
from delula.rollups.totals import count_users
from delula.storage import NoSuchObject, StoreUnavailable, current_store
from delula.storage.layout import derivative_keys
from delula.storage.walk import make_sure, make_sure_absent
from delula.work import Promise, Task

if TYPE_CHECKING:
    from collections.abc import Iterable

    from delula.storage import Store
    from delula.work import Run

#: Objects that are looked at before the run says how far it is; failures in a row after which it asks whether
#: the store is there at all.
_AT_ONCE, _MOST_FAILURES = 100, 3


def remove_later(reference: str, location: str, *, days: int = 0, beside: Iterable[str] = ()) -> None:
    """Note, within the transaction at hand, that an object and what was made of it is to go.

    Args:
        reference: the asset whose it was.
        location: key or address of the original; one outside of the bucket is none of our business.
        days: for which it is kept.
        beside: further keys that go with it.
    """
    store = current_store()
    key = store.key_of(location) if store else None
    if key is None:
        return
    keys = [*derivative_keys(key).values(), *beside]
    values = {"reference": reference, "key": key, "beside": list(dict.fromkeys(keys))}
    due = func.clock_timestamp() + timedelta(days=days)
    session().execute(insert(ObjectRemoval).values(**values, due_at=due))
    if not days:
        REMOVE.ensure(about=("asset", reference))


def _remove(run: Run) -> None:
    """Delete what is due; what fails is tried again, and keeps nothing else from going."""
    store, failures, error, last = current_store(), 0, None, 0
    while store is not None and (ids := _due(last)):
        for id_ in ids:
            last = id_
            try:
                _identify(store, id_)
                _delete(run, store, id_)
                failures = 0
            except StoreUnavailable as caught:
                failures, error = failures + 1, caught
                _note_failure(id_, str(caught))
                if failures >= _MOST_FAILURES:
                    # Where it is the store itself that is away, the rest waits.
                    make_sure(store)
                    failures = 0
    if error is not None:
        raise error


def _due(after: int) -> list[int]:
    with atomic() as current:
        statement = select(ObjectRemoval.id).where(
            ObjectRemoval.state == "waiting", ObjectRemoval.due_at <= func.now(), ObjectRemoval.id > after
        )
        return list(current.scalars(statement.order_by(ObjectRemoval.id).limit(_AT_ONCE)))


def _identify(store: Store, id_: int) -> None:
    """Note what the file was, as long as it is there."""
    with atomic() as current:
        row = current.get_one(ObjectRemoval, id_)
        key, known = row.key, row.sha256
    if known is not None:
        return
    read, size = hashlib.sha256(), 0
    try:
        for piece in store.read(key):
            read.update(piece)
            size += len(piece)
    except NoSuchObject:
        make_sure_absent(store, key)
        return
    with atomic() as current:
        found = update(ObjectRemoval).where(ObjectRemoval.id == id_)
        current.execute(found.values(bytes=size, sha256=read.hexdigest()))


def _delete(run: Run, store: Store, id_: int) -> None:
    with atomic() as current:
        row = current.get_one(ObjectRemoval, id_, with_for_update=True, populate_existing=True)
        if row.state != "waiting":
            return
        # Whoever makes derivatives of it waits, and finds no row then.
        queries.lock_object(row.key)
        if is_referenced([row.key, *row.beside], store, besides=REMOVAL):
            row.state = "kept"
        else:
            row.state = "deleted" if row.sha256 else "missing"
            store.delete([row.key, *row.beside])
            if store.facts(row.key) is not None:
                raise StoreUnavailable(f"The store still has {row.key} after it was deleted.")
        row.error, row.done_at = None, clock.utc_now()
        current.flush()
        _finish(row.reference)
        run.step(run.done + 1)


def _finish(reference: str) -> None:
    """The asset is purged once the last of its objects is gone."""
    waiting = exists().where(ObjectRemoval.reference == reference, ObjectRemoval.state == "waiting")
    statement = update(RemovedAsset).where(
        RemovedAsset.reference == reference, RemovedAsset.state == Removal.PURGING, ~waiting
    )
    session().execute(statement.values(state=Removal.PURGED, purged_at=func.clock_timestamp()))


def _note_failure(id_: int, said: str) -> None:
    with atomic() as current:
        current.execute(update(ObjectRemoval).where(ObjectRemoval.id == id_).values(error=said[:500]))


def forget(reference: str, user_asset_id: int | None) -> None:
    """Drop what the console kept of an asset that is purged, within the transaction at hand."""
    session().execute(delete(AssetHold).where(AssetHold.reference == reference))
    if user_asset_id is not None:
        session().execute(delete(AssetCorrection).where(AssetCorrection.user_asset_id == user_asset_id))


def recount_later(user_id: str) -> None:
    """Have the totals of a user counted again, where the change of a row leaves no trace for the roll-ups."""
    RECOUNT.defer({"user_id": user_id}, about=("user", user_id))


def _recount(run: Run, user_id: str) -> None:  # noqa: ARG001 - a single statement
    count_users([user_id])


REMOVE = Task(
    "assets.remove_objects",
    "Delete the files of purged assets",
    _remove,
    Promise.AT_LEAST_ONCE,
    every="*/10 * * * *",
    alone=True,
)
RECOUNT = Task("assets.recount", "Count a user's assets again", _recount, Promise.EXACTLY_ONCE)
