"""What is made of a file, and that no file takes the console along."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from delula.models.enums import AssetType
from delula.storage import derive as derive_module
from delula.storage.derive import Derived, Unreadable, derive
from delula.storage.layout import Derivative
from tests.storage.files import of_kind, png

if TYPE_CHECKING:
    from pathlib import Path


def made(folder: Path, kind: AssetType, body: bytes) -> Derived:
    (folder / "original").write_bytes(body)
    return derive(kind, folder / "original", folder)


@pytest.mark.parametrize(
    ("kind", "width", "height", "duration"),
    [(AssetType.IMAGE, 768, 768, None), (AssetType.VIDEO, 480, 270, 2)],
)
def test_pictures_and_videos_have_four_derivatives(
    tmp_path: Path, kind: AssetType, width: int, height: int, duration: int | None
) -> None:
    found = made(tmp_path, kind, of_kind(kind.name.lower()))
    assert (found.width, found.height, found.duration) == (width, height, duration)
    shapes = {}
    for one, file in found.files.items():
        with Image.open(file) as picture:
            assert picture.get_format_mimetype() == one.content_type
            shapes[one] = picture.size
    small = (320, 320 * height // width)
    assert shapes == {
        Derivative.THUMBNAIL: small,
        Derivative.PREVIEW: (width, height),
        Derivative.WEBP: (width, height),
        Derivative.BLURRED: small,
    }


def test_sounds_have_a_length_and_documents_nothing(tmp_path: Path) -> None:
    assert made(tmp_path, AssetType.AUDIO, of_kind("audio")) == Derived(duration=3)
    assert made(tmp_path, AssetType.DOCUMENT, of_kind("document")) == Derived()


def test_a_turned_picture_is_upright_and_keeps_no_word_of_its_camera(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"
    Image.new("RGB", (400, 200), "red").save(tmp_path / "turned.jpg", exif=exif)
    found = made(tmp_path, AssetType.IMAGE, (tmp_path / "turned.jpg").read_bytes())
    assert (found.width, found.height) == (200, 400)
    with Image.open(found.files[Derivative.PREVIEW]) as preview:
        assert (preview.size, dict(preview.getexif())) == ((200, 400), {})


def test_nothing_can_be_made_out_in_the_blurred_one(tmp_path: Path) -> None:
    board = Image.new("L", (640, 640))
    board.putdata([255 * ((x // 8 + y // 8) % 2) for y in range(640) for x in range(640)])
    board.save(tmp_path / "board.png")
    found = made(tmp_path, AssetType.IMAGE, (tmp_path / "board.png").read_bytes())
    with Image.open(found.files[Derivative.BLURRED]) as blurred:
        darkest, lightest = blurred.convert("L").getextrema()
    assert lightest - darkest < 40


HOSTILE = {
    "bomb": (AssetType.IMAGE, lambda: png(30_000, 30_000), "million pixels"),
    "moving bomb": (
        AssetType.IMAGE,
        lambda: png(8000, 8000, 16),
        "It moves: 17 pictures of 8000 by 8000 pixels",
    ),
    "nothing": (AssetType.IMAGE, lambda: b"", "broken"),
    "cut picture": (AssetType.IMAGE, lambda: of_kind("image")[:3000], "broken"),
    "script": (AssetType.IMAGE, lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "broken"),
    "video as picture": (AssetType.IMAGE, lambda: of_kind("video"), "broken"),
    "cut video": (AssetType.VIDEO, lambda: of_kind("video")[:3000], "broken"),
    "list of addresses": (
        AssetType.VIDEO,
        lambda: b"#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n",
        "begins like",
    ),
    "several files in one": (
        AssetType.VIDEO,
        lambda: b"ffconcat version 1.0\nfile /etc/passwd",
        "begins like",
    ),
    "sound as video": (AssetType.VIDEO, lambda: of_kind("audio"), "no picture"),
    "noise": (AssetType.VIDEO, lambda: b"\0\0\0\x18ftypmp42" + b"\xff" * 1000, "broken"),
    "picture as sound": (AssetType.AUDIO, lambda: of_kind("image"), "begins like|broken|no sound"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_an_error_in_words(tmp_path: Path, name: str) -> None:
    kind, body, said = HOSTILE[name]
    began = time.monotonic()
    with pytest.raises(Unreadable, match=said):
        made(tmp_path, kind, body())
    assert time.monotonic() - began < 30
    assert [one.name for one in tmp_path.iterdir()] == ["original"]


def test_what_takes_too_long_or_dies_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "program.py"
    monkeypatch.setattr(derive_module, "_DRAWING", program)
    program.write_text("import os; os.abort()")
    with pytest.raises(Unreadable, match="within the limits"):
        made(tmp_path, AssetType.IMAGE, b"x")
    monkeypatch.setattr(derive_module, "MOST_SECONDS", 0.5)
    program.write_text("import time; time.sleep(60)")
    with pytest.raises(Unreadable, match="longer than"):
        made(tmp_path, AssetType.IMAGE, b"x")


def test_a_decoder_has_a_limit_of_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    greedy = tmp_path / "greedy.py"
    source = derive_module._DRAWING.read_text()
    greedy.write_text(source.replace('if kind == "image":', "if bytearray(4 * 2**30):"))
    monkeypatch.setattr(derive_module, "_DRAWING", greedy)
    with pytest.raises(Unreadable, match="more memory"):
        made(tmp_path, AssetType.IMAGE, b"x")
