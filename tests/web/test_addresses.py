"""Addresses are the same whether they are built or kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask, url_for

from tests.consoles import FRAGMENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.consoles import Console


@pytest.mark.parametrize("root", ["", "/console"])
@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("generations.index", {}),
        ("generations.index", {"q": "a b"}),
        ("generations.detail", {"reference": 7}),
        ("generations.detail", {"reference": "../7?"}),
        ("generations.detail", {"reference": "7", "_anchor": "story"}),
        ("generations.index", {"q": ["a", "b"]}),
    ],
)
def test_an_address_is_that_of_flask(
    app: Flask, root: str, endpoint: str, values: Mapping[str, object]
) -> None:
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
        expected = Flask.url_for(app, endpoint, **values)  # type: ignore[arg-type]  # of any kind
        assert expected.startswith(f"{root}/generations/")
        assert [url_for(endpoint, **values), url_for(endpoint, **values)] == [expected, expected]  # type: ignore[arg-type]


@pytest.mark.parametrize("fragment", [{}, FRAGMENT])
@pytest.mark.parametrize("query", ["q=\xff", "\xff=1", "q=\xc3\xa9"])
def test_a_query_of_raw_bytes_is_read_as_if_it_were_escaped(
    live_console: Console, query: str, fragment: dict[str, str]
) -> None:
    for path in ("/generations/", "/generations/1/peek", "/jobs/summary", "/palette", "/nothing"):
        answer = live_console.admin.get(path, headers=fragment, environ_overrides={"QUERY_STRING": query})
        assert answer.status_code == (404 if path == "/nothing" else 200), path
    read = live_console.admin.get("/palette", environ_overrides={"QUERY_STRING": "q=\xc3\xa9"})
    assert 'value="é"' in read.text


def test_an_address_is_built_once_whoever_asks_for_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.test_request_context("/"):
        first = url_for("generations.index")
        monkeypatch.setattr(Flask, "url_for", lambda *_given, **_more: pytest.fail("it was built again"))
        assert url_for("generations.index") == app.url_for("generations.index") == first
