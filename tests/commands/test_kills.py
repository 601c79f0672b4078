"""Web workers and job workers that are killed in the middle of a write: all of it is there, or nothing.

Each work is killed at each of its statements and commits in turn. What many rows are changed by is whole for
each row. The same request once more, or the next run of the job, ends it, and nothing is done twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from delula.assets.removing import PURGE_DELETED
from delula.commands.verify import faults
from delula.db import atomic
from tests.consoles import Console, console_on
from tests.killing import killed
from tests.working import work_off

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from delula.config import S3Settings

    Sending = Callable[[], Any]

ROWS = 3
EMPTY = """
    TRUNCATE recipes, tags, user_assets, dashboard.tag_alias, dashboard.tag_rewrite, dashboard.recipe_version,
        dashboard.review_item, dashboard.removed_asset, dashboard.object_removal, dashboard.bulk_run CASCADE;
    DELETE FROM dashboard.tag_namespace;
    DELETE FROM jobs.procrastinate_jobs;
    UPDATE dashboard.asset_retention SET days = 30;
    UPDATE dashboard.review_settings SET second_share = 0"""
RECIPES = """
    INSERT INTO tags (id, name) VALUES (1, 'animals'), (2, 'pets');
    INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost,
        recipe_steps, tag_highlights)
    SELECT id, 'r', 's' || id, '', '', '', '', 1, '[]', '{1,99}' FROM generate_series(1, 3) id"""
ASSETS = """
    INSERT INTO user_assets (id, user_id, asset_id, original_filename, display_name, s3_key, cdn_url,
        mime_type, file_size, asset_type, source, is_deleted, deleted_at)
    SELECT id, 'u', 'a' || id, 'a', 'a', 'nowhere/' || id || '.png', 'u', 'image/png', 1, 1, 1, true,
        now() - interval '60 days' FROM generate_series(1, 3) id"""
ITEMS = """
    INSERT INTO user_assets (id, user_id, asset_id, original_filename, display_name, s3_key, cdn_url,
        mime_type, file_size, asset_type, source)
    SELECT id, 'u', 'a' || id, 'a', 'a', 'nowhere/' || id || '.png', 'u', 'image/png', 1, 1, 1
    FROM generate_series(1, 3) id;
    INSERT INTO dashboard.review_item (kind, object_id, owner_id, state, rank, since, reach, risk, history,
        edition, content)
    SELECT 'user_asset', id, 'u', 'open', 1, now(), 0, 0, 0, 1, '' FROM generate_series(1, 3) id"""


def fields(html: str, name: str) -> list[str]:
    return [unescape(one) for one in re.findall(rf'name="{name}"\s+value="([^"]*)"', html)]


def form(console: Console, address: str, **typed: str) -> Sending:
    """What sends the form of a command."""
    page = console.admin.get(address)
    assert page.status_code == 200, page.text
    hidden = re.findall(r'<input type="hidden"\s+name="([^"]*)"\s+value="([^"]*)">', page.text)
    data = {name: unescape(value) for name, value in hidden} | typed
    return lambda: console.admin.post(address.partition("?")[0], data=data)


def selection(console: Console, command: str, ids: list[int], **typed: str) -> Sending:
    """What sends the form of a command on rows that were selected."""
    token = {"csrf_token": fields(console.admin.get("/recipes/").text, "csrf_token")[0]}
    sent = token | {"id": ids, "back": "/recipes/"} | typed
    page = console.admin.post(f"/bulk/{command}", data=sent, follow_redirects=True)
    data = token | {name: fields(page.text, name) for name in ("id", "version")} | typed
    return lambda: console.admin.post(f"{page.request.path}/run", data=data)


def going_on(console: Console, run: str) -> Sending | None:
    """What sends the form for what a run has left; None where it has left nothing."""
    page = console.admin.get(run).text
    found = re.search(r'<form method="post" action="(/bulk/[a-z]+\.[a-z]+)">(.*?)</form>', page, re.DOTALL)
    if found is None:
        return None
    names = set(re.findall(r'<input type="hidden" name="([^"]*)"', found[2]))
    data = {name: fields(found[2], name) for name in names} | {"csrf_token": fields(page, "csrf_token")[0]}
    again = console.admin.post(found[1], data=data, follow_redirects=True)
    rest = {name: values for name, values in data.items() if name not in {"id", "back"}}
    rest |= {name: fields(again.text, name) for name in ("id", "version")}
    return lambda: console.admin.post(f"{again.request.path}/run", data=rest)


@dataclass(frozen=True)
class Work:
    """One kind of write.

    Attributes:
        rows: that there are before, as SQL.
        opened: opens the form; gives what sends it.
        told: tells of each row all that is written, as SQL.
        done: what that is of a row that was done.
        is_one: whether all of them are done in one transaction.
    """

    rows: str
    opened: Callable[[Console], Sending]
    told: str
    done: tuple[Any, ...]
    is_one: bool = False


VERSIONS = "(SELECT count(*) FROM dashboard.recipe_version one WHERE one.recipe_id = recipes.id)"
WORKS = {
    "merge": Work(
        RECIPES,
        lambda console: form(console, "/commands/tags.merge?id=1&into=pets", into="pets"),
        f"""SELECT tag_highlights, (SELECT count(*) FROM tags),
            (SELECT tag_id FROM dashboard.tag_alias WHERE name = 'animals'),
            (SELECT count(*) FROM dashboard.tag_rewrite one WHERE one.recipe_id = recipes.id), {VERSIONS}
        FROM recipes ORDER BY id""",  # noqa: S608 - a constant
        ([2, 99], 1, 2, 1, 2),
        is_one=True,
    ),
    "purge": Work(
        ASSETS,
        lambda console: form(console, "/commands/assets.purge?id=user-1&back=/assets/", reason="asked"),
        """SELECT (SELECT count(*) FROM user_assets WHERE id = 1),
            (SELECT state FROM dashboard.removed_asset WHERE reference = 'user-1'),
            (SELECT count(*) FROM dashboard.object_removal WHERE key = 'nowhere/1.png')""",
        (0, "purging", 1),
        is_one=True,
    ),
    "bulk tags": Work(
        RECIPES,
        lambda console: selection(console, "tags.give", [1, 2, 3], tags="+2"),
        f"SELECT tag_highlights, {VERSIONS} FROM recipes ORDER BY id",  # noqa: S608 - a constant
        ([1, 99, 2], 2),
    ),
    "bulk review": Work(
        ITEMS,
        lambda console: selection(
            console,
            "review.reject",
            [id_ for (id_,) in console.sql("SELECT id FROM dashboard.review_item ORDER BY id")],
            policy="sexual",
        ),
        """SELECT item.state, asset.is_deleted, asset.deleted_at IS NOT NULL,
            (SELECT array_agg(one.entry_id IS NOT NULL) FROM dashboard.review_decision one
                WHERE one.item_id = item.id)
        FROM dashboard.review_item item JOIN user_assets asset ON asset.id = item.object_id
        ORDER BY item.id""",
        ("rejected", True, True, [True]),
    ),
}


def call(send: Sending, _: Callable[..., None]) -> None:
    """Send it; its statements are steps enough."""
    send()


@pytest.fixture(scope="module")
def console(make_database: Callable[..., str], migrated_template: str, s3: S3Settings) -> Iterator[Console]:
    with console_on(make_database(migrated_template), s3=s3) as found:
        yield found


def begin(console: Console, rows: str) -> int:
    """Nothing but these rows; the newest entry of the audit log."""
    for statement in (*EMPTY.split(";"), *rows.split(";")):
        console.sql(statement)
    ((newest,),) = console.sql("SELECT coalesce(max(id), 0) FROM dashboard.audit_log")
    return int(newest)


def entries(console: Console, newest: int) -> int:
    ((count,),) = console.sql("SELECT count(*) FROM dashboard.audit_log WHERE id > %s", newest)
    return int(count)


def done(console: Console, work: Work, newest: int, untouched: Sequence[Any]) -> list[bool]:
    """Of each row whether it was done: then it has an entry, and else it is as it was, to the last trace."""
    told = console.sql(work.told)
    found = [row == work.done for row in told]
    assert [row for row in told if row != work.done] == [untouched[0]] * found.count(False)
    assert entries(console, newest) == (any(found) if work.is_one else sum(found))
    if work.is_one:
        assert len(set(found)) == 1, "all of it, or nothing"
    return found


@pytest.mark.parametrize(
    ("name", "each"),
    [
        ("merge", 37),
        ("bulk tags", 37),
        *(pytest.param(name, 1, marks=pytest.mark.slow) for name in WORKS),
    ],
)
def test_a_request_that_is_killed_is_whole_or_was_not_there_and_sent_again_it_counts_once(
    console: Console, name: str, each: int
) -> None:
    work = WORKS[name]
    newest = begin(console, work.rows)
    untouched = console.sql(work.told)
    send = work.opened(console)
    steps = killed(console.app, partial(call, send), None)
    assert all(done(console, work, newest, untouched))
    for at in range(0, steps, each):
        newest = begin(console, work.rows)
        send = work.opened(console)
        killed(console.app, partial(call, send), at)
        left = done(console, work, newest, untouched)
        answer = send()
        assert answer.status_code == 303, (at, answer.text)
        if not work.is_one:
            assert answer.location.startswith("/audit/runs/")
            if (rest := going_on(console, answer.location)) is not None:
                assert not all(left)
                assert rest().status_code == 303
        assert all(done(console, work, newest, untouched)), at
    with console.app.app_context():
        assert faults() == []


@pytest.mark.slow
def test_a_retention_that_is_killed_is_ended_by_the_next_run(console: Console) -> None:
    def due() -> None:
        with console.app.app_context(), atomic():
            PURGE_DELETED.defer({})

    def state() -> list[tuple[Any, ...]]:
        return console.sql("""
            SELECT asset.id IS NULL, removed.reference, removal.key
            FROM generate_series(1, 3) number LEFT JOIN user_assets asset ON asset.id = number
            LEFT JOIN dashboard.removed_asset removed ON removed.reference = 'user-' || number
            LEFT JOIN dashboard.object_removal removal ON removal.key = 'nowhere/' || number || '.png'
            ORDER BY number""")

    begin(console, ASSETS)
    untouched = state()
    due()
    steps = killed(console.app, lambda _: work_off(console.app), None)
    purged = state()
    assert [row[0] for row in purged] == [True] * ROWS
    for at in range(steps):
        newest = begin(console, ASSETS)
        due()
        killed(console.app, lambda _: work_off(console.app), at)
        for row, before, after in zip(state(), untouched, purged, strict=True):
            assert row in (before, after), at
        due()
        work_off(console.app)
        assert state() == purged, at
        assert entries(console, newest) == ROWS
