"""The media files of the demo data, looked at with ffmpeg's and Pillow's eyes."""

from __future__ import annotations

import io

import av
import pytest
from moto import mock_aws
from PIL import Image

from delula.config import S3Settings
from delula.demo import media, studio
from delula.demo.media import ABSENT, OBJECTS, MediaObject
from delula.storage import Store


def one(kind: str) -> MediaObject:
    return next(item for item in OBJECTS if item.kind == kind)


@pytest.fixture(scope="module")
def made() -> dict[str, dict[str, tuple[bytes, str]]]:
    return {kind: studio.files(one(kind)) for kind in ("image", "video", "audio", "document")}


def test_a_video_is_h264_that_browsers_play_while_it_loads(
    made: dict[str, dict[str, tuple[bytes, str]]],
) -> None:
    item = one("video")
    body, mime_type = made["video"][item.key]
    assert mime_type == "video/mp4"
    assert body.index(b"moov") < body.index(b"mdat")
    with av.open(io.BytesIO(body)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == item.size
        frames = sum(1 for _ in container.decode(stream))
    assert frames == studio.FRAMES_PER_SECOND * (item.seconds or 0)


def test_a_sound_plays_for_as_long_as_its_row_says(made: dict[str, dict[str, tuple[bytes, str]]]) -> None:
    item = one("audio")
    with av.open(io.BytesIO(made["audio"][item.key][0])) as container:
        samples = sum(frame.samples for frame in container.decode(audio=0))
        rate = container.streams.audio[0].rate
    assert samples / rate == pytest.approx(item.seconds, abs=0.2)


@pytest.mark.parametrize("kind", ["image", "video"])
def test_thumbnails_lie_beside_their_originals(
    made: dict[str, dict[str, tuple[bytes, str]]], kind: str
) -> None:
    item = one(kind)
    assert item.thumbnail == item.key.replace("/originals/", "/thumbnails/").rpartition(".")[0] + ".jpg"
    with Image.open(io.BytesIO(made[kind][item.thumbnail][0])) as picture:
        assert max(picture.size) == studio.THUMBNAIL_PIXELS


def test_a_picture_has_the_size_that_its_row_says(made: dict[str, dict[str, tuple[bytes, str]]]) -> None:
    item = one("image")
    with Image.open(io.BytesIO(made["image"][item.key][0])) as picture:
        assert picture.size == item.size
        assert len(picture.getcolors(maxcolors=2**24) or []) > 1000


@pytest.mark.parametrize("kind", ["image", "audio", "document"])
def test_the_same_object_has_the_same_bytes(made: dict[str, dict[str, tuple[bytes, str]]], kind: str) -> None:
    assert studio.files(one(kind)) == made[kind]


def test_there_are_a_few_hundred_objects_and_none_shares_a_key() -> None:
    keys = [item.key for item in (*OBJECTS, *ABSENT)]
    assert 150 <= len(OBJECTS) <= 500
    assert len(keys) == len(set(keys))


def test_the_bucket_gets_what_it_lacks_and_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    few = (one("image"), one("document"))
    monkeypatch.setattr(studio, "OBJECTS", few)
    with mock_aws():
        store = Store(S3Settings("demo", "us-east-1", access_key_id="a", secret_access_key="b"), None)
        store.client.create_bucket(Bucket="demo")
        sent: list[None] = []
        sizes = studio.provide(store, lambda: sent.append(None))
        assert len(sent) == len(few)
        again = studio.provide(store, lambda: sent.append(None))
        assert len(sent) == len(few)
        assert again == sizes
        found = store.client.head_object(Bucket="demo", Key=few[0].key)
    assert (found["ContentType"], found["ContentLength"]) == ("image/jpeg", sizes[few[0].key])
    assert media.Media("https://x", sizes).file_size(few[0]) == sizes[few[0].key]
