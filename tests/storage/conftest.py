"""A real S3 server, and buckets that do not answer."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from delula.config import S3Settings
from delula.embedded.s3 import SeaweedFS
from delula.embedded.service import Lease
from delula.storage import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def s3_settings(run_folder: Path) -> Iterator[S3Settings]:
    """A bucket on a server of this run."""
    server = SeaweedFS(run_folder / "s3")
    with Lease(server) as lease:
        found = server.environment(lease.ports())
        yield S3Settings(
            bucket=found["S3_BUCKET"],
            region=found["AWS_REGION"],
            endpoint_url=found["S3_ENDPOINT_URL"],
            public_endpoint_url=found["S3_ENDPOINT_URL"],
            access_key_id=found["AWS_ACCESS_KEY_ID"],
            secret_access_key=found["AWS_SECRET_ACCESS_KEY"],
        )


@pytest.fixture(scope="session")
def store(s3_settings: S3Settings) -> Store:
    """The store on that bucket, with what the tests look for in it."""
    store = Store(s3_settings, None)
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
