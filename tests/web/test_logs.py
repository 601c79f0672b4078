"""One line a request, whatever the request holds; and the id that ties it to the page."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from delula.web.logs import ReadableFormatter

if TYPE_CHECKING:
    import io

    from tests.consoles import Console

HOSTILE = '/no\n{"level": "error"}\r\x1b[31m\u2028é\u202e'


def test_each_request_is_one_line_of_json(console: Console, logged: io.StringIO) -> None:
    for path in ("/generations/", "/no/such", quote(HOSTILE), "/login?next=%0aINFO", "/generations/1"):
        console.admin.get(path, headers={"User-Agent": 'x" "y', "X-Forwarded-For": "1.2.3.4, <b>"})
    found = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert len(found) == 5
    assert [line["logger"] for line in found] == ["delula.request"] * 5
    assert {"time", "level", "message", "request_id", "milliseconds", "address"} <= set(found[0])
    assert {line["address"] for line in found} == {"127.0.0.1"}
    assert HOSTILE in found[2]["message"]


def test_health_and_static_files_fill_no_log(console: Console, logged: io.StringIO) -> None:
    console.admin.get("/healthz")
    console.admin.get("/static/manifest.json", buffered=True)
    assert logged.getvalue() == ""


def test_a_readable_line_stays_one_line_and_moves_no_cursor() -> None:
    record = logging.LogRecord("delula", logging.INFO, "", 0, "GET %s", (HOSTILE,), None)
    record.detail = f"from {HOSTILE}"
    line = ReadableFormatter().format(record)
    assert line.isprintable()
    assert "\\n" in line
    assert "\\x1b[31m" in line


@pytest.mark.parametrize("given", ["abcdefgh", "0123456789abcdef", "A" * 64, "1-2-3-4-5-6-7-8"])
def test_a_well_formed_request_id_of_a_proxy_is_kept(console: Console, given: str) -> None:
    assert console.admin.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given",
    ["", "shorter", "A" * 65, "abcdefg h", "abcdefgh;x", "<script>x</script>", "äöüäöüäöü", "../../../etc"],
)
def test_any_other_request_id_is_replaced(console: Console, given: str) -> None:
    answer = console.admin.get("/no/such", headers={"X-Request-ID": given.encode().decode("latin-1")})
    made = answer.headers["X-Request-ID"]
    assert made != given
    assert len(made) == 16
    assert made in answer.text
    assert not given or given not in answer.text


def test_two_requests_never_share_an_id(console: Console) -> None:
    assert len({console.admin.get("/healthz").headers["X-Request-ID"] for _ in range(50)}) == 50
