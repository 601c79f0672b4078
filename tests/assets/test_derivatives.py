"""The background task that makes derivatives, against the real store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from delula.db import session
from delula.errors import Refused
from delula.storage import Store, StoreUnavailable
from tests.assets.entries import ALL
from tests.consoles import FRAGMENT, client_of
from tests.storage.files import png
from tests.thinning import some

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.assets.entries import Entry
    from tests.storage.faults import FaultyS3


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


@pytest.mark.parametrize(
    ("body", "said"),
    [(b"", "broken"), (png(30_000, 30_000), "million pixels")],
    ids=["nothing", "too many pixels"],
)
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
    some([("GET", "half"), ("GET", 403), ("HEAD", 500), ("PUT", "refuse"), ("PUT", "done"), ("PUT", 404)], 3),
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


def test_the_page_of_an_asset_says_why_nothing_could_be_made_of_it(
    add: Callable[..., Entry], faulty: FaultyS3, storing_app: Flask
) -> None:
    entry, client = add(), client_of(storing_app, "viewer")

    def told() -> str:
        return " ".join(client.get(f"/assets/{entry.reference}/storage", headers=FRAGMENT).text.split())

    faulty.fault, faulty.matches = 403, lambda method, _path: method == "GET"
    with pytest.raises(StoreUnavailable):
        entry.derive()
    for away in (True, False):
        faulty.matches = lambda *_, away=away: away
        assert "Its thumbnail and previews could not be made" in told()
        assert "The store denies us access (403 AccessDenied)." in told()
        assert "It is tried again" in told()
    session().execute(text("UPDATE jobs.procrastinate_jobs SET status = 'failed'"))
    session().commit()
    assert "It is not tried again by itself" in told()
    faulty.heal()
    entry.derive()
    assert "could not be made" not in told()


@pytest.mark.slow
def test_no_transaction_stays_open_while_the_store_hangs(
    add: Callable[..., Entry], faulty: FaultyS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry, open_while_reading, read = add(), [], Store.read

    def watched(self: Store, key: str, **more: Any) -> Any:
        open_while_reading.append(session()().in_transaction())
        return read(self, key, **more)

    monkeypatch.setattr(Store, "read", watched)
    monkeypatch.setattr("delula.storage.store.PATIENCE", 0.3)
    faulty.fault, faulty.matches = "hang", lambda method, _path: method == "GET"
    with pytest.raises(StoreUnavailable):
        entry.derive()
    assert open_while_reading == [False]
