"""Files as people upload them, and as people do who mean harm."""

from __future__ import annotations

import struct
import zlib

from delula.demo import media, studio


def of_kind(kind: str) -> bytes:
    """A sound file of a kind: image, video, audio or document."""
    item = next(one for one in media.OBJECTS if one.kind == kind)
    return studio.files(item)[item.key][0]


def png(width: int, height: int, frames: int = 1) -> bytes:
    """A black picture of this size, in few bytes; one that moves, where it says so."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * ((width // 8 + 1) * height), 9)
    moves = chunk(b"acTL", struct.pack(">II", frames, 0)) if frames > 1 else b""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + moves + chunk(b"IDAT", body) + chunk(b"IEND", b"")
