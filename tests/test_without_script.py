"""The console in a browser that runs no script: it is browsed, filtered and worked with all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from delula.access.permissions import Role
from tests.browsing import page_of
from tests.consoles import console_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

_MANY = """
    INSERT INTO generations (user_id, prompt, status)
    SELECT 'u-ann', 'one of many', 'completed' FROM generate_series(1, 60)"""


@pytest.fixture
def page(
    chromium: Browser, make_database: Callable[..., str], upgraded_templates: dict[str, str]
) -> Iterator[Page]:
    with console_on(make_database(upgraded_templates["documented"])) as console:
        console.sql(_MANY)
        with page_of(chromium, console, Role.ADMIN, scripts=False) as page:
            yield page


def test_lists_are_filtered_sorted_and_paged_and_commands_looked_at_and_run(page: Page) -> None:
    page.goto("/generations/")
    page.get_by_label("Filter", exact=True).fill("type:video")
    page.get_by_label("Filter", exact=True).press("Enter")
    expect(page.locator(".chip")).to_have_count(1)
    page.get_by_role("link", name="Count them").click()
    page.locator(".facet-value", has_text="failed").first.click()
    expect(page.locator(".chip")).to_have_count(2)
    expect(page.locator("[data-row]")).to_have_count(1)

    page.goto("/generations/")
    page.get_by_role("link", name="Created").click()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("link", name="Previous")).to_be_visible()
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("checkbox", name="Origin").check()
    page.locator("#columns").get_by_role("button", name="Apply").click()
    expect(page.get_by_role("columnheader", name="Origin")).to_be_visible()

    page.goto("/users/u-ann")
    page.get_by_role("link", name="Adjust credits").click()
    page.get_by_label("Credits").fill("5")
    page.get_by_label("Reason").select_option("goodwill")
    page.get_by_label("Note").fill("It failed")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".command-credits")).to_contain_text("47")
    page.get_by_role("button", name="Adjust credits").click()
    expect(page.get_by_role("heading", name="Give 5 credits to ann.")).to_be_visible()


def test_what_is_selected_in_a_grid_is_worked_on_together(page: Page) -> None:
    page.goto("/samples/?view=grid")
    page.get_by_role("checkbox", name="Select 1").check()
    page.locator("#bulk").get_by_role("button", name="Feature", exact=True).click()
    expect(page.get_by_role("heading", name="Feature: 1 selected")).to_be_visible()
    page.get_by_role("button", name="Feature").click()
    expect(page.get_by_role("heading", name="Feature: 1 done")).to_be_visible()
