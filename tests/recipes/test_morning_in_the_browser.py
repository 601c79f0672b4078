"""A curator's morning: a recipe is copied, tagged, refused, mended, previewed, saved, found and restored."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from delula.access.actor import Actor
from delula.access.permissions import Role
from delula.commands import run
from delula.recipes.actions import EDIT, Edited
from tests.browsing import page_of
from tests.consoles import console_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator, Page

    from tests.consoles import Console

pytestmark = pytest.mark.browser

STEPS = (
    '[{"id": "food", "label": "Food", "type": "radio", "odd": {"kept": 1.50}, "options":'
    ' [{"label": "Honey", "value": "honey"}, {"label": "Glass", "value": "glass"}]}, null,'
    ' {"id": "mood", "type": "hologram", "label": "Mood"}]'
)


@pytest.fixture
def console(migrated_url: str) -> Iterator[Console]:
    """A console with one recipe that was edited yesterday."""
    with console_on(migrated_url) as console:
        console.sql(
            "INSERT INTO tags (name, is_hidden) VALUES ('category:image', true),"
            " ('workflow:text_to_image', true), ('viral', false), ('night market', false)"
        )
        console.sql(
            "INSERT INTO recipes (name, slug, description, prompt, instructions, category, credit_cost,"
            " recipe_steps, tag_highlights)"
            " VALUES ('Lava Food', 'lava-food', 'Slow', 'A {food}', 'i', 'c', 5, %s, '{3,1,2}')",
            STEPS,
        )
        with console.app.app_context():
            given = Edited(id=1, only="prompt,name", prompt="Two {food}", name="Lava!")
            run(EDIT, given, Actor(None, "ann"))
        console.sql("UPDATE dashboard.recipe_version SET at = at - interval '1 day' WHERE number = 1")
        yield console


@pytest.fixture
def page(chromium: Browser, console: Console) -> Iterator[Page]:
    """A browser in which a moderator is signed in."""
    with page_of(chromium, console, Role.MODERATOR) as page:
        yield page


def test_a_recipe_is_copied_refused_mended_saved_found_and_another_restored(
    page: Page, console: Console
) -> None:
    page.goto("/recipes/1")
    page.get_by_role("link", name="Duplicate").first.click()
    expect(page.get_by_label("Slug of the copy")).to_have_value("lava-food-copy")
    page.get_by_label("Name of the copy").fill("Lava at night")
    page.get_by_role("button", name="Duplicate").click()

    # The copy opens in its form. It gets a tag by name, and loses its category by mistake.
    expect(page.get_by_role("heading", level=1)).to_have_text("Edit Lava at night")
    page.get_by_placeholder("Add a tag by name").fill("night")
    page.get_by_role("button", name="night market").click()
    page.locator("#tag-category").select_option("")
    preview = page.locator("#recipe-preview")
    expect(preview).to_contain_text("A recipe needs a category: tag; this one has none.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#form-errors")).to_contain_text("A recipe needs a category: tag")
    assert console.sql("SELECT tag_highlights FROM recipes WHERE id = 2") == [([3, 1, 2],)]

    # It is mended; the tags are put in order without the pointer, and the steps without writing JSON.
    page.locator("#tag-category").select_option(label="image (image only)")
    row = page.locator(".tag-list [data-sort-item]", has_text="night market")
    row.get_by_role("button", name="Move up").focus()
    for _ in range(3):
        page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".tag-list [data-sort-item]").first).to_contain_text("night market")
    page.locator("#input-prompt").fill("Two {food} in {place}")
    expect(preview).to_contain_text("The prompt has place, and no step asks for it.")
    page.get_by_role("button", name="Add a step").click()
    added = page.locator(".step-item").last
    added.get_by_label("Label").fill("Place")
    added.get_by_label("Id").fill("place")
    expect(preview).not_to_contain_text("no step asks for it")
    added.get_by_role("button", name="Move step up").first.click()
    first = page.locator(".step-item").first
    first.locator("summary").click()
    first.get_by_label("Label of the option").first.fill("Wild honey")
    expect(preview).to_contain_text("Wild honey")
    expect(preview.locator(".recipe-card")).to_contain_text("night market")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Lava at night")
    saved = console.sql("SELECT tag_highlights, recipe_steps::text FROM recipes WHERE id = 2")
    assert saved[0][0] == [4, 3, 2, 1]
    # What nobody has touched is as it was: odd steps, further keys, the digits of numbers.
    for kept in ('{"kept": 1.50}', "null", '"hologram"', '"Wild honey"', '"id": "place"'):
        assert kept in saved[0][1]
    page.goto("/recipes/?view=grid")
    expect(page.locator(".recipe-card", has_text="Lava at night")).to_contain_text("night market")

    # Yesterday's version of the other one comes back.
    page.goto("/recipes/1/history")
    page.get_by_role("link", name="As the console first saw it").click()
    page.get_by_role("link", name="Restore this version").click()
    expect(page.locator(".command-sentence")).to_contain_text("Put back the name and prompt of “Lava!”")
    page.get_by_role("button", name="Restore").click()
    expect(page.locator(".version").first).to_contain_text("Restore")
    assert console.sql("SELECT name, prompt FROM recipes WHERE id = 1") == [("Lava Food", "A {food}")]


def test_json_and_form_are_two_views_of_the_same(page: Page, console: Console) -> None:
    page.goto("/recipes/1/edit")
    part = page.locator("#part-steps")
    part.get_by_role("button", name="JSON").click()
    source = page.locator("#input-recipe_steps")
    source.fill('[{"id": "n", "label": "Number", "type": "slider", "min": 1.0, "max": 12345678901234567890}]')
    part.get_by_role("button", name="Form").click()
    part.locator("summary").click()
    part.get_by_label("Label").fill("How many")
    part.get_by_role("button", name="JSON").click()
    assert "12345678901234567890" in source.input_value()
    assert '"min": 1.0' in source.input_value()
    source.fill("[1,")
    expect(part.locator(".step-note")).to_be_hidden()
    part.get_by_role("button", name="Form").click()
    expect(part.locator(".step-note")).to_contain_text("This is no JSON yet")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#form-errors")).to_contain_text("Line 1")
    assert page.locator("#input-recipe_steps").input_value() == "[1,"
    assert console.sql("SELECT name FROM recipes") == [("Lava!",)]


def test_what_is_wrong_with_a_step_is_said_at_its_input_until_that_is_changed(page: Page) -> None:
    page.goto("/recipes/1/edit")
    part = page.locator("#part-steps")
    part.get_by_role("button", name="JSON").click()
    page.locator("#input-recipe_steps").fill(
        '[{"id": "n", "label": "Number", "type": "slider", "min": "x", "help": 1},'
        ' {"id": "food", "label": "Food", "type": "radio", "options": [{"label": 7, "value": "a"}]}]'
    )
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#form-errors")).to_be_visible()
    part.get_by_role("button", name="Form").click()
    least = part.get_by_label("Least")
    expect(least).to_be_visible()
    expect(least).to_have_attribute("aria-invalid", "true")
    expect(least).to_have_accessible_description(re.compile("It takes a number"))
    label = part.get_by_label("Label of the option")
    expect(label).to_have_accessible_description(re.compile("It takes a text, not 7"))
    assert part.locator(".option-item .step-fault").count() == 1
    least.fill("1")
    expect(part.locator(".step-fault")).to_have_count(0)
    expect(least).not_to_have_attribute("aria-invalid", "true")
    expect(least).to_have_accessible_description("")


class Hand:
    """A hand that drags, with a mouse or with a finger on a phone."""

    def __init__(self, page: Page, how: str) -> None:
        """Give a page to a mouse, or make it one of a phone with a finger on it."""
        self.page, self.is_finger = page, how == "finger"
        if self.is_finger:
            page.set_viewport_size({"width": 390, "height": 700})
            self.protocol = page.context.new_cdp_session(page)
            self.protocol.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def take(self, grip: Locator) -> None:
        """Come down on a grip."""
        grip.scroll_into_view_if_needed()
        box = grip.bounding_box()
        assert box
        self.x, self.y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        if self.is_finger:
            self._touch("touchStart")
        else:
            self.page.mouse.move(self.x, self.y)
            self.page.mouse.down()

    def move(self, y: float) -> None:
        """Go there in steps, as a hand does."""
        for step in range(1, 9):
            to = self.y + (y - self.y) * step / 8
            self._touch("touchMove", to) if self.is_finger else self.page.mouse.move(self.x, to)
        self.y = y

    def let_go(self) -> None:
        """Lift it."""
        self._touch("touchEnd") if self.is_finger else self.page.mouse.up()

    def _touch(self, kind: str, y: float | None = None) -> None:
        points = [] if kind == "touchEnd" else [{"x": self.x, "y": self.y if y is None else y}]
        self.protocol.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


@pytest.mark.parametrize("how", ["mouse", "finger", "keyboard"])
def test_tags_are_put_in_order_by_drag_and_by_keyboard(page: Page, console: Console, how: str) -> None:
    console.sql("UPDATE recipes SET tag_highlights = '{3,4,1,2}' WHERE id = 1")
    hand = Hand(page, how)
    page.goto("/recipes/1/edit")
    rows = page.locator(".tag-list [data-sort-item]")
    viral, night = rows.filter(has_text="viral"), rows.filter(has_text="night market")
    expect(rows.first).to_contain_text("viral")
    if how == "keyboard":
        viral.get_by_role("button", name="Move down").focus()
        page.keyboard.press("Alt+ArrowDown")
        expect(viral.get_by_role("button", name="Move down")).to_be_focused()
    else:
        hand.take(viral.locator("[data-grip]"))
        place = night.bounding_box()
        assert place
        # Past the middle of the other, and who gives up has it where it was.
        hand.move(place["y"] + place["height"] * 0.9)
        expect(rows.first).to_contain_text("night market")
        page.keyboard.press("Escape")
        expect(page.locator("#live-region")).to_have_text("Left where it was")
        expect(rows.first).to_contain_text("viral")
        hand.let_go()
        hand.take(viral.locator("[data-grip]"))
        place = night.bounding_box()
        assert place
        hand.move(place["y"] + place["height"] * 0.9)
        hand.let_go()
    expect(page.locator("#live-region")).to_have_text("Moved to place 2 of 4")
    expect(rows.first).to_contain_text("night market")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lava!")
    ((saved,),) = console.sql("SELECT tag_highlights FROM recipes WHERE id = 1")
    assert [tag for tag in saved if tag in {3, 4}] == [4, 3]


@pytest.mark.parametrize("how", ["mouse", "finger"])
def test_a_step_is_dragged_beyond_what_the_page_shows(page: Page, console: Console, how: str) -> None:
    steps = [{"id": f"s{n}", "label": f"S{n}", "type": "text"} for n in range(30)]
    console.sql("UPDATE recipes SET recipe_steps = %s WHERE id = 1", json.dumps(steps))
    hand = Hand(page, how)
    page.goto("/recipes/1/edit")
    hand.take(page.locator(".step-item > [data-grip]").first)
    hand.move(page.evaluate("innerHeight - 10"))
    last = page.locator(".step-item").last
    expect(last).to_contain_text("S0")
    hand.let_go()
    expect(page.locator("#live-region")).to_have_text("Moved to place 30 of 30")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lava!")
    ((saved,),) = console.sql("SELECT recipe_steps FROM recipes")
    assert saved == [*steps[1:], steps[0]]


def test_what_was_typed_is_neither_left_by_mistake_nor_lost_to_back(page: Page, console: Console) -> None:
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/recipes/1/edit")
    page.locator("#input-name").fill("Typed")
    page.locator("#input-slug").fill("No Slug")
    page.get_by_placeholder("Add a tag by name").fill("night")
    page.get_by_role("button", name="night market").click()
    page.get_by_role("button", name="Add a step").click()
    page.locator(".step-item").last.get_by_label("Label").fill("Place")

    def is_there() -> None:
        expect(page.locator("#input-name")).to_have_value("Typed")
        expect(page.locator(".tag-list [data-sort-item]").last).to_contain_text("night market")
        expect(page.locator(".step-item summary").last).to_contain_text("Place")
        expect(page.locator("[data-editor-state]")).to_have_text("Not saved yet")

    page.goto("/healthz")
    assert asked == ["beforeunload"]
    page.go_back()
    is_there()
    # Refused, it stands in the answer; that page too is come back to without sending anything again.
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#form-errors")).to_contain_text("Slug")
    is_there()
    page.goto("/healthz")
    page.go_back()
    is_there()
    page.locator("#input-slug").fill("slug")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/recipes/1")
    # Once it is saved, or something else is, the form shows what is stored.
    console.sql("UPDATE recipes SET name = 'Theirs'")
    page.go_back()
    expect(page.locator("#input-name")).to_have_value("Theirs")
    expect(page.locator("[data-editor-state]")).to_have_text("")


def test_what_mends_a_row_is_at_hand_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    for path in ("/recipes/health/", "/option-icons/~without"):
        page.goto(path)
        deeds = page.locator(".as-cards td.up a")
        assert deeds.count() > 0
        for deed in deeds.all():
            box = deed.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
            assert box["height"] >= 24
