"""The store refuses, hangs, or answers nonsense: the pages stay up and say so, and nothing is lost."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from html import unescape
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from delula.config import S3Settings
from delula.storage import Store, StoreUnavailable
from delula.uploads.views import KEPT
from tests.thinning import some
from tests.uploads.files import good

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.consoles import Console
    from tests.uploads.conftest import Sender


class Faulty(BaseHTTPRequestHandler):
    """Answers everything with the status of its server, and an error that is no XML."""

    def answer(self) -> None:
        self.send_response(self.server.status)  # type: ignore[attr-defined]  # set below
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"oops")

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = answer  # noqa: N815 - as the library calls them

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(params=some([403, 404, 500, None], 2), ids=["403", "404", "500", "away"])
def broken(console: Console, request: pytest.FixtureRequest) -> Iterator[Store]:
    """The console's store, for the time of a test, at an address that does not do what it should."""
    server = HTTPServer(("127.0.0.1", 0), Faulty)
    server.status = request.param  # type: ignore[attr-defined]  # read above
    if request.param is None:
        server.server_close()
    else:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    real: Store = console.app.extensions["store"]
    settings = replace(real._settings, endpoint_url=f"http://127.0.0.1:{server.server_port}")
    assert isinstance(settings, S3Settings)
    console.app.extensions["store"] = Store(settings, None)
    yield real
    console.app.extensions["store"] = real
    if request.param is not None:
        server.shutdown()
        server.server_close()


def test_an_upload_goes_on_once_the_store_is_back(console: Console, sender: Sender, broken: Store) -> None:
    upload = sender.begin(good("png")).json["id"]
    answer = sender.post(f"{upload}/urls", part=1)
    assert answer.status_code == 503
    assert re.fullmatch(f"The store [a-z (0-9]+[)]?[.] {KEPT}", answer.json["message"])
    for path in ("/assets/uploads/", "/assets/uploads/new", f"/assets/uploads/{upload}"):
        assert console.as_role(sender.role).get(path).status_code == 200
    console.app.extensions["store"] = broken
    assert sender.url(upload)


def test_a_job_waits_for_the_store(console: Console, sender: Sender, broken: Store) -> None:
    away = console.app.extensions["store"]
    console.app.extensions["store"] = broken
    upload = sender.send(good("png"))
    console.app.extensions["store"] = away
    with pytest.raises(StoreUnavailable):
        sender.work()
    told = sender.state(upload)
    assert (told["state"], told["why"][:10]) == ("checking", "The store ")
    assert told["why"] in unescape(console.viewer.get(f"/assets/uploads/{upload}").text)
    console.app.extensions["store"] = broken
    sender.work()
    told = sender.state(upload)
    assert (told["state"], told["why"]) == ("stored", None)
