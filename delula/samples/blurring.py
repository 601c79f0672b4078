"""Makes the blurred picture of a sample, which stands in for its file until somebody asks for that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delula.assets.derivatives import drawn, keep
from delula.errors import Refused
from delula.samples import media, queries
from delula.storage import needed_store
from delula.storage.layout import Derivative
from delula.work import Promise, Task

if TYPE_CHECKING:
    from delula.models.enums import AssetType
    from delula.storage import Store
    from delula.work import Run


def blur_later(sample: int) -> int:
    """Queue the making of the blurred picture of a sample within the transaction at hand; the job's id."""
    return BLUR.defer({"sample": sample}, about=("sample", str(sample)))


def _blur(run: Run, sample: int) -> None:
    """Make it, where it is missing or older than the file; the product's own pictures stay as they are."""
    store = needed_store()
    with drawn(run, store, f"Sample {sample}", lambda: _file(sample, store)) as (key, derived):
        keep(
            store,
            key,
            {one: file for one, file in derived.files.items() if one is Derivative.BLURRED},
        )


def _file(sample: int, store: Store) -> tuple[str, AssetType]:
    """The key and the type of what the review shows of a sample."""
    found = queries.locations(sample)
    if found is None:
        raise Refused("There is no such sample any more.")
    key = media.shown_key(found, store)
    if key is None:
        raise Refused("No file of it lies in the bucket.")
    return key, media.type_of(found, key)


BLUR = Task("samples.blur", "Make the blurred picture of a sample", _blur, Promise.AT_LEAST_ONCE)
