"""Where the media of a generation are, and how they reach the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from delula.db import AnyRow
    from delula.models import Generation
    from delula.storage import Store

#: The parts of a generation that can be looked at.
FILE, THUMBNAIL = "file", "thumbnail"
PARTS = (FILE, THUMBNAIL)


def kind_of(generation: Generation | AnyRow) -> str:
    """`video` or `image`: how a browser shows the file, whatever the type column says."""
    return (
        "video"
        if generation.type == "video" or (generation.video_url and not generation.image_url)
        else "image"
    )


def locations(generation: Generation, part: str) -> list[str]:
    """The keys and URLs under which the product stored a part, the most reliable first."""
    if part == THUMBNAIL:
        found = [generation.thumbnail_url]
        if kind_of(generation) == "image":
            found += [generation.s3_key, generation.image_url]
    elif kind_of(generation) == "video":
        found = [generation.s3_key, generation.video_url, generation.secure_url]
    else:
        found = [generation.s3_key, generation.image_url, generation.secure_url]
    return [location for location in found if location]


def key_of(generation: Generation, part: str, store: Store) -> str | None:
    """The key of a part in the bucket; None where nothing that the product stored lies there."""
    return next((key for key in map(store.key_of, locations(generation, part)) if key), None)


def elsewhere(generation: Generation, store: Store | None) -> list[str]:
    """The stored locations that do not lie in the bucket: shown as text, never loaded by the page."""
    return [
        location
        for location in dict.fromkeys(locations(generation, FILE))
        if store is None or store.key_of(location) is None
    ]
