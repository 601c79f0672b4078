"""Where the media of an item are; a browser is led to them by addresses that work for minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from delula.assets import media as assets
from delula.db import session
from delula.generations import media as generations
from delula.models import Generation, MarketAsset, ReviewKind, UserAsset
from delula.models.enums import MediaType
from delula.samples import media as samples
from delula.samples.queries import locations as sample_locations
from delula.samples.queries import locations_of as sample_locations_of
from delula.storage.derive import DRAWN
from delula.storage.layout import Derivative, derivative_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from delula.db import AnyRow
    from delula.models.enums import AssetType
    from delula.storage import Store

#: The parts of an item that can be looked at.
FILE, THUMBNAIL, BLURRED = assets.FILE, assets.THUMBNAIL, assets.BLURRED
PARTS = (FILE, THUMBNAIL, BLURRED)

_MODELS: dict[ReviewKind, Any] = {
    ReviewKind.USER_ASSET: UserAsset,
    ReviewKind.MARKET_ASSET: MarketAsset,
    ReviewKind.GENERATION: Generation,
}


def kind_of(kind: ReviewKind, row: AnyRow) -> str:
    """`image`, `video`, `audio`, `document` or `other`: how a browser shows the file of a row of `things`."""
    if kind is ReviewKind.SAMPLE:
        return "video" if row.type == MediaType.VIDEO else "image"
    if kind is ReviewKind.GENERATION:
        return generations.kind_of(row)
    return assets.kind_of_file(row.mime_type, getattr(row, "asset_type", None))


def keys_of(kind: ReviewKind, object_id: int, parts: Sequence[str], store: Store) -> dict[str, str]:
    """The keys of parts in the bucket; without those of which nothing lies there that the product stored."""
    is_sample = kind is ReviewKind.SAMPLE
    row: Any = sample_locations(object_id) if is_sample else session().get(_MODELS[kind], object_id)
    if row is None:
        return {}
    key_of = _key_of(kind)
    return {part: key for part in parts if (key := key_of(row, part, store))}


def blurred_of(kind: ReviewKind, ids: Sequence[int], store: Store) -> Sequence[tuple[int, str, str]]:
    """Of those of some things that can be blurred: id, key of the file, and key of its blurred picture."""
    rows: Any
    if kind is ReviewKind.SAMPLE:
        rows = sample_locations_of(ids)
    else:
        model = _MODELS[kind]
        rows = session().scalars(select(model).where(model.id.in_(ids)))
    key_of = _key_of(kind)
    found = []
    for row in rows:
        file, blurred = key_of(row, FILE, store), key_of(row, BLURRED, store)
        if file and blurred and _type_of(kind, row, file) in DRAWN:
            found.append((row.id, file, blurred))
    return found


def _key_of(kind: ReviewKind) -> Callable[[Any, str, Store], str | None]:
    return _key_of_sample if kind is ReviewKind.SAMPLE else assets.key_of


def _type_of(kind: ReviewKind, row: Any, file: str) -> AssetType | None:
    """What the job that makes pictures takes a file for."""
    return samples.type_of(row, file) if kind is ReviewKind.SAMPLE else assets.type_of(assets.kind_of(row))


def _key_of_sample(sample: AnyRow, part: str, store: Store) -> str | None:
    small = samples.key_of(sample, "thumbnail", store) if part == THUMBNAIL else None
    key = small or samples.shown_key(sample, store)
    return derivative_keys(key).get(Derivative.BLURRED) if key and part == BLURRED else key
