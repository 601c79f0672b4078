"""What the health of the catalogue finds is what SQL written by hand finds, and leads to what mends it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from delula.access.permissions import Role
from delula.health.queries import CHECKS, HEALTH
from delula.recipes.impact import impact_of, what_if
from delula.rollups.refresh import rebuild
from tests.consoles import console_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.consoles import Console

TAGS = """INSERT INTO tags (id, name, is_hidden, is_active) VALUES
    (1, 'category:image', true, true), (2, 'category:tool', true, true), (3, 'category:video', true, true),
    (4, 'workflow:text_to_image', true, true), (5, 'workflow:text_to_video', true, true),
    (6, 'rating:all', true, true), (7, 'rating:teen', true, true), (8, 'animals', false, true),
    (9, 'animal', false, true), (10, 'idle', false, true), (11, 'off', false, false),
    (12, 'odd one', true, true)"""
#: Each recipe carries what it should, but for what is said here.
RECIPES = """INSERT INTO recipes (id, name, slug, description, instructions, is_active,
        tag_highlights, category, workflow_type, prompt, recipe_steps, credit_cost, creator_id)
    SELECT n, 'Recipe ' || n, coalesce(slug, 'r' || n), '', '', coalesce(active, false),
        coalesce(tags::int[], '{1,4}'), coalesce(category, 'shelf'), coalesce(workflow, 'image'),
        coalesce(prompt, 'p'), coalesce(steps::jsonb, '[]'), coalesce(cost, 1), creator
    FROM (VALUES
        (1, '{4}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (2, '{1}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (3, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (4, '{1,2,3,4,5}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (5, '{1,4,6,7}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (6, '{1,4,999,NULL}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (7, '{1,4,8,8,9,11,12}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (8, NULL, 'tool', 'video', NULL, NULL, NULL, NULL, NULL, NULL),
        (9, NULL, NULL, 'hybrid', 'A {thing}', '[{"id": "other", "label": "O", "type": "text"}]', NULL, NULL,
            NULL, NULL),
        (10, NULL, NULL, NULL, 'A {other}', '[{"id": "other", "label": "O", "type": "text"}]', -3, 'ghost',
            'twin', NULL),
        (11, NULL, NULL, NULL, NULL, '{"a": 1}', NULL, NULL, 'twin', true),
        (12, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, true),
        (13, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, true)
    ) AS given (n, tags, category, workflow, prompt, steps, cost, creator, slug, active)"""
#: Recipe 11 has failed all week, 12 has not, and 13 has no run of this week; 12 has stock enough.
RUNS = """INSERT INTO generations (user_id, recipe_id, prompt, status, created_at, credits_cost, metadata)
    SELECT who, recipe, 'p', status, now() AT TIME ZONE 'UTC' - ago::interval, 5, origin::jsonb
    FROM (VALUES ('u', 11, 'failed', '1 day', NULL),
        ('u', 11, 'completed', '9 days', '{"request_origin": "user"}'),
        ('u', 12, 'failed', '2 days', NULL),
        ('u', 12, 'completed', '2 days', '{"request_origin": "backlog"}'),
        ('u', 13, 'failed', '8 days', NULL), ('system_backlog', 12, 'completed', '1 day', NULL),
        ('system_backlog', 12, 'completed', '1 day', NULL),
        ('system_backlog', 12, 'completed', '40 days', NULL),
        ('system_backlog', 13, 'failed', '8 days', NULL)) AS given (who, recipe, status, ago, origin)"""
CARRIED = "(SELECT count(*) FROM tags t WHERE t.id = ANY(r.tag_highlights) AND t.name LIKE '{}')"
OF_WEEK = """(SELECT count(*) FROM generations g WHERE g.recipe_id = r.id AND g.status = '{}'
    AND g.created_at > now() AT TIME ZONE 'UTC' - interval '7 days')"""
EXPECTED = {
    "category": CARRIED.format("category:%") + " <> 1 OR 3 = ANY(tag_highlights)",
    "workflow": CARRIED.format("workflow:%") + " <> 1 OR 5 = ANY(tag_highlights)",
    "rules": CARRIED.format("rating:%") + " > 1",
    "dangling": "EXISTS (SELECT FROM unnest(tag_highlights) one"
    " WHERE (one IN (SELECT id FROM tags)) IS NOT TRUE)",
    "duplicates": "EXISTS (SELECT FROM unnest(tag_highlights) one GROUP BY one HAVING count(*) > 1)",
    "category_text": "category = 'tool' AND NOT 2 = ANY(tag_highlights)",
    "workflow_type": "workflow_type = 'video' AND 4 = ANY(tag_highlights)"
    " OR workflow_type = 'image' AND 5 = ANY(tag_highlights)",
    "variables": "prompt LIKE '%{thing}%'",
    "failing": " AND ".join(
        ("is_active", OF_WEEK.format("failed") + " > 0", OF_WEEK.format("completed") + " = 0")
    ),
    "stock": "is_active AND (SELECT count(*) FROM generations g WHERE g.recipe_id = r.id"
    " AND g.user_id = 'system_backlog' AND g.status = 'completed') < 3",
    "gone_creator": "creator_id NOT IN (SELECT id FROM users)",
    "same_slug": "slug IN (SELECT slug FROM recipes GROUP BY slug HAVING count(*) > 1)",
    "odd_steps": "jsonb_typeof(recipe_steps) <> 'array'",
    "negative_cost": "credit_cost < 0",
    "inactive_in_use": "NOT is_active AND EXISTS (SELECT FROM recipes WHERE r.id = ANY(tag_highlights))",
    "convention": "is_hidden AND name !~ '^[^:[:space:]]+:[^:[:space:]]+$'",
    "near_duplicate": "name LIKE 'animal%'",
    "unused": "NOT EXISTS (SELECT FROM recipes WHERE r.id = ANY(tag_highlights))",
}


@pytest.fixture(scope="module")
def console(make_database: Callable[..., str], upgraded_templates: dict[str, str]) -> Iterator[Console]:
    """A console on a catalogue with one of each fault at least."""
    with console_on(make_database(upgraded_templates["documented"])) as console:
        console.sql("TRUNCATE tags, recipes, generations, recipe_samples")
        for statement in (TAGS, RECIPES, RUNS):
            console.sql(statement)
        with console.app.app_context():
            rebuild()
        yield console


def test_every_check_finds_what_sql_finds(console: Console) -> None:
    with console.app.app_context():
        faults = HEALTH.get().faults
    assert {check.key for check in CHECKS} == EXPECTED.keys()
    for check in CHECKS:
        rows = console.sql(f"SELECT id FROM {check.about}s r WHERE {EXPECTED[check.key]} ORDER BY id")  # noqa: S608
        assert rows, f"nothing is wrong in the way of {check.key}"
        assert [(fault.id,) for fault in faults[check.key]] == rows, check.key


def test_every_finding_leads_to_what_mends_it_for_those_who_may(console: Console) -> None:
    moderator, viewer = console.as_role(Role.MODERATOR), console.as_role(Role.VIEWER)
    for check in CHECKS:
        path = f"/recipes/health/{check.key}"
        page = moderator.get(path).text
        ways = re.findall(r'<td(?: class="up")?><a class="link" href="([^"]*)"', page)
        assert ways, check.key
        for way in ways:
            assert moderator.get(way.replace("&amp;", "&")).status_code == 200
            assert "back=" in way, "one comes back to what is left"
        seen = viewer.get(path)
        assert seen.status_code == 200
        assert "/commands/" not in seen.text
        assert "the chosen" not in seen.text
    assert "into=animals" in moderator.get("/recipes/health/near_duplicate").text
    assert "Mend together" not in viewer.get("/recipes/health/").text


def test_what_lacks_stock_leads_to_what_failed_of_it_to_be_retried(console: Console) -> None:
    curator = console.as_role(Role.MODERATOR)
    ((failed,),) = console.sql(
        "SELECT id FROM generations WHERE user_id = 'system_backlog' AND status = 'failed'"
    )
    page = curator.get("/recipes/health/stock").text
    (href,) = re.findall(r'href="(/generations/[^"]*recipe%3A13[^"]*status%3Afailed)">Failed stock', page)
    assert re.findall(r'data-row="(\d+)"', curator.get(href.replace("&amp;", "&")).text) == [str(failed)]


def test_the_traffic_of_a_recipe_is_what_users_had(console: Console) -> None:
    had = (
        "SELECT count(*), coalesce(sum(credits_cost), 0) FROM generations WHERE recipe_id = %s"
        " AND user_id <> 'system_backlog'"
        " AND created_at > now() AT TIME ZONE 'UTC' - make_interval(days => %s)"
    )
    with console.app.app_context():
        for recipe in (11, 12, 13):
            guess = what_if(recipe, 5, 6)
            assert console.sql(had, recipe, 30) == [(guess.runs, guess.charged)]
            assert console.sql(had, recipe, 7)[0][0] == impact_of(recipe).runs
