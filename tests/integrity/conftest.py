"""A console with a bucket of its own, in which something lies that does not fit."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from delula.access.actor import Actor
from delula.access.permissions import Role
from delula.commands import run
from delula.db import session
from delula.integrity import scan
from delula.integrity.actions import BEGIN_SCAN, Pace
from delula.storage import Store
from tests.consoles import Console, console_on
from tests.working import work_off

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from delula.config import S3Settings

ADA = Actor(1, "ada@example.com", Role.MODERATOR)
_EMPTY = """
    TRUNCATE user_assets, system_assets, market_assets, generations, backlog_videos, recipe_samples,
        dashboard.upload, dashboard.stored_object, dashboard.stored_reference, dashboard.storage_scan,
        dashboard.storage_finding, dashboard.storage_total, dashboard.quarantined, dashboard.object_removal,
        dashboard.removed_asset, dashboard.review_item CASCADE;
    DELETE FROM jobs.procrastinate_jobs;
    DELETE FROM users"""


@dataclass
class Bucket:
    """A bucket, its console, and what people and the worker do about both."""

    console: Console
    store: Store

    def empty(self) -> None:
        for statement in _EMPTY.split(";"):
            self.console.sql(statement)
        client, name = self.store.client, self.store.bucket
        for one in client.list_multipart_uploads(Bucket=name).get("Uploads", ()):
            client.abort_multipart_upload(Bucket=name, Key=one["Key"], UploadId=one["UploadId"])
        self.store.delete(self.keys())

    def put(self, *keys: str, body: bytes = b"x" * 9, kind: str = "image/png") -> None:
        for key in keys:
            self.store.client.put_object(Bucket=self.store.bucket, Key=key, Body=body, ContentType=kind)

    def has(self, key: str) -> bool:
        return self.store.facts(key) is not None

    def keys(self) -> set[str]:
        return {
            one["Key"]
            for one in self.store.client.list_objects_v2(Bucket=self.store.bucket).get("Contents", ())
        }

    def run(self, command: Any, given: Any) -> Any:
        with self.console.app.app_context():
            try:
                return run(command, given, ADA)
            finally:
                session().remove()

    def scan(self) -> set[tuple[str, str]]:
        """What a scan finds, as pairs of kind and key."""
        self.run(BEGIN_SCAN, Pace(pace="full"))
        self.work()
        return self.findings()

    def work(self) -> list[str]:
        return work_off(self.console.app)

    def findings(self) -> set[tuple[str, str]]:
        return {
            (kind, key) for kind, key in self.console.sql("SELECT kind, key FROM dashboard.storage_finding")
        }

    def finding(self, key: str) -> int:
        ((found,),) = self.console.sql("SELECT id FROM dashboard.storage_finding WHERE key = %s", key)
        return int(found)


@pytest.fixture(scope="module")
def own_bucket(make_database: Callable[..., str], migrated_template: str, s3: S3Settings) -> Iterator[Bucket]:
    settings = replace(s3, bucket=f"integrity-{secrets.token_hex(4)}")
    store = Store(settings, None)
    store.client.create_bucket(Bucket=store.bucket)
    with console_on(make_database(migrated_template), s3=settings) as console:
        yield Bucket(console, store)


@pytest.fixture
def bucket(own_bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """Empty, and with nothing in it too young to be judged."""
    own_bucket.empty()
    monkeypatch.setattr(scan, "YOUNG", timedelta(hours=-1))
    return own_bucket
