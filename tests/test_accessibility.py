"""One page of each kind in a real browser: axe finds nothing in either theme, and a phone has room for it."""

from __future__ import annotations

from collections import deque
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from werkzeug.exceptions import HTTPException

from delula.access.permissions import Role
from tests.browsing import PATIENCE, page_of
from tests.test_crawl import Page as Html
from tests.thinning import some
from tests.ui.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.consoles import Console

pytestmark = pytest.mark.browser

#: Endpoints that are a page of another kind for each of what their address names.
TOLD_APART = {"commands.form", "health.check"}
#: Pages that no link of the live database leads to, or that its first link shows without much in them.
BESIDES = (
    "/generations/1",
    "/users/u-ann",
    "/assets/user-1",
    "/tags/1",
    "/components/get-frames-from-video",
    "/components/executions/run-1",
    "/credits/2",
    "/credits/operations/1",
    "/assets/uploads/1",
    "/assets/integrity/2",
    "/generations/facets",
    "/credits/summary",
    "/palette?q=ann",
    "/generations/?q=cost:x",
    "/generations/?q=nothing-is-like-this",
    "/account/confirm",
    "/no-such-page",
    "/styleguide",
)


def kind_of(console: Console, address: str) -> str | None:
    """The page behind an address, whichever row it shows; None where it is none of the console's."""
    parts = urlsplit(address)
    if parts.netloc not in {"", "localhost"} or parts.path.startswith("/static/"):
        return None
    try:
        endpoint, values = console.app.url_map.bind("localhost").match(parts.path)
    except HTTPException:
        return None
    told = [values[name] for name in ("name", "key") if endpoint in TOLD_APART and name in values]
    return " ".join([endpoint, *told, *(["grid"] if "view=grid" in parts.query else [])])


def kinds(console: Console) -> dict[str, str]:
    """An address of each kind of page that links lead an admin to."""
    client = console.as_role(Role.ADMIN)
    found: dict[str, str] = {}
    queue, looked = deque(["/"]), {"home.index"}
    while queue:
        address = queue.popleft()
        answer = client.get(address)
        if answer.status_code in {302, 303} and kind_of(console, answer.location):
            address = answer.location
            answer = client.get(address)
        if answer.status_code != 200 or "<html" not in answer.text:
            continue
        found.setdefault(str(kind_of(console, address)), address)
        for link in Html(answer.text).links:
            target = unescape(link).partition("#")[0]
            kind = kind_of(console, target) if target.startswith("/") else None
            if kind is None or kind in looked:
                continue
            looked.add(kind)
            # The first link to a list may lead to a filter that nothing meets.
            is_list = kind.endswith(".index")
            queue.append(target.partition("?")[0] if is_list else target)
    return found


AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "(rules) => axe.run(document, {resultTypes: ['violations'], runOnly: rules})"
#: Without motion a colour takes a moment to change all the same, and what inherits it another one.
SETTLED = """
async () => {
  const frame = () => new Promise(requestAnimationFrame);
  // In the first frame of another width the columns of a table may have a width that no one sees.
  await frame();
  await frame();
  const changes = () => document.getAnimations().some((one) => one instanceof CSSTransition);
  for (let passed = 0; passed < 60 && changes(); passed++) await frame();
}
"""
#: What stands out of the window, though nothing around it scrolls or hides it; the page itself first.
OUT_OF_ROOM = """
() => {
  const whole = [document.scrollingElement, document.querySelector("main")];
  const out = whole.filter((e) => e && e.scrollWidth > e.clientWidth + 1);
  const clips = (e) => getComputedStyle(e).overflowX !== "visible" || getComputedStyle(e).clipPath !== "none";
  for (const e of document.querySelectorAll("main *, header *")) {
    const box = e.getBoundingClientRect();
    if (!box.width || box.right <= innerWidth + 1 || !e.checkVisibility()) continue;
    let around = e;
    while (around !== document.body && !clips(around)) around = around.parentElement;
    if (around === document.body) out.push(e);
  }
  return out.slice(0, 4).map((e) => `${e.tagName}.${e.className} has no room`);
}
"""

#: What has the focus in a table that scrolls and lies under its first column, which stays.
UNDER_THE_FIRST_COLUMN = """
() => [...document.querySelectorAll(".table-scroll :is(a, button)")].reverse().filter((e) => {
  e.focus();
  const box = e.getBoundingClientRect();
  const cell = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)?.closest("td, th");
  return cell && cell !== e.closest("td, th") && cell.matches(":first-child");
}).slice(0, 4).map((e) => `${e.textContent} lies under the first column`)
"""


def faults(page: Page, path: str) -> list[str]:
    """What is wrong with a page, wide in light and dark, then at 200 % zoom, then on a phone."""
    found = []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.evaluate(AXE)
    for theme, width in (("light", 1440), ("dark", 1440), ("dark", 390)):
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme }", theme)
        page.set_viewport_size({"width": width, "height": 844})
        page.evaluate(SETTLED)
        found += [
            f"{path}, {theme}, {width}: {one['id']}: {node['target']}: {node['failureSummary'][:300]}"
            for one in page.evaluate(RUN, AXE_RULES)["violations"]
            for node in one["nodes"][:2]
        ]
    for width in (390, 720):  # 720 pixels are what 200 % zoom leaves of 1440
        page.set_viewport_size({"width": width, "height": 450})
        page.evaluate(SETTLED)
        wrong = [*page.evaluate(OUT_OF_ROOM), *page.evaluate(UNDER_THE_FIRST_COLUMN)]
        found += [f"{path}, {width}: {said}" for said in wrong]
    return found


@pytest.fixture
def page(chromium: Browser, worked_console: Console) -> Iterator[Page]:
    """A browser in which an admin is signed in."""
    with page_of(chromium, worked_console, Role.ADMIN) as page:
        page.emulate_media(reduced_motion="reduce")
        yield page


@pytest.mark.parametrize("path", some(["/recipes/new", "/queue/"], 1))
def test_nobody_is_shut_out(page: Page, path: str) -> None:
    assert faults(page, path) == []


@pytest.mark.slow
def test_nobody_is_shut_out_of_a_page_of_any_kind(page: Page, worked_console: Console) -> None:
    page.set_default_timeout(10 * PATIENCE)  # the style guide has everything, and axe looks at it three times
    found = kinds(worked_console)
    assert len(found) > 100
    wrong = [fault for path in (*found.values(), *BESIDES) for fault in faults(page, path)]
    assert wrong == []
