"""Where the media of an asset are, and how they reach the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from delula.generations import media as generations
from delula.models import Generation, UserAsset
from delula.models.enums import AssetType
from delula.storage.layout import Derivative, derivative_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.assets.queries import AnyAsset
    from delula.storage import Store

#: The parts of an asset that can be looked at.
FILE, THUMBNAIL, BLURRED = "file", "thumbnail", "blurred"
PARTS = (FILE, THUMBNAIL, BLURRED)

#: How a browser shows a file of the product's types, and of a media type, by how that begins.
_BY_TYPE: Mapping[int | None, str] = {one.value: one.name.lower() for one in AssetType}
_KINDS = {"image/": "image", "video/": "video", "audio/": "audio", "application/pdf": "document"}


def kind_of(asset: AnyAsset) -> str:
    """`image`, `video`, `audio`, `document`, or `other`: how a browser shows the file."""
    if isinstance(asset, Generation):
        return generations.kind_of(asset)
    return kind_of_file(asset.mime_type, asset.asset_type if isinstance(asset, UserAsset) else None)


def kind_of_file(mime_type: str, asset_type: int | None = None) -> str:
    """The same of a file in a library.

    Args:
        mime_type: as its row has it; how it begins is enough.
        asset_type: the same of a user's, which counts for more where the product knows it.
    """
    if asset_type in _BY_TYPE:
        return _BY_TYPE[asset_type]
    return next((kind for start, kind in _KINDS.items() if mime_type.startswith(start)), "other")


def type_of(kind: str) -> AssetType | None:
    """The product's type of what `kind_of` tells; None for what the product does not know."""
    return next((one for one in AssetType if one.name.lower() == kind), None)


def locations(asset: AnyAsset, part: str) -> list[str]:
    """The keys and URLs under which the product stored a part, the most reliable first."""
    found: list[str | None]
    is_image = kind_of(asset) == "image"
    if isinstance(asset, Generation):
        file = [asset.s3_key, asset.image_url if is_image else asset.video_url, asset.secure_url]
        found = file if part == FILE else [asset.thumbnail_url, *(file[:2] if is_image else [])]
    elif isinstance(asset, UserAsset):
        file = [asset.s3_key, asset.cdn_url]
        # What its owner has deleted is opened, and that is noted: no list shows it in passing.
        shows_itself = is_image and not asset.is_deleted
        found = file if part == FILE else [asset.thumbnail_url, *(file if shows_itself else [])]
    else:
        found = [asset.url] if part == FILE or is_image else []
    return [location for location in found if location]


def key_of(asset: AnyAsset, part: str, store: Store) -> str | None:
    """The key of a part in the bucket; None where nothing that the product stored lies there.

    The blurred picture is the console's own, and there once it was made.
    """
    if part == BLURRED:
        file = key_of(asset, FILE, store)
        return derivative_keys(file).get(Derivative.BLURRED) if file else None
    return next((key for key in map(store.key_of, locations(asset, part)) if key), None)


def public_url(location: str) -> str | None:
    """An address that can be offered as a link; None where it is none of the web."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return None
    return location if parts.scheme in {"http", "https"} and parts.hostname else None
