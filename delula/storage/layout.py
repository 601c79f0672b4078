"""Where things lie in the bucket: the product's layout, and what the console keeps beside it.

An original lies at `library/user/{user_id}/{images,videos,audio,documents}/originals/{asset_id}.{ext}`, and
what is made of it in the folders beside `originals`. The other sources have the same layout under a folder of
their own. What only the console shows lies under the console's own prefix.
"""

from __future__ import annotations

import re
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from delula.models.enums import AssetSource, AssetType

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Everything that the console puts into the bucket for itself.
CONSOLE_PREFIX = "console/"
_BLURRED_PREFIX = f"{CONSOLE_PREFIX}blurred/"

#: Bytes of a key that S3 takes.
LONGEST_KEY = 1024

_ORIGINAL = re.compile(r"(?P<folder>.+)/originals/(?P<stem>[^/]+?)(?:\.[^./]*)?", re.DOTALL)
#: One part of a path that no store and no browser reads as anything else.
_SEGMENT = re.compile(r"(?!\.{1,2}\Z)[^/\\\x00-\x1f\x7f]{1,255}")


class Derivative(StrEnum):
    """What is made of an original."""

    THUMBNAIL = "thumbnails"
    PREVIEW = "previews"
    WEBP = "webp"
    BLURRED = "blurred"

    @property
    def extension(self) -> str:
        """Of the file, without the dot."""
        return "webp" if self is Derivative.WEBP else "jpg"

    @property
    def content_type(self) -> str:
        """Media type of the file."""
        return "image/webp" if self is Derivative.WEBP else "image/jpeg"


#: The media type of a file, by its extension; of each that the product accepts.
MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
        "png": "image/png",
        "webp": "image/webp",
        "mp4": "video/mp4",
        "webm": "video/webm",
        "mov": "video/quicktime",
        "mp3": "audio/mpeg",
        "wav": "audio/wav",
        "pdf": "application/pdf",
    }
)


def type_of_extension(extension: str) -> AssetType | None:
    """The type of a file by its extension in lower case; None where the product accepts none such."""
    return next((kind for kind in AssetType if extension in kind.extensions), None)


def original_key(source: AssetSource, owner: str, kind: AssetType, asset_id: str, extension: str) -> str:
    """The key under which an original is stored.

    Args:
        source: user, system or market; generations are stored by the product alone.
        owner: id of the user or the creator; of the system assets the `system_id`.
        kind: decides the folder.
        asset_id: names the file.
        extension: of the file, without the dot; one that the product accepts for the kind.

    Raises:
        ValueError: a part cannot be part of a path, or the product does not accept such a file.
    """
    if source is AssetSource.GENERATION:
        raise ValueError("Files of generations are stored by the product alone.")
    if extension not in kind.extensions:
        raise ValueError(f"{extension} is no file of this type.")
    for part in (owner, asset_id):
        if not _SEGMENT.fullmatch(part):
            raise ValueError(f"{part!r} cannot be part of a key.")
    return f"library/{source}/{owner}/{kind.folder}/originals/{asset_id}.{extension}"


def derivative_keys(original: str) -> Mapping[Derivative, str]:
    """The keys of what is made of an original; of one outside of the layout only the blurred picture."""
    found = {}
    if match := _ORIGINAL.fullmatch(original):
        folder, stem = match["folder"], match["stem"]
        for one in (Derivative.THUMBNAIL, Derivative.PREVIEW, Derivative.WEBP):
            found[one] = f"{folder}/{one}/{stem}.{one.extension}"
    blurred = blurred_key(original)
    if len(blurred.encode("utf-8", "replace")) <= LONGEST_KEY:
        found[Derivative.BLURRED] = blurred
    return found


def blurred_key(original: str) -> str:
    """The key of the picture that stands in for an original until somebody asks for it."""
    return f"{_BLURRED_PREFIX}{original}.jpg"


def original_of_blurred(key: str) -> str | None:
    """The original that a blurred picture stands in for; None where the key is of something else."""
    if key.startswith(_BLURRED_PREFIX) and key.endswith(".jpg"):
        return key.removeprefix(_BLURRED_PREFIX).removesuffix(".jpg") or None
    return None
