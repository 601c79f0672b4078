"""Files as cameras, editors and recorders make them, in small, and what strangers make of them."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from typing import Any

import av
import numpy as np
from PIL import Image

EXTENSIONS = ("jpg", "jpeg", "png", "webp", "mp4", "webm", "mov", "mp3", "wav", "pdf")
_CODECS = {"mp4": "libx264", "mov": "libx264", "webm": "libvpx", "mp3": "libmp3lame", "wav": "pcm_s16le"}


@cache
def good(extension: str) -> bytes:
    """A small file of this kind that nothing is wrong with."""
    if extension == "pdf":
        return _pdf()
    if extension in {"mp4", "mov", "webm"}:
        return _film(extension)
    if extension in {"mp3", "wav"}:
        return _sound(extension)
    return picture({"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}[extension])


def picture(form: str, **options: Any) -> bytes:
    """A picture that is no plain surface."""
    sides = np.indices((48, 64)).sum(axis=0).astype(np.uint8)
    made = io.BytesIO()
    Image.fromarray(np.dstack([sides, sides * 2, 255 - sides])).save(made, form, **options)
    return made.getvalue()


def _film(extension: str) -> bytes:
    made = io.BytesIO()
    with av.open(made, "w", format=extension) as container:
        stream = container.add_stream(_CODECS[extension], rate=10, width=64, height=48, pix_fmt="yuv420p")
        for number in range(12):
            pixels = np.full((48, 64, 3), number * 20, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return made.getvalue()


def _sound(extension: str) -> bytes:
    made = io.BytesIO()
    with av.open(made, "w", format=extension) as container:
        stream = container.add_stream(_CODECS[extension], rate=44_100, layout="mono")
        tone = (np.sin(np.arange(44_100) / 20) * 8000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(tone[None, :], format="s16", layout="mono")
        frame.sample_rate = 44_100
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=44_100)
        for piece in resampler.resample(frame):
            container.mux(stream.encode(piece))
        container.mux(stream.encode())
    return made.getvalue()


def _pdf() -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n"
        b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
    )


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is so large, and unfolds to as much."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    row = zlib.compressobj(9)
    body = b"".join(row.compress(b"\0" * (width + 1)) for _ in range(min(height, 2000))) + row.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def archive() -> bytes:
    """A small archive."""
    import zipfile  # noqa: PLC0415 - one of a kind

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        opened.writestr("run.js", "alert(1)")
    return made.getvalue()


def jpeg_with(comment: bytes) -> bytes:
    """A picture with something in its comment."""
    whole = good("jpg")
    return whole[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + whole[2:]
