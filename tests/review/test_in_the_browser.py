"""The review in a real browser: by keyboard alone, and nothing hidden is asked for unasked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from delula.access.permissions import Role
from delula.review.intake import take_in
from delula.storage import Store
from tests.browsing import page_of, ready
from tests.consoles import client_of, console_on
from tests.storage.files import png

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Route

    from delula.config import S3Settings
    from tests.consoles import Console

pytestmark = pytest.mark.browser

#: Decided by keyboard alone; `python -m benchmarks.keys` decides the 100 that the issue asks for.
REVIEWED = 12


@pytest.fixture
def console(migrated_url: str, s3: S3Settings) -> Iterator[Console]:
    """A queue of pictures, all of them there; the first is flagged and has a blurred picture."""
    store = Store(s3, None)
    for number in range(1, REVIEWED + 4):
        store.put(f"review/{number}.png", png(64, 48), "image/png")
    store.put("console/blurred/review/1.png.jpg", png(8, 6), "image/png")
    with console_on(migrated_url, s3=s3) as console:
        console.sql("UPDATE dashboard.review_settings SET second_share = 0")
        console.sql("INSERT INTO users (id, handle) VALUES ('u', 'uma')")
        console.sql(
            """INSERT INTO user_assets (id, user_id, asset_id, original_filename, display_name, s3_key,
                cdn_url, mime_type, file_size, asset_type, source, ai_classification, created_at)
            SELECT n, 'u', 'a' || n, 'a.png', 'Picture ' || n, 'review/' || n || '.png', '', 'image/png', 1,
                1, 1, CASE WHEN n = 1 THEN '{"nsfw": 1}'::jsonb END, now() - n * interval '1 minute'
            FROM generate_series(1, %s) n""",
            REVIEWED + 3,
        )
        with console.app.app_context():
            take_in()
        yield console


@pytest.fixture
def page(chromium: Browser, console: Console) -> Iterator[Page]:
    """The queue, in a browser in which a moderator is signed in."""
    with page_of(chromium, console, Role.MODERATOR) as page:
        page.goto("/review/")
        yield page


def shown(page: Page) -> str:
    return page.locator("[data-review]").get_attribute("data-name") or ""


def test_item_after_item_by_keyboard_alone_and_the_last_one_undone(page: Page, console: Console) -> None:
    page.keyboard.press("r")
    expect(page.locator("[data-review]")).to_have_attribute("data-name", "Picture 1")
    ready(page)
    names = []
    for turn in range(REVIEWED):
        names.append(shown(page))
        if turn == 3:
            page.keyboard.press("s")
            page.keyboard.press("2")
        else:
            page.keyboard.press("7" if turn % 3 == 1 else "a")
        expect(page.locator("[data-review]")).not_to_have_attribute("data-name", names[-1])
        expect(page.locator("[data-review-media], [data-blurred]")).to_be_visible()
    assert len(set(names)) == REVIEWED
    expect(page.locator(".toast form").last).to_be_visible()
    page.wait_for_function("document.querySelectorAll('.toast.success').length >= 2")
    page.keyboard.press("z")
    page.wait_for_url(re.compile(r"/review/\d+$"))
    counts = dict(console.sql("SELECT verdict, count(*)::int FROM dashboard.review_decision GROUP BY 1"))
    assert counts == {"approve": 7, "reject": 4, "skip": 1}
    assert console.sql("SELECT count(*) FROM dashboard.review_decision WHERE undone_at IS NOT NULL") == [(1,)]


def test_what_is_flagged_is_fetched_only_while_one_holds_the_key(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.keyboard.press("r")
    blurred = page.locator("[data-blurred]")
    expect(blurred).to_be_visible()
    ready(page)
    assert not [url for url in asked if "/media/file" in url and "/review/1/" in url]
    page.keyboard.down("h")
    original = page.locator("[data-original]")
    expect(original).to_be_visible()
    page.keyboard.up("h")
    expect(original).to_have_count(0)
    button = page.locator("[data-reveal]")
    button.hover()
    page.mouse.down()
    expect(original).to_be_visible()
    page.mouse.up()
    expect(original).to_have_count(0)


def test_who_was_faster_is_told_with_what_and_when_and_can_be_reversed(page: Page, console: Console) -> None:
    with page.expect_response("**/lease"):  # the page asks for it once its scripts have run
        page.keyboard.press("r")
    expect(page.locator("[data-review]")).to_have_attribute("data-name", "Picture 1")
    other = client_of(console.app, Role.ADMIN)
    token = re.search(r'name="csrf-token" content="([^"]*)"', other.get("/review/").text)
    assert token is not None
    console.sql("DELETE FROM dashboard.review_lease")
    item = page.locator("[data-review]").get_attribute("data-review")
    answer = other.post(
        f"/review/{item}/decide",
        data={"verdict": "reject", "policy": "spam"},
        headers={"X-CSRFToken": token[1], "Accept": "application/json"},
    )
    assert answer.status_code == 200
    page.keyboard.press("a")
    dialog = page.locator("dialog.review-dialog")
    expect(dialog).to_contain_text(re.compile(r"Rejected \(Spam or advertising\) .* by admin-"))
    dialog.get_by_role("button", name="Reverse").click()
    page.wait_for_url(f"**/review/{item}")
    assert console.sql("SELECT state FROM dashboard.review_item WHERE id = %s", int(item or 0)) == [("open",)]


def test_leaving_sets_the_item_free_and_the_keys_are_on_the_sheet(page: Page, console: Console) -> None:
    page.keyboard.press("r")
    expect(page.locator("[data-review]")).to_be_visible()
    ready(page)
    page.keyboard.press("s")
    page.locator(".review-dialog").get_by_role("button", name="Close").click()
    expect(page.locator(".review-dialog")).to_have_count(0)
    page.keyboard.press("?")
    sheet = page.locator("#keys")
    for label in ("Approve", "Reject for the policy of that number", "Skip, with a reason", "Hold to reveal"):
        expect(sheet.get_by_text(label, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    page.goto("/jobs/")
    page.wait_for_timeout(500)
    assert console.sql("SELECT count(*) FROM dashboard.review_lease") == [(0,)]


def test_that_no_picture_of_a_list_loads_is_said(page: Page) -> None:
    page.route("**/media/**", lambda route: route.abort())
    page.goto("/review/?view=grid")
    expect(page.locator(".toast")).to_contain_text("Pictures do not load from storage")


@pytest.mark.parametrize("path", ["/review/3", "/assets/user-3", "/review/?view=grid"])
def test_that_the_store_does_not_answer_is_said_until_it_does(page: Page, path: str) -> None:
    held: list[Route] = []
    page.route("**/media/**", lambda route: held.append(route))  # noqa: PLW0108 - it is marked, as no method is
    page.add_init_script("const real = setTimeout; setTimeout = (f, ms, ...a) => real(f, ms / 10, ...a)")
    page.goto(path, wait_until="domcontentloaded")
    said = page.get_by_text(
        re.compile("The file did not load from storage|Pictures do not load from storage")
    )
    expect(said).to_be_visible()
    if "grid" not in path:
        for route in held:
            route.continue_()
        expect(said).to_be_hidden()
        expect(page.locator("[data-review-media], [data-media]").first).to_be_visible()


def test_on_a_phone_nothing_lies_under_the_decisions(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/review/next")
    page.locator("[data-note]").scroll_into_view_if_needed()
    scrolls, bar = (page.locator(name).bounding_box() for name in (".review-scroll", ".review-bar"))
    assert scrolls is not None
    assert bar is not None
    assert scrolls["y"] + scrolls["height"] <= bar["y"]
    assert bar["y"] + bar["height"] <= 844
    page.keyboard.press("a")
    toast = page.locator(".toast.success").last.bounding_box()
    assert toast is not None
    assert toast["y"] + toast["height"] <= bar["y"], "what was done hides nothing that comes next"


def test_on_a_phone_the_state_of_an_item_stands_beside_its_title(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/review/")
    row = page.locator("tbody tr").first
    title, state = (row.locator(name).bounding_box() for name in (".lead", ".status"))
    assert title is not None
    assert state is not None
    assert title["x"] + title["width"] <= state["x"]
    assert abs((title["y"] + title["height"] / 2) - (state["y"] + state["height"] / 2)) < 8
