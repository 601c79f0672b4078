"""The pages of the audit log, on what staff have done to a live database."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import select

from delula.access.actor import COMMAND_LINE, Actor
from delula.access.permissions import Role
from delula.audit.listing import FIELDS, LISTING
from delula.commands import Change, note, registry, run
from delula.db import atomic
from delula.models import Staff
from delula.tags.actions import MERGE, Merging
from delula.tags.giving import GIVE, Giving
from delula.web.lists import in_path
from tests.commands.renaming import Rename
from tests.consoles import FRAGMENT, Console, client_of, console_on
from tests.generations.reading import words
from tests.people import all_ids, all_ids_backwards, sent_by
from tests.thinning import some

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

LIST = "/audit/"
ANN = Actor(1, "ann@example.com", Role.ADMIN, 7, "10.0.0.7", "request-ann")
BEN = Actor(2, "ben@example.com", Role.SUPPORT, 8, "fe80::1", "request-ben")
#: Entries besides those that are made by hand: more than a page has.
MANY = 70
HOSTILE = '"><script>alert(1)</script>\u202e'


@pytest.fixture(scope="module")
def audited(make_database: Callable[..., str], upgraded_templates: dict[str, str]) -> Iterator[Console]:
    """A console whose audit log has entries of every kind."""
    with console_on(make_database(upgraded_templates["documented"])) as console:
        with console.app.app_context(), atomic():
            first = note(
                "users.rename_for_tests",
                Change("user", "u-ann", {"handle": "ann"}, {"handle": "anna"}),
                ANN,
                given={"user_id": "u-ann", "handle": "anna", "api_key": "sk-secret"},
                reason="asked by phone",
            )
            note(
                "users.rename_for_tests",
                Change("user", "u-ann", {"handle": "anna"}, {"handle": "ann"}),
                BEN,
                reason="a mistake, 100% so",
                takes_back=first,
            )
            note(
                "users.edit",
                Change("user", "a/b", {"email": "old@example.org"}, {"email": "new@example.org", "x": [1]}),
                ANN,
            )
            long = "a" * 90
            note(
                "users.noted",
                Change("user", "u-ben", {"note": long + "x"}, {"note": long + "y", "told": ""}),
                ANN,
            )
            note(HOSTILE, Change(HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, {}), ANN, reason=HOSTILE)
            for number in range(MANY):
                note("tags.painted", Change("tag", str(number), {}, {"name": number}), COMMAND_LINE)
        yield console


@pytest.fixture(autouse=True)
def rename(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._COMMANDS, Rename.name, Rename())


#: What is typed, and the condition that it must mean.
MEANINGS = {
    "id:<3": "id < 3",
    "actor:ann@example.com": "actor = 'ann@example.com'",
    "by:ann@example.com,ben@example.com": "actor IN ('ann@example.com', 'ben@example.com')",
    '-actor:"command line"': "actor <> 'command line'",
    "role:support": "role = 'support'",
    "role:none": "role IS NULL",
    "action:users.rename_for_tests": "action = 'users.rename_for_tests'",
    "action:users.edit,tags.painted": "action IN ('users.edit', 'tags.painted')",
    "kind:user": "object_kind = 'user'",
    "kind:user object:u-ann": "object_kind = 'user' AND object_id = 'u-ann'",
    "object:1*": "object_id LIKE '1%%'",
    "phone": "reason ILIKE '%%phone%%'",
    "reason:100%": r"reason ILIKE '%%100\%%%%'",
    "reason:none": "coalesce(reason, '') = ''",
    "taken-back:yes": "id IN (SELECT takes_back FROM dashboard.audit_log)",
    "taken-back:no": "id NOT IN (SELECT takes_back FROM dashboard.audit_log WHERE takes_back IS NOT NULL)",
    "takes-back:any": "takes_back IS NOT NULL",
    "address:10.0.*": "address LIKE '10.0.%%'",
    "request:request-ben": "request_id = 'request-ben'",
    "session:7": "session_id = 7",
    "created:>1h": "true",
    "created:<1h": "false",
    "actor:ann@example.com kind:user action:users.edit created:today": "action = 'users.edit'",
}


def told(console: Console, condition: str) -> list[str]:
    """The ids of the entries that meet a condition, the newest first, by SQL of its own."""
    query = f"SELECT id FROM dashboard.audit_log WHERE {condition} ORDER BY at DESC, id DESC"  # noqa: S608
    return [str(id_) for (id_,) in console.sql(sql.SQL(query.replace("%%", "%")))]


@pytest.mark.parametrize("typed", some(MEANINGS, 10))
def test_a_filter_finds_what_it_says(audited: Console, typed: str) -> None:
    assert all_ids(audited.admin, LIST, q=typed) == told(audited, MEANINGS[typed])


def test_every_field_is_tried() -> None:
    typed = " ".join(MEANINGS)
    assert {field.name for field in FIELDS if f"{field.name}:" not in typed} == set()


@pytest.mark.parametrize("sort", [one.key for one in LISTING.sorts])
def test_pages_lead_through_all_entries_and_back(audited: Console, sort: str) -> None:
    everything = told(audited, "true")
    assert len(everything) > LISTING.page_size
    assert all_ids(audited.admin, LIST, sort=f"-{sort}") == everything
    assert all_ids_backwards(audited.admin, LIST, sort=f"-{sort}") == everything


def test_the_list_asks_little(audited: Console) -> None:
    audited.admin.get(LIST)
    with sent_by(audited) as sent:
        assert audited.admin.get(LIST, headers=FRAGMENT).status_code == 200
    assert len([one for one in sent if "audit_log" in one]) <= 3, sent


THINGS = """
    INSERT INTO tags (id, name) VALUES (1, 'lava'), (2, 'ice'), (3, 'old');
    INSERT INTO recipes (id, name, slug, description, prompt, instructions, category,
            credit_cost, recipe_steps, tag_highlights)
        SELECT id, 'r', 's' || id, '', '', '', '', 1, '[]', '{3,1,99}' FROM generate_series(1, 20) id;
    INSERT INTO recipe_samples (id, recipe_id, generation_id, user_id, title, original_prompt, thumbnail_url,
        preview_url, high_res_url, type, file_size) VALUES (4, 1, 8, 'u-1', 'By ann@example.org', '', '', '',
        '', 'image', 1);
    INSERT INTO user_assets (id, user_id, asset_id, original_filename, display_name, s3_key, cdn_url,
        mime_type, file_size, asset_type, source) VALUES (5, 'u-1', 'a', '', 'Sea.png', '', '', '', 1, 1, 1);
    INSERT INTO system_assets (id, system_id, asset_id, name, url, mime_type, file_size)
        VALUES (5, 's', 'b', 'Frame', '', '', 1);
    INSERT INTO dashboard.removed_asset (reference, source, asset_id, name, mime_type, bytes, state, actor)
        VALUES ('user-8', '2', 'c', 'Cliff', '', 1, 'purged', 'ann');
    INSERT INTO component_registry (component_id, name) VALUES ('upscale', 'Upscaler');
    INSERT INTO recipe_option_tag_icon (id, display) VALUES ('neon', 'Neon');
    INSERT INTO dashboard.tag_namespace (name) VALUES ('mood');
    INSERT INTO providers (id, title) VALUES (6, 'fal');
    INSERT INTO users (id, handle, email) VALUES ('u-1', 'ann', 'ann@example.org'),
        ('u-2', NULL, 'ben@example.org'), ('u/3', '', NULL);
"""
#: What stands there, with its page, and what those call it who may not see addresses.
NAMED = {
    ("recipe", "1"): ("/recipes/1", "Recipe r"),
    ("sample", "4"): ("/samples/4", "Sample By a•••@e•••.org"),
    ("asset", "user-5"): ("/assets/user-5", "Asset Sea.png"),
    ("asset", "system-5"): ("/assets/system-5", "Asset Frame"),
    ("asset", "user-8"): ("/assets/removed/user-8", "Asset Cliff (gone)"),
    ("component", "upscale"): ("/components/upscale", "Component Upscaler"),
    ("option_icon", "neon"): ("/option-icons/neon", "Option icon Neon"),
    ("provider", "6"): ("/providers/6", "Provider fal"),
    ("user", "u-1"): ("/users/u-1", "User ann"),
    ("user", "u-2"): ("/users/u-2", "User b•••@e•••.org"),
    ("user", "u/3"): (f"/users/{in_path('u/3')}", "User u/3"),
    ("generation", "8"): ("/generations/8", "Generation 8"),
    ("tag_namespace", "mood"): ("/tags/namespaces/mood", "Tag namespace mood"),
}
#: What stands there no more, by an entry that may tell its name.
GONE = {
    "Recipe Lava (gone)": Change("recipe", "70", {"name": "Lava"}, {}),
    "Recipe Ice (gone)": Change("recipe", "71", {"name": "old"}, {"name": "Ice"}),
    "Recipe 72 (gone)": Change("recipe", "72", {"credit_cost": 1}, {"credit_cost": 2}),
    f"Recipe {'9' * 30} (gone)": Change("recipe", "9" * 30, {}, {}),
    "User c•••@e•••.org (gone)": Change("user", "u-9", {"handle": "cem@example.org"}, {"handle": None}),
    "Tag namespace zone (gone)": Change("tag_namespace", "zone", {"at_most": 1}, {}),
    "Asset Sky (gone)": Change("asset", "market-7", {"name": "Sky"}, {}),
}


def test_things_are_named_and_linked_also_when_gone_in_a_few_questions_for_all_rows(
    make_database: Callable[..., str], migrated_template: str
) -> None:
    with console_on(make_database(migrated_template)) as console:
        console.sql(THINGS)
        with console.app.app_context():
            for id_ in range(1, 21):
                run(GIVE, Giving(recipe=id_, tags="-1\n+2"), ANN)
            run(MERGE, Merging(id=3, into="ice"), ANN)
            with atomic():
                for change in (*(Change(*one, {}, {}) for one in NAMED), *GONE.values()):
                    note("things.noted", change, ANN)
        console.viewer.get(LIST)
        with sent_by(console) as sent:
            page = console.viewer.get(LIST, headers=FRAGMENT).text
        (entry,) = told(console, "object_id = '70'")
        alone = console.viewer.get(f"{LIST}{entry}").text
    assert "old (gone), lava, tag 99" in page
    assert "old (gone), tag 99, ice" in page
    shown = " ".join(words(page).split())
    assert "into — → ice" in shown
    assert len(sent) <= 10, sent
    links = dict(re.findall(r'href="([^"]+)"><bdi>([^<]+)</bdi></a>', page))
    for href, name in NAMED.values():
        assert links[href] == name
    for name, change in GONE.items():
        assert links[f"/audit/?q=kind:{change.kind}+object:{change.id}"] == name
    assert links["/audit/?q=kind:tag+object:3"] == "Tag old (gone)"
    assert "Recipe Lava (gone)" in words(alone)


def test_a_long_value_that_differs_at_its_end_is_a_change(audited: Console) -> None:
    (id_,) = told(audited, "action = 'users.noted'")
    shown = audited.admin.get(f"{LIST}?q=id:{id_}").text.replace("</bdi>", "").replace("<bdi>", "")
    assert "aaa… → " in shown
    assert "— → —" not in shown, "what was blank and stays so is none"
    assert '<th scope="row">Told</th>' not in audited.admin.get(f"{LIST}{id_}").text


@pytest.mark.parametrize("role", list(Role))
def test_everybody_reads_it_and_every_entry(audited: Console, role: Role) -> None:
    client = audited.as_role(role)
    columns = [("columns", column.key) for column in LISTING.columns]
    assert client.get(LIST, query_string=columns).status_code == 200
    for id_ in told(audited, "object_kind <> 'tag'"):
        for path in (f"{LIST}{id_}", f"{LIST}{id_}/peek"):
            page = client.get(path)
            assert page.status_code == 200, path
            assert "<script>alert" not in page.text
            assert "sk-secret" not in page.text


def test_addresses_of_users_are_masked_for_who_may_not_see_them(audited: Console) -> None:
    (id_,) = told(audited, "action = 'users.edit'")
    for path in (f"{LIST}?q=id:{id_}", f"{LIST}{id_}", f"{LIST}{id_}/peek"):
        assert "new@example.org" in audited.admin.get(path).text
        masked = audited.viewer.get(path).text
        assert "@example.org" not in masked
        assert "n•••@e•••.org" in masked


def test_an_entry_says_who_what_when_and_why(audited: Console) -> None:
    first, second = told(audited, "action = 'users.rename_for_tests' ")[::-1]
    shown = " ".join(words(audited.admin.get(f"{LIST}{first}").text).split())
    for part in ("ann@example.com", "10.0.0.7", "request-ann", "asked by phone", "Handle ann anna", "Whole"):
        assert part in shown
    page = audited.admin.get(f"{LIST}{first}").text
    assert f'href="/audit/{second}"' in page
    assert 'href="/users/u-ann"' in page
    assert "ben@example.com has taken this back already" in page


@pytest.mark.parametrize("role", list(Role))
def test_staff_are_linked_for_those_alone_who_may_open_their_pages(app: Flask, role: Role) -> None:
    client = client_of(app, role)
    with app.app_context(), atomic() as current:
        staff = current.execute(select(Staff.id, Staff.email).order_by(Staff.id.desc()).limit(1)).one()
        change = Change("staff", str(staff.id), {}, {"role": "viewer"})
        entry = note("staff.created", change, COMMAND_LINE)
    for path in (LIST, f"{LIST}{entry}", f"{LIST}{entry}/peek"):
        page = client.get(path).text
        assert f"Staff {staff.email}" in page, path
        assert (f'href="/staff/{staff.id}"' in page) is (role is Role.ADMIN), path


def test_taking_back_is_offered_to_those_who_may(audited: Console) -> None:
    (second,) = told(audited, "takes_back IS NOT NULL")
    assert f"/commands/undo/{second}" in audited.admin.get(f"{LIST}{second}").text
    refused = audited.viewer.get(f"{LIST}{second}").text
    assert f"/commands/undo/{second}" not in refused
    assert "This needs the permission" in refused
    without = told(audited, "action = 'tags.painted'")[0]
    assert "Nothing takes this back" in audited.admin.get(f"{LIST}{without}").text


def test_the_panel_of_an_object_shows_what_was_done_to_it(audited: Console) -> None:
    panel = audited.viewer.get(f"{LIST}of/user/u-ann", headers=FRAGMENT)
    assert panel.text.count("<li>") == 2
    assert "a mistake, 100% so" in panel.text
    assert "<html" not in panel.text
    other = audited.viewer.get(f"{LIST}of/user/{in_path('a/b')}", headers=FRAGMENT)
    assert other.text.count("<li>") == 1
    assert "Staff have done nothing" in audited.viewer.get(f"{LIST}of/user/nobody").text
    assert audited.viewer.get(f"{LIST}of/user/%00").status_code == 200


@pytest.mark.parametrize("id_", [0, 10**9, 2**63, 10**30])
def test_an_entry_that_is_not_there_is_not_found(audited: Console, id_: int) -> None:
    assert audited.admin.get(f"{LIST}{id_}").status_code == 404
    assert audited.admin.get(f"{LIST}{id_}/peek").status_code == 404


def test_actors_are_suggested_by_what_their_addresses_begin_with(audited: Console) -> None:
    audited.viewer.get(LIST)
    page = audited.admin.get(f"{LIST}suggestions?q=actor:VIEW&at=10")
    assert "viewer-" in page.text


def test_an_altered_entry_is_marked(audited: Console) -> None:
    last = told(audited, "true")[0]
    with psycopg.connect(audited.url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE dashboard.audit_log SET reason = 'other' WHERE id = %s", [last])
        page = audited.admin.get(f"{LIST}{last}").text
        connection.execute("UPDATE dashboard.audit_log SET reason = NULL WHERE id = %s", [last])
    assert "Altered" in page
    assert "Altered" not in audited.admin.get(f"{LIST}{last}").text


def test_entries_of_today_are_entries_of_today(audited: Console) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=2)
    assert all_ids(audited.admin, LIST, q=f"created:>{tomorrow:%Y-%m-%d}") == []
