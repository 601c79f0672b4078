"""The palette under the keyboard: opened, typed into, chosen from, and left."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from delula.access.permissions import Role
from tests.browsing import page_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.consoles import Console

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(chromium: Browser, live_console: Console) -> Iterator[Page]:
    """A page in which an admin is signed in."""
    with page_of(chromium, live_console, Role.ADMIN) as page:
        yield page


def test_the_keyboard_leads_anywhere(page: Page) -> None:
    page.goto("/generations/")
    page.locator("#query").focus()
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Page, id")
    expect(box).to_be_focused()
    options = page.locator("#palette [role=option]")
    expect(options.first).to_contain_text("Home")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", options.nth(1).get_attribute("id") or "")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    box.fill("job-1")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    expect(page.locator("#query")).to_be_focused()


def test_enter_lands_on_the_best_even_before_the_answer_is_there(page: Page) -> None:
    page.goto("/queue/")
    page.keyboard.press("Control+k")
    page.keyboard.insert_text("job-1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/generations/1")


def test_what_was_looked_at_stands_first(page: Page) -> None:
    page.goto("/generations/1")
    page.goto("/tags/1")
    page.locator("[data-palette]").click()
    first = page.locator("#palette [role=option]").first
    expect(first).to_contain_text("Generations")
    expect(page.locator("#palette [role=status]")).to_have_text(re.compile("results"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/generations/1")


def test_nothing_found_is_said_and_nothing_is_opened(page: Page) -> None:
    page.goto("/queue/")
    page.keyboard.press("Control+k")
    page.keyboard.insert_text("https://nowhere.example/at/all")
    expect(page.locator("#palette [data-none]")).to_contain_text("Nothing bears")
    expect(page.locator("#palette [role=status]")).to_contain_text("Nothing bears")
    page.keyboard.press("Enter")
    expect(page.locator("#palette")).to_be_visible()
    assert page.url.endswith("/queue/")
