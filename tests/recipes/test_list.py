"""The list of recipes: every order, filter and column against SQL written by hand."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from delula.recipes.listing import FIELDS, LISTING
from delula.recipes.queries import resolve_recipes
from tests.generations.reading import ask, ids, matches, pages, words
from tests.thinning import some

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session, scoped_session

    from tests.consoles import Console

LIST = "/recipes/"

#: What each sort sorts by, written by hand.
SORTED_BY = {
    "created": "created_at",
    "id": "id",
    "name": "left(name, 200)",
    "cost": "credit_cost",
    "usage": "usage",
    "used": "last_used_at",
    "generations": "generations",
    "stock": "stock",
}
#: The recipes with what is counted of them, asked of the product's own tables.
RECIPES = """(SELECT r.*, u.usage_count AS usage, u.last_used_at,
    CASE WHEN EXISTS (SELECT FROM dashboard.recipe_totals t WHERE t.recipe_id = r.id)
         THEN (SELECT count(*) FROM generations g WHERE g.recipe_id = r.id) END AS generations,
    CASE WHEN EXISTS (SELECT FROM dashboard.recipe_totals t WHERE t.recipe_id = r.id)
         THEN (SELECT count(*) FROM generations g WHERE g.recipe_id = r.id AND g.user_id = 'system_backlog'
               AND g.status = 'completed') END AS stock
    FROM recipes r LEFT JOIN recipe_usage u ON u.recipe_id = r.id) AS recipes"""


def tagged(names: str) -> str:
    """The condition that a recipe bears a tag of one of these names."""
    return f"EXISTS (SELECT FROM tags t WHERE t.id = ANY(tag_highlights) AND t.name IN ({names}))"


def without(namespace: str) -> str:
    """The condition that a recipe bears no hidden tag of a namespace."""
    return f"""NOT EXISTS (SELECT FROM tags t WHERE t.id = ANY(tag_highlights) AND t.is_hidden
               AND t.name LIKE '{namespace}:%')"""


#: What is typed, and the condition that it must mean.
MEANINGS = {
    "id:101": "id = 101",
    "id:1..6": "id BETWEEN 1 AND 6",
    "slug:recipe-5": "slug = 'recipe-5'",
    "slug:object": "slug = 'object'",
    "slug:recipe-1*": "slug LIKE 'recipe-1%'",
    "neon": "name ILIKE '%neon%'",
    "neon city": "name ILIKE '%neon%' AND name ILIKE '%city%'",
    '"glass fruit"': "name ILIKE '%glass fruit%'",
    "-neon": "name NOT ILIKE '%neon%'",
    'name:"100%"': r"name LIKE '%100\%%'",
    "name:a_b": r"name ILIKE '%a\_b%'",
    'name:="Glass fruit"': "name = 'Glass fruit'",
    "description:promises": "description ILIKE '%promises%'",
    'description:=""': "description = ''",
    "prompt:whale": r"prompt ~* '\mwhales?\M'",
    "prompt:animal": r"prompt ~* '\manimals?\M'",
    "active:yes": "is_active",
    "is:active": "is_active",
    "-active:yes": "NOT is_active",
    "public:no": "NOT is_public",
    "type:video": "generation_type = 'video'",
    "type:hologram": "generation_type = 'hologram'",
    "generation_type:image,video": "generation_type IN ('image', 'video')",
    "workflow:hybrid": "workflow_type = 'hybrid'",
    "workflow_type:other": "workflow_type = 'other'",
    'workflow:""': "workflow_type = ''",
    "category:asmr": "category = 'asmr'",
    'category:""': "category = ''",
    "-category:asmr,funny": "category NOT IN ('asmr', 'funny')",
    "style:noir": "style = 'noir'",
    "model:veo-3": "model = 'veo-3'",
    "provider:fal": "'fal' IN (lower(video_provider), lower(image_provider))",
    "provider:FAL": "'fal' IN (lower(video_provider), lower(image_provider))",
    "provider:google,stability": "video_provider = 'google' OR image_provider = 'stability'",
    "provider:none": "concat(video_provider, image_provider) = ''",
    "-provider:fal": "video_provider IS DISTINCT FROM 'fal' AND image_provider IS DISTINCT FROM 'fal'",
    "video_provider:google": "video_provider = 'google'",
    "video_provider:none": "video_provider IS NULL",
    "image_provider:any": "image_provider <> ''",
    "audio:sound": "audio_type = 1",
    "audio:no_sound": "audio_type = 0",
    "audio:9": "audio_type = 9",
    "-audio:speech": "audio_type <> 2",
    "cost:10": "credit_cost = 10",
    "cost:>5": "credit_cost > 5",
    "cost:<0": "credit_cost < 0",
    "usage:3": "usage = 3",
    "usage:>=10": "usage >= 10",
    "usage:none": "usage IS NULL",
    "used:2026-03-05": "last_used_at::date = '2026-03-05'",
    "last_used:none": "last_used_at IS NULL",
    "generations:>5": "generations > 5",
    "stock:none": "stock IS NULL",
    "stock:>=3": "stock >= 3",
    "created:2026-02-03": "created_at::date = '2026-02-03'",
    "created:none": "created_at IS NULL",
    "creator:u-ann": "creator_id = 'u-ann'",
    "creator:ann": "creator_id = 'u-ann'",
    "creator:ann@example.org": "creator_id = 'u-ann'",
    "creator:gone-user": "creator_id = 'gone-user'",
    "creator:none": "creator_id IS NULL",
    "-creator:ann": "creator_id IS DISTINCT FROM 'u-ann'",
    "shared:yes": "revenue_share_enabled",
    "restricted:no": "NOT has_content_restrictions",
    "referral:CODE-10": "referral_code = 'CODE-10'",
    "referral_code:any": "referral_code <> ''",
    "components:yes": "workflow_components IS NOT NULL AND workflow_components <> 'null'",
    "components:no": "workflow_components IS NULL OR workflow_components = 'null'",
    "tag:viral": tagged("'viral'"),
    "tag:Viral": tagged("'Viral'"),
    "tag:VIRAL": tagged("'viral', 'Viral'"),
    "tag:funny": tagged("'Funny'"),
    "tag:viral,logo": tagged("'viral', 'logo'"),
    "tag:viral tag:Viral": tagged("'viral'") + " AND " + tagged("'Viral'"),
    "-tag:viral": "NOT " + tagged("'viral'"),
    'tag:"night market"': tagged("'night market'"),
    "tag:category:video": tagged("'category:video'"),
    "tag:category:image": tagged("'category:image'"),
    "-tag:category:video": "NOT " + tagged("'category:video'"),
    "tag:workflow:style_transfer,rating:teen_plus": tagged("'workflow:style_transfer', 'rating:teen_plus'"),
    "tag:101": "101 = ANY(tag_highlights)",
    "tag:107": tagged("'107'"),
    "tag:901": "901 = ANY(tag_highlights)",
    "tag:none": "coalesce(cardinality(tag_highlights), 0) = 0",
    "-tag:none": "cardinality(tag_highlights) > 0",
    "missing:category": without("category"),
    "missing:workflow": without("workflow"),
    "missing:rating": without("rating"),
    "-missing:category": f"NOT ({without('category')})",
    "missing:category,workflow": f"({without('category')}) OR ({without('workflow')})",
    "missing:category active:yes": f"{without('category')} AND is_active",
    "problem:dangling_tag": """EXISTS (SELECT FROM unnest(tag_highlights) x
        WHERE NOT EXISTS (SELECT FROM tags t WHERE t.id = x))""",
    "problem:inactive_tag": """EXISTS (SELECT FROM tags t WHERE t.id = ANY(tag_highlights)
        AND NOT t.is_active)""",
    "problem:gone_creator": "creator_id IS NOT NULL AND creator_id NOT IN (SELECT id FROM users)",
    "problem:same_slug": "(SELECT count(*) FROM recipes r WHERE r.slug = recipes.slug) > 1",
    "problem:odd_steps": "jsonb_typeof(recipe_steps) <> 'array'",
    "-problem:odd_steps": "jsonb_typeof(recipe_steps) = 'array'",
    "problem:negative_cost": "credit_cost < 0",
    "problem:low_stock": "is_active AND coalesce(stock, 0) < 3",
}


def in_order(kitchen: Console, order: str = "-created", where: str = "true") -> list[int]:
    """The ids in an order, asked of the database by hand."""
    direction = "DESC" if order.startswith("-") else "ASC"
    value = SORTED_BY[order.removeprefix("-")]
    query = f"SELECT id FROM {RECIPES} WHERE {where} ORDER BY {value} {direction} NULLS LAST, id {direction}"  # noqa: S608 - our own
    return [id_ for (id_,) in kitchen.sql(query)]


def test_every_offered_sort_and_field_is_tried() -> None:
    assert {sort.key for sort in LISTING.sorts} == set(SORTED_BY)
    typed = " ".join(MEANINGS)
    untried = [field.name for field in FIELDS if f"{field.name}:" not in typed]
    assert not untried


@pytest.mark.parametrize("order", [f"{sign}{key}" for key in SORTED_BY for sign in ("-", "")])
def test_pages_hold_every_recipe_once_in_order(kitchen: Console, order: str) -> None:
    found = pages(kitchen.admin, path=LIST, sort=order, columns="id")
    assert [id_ for page in found for id_ in page] == in_order(kitchen, order)
    assert {len(page) for page in found[:-1]} == {50}


@pytest.mark.parametrize(("query", "where"), some(MEANINGS.items(), 50))
def test_a_filter_finds_exactly_what_it_says(kitchen: Console, query: str, where: str) -> None:
    assert matches(kitchen.admin, query, path=LIST) == in_order(kitchen, where=where)


@pytest.mark.parametrize(
    "query", ["tag:nosuch", "tag:vir*", "missing:colour", "problem:any", "cost:much", "creator:"]
)
def test_what_cannot_be_read_is_marked(kitchen: Console, query: str) -> None:
    page = ask(kitchen.admin, LIST, q=query)
    assert page.status_code == 422
    assert "query-problems" in page.text
    assert ids(page) == []


def test_the_grid_shows_the_recipes_of_the_table_as_cards(kitchen: Console) -> None:
    grid = ask(kitchen.admin, LIST, view="grid", q="id:1")
    assert ids(ask(kitchen.admin, LIST, view="grid")) == ids(ask(kitchen.admin, LIST))
    seen = words(grid.text)
    for text in ("Lava Food ASMR", "Knife through lava", "5 credits", "Video, 10 s", "Funny", "Not public"):
        assert text in seen
    assert 'class="tag amber"' in grid.text


def test_cards_keep_hidden_tags_to_themselves(kitchen: Console) -> None:
    grid = ask(kitchen.admin, LIST, view="grid", q="id:102").text.split('class="tiles"')[1]
    assert "viral" in grid
    assert "category" not in grid


def test_every_column_can_be_shown_of_every_recipe(kitchen: Console) -> None:
    columns = [column.key for column in LISTING.columns]
    page = ask(kitchen.admin, LIST, columns=columns)
    assert len(re.findall(r'<th scope="col"', page.text)) == len(columns)
    for sort in ("id", "-id"):
        seen = words(ask(kitchen.admin, LIST, columns=columns, sort=sort).text)
        assert not re.search(r"\bNone\b|\bnan\b|datetime|<delula|Markup", seen)
    for column in columns:
        assert ask(kitchen.admin, LIST, columns=column).status_code == 200


def test_dangling_and_inactive_tags_are_marked_in_the_row(kitchen: Console) -> None:
    assert "tag 901 is gone" in words(ask(kitchen.admin, LIST, q="id:105").text)
    assert "empty entry" in words(ask(kitchen.admin, LIST, q="id:106").text)
    assert re.search(
        r'class="tag blue inactive".*?logo.*?inactive', ask(kitchen.admin, LIST, q="id:104").text
    )


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("tag:cat", "category:image"),
        ("tag:VIR", "viral"),
        ("model:ve", "veo-3"),
        ("category:fu", "funny"),
        ("provider:go", "google"),
        ("video_provider:fa", "fal"),
        ("image_provider:st", "stability"),
        ("style:no", "noir"),
        ("slug:lava", "lava-food-asmr"),
        ("referral:code-1", "CODE-10"),
        ("missing:cat", "category"),
        ("problem:", "dangling_tag"),
        ("audio:sp", "speech"),
    ],
)
def test_values_are_suggested(kitchen: Console, typed: str, offered: str) -> None:
    page = kitchen.admin.get(f"{LIST}suggestions", query_string={"q": typed})
    assert page.status_code == 200
    assert offered in unescape(page.text)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("", 3),
        ("?view=grid", 3),
        ("?sort=-usage", 4),
        ("?q=active:yes", 4),
        ("?q=tag:viral", 6),
        ("?q=missing:category", 5),
        ("?q=problem:dangling_tag", 5),
        ("count", 2),
        ("facets", 4),
        ("suggestions?q=tag:c", 2),
        ("1", 7),
        ("lava-food-asmr", 7),
        ("1/peek", 3),
        ("102/performance", 10),
    ],
)
def test_a_page_asks_the_database_no_more_often_than_this(
    kitchen: Console, statements: list[str], path: str, most: int
) -> None:
    kitchen.admin.get(LIST + path)
    statements.clear()
    assert kitchen.admin.get(LIST + path).status_code == 200
    assert len(statements) <= most, "\n\n".join(statements)


def test_the_id_of_a_recipe_means_it_alone_even_where_another_is_called_so(
    app: Flask, session: scoped_session[Session]
) -> None:
    session.execute(
        sa.text(
            "INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost,"
            " recipe_steps) VALUES (7, 'Seven', 'seven', '', '', '', '', 1, '[]'),"
            " (8, 'Eight', '7', '', '', '', '', 1, '[]'), (9, '7', '12', '', '', '', '', 1, '[]')"
        )
    )
    session.commit()
    with app.app_context():
        assert resolve_recipes(["7", "12", "seven"]) == {"7": [7], "12": [9], "seven": [7]}
