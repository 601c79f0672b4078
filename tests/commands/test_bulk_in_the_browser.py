"""Rows selected with keys and pointer, and the way from there to the undo of all of it."""

from __future__ import annotations

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
    retry = bar.get_by_role("button", name="Retry")
    retry.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".command-sentence")).to_have_text("3 of 3 selected will change.")
    page.locator(".form-actions button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Retry: 3 done")
    assert statuses(console) == ["pending"] * 3 + ["failed"] * 3
    page.keyboard.press("z")
    page.wait_for_url("**/generations/")
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
