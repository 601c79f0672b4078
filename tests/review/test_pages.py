"""The pages of the review: who gets which of them, what they send, and what they say when two decide."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from delula.access.permissions import Role
from delula.review.intake import take_in
from tests.consoles import console_on
from tests.people import sent_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from delula.config import S3Settings
    from tests.consoles import Console

FLAGGED, PLAIN, GENERATION = 1, 2, 3
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def shared(make_database: object, migrated_template: str, s3: S3Settings) -> Iterator[Console]:
    """A console with a flagged upload, a plain one and a public generation of one user in its queue."""
    url: str = make_database(migrated_template)  # type: ignore[operator]  # a function
    with console_on(url, s3=s3) as console:
        console.sql("UPDATE dashboard.review_settings SET second_share = 0")
        console.sql("INSERT INTO users (id, handle) VALUES ('u', 'uma')")
        console.sql("""
            INSERT INTO user_assets (id, user_id, asset_id, original_filename, display_name, s3_key, cdn_url,
                mime_type, file_size, asset_type, source, ai_classification)
            VALUES (1, 'u', 'a1', 'a.png', '<b>Flag', 'library/user/u/images/originals/a1.png', '',
                'image/png', 1, 1, 1, '{"nsfw": 0.9}'),
                (2, 'u', 'a2', 'b.png', 'Plain', 'library/user/u/images/originals/a2.png', '',
                'image/png', 1, 1, 1, NULL)""")
        console.sql("""
            INSERT INTO generations (id, user_id, prompt, status, is_public, s3_key)
            VALUES (1, 'u', '<script>alert(1)</script>', 'completed', true, 'g/1.png')""")
        with console.app.app_context():
            take_in()
        yield console


@pytest.fixture
def console(shared: Console) -> Iterator[Console]:
    """The same, with nothing decided and nobody there."""
    yield shared
    shared.sql("DELETE FROM dashboard.review_lease")
    shared.sql("DELETE FROM dashboard.review_decision")
    shared.sql("UPDATE dashboard.review_item SET state = 'open', rank = 9 - id, decision_id = NULL")
    shared.sql("UPDATE user_assets SET is_deleted = false, deleted_at = NULL")


def number(console: Console, thing: int) -> int:
    kind, object_id = {1: ("user_asset", 1), 2: ("user_asset", 2), 3: ("generation", 1)}[thing]
    ((found,),) = console.sql(
        "SELECT id FROM dashboard.review_item WHERE kind = %s AND object_id = %s", kind, object_id
    )
    return int(found)


def field(page: TestResponse, name: str) -> str:
    found = re.search(rf'name="{name}"\s+value="([^"]*)"', page.text)
    assert found is not None
    return found[1]


def send(
    client: FlaskClient, path: str, headers: dict[str, str] | None = None, **values: str
) -> TestResponse:
    page = client.get("/review/")
    found = re.search(r'name="csrf-token" content="([^"]*)"', page.text)
    assert found is not None
    return client.post(path, data=values, headers={"X-CSRFToken": found[1], **(headers or {})})


@pytest.mark.parametrize("verdict", ["skip", "escalate", "tag"])
def test_without_script_what_is_missing_is_asked_for_by_a_form(console: Console, verdict: str) -> None:
    item = number(console, PLAIN)
    led = send(console.admin, f"/review/{item}/decide", verdict=verdict)
    assert (led.status_code, console.admin.get(led.location).status_code) == (303, 200)
    assert led.location.startswith(f"/commands/review.{verdict}?")
    assert f"item_id={item}" in led.location


def test_the_queue_stands_in_the_order_of_its_score(console: Console) -> None:
    page = console.as_role(Role.MODERATOR).get("/review/")
    found = re.findall(r'data-row="(\d+)"', page.text)
    assert found[0] == str(number(console, FLAGGED))
    assert len(found) == 3
    assert "&lt;b&gt;Flag" in page.text


def test_each_page_asks_little_of_the_database(console: Console) -> None:
    client, item = console.as_role(Role.MODERATOR), number(console, FLAGGED)
    for path, most in (("/review/", 7), (f"/review/{item}", 12), ("/review/next", 3)):
        client.get(path)
        with sent_by(console) as sent:
            client.get(path)
        assert len(sent) <= most, (path, sent)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.SUPPORT])
def test_who_may_not_decide_sees_the_queue_but_never_a_medium_nor_its_address(
    console: Console, role: Role
) -> None:
    client, item = console.as_role(role), number(console, FLAGGED)
    for path in ("/review/", "/review/?view=grid", f"/review/{item}", f"/review/{item}/peek"):
        page = client.get(path)
        assert page.status_code == 200
        assert "/media/" not in page.text
        assert "X-Amz" not in page.text
        # Nor is anything offered that would be refused.
        assert "/decide" not in page.text
        assert "review.reverse" not in page.text
        assert "review.take_over" not in page.text
    for part in ("file", "thumbnail", "blurred"):
        answer = client.get(f"/review/{item}/media/{part}")
        assert (answer.status_code, answer.headers.get("Location")) == (403, None)
    assert client.get("/review/next").status_code == 403
    for path in ("/review/ahead", f"/review/{item}/lease", f"/review/{item}/decide", "/review/leave"):
        answer = send(client, path, tab="t", verdict="approve")
        assert answer.status_code == 403
        assert "X-Amz" not in answer.text + str(answer.headers)
    assert console.sql("SELECT count(*) FROM dashboard.review_lease") == [(0,)]


@pytest.mark.parametrize(
    ("wish", "shown"), [("flagged", {1: "blurred", 2: "file"}), ("all", {1: "blurred", 2: "blurred"}),
                        ("none", {1: "file", 2: "file"})],
)  # fmt: skip
def test_of_what_is_flagged_only_the_blurred_picture_is_sent_unless_one_wants_it_otherwise(
    console: Console, wish: str, shown: dict[int, str]
) -> None:
    client = console.as_role(Role.MODERATOR)
    client.set_cookie("blur", wish)
    try:
        for thing, part in shown.items():
            item = number(console, thing)
            page = client.get(f"/review/{item}").text
            assert re.findall(r'src="/review/\d+/media/(\w+)"', page) == [part]
            led = client.get(f"/review/{item}/media/{part}").headers["Location"]
            assert ("console/blurred/" in led) is (part == "blurred")
            assert "X-Amz-Expires=300" in led
    finally:
        client.delete_cookie("blur")


def test_the_next_item_is_taken_ahead_and_the_page_itself_takes_nothing(console: Console) -> None:
    client = console.as_role(Role.MODERATOR)
    led = client.get("/review/next")
    assert led.location.startswith(f"/review/{number(console, FLAGGED)}?")
    assert console.sql("SELECT count(*) FROM dashboard.review_lease") == [(0,)]
    answer = send(client, "/review/ahead", tab="t", besides=str(number(console, FLAGGED)))
    assert f'data-review="{number(console, PLAIN)}"' in answer.text
    others = send(console.admin, "/review/ahead", tab="x", besides=str(number(console, FLAGGED)))
    assert f'data-review="{number(console, GENERATION)}"' in others.text
    held = send(console.admin, f"/review/{number(console, PLAIN)}/lease", tab="x", opens="yes", active="yes")
    assert (held.json["mine"], held.json["holder"]) == (False, held.json["others"][0])
    assert send(client, "/review/leave", tab="t").status_code == 204
    held = send(console.admin, f"/review/{number(console, PLAIN)}/lease", tab="x", opens="yes", active="yes")
    assert held.json["mine"] is True


def test_a_decision_made_meanwhile_is_told_with_who_what_and_when(console: Console) -> None:
    client, item = console.as_role(Role.MODERATOR), number(console, PLAIN)
    page = console.admin.get(f"/review/{item}")
    version, seen = field(page, "version"), field(page, "seen")
    first = send(client, f"/review/{item}/decide", JSON, verdict="reject", policy="spam", reason="a QR code")
    assert first.status_code == 200
    late = send(console.admin, f"/review/{item}/decide", JSON, verdict="approve", version=version, seen=seen)
    assert late.status_code == 409
    told = late.json
    assert (told["what"], told["note"]) == ("Rejected (Spam or advertising)", "a QR code")
    assert told["who"].startswith("moderator-")
    assert (datetime.now(UTC) - datetime.fromisoformat(told["when"])).total_seconds() < 60
    reverse = send(
        console.admin, "/commands/review.reverse", decision=str(told["reverse"]), back=f"/review/{item}"
    )
    assert (reverse.status_code, reverse.location) == (303, f"/review/{item}")
    assert console.sql("SELECT state FROM dashboard.review_item WHERE id = %s", item) == [("open",)]


def test_a_thing_that_changed_meanwhile_is_told_too_and_nothing_is_written(console: Console) -> None:
    item = number(console, PLAIN)
    page = console.admin.get(f"/review/{item}")
    console.sql("UPDATE user_assets SET is_deleted = true, updated_at = now() WHERE id = 2")
    late = send(
        console.admin, f"/review/{item}/decide", JSON,
        verdict="approve", version=field(page, "version"), seen=field(page, "seen").replace("&#34;", '"'),
    )  # fmt: skip
    assert late.status_code == 409
    assert late.json["what"] == "deleted"
    assert "by the product" in late.json["text"]
    assert console.sql("SELECT count(*) FROM dashboard.review_decision") == [(0,)]


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({}, 422),
        ({"verdict": "burn"}, 422),
        ({"verdict": "reject"}, 422),
        ({"verdict": "reject", "policy": "x\0"}, 422),
        ({"verdict": "skip"}, 422),
        ({"verdict": "tag", "tags": "a\x07"}, 422),
        ({"verdict": "approve", "reason": "x" * 3000}, 422),
        ({"verdict": "approve", "version": "old"}, 409),
    ],
)
def test_what_cannot_be_decided_is_refused_and_nothing_is_written(
    console: Console, values: dict[str, str], status: int
) -> None:
    answer = send(console.admin, f"/review/{number(console, PLAIN)}/decide", JSON, **values)
    assert answer.status_code == status
    assert console.sql("SELECT count(*) FROM dashboard.review_decision") == [(0,)]
    assert send(console.admin, "/review/ahead", tab="").status_code == 422
    assert send(console.admin, f"/review/{2**63}/decide", JSON, verdict="approve").status_code == 404


def test_without_script_a_form_decides_and_leads_to_the_next_item(console: Console) -> None:
    client = console.as_role(Role.MODERATOR)
    answer = send(client, f"/review/{number(console, FLAGGED)}/decide?verdict=reject", policy="spam")
    assert (answer.status_code, answer.location) == (303, "/review/next?queue=queue")
    assert f"/review/{number(console, PLAIN)}" in client.get(answer.location).location


def test_the_pages_of_things_say_how_it_stands(console: Console) -> None:
    assert "/review/of/generation/1" in console.viewer.get("/generations/1").text
    assert "/review/of/user_asset/1" in console.viewer.get("/assets/user-1").text
    item = number(console, GENERATION)
    send(console.admin, f"/review/{item}/decide", JSON, verdict="approve")
    assert "Approved by" in console.viewer.get("/review/of/generation/1").text
    assert "never came" in console.viewer.get("/review/of/sample/77").text
    for path in ("/review/of/house/1", "/review/of/sample/99999999999"):
        assert console.viewer.get(path).status_code == 404


def test_an_owner_whose_id_is_empty_has_a_name(console: Console) -> None:
    console.sql("INSERT INTO users (id) VALUES ('')")
    console.sql("UPDATE dashboard.review_item SET owner_id = '' WHERE id = %s", PLAIN)
    page = console.admin.get(f"/review/{PLAIN}").text
    console.sql("UPDATE dashboard.review_item SET owner_id = 'u'")
    console.sql("DELETE FROM users WHERE id = ''")
    assert "<bdi>(empty id)</bdi></a>" in page


def test_who_decides_about_what_was_escalated_reads_why(console: Console) -> None:
    moderator, admin = console.as_role("moderator"), console.as_role("admin")
    item = number(console, PLAIN)
    sent = send(moderator, f"/review/{item}/decide", JSON, verdict="escalate", reason="It may be <b>illegal")
    assert sent.status_code == 200
    page = admin.get(f"/review/{item}").text
    assert "It may be &lt;b&gt;illegal" in page
    assert 'data-verdict="approve"' in page
    assert 'data-verdict="escalate"' not in page


def test_figures_are_one_s_own_except_for_admins(console: Console) -> None:
    send(console.as_role(Role.MODERATOR), f"/review/{number(console, PLAIN)}/decide", JSON, verdict="approve")
    assert "moderator-" in console.admin.get("/review/figures").text
    assert "moderator-" in console.as_role(Role.MODERATOR).get("/review/figures").text
    assert "moderator-" not in console.viewer.get("/review/figures").text
    assert "permission review.manage" in console.viewer.get("/review/policies").text
