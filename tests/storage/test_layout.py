"""Where things lie in the bucket."""

from __future__ import annotations

import pytest

from delula.models.enums import AssetSource, AssetType
from delula.storage.layout import (
    MEDIA_TYPES,
    Derivative,
    derivative_keys,
    original_key,
    original_of_blurred,
    type_of_extension,
)


@pytest.mark.parametrize(
    ("source", "owner", "kind", "extension", "key"),
    [
        (AssetSource.USER, "u-1", AssetType.IMAGE, "png", "library/user/u-1/images/originals/a1.png"),
        (AssetSource.USER, "u@1", AssetType.VIDEO, "mov", "library/user/u@1/videos/originals/a1.mov"),
        (AssetSource.SYSTEM, "core", AssetType.AUDIO, "wav", "library/system/core/audio/originals/a1.wav"),
        (AssetSource.MARKET, "ü", AssetType.DOCUMENT, "pdf", "library/market/ü/documents/originals/a1.pdf"),
    ],
)
def test_originals_lie_in_the_folder_of_their_owner_and_type(
    source: AssetSource, owner: str, kind: AssetType, extension: str, key: str
) -> None:
    assert original_key(source, owner, kind, "a1", extension) == key


@pytest.mark.parametrize("part", ["", ".", "..", "a/b", "a\\b", "a\nb", "a\0b", "x" * 256])
def test_nothing_leads_out_of_the_folder(part: str) -> None:
    for owner, asset_id in ((part, "a1"), ("u-1", part)):
        with pytest.raises(ValueError, match="cannot be part"):
            original_key(AssetSource.USER, owner, AssetType.IMAGE, asset_id, "png")


@pytest.mark.parametrize(
    ("source", "kind", "extension"),
    [
        (AssetSource.USER, AssetType.IMAGE, "svg"),
        (AssetSource.USER, AssetType.IMAGE, "mp4"),
        (AssetSource.GENERATION, AssetType.IMAGE, "png"),
    ],
)
def test_what_the_product_does_not_accept_has_no_key(
    source: AssetSource, kind: AssetType, extension: str
) -> None:
    with pytest.raises(ValueError, match=r"no file of this type|by the product alone"):
        original_key(source, "u", kind, "a1", extension)


def test_derivatives_lie_beside_their_original_and_the_blurred_one_with_the_console() -> None:
    original = "library/user/u-1/videos/originals/a.b.mp4"
    assert derivative_keys(original) == {
        Derivative.THUMBNAIL: "library/user/u-1/videos/thumbnails/a.b.jpg",
        Derivative.PREVIEW: "library/user/u-1/videos/previews/a.b.jpg",
        Derivative.WEBP: "library/user/u-1/videos/webp/a.b.webp",
        Derivative.BLURRED: f"console/blurred/{original}.jpg",
    }
    assert original_of_blurred(f"console/blurred/{original}.jpg") == original
    assert original_of_blurred(original) is None


def test_outside_of_the_layout_only_the_console_has_a_derivative() -> None:
    assert list(derivative_keys("generations/1.mp4")) == [Derivative.BLURRED]
    assert derivative_keys("x" * 1020) == {}


def test_every_accepted_extension_has_a_type_and_a_media_type() -> None:
    for kind in AssetType:
        for extension in kind.extensions:
            assert type_of_extension(extension) is kind
            assert MEDIA_TYPES[extension]
    assert type_of_extension("svg") is None
