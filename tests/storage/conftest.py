"""A bucket with a few objects, and addresses that do not answer."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from delula.storage import Store
from tests.storage.faults import FaultyS3, faulty_s3

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delula.config import S3Settings


@pytest.fixture(scope="session")
def store(s3: S3Settings) -> Store:
    """The store on that bucket, with what the tests look for in it."""
    store = Store(s3, None)
    for key, body, kind in OBJECTS:
        store.client.put_object(Bucket=store.bucket, Key=key, Body=body, ContentType=kind)
    return store


OBJECTS = (
    ("generations/1.mp4", b"0123456789" * 100, "video/mp4"),
    ("odd/ä b+c%20&=?#.png", b"odd", "image/png"),
    ("page.html", b"<script>alert(1)</script>", "text/html"),
)


@pytest.fixture
def silent_endpoint() -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def closed_endpoint() -> str:
    """An address at which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def faulty(s3: S3Settings) -> Iterator[FaultyS3]:
    """The real store behind a server that misbehaves when told to; `faulty_store` goes through it."""
    assert s3.endpoint_url
    with faulty_s3(s3.endpoint_url) as proxy:
        yield proxy
