"""Tags in a real browser: merged and brought back, given to many recipes, an icon chosen with keys alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from delula.access.permissions import Role
from tests.browsing import page_of, ready
from tests.consoles import console_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from tests.consoles import Console

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def console(make_database: Callable[..., str], migrated_template: str) -> Iterator[Console]:
    with console_on(make_database(migrated_template)) as console:
        console.sql("INSERT INTO tags (id, name) VALUES (1, 'animals'), (2, 'pets'), (3, 'food')")
        console.sql(
            """INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost,
            recipe_steps, tag_highlights, created_at)
            SELECT n, 'Recipe ' || n, 'r' || n, '', '', '', '', 1, '[]', ARRAY[3, 1 + n % 2],
            now() - n * interval '1 h' FROM generate_series(1, 4) n"""
        )
        yield console


@pytest.fixture
def page(chromium: Browser, console: Console) -> Iterator[Page]:
    """A browser in which a moderator is signed in."""
    with page_of(chromium, console, Role.MODERATOR) as page:
        yield page


def arrays(console: Console) -> list[list[int]]:
    return [row[0] for row in console.sql("SELECT tag_highlights FROM recipes ORDER BY id")]


BEFORE = [[3, 2], [3, 1], [3, 2], [3, 1]]


def test_two_tags_are_merged_and_come_back(page: Page, console: Console) -> None:
    page.goto("/tags/2")
    page.locator("#tag-actions summary").click()
    page.get_by_role("link", name="Merge into").click()
    expect(page.get_by_role("heading", name=re.compile("^Merge .+ into$"))).to_be_visible()
    page.get_by_label("Into").press_sequentially("animals")
    expect(page.locator(".command-sentence")).to_contain_text("2 recipes carry that instead")
    expect(page.locator(".touched a")).to_have_text(["Recipe 1", "Recipe 3"])
    page.get_by_role("button", name="Merge into").click()
    page.wait_for_url(re.compile(r"^[^?]*/tags/$"))
    assert arrays(console) == [[3, 1]] * 4
    page.keyboard.press("z")
    expect(page.get_by_text("Undone.")).to_be_visible()
    assert arrays(console) == BEFORE


def test_a_box_of_three_states_saves_what_was_changed_alone(page: Page, console: Console) -> None:
    page.goto("/recipes/")
    for box in page.locator("[data-row] .choose").all()[:3]:
        box.click()
    page.locator("#bulk").get_by_role("button", name="Edit tags").click()
    box = page.get_by_role("checkbox", name="pets")
    expect(page.locator('[data-member="2"] .member-count')).to_have_text("2 of 3")
    assert box.evaluate("one => one.indeterminate")
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    expect(page.locator(".command-sentence")).to_have_text("1 of 3 selected will change.")
    page.locator(".form-actions .primary").click()
    expect(page.locator("h1")).to_have_text("Edit tags: 1 done, 2 left out")
    assert arrays(console) == [[3, 2], [3, 1, 2], [3, 2], [3, 1]]
    ready(page)
    page.keyboard.press("z")
    page.wait_for_url(re.compile(r"^[^?]*/recipes/$"))
    assert arrays(console) == BEFORE


def test_an_icon_is_found_by_what_it_shows_and_taken_with_keys(page: Page, console: Console) -> None:
    page.goto("/commands/option_icons.create?id=coin&display=Coin&back=/option-icons/")
    field = page.get_by_label("Icon", exact=True)
    expect(page.locator(".icon-choice")).to_have_count(96)
    field.focus()
    page.keyboard.type("coins")
    first = page.locator(".icon-choice").first
    expect(first).to_have_attribute("data-icon", "coins")
    page.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowRight")
    second = page.locator(".icon-choice").nth(1)
    expect(second).to_be_focused()
    other = second.get_attribute("data-icon") or ""
    # Once taken, Enter in the field leaves it at that.
    for _ in range(2):
        page.keyboard.press("Enter")
        expect(field).to_be_focused()
        expect(field).to_have_value(other)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("coins")
    expect(page.locator(".command-sentence")).to_have_text("Give the option coin the icon coins.")
    page.locator(".form-actions .primary").click()
    page.wait_for_url(re.compile(r"^[^?]*/option-icons/$"))
    assert console.sql("SELECT icon FROM recipe_option_tag_icon WHERE id = 'coin'") == [("coins",)]
