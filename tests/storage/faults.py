"""A server between the console and a real S3 store that misbehaves when it is told to."""

from __future__ import annotations

import http.client
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ERROR = b'<?xml version="1.0"?><Error><Code>%s</Code><Message>told so</Message></Error>'
_CODES = {403: b"AccessDenied", 404: b"NoSuchKey", 500: b"InternalError", 503: b"SlowDown"}
#: Headers that belong to one connection, and not to what is passed on.
_OWN = {"connection", "transfer-encoding", "keep-alive"}


@dataclass
class FaultyS3:
    """How the store misbehaves; by itself it does as it is asked.

    Attributes:
        endpoint: its address.
        fault: `refuse` (closes the connection), `hang`, `half` (the answer ends midway), `done` (does as it
            is asked, and then closes the connection), `nonsense` (another server answers that all is well),
            or a status such as 403; None for none.
        matches: which requests are answered so, by method and path.
        after: so many of those are answered well before.
        seen: the method and path of every request.
    """

    endpoint: str
    fault: str | int | None = None
    matches: Callable[[str, str], bool] = lambda _method, _path: True
    after: int = 0
    seen: list[tuple[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def heal(self) -> None:
        """Do as it is asked from now on."""
        self.fault, self.matches, self.after = None, lambda _method, _path: True, 0
        self.seen.clear()

    def of(self, method: str, path: str) -> str | int | None:
        """What becomes of a request."""
        with self.lock:
            self.seen.append((method, path))
            if self.fault is None or not self.matches(method, path):
                return None
            self.after -= 1
            return self.fault if self.after < 0 else None


class _Handler(BaseHTTPRequestHandler):
    """Answers one request as the server's `proxy` says."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.proxy.of(self.command, self.path)
        if fault == "hang":
            self.server.ending.wait(30)
        if fault in {"hang", "refuse"}:
            self.close_connection = True
            return
        if isinstance(fault, int):
            self.answer(fault, {}, b"" if self.command == "HEAD" else _ERROR % _CODES[fault])
            return
        if fault == "nonsense":
            self.answer(200, {}, b"" if self.command == "HEAD" else b"<html>Welcome</html>")
            return
        status, headers, content = self.asked(body)
        if fault == "done":
            self.close_connection = True
        else:
            self.answer(status, headers, content, half=fault == "half")

    def asked(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """What the store answers to the very same request, the Host that was signed included."""
        connection = http.client.HTTPConnection(*self.server.target, timeout=30)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        headers = {name: value for name, value in answer.getheaders() if name.lower() not in _OWN}
        return answer.status, headers, content

    def answer(self, status: int, headers: dict[str, str], content: bytes, *, half: bool = False) -> None:
        self.send_response_only(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content[: len(content) // 2] if half else content)
        self.close_connection = self.close_connection or half

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = pass_on  # noqa: N815 - the library's names

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    proxy: FaultyS3
    target: tuple[str, int]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.ending = threading.Event()

    def handle_error(self, *_: Any) -> None:
        """A client that gives up is what is tested."""


@contextmanager
def faulty_s3(endpoint: str) -> Iterator[FaultyS3]:
    """A server that passes on what it is asked to the store at `endpoint`, unless it has a fault."""
    server, address = _Server(), urlsplit(endpoint)
    server.target = (address.hostname or "", address.port or 80)
    server.proxy = FaultyS3(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server.proxy
    finally:
        server.ending.set()
        server.shutdown()
        server.server_close()
