"""Timing of requests: whole application, in this process, in turns with the bare page."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from delula.garbage import settle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Flask

    from benchmarks.case import Case

#: What the project promises at 1,000,000 generations on two cores, in milliseconds.
LIMIT_P50, LIMIT_P95 = 10.0, 25.0


class Statements:
    """Counts an engine's statements and adds their time up.

    Attributes:
        count: statements since the last `clear()`.
        seconds: time until their results were here.
    """

    def __init__(self, engine: Engine) -> None:
        self.clear()
        self._began = 0.0
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)

    def clear(self) -> None:
        """Begin anew."""
        self.count, self.seconds = 0, 0.0

    def _before(self, *_: object) -> None:
        self._began = time.perf_counter()

    def _after(self, *_: object) -> None:
        self.count += 1
        self.seconds += time.perf_counter() - self._began


@dataclass
class Timing:
    """What was measured of one case.

    Attributes:
        case: which.
        status: HTTP status of its answer.
        size: bytes of its body as sent.
        rows: rows of the list in it; None where it shows none.
        queries: statements of the last request.
        milliseconds: of each request, in the order in which they were made.
        cpu_milliseconds: of this process' processor in each.
        sql_milliseconds: of the database in each.
    """

    case: Case
    status: int
    size: int
    rows: int | None
    queries: int = 0
    milliseconds: list[float] = field(default_factory=list)
    cpu_milliseconds: list[float] = field(default_factory=list)
    sql_milliseconds: list[float] = field(default_factory=list)

    @property
    def p50(self) -> float:
        """Half of the requests took at most this long, in milliseconds."""
        return median(self.milliseconds)

    @property
    def p95(self) -> float:
        """19 of 20 requests took at most this long, in milliseconds."""
        return percentile_95(self.milliseconds)

    @property
    def cpu(self) -> float:
        """The median of this process' processor time, in milliseconds; a busy machine hardly changes it."""
        return median(self.cpu_milliseconds)

    @property
    def sql(self) -> float:
        """The median of the database's part, in milliseconds."""
        return median(self.sql_milliseconds)

    @property
    def is_over(self) -> bool:
        """Whether a limit is passed."""
        return self.p50 > LIMIT_P50 or self.p95 > LIMIT_P95


def percentile_95(values: Sequence[float]) -> float:
    """The value below which 95 % of `values` lie."""
    return quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


class Requests:
    """Requests to one app that are put together once and sent many times.

    Args:
        app: whom to ask.
        cookie: the `Cookie` header of somebody who is signed in.
    """

    def __init__(self, app: Flask, cookie: str = "") -> None:
        self.app = app
        self._cookie = cookie

    def environ(self, path: str, *, fragment: bool = False, encoding: str = "zstd") -> dict[str, Any]:
        """What a server hands to the app for a GET of `path`."""
        headers = {"Accept": "text/html", "Cookie": self._cookie}
        if encoding:
            headers["Accept-Encoding"] = encoding
        if fragment:
            headers["HX-Request"] = "true"
        builder = EnvironBuilder(path, base_url="http://127.0.0.1", headers=Headers(headers))
        return dict(builder.get_environ())

    def send(self, environ: dict[str, Any]) -> tuple[float, int, bytes]:
        """Ask once: milliseconds until the last byte, status and body."""
        environ = dict(environ)
        began = time.perf_counter()
        answer, status, _ = run_wsgi_app(self.app, environ, buffered=True)
        body = b"".join(answer)
        return (time.perf_counter() - began) * 1000, int(status.split()[0]), body


def measure(
    console: Requests,
    bare: Requests,
    statements: Statements,
    cases: Sequence[Case],
    rounds: int,
    watch: Callable[[float], None],
    *,
    in_a_row: bool = False,
) -> tuple[list[Timing], list[float]]:
    """Ask every case `rounds` times, and the bare page before each of them.

    In turns, each case finds the caches of the processor filled by all the others, which is the hardest that
    can happen; in a row is how load generators ask.

    Args:
        console: the console.
        bare: the bare page.
        statements: counts those of the console.
        cases: what to ask.
        rounds: how often, after one round that is not counted.
        watch: is told which part is done.
        in_a_row: ask for one case after the other, rather than for all of them in turns.

    Returns:
        A timing for each case, and the milliseconds of the bare page.
    """
    environs = [console.environ(case.path, fragment=case.fragment) for case in cases]
    timings = [_first(console, case) for case in cases]
    bare_environ = bare.environ("/", encoding="")
    for environ in environs:
        console.send(environ)
        bare.send(bare_environ)
    # As the web server does once it is up: see gunicorn.conf.py.
    settle()
    bare_milliseconds = []
    pairs = list(zip(timings, environs, strict=True))
    turns = [pair for pair in pairs for _ in range(rounds)] if in_a_row else pairs * rounds
    for number, (timing, environ) in enumerate(turns):
        watch(number / len(turns))
        bare_milliseconds.append(bare.send(bare_environ)[0])
        statements.clear()
        began = time.process_time()
        spent, timing.status, body = console.send(environ)
        timing.cpu_milliseconds.append((time.process_time() - began) * 1000)
        timing.size = len(body)
        timing.queries = statements.count
        timing.milliseconds.append(spent)
        timing.sql_milliseconds.append(statements.seconds * 1000)
    return timings, bare_milliseconds


def _first(console: Requests, case: Case) -> Timing:
    """Ask uncompressed, to see what the answer holds."""
    _, status, body = console.send(console.environ(case.path, fragment=case.fragment, encoding=""))
    shows_rows = b'id="list"' in body
    rows = body.count(b"data-row=") if shows_rows else None
    return Timing(case, status, len(body), rows)
