"""Charts as people use them: by pointer, by keyboard, on a phone, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser


def chart(page: Page, title: str) -> Locator:
    return page.locator("figure.chart", has=page.locator("figcaption", has_text=title))


def test_a_bar_is_reached_by_keyboard_seen_there_and_opened(page: Page) -> None:
    page.goto("/styleguide")
    bar = chart(page, "Generations a day").locator(".chart-plot a").first
    bar.focus()
    page.keyboard.press("Tab")
    second = chart(page, "Generations a day").locator(".chart-plot a").nth(1)
    expect(second).to_be_focused()
    assert second.locator(".strip").evaluate("(e) => getComputedStyle(e).strokeWidth") == "2px"
    page.keyboard.press("Enter")
    page.wait_for_url("**#charts")


def test_a_point_of_a_line_answers_to_the_pointer_over_the_height_of_its_plot(page: Page) -> None:
    page.goto("/styleguide")
    plot = chart(page, "Success rate").locator("svg.chart-plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    for share in (0.2, 0.8):
        hit = page.evaluate(
            "([x, y]) => document.elementFromPoint(x, y).getAttribute('class')",
            [box["x"] + box["width"] / 2, box["y"] + box["height"] * share],
        )
        assert hit == "strip"


def test_a_week_of_links_is_no_row_of_tab_stops(page: Page) -> None:
    page.goto("/styleguide")
    week = chart(page, "When they are asked for")
    assert week.locator(".chart-plot a").count() > 100
    assert week.locator('.chart-plot a:not([tabindex="-1"])').count() == 0
    week.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(week.locator("table a").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(week.locator(".chart-rows")).to_be_focused()


def test_lines_are_named_at_their_ends_and_on_a_phone_in_a_legend(page: Page) -> None:
    page.goto("/styleguide")
    lines = chart(page, "Generations by provider")
    expect(lines.locator(".chart-ends")).to_be_visible()
    expect(lines.locator(".chart-legend")).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(lines.locator(".chart-ends")).to_be_hidden()
    expect(lines.locator(".chart-legend")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_no_label_leaves_its_chart_or_covers_another(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/styleguide")
    found = page.evaluate(
        """() => [...document.querySelectorAll("figure.chart")].flatMap((chart) => {
          const box = chart.getBoundingClientRect();
          const title = chart.querySelector(".chart-title").textContent;
          const labels = [...chart.querySelectorAll(".below text")].map((e) => e.getBoundingClientRect())
            .filter((r) => r.width).sort((a, b) => a.left - b.left);
          const covered = labels.filter((r, i) => i && r.left < labels[i - 1].right + 2)
            .map(() => `${title}: covers`);
          const outside = [...chart.querySelectorAll("text")].map((e) => e.getBoundingClientRect())
            .filter((r) => r.width && (r.left < box.left - 8 || r.right > box.right + 12))
            .map((r) => `${title}: ${r.left - box.left} … ${r.right - box.right}`);
          return [...covered, ...outside];
        })"""
    )
    assert found == []


def test_strokes_and_texts_are_not_stretched_with_the_plot(page: Page) -> None:
    page.goto("/styleguide")
    stroke = chart(page, "Success rate").locator(".stroke").first
    assert stroke.evaluate("(e) => getComputedStyle(e).vectorEffect") == "non-scaling-stroke"
    assert page.locator('svg[preserveAspectRatio="none"] text').count() == 0


def test_plots_beside_each_other_stand_at_one_height(page: Page) -> None:
    page.goto("/styleguide")
    tops = [
        chart(page, title).locator(".chart-plot").first.evaluate("(e) => e.getBoundingClientRect().top")
        for title in ("Generations by status", "Credits by type")
    ]
    assert tops[0] == tops[1]


def test_figures_say_their_change_in_words_and_their_doubt(page: Page) -> None:
    page.goto("/styleguide")
    figures = page.locator("#figures .stat")
    expect(figures.nth(0)).to_contain_text("4 % more, against 12,000 in the 7 days before")
    expect(figures.nth(2)).to_contain_text("n = 12, too few to judge")
    expect(figures.nth(4).locator(".stat-value")).to_have_text("No data")
