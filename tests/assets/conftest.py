"""A live database with assets of all sources to page through, and a bucket with some of their files."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from delula import create_app
from delula.storage import Store
from tests.assets.entries import add_entry
from tests.consoles import console_on, dispose, settings_for
from tests.storage.faults import FaultyS3, faulty_s3

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from delula.config import S3Settings
    from tests.assets.entries import Entry
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


@pytest.fixture(scope="module")
def storing_app(url: str, s3: S3Settings, proxy: FaultyS3) -> Iterator[Flask]:
    """A console whose store may misbehave."""
    app = create_app(settings_for(url, s3=replace(s3, endpoint_url=proxy.endpoint)))
    yield app
    dispose(app)


@pytest.fixture
def add(storing_app: Flask, s3: S3Settings, faulty: FaultyS3) -> Iterator[Callable[..., Entry]]:  # noqa: ARG001
    """`add(kind)` makes an entry, within that console; its `store` is the real one."""
    with storing_app.app_context():
        yield partial(add_entry, Store(s3, None))
