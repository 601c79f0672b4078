"""Where the files of a sample are; as for a generation, a browser is led to them by presigned addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from delula.models.enums import AssetType, MediaType
from delula.storage.layout import type_of_extension

if TYPE_CHECKING:
    from delula.storage import Store

#: The files of a sample: part and column, with what people call them.
PARTS = {
    "thumbnail": ("thumbnail_url", "Thumbnail"),
    "preview": ("preview_url", "Preview"),
    "full": ("high_res_url", "Full size"),
}


def location(sample: Any, part: str) -> str | None:
    """The key or URL under which the product stored a file; None where it wrote none."""
    return getattr(sample, PARTS[part][0]) or None


def key_of(sample: Any, part: str, store: Store) -> str | None:
    """The key of a file in the bucket; None where nothing that the product stored lies there."""
    return store.key_of(location(sample, part))


def shown_key(sample: Any, store: Store) -> str | None:
    """The key of the best file that lies in the bucket; None where none does."""
    return next(
        (key for part in ("full", "preview", "thumbnail") if (key := key_of(sample, part, store))), None
    )


def type_of(sample: Any, key: str) -> AssetType:
    """The type of a file of a sample: what its key says, else what the sample is."""
    named = type_of_extension(key.rpartition(".")[2].lower())
    return named or (AssetType.VIDEO if sample.type == MediaType.VIDEO else AssetType.IMAGE)
