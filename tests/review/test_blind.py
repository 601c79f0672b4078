"""What waits for a second look tells nothing of the first to whoever could take it, wherever they look."""

from __future__ import annotations

import re
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from delula.access.actor import Actor
from delula.access.permissions import Role
from delula.commands import run
from delula.db import session
from delula.review.actions import APPROVE, REJECT, OneItem, Rejecting
from delula.review.intake import take_in
from delula.rollups.refresh import refresh
from tests.consoles import FRAGMENT, client_of, console_on
from tests.people import sent_by
from tests.review.things import one_of_each, sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from delula.config import S3Settings
    from tests.consoles import Console

TABLES = ("user_assets", "market_assets", "recipe_samples", "generations")
PAGES = {
    "user_asset": "/assets/user-1",
    "market_asset": "/assets/market-1",
    "sample": "/samples/1",
    "generation": "/generations/1",
}
#: Commands that would tell, by their form.
COMMANDS = {
    "user_asset": "/commands/assets.restore?id=user-1",
    "market_asset": "/commands/assets.publish?id=market-1",
    "sample": "/commands/samples.approve?id=1",
}
LISTS = (
    "/samples/?view=table",
    "/samples/?q=status:rejected",
    "/assets/?view=table",
    "/assets/?view=table&q=deleted:yes",
    "/generations/?view=table",
    "/generations/?q=public:no",
)
#: Pages of other things, and sums, that tell admins of a verdict.
TELLING = (
    "/users/u",
    "/users/u/peek",
    "/users/?columns=assets&columns=bytes",
    "/users/?sort=-assets",
    "/users/?q=bytes:>0",
    "/users/?q=-assets:1",
    "/recipes/1",
    "/generations/2",
    "/assets/generation-1/uses",
    "/assets/summary?q=user:u+deleted:no",
    "/palette?q=1",
)
#: Pages that tell nobody.
SILENT = ("/", "/jobs/", "/review/?q=state:second")
#: What belongs to what is reviewed: its owner, who has as many files as another, a recipe, a generation.
AROUND = """
    INSERT INTO users (id) VALUES ('u'), ('a');
    INSERT INTO user_assets SELECT (jsonb_populate_record(
        one, '{"id": 2, "user_id": "a", "asset_id": "asset-2", "source": 2}')).* FROM user_assets one;
    INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost,
        recipe_steps) VALUES (1, 'R', 'r', '', '', '', '', 1, '[]');
    INSERT INTO generations (id, user_id, prompt, status, asset_id) VALUES (2, 'u', 'b', 'failed', 'asset-1');
    UPDATE generations SET s3_key = 'k/g'"""
#: What is another text in each page: times, tokens, and who is signed in.
_FLEETING = re.compile(
    r"(?s)<time.*?</time>|[\d.]+ (?:ms|s|min)\b|(created%3A|since=)[^&\"]*|(moderator|admin)-[0-9a-f]{8}"
    r"|(nonce|content|value|data-tab|title)=\"[^\"]*\""
)
AUDITED = {"user_asset": "asset/user-1", "market_asset": "asset/market-1", "sample": "sample/1"}


@pytest.fixture(scope="module")
def console(make_database: Callable[..., str], migrated_template: str) -> Iterator[Console]:
    """A thing of each kind, rejected at the first look, which somebody looks at again."""
    with console_on(make_database(migrated_template)) as made:
        made.sql("UPDATE dashboard.review_settings SET second_share = 100")
        with made.app.app_context():
            one_of_each()
            take_in()
            for (item,) in made.sql("SELECT id FROM dashboard.review_item"):
                run(REJECT, Rejecting(item_id=item, policy="sexual"), _first(made), reason="seen it")
            session().remove()
        assert made.sql("SELECT DISTINCT state FROM dashboard.review_item") == [("second",)]
        yield made


@pytest.mark.parametrize("role", ["moderator", "admin"])
def test_no_other_page_is_another_one_whatever_the_first_look_has_found(
    twins: tuple[Console, Console], role: str
) -> None:
    rejected, approved = (one.as_role(role) for one in twins)
    pages = (*TELLING, *SILENT)
    told = [path for path in pages if _as_read(rejected, path) != _as_read(approved, path)]
    assert told == ([] if role == "moderator" else list(TELLING))


@pytest.fixture(scope="module")
def twins(
    make_database: Callable[..., str], migrated_template: str, s3: S3Settings
) -> Iterator[tuple[Console, Console]]:
    """Two consoles with the same things, of which the first look has rejected all, and none."""
    with ExitStack() as open_:
        made = [open_.enter_context(console_on(make_database(migrated_template), s3=s3)) for _ in range(2)]
        for console, verdict in zip(made, (REJECT, APPROVE), strict=True):
            _look_once(console, verdict)
        time.sleep(1)  # figures count what there was at the last full second
        yield made[0], made[1]


@pytest.mark.parametrize(
    "path", ["/assets/?view=table", "/audit/", "/users/u", "/recipes/1", "/assets/user-1", "/palette?q=1"]
)
def test_a_page_asks_once_what_it_keeps_and_only_for_whom_it_does(
    twins: tuple[Console, Console], path: str
) -> None:
    for role, times in (("moderator", 1), ("admin", 0)):
        client = twins[0].as_role(role)
        client.get(path)
        with sent_by(twins[0]) as sent:
            client.get(path)
        assert sum("array_agg(dashboard.review_item.object_id)" in one for one in sent) == times


def _look_once(console: Console, verdict: Any) -> None:
    with console.app.app_context():
        sql("UPDATE dashboard.review_settings SET second_share = 100")
        one_of_each()
        sql(AROUND)
        take_in()
        for (item,) in sql("SELECT id FROM dashboard.review_item ORDER BY kind"):
            given = OneItem(item_id=item) if verdict is APPROVE else Rejecting(item_id=item, policy="sexual")
            run(verdict, given, _first(console))
        refresh()
        session().remove()


def _as_read(person: FlaskClient, path: str) -> str:
    """A page without what is another each time."""
    answer = person.get(path)
    assert answer.status_code == 200, path
    return _FLEETING.sub("", answer.text)


def _first(console: Console) -> Actor:
    """Whoever took the first look."""
    found = console.sql("SELECT id, email FROM dashboard.staff WHERE name = 'First'")
    if not found:
        client_of(console.app, Role.MODERATOR)
        console.sql(
            "UPDATE dashboard.staff SET name = 'First' WHERE id = (SELECT max(id) FROM dashboard.staff)"
        )
        return _first(console)
    ((id_, email),) = found
    return Actor(id_, email, Role.MODERATOR)


def entries(console: Console) -> list[int]:
    return [
        id_
        for (id_,) in console.sql(
            "SELECT id FROM dashboard.audit_log WHERE action = 'review.reject' ORDER BY id"
        )
    ]


def test_nothing_tells_of_the_first_look_to_whoever_could_take_the_second(console: Console) -> None:
    moderator = console.as_role("moderator")
    hidden = entries(console)
    for entry in hidden:
        for path in (f"/audit/{entry}", f"/audit/{entry}/peek", f"/commands/undo/{entry}"):
            assert moderator.get(path).status_code == 404
    run_page = moderator.get(f"/audit/runs/{_as_one_run(console, hidden)}").text
    assert "Reject: 0 done" in run_page
    assert "left out" not in run_page
    for query in ("", "?q=action:review.reject", "?sort=id", "?q=reason:seen"):
        listed = moderator.get(f"/audit/{query}").text
        assert not any(f'href="/audit/{entry}' in listed for entry in hidden)
    for one in AUDITED.values():
        assert "Staff have done nothing to it" in moderator.get(f"/audit/of/{one}").text
    for page in PAGES.values():
        for path in (page, f"{page}/peek"):
            shown = moderator.get(path)
            assert (shown.status_code, "aits for a second look" in shown.text) == (200, True), path
            assert not re.search("rejected|deleted|unpublish", shown.text, re.IGNORECASE), path
    for path in (*COMMANDS.values(), "/commands/review.reverse?decision=1"):
        form = moderator.get(path).text
        assert "It waits for a second look" in form, path
        assert not re.search("rejected|deleted|sexual", form, re.IGNORECASE), path
    for path in LISTS:
        assert not re.search(r'data-row="[^"]*1"', moderator.get(path, headers=FRAGMENT).text), path


def _as_one_run(console: Console, entries: list[int]) -> int:
    """The number of a run on many rows that has left these entries."""
    ((number,),) = console.sql(
        "INSERT INTO dashboard.bulk_run (command, actor, ids, fields, back, started_at, finished_at)"
        " VALUES ('review.reject', 'first', %s, '[]', '/review/', now(), now()) RETURNING id",
        [str(entry) for entry in entries],
    )
    console.sql(
        "INSERT INTO dashboard.bulk_run_item (run_id, object_id, entry_id, said)"
        " SELECT %s, entry::text, entry, 'Rejected.' FROM unnest(%s::bigint[]) entry",
        number,
        entries,
    )
    return int(number)


def _send(client: FlaskClient, path: str, fields: dict[str, str]) -> TestResponse:
    token = re.search(r'name="csrf-token" content="([^"]*)"', client.get("/review/").text)
    assert token is not None
    return client.post(path, data={**fields, "csrf_token": token[1]})


@pytest.mark.parametrize("role", ["admin", "viewer"])
def test_everybody_else_sees_it(console: Console, role: str) -> None:
    person = console.as_role(role)
    for entry in entries(console):
        assert person.get(f"/audit/{entry}").status_code == 200
    assert "seen it" in person.get("/audit/of/sample/1").text
    for page in PAGES.values():
        assert "aits for a second look" not in person.get(page).text
    for path in LISTS:
        if path != "/assets/?view=table":  # generations without a file are no assets
            assert re.search(r'data-row="[^"]*1"', person.get(path, headers=FRAGMENT).text), path


def test_the_thing_stays_as_it_is_meanwhile_and_the_decision_too(console: Console) -> None:
    before = [console.sql(f"SELECT one::text FROM {table} one") for table in TABLES]  # noqa: S608 - of this file
    moderator = console.as_role("moderator")
    for path in COMMANDS.values():
        form, _, query = path.partition("?")
        name, _, id_ = query.partition("=")
        sent = _send(moderator, form, {name: id_, "reason": "because"})
        assert sent.status_code == 409, path
        assert "second look" in sent.text
    assert _send(moderator, "/commands/review.reverse", {"decision": "1"}).status_code == 409
    assert [console.sql(f"SELECT one::text FROM {table} one") for table in TABLES] == before  # noqa: S608


def test_who_had_it_open_before_the_first_look_is_told_only_that_there_was_one(console: Console) -> None:
    moderator = console.as_role("moderator")
    ((item,),) = console.sql("SELECT id FROM dashboard.review_item WHERE kind = 'user_asset'")
    seen = '{"is_deleted": false, "deleted_at": null}'
    answer = _send(
        moderator, f"/review/{item}/decide", {"verdict": "approve", "version": "before", "seen": seen}
    )
    assert answer.status_code == 409
    assert "yours is the second look" in answer.text
    assert not re.search("deleted|rejected", answer.text, re.IGNORECASE)
