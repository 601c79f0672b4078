"""A list under pointer and keyboard: fragments, peek, suggestions, live news, the way back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

    from tests.ui.conftest import Workbench

pytestmark = pytest.mark.browser


@pytest.fixture
def rows(page: Page) -> Page:
    """The list, its facets loaded."""
    page.goto("/rows")
    expect(page.locator(".facet-value")).to_be_visible()
    return page


def focused(page: Page) -> Locator:
    """What has the focus."""
    return page.locator(":focus")


def test_filtering_asks_for_the_list_alone_and_keeps_focus_and_url(rows: Page, bench: Workbench) -> None:
    rows.evaluate("() => (window.same = true)")
    rows.locator("#query").fill("fine")
    rows.keyboard.press("Enter")
    expect(rows.locator(".chip")).to_contain_text("fine")
    assert rows.url.endswith("/rows?q=fine")
    assert rows.evaluate("() => window.same") is True
    expect(focused(rows)).to_have_id("query")
    assert bench.count("/rows?q=fine") == 1


def test_facets_are_asked_for_again_when_the_filter_changes_and_do_not_flash(rows: Page) -> None:
    rows.evaluate(
        """() => new MutationObserver(() => {
          if (document.querySelector("#facets-body .skeleton")) window.flashed = true;
        }).observe(document.body, {subtree: true, childList: true})"""
    )
    rows.locator("#query").fill("fine")
    with rows.expect_response("**/facets?q=fine"):
        rows.keyboard.press("Enter")
    expect(rows.locator(".facet-value")).to_be_visible()
    assert rows.evaluate("() => window.flashed") is None


def test_a_facet_that_is_chosen_changes_the_list_around_it_and_keeps_the_focus(rows: Page) -> None:
    rows.locator(".facet-value").focus()
    with rows.expect_response("**/facets?q=done"):
        rows.keyboard.press("Enter")
    expect(rows.locator(".chip")).to_contain_text("done")
    expect(rows.locator("#facets-body")).not_to_have_class(re.compile("htmx-"))
    expect(focused(rows)).to_have_class("facet-value")
    expect(rows.locator("[data-list]")).to_have_count(1)


def test_facets_that_fail_say_so_in_their_place_and_can_be_retried(page: Page, bench: Workbench) -> None:
    # What stands before the console answers in its own words, which are nobody's facets.
    page.route(
        "**/facets*", lambda route: route.fulfill(status=502, body="<html><h1>Bad Gateway</h1></html>")
    )
    page.goto("/rows")
    expect(page.locator("#facets-body")).to_have_text("The facets could not be loaded. Try again")
    page.unroute("**/facets*")
    bench.facets_fail = True
    page.goto("/rows")
    expect(page.locator("#facets-body")).to_contain_text("could not be loaded")
    expect(page.locator("[data-row]")).to_have_count(50)
    expect(page.locator(".toast")).to_have_count(0)
    bench.facets_fail = False
    page.locator("#facets-body a").click()
    expect(page.locator(".facet-value")).to_be_visible()


def test_removing_a_chip_sends_the_focus_to_the_query(rows: Page) -> None:
    rows.goto("/rows?q=fine")
    rows.locator(".chip-remove").focus()
    rows.keyboard.press("Enter")
    expect(rows.locator(".chip")).to_have_count(0)
    expect(focused(rows)).to_have_id("query")


def test_what_changed_is_announced(rows: Page) -> None:
    rows.goto("/rows?q=nothing")
    rows.locator(".chips-clear").click()
    expect(rows.locator("#live-region")).to_have_text(re.compile("^50 rows"))


def test_j_and_k_move_and_enter_opens(rows: Page) -> None:
    rows.keyboard.press("j")
    rows.keyboard.press("j")
    rows.keyboard.press("j")
    rows.keyboard.press("k")
    expect(focused(rows)).to_have_text("Row 2")
    rows.keyboard.press("Enter")
    rows.wait_for_url("**/rows/2")


def test_j_keeps_the_focused_row_in_sight(rows: Page) -> None:
    for _ in range(40):
        rows.keyboard.press("j")
    expect(focused(rows)).to_have_text("Row 40")
    expect(focused(rows)).to_be_in_viewport()


def test_space_peeks_beside_the_rows_and_escape_closes(rows: Page) -> None:
    rows.keyboard.press("j")
    rows.keyboard.press(" ")
    peek = rows.locator("#peek")
    expect(peek).to_contain_text("Row 1")
    row, panel = rows.locator("#row-1 td").first.bounding_box(), peek.bounding_box()
    assert row and panel
    assert row["x"] + row["width"] <= panel["x"] + 1
    rows.keyboard.press("j")
    expect(peek.locator("h2")).to_have_text("Row 2")
    expect(focused(rows)).to_have_text("Row 2")
    rows.keyboard.press("p")
    expect(peek.locator(":focus")).to_have_count(1)
    rows.keyboard.press("p")
    expect(focused(rows)).to_have_text("Row 2")
    rows.keyboard.press("p")
    rows.keyboard.press("Escape")
    expect(peek).to_be_hidden()
    expect(focused(rows)).to_have_text("Row 2")


def test_a_click_on_a_row_peeks_and_a_click_on_its_name_opens(rows: Page) -> None:
    rows.locator("#row-4 td").nth(2).click()
    expect(rows.locator("#peek h2")).to_have_text("Row 4")
    rows.locator("#row-5 a").click()
    rows.wait_for_url("**/rows/5")


def test_letters_do_nothing_in_inputs_nor_with_modifiers_nor_when_switched_off(rows: Page) -> None:
    rows.locator("#query").focus()
    rows.keyboard.type("jk")
    expect(rows.locator("#query")).to_have_value("jk")
    rows.locator("h1").click()
    rows.keyboard.press("Control+j")
    assert rows.evaluate("() => document.activeElement.matches('[data-lead]')") is False
    rows.evaluate("() => (document.documentElement.dataset.shortcuts = 'off')")
    rows.keyboard.press("j")
    assert rows.evaluate("() => document.activeElement.matches('[data-lead]')") is False


def test_the_sheet_shows_the_keys_that_work_here(rows: Page) -> None:
    rows.keyboard.press("?")
    sheet = rows.locator("#keys")
    expect(sheet).to_be_visible()
    for label in ("Next row", "Open the row", "Peek at the row", "Go to the filter", "Light or dark"):
        expect(sheet).to_contain_text(label)
    rows.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    rows.goto("/parts")
    rows.keyboard.press("?")
    expect(sheet).to_contain_text("Light or dark")
    expect(sheet).not_to_contain_text("Next row")


def test_suggestions_are_chosen_with_the_arrows_and_asked_for_again_after_a_colon(rows: Page) -> None:
    box = rows.locator("#query")
    box.press_sequentially("fine st")
    expect(rows.locator("[role=option]")).to_have_count(3)
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == rows.locator("[role=option]").first.get_attribute(
        "id"
    )
    box.press("Enter")
    expect(box).to_have_value("fine status:")
    expect(rows.locator("[role=option]")).to_have_count(2)
    box.press("ArrowDown")
    box.press("ArrowDown")
    box.press("Tab")
    expect(box).to_have_value("fine status:failed ")
    box.press("Escape")
    expect(rows.locator("#suggestions-box")).to_be_hidden()
    assert rows.url.endswith("/rows")


def test_suggestions_count_characters_as_the_server_does(rows: Page) -> None:
    box = rows.locator("#query")
    box.press_sequentially("🐳 sta")
    box.press("ArrowDown")
    expect(rows.locator("[aria-selected=true]")).to_have_count(1)
    box.press("Enter")
    expect(box).to_have_value("🐳 status:")


def test_a_suggestion_replaces_what_was_typed_while_it_was_on_its_way(rows: Page) -> None:
    box = rows.locator("#query")
    box.press_sequentially("s")
    expect(rows.locator("[role=option]")).not_to_have_count(0)
    rows.route("**/suggestions*", lambda _route: None)  # no answer comes any more
    box.press_sequentially("ta")
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("status:")


def test_news_wait_behind_a_pill_and_badges_change_in_place(rows: Page, bench: Workbench) -> None:
    before = rows.locator("#row-3").bounding_box()
    bench.statuses[3] = "failed"
    bench.new = 12
    expect(rows.locator(".live-pill")).to_have_text("12 new")
    expect(rows.locator("#status-3")).to_have_text("Failed")
    assert rows.locator("#row-3").bounding_box() == before
    assert any("rows=3%2C13" in path for path in bench.asked)


def test_no_news_are_asked_for_while_typing(rows: Page, bench: Workbench) -> None:
    rows.locator("#query").focus()
    asked = bench.count("/news")
    rows.wait_for_timeout(2_300)
    assert bench.count("/news") == asked


def test_back_returns_to_the_row_that_was_left(rows: Page) -> None:
    for _ in range(35):
        rows.keyboard.press("j")
    top = rows.locator("[data-scroll]").evaluate("(e) => e.scrollTop")
    assert top > 0
    rows.keyboard.press("Enter")
    rows.wait_for_url("**/rows/35")
    rows.go_back()
    expect(focused(rows)).to_have_text("Row 35")
    assert rows.locator("[data-scroll]").evaluate("(e) => e.scrollTop") == pytest.approx(top, abs=2)


def test_the_next_page_starts_at_its_top(rows: Page) -> None:
    rows.locator("[data-scroll]").evaluate("(e) => (e.scrollTop = 400)")
    rows.locator("a[rel=next]").click()
    expect(rows.locator("#row-51")).to_be_visible()
    assert rows.locator("[data-scroll]").evaluate("(e) => e.scrollTop") == 0


def test_going_back_within_the_list_shows_what_was_there(rows: Page) -> None:
    rows.locator("a[rel=next]").click()
    expect(rows.locator("#row-51")).to_be_visible()
    rows.go_back()
    expect(rows.locator("#row-1")).to_be_visible()
    expect(rows.locator(".nav")).to_have_count(1)


def test_all_of_it_works_without_script(chromium_without_script: BrowserContext) -> None:
    page = chromium_without_script.new_page()
    page.goto("/rows")
    page.locator("#query").fill("wrong")
    page.keyboard.press("Enter")
    page.wait_for_url("**/rows?q=wrong")
    expect(page.locator(".problems")).to_contain_text("is not understood")
    page.locator(".problems a").click()
    page.wait_for_url("**/rows?q=fine")
    page.locator(".chip-remove").click()
    page.locator("a[rel=next]").click()
    page.locator("#row-51 a").click()
    page.wait_for_url("**/rows/51")
    page.goto("/rows")
    page.locator("#person-menu summary").click()
    expect(page.locator(".preferences button")).to_be_visible()
    expect(page.locator(".copy").first).to_be_hidden()


def test_on_a_phone_the_navigation_is_a_sheet_and_the_facets_are_folded(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/rows")
    expect(page.locator("#nav")).to_be_hidden()
    expect(page.locator(".facet-value")).to_be_hidden()
    page.locator(".nav-open").click()
    expect(page.locator("#nav")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#nav")).to_be_hidden()
    page.locator(".facets-fold").click()
    expect(page.locator(".facet-value")).to_be_visible()
