"""Looks into one file of a stranger, and draws what is made of it: runs as a process of its own.

Called as `python -I drawing.py KIND FILE FOLDER`. It imports nothing of the console, since whatever goes
wrong in a decoder shall go wrong in here; it limits its own memory and time, and prints one line of JSON:
what it found, or `{"error": sentence}`.
"""

from __future__ import annotations

import json
import sys
import warnings
from fractions import Fraction
from pathlib import Path
from typing import Any

#: Pixels of a picture or of a frame; a phone's camera makes 50 million.
MOST_PIXELS = 64_000_000
#: Pixels of all pictures of a moving one, which whoever shows it unfolds.
MOST_PIXELS_MOVING = 1_000_000_000
#: Of the longest side, in pixels.
THUMBNAIL, PREVIEW, WEBP, BLURRED = 320, 1280, 2048, 24
#: Packets of a video that are read until there is a frame.
MOST_PACKETS = 2_000
#: Bytes of memory, seconds of work, and bytes of any file that is written.
MEMORY, SECONDS, OUTPUT = 1536 * 1024 * 1024, 60, 64 * 1024 * 1024


class Unreadable(Exception):
    """The file cannot be read; the sentence says why."""


def limit() -> None:
    """Give up rather than take the machine along."""
    import resource  # noqa: PLC0415 - Windows has none

    for what, most in (
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, OUTPUT),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, MEMORY),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):  # a lower one is set already, or the system knows none
            continue


def main(kind: str, source: Path, folder: Path) -> dict[str, Any]:
    """What there is to know of the file; writes the pictures into the folder."""
    if kind == "image":
        return _picture(source, folder)
    container = _container(source)
    try:
        found: dict[str, Any] = {"duration": _duration(container)}
        if kind == "video":
            frame = _first_frame(container)
            found |= {"width": frame.width, "height": frame.height}
            _draw(frame, folder)
        elif not container.streams.audio:
            raise Unreadable("There is no sound in it.")
    finally:
        container.close()
    return found


def _picture(source: Path, folder: Path) -> dict[str, Any]:
    from PIL import Image, ImageOps  # noqa: PLC0415 - a sound needs none of it

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(source, formats=("JPEG", "PNG", "WEBP")) as opened:
        _check_pixels(*opened.size)
        _check_frames(*opened.size, getattr(opened, "n_frames", 1))
        turned = ImageOps.exif_transpose(opened)  # reads all of it
        picture = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    _draw(picture, folder)
    return {"width": picture.width, "height": picture.height}


def _check_pixels(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise Unreadable("It has no width or no height.")
    if width * height > MOST_PIXELS:
        raise Unreadable(f"It has {width} by {height} pixels, more than {MOST_PIXELS // 1_000_000} million.")


def _check_frames(width: int, height: int, frames: int) -> None:
    if width * height * frames > MOST_PIXELS_MOVING:
        most = MOST_PIXELS_MOVING // 1_000_000
        raise Unreadable(
            f"It moves: {frames:,} pictures of {width} by {height} pixels, more than {most:,} million."
        )


def _draw(picture: Any, folder: Path) -> None:
    from PIL import Image, ImageFilter  # noqa: PLC0415 - as above

    flat = picture
    if picture.mode == "RGBA":
        flat = Image.new("RGB", picture.size, "white")
        flat.paste(picture, mask=picture.getchannel("A"))
    _fitting(picture, WEBP).save(folder / "webp", "WEBP", quality=80, method=4)
    preview = _fitting(flat, PREVIEW)
    preview.save(folder / "previews", "JPEG", quality=82, progressive=True, optimize=True)
    thumbnail = _fitting(preview, THUMBNAIL)
    thumbnail.save(folder / "thumbnails", "JPEG", quality=78, progressive=True, optimize=True)
    # So few pixels are left that nothing can be made out, whatever is done to them.
    few = _fitting(thumbnail, BLURRED)
    blurred = few.resize(thumbnail.size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(6))
    blurred.save(folder / "blurred", "JPEG", quality=60)


def _fitting(picture: Any, longest: int) -> Any:
    from PIL import Image  # noqa: PLC0415 - as above

    share = longest / max(picture.size)
    if share >= 1:
        return picture
    size = tuple(max(1, round(side * share)) for side in picture.size)
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _container(source: Path) -> Any:
    """The file, opened as what its first bytes say and nothing else: a list of addresses is not followed."""
    import av  # noqa: PLC0415 - a picture needs none of it

    with source.open("rb") as file:
        start = file.read(16)
    if start[4:8] == b"ftyp":
        form = "mov"
    elif start[:4] == b"\x1a\x45\xdf\xa3":
        form = "matroska"
    elif start[:4] == b"RIFF" and start[8:12] == b"WAVE":
        form = "wav"
    elif start[:3] == b"ID3" or (start[:1] == b"\xff" and len(start) > 1 and start[1] & 0xE0 == 0xE0):
        form = "mp3"
    else:
        raise Unreadable("It begins like no video and no sound that the product accepts.")
    return av.open(str(source), format=form, options={"protocol_whitelist": "file"})


def _duration(container: Any) -> int | None:
    """Whole seconds; None where the file does not say."""
    lengths = [Fraction(container.duration, 1_000_000)] if container.duration else []
    lengths += [one.duration * one.time_base for one in container.streams if one.duration and one.time_base]
    longest = max(lengths, default=Fraction(0))
    return max(1, round(longest)) if 0 < longest < 2**31 else None


def _first_frame(container: Any) -> Any:
    if not container.streams.video:
        raise Unreadable("There is no picture in it.")
    stream = container.streams.video[0]
    stream.codec_context.thread_count = 1  # each more takes memory
    _check_pixels(stream.codec_context.width, stream.codec_context.height)
    for number, packet in enumerate(container.demux(stream)):
        if number > MOST_PACKETS:
            break
        for frame in packet.decode():
            _check_pixels(frame.width, frame.height)
            picture = frame.to_image()
            return picture.rotate(frame.rotation, expand=True) if frame.rotation else picture
    raise Unreadable("No frame of it can be read.")


def _said(error: BaseException) -> str:
    if isinstance(error, Unreadable):
        return str(error)
    if isinstance(error, MemoryError):
        return "It takes more memory than any file should."
    name = type(error).__name__
    if "DecompressionBomb" in name:
        return f"It has more than {MOST_PIXELS // 1_000_000} million pixels."
    return "It is broken, or no such file at all."


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    limit()
    try:
        told = main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    except Exception as error:  # noqa: BLE001 - decoders raise anything
        told = {"error": _said(error)}
    print(json.dumps(told))
