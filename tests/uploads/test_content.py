"""What a file really is: every kind that is accepted passes, and nothing that is two things at once."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import pytest

from delula.uploads.content import Unfit, check_content
from tests.uploads.files import EXTENSIONS, archive, good, jpeg_with, picture

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = b"<script>alert(1)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def acting(action: bytes) -> bytes:
    """A document that does something once it is opened."""
    return good("pdf").replace(b"/Catalog", b"/Catalog/OpenAction<<" + action + b">>")


def packed(objects: bytes) -> bytes:
    """A document some objects of which are packed, as most programs write them."""
    stream = zlib.compress(b"1 0 " + objects, 9)
    head = b"3 0 obj<</Type/ObjStm/N 1/First 4/Length %d/Filter/FlateDecode>>stream\r\n" % len(stream)
    return good("pdf").replace(b"trailer", head + stream + b"\nendstream endobj\ntrailer")


def test_a_document_whose_objects_are_packed_passes(tmp_path: Path) -> None:
    check(tmp_path, packed(b"<</Type/Catalog/Pages 2 0 R>>"), "pdf")


def check(folder: Path, content: bytes, extension: str) -> None:
    file = folder / "file"
    file.write_bytes(content)
    check_content(file, extension)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_file_of_every_kind_that_the_product_accepts_passes(tmp_path: Path, extension: str) -> None:
    check(tmp_path, good(extension), extension)


@pytest.mark.parametrize(
    ("form", "extension", "options"),
    [
        ("JPEG", "jpg", {"progressive": True}),
        ("JPEG", "jpg", {"comment": "taken in Rome"}),
        ("PNG", "png", {"optimize": True}),
        ("WEBP", "webp", {"lossless": True}),
        ("WEBP", "webp", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}),
    ],
)
def test_so_do_its_variants(tmp_path: Path, form: str, extension: str, options: dict[str, object]) -> None:
    check(tmp_path, picture(form, **options), extension)


def test_a_camera_may_put_a_second_picture_behind_the_first(tmp_path: Path) -> None:
    check(tmp_path, good("jpg") + good("jpg") + b"\0" * 40, "jpg")


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("other", ["png", "mp4", "mp3", "pdf"])
def test_no_kind_passes_for_another(tmp_path: Path, extension: str, other: str) -> None:
    if extension == other or {extension, other} == {"mov", "mp4"}:
        pytest.skip("the same, or as good as")
    with pytest.raises(Unfit, match=r"but is .* by its first bytes"):
        check(tmp_path, good(other), extension)


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize(
    "tail",
    [archive(), SCRIPT, b"%PDF-1.4 hidden", b"\x7fELF" + b"x" * 40, b"x"],
    ids=["zip", "script", "pdf", "program", "byte"],
)
def test_nothing_may_follow_the_end(tmp_path: Path, extension: str, tail: bytes) -> None:
    with pytest.raises(Unfit):
        check(tmp_path, good(extension) + tail, extension)


@pytest.mark.parametrize("extension", [one for one in EXTENSIONS if one != "mp3"])
def test_nothing_may_be_missing(tmp_path: Path, extension: str) -> None:
    whole = good(extension)
    with pytest.raises(Unfit):
        check(tmp_path, whole[: len(whole) * 2 // 3], extension)


@pytest.mark.parametrize(
    ("content", "extension", "why"),
    [
        (SVG, "png", "SVG"),
        (SVG, "pdf", "SVG"),
        (b"GIF89a" + b"\0" * 40, "png", "GIF"),
        (b"MZ" + b"\0" * 400, "jpg", "program"),
        (archive(), "webp", "ZIP"),
        (b"\xff\xd8\xff", "jpg", "breaks off"),
        (b"x", "png", "something else"),
        (jpeg_with(SCRIPT), "jpg", "script"),
        (jpeg_with(b"<?php system($_GET[1]); ?>"), "jpg", "script"),
        (jpeg_with(b"%PDF-1.4"), "jpg", "PDF"),
        (jpeg_with(archive()), "jpg", "ZIP"),
        (acting(b"/S/JavaScript/JS(app.alert(1))"), "pdf", "script"),
        (acting(b"/S/J#61vaScript/JS(app.alert(1))"), "pdf", "script"),
        (acting(b"/S/SubmitForm/F(https://elsewhere.example)"), "pdf", "script"),
        (good("pdf").replace(b"/Catalog", b"/Catalog/Names<</EmbeddedFiles 5 0 R>>"), "pdf", "script"),
        (packed(b"<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"), "pdf", "script"),
        (packed(b"\0" * (64 * 1024 * 1024 + 1)), "pdf", "unfolds to more"),
        (packed(b"<</Type/Catalog>>").replace(b"x\xda", b"no"), "pdf", "cannot be looked into"),
        (jpeg_with(b"<svg/onload=alert(1)>"), "jpg", "script"),
        (jpeg_with(b'<img src="x" onerror = "alert(1)">'), "jpg", "script"),
        (jpeg_with(b"<?php @unlink(1); __HALT_COMPILER(); ?>"), "jpg", "script"),
        (b"<!-- -->" + good("pdf"), "pdf", "web page"),
        (b"\x1a\x45\xdf\xa3\x85matro", "webm", "Matroska"),
    ],
    ids=[
        *("svg", "svg-as-pdf", "gif", "program", "zip", "three-bytes", "one-byte", "comment-script"),
        *("comment-php", "comment-pdf", "comment-zip", "pdf-script", "pdf-spelt", "pdf-form", "pdf-files"),
        *(
            "pdf-packed",
            "pdf-bomb",
            "pdf-odd",
            "comment-svg",
            "comment-handler",
            "phar",
            "pdf-later",
            "matroska",
        ),
    ],
)
def test_what_is_hostile_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, extension: str, why: str
) -> None:
    with pytest.raises(Unfit, match=why):
        check(tmp_path, content, extension)
