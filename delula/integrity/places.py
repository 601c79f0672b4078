"""What a key says of its object: whose it is, of which kind, and what it was made of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from delula.models.enums import AssetSource, AssetType
from delula.storage.layout import CONSOLE_PREFIX, Derivative, original_of_blurred

#: What was set aside lies here, each under its number, so that the same key can be set aside twice.
QUARANTINE_PREFIX = f"{CONSOLE_PREFIX}quarantine/"
#: Where the originals lie, and what is made of them.
ORIGINALS = "originals"
DERIVED = (Derivative.THUMBNAIL.value, Derivative.PREVIEW.value, Derivative.WEBP.value)

_KINDS = tuple(kind.folder for kind in AssetType)
_SOURCES = (str(AssetSource.USER), str(AssetSource.SYSTEM), str(AssetSource.MARKET))
_ROLES = "|".join((ORIGINALS, *DERIVED))
_IN_LIBRARY = re.compile(
    rf"(?P<folder>library/(?:{'|'.join(_SOURCES)})/(?P<owner>[^/]+)/(?P<kind>{'|'.join(_KINDS)}))"
    rf"/(?P<role>{_ROLES})/(?P<stem>[^/]+?)(?:\.[^./]*)?",
    re.DOTALL,
)
#: Other files of the product have folders of the same names beside each other.
_BESIDE = re.compile(rf"(?P<folder>.+)/(?P<role>{_ROLES})/(?P<stem>[^/]+?)(?:\.[^./]*)?", re.DOTALL)


@dataclass(frozen=True)
class Place:
    """What a key says.

    Attributes:
        kind: folder of its type in the layout; else `generations`, `quarantine`, `console` or `other`.
        role: originals, thumbnails, previews, webp or blurred; None where it says none.
        owner: whose folder it lies in.
        folder: what comes before the role.
        stem: name without extension, which an original and what is made of it share.
        of_key: of a blurred picture, the original.
    """

    kind: str
    role: str | None = None
    owner: str | None = None
    folder: str | None = None
    stem: str | None = None
    of_key: str | None = None


def place_of(key: str) -> Place:
    """What a key says of its object."""
    if match := _IN_LIBRARY.fullmatch(key):
        return Place(match["kind"], match["role"], match["owner"], match["folder"], match["stem"])
    if key.startswith(QUARANTINE_PREFIX):
        return Place("quarantine")
    if (original := original_of_blurred(key)) is not None:
        return Place("console", Derivative.BLURRED.value, of_key=original)
    if key.startswith(CONSOLE_PREFIX):
        return Place("console")
    kind = "generations" if key.startswith("generations/") else "other"
    if match := _BESIDE.fullmatch(key):
        return Place(kind, match["role"], None, match["folder"], match["stem"])
    return Place(kind)


def originals_of(key: str) -> tuple[str, ...]:
    """The keys that an object can be made of, by its own; none where it is no derivative."""
    place = place_of(key)
    if place.of_key is not None:
        return (place.of_key,)
    if place.role not in DERIVED:
        return ()
    extensions = [extension for kind in AssetType for extension in kind.extensions]
    return tuple(f"{place.folder}/{ORIGINALS}/{place.stem}.{extension}" for extension in extensions)
