"""The library shows every asset of every source once, in one order, and filters it as plain SQL would."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import psycopg
import pytest
from sqlalchemy import event, text

from delula.access.permissions import Role
from delula.assets import queries
from delula.assets.listing import FIELDS, LISTING
from delula.assets.queries import suggest_values
from delula.db import db, session
from delula.lists import Order, conditions_of, find_page
from delula.search import parse
from tests.assets.reading import EVERYTHING, LIST, expected, found
from tests.consoles import FRAGMENT, console_on
from tests.generations.reading import words
from tests.search.test_declared_fields import NOW, OPERANDS
from tests.test_crawl import check
from tests.thinning import some

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.consoles import Console

SORTS = {
    "created": "created_at",
    "bytes": "bytes",
    "usage": "usage",
    "used": "used",
    "duration": "duration",
    "name": 'lower(name) COLLATE "C"',
}


@pytest.mark.parametrize("sort", SORTS)
def test_every_asset_is_listed_once_in_any_order(library: Console, sort: str) -> None:
    for sign, down in (("", False), ("-", True)):
        assert found(library.admin, sort=f"{sign}{sort}") == expected(library, order=SORTS[sort], down=down)


FILTERS = {
    "source:user": "source = 'user'",
    "source:system,market": "source IN ('system', 'market')",
    "-source:generation": "source <> 'generation'",
    "type:image": "type = 1 OR kind = 'image' OR type IS NULL AND mime_type LIKE 'image/%'",
    "type:document": "type = 4",
    "type:77": "type = 77",
    "type:other": "source IN ('system', 'market') AND mime_type !~ '^(image|video|audio)/'",
    "user:u-ann": "user_id = 'u-ann'",
    "owner:gone-user": "user_id = 'gone-user'",
    "user:none": "user_id IS NULL",
    "recipe:1": "source = 'generation' AND own IN (SELECT id FROM generations WHERE recipe_id = 1)",
    "sunset": "name ILIKE '%sunset%'",
    "-sunset": "name IS NULL OR name NOT ILIKE '%sunset%'",
    "sunste": "name ILIKE '%sunset%'",
    'name:"FIRST  frame"': "name ILIKE '%first frame%'",
    "name:pack*": "name ILIKE 'pack%'",
    'name:="Pack 7"': "name = 'Pack 7'",
    'name:="_odd%name"': "lower(name) = '_odd%name'",
    "élan": "name ILIKE '%élan%'",
    "tag:cat": "'cat' = ANY (user_tags)",
    "tag:cute,shared": "user_tags && '{cute,shared}'",
    "-tag:cat": "('cat' = ANY (user_tags)) IS NOT TRUE",
    "tag:none": "coalesce(cardinality(user_tags), 0) = 0",
    "system_tag:outdoor": "'outdoor' = ANY (system_tags)",
    "mime:image/png": "mime_type = 'image/png'",
    "mime:none": "coalesce(mime_type, '') = ''",
    "bytes:>4kB": "bytes > 4000",
    "size:1kB..1.5kB": "bytes BETWEEN 1000 AND 1500",
    "bytes:none": "bytes IS NULL",
    "width:640": "jsonb_typeof(dimensions) = 'object' AND dimensions @> '{\"width\": 640}'",
    "width:>500 source:user": "source = 'user' AND dimensions -> 'width' IN ('600', '700', '640')",
    "duration:>40s": "duration > 40",
    "usage:11": "usage = 11",
    "used:>2026-03-15": "used >= '2026-03-16'",
    "used:none": "used IS NULL",
    "created:2026-02-03": "created_at >= '2026-02-03' AND created_at < '2026-02-04'",
    "created:none": "created_at IS NULL",
    "deleted:yes": "deleted",
    "deleted:no": "deleted IS NOT TRUE",
    "deleted_at:any": "deleted_at IS NOT NULL",
    "origin:imported": "origin = 2",
    "origin:9": "origin = 9",
    "set:core-1": "source = 'system' AND own IN (SELECT id FROM system_assets WHERE system_id = 'core-1')",
    "asset:many-user-5": "asset_id = 'many-user-5'",
    "key:library/user/many/7.png": "source = 'user' AND own = 1007",
    "key:https://cdn.example.org/system/7.png": "id = 'system-1007'",
    "public:no": "NOT public",
    "auto.label:person": "auto ->> 'label' = 'person'",
    "ai.labels:animal": "ai -> 'labels' ? 'animal'",
    "ai.nsfw:>0.5": "(ai ->> 'nsfw')::numeric > 0.5",
    "meta.license:standard": "metadata ->> 'license' = 'standard'",
    "meta.formData.style:neon": "metadata -> 'formData' ->> 'style' = 'neon'",
    "tag:cat deleted:yes type:video": "'cat' = ANY (user_tags) AND deleted AND type = 2",
}


@pytest.mark.parametrize("query", some(FILTERS, 26))
def test_a_filter_leaves_what_plain_sql_leaves(library: Console, query: str) -> None:
    rows = expected(library, FILTERS[query])
    assert rows, "the rows of the test do not hold any"
    assert found(library.admin, re.sub(r"key:(\S+)", r'key:"\1"', query)) == rows


def test_without_trigrams_parts_of_names_are_found_and_errors_are_not_forgiven(
    make_database: Callable[..., str], upgraded_templates: dict[str, str]
) -> None:
    url = make_database(upgraded_templates["documented"])
    with psycopg.connect(url) as connection:
        connection.execute("DROP EXTENSION pg_trgm CASCADE")
    with console_on(url) as console:
        assert found(console.admin, "fram") == expected(console, "name ILIKE '%fram%'") != []
        assert found(console.admin, "framme") == []
        assert console.admin.get("/assets/suggestions?q=name:framme&at=11").status_code == 200


@pytest.mark.parametrize("name", some(FIELDS.names, 12))
def test_a_field_runs_or_says_what_is_wrong_with_it(library: Console, name: str) -> None:
    order = LISTING.default_order
    with library.app.test_request_context():
        for operand in OPERANDS[::3]:
            for head in (f"{name}:", f"-{name}:", f"{name}.a."):
                filter_ = parse(f"{head}{operand}", FIELDS, now=NOW).resolved({})
                if filter_.is_valid:
                    find_page(session(), LISTING.source, conditions_of(filter_), order, None, 5)


def test_the_indexes_stand_as_the_sorts_and_leading_fields_are_written(library: Console) -> None:
    leading = {
        "type": "type:image",
        "user": "user:u-ann",
        "mime": "mime:image/png",
        "origin": "origin:2",
        "recipe": "recipe:1",
        "public": "public:yes",
        "deleted": "deleted:yes",
    }
    with library.app.app_context():
        session().execute(text("SET LOCAL enable_seqscan = off"))
        session().execute(text("SET LOCAL enable_bitmapscan = off"))
        # So few rows are sorted as fast as they are read in order; the question is whether an order is there.
        session().execute(text("SET LOCAL enable_sort = off"))
        asked: list[tuple[str, Any]] = []
        event.listen(db.engine, "before_cursor_execute", lambda *a: asked.append((a[2], a[3])))
        for sort in LISTING.sorts:
            for descending in (False, True):
                find_page(session(), LISTING.source, [], Order(sort, descending), None, 50)
        for query in leading.values():
            conditions = conditions_of(parse(query, FIELDS, now=NOW).resolved({}))
            find_page(session(), LISTING.source, conditions, LISTING.default_order, None, 50)
        assert not any("EXPLAIN" in one for one, _ in asked), "a leading field was not taken as one"
        connection = session().connection()
        for statement, parameters in tuple(asked):
            plan = [line for (line,) in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]
            # Under the limit of a branch nothing is sorted, but for what is known to be nothing.
            nodes = [line for line in plan if "->" in line]
            for limit, sort_, scan in zip(nodes, nodes[1:], nodes[2:], strict=False):
                is_sorted = "Limit" in limit and "->  Sort" in sort_ and "Scan" in scan
                assert not is_sorted, "\n".join(plan)


def _statements(console: Console, path: str) -> int:
    count = 0

    def note(*_: Any) -> None:
        nonlocal count
        count += 1

    with console.app.app_context():
        engine = db.engine
    console.admin.get(path)
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert console.admin.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return count


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/assets/", 3),
        ("/assets/?view=table", 3),
        ("/assets/?q=type:image+deleted:no", 3),
        ("/assets/?q=source:user&sort=-bytes", 3),
        ("/assets/?q=user:u-ann", 4),
        ("/assets/?q=tag:cat", 6),
        ("/assets/?q=meta.license:standard", 9),
        ("/assets/user-1001", 8),
        ("/assets/generation-1002", 7),
        ("/assets/system-1001", 6),
        ("/assets/user-1001/peek", 4),
        ("/assets/user-1001/uses", 5),
        ("/assets/facets", 4),
        ("/assets/count", 2),
        ("/assets/summary?q=user:u-ann", 5),
    ],
)
def test_pages_take_few_statements(library: Console, path: str, most: int) -> None:
    assert _statements(library, path) <= most


def test_the_list_opens_as_a_grid_and_marks_what_is_deleted(library: Console) -> None:
    page = library.admin.get(f"{LIST}?{urlencode({'q': 'deleted:yes'})}")
    check(page.text, "the grid")
    assert page.text.count('class="tile"') == 42
    assert page.text.count("Deleted</span>") == 42
    assert "presigned" not in page.text


@pytest.mark.parametrize("age", ["live_console", "older_console"])
@pytest.mark.parametrize("role", list(Role))
def test_every_column_of_ugly_rows_is_shown_to_everybody(
    age: str, role: Role, request: pytest.FixtureRequest
) -> None:
    console: Console = request.getfixturevalue(age)
    for view in ("grid", "table"):
        query = urlencode({"view": view, "columns": [column.key for column in LISTING.columns]}, doseq=True)
        page = console.as_role(role).get(f"{LIST}?{query}")
        assert page.status_code == 200
        check(page.text, f"{age} {role} {view}")
        assert "<script>alert" not in page.text


def test_addresses_of_owners_are_masked_for_those_who_may_not_see_them(live_console: Console) -> None:
    rows = live_console.sql(
        "SELECT email FROM users JOIN user_assets ON user_id = users.id WHERE email <> '' AND handle IS NULL"
    )
    for (email,) in rows:
        assert email not in live_console.viewer.get(f"{LIST}?view=table").text


def test_totals_are_those_of_the_database(library: Console) -> None:
    page = words(library.admin.get("/assets/summary?q=user:u-ann", headers=FRAGMENT).text)
    ((rows, size),) = library.sql(
        f"SELECT count(*), sum(greatest(bytes, 0)) FROM ({EVERYTHING}) e WHERE user_id = 'u-ann'"  # noqa: S608 - our own
    )
    assert f"{rows:,}" in page
    assert f"{size / 1e9:.1f} GB" in page
    assert library.admin.get("/assets/summary", headers=FRAGMENT).text.strip() == ""
    assert library.admin.get("/assets/summary?q=bytes:much", headers=FRAGMENT).status_code == 422


def test_more_rows_than_are_summed_up_are_said_to_be_more(
    library: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "SUMMED_ROWS", 10)
    page = words(library.admin.get("/assets/summary?q=source:market", headers=FRAGMENT).text)
    assert "Among the first 10 rows" in page


def test_names_are_suggested_by_their_beginning_and_else_by_likeness(library: Console) -> None:
    with library.app.app_context():
        names = [choice.typed for choice in suggest_values(FIELDS["name"], "SUN", 12)]
        assert names[0] == "sunset"
        assert "sunset light 0" in names
        assert len(names) == len(set(names)) <= 12
        assert "sunset" in [choice.typed for choice in suggest_values(FIELDS["name"], "sunste", 12)]
        assert next(iter(suggest_values(FIELDS["name"], "_odd%", 12))).typed.startswith("_odd%")
        for odd in ("", " ", "\0", "%", "x" * 500, "'", "\U0010ffff"):
            assert all(choice.typed for choice in suggest_values(FIELDS["name"], odd, 12))
    page = library.admin.get("/assets/suggestions?q=name:first&at=10", headers=FRAGMENT)
    assert "first frame" in page.text
