"""Makes the pictures of an asset in the background, and notes in its row what the file says of itself."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from delula.assets import queries
from delula.assets.detail import side
from delula.assets.media import FILE, key_of, kind_of, type_of
from delula.db import atomic, session
from delula.errors import Refused
from delula.models import Generation, UserAsset
from delula.storage import NoSuchObject, needed_store
from delula.storage.derive import Unreadable, derive
from delula.storage.layout import Derivative, derivative_keys
from delula.storage.walk import make_sure_absent
from delula.work import Promise, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from delula.models.enums import AssetType
    from delula.storage import Store
    from delula.storage.derive import Derived
    from delula.work import Run

GONE = "There is no such asset any more."
#: Read, drawn, and stored with what is noted of it.
_STEPS = 3


def derive_later(reference: str) -> int:
    """Queue the making of the derivatives of an asset within the transaction at hand; the id of the job.

    Args:
        reference: as lists write it: `user-123`.
    """
    return DERIVE.defer({"reference": reference}, about=("asset", reference))


def _derive(run: Run, reference: str) -> None:
    """Make what is missing or older than the file; what the product has made of it stays."""
    store = needed_store()
    with drawn(run, store, reference, lambda: _original(reference, store)) as (key, derived):
        keep(store, key, derived.files)
        _record(reference, key, derived)


@contextmanager
def drawn(
    run: Run, store: Store, name: str, original: Callable[[], tuple[str, AssetType]]
) -> Iterator[tuple[str, Derived]]:
    """Make the pictures of a file; what is to be kept of them is kept within, in one transaction.

    Args:
        run: of the job that it is done in.
        store: where the file lies.
        name: what it is called where it cannot be read.
        original: the key and the type of the file, as its row has them at that moment.

    Yields:
        Its key, and what was made.

    Raises:
        Refused: there is no such file, it cannot be read, or the row has another one by then.
        StoreUnavailable: the store does not answer.
    """
    with atomic():
        key, kind = original()
    with tempfile.TemporaryDirectory(prefix="delula-derive-") as path:
        folder = Path(path)
        _fetch(store, key, kind, folder / "original")
        _note(run, 1)
        try:
            derived = derive(kind, folder / "original", folder)
        except Unreadable as error:
            raise Refused(f"{name}: {error}") from error
        _note(run, 2)
        with atomic():
            # A purge waits for it, or has deleted the row by then: nothing is stored behind its back.
            queries.lock_object(key)
            if original() != (key, kind):
                raise Refused("The file was replaced meanwhile.")
            yield key, derived
            run.step(_STEPS, _STEPS)


def _note(run: Run, done: int) -> None:
    with atomic():
        run.step(done, _STEPS)


def _original(reference: str, store: Store) -> tuple[str, AssetType]:
    """The key and the type of an asset's file, as its row has them now."""
    found = queries.find(reference)
    if found is None:
        raise Refused(GONE)
    key, kind = key_of(found[1], FILE, store), type_of(kind_of(found[1]))
    if key is None or kind is None:
        raise Refused("No file of it lies in the bucket." if key is None else "Its type is unknown.")
    return key, kind


def _fetch(store: Store, key: str, kind: AssetType, target: Path) -> None:
    size = 0
    try:
        with target.open("wb") as file:
            for piece in store.read(key):
                size += len(piece)
                if size > kind.size_cap:
                    raise Refused(f"The file is larger than the product accepts, {kind.cap}.")
                file.write(piece)
    except NoSuchObject as error:
        make_sure_absent(store, key)
        raise Refused("The file is not in the bucket.") from error


def keep(store: Store, key: str, files: Mapping[Derivative, Path]) -> None:
    """Store those of the pictures of an object that are missing, or older than it."""
    keys, original = derivative_keys(key), store.facts(key)
    for one, file in files.items():
        there = store.facts(keys[one]) if one in keys else None
        if one in keys and (there is None or original is None or there.changed_at < original.changed_at):
            store.put(keys[one], file.read_bytes(), one.content_type)


def _record(reference: str, key: str, derived: Derived) -> None:
    """Fill in what the row does not say; what the product has said of its file stays."""
    found = queries.find(reference)
    if found is None or isinstance(found[1], Generation):
        return
    asset = found[1]
    values: dict[str, Any] = {}
    if derived.width and None in {side(asset.dimensions, "width"), side(asset.dimensions, "height")}:
        values["dimensions"] = {"width": derived.width, "height": derived.height}
    if isinstance(asset, UserAsset):
        thumbnail = derivative_keys(key).get(Derivative.THUMBNAIL)
        if derived.duration is not None and asset.duration is None:
            values["duration"] = derived.duration
        if thumbnail and Derivative.THUMBNAIL in derived.files and not asset.thumbnail_url:
            values["thumbnail_url"] = thumbnail
    if values:
        model: Any = type(asset)
        session().execute(update(model).where(model.id == asset.id).values(values))


DERIVE = Task("assets.derive", "Make the derivatives of an asset", _derive, Promise.AT_LEAST_ONCE)
