"""Tags: what they are used by, what is wrong with them, and how they are found, against SQL by hand."""

from __future__ import annotations

import re
import time
from html import unescape
from typing import TYPE_CHECKING

import pytest

from delula.access.permissions import Role
from delula.lists import kept
from delula.rollups.refresh import refresh
from delula.tags.likeness import alike, are_alike, folded
from delula.tags.listing import LISTING
from delula.tags.queries import TRENDS
from tests.consoles import FRAGMENT, console_on
from tests.generations.reading import link, words
from tests.people import sent_by
from tests.test_crawl import check
from tests.thinning import some

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tests.consoles import Console

LIST = "/tags/"

#: The use of each id, asked by hand: an entry that stands twice in a recipe counts once.
USE = """
    SELECT entry.id, count(*), coalesce(sum(recipe_usage.usage_count), 0), max(recipe_usage.last_used_at)
    FROM (SELECT DISTINCT recipes.id AS recipe, unnest(tag_highlights) AS id FROM recipes) entry
    LEFT JOIN recipe_usage ON recipe_usage.recipe_id = entry.recipe GROUP BY entry.id
"""
#: Hidden tags that are not called as they should be.
OFF = "is_hidden AND name !~ '^[^:[:space:]]+:[^:[:space:]]+$'"
#: What each sort sorts by.
SORTED_BY = {
    "group": """(CASE WHEN NOT is_hidden THEN '1' WHEN strpos(name, ':') > 1 THEN '2' ELSE '3' END
        || lower(name)) COLLATE "C" """,
    "name": 'lower(name) COLLATE "C"',
    "recipes": "coalesce(use.recipes, 0)",
    "usage": "coalesce(use.usage, 0)",
    "used": "use.used",
    "created": "created_at",
    "id": "tags.id",
}


def _ids(console: Console, **params: str) -> list[int]:
    """The ids on all pages, by following the links to the end."""
    page = console.admin.get(LIST, query_string={"columns": "id", **params}, headers=FRAGMENT)
    assert page.status_code == 200, page.text
    found = [int(id_) for id_ in re.findall(r'data-row="(\d+)"', page.text)]
    while (further := link(page, "next")) is not None:
        page = console.admin.get(further, headers=FRAGMENT)
        found += [int(id_) for id_ in re.findall(r'data-row="(\d+)"', page.text)]
        assert len(found) < 1000, "the list does not end"
    return found


def _by_hand(console: Console, where: str, order: str = "tags.id") -> list[int]:
    query = f"""SELECT tags.id FROM tags LEFT JOIN ({USE}) use (id, recipes, usage, used) ON use.id = tags.id
        WHERE {where} ORDER BY {order}"""  # noqa: S608 - our own
    return [id_ for (id_,) in console.sql(query)]


def test_every_offered_sort_is_tried() -> None:
    assert {sort.key for sort in LISTING.sorts} == set(SORTED_BY)


@pytest.mark.parametrize("order", [f"{sign}{key}" for key in SORTED_BY for sign in ("-", "")])
def test_pages_hold_every_tag_once_in_order(tagged: Console, order: str) -> None:
    direction = "DESC" if order.startswith("-") else "ASC"
    value = SORTED_BY[order.removeprefix("-")]
    by = f"{value} {direction} NULLS LAST, tags.id {direction}"
    assert _ids(tagged, sort=order) == _by_hand(tagged, "true", by)


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("hidden:no", "NOT is_hidden"),
        ("hidden:yes", "is_hidden"),
        ("namespace:season", "is_hidden AND name LIKE 'season:%'"),
        ("namespace:none", "NOT is_hidden OR strpos(name, ':') < 2"),
        ("-namespace:mood", "NOT (is_hidden AND name LIKE 'mood:%')"),
        ("active:no", "NOT is_active"),
        ("color:pink", "color = 'pink'"),
        ("color:none", "coalesce(color, '') = ''"),
        ("recipes:0", "coalesce(use.recipes, 0) = 0"),
        ("recipes:>10", "use.recipes > 10"),
        ("-recipes:>0", "coalesce(use.recipes, 0) <= 0"),
        ("usage:>20000000", "use.usage > 20000000"),
        ("used:none", "use.used IS NULL"),
        ("used:2026-06", "use.used >= '2026-06-01' AND use.used < '2026-07-01'"),
        ("created:2026-01-03", "created_at >= '2026-01-03' AND created_at < '2026-01-04'"),
        ("mood", "name ILIKE '%mood%'"),
        ("name:season active:yes", "name ILIKE '%season%' AND is_active"),
        ("problem:unused", "use.id IS NULL"),
        ("problem:inactive_in_use", "NOT is_active AND use.recipes > 0"),
        ("problem:convention", OFF),
        ("-problem:unused", "use.id IS NOT NULL"),
        ("problem:unused,convention", "use.id IS NULL OR " + OFF),
        ("problem:near_duplicate hidden:no id:2000..2010", "tags.id IN (2000, 2001, 2002)"),
    ],
)  # fmt: skip
def test_filters_find_what_sql_finds(tagged: Console, query: str, where: str) -> None:
    found = _ids(tagged, q=query, sort="id")
    assert found == _by_hand(tagged, where)
    assert found, "the test tells nothing"


def test_a_row_says_how_much_its_tag_is_used(tagged: Console) -> None:
    query = f"SELECT id, recipes, usage FROM ({USE}) use (id, recipes, usage, used)"  # noqa: S608 - our own
    use = {id_: (recipes, usage) for id_, recipes, usage in tagged.sql(query)}
    columns = ["recipes", "usage"]
    page = tagged.admin.get(LIST, query_string={"columns": columns, "sort": "-recipes"}, headers=FRAGMENT)
    rows = re.findall(r'data-row="(\d+)".*?</tr>', page.text, re.DOTALL)
    assert len(rows) == 50
    for id_, row in re.findall(r'data-row="(\d+)"(.*?)</tr>', page.text, re.DOTALL):
        shown = [
            int(words(cell).replace("\N{MINUS SIGN}", "-").replace(",", ""))
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)
        ]
        assert tuple(shown) == use.get(int(id_), (0, 0))


def test_groups_are_named_above_their_tags_in_the_default_order_only(tagged: Console) -> None:
    page = tagged.admin.get(LIST, query_string={"q": "hidden:yes"}, headers=FRAGMENT).text
    heads = [words(head).strip() for head in re.findall(r'<tr class="table-group">(.*?)</tr>', page)]
    assert heads[0].startswith("Hidden, ")
    assert len(heads) == len(set(heads)) > 2
    other = tagged.admin.get(LIST, query_string={"q": "hidden:yes", "sort": "name"}, headers=FRAGMENT).text
    assert "table-group" not in other


def test_figures_above_the_list_lead_to_as_many_rows(tagged: Console) -> None:
    page = tagged.admin.get(f"{LIST}summary").text
    figures = re.findall(r'<a href="([^"]*)"><b>(.*?)</a>', page, re.DOTALL)
    assert len(figures) == 5
    for href, inner in figures:
        count = int(re.findall(r"\d[\d,]*", words(inner))[0].replace(",", ""))
        if "q=" in href:
            assert len(_ids(tagged, q=unescape(href).partition("q=")[2])) == count, href
        else:
            query = """SELECT count(*) FROM (SELECT DISTINCT unnest(tag_highlights) FROM recipes) entry (id)
                WHERE NOT EXISTS (SELECT FROM tags WHERE tags.id = entry.id)"""
            assert tagged.sql(query) == [(count,)]


def test_ids_without_a_tag_are_listed_with_their_recipes(tagged: Console) -> None:
    page = tagged.admin.get(f"{LIST}dangling").text
    check(page, "dangling")
    seen = words(page)
    for id_ in (999, 5000, 5001, 5002):
        assert f"tag {id_} is gone" in seen
        row = page.split(f"tag {id_} is gone")[1].split("</tr>")[0]
        count = tagged.sql("SELECT count(*) FROM recipes WHERE tag_highlights @> ARRAY[%s::int]", id_)[0][0]
        assert words(row).split()[0] == str(count)
        carriers = [int(found) for found in re.findall(r'href="/recipes/(\d+)"', row)]
        query = "SELECT id FROM recipes WHERE tag_highlights @> ARRAY[%s::int] ORDER BY id LIMIT 12"
        assert carriers == [recipe for (recipe,) in tagged.sql(query, id_)]
        assert ("more" in words(row)) is (count > 12)
    assert "empty entry" in seen


def test_a_page_of_a_tag_shows_its_recipes_the_most_used_first(tagged: Console) -> None:
    page = tagged.admin.get(f"{LIST}1003").text
    shown = [
        int(id_) for id_ in re.findall(r'<td class="cut">\s*<a class="link"\s+href="/recipes/(\d+)"', page)
    ]
    query = """SELECT recipes.id FROM recipes LEFT JOIN recipe_usage ON recipe_id = recipes.id
        WHERE 1003 = ANY (tag_highlights) ORDER BY coalesce(recipe_usage.usage_count, 0) DESC, recipes.id"""
    assert shown == [id_ for (id_,) in tagged.sql(query)]
    assert shown


def test_a_page_names_the_tags_that_a_tag_may_be_mixed_up_with(tagged: Console) -> None:
    page = tagged.admin.get(f"{LIST}2000").text
    assert {"/tags/2001", "/tags/2002"} <= set(re.findall(r'href="(/tags/\d+)"', page))
    assert "nearly the same name" in words(page)
    assert "class=" not in words(page)


@pytest.mark.parametrize("role", some(reversed(Role), 2))
def test_every_tag_can_be_opened_by_every_role(tagged: Console, role: Role) -> None:
    client = tagged.as_role(role)
    ids = [id_ for (id_,) in tagged.sql("SELECT id FROM tags WHERE id < 1010 OR id >= 2000")]
    paths = [LIST, f"{LIST}facets", f"{LIST}count", f"{LIST}dangling", f"{LIST}summary"]
    every = "&".join(f"columns={column.key}" for column in LISTING.columns)
    paths += [f"{LIST}?{every}", *(f"{LIST}{id_}{part}" for id_ in ids for part in ("", "/peek"))]
    for path in paths:
        page = client.get(path)
        assert page.status_code == 200, path
        check(page.text, f"{role} at {path}")
        assert "<b>bold" not in page.text
        assert 'style="' not in page.text


@pytest.mark.parametrize("reference", ["999999", "2147483648", "9" * 30, "x", "-1"])
def test_a_tag_that_does_not_exist_is_not_found(tagged: Console, reference: str) -> None:
    assert tagged.admin.get(f"{LIST}{reference}").status_code == 404
    assert tagged.admin.get(f"{LIST}{reference}/peek").status_code == 404


def test_an_odd_colour_is_shown_as_text_and_a_written_one_is_drawn(tagged: Console) -> None:
    page = tagged.admin.get(LIST, query_string={"columns": "color", "q": "color:#ff8800"}, headers=FRAGMENT)
    assert 'fill="#ff8800"' in page.text
    page = tagged.admin.get(LIST, query_string={"columns": "color", "q": "bold"}, headers=FRAGMENT)
    assert "red;}&lt;/style&gt;" in page.text
    assert "fill=" not in page.text


def test_a_tag_that_comes_is_counted_before_long(
    make_database: Any, upgraded_templates: dict[str, str]
) -> None:
    url = make_database(upgraded_templates["documented"])
    with console_on(url) as console:
        assert "Unused" not in words(console.admin.get(f"{LIST}1").text)
        console.sql(
            "UPDATE recipes SET tag_highlights = "
            "ARRAY(SELECT id FROM unnest(tag_highlights) id WHERE id <> 1)"
        )
        console.sql("INSERT INTO tags (id, name) VALUES (77, 'brand new')")
        end = time.monotonic() + 20
        while "Unused" not in words(console.admin.get(f"{LIST}1").text):
            assert time.monotonic() < end
            time.sleep(0.05)
        assert _ids(console, q="problem:unused id:77") == [77]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Animals", "animal", True),
        ("sci-fi", "Sci Fi", True),
        ("anmials", "animals", True),
        ("category:vidoe", "category:video", True),
        ("category:vdeo", "category:video", True),
        ("portrait", "portrayt", True),
        ("cat", "car", False),
        ("1920s", "1930s", False),
        ("tag 1", "tag 12", False),
        ("video", "image", False),
        ("abcdef", "abdcfe", False),
        ("", "", False),
        ("", "s", False),
    ],
)
def test_names_are_alike_that_differ_by_a_slip(one: str, other: str, expected: bool) -> None:
    assert are_alike(folded(one), folded(other)) is expected
    assert bool(alike(((1, one), (2, other)))) is expected


def test_alike_finds_every_pair_that_comparing_all_finds() -> None:
    words_ = [
        "video",
        "vidoe",
        "vide",
        "videos",
        "vxdeo",
        "veido",
        "image",
        "imgae",
        "images",
        "a",
        "",
        "Video",
    ]
    names = tuple(enumerate(words_))
    expected = {
        id_: [other for other, text in names if other != id_ and are_alike(folded(name), folded(text))]
        for id_, name in names
    }
    assert alike(names) == {id_: others for id_, others in expected.items() if others}


@pytest.mark.parametrize(
    ("path", "most"),
    [
        (LIST, 6),
        (f"{LIST}?q=problem:unused&sort=-usage", 7),
        (f"{LIST}summary", 3),
        (f"{LIST}facets", 5),
        (f"{LIST}count", 4),
        (f"{LIST}1", 12),
        (f"{LIST}2000/peek", 5),
        (f"{LIST}dangling", 5),
    ],
)
def test_a_page_asks_few_questions(
    tagged: Console, path: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is counted over a whole table was counted a moment ago, however quickly that went.
    monkeypatch.setattr(kept, "SHARE", 1e9)
    tagged.admin.get(path)
    with sent_by(tagged) as asked:
        assert tagged.admin.get(path).status_code == 200
    assert len(asked) <= most, "\n".join(asked)


def test_the_trend_counts_the_generations_of_its_recipes_week_by_week(
    make_database: Callable[..., str], upgraded_templates: dict[str, str]
) -> None:
    url = make_database(upgraded_templates["documented"])
    with console_on(url) as console:
        assert "have not been summed up" in words(console.admin.get(f"{LIST}1").text)
        console.sql("""
            INSERT INTO generations (user_id, recipe_id, prompt, status, created_at)
            SELECT 'u-ann', 1 + i % 5, 'p', 'completed', now() AT TIME ZONE 'UTC' - i * interval '7 hours'
            FROM generate_series(0, 300) i""")
        with console.app.app_context():
            refresh()
            TRENDS.forget()
        expected = console.sql("""
            SELECT count(generations.id) FROM generate_series(7, 0, -1) ago
            LEFT JOIN recipes ON 1 = ANY (tag_highlights)
            LEFT JOIN generations ON recipe_id = recipes.id
                AND generations.created_at >= (now() AT TIME ZONE 'UTC')::date - (ago + 1) * 7 + 1
                AND generations.created_at < (now() AT TIME ZONE 'UTC')::date - ago * 7 + 1
            GROUP BY ago ORDER BY ago DESC""")
        page = console.admin.get(f"{LIST}1").text
        table = page.split('class="chart-data"')[1].split("</details>")[0]
        shown = [words(cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", table, re.DOTALL)]
        assert [int(count) for count in shown] == [count for (count,) in expected]
        # Each number leads to precisely those generations.
        hrefs = [unescape(href) for href in re.findall(r'href="(/generations/[^"]*)"', table)]
        assert len(hrefs) == 8
        for href, (count,) in zip(hrefs, expected, strict=True):
            counted = console.admin.get(f"/generations/count{href.partition('/generations/')[2]}&exact=1")
            assert re.search(rf">\s*{count}\b", counted.text), (href, counted.text)
        row = console.admin.get(LIST, query_string={"columns": "trend", "q": "id:1"}, headers=FRAGMENT).text
        assert f"{sum(count for (count,) in expected)} generations of its recipes in 8 weeks" in row
