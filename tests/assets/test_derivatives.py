"""The background task that makes derivatives, against the real store."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from delula import create_app
from delula.assets.derivatives import DERIVE, derive_later
from delula.db import atomic, session
from delula.errors import Refused
from delula.storage import Store, StoreUnavailable
from delula.storage.layout import derivative_keys
from delula.work.run import perform
from tests.consoles import dispose, settings_for
from tests.storage.faults import FaultyS3, faulty_s3
from tests.storage.files import of_kind, png

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from delula.config import S3Settings

ALL = {"thumbnails", "previews", "webp", "blurred"}
_NUMBERS = itertools.count(1)
_ADD = text(
    "INSERT INTO user_assets (id, user_id, asset_id, original_filename, display_name, s3_key, cdn_url,"
    " mime_type, file_size, asset_type, source, thumbnail_url, dimensions, duration)"
    " VALUES (:id, 'derive', :name, 'f', 'F', :key, :key, :mime, 1, :type, 1,"
    " :thumbnail_url, CAST(:dimensions AS jsonb), :duration)"
)
_KINDS = {
    "image": ("images", 1, "image/jpeg", "jpg"),
    "video": ("videos", 2, "video/mp4", "mp4"),
    "audio": ("audio", 3, "audio/mpeg", "mp3"),
}


@dataclass
class Entry:
    """A library entry with its file."""

    store: Store
    id: int
    key: str

    def derive(self) -> None:
        reference = f"user-{self.id}"
        with atomic():
            job = derive_later(reference)
        perform(DERIVE, job, {"reference": reference})

    def row(self) -> Any:
        statement = "SELECT dimensions, duration, thumbnail_url, updated_at FROM user_assets WHERE id = :id"
        with atomic() as current:
            return current.execute(text(statement), {"id": self.id}).one()

    def there(self) -> set[str]:
        return {str(one) for one, place in derivative_keys(self.key).items() if self.store.facts(place)}


@pytest.fixture(scope="module")
def proxy(s3: S3Settings) -> Iterator[FaultyS3]:
    assert s3.endpoint_url
    with faulty_s3(s3.endpoint_url) as found:
        yield found


@pytest.fixture
def faulty(proxy: FaultyS3) -> FaultyS3:
    """What the console takes for the store."""
    proxy.heal()
    return proxy


@pytest.fixture(scope="module")
def url(make_database: Callable[..., str], migrated_template: str) -> str:
    return make_database(migrated_template)


@pytest.fixture
def add(url: str, s3: S3Settings, faulty: FaultyS3) -> Iterator[Callable[..., Entry]]:
    """`add(kind)` makes an entry, within a console whose store may misbehave."""
    store = Store(s3, None)

    def make(kind: str = "image", body: bytes | None = None, **columns: Any) -> Entry:
        number = next(_NUMBERS)
        folder, type_, mime, ending = _KINDS[kind]
        key = f"library/user/derive/{folder}/originals/{number}.{ending}"
        store.put(key, of_kind(kind) if body is None else body, mime)
        row = {"thumbnail_url": None, "dimensions": "null", "duration": None, **columns}
        with atomic() as current:
            current.execute(
                _ADD, {"id": number, "name": f"n{number}", "key": key, "mime": mime, "type": type_, **row}
            )
        return Entry(store, number, key)

    app = create_app(settings_for(url, s3=replace(s3, endpoint_url=faulty.endpoint)))
    with app.app_context():
        yield make
    dispose(app)


def test_the_row_hears_what_the_file_says(add: Callable[..., Entry]) -> None:
    entry = add("video")
    before = entry.row().updated_at
    entry.derive()
    assert entry.there() == ALL
    assert (entry.row().dimensions, entry.row().duration) == ({"width": 480, "height": 270}, 2)
    assert entry.row().thumbnail_url == f"library/user/derive/videos/thumbnails/{entry.id}.jpg"
    assert entry.row().updated_at == before


def test_what_the_product_has_said_and_made_stays(add: Callable[..., Entry]) -> None:
    said = {"thumbnail_url": "t.jpg", "dimensions": json.dumps({"width": 5, "height": 6}), "duration": 7}
    entry = add(**said)
    own = f"library/user/derive/images/thumbnails/{entry.id}.jpg"
    entry.store.put(own, b"the product's", "image/jpeg")
    entry.derive()
    row = entry.row()
    assert (row.thumbnail_url, row.dimensions, row.duration) == ("t.jpg", {"width": 5, "height": 6}, 7)
    assert b"".join(entry.store.read(own)) == b"the product's"
    assert entry.there() == ALL


def test_a_sound_has_a_length_alone(add: Callable[..., Entry]) -> None:
    entry = add("audio")
    entry.derive()
    assert (entry.row().duration, entry.row().dimensions, entry.there()) == (3, None, set())


@pytest.mark.parametrize(("body", "said"), [(b"", "broken"), (png(30_000, 30_000), "million pixels")])
def test_a_broken_file_is_refused_for_good_and_leaves_nothing(
    add: Callable[..., Entry], body: bytes, said: str
) -> None:
    entry = add(body=body)
    with pytest.raises(Refused, match=said):
        entry.derive()
    assert entry.there() == set()
    assert (entry.row().dimensions, entry.row().thumbnail_url) == (None, None)


def test_without_row_or_file_it_says_so(add: Callable[..., Entry]) -> None:
    entry = add()
    entry.store.delete([entry.key])
    with pytest.raises(Refused, match="not in the bucket"):
        entry.derive()
    entry.id = 2_000_000
    with pytest.raises(Refused, match="no such asset"):
        entry.derive()


@pytest.mark.parametrize(
    ("method", "fault"),
    [("GET", "half"), ("GET", 403), ("HEAD", 500), ("PUT", "refuse"), ("PUT", "done"), ("PUT", 404)],
)
def test_a_store_that_fails_midway_leaves_what_the_next_attempt_finishes(
    add: Callable[..., Entry], faulty: FaultyS3, fault: str | int, method: str
) -> None:
    entry = add()
    faulty.fault, faulty.matches = fault, lambda asked, _path: asked == method
    faulty.after = 0 if method == "GET" else 1
    with pytest.raises((StoreUnavailable, Refused)):
        entry.derive()
    assert (entry.row().dimensions, entry.row().thumbnail_url) == (None, None)
    faulty.heal()
    entry.derive()
    assert entry.there() == ALL
    assert entry.row().thumbnail_url


def test_no_transaction_stays_open_while_the_store_hangs(
    add: Callable[..., Entry], faulty: FaultyS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry, open_while_reading, read = add(), [], Store.read

    def watched(self: Store, key: str, **more: Any) -> Any:
        open_while_reading.append(session()().in_transaction())
        return read(self, key, **more)

    monkeypatch.setattr(Store, "read", watched)
    faulty.fault, faulty.matches = "hang", lambda method, _path: method == "GET"
    with pytest.raises(StoreUnavailable):
        entry.derive()
    assert open_while_reading == [False]
