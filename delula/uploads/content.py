"""What a file really is: its first bytes, its structure to the last byte, and what is hidden in it.

A file of two kinds at once harms where something takes it for the other kind: a picture that is a web page as
well, a sound that is an archive as well. So a file is taken only if its own format accounts for every byte.
Nothing is decoded here; that is done by `delula.storage.derive`, in a process of its own.
"""

from __future__ import annotations

import mmap
import re
import zlib
from typing import TYPE_CHECKING

from delula.storage.layout import MEDIA_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

#: Other names that browsers have for these.
SYNONYMS: Mapping[str, str] = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "audio/mp3": "audio/mpeg",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "application/x-pdf": "application/pdf",
}

#: What makes a browser or a server run what it reads. Each is long enough to occur in no film by chance.
_MARKUP = re.compile(
    rb"<(?i:script[\s/>]|html[\s>]|iframe[\s/>]|\?php\s|!doctype\s+html"
    rb"|[a-z]+[\s/](?:[^<>]{0,300}[\s/\"'])?on(?:load|error|click|focus|toggle|begin|mouse[a-z]+|pointer[a-z]+)\s*=)"
    rb"|__HALT_COMPILER\(\);"
)


def _name_of_pdf(*names: bytes) -> re.Pattern[bytes]:
    """Any of these names as PDF may write them: each character as itself or by its number."""
    spelt = (b"".join(b"(?:%c|#(?i:%02x))" % (one, one) for one in name) for name in names)
    return re.compile(rb"/(?:" + rb"|".join(spelt) + rb")(?![A-Za-z0-9_])")


#: What makes a reader of PDF act, and what objects are packed into.
_ACTING = _name_of_pdf(
    *(b"JavaScript", b"Launch", b"RichMedia", b"EmbeddedFile", b"EmbeddedFiles", b"SubmitForm", b"ImportData")
)
_PACKED = _name_of_pdf(b"ObjStm")
#: Bytes that are unpacked at once, and of all that is packed in one document.
_UNPACKED_AT_ONCE, _MOST_UNPACKED = 64 * 1024, 64 * 1024 * 1024
#: A reader of PDF looks for its beginning so far, one of ZIP for its end.
_PDF_LOOKS, _ZIP_LOOKS = 1024, 66_000
#: Pieces of one file; none of sense has more.
_MOST_PIECES = 500_000

_BOXES = frozenset(
    {
        *(b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"meta", b"moof", b"mfra", b"uuid", b"styp"),
        *(b"sidx", b"ssix", b"pdin", b"udta", b"pnot", b"PICT", b"emsg", b"prft"),
    }
)
_FIRST_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"})
#: Kilobits a second of MPEG audio by version, layer and index.
_RATES = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SAMPLES = {1: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 25: (11_025, 12_000, 8_000)}


class Unfit(Exception):
    """The file is not what it is said to be; the sentence says why."""


def check_content(file: Path, extension: str) -> None:
    """Make sure that a file is what its extension says, wholly and nothing else.

    Args:
        file: not empty.
        extension: in lower case, without the dot; a key of `MEDIA_TYPES`.

    Raises:
        Unfit: it is not.
    """
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        kind = MEDIA_TYPES[extension]
        found = _kind_of(data)
        if found != kind and not (found == "video/mp4" and kind == "video/quicktime"):
            raise Unfit(f"It ends in .{extension}, but is {_called(found)} by its first bytes.")
        if kind != "application/pdf" and data[:_PDF_LOOKS].find(b"%PDF-") >= 0:
            raise Unfit("It is a PDF document as well.")
        if _is_archive(data):
            raise Unfit("It is a ZIP archive as well.")
        if _MARKUP.search(data):
            raise Unfit("It holds script or a web page.")
        _CHECKS[kind](data)


def _called(kind: str | None) -> str:
    return kind or "something else"


def _kind_of(data: mmap.mmap) -> str | None:
    """What the first bytes say."""
    head = data[:512]
    for start, kind in (
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "a GIF picture"),
        (b"BM", "a bitmap"),
        (b"\x1a\x45\xdf\xa3", "video/webm"),
        (b"ID3", "audio/mpeg"),
        (b"%PDF-", "application/pdf"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"MZ", "a program"),
        (b"\x7fELF", "a program"),
        (b"#!", "a script"),
    ):
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12])
    if head[4:8] in _FIRST_BOXES:
        return "video/mp4"
    if len(head) > 3 and _frame_length(head[:4]):
        return "audio/mpeg"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<?xml", b"<svg", b"<!--", b"<html", b"<!doctype")):
        return "an SVG picture or a web page"
    return None


def _is_archive(data: mmap.mmap) -> bool:
    """Whether a reader of ZIP would find an archive in it: it looks for its directory from the end."""
    return data.rfind(b"PK\x05\x06", max(0, len(data) - _ZIP_LOOKS)) >= 0 and data.rfind(b"PK\x01\x02") >= 0


def _number(data: bytes, order: str = "big") -> int:
    return int.from_bytes(data, "little" if order == "little" else "big")


def _check_png(data: mmap.mmap) -> None:
    at, last = 8, b""
    for _ in range(_MOST_PIECES):
        length, last = _number(data[at : at + 4]), data[at + 4 : at + 8]
        if at == 8 and last != b"IHDR":
            raise Unfit("It is no whole PNG: its header is missing.")
        at += 12 + length
        if last == b"IEND" or at >= len(data):
            break
    _check_end(at if last == b"IEND" else len(data) + 1, data, "PNG")


def _check_jpeg(data: mmap.mmap) -> None:
    at = _jpeg_end(data, 0)
    # Cameras put further pictures behind the first: a larger one, or one for other screens.
    while data[at : at + 3] == b"\xff\xd8\xff":
        at = _jpeg_end(data, at)
    _check_end(at, data, "JPEG")


def _jpeg_end(data: mmap.mmap, at: int) -> int:
    """Where the picture that begins here ends."""
    at += 2
    for _ in range(_MOST_PIECES):
        if data[at : at + 1] != b"\xff" or at + 1 >= len(data):
            break
        marker = data[at + 1]
        if marker == 0xD9:
            return at + 2
        if marker == 0xFF:  # what fills up
            at += 1
        elif marker == 0x01 or 0xD0 <= marker <= 0xD7:
            at += 2
        else:
            at += 2 + _number(data[at + 2 : at + 4])
            if marker == 0xDA:
                at = _behind_scan(data, at)
    raise Unfit("It is no whole JPEG: it breaks off.")


def _behind_scan(data: mmap.mmap, at: int) -> int:
    """Where the next marker stands that is none of the picture's own bytes."""
    while 0 <= (at := data.find(b"\xff", at)) < len(data) - 1:
        if data[at + 1] not in (0x00, 0xFF) and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 1 if data[at + 1] == 0xFF else 2
    raise Unfit("It is no whole JPEG: it breaks off.")


def _check_riff(data: mmap.mmap) -> None:
    claimed = _number(data[4:8], "little") + 8
    at = 12
    for _ in range(_MOST_PIECES):
        if at >= claimed:
            break
        length = _number(data[at + 4 : at + 8], "little")
        at += 8 + length + length % 2
    # The last piece may leave out the byte that makes it even.
    if at - claimed not in (0, 1):
        raise Unfit("Its length does not fit what it says of itself.")
    _check_end(claimed, data, "RIFF")


def _check_mp3(data: mmap.mmap) -> None:
    at = 0
    while data[at : at + 3] == b"ID3":
        size = 0
        for byte in data[at + 6 : at + 10]:
            size = size << 7 | byte & 0x7F
        at += 10 + size + (10 if data[at + 5] & 0x10 else 0)
    at = _behind_zeros(data, at)
    frames = 0
    while (length := _frame_length(data[at : at + 4])) and at + length <= len(data):
        at, frames = at + length, frames + 1
    if frames < 2:
        raise Unfit("There is no MPEG sound in it.")
    rest = data[at : at + 16]
    if rest.startswith((b"TAG", b"APETAGEX", b"LYRICSBEGIN")) or (_frame_length(rest[:4]) and rest):
        return  # notes at the end, or a last frame that breaks off
    _check_end(at, data, "MP3")


def _frame_length(head: bytes) -> int:
    """Bytes of the frame of MPEG audio that begins so; 0 where none does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version = {0: 25, 2: 2, 3: 1}.get(head[1] >> 3 & 3)
    layer = 4 - (head[1] >> 1 & 3)
    rate, sampling = head[2] >> 4, head[2] >> 2 & 3
    if version is None or layer == 4 or rate in (0, 15) or sampling == 3:
        return 0
    bits = _RATES[min(version, 2), layer][rate - 1] * 1000
    samples, pad = _SAMPLES[version][sampling], head[2] >> 1 & 1
    if layer == 1:
        return (12 * bits // samples + pad) * 4
    return (72 if layer == 3 and version != 1 else 144) * bits // samples + pad


def _check_mp4(data: mmap.mmap) -> None:
    at, has_index = 0, False
    for _ in range(_MOST_PIECES):
        if at >= len(data):
            break
        length, name, least = _number(data[at : at + 4]), data[at + 4 : at + 8], 8
        if length == 1:
            length, least = _number(data[at + 8 : at + 16]), 16
        elif length == 0:
            length = len(data) - at
        if name not in _BOXES or length < least:
            raise Unfit("Behind its film there is something else.")
        has_index |= name == b"moov"
        at += length
    if not has_index or at != len(data):
        raise Unfit("It is no whole film: it breaks off.")


def _check_webm(data: mmap.mmap) -> None:
    length, at = _ebml_size(data, 4)
    if b"webm" not in data[at : at + length]:
        raise Unfit("It is Matroska, but no WebM.")
    at += length
    while data[at : at + 1] == b"\xec":  # what fills up
        length, at = _ebml_size(data, at + 1)
        at += length
    if data[at : at + 4] != b"\x18\x53\x80\x67":
        raise Unfit("There is no film in it.")
    length, at = _ebml_size(data, at + 4)
    if length >= 0:
        _check_end(at + length, data, "WebM")


def _ebml_size(data: mmap.mmap, at: int) -> tuple[int, int]:
    """A length as EBML writes it, -1 for one that is not known, and where it ends."""
    first = data[at] if at < len(data) else 0
    width = 9 - first.bit_length()
    if width > 8:
        raise Unfit("It is no whole film: it breaks off.")
    value = _number(data[at : at + width]) & (1 << 7 * width) - 1
    return (-1 if value == (1 << 7 * width) - 1 else value), at + width


def _check_pdf(data: mmap.mmap) -> None:
    end = data.rfind(b"%%EOF")
    if end < 0 or data[end + 5 :].strip(b"\r\n \t\0") or data.rfind(b"startxref") < 0:
        raise Unfit("It is no whole PDF, or something follows its end.")
    if _ACTING.search(data) or any(_ACTING.search(objects) for objects in _unpacked(data)):
        raise Unfit("It holds script, other files, sends forms, or starts programs.")


def _unpacked(data: mmap.mmap) -> Iterator[bytes]:
    """The objects of a PDF that do not stand in it as they are.

    Raises:
        Unfit: they cannot be looked into, or are too many.
    """
    left = _MOST_UNPACKED
    for found in _PACKED.finditer(data):
        at = data.find(b"stream", found.end())
        if at < 0 or b"/Filter" not in data[max(data.rfind(b"obj", 0, found.start()), 0) : at]:
            continue
        at += len(b"stream")
        at += {b"\r\n": 2}.get(data[at : at + 2], 1)
        unpacking, objects = zlib.decompressobj(), bytearray()
        try:
            while not unpacking.eof and at < len(data):
                piece = unpacking.unconsumed_tail or data[at : at + _UNPACKED_AT_ONCE]
                at += 0 if unpacking.unconsumed_tail else _UNPACKED_AT_ONCE
                objects += unpacking.decompress(piece, left - len(objects) + 1)
                if len(objects) > left:
                    raise Unfit("It unfolds to more than any document does.")
        except zlib.error:
            raise Unfit("Its objects are packed so that they cannot be looked into.") from None
        left -= len(objects)
        yield bytes(objects)


def _behind_zeros(data: mmap.mmap, at: int) -> int:
    while data[at : at + 1] == b"\0":
        at += 1
    return at


def _check_end(end: int, data: mmap.mmap, name: str) -> None:
    if end > len(data):
        raise Unfit(f"It is no whole {name}: it breaks off.")
    if _behind_zeros(data, end) != len(data):
        raise Unfit(f"Behind the end of the {name} there is something else.")


_CHECKS: Mapping[str, Callable[[mmap.mmap], None]] = {
    "image/png": _check_png,
    "image/jpeg": _check_jpeg,
    "image/webp": _check_riff,
    "audio/wav": _check_riff,
    "audio/mpeg": _check_mp3,
    "video/mp4": _check_mp4,
    "video/quicktime": _check_mp4,
    "video/webm": _check_webm,
    "application/pdf": _check_pdf,
}
