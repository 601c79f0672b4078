"""A console with a real store, and a browser's part in an upload."""

from __future__ import annotations

import re
import secrets
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from delula.access.permissions import Role
from delula.storage import current_store
from tests.consoles import Console, console_on
from tests.working import work_off

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from werkzeug.test import TestResponse

    from delula.config import S3Settings
    from delula.storage import ObjectFacts


def put(url: str, body: bytes) -> int:
    """Send a body to a URL as a browser does; the status."""
    request = urllib.request.Request(url, data=body, method="PUT")  # noqa: S310 - of our store
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@dataclass
class Sender:
    """What a page does that sends files, as a member of staff with this role."""

    console: Console
    role: Role | str = Role.MODERATOR
    _token: str = ""

    def post(self, path: str, **fields: Any) -> TestResponse:
        client = self.console.as_role(self.role)
        if not self._token:
            found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/assets/uploads/").text)
            assert found
            self._token = found[1]
        headers = {"X-CSRFToken": self._token, "Accept": "application/json"}
        return client.post(f"/assets/uploads/{path}", data=fields, headers=headers)

    def begin(self, content: bytes | None = b"", filename: str = "cat.png", **fields: Any) -> TestResponse:
        given = {
            "key": secrets.token_hex(8),
            "source": "system",
            "owner": "core-1",
            "filename": filename,
            "bytes": len(content or b""),
            **fields,
        }
        return self.post("begin", **given)

    def url(self, upload: int, part: int = 1) -> str:
        answer = self.post(f"{upload}/urls", part=part)
        assert answer.status_code == 200, answer.json
        return str(answer.json["urls"][str(part)])

    def state(self, upload: int) -> dict[str, Any]:
        answer = self.console.as_role(self.role).get(f"/assets/uploads/{upload}/state")
        assert answer.json is not None
        return dict(answer.json)

    def send(self, content: bytes, filename: str = "cat.png", **fields: Any) -> int:
        """All of it but the worker's part; the id of the upload."""
        begun = self.begin(content, filename, **fields)
        assert begun.status_code == 200, begun.json
        upload = int(begun.json["id"])
        size = begun.json["part_bytes"]
        for number, at in enumerate(range(0, len(content), size), 1):
            assert put(self.url(upload, number), content[at : at + size]) == 200
        assert self.post(f"{upload}/finish").status_code == 200
        return upload

    def work(self) -> list[str]:
        """Do what is queued; the tasks that were done."""
        return work_off(self.console.app)

    def stored(self, key: str) -> ObjectFacts | None:
        with self.console.app.app_context():
            store = current_store()
            assert store is not None
            return store.facts(key)

    def key(self, upload: int) -> str:
        return str(self.console.sql("SELECT s3_key FROM dashboard.upload WHERE id = %s", upload)[0][0])


#: What a test leaves behind and the next one must not find.
_EMPTY = """
    TRUNCATE dashboard.upload, user_assets, system_assets, market_assets;
    DELETE FROM jobs.procrastinate_jobs"""


@pytest.fixture(scope="module")
def shared_console(
    make_database: Callable[..., str], migrated_template: str, s3: S3Settings
) -> Iterator[Console]:
    with console_on(make_database(migrated_template), s3=s3) as console:
        console.sql("INSERT INTO users (id, handle) VALUES ('u-ann', 'ann')")
        yield console


@pytest.fixture
def console(shared_console: Console) -> Console:
    """Without uploads; the log of what tests before have done stays, since nothing can be taken out of it."""
    for statement in _EMPTY.split(";"):
        shared_console.sql(statement)
    return shared_console


@pytest.fixture(scope="module")
def shared_sender(shared_console: Console) -> Sender:
    return Sender(shared_console)


@pytest.fixture
def sender(console: Console, shared_sender: Sender) -> Sender:  # noqa: ARG001 - emptied
    return shared_sender
