"""The store against a real server: links that are fetched, and a server that is away."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from delula.storage import NoSuchObject, Store, StoreUnavailable
from delula.storage import store as store_module
from delula.storage.multipart import Part, PartedUpload, give_up
from delula.storage.walk import make_sure_absent, page_of
from tests.consoles import FRAGMENT, client_of, console_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delula.config import S3Settings
    from tests.consoles import Console
    from tests.storage.faults import FaultyS3


def fetch(url: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """What a browser gets."""
    try:
        with urlopen(Request(url, headers=headers), timeout=10) as answer:  # noqa: S310 - our own server
            return answer.status, answer.read(), dict(answer.headers)
    except HTTPError as error:
        with error:
            return error.code, error.read(), dict(error.headers)


def test_a_presigned_link_gives_the_object(store: Store) -> None:
    status, body, headers = fetch(store.presigned("generations/1.mp4"))
    assert (status, body, headers["Content-Type"]) == (200, b"0123456789" * 100, "video/mp4")


def test_a_player_gets_the_range_that_it_asks_for(store: Store) -> None:
    status, body, headers = fetch(store.presigned("generations/1.mp4"), Range="bytes=10-14")
    assert (status, body) == (206, b"01234")
    assert headers["Content-Range"] == "bytes 10-14/1000"
    assert fetch(store.presigned("generations/1.mp4"), Range="bytes=5000-")[0] == 416


def test_odd_keys_are_signed_as_they_are(store: Store) -> None:
    assert fetch(store.presigned("odd/ä b+c%20&=?#.png"))[:2] == (200, b"odd")


def test_a_tampered_link_is_refused(store: Store) -> None:
    url = store.presigned("generations/1.mp4")
    for changed in (
        url.replace("1.mp4", "2.mp4"),
        url.replace("X-Amz-Expires=300", "X-Amz-Expires=30000"),
        re.sub("X-Amz-Signature=.", "X-Amz-Signature=z", url),
        url.partition("?")[0],
        f"{url}&response-content-type=text/html",
    ):
        assert fetch(changed)[0] in {400, 403}, changed


def test_an_expired_link_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "PRESIGNED_SECONDS", 2)
    url = store.presigned("generations/1.mp4")
    assert fetch(url)[0] == 200
    time.sleep(3.1)
    assert fetch(url)[0] in {400, 403}


HOSTILE_NAMES = (
    'a"; filename="evil.html',
    "evil\r\nX-Header: 1.exe",
    "../../etc/passwd",
    "ä 🐳.png",
    "\u202egnp.exe",
)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_download_bears_its_name_and_nothing_else(store: Store, name: str) -> None:
    status, body, headers = fetch(store.presigned("generations/1.mp4", filename=name))
    assert (status, len(body)) == (200, 1000)
    assert headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert not set(headers["Content-Disposition"].split("''")[1]) & set('";\r\n /')
    assert "X-Header" not in headers


def test_facts_are_those_of_the_object(store: Store) -> None:
    facts = store.facts("generations/1.mp4")
    assert facts is not None
    assert (facts.size, facts.content_type) == (1000, "video/mp4")
    assert facts.etag
    assert store.facts("generations/nothing.mp4") is None


def test_a_wrong_key_or_bucket_is_no_missing_object(s3: S3Settings) -> None:
    with pytest.raises(StoreUnavailable):
        Store(replace(s3, secret_access_key="wrong"), None).facts("generations/1.mp4")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("refuse", "The store does not answer."),
        ("hang", "The store does not answer."),
        (403, "The store denies us access (403 AccessDenied)."),
        (404, "The store refuses the request (404 NoSuchKey)."),
        (500, "The store is out of order (500 InternalError)."),
        (503, "The store is out of order (503 SlowDown)."),
        ("half", "The store is out of order (500)."),
    ],
)
def test_what_went_wrong_is_said_in_a_sentence(
    fault: str | int, said: str, faulty: FaultyS3, s3: S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fault == "hang":
        monkeypatch.setattr(store_module, "LONG_PATIENCE", 0.1)
    faulty.fault = fault
    with pytest.raises(StoreUnavailable, match=re.escape(said)):
        page_of(Store(replace(s3, endpoint_url=faulty.endpoint), None), None)


def test_what_another_server_says_is_not_taken_for_the_stores_word(faulty: FaultyS3, s3: S3Settings) -> None:
    store = Store(replace(s3, endpoint_url=faulty.endpoint), None)
    faulty.fault = "nonsense"
    for act in (
        lambda: store.facts("generations/1.mp4"),
        lambda: list(store.read("generations/1.mp4")),
        lambda: store.put("odd/new", b"x", "image/png"),
        lambda: make_sure_absent(store, "odd/nothing"),
        lambda: page_of(store, None),
        lambda: store.delete(["odd/nothing"]),
        lambda: PartedUpload.begin(store, "odd/parts", "image/png"),
        lambda: PartedUpload(store, "odd/parts", "x").parts(),
        lambda: PartedUpload(store, "odd/parts", "x").finish([Part(1, 5, "e")]),
        lambda: give_up(store, "odd/parts"),
    ):
        with pytest.raises(StoreUnavailable):
            act()


def test_that_nothing_lies_under_a_key_is_asked_for_twice_before_it_is_believed(store: Store) -> None:
    for longer in ("odd/twice/deeper", "odd/twice!", "odd/twice~"):
        store.put(longer, b"x", "image/png")
    make_sure_absent(store, "odd/twice")
    with pytest.raises(StoreUnavailable, match="lists odd/twice~, and does not find it"):
        make_sure_absent(store, "odd/twice~")
    with pytest.raises(StoreUnavailable, match="no such bucket"):
        make_sure_absent(Store(replace(store._settings, bucket="no-such-bucket"), None), "odd/nothing")


@pytest.mark.usefixtures("store")
def test_an_answer_that_is_cut_is_no_whole_object(faulty: FaultyS3, s3: S3Settings) -> None:
    faulty.fault = "half"
    with pytest.raises(StoreUnavailable, match=r"^The store's answer ended midway\.$"):
        list(Store(replace(s3, endpoint_url=faulty.endpoint), None).read("generations/1.mp4"))


@pytest.mark.parametrize("key", ["../generations/1.mp4", "a/../generations/1.mp4", "a/./b", "..", "odd/\x01"])
def test_under_a_key_that_the_store_refuses_there_is_nothing_and_nothing_to_delete(
    store: Store, key: str
) -> None:
    assert store.facts(key) is None
    with pytest.raises(NoSuchObject):
        list(store.read(key))
    store.delete([key, "odd/nothing"])
    assert store.facts("generations/1.mp4") is not None


def test_what_xml_cannot_name_is_deleted_as_well(store: Store) -> None:
    store.put("odd/\x02", b"odd", "text/plain")
    store.delete(["odd/\x02"])
    assert store.facts("odd/\x02") is None


def test_an_address_of_no_text_is_no_key(store: Store) -> None:
    assert store.key_of(f"s3://{store.bucket}/a%00b") is None


@pytest.fixture(scope="module")
def stored(live_console: Console, store: Store, s3: S3Settings) -> Iterator[Console]:
    """A console on the live database whose bucket holds the file of its first generation."""
    assert store.facts("generations/1.mp4")
    with console_on(live_console.url, s3=s3, cdn_url="https://cdn.example.org") as console:
        yield console


def test_the_media_route_leads_to_the_file(stored: Console) -> None:
    answer = stored.viewer.get("/generations/1/media/file")
    assert answer.status_code == 302
    assert answer.headers["Cache-Control"] == "private, max-age=60"
    assert fetch(answer.location)[:2] == (200, b"0123456789" * 100)
    saved = stored.viewer.get("/generations/1/media/file?download")
    assert fetch(saved.location)[2]["Content-Disposition"] == "attachment; filename*=UTF-8''1.mp4"


@pytest.mark.parametrize(
    "path",
    [
        "/generations/3/media/file",
        "/generations/999999/media/file",
        "/generations/1/media/poster",
        "/generations/1/media/..%2Ffile",
        "/generations/1/media/",
    ],
)
def test_where_there_is_no_file_there_is_no_link(stored: Console, path: str) -> None:
    assert stored.viewer.get(path).status_code == 404


def test_strangers_get_no_link(stored: Console) -> None:
    answer = stored.app.test_client().get("/generations/1/media/file")
    assert answer.status_code == 302
    assert answer.location.startswith("/login")
    assert "X-Amz" not in answer.location


def test_the_page_plays_from_the_store_and_falls_back_to_the_cdn(stored: Console) -> None:
    page = stored.viewer.get("/generations/1").text
    video = re.search(r"<video [^>]*>", page)
    assert video
    assert 'src="/generations/1/media/file"' in video[0]
    assert 'data-fallback="https://cdn.example.org/generations/1.mp4"' in video[0]
    assert "X-Amz" not in page


def test_the_storage_card_says_what_there_is(stored: Console) -> None:
    client = stored.viewer
    assert "1.0 kB" in client.get("/generations/1/storage", headers=FRAGMENT).text
    assert "not in the bucket" in client.get("/generations/5/storage", headers=FRAGMENT).text
    assert "No file of this generation" in client.get("/generations/3/storage", headers=FRAGMENT).text


def test_locations_that_run_script_are_never_loaded(stored: Console) -> None:
    for number in (7, 8):
        page = stored.viewer.get(f"/generations/{number}").text
        loaded = [
            unescape(value) for value in re.findall(r'(?:src|href|poster|data-fallback)="([^"]*)"', page)
        ]
        assert not [value for value in loaded if value.startswith(("javascript:", "data:", "//"))]


@pytest.mark.parametrize("address", ["closed_endpoint", "silent_endpoint"])
def test_pages_go_on_while_the_store_is_away(
    live_console: Console,
    s3: S3Settings,
    address: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("delula.storage.store.PATIENCE", 1)
    endpoint = request.getfixturevalue(address)
    away = replace(s3, endpoint_url=endpoint, public_endpoint_url=endpoint)
    with console_on(live_console.url, s3=away) as console:
        client = client_of(console.app)
        began = time.monotonic()
        assert client.get("/generations/?view=grid").status_code == 200
        assert client.get("/generations/1").status_code == 200
        assert time.monotonic() - began < 3
        card = client.get("/generations/1/storage", headers=FRAGMENT)
        assert card.status_code == 200
        assert time.monotonic() - began < 10
        assert "So nothing is known" in card.text


def test_without_a_bucket_pages_say_so(live_console: Console) -> None:
    client = live_console.viewer
    assert client.get("/generations/1/media/file").status_code == 404
    assert "So nothing is known" in client.get("/generations/1/storage").text
    assert "/media/" not in client.get("/generations/?view=grid").text
