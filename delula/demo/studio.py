"""Makes the demo's media at run time: pictures, films, sounds and papers, the same bytes for the same name.

Nothing is drawn at random on top of nothing: a smooth field of waves is coloured by a palette, then hills,
lights or ribbons are laid over it.
"""

from __future__ import annotations

import io
import tempfile
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import av
import numpy as np
import numpy.typing as npt
from av.audio.resampler import AudioResampler
from PIL import Image, ImageDraw

from delula.demo.media import OBJECTS, PALETTES, MediaObject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from delula.storage import Store

Field: TypeAlias = npt.NDArray[np.float32]

FRAMES_PER_SECOND = 12
SAMPLE_RATE = 44_100
THUMBNAIL_PIXELS = 320
#: Objects made and sent at once; most of the work happens outside of Python.
_WORKERS = 4
_PREFIXES = ("generations/", "library/user/system_library/")
#: Dates inside of documents, so that they have the same bytes every time.
_MADE_AT = time.struct_time((2025, 1, 1, 0, 0, 0, 2, 1, 0))


def provide(store: Store, watch: Callable[[], None]) -> dict[str, int]:
    """Make and upload what the bucket does not have yet.

    Args:
        store: the bucket.
        watch: called after each object.

    Returns:
        Bytes of every object by key.
    """
    sizes = dict(_stored(store))
    wanted = [item for item in OBJECTS if item.key not in sizes or (item.thumbnail or item.key) not in sizes]

    def send(item: MediaObject) -> dict[str, int]:
        made = files(item)
        for key, (body, mime_type) in made.items():
            store.client.put_object(Bucket=store.bucket, Key=key, Body=body, ContentType=mime_type)
        return {key: len(body) for key, (body, _) in made.items()}

    with ThreadPoolExecutor(_WORKERS) as pool:
        for sent in pool.map(send, wanted):
            sizes |= sent
            watch()
    return sizes


def _stored(store: Store) -> Iterator[tuple[str, int]]:
    pages = store.client.get_paginator("list_objects_v2")
    for prefix in _PREFIXES:
        for page in pages.paginate(Bucket=store.bucket, Prefix=prefix):
            for found in page.get("Contents", []):
                yield found["Key"], found["Size"]


def files(item: MediaObject) -> dict[str, tuple[bytes, str]]:
    """Body and type of an object and its derivatives, by key."""
    seed = zlib.crc32(item.name.encode())
    made: dict[str, tuple[bytes, str]] = {}
    still: Image.Image | None = None
    size = item.size or (480, 270)
    if item.kind == "image":
        width, height = size
        # Everything in it is soft: half the size, enlarged, looks the same and takes a quarter of the time.
        still = _picture(width // 2, height // 2, item.palette, seed, 0.0).resize(
            size, Image.Resampling.BICUBIC
        )
        made[item.key] = (_jpeg(still, 88), item.mime_type)
    elif item.kind == "video":
        frames = [
            _picture(192, 108, item.palette, seed, at / (FRAMES_PER_SECOND * (item.seconds or 1)))
            for at in range(FRAMES_PER_SECOND * (item.seconds or 1))
        ]
        still = frames[0].resize(size, Image.Resampling.BICUBIC)
        made[item.key] = (_film(frames, size), item.mime_type)
    elif item.kind == "audio":
        made[item.key] = (_sound(item.seconds or 3, seed), item.mime_type)
    else:
        made[item.key] = (_paper(item, seed), item.mime_type)
    if still is not None and item.thumbnail is not None:
        preview = item.thumbnail.replace("/thumbnails/", "/previews/")
        made[preview] = (_jpeg(still, 80), "image/jpeg")
        still = still.copy()
        still.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
        made[item.thumbnail] = (_jpeg(still, 78), "image/jpeg")
    return made


def _colors(palette: str) -> Field:
    """The palette as rows of red, green, blue from 0 to 1."""
    return np.array(
        [[int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)] for color in PALETTES[palette]],
        dtype=np.float32,
    )


def _picture(width: int, height: int, palette: str, seed: int, phase: float) -> Image.Image:
    """A composition; `phase` from 0 to 1 moves it round once, so that a film of it loops."""
    rng = np.random.default_rng(seed)
    colors = _colors(palette)
    turn = 2 * np.pi * phase
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = x / max(width, height), y / max(width, height)
    # Waves that bend one another: smooth, and never the same twice.
    bend = rng.uniform(1.5, 3.5, 4)
    shift = rng.uniform(0, 6, 4)
    u = x + 0.18 * np.sin(bend[0] * 3 * y + shift[0] + turn)
    v = y + 0.18 * np.sin(bend[1] * 3 * x + shift[1] - turn)
    field = np.sin(bend[2] * 2 * u + shift[2]) + np.sin(bend[3] * 2 * v + shift[3]) + np.sin(3 * (u + v))
    field = (field - field.min()) / (np.ptp(field) + 1e-6)
    canvas = _shaded(0.85 * field, colors)
    (_hills, _lights, _ribbons)[seed % 3](canvas, x, y, colors, rng, turn)
    edge = 1 - 0.55 * ((x - x.max() / 2) ** 2 + (y - y.max() / 2) ** 2)
    pixels = np.clip(canvas * edge[..., None] * 255, 0, 255).astype(np.uint8)
    return Image.fromarray(pixels)


def _shaded(field: Field, colors: Field) -> Field:
    steps, fine = np.linspace(0, 1, len(colors)), np.linspace(0, 1, 1024)
    shades = np.stack([np.interp(fine, steps, colors[:, channel]) for channel in range(3)], axis=-1)
    shaded: Field = shades.astype(np.float32)[(field * 1023).astype(np.int32)]
    return shaded


def _lay(canvas: Field, cover: Field, color: Field) -> None:
    """Lay a colour over the canvas, as densely as `cover` (0 to 1) says."""
    canvas += cover[..., None] * (color - canvas)


def _hills(canvas: Field, x: Field, y: Field, colors: Field, rng: np.random.Generator, turn: float) -> None:
    """A low sun and four ridges, the nearer the darker."""
    sun_x, sun_y = rng.uniform(0.25, 0.75), y.max() * rng.uniform(0.28, 0.45)
    distance = np.hypot(x - sun_x, y - sun_y + 0.015 * np.sin(turn))
    _lay(canvas, (np.clip((0.11 - distance) / 0.006, 0, 1) * 0.95).astype(np.float32), colors[4])
    _lay(canvas, (np.exp(-((distance / 0.28) ** 2)) * 0.5).astype(np.float32), colors[3])
    for ridge in range(4):
        wave = rng.uniform(2.2, 5.5) * (1 + ridge * 0.25)
        top = y.max() * (0.52 + 0.12 * ridge) + 0.035 * np.sin(
            wave * x * 2 + rng.uniform(0, 6) + turn * (ridge % 2)
        )
        top = top + 0.018 * np.sin(wave * 3.7 * x + rng.uniform(0, 6))
        cover = np.clip((y - top) / 0.004, 0, 1).astype(np.float32)
        _lay(canvas, cover * 0.92, colors[2 - min(ridge, 2)] * (1 - 0.12 * ridge))


def _lights(canvas: Field, x: Field, y: Field, colors: Field, rng: np.random.Generator, turn: float) -> None:
    """Discs of light, some sharp, some far out of focus."""
    for disc in range(16):
        radius = rng.uniform(0.02, 0.15)
        speed = 1 if disc % 2 else -1
        at_x = rng.uniform(0, 1) + 0.03 * np.cos(turn * speed + disc)
        at_y = rng.uniform(0, 1) + 0.03 * np.sin(turn * speed + disc)
        distance = np.hypot(x - at_x, y - at_y)
        soft = rng.uniform(0.004, 0.05)
        cover = (np.clip((radius - distance) / soft, 0, 1) * rng.uniform(0.12, 0.5)).astype(np.float32)
        _lay(canvas, cover, colors[2 + disc % 3])


def _ribbons(canvas: Field, x: Field, y: Field, colors: Field, rng: np.random.Generator, turn: float) -> None:
    """Translucent bands that cross the picture."""
    for band in range(7):
        middle = y.max() * rng.uniform(0.1, 0.9) + 0.12 * np.sin(
            rng.uniform(2, 6) * x + rng.uniform(0, 6) + turn * (1 if band % 2 else -1)
        )
        width = rng.uniform(0.015, 0.07)
        cover = (np.exp(-(((y - middle) / width) ** 2)) * rng.uniform(0.35, 0.8)).astype(np.float32)
        _lay(canvas, cover, colors[1 + band % 4])


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    body = io.BytesIO()
    picture.save(body, "JPEG", quality=quality, progressive=True, optimize=True)
    return body.getvalue()


def _film(frames: list[Image.Image], size: tuple[int, int]) -> bytes:
    """H.264 in MP4, with its index in front so that it plays while it loads."""
    # A file, because the index is moved to the front by reading back what was written.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        options = {"movflags": "+faststart", "fflags": "+bitexact"}
        with av.open(str(path), "w", format="mp4", options=options) as container:
            stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND)
            stream.width, stream.height = size
            stream.pix_fmt = "yuv420p"
            # One thread: with more, the bytes depend on the machine.
            stream.options = {"preset": "veryfast", "crf": "24", "threads": "1"}
            for picture in frames:
                enlarged = picture.resize(size, Image.Resampling.BILINEAR)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(enlarged), format="rgb24")))
            container.mux(stream.encode())
        return path.read_bytes()


def _sound(seconds: int, seed: int) -> bytes:
    """A quiet chord that swells and fades, as MP3."""
    rng = np.random.default_rng(seed)
    moment = np.arange(seconds * SAMPLE_RATE) / SAMPLE_RATE
    root = 110 * 2 ** (rng.integers(12) / 12)
    chord = sum(
        np.sin(2 * np.pi * root * ratio * moment + rng.uniform(0, 6))
        * (1 + 0.3 * np.sin(2 * np.pi * ratio * moment))
        for ratio in (1, 5 / 4, 3 / 2, 2)
    )
    wave = chord * np.sin(np.pi * moment / seconds) ** 0.7 * 0.14
    body = io.BytesIO()
    with av.open(body, "w", format="mp3", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libmp3lame", rate=SAMPLE_RATE)
        stream.bit_rate = 96_000
        samples = (wave * 32767).astype(np.int16)[None, :]
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.time_base = Fraction(1, SAMPLE_RATE)
        resampler = AudioResampler(format="s16p", layout="stereo", rate=SAMPLE_RATE)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode())
    return body.getvalue()


def _paper(item: MediaObject, seed: int) -> bytes:
    """One page with a coloured head and lines of text."""
    page = Image.new("RGB", (620, 877), "#fbfbf9")
    page.paste(_picture(620, 190, item.palette, seed, 0.0), (0, 0))
    draw = ImageDraw.Draw(page)
    draw.text((48, 230), f"Demo document no. {item.number + 1}", fill="#22262c", font_size=26)
    for line in range(18):
        words = "Made for the demo of the console. " * 2
        draw.text((48, 290 + 28 * line), words[: 52 + (seed >> line) % 14], fill="#555d69", font_size=15)
    body = io.BytesIO()
    page.save(body, "PDF", creationDate=_MADE_AT, modDate=_MADE_AT, producer="demo", title=item.name)
    return body.getvalue()
