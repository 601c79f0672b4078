"""Option icons: what they look like, which recipes they stand for, and which options have none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import psycopg
import pytest

from delula.access.permissions import Role
from delula.lists import kept
from delula.option_icons.listing import LISTING
from delula.web.lists import in_path
from delula.web.lucide import lucide_icon, lucide_name
from tests.consoles import FRAGMENT, console_on
from tests.generations.reading import words
from tests.people import sent_by
from tests.test_crawl import check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.consoles import Console

LIST = "/option-icons/"
ROWS = """
    INSERT INTO recipe_option_tag_icon (id, display, icon, color, created_at, updated_at) VALUES
        ('food', 'Food', 'CircleDot', 'teal', '2026-01-01', '2026-02-01'), ('5', 'Five', 'no-such', '#ff8800', NULL, NULL),
        ('a/b', '<b>Slash</b>', NULL, 'red;}', '2026-01-02', '2026-01-02'), ('~x', 'Tilde', 'smile', NULL, now(), now()),
        ('summary', 'Summary', 'smile', 'sky', now(), now()), ('Crunchy', 'By label', 'smile', 'sky', now(), 'infinity'),
        ('..', 'Dots', 'list', 'sky', now(), now()), ('none', 'Unused', 'list', 'mauve', '-infinity', now());
    INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost, recipe_steps, is_active)
    SELECT 100 + i, 'Steps ' || i, 's' || i, '', '', '', '', 1, steps::jsonb, i % 2 = 0 FROM (VALUES
        (1, '[{"id": "size", "options": [{"value": 5, "label": "Five"}, {"value": "a/b"}, {"value": "large", "label": "Large"}]}]'),
        (2, '[{"id": "food", "options": [{"value": "x"}, {"value": "y"}]}, {"id": "size", "options": [{"value": "large", "label": "Large"}]}]'),
        (3, '[{"id": "noise", "options": [{"label": "Crunchy"}, {"label": "Loud", "value": "loud"}, 7, 5, null]}, {"id": "free", "type": "text"}]'),
        (4, '{"id": "food"}'), (5, '[[{"id": "food"}], "food", {"id": {"food": 1}}, {"id": "size", "options": {"value": "none"}}]'),
        (6, '[{"id": "~x"}, {"id": "~x"}, {"id": "summary", "options": [{"value": ".."}]}]')
    ) rows (i, steps);
    INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost, recipe_steps)
    SELECT 200 + i, 'Many ' || i, 'm' || i, '', '', '', '', 1, '[{"id": "many"}]' FROM generate_series(1, 60) i;
"""  # noqa: E501 - rows are read across


@pytest.fixture(scope="module")
def looks(make_database: Callable[..., str], upgraded_templates: dict[str, str]) -> Iterator[Console]:
    """A console on a live database of ten option icons; its rows are only read."""
    url = make_database(upgraded_templates["documented"])
    with psycopg.connect(url) as connection:
        connection.execute(ROWS)
    with console_on(url) as console:
        yield console


#: Recipes that have a step or an option of each key, read by hand from the rows above and tests/live.
USED_BY = {
    "honey": {1}, "": set(), "food": {1, 102}, "5": {101, 103}, "a/b": {101}, "~x": {106}, "summary": {106},
    "Crunchy": {103}, "..": {106}, "none": set(),
}  # fmt: skip


def _keys(console: Console, **params: str) -> list[str]:
    page = console.admin.get(LIST, query_string=params, headers=FRAGMENT)
    assert page.status_code == 200, page.text
    return re.findall(r'data-row="([^"]*)"', page.text)


def test_each_key_leads_to_the_recipes_that_have_it(looks: Console) -> None:
    assert {key for (key,) in looks.sql("SELECT id FROM recipe_option_tag_icon")} == set(USED_BY)
    for key, recipes in USED_BY.items():
        page = looks.admin.get(LIST + in_path(key))
        assert page.status_code == 200, key
        check(page.text, key)
        assert {int(id_) for id_ in re.findall(r'href="/recipes/(\d+)"', page.text)} == recipes, key
        assert looks.admin.get(f"{LIST}{in_path(key)}/peek").status_code == 200


def test_the_list_counts_the_recipes_of_each_key(looks: Console) -> None:
    query = {"columns": ["key", "recipes"], "sort": "-recipes"}
    page = looks.admin.get(LIST, query_string=query, headers=FRAGMENT).text
    rows = re.findall(r'data-row="([^"]*)".*?<td class="number"[^>]*>(\d+)</td>', page, re.DOTALL)
    assert {key: int(count) for key, count in rows} == {key: len(ids) for key, ids in USED_BY.items()}
    counts = [int(count) for _, count in rows]
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize("sort", [f"{sign}{sort.key}" for sort in LISTING.sorts for sign in ("-", "")])
def test_every_sort_shows_every_icon(looks: Console, sort: str) -> None:
    assert sorted(_keys(looks, sort=sort)) == sorted(USED_BY)


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("problem:unused", "id IN ('', 'none')"),
        ("problem:no_icon", "coalesce(icon, '') = ''"),
        ("recipes:>1", "id IN ('5', 'food')"),
        ("icon:smile", "icon = 'smile'"),
        ("color:sky,none", "color = 'sky' OR color IS NULL"),
        ("key:oo", "id ILIKE '%oo%'"),
        ("tilde", "display ILIKE '%tilde%'"),
        ("updated:2026-02", "updated_at >= '2026-02-01' AND updated_at < '2026-03-01'"),
    ],
)
def test_filters_find_what_sql_finds(looks: Console, query: str, where: str) -> None:
    expected = looks.sql(f'SELECT id FROM recipe_option_tag_icon WHERE {where} ORDER BY id COLLATE "C"')  # noqa: S608 - our own
    assert _keys(looks, q=query) == [key for (key,) in expected]
    assert expected, "the test tells nothing"


def test_options_without_an_icon_are_listed(looks: Console) -> None:
    page = looks.admin.get(f"{LIST}~without").text
    check(page, "without")
    rows = [
        [words(cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", page.split("<tbody>")[1], re.DOTALL)
    ]
    dash = "\N{EM DASH}"
    # A step that says its options in some other way counts as a step without options.
    assert {tuple(row[:4]) for row in rows} == {
        ("size", "large", "Large", "2"),
        ("noise", "loud", "Loud", "1"),
        ("noise", "7", dash, "1"),
        (dash, "1", dash, "1"),
        ("free", dash, dash, "1"),
        ("many", dash, dash, "60"),
        ("size", dash, dash, "1"),
        ('{"food": 1}', dash, dash, "1"),
    }
    assert [row[:2] for row in rows[:2]] == [["many", dash], ["size", "large"]]
    summary = words(looks.admin.get(f"{LIST}summary").text)
    assert re.search(rf"\b{len(rows)}\b", summary)


def test_a_preview_names_every_recipe_that_has_the_option(looks: Console) -> None:
    form = looks.admin.get("/commands/option_icons.create?id=many&display=Many&icon=smile").text
    assert "60 recipes changed with it" in words(form)


@pytest.mark.parametrize("role", list(Role))
def test_every_page_works_for_every_role(looks: Console, role: Role) -> None:
    client = looks.as_role(role)
    for path in ("", "facets", "count", "summary", "~without", "honey", "~/peek", "?sort=-updated"):
        page = client.get(LIST + path)
        assert page.status_code == 200, path
        check(page.text, path)
        assert "<b>Slash" not in page.text
    for path in ("nothing", "~bm90aGluZw", "%00", "x" * 3000, "nothing/peek"):
        assert client.get(LIST + path).status_code == 404, path


def test_a_database_without_the_table_says_so(
    make_database: Callable[..., str], upgraded_templates: dict[str, str]
) -> None:
    url = make_database(upgraded_templates["older"])
    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE recipe_option_tag_icon")
    with console_on(url) as console:
        for path in ("", "food", "~without", "food/peek"):
            page = console.admin.get(LIST + path)
            assert page.status_code == 200
            assert "no option icons" in words(page.text)
            check(page.text, path)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("circle-dot", "circle-dot"),
        ("CircleDot", "circle-dot"),
        ("rows-3", "rows-3"),
        ("Rows3", "rows-3"),
        ("no-such", None),
        ("<script>", None),
        ("", None),
        (None, None),
    ],
)
def test_an_icon_is_drawn_by_its_name(looks: Console, written: str | None, name: str | None) -> None:
    with looks.app.app_context():
        assert lucide_name(written) == name
        assert bool(lucide_icon(written)) is (name is not None)
        assert "<script" not in lucide_icon(written)


@pytest.mark.parametrize(
    ("path", "most"),
    [(LIST, 5), (f"{LIST}food", 7), (f"{LIST}food/peek", 4), (f"{LIST}~without", 3), (f"{LIST}summary", 3)],
)
def test_a_page_asks_few_questions(
    looks: Console, path: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is counted over a whole table was counted a moment ago, however quickly that went.
    monkeypatch.setattr(kept, "SHARE", 1e9)
    looks.admin.get(path)
    with sent_by(looks) as asked:
        assert looks.admin.get(path).status_code == 200
    assert len(asked) <= most, "\n".join(asked)
