"""A live database with assets of all sources to page through, and a bucket with some of their files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from delula.storage import Store
from tests.consoles import console_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from delula.config import S3Settings
    from tests.consoles import Console

CDN = "https://cdn.example.org"


@pytest.fixture(scope="session")
def library_url(make_database: Callable[..., str], upgraded_templates: dict[str, str]) -> str:
    """Address of the database."""
    url = make_database(upgraded_templates["documented"])
    with psycopg.connect(url) as connection:
        connection.execute((Path(__file__).parent / "many.sql").read_text())
    return url


@pytest.fixture(scope="session")
def library(library_url: str) -> Iterator[Console]:
    """A console without a bucket; its rows are only read."""
    with console_on(library_url) as console:
        yield console


@pytest.fixture(scope="session")
def with_store(library_url: str, s3: S3Settings) -> Iterator[Console]:
    """A console on the same rows, with a bucket and a CDN."""
    store = Store(s3, CDN)
    for key, body, kind in (
        ("library/user/many/1.png", b"x" * 37, "image/jpeg"),
        ("library/user/many/2.png", b"another size", "application/pdf"),
        ("generations/many/1.png", b"picture", "image/png"),
    ):
        store.client.put_object(Bucket=store.bucket, Key=key, Body=body, ContentType=kind)
    with console_on(library_url, s3=s3, cdn_url=CDN) as console:
        yield console
