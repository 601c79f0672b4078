"""A console with routes that go wrong on purpose, and a database that can be taken away."""

from __future__ import annotations

import io
import logging
import socket
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

import pytest
from flask import abort
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import TimeoutError as PoolTimeout

from delula import create_app
from delula.access.guard import requires
from delula.access.permissions import Permission
from delula.config import Environment
from delula.db import atomic, session
from delula.errors import InvalidInput, Refused
from delula.web.logs import JsonFormatter, RequestIdFilter
from tests.consoles import Console, dispose, settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask


def _add_faults(app: Flask) -> None:
    public = requires(Permission.PUBLIC)

    @app.get("/fault/abort/<int:status>")
    @public
    def fault_abort(status: int) -> NoReturn:
        abort(status)

    @app.get("/fault/bug")
    @public
    def fault_bug() -> NoReturn:
        raise RuntimeError("a secret of the inside")

    @app.get("/fault/refused")
    @public
    def fault_refused() -> NoReturn:
        raise Refused("It was refunded <b>already</b>.")

    @app.get("/fault/invalid")
    @public
    def fault_invalid() -> NoReturn:
        raise InvalidInput("cost", "takes a <b>number</b>.")

    @app.get("/fault/slow")
    @public
    def fault_slow() -> str:
        with atomic() as transaction:
            transaction.execute(text("SET LOCAL statement_timeout = '30ms'"))
            transaction.execute(text("SELECT pg_sleep(5)"))
        return "never"

    @app.get("/fault/sql/<word>")
    @public
    def fault_sql(word: str) -> str:
        session().execute(text("SELECT 1 / (length(:word) - length(:word))"), {"word": word})
        return "never"

    @app.get("/fault/database/<code>")
    @public
    def fault_database(code: str) -> str:
        row = "'Failing row contains (' || lower('HUSH') || ')'"  # in the statement, which is logged, as HUSH
        session().execute(text(f"DO $$ BEGIN RAISE SQLSTATE '{code}' USING DETAIL = {row}; END $$"))
        return "never"

    @app.post("/fault/lost")
    @public
    def fault_lost() -> str:
        session().execute(text("SELECT 1"))
        lose = app.config["LOSE_DATABASE"]
        lose()
        return "known before the database was lost"

    @app.get("/fault/busy")
    @public
    def fault_busy() -> NoReturn:
        raise PoolTimeout("QueuePool limit")


@dataclass
class Proxy:
    """Stands between the console and its database, and can be cut.

    Attributes:
        target: address and port of the database.
        port: where it listens, also after a cut.
    """

    target: tuple[str, int]
    port: int = 0
    _sockets: list[socket.socket] = field(default_factory=list)
    _listener: socket.socket | None = None

    def restore(self) -> None:
        """Let connections through."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """End all connections and refuse new ones."""
        listener, self._listener = self._listener, None
        for one in [*([listener] if listener else []), *self._sockets]:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
            finally:
                one.close()
        self._sockets.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                here, _ = listener.accept()
                there = socket.create_connection(self.target)
            except OSError:
                return
            self._sockets += [here, there]
            for source, sink in ((here, there), (there, here)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return


@pytest.fixture(scope="session")
def proxy(live_console: Console) -> Iterator[Proxy]:
    """The way to the live database."""
    url = make_url(live_console.url)
    proxy = Proxy((url.host or "127.0.0.1", url.port or 5432))
    proxy.restore()
    yield proxy
    proxy.cut()


@pytest.fixture(scope="session")
def console(live_console: Console, proxy: Proxy) -> Iterator[Console]:
    """A console as in production, on the live database behind the proxy, with faults."""
    url = make_url(live_console.url).set(host="127.0.0.1", port=proxy.port)
    address = url.render_as_string(hide_password=False)
    app = create_app(settings_for(address, environment=Environment.PRODUCTION))
    _add_faults(app)
    yield Console(app, live_console.url)
    dispose(app)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the console logs during a test, as in production."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(RequestIdFilter())
    logger = logging.getLogger("delula")
    logger.addHandler(handler)
    yield written
    logger.removeHandler(handler)
