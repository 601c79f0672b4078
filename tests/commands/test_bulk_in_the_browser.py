"""Rows selected with keys and pointer, and the way from there to the undo of all of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from delula.access.permissions import Role
from tests.browsing import page_of
from tests.consoles import console_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.consoles import Console

pytestmark = pytest.mark.browser


@pytest.fixture
def console(migrated_url: str) -> Iterator[Console]:
    with console_on(migrated_url) as console:
        console.sql("INSERT INTO users (id, credits) VALUES ('u', 3)")
        console.sql(
            "INSERT INTO generations (user_id, prompt, status, created_at)"
            " SELECT 'u', 'a cat', 'failed', now() - n * interval '1 minute' FROM generate_series(1, 6) n"
        )
        yield console


@pytest.fixture
def page(chromium: Browser, console: Console) -> Iterator[Page]:
    """The list, in a browser in which somebody of the support is signed in."""
    with page_of(chromium, console, Role.SUPPORT) as page:
        page.goto("/generations/")
        yield page


def statuses(console: Console) -> list[str]:
    return [row[0] for row in console.sql("SELECT status FROM generations ORDER BY created_at DESC")]


def test_from_x_to_the_undo_of_all_without_the_pointer(page: Page, console: Console) -> None:
    bar = page.locator("#bulk")
    expect(bar).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(bar).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.locator("[data-bulk-count]")).to_have_text("3 selected")
    page.keyboard.press("a")
    while not page.evaluate("document.activeElement.textContent.includes('Retry')"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".command-sentence")).to_have_text("3 of 3 selected will change.")
    page.locator(".form-actions button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Retry: 3 done")
    assert statuses(console) == ["pending"] * 3 + ["failed"] * 3
    # What came of it has an address: neither loading it again nor Back sends anything again.
    outcome = page.url
    page.reload()
    page.go_back()
    page.wait_for_url(outcome)
    page.go_back()
    page.wait_for_url(re.compile(r"^[^?]*/generations/$"))
    page.goto(outcome)
    page.get_by_role("button", name="Undo 3").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"^[^?]*/generations/$"))
    assert statuses(console) == ["failed"] * 6


def test_a_click_with_shift_selects_a_range_the_head_all_and_escape_none(page: Page) -> None:
    boxes = page.locator("[data-row] .choose")
    count = page.locator("[data-bulk-count]")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(count).to_have_text("4 selected")
    page.locator("[data-choose-all]").click()
    expect(count).to_have_text("6 selected")
    page.keyboard.press("Escape")
    expect(page.locator("#bulk")).to_be_hidden()
    expect(page.locator(".choose:checked")).to_have_count(0)


def test_who_selects_none_or_comes_back_from_a_form_stands_at_the_row_again(page: Page) -> None:
    bar, leads = page.locator("#bulk"), page.locator("[data-lead]")
    for key in "jjx":
        page.keyboard.press(key)
    bar.get_by_role("button", name="Select none").press("Enter")
    expect(bar).to_be_hidden()
    expect(page.locator("[data-bulk-count]")).to_have_text("0 selected")
    expect(leads.nth(1)).to_be_focused()
    for key in "jx":
        page.keyboard.press(key)
    bar.get_by_role("button", name="Retry").press("Enter")
    page.wait_for_url("**/bulk/**")
    page.go_back()
    expect(leads.nth(2)).to_be_focused()


def test_a_menu_of_boxes_stays_open_and_one_of_links_gives_the_focus_back(page: Page) -> None:
    columns = page.locator("#columns")
    columns.locator("summary").press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    box = columns.locator(":focus")
    with page.expect_response("**columns=**"):
        page.keyboard.press("Space")
    page.wait_for_url("**columns=**")
    expect(columns).to_have_attribute("open", "")
    expect(box).to_be_visible()
    page.keyboard.press("Escape")
    expect(columns.locator("summary")).to_be_focused()
    time = page.locator("details[data-menu]", has_text="Any time")
    time.locator("summary").press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**created**")
    expect(page.locator("summary:focus")).to_contain_text("Last")
