"""Which media objects the demo data point at: a few hundred, shared by all rows.

The objects themselves are made by `studio`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Colours of the pictures, from ground to highlight; recipes name the palette that suits them.
PALETTES: dict[str, tuple[str, ...]] = {
    "ember": ("#1b0a08", "#5a1608", "#b8320b", "#f2711c", "#ffd27a"),
    "candy": ("#3d1a4f", "#b03a8c", "#ff7eb6", "#ffc2a1", "#fff1d6"),
    "meadow": ("#12351f", "#2f6b3a", "#7fae4d", "#d8d873", "#fdf3c8"),
    "gold": ("#1d1408", "#573a12", "#a9762a", "#e0b65a", "#fbeecb"),
    "neon": ("#0a0720", "#2b0f66", "#8a1fd6", "#ff2fa0", "#3ff0ff"),
    "sunset": ("#1c1440", "#6b2d73", "#d4566a", "#f79d65", "#ffe3a6"),
    "sepia": ("#1e1610", "#4d3a2a", "#8a6b4c", "#c4a582", "#f1e3cb"),
    "studio": ("#22262c", "#555d69", "#9aa3ae", "#d5d9de", "#f7f7f4"),
    "lagoon": ("#04202e", "#0b4f6c", "#138a9e", "#5fd0c5", "#e6fbe9"),
    "forest": ("#0c1a14", "#1f3b2b", "#40684a", "#8fa66b", "#e5dfb5"),
    "pastel": ("#4c4f7a", "#8d8fc4", "#c9b6e4", "#f5cfd8", "#fff6ea"),
    "aurora": ("#050b1f", "#10325c", "#157a7c", "#58d68d", "#d6f7ff"),
}
IMAGES, VIDEOS, SOUNDS, DOCUMENTS = 9, 3, 16, 12
#: Of those of a palette, so many are results of generations; the others lie in the library.
GENERATED_IMAGES, GENERATED_VIDEOS = 6, 2

_SHAPES = ((768, 768), (896, 672), (672, 896))
_EXTENSIONS = {"image": "jpg", "video": "mp4", "audio": "mp3", "document": "pdf"}
_MIME = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/mpeg", "document": "application/pdf"}
_FOLDERS = {"image": "images", "video": "videos", "audio": "audio", "document": "documents"}
#: Sizes in bytes where nothing is made: about what such files have.
_USUAL_SIZE = {"image": 61_000, "video": 142_000, "audio": 49_000, "document": 4_100}
#: Values of `user_assets.asset_type`.
ASSET_TYPE = {"image": 1, "video": 2, "audio": 3, "document": 4}
#: The account whose folder the shared objects lie in.
LIBRARY_OWNER = "system_library"


@dataclass(frozen=True)
class MediaObject:
    """One object and the derivatives beside it.

    Attributes:
        kind: image, video, audio or document.
        palette: name of its colours.
        number: counts within kind and palette.
        generated: a generation's result; else a file of the library.
        present: whether the object exists; rows also point at some that do not.
    """

    kind: str
    palette: str
    number: int
    generated: bool
    present: bool = True

    @property
    def name(self) -> str:
        """What the object is told from others by, and what its content is derived from."""
        return f"{self.kind}-{self.palette}-{self.number}"

    @property
    def asset_id(self) -> str:
        """The id in its key."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://delula.example/demo/{self.name}"))

    @property
    def folder(self) -> str:
        """The folder of its kind."""
        root = "generations" if self.generated else f"library/user/{LIBRARY_OWNER}"
        return f"{root}/{_FOLDERS[self.kind]}"

    @property
    def key(self) -> str:
        """Key of the original."""
        return f"{self.folder}/originals/{self.asset_id}.{_EXTENSIONS[self.kind]}"

    @property
    def thumbnail(self) -> str | None:
        """Key of the small picture; sounds and documents have none."""
        return f"{self.folder}/thumbnails/{self.asset_id}.jpg" if self.kind in {"image", "video"} else None

    @property
    def mime_type(self) -> str:
        """Type of the original."""
        return _MIME[self.kind]

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels."""
        if self.kind == "image":
            return _SHAPES[self.number % len(_SHAPES)]
        return (480, 270) if self.kind == "video" else None

    @property
    def seconds(self) -> int | None:
        """Length of what plays."""
        return {"video": 2, "audio": 3 + self.number % 4}.get(self.kind)


def _objects() -> tuple[MediaObject, ...]:
    visual = [
        MediaObject(kind, palette, number, number < generated)
        for kind, count, generated in (
            ("image", IMAGES, GENERATED_IMAGES),
            ("video", VIDEOS, GENERATED_VIDEOS),
        )
        for palette in PALETTES
        for number in range(count)
    ]
    palettes = list(PALETTES)
    other = [
        MediaObject(kind, palettes[number % len(palettes)], number, generated=False)
        for kind, count in (("audio", SOUNDS), ("document", DOCUMENTS))
        for number in range(count)
    ]
    return (*visual, *other)


#: Everything that exists.
OBJECTS = _objects()
#: What rows point at in vain.
ABSENT = tuple(
    MediaObject(kind, "studio", 900 + number, generated, present=False)
    for kind in ("image", "video")
    for generated in (True, False)
    for number in range(4)
)


def results(*, video: bool, palette: str) -> list[MediaObject]:
    """The objects that suit the results of a recipe."""
    kind = "video" if video else "image"
    return [item for item in OBJECTS if item.generated and item.kind == kind and item.palette == palette]


@dataclass(frozen=True)
class Media:
    """The objects as rows see them.

    Attributes:
        base_url: what a key is appended to for its public address.
        sizes: bytes of each key that was made; empty where no bucket is configured.
    """

    base_url: str
    sizes: Mapping[str, int]

    def url(self, key: str) -> str:
        """Public address of a key."""
        return f"{self.base_url}/{key}"

    def file_size(self, item: MediaObject) -> int:
        """Bytes of an original."""
        return self.sizes.get(item.key, _USUAL_SIZE[item.kind] + 731 * item.number)
