"""Whatever goes wrong, the person learns what happened, what to do, and the id under which it is logged."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

import pytest

from delula.web.errors import EXPLANATIONS
from tests.consoles import FRAGMENT

if TYPE_CHECKING:
    import io

    from werkzeug.test import TestResponse

    from tests.consoles import Console
    from tests.web.conftest import Proxy

FAULTS = {
    **{f"/fault/abort/{status}": status for status in (400, 403, 404, 409, 413, 414, 422, 429, 500, 503)},
    "/no/such/page": 404,
    "/fault/bug": 500,
    "/fault/sql/word": 500,
    "/fault/refused": 409,
    "/fault/invalid": 422,
    "/fault/slow": 503,
    "/fault/database/42501": 503,
    "/fault/busy": 503,
}


#: What the pages of the console have and those that stand by themselves have not.
NAVIGATION = '<nav class="nav"'


def lines(logged: io.StringIO) -> list[dict[str, object]]:
    """The log, line by line."""
    return [json.loads(line) for line in logged.getvalue().splitlines()]


@pytest.mark.parametrize(("path", "status"), FAULTS.items())
def test_a_fault_answers_a_page_with_cause_next_step_and_request_id(
    console: Console, path: str, status: int, logged: io.StringIO
) -> None:
    page = console.admin.get(path)
    assert page.status_code == status
    request_id = page.headers["X-Request-ID"]
    assert f'<span class="mono">{request_id}</span>' in page.text
    assert "<h1" in page.text
    assert (NAVIGATION in page.text) is (status < 500)
    assert page.headers["Content-Security-Policy"]
    assert [line for line in lines(logged) if line.get("request_id") == request_id]


def test_an_error_leads_back_to_the_area_that_it_lies_in_and_shows_strangers_none(console: Console) -> None:
    page = console.viewer.get("/recipes/999999").text
    assert re.search(r'href="/recipes/"[^>]*>(<[^>]*>)*Go to Recipes<', page)
    assert 'href="/recipes/" aria-current="page"' in page
    refused = console.viewer.get("/staff/1")
    assert (refused.status_code, NAVIGATION in refused.text) == (403, True)
    assert NAVIGATION not in console.app.test_client().get("/no/such/page").text
    console.sql("UPDATE dashboard.staff SET password_is_temporary = true WHERE role = 'viewer'")
    try:
        assert NAVIGATION not in console.viewer.get("/no/such/page").text
    finally:
        console.sql("UPDATE dashboard.staff SET password_is_temporary = false")


@pytest.mark.parametrize(("path", "status"), FAULTS.items())
def test_a_fault_in_a_fragment_is_a_toast_that_leaves_the_page(
    console: Console, path: str, status: int
) -> None:
    answer = console.admin.get(path, headers=FRAGMENT)
    assert (answer.status_code, answer.data) == (status, b"")
    assert answer.headers["HX-Reswap"] == "none"
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert toast["requestId"] == answer.headers["X-Request-ID"]
    assert toast["title"]
    assert toast["text"]


def test_every_kind_of_answer_has_words_of_its_own(console: Console) -> None:
    for status, explanation in EXPLANATIONS.items():
        if status != 401:
            page = console.admin.get(f"/fault/abort/{status}")
            assert explanation.title in page.text
            assert explanation.next_step in page.text


def test_a_bug_shows_nothing_of_the_inside_but_logs_all_of_it(console: Console, logged: io.StringIO) -> None:
    page = console.admin.get("/fault/bug")
    assert "secret" not in page.text
    assert "RuntimeError" not in page.text
    (traceback,) = [line["traceback"] for line in lines(logged) if "traceback" in line]
    assert "a secret of the inside" in str(traceback)


def test_a_statement_is_logged_without_what_was_put_into_it(console: Console, logged: io.StringIO) -> None:
    console.admin.get("/fault/sql/hush")
    (traceback,) = [str(line["traceback"]) for line in lines(logged) if "traceback" in line]
    assert "division by zero" in traceback
    assert "hush" not in traceback


def test_a_broken_rule_is_logged_without_the_row_that_breaks_it(
    console: Console, logged: io.StringIO
) -> None:
    assert console.admin.get("/fault/database/23502").status_code == 409
    (traceback,) = [str(line["traceback"]) for line in lines(logged) if "traceback" in line]
    assert "NotNullViolation" in traceback
    assert "DETAIL:  …" in traceback
    assert "hush" not in traceback


def test_a_refusal_says_its_sentence_and_holds_no_markup(console: Console) -> None:
    for path, sentence in {
        "/fault/refused": "It was refunded &lt;b&gt;already&lt;/b&gt;.",
        "/fault/invalid": "cost: takes a &lt;b&gt;number&lt;/b&gt;.",
    }.items():
        assert sentence in console.admin.get(path).text


def test_a_method_that_a_page_does_not_take_says_which_it_takes(console: Console) -> None:
    answer = console.admin.delete("/generations/")
    assert answer.status_code in {400, 405}
    answer = console.admin.options("/generations/")
    assert "GET" in answer.headers["Allow"]


def test_a_body_that_is_too_large_is_refused(console: Console) -> None:
    big = {"theme": "x" * 3_000_000}
    answer = console.admin.post("/preferences", data=big)
    assert answer.status_code == 413
    assert EXPLANATIONS[413].title in answer.text


def test_a_statement_that_takes_too_long_has_its_own_message(console: Console) -> None:
    page = console.admin.get("/fault/slow")
    assert "This took too long" in page.text
    assert "Narrow the filter" in page.text
    assert console.admin.get("/generations/").status_code == 200


@pytest.mark.parametrize(
    ("code", "words", "status"),
    [
        ("23514", "The database refused the change", 409),  # a check that the product has of its own
        ("P0001", "The database refused the change", 409),  # a trigger
        ("40P01", "Something else is at work there", 503),  # a deadlock
        ("55P03", "Something else is at work there", 503),  # no lock to be had
        ("25006", "The database takes no changes", 503),  # it is a standby
        ("42501", "The database does not allow this", 503),
        ("42P01", "The database does not fit the console", 503),  # no such table
        ("42703", "The database does not fit the console", 503),  # no such column
    ],
)
def test_what_the_database_refuses_is_told_for_what_it_is(
    code: str, words: str, status: int, console: Console
) -> None:
    page = console.admin.get(f"/fault/database/{code}")
    assert (page.status_code, words in page.text) == (status, True)


def test_without_a_database_the_console_is_calm_and_recovers_by_itself(
    console: Console, proxy: Proxy, logged: io.StringIO
) -> None:
    client = console.admin
    assert client.get("/generations/").status_code == 200
    proxy.cut()
    try:
        began = time.monotonic()
        pages: list[TestResponse] = [
            client.get(path) for path in ("/generations/", "/generations/1", "/account/")
        ]
        fragment = client.get("/generations/facets", headers=FRAGMENT)
        nothing = client.get("/no/such/page")
        assert time.monotonic() - began < 5
        for page in pages:
            assert page.status_code == 503
            assert "The database cannot be reached" in page.text
            assert page.headers["Retry-After"]
            assert "psycopg" not in page.text
        assert (nothing.status_code, NAVIGATION in nothing.text) == (404, False)
        assert fragment.status_code == 503
        assert "cannot be reached" in fragment.headers["HX-Trigger"]
        assert client.get("/healthz").status_code == 200
        assert console.app.test_client().get("/login").status_code in {200, 503}
    finally:
        proxy.restore()
    assert client.get("/generations/").status_code == 200
    assert any("unreachable" in str(line["message"]) for line in lines(logged))
    assert not [line for line in lines(logged) if "traceback" in line]


def test_an_answer_that_is_known_is_given_though_the_database_is_lost(console: Console, proxy: Proxy) -> None:
    console.app.config.update(LOSE_DATABASE=proxy.cut, WTF_CSRF_ENABLED=False)
    try:
        answer = console.app.test_client().post("/fault/lost")
    finally:
        console.app.config["WTF_CSRF_ENABLED"] = True
        proxy.restore()
    assert (answer.status_code, answer.text) == (200, "known before the database was lost")
    assert console.viewer.get("/generations/").status_code == 200
