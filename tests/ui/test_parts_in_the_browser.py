"""Single components under script: toasts, forms, copying, media, JSON, preferences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import REQUEST_ID

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.ui.conftest import Workbench

pytestmark = pytest.mark.browser


@pytest.fixture
def parts(page: Page) -> Page:
    """A page with one of each."""
    page.goto("/parts")
    return page


def test_a_refusal_is_a_toast_with_cause_next_step_and_request_id(parts: Page) -> None:
    parts.locator("#refused").click()
    toast = parts.locator(".toast")
    expect(toast).to_have_count(1)
    for text in ("A colleague acted first", "Look again.", REQUEST_ID):
        expect(toast).to_contain_text(text)
    expect(parts.locator("#answer")).to_have_text("Untouched")


def test_an_unexpected_error_never_replaces_a_part_of_the_page(parts: Page) -> None:
    parts.locator("#broken").click()
    expect(parts.locator(".toast")).to_contain_text(REQUEST_ID)
    expect(parts.locator("#answer")).to_have_text("Untouched")


def test_no_answer_at_all_offers_to_try_again(parts: Page) -> None:
    parts.route("**/broken", lambda route: route.abort())
    parts.locator("#broken").click()
    expect(parts.locator(".toast")).to_contain_text("No answer from the server")
    expect(parts.locator(".toast button", has_text="Try again")).to_be_visible()


def test_a_double_click_sends_once_and_the_flash_is_a_toast(parts: Page, bench: Workbench) -> None:
    parts.locator("text=Send").dblclick()
    expect(parts.locator(".toast")).to_contain_text("Sent")
    assert bench.count("/send") == 1


def test_one_click_copies_the_whole_id(page: Page) -> None:
    page.goto("/styleguide")
    button = page.locator('#values [data-copy^="6f1c20ab"]')
    button.scroll_into_view_if_needed()
    button.hover()
    button.click()
    expect(button).to_have_attribute("data-done", "")
    assert page.evaluate("() => navigator.clipboard.readText()") == "6f1c20ab-77d1-4c1e-9b1e-0a5d7a3f9e41"


def test_a_picture_that_is_gone_is_tried_elsewhere_and_else_says_so(parts: Page) -> None:
    first, second = parts.locator("[data-viewer]").all()
    expect(first.locator("img")).to_be_visible()
    assert "favicon" in (first.locator("img").get_attribute("src") or "")
    expect(second.locator(".media-failed")).to_be_visible()


def test_a_picture_zooms_and_escape_leaves(parts: Page) -> None:
    parts.locator("[data-zoom]").first.click()
    expect(parts.locator("dialog.zoom")).to_be_visible()
    parts.keyboard.press("Escape")
    expect(parts.locator("dialog.zoom")).to_have_count(0)


def test_the_distance_of_a_time_stays_true(parts: Page) -> None:
    parts.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(parts.locator("time")).to_have_text("3 min ago")


def test_searching_json_shows_what_matches_and_the_way_to_it(page: Page) -> None:
    page.goto("/styleguide")
    tree = page.locator("#metadata-json")
    word = tree.locator(".json-tree").get_by_text("isInstant")
    tree.locator("input").fill("camera")
    expect(tree.locator("[data-json-found]")).to_have_text("1 found")
    expect(tree.locator("li:visible", has_text="camera").last).to_be_visible()
    expect(word).to_be_hidden()
    tree.locator("input").fill("")
    expect(word).to_be_visible()


def test_the_theme_changes_at_once_and_is_kept(page: Page) -> None:
    page.goto("/parts")
    page.locator("#person-menu summary").click()
    page.locator(".preferences label", has_text="Dark").click()
    assert page.evaluate("() => document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("() => document.documentElement.dataset.theme") == "dark"
    page.keyboard.press("t")
    page.reload()
    assert page.evaluate("() => document.documentElement.dataset.theme") == "light"


def test_the_narrowed_navigation_is_kept(page: Page) -> None:
    page.goto("/parts")
    page.locator("[data-nav-toggle]").click()
    page.reload()
    box = page.locator("#nav").bounding_box()
    assert box
    assert box["width"] < 80


def test_a_menu_closes_with_escape_and_gives_the_focus_back(page: Page) -> None:
    page.goto("/styleguide")
    summary = page.locator("#guide-menu summary")
    summary.click()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("() => document.activeElement.closest('#guide-menu') !== null")
    page.keyboard.press("Escape")
    expect(page.locator("#guide-menu .menu-panel")).to_be_hidden()
    expect(summary).to_be_focused()


def test_a_control_that_is_refused_stays_reachable_and_says_why(page: Page) -> None:
    page.goto("/styleguide")
    button = page.locator("#controls button[aria-disabled]")
    button.focus()
    expect(button).to_be_focused()
    expect(button).to_have_attribute("title", "Only an admin may refund")


def test_hostile_text_is_shown_and_not_run(page: Page) -> None:
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.goto("/styleguide")
    expect(page.locator("#values")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(page.locator("#metadata-json")).to_contain_text("{")
    assert page.locator("img[src=x]").count() == 0


def test_a_toast_of_failure_stays_until_it_is_dismissed(page: Page) -> None:
    page.goto("/styleguide")
    page.locator("#controls button", has_text="Failure").click()
    toast = page.locator(".toast.danger")
    expect(toast).to_contain_text("0f3c9a7be21d")
    toast.locator('[aria-label="Dismiss"]').click()
    expect(toast).to_have_count(0)
