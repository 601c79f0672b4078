"""The style guide in the browser: contrast, accessibility, room, weight."""

from __future__ import annotations

import gzip
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.thinning import some
from tests.ui.conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Response

    from tests.ui.conftest import Workbench

pytestmark = pytest.mark.browser

THEMES = ("light", "dark")
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Colours are read from pixels, so that what counts is what is painted, whatever notation a token uses.
CONTRAST = """
() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const probe = document.createElement("div");
  document.body.append(probe);
  const painted = (...names) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const name of names) {
      probe.style.color = `var(--${name})`;
      canvas.fillStyle = getComputedStyle(probe).color;
      canvas.fillRect(0, 0, 1, 1);
    }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb) => {
    const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgb.map((c) => linear(c / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const grounds = [
    ["page"], ["surface"], ["raised"], ["sunken"], ["selected"],
    ["surface", "hover"], ["surface", "press"], ["page", "hover"], ["page", "press"], ["raised", "hover"],
  ];
  const tones = ["accent", "success", "warning", "danger", "info"];
  const found = [];
  const check = (ink, least, ...ground) => {
    const reached = ratio(painted(...ground, ink), painted(...ground));
    found.push({ ink, ground: ground.join("+"), ratio: reached, least });
  };
  for (const ground of grounds)
    for (const ink of ["text", "text-muted", "text-faint"]) check(ink, 4.5, ...ground);
  for (const tone of tones) {
    for (const ground of ["surface", "page", "raised", "selected", `${tone}-tint`]) check(tone, 4.5, ground);
    check(tone, 4.5, "surface", "hover");
    check("on-solid", 4.5, `${tone}-solid`);
    check("text", 4.5, `${tone}-tint`);
    check("text-muted", 4.5, `${tone}-tint`);
  }
  for (const solid of ["accent-solid-hover", "danger-solid-hover"]) check("on-solid", 4.5, solid);
  for (const ground of ["surface", "page", "raised"])
    for (const ink of ["border-strong", "focus"]) check(ink, 3, ground);
  for (const tone of tones.filter((t) => t !== "accent")) check(`${tone}-dot`, 3, "surface");
  for (const ink of ["code-key", "code-string", "code-number", "code-word"]) check(ink, 4.5, "surface");
  check("text", 4.5, "mark");
  // Lines are named at their ends in their own colour.
  for (const number of [1, 2, 3, 4, 5, 6])
    for (const ground of ["surface", "page"]) check(`series-${number}`, 4.5, ground);
  probe.remove();
  return found;
}
"""


@pytest.fixture
def themed(context: BrowserContext, bench: Workbench) -> Any:
    """`themed(path, theme, width=…)` opens a page as a person with that theme sees it."""

    def open_page(path: str, theme: str = "light", width: int = 1440, height: int = 900) -> Page:
        context.add_cookies([{"name": "theme", "value": theme, "url": bench.url}])
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.goto(path)
        return page

    return open_page


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_holds_4_5_to_1_and_every_control_3_to_1(themed: Any, theme: str) -> None:
    found = themed("/styleguide", theme).evaluate(CONTRAST)
    assert len(found) > 80
    weak = [
        f"{it['ink']} on {it['ground']}: {it['ratio']:.2f} < {it['least']}"
        for it in found
        if it["ratio"] < it["least"]
    ]
    assert weak == []


@pytest.mark.parametrize(
    ("path", "theme", "width"), some(product(["/styleguide", "/rows"], THEMES, [1440, 390]), 2)
)
def test_axe_finds_nothing(themed: Any, path: str, theme: str, width: int) -> None:
    page = themed(path, theme, width)
    page.evaluate((ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text())
    result = page.evaluate(
        "(rules) => axe.run(document, {resultTypes: ['violations'], runOnly: rules})", AXE_RULES
    )
    assert [
        (violation["id"], [(node["target"], node["failureSummary"]) for node in violation["nodes"]][:3])
        for violation in result["violations"]
    ] == []


@pytest.mark.parametrize("width", some([390, 720, 1024, 1440], 2))
@pytest.mark.parametrize("path", ["/styleguide", "/rows", "/parts"])
def test_no_page_is_wider_than_its_window(themed: Any, path: str, width: int) -> None:
    """720 pixels are what 200 % zoom leaves of 1440."""
    page = themed(path, width=width, height=450 if width == 720 else 900)
    wider = page.evaluate(
        "() => [...document.querySelectorAll('html, main')].map((e) => e.scrollWidth - e.clientWidth)"
    )
    assert wider == [0, 0]


@pytest.mark.parametrize("path", ["/styleguide", "/rows", "/parts"])
def test_the_content_security_policy_refuses_nothing_that_we_do(page: Page, path: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert [text for text in said if "404" not in text] == []


def test_every_icon_named_is_in_the_sprite(page: Page) -> None:
    page.goto("/styleguide")
    missing = page.evaluate(
        """async () => {
          const uses = [...document.querySelectorAll("use")];
          const named = uses.map((use) => use.getAttribute("href").split("#"));
          const icons = named.filter(([file]) => file.includes("icons"));
          const sprite = await (await fetch(icons[0][0])).text();
          return icons.filter(([, name]) => !sprite.includes(`id="${name}"`));
        }"""
    )
    assert missing == []


def test_the_first_load_of_a_list_weighs_less_than_100_kilobytes(page: Page) -> None:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - playwright marks its handlers, a built-in method cannot be
    page.goto("/rows")
    page.wait_for_load_state("networkidle")
    weights = {Path(answer.url).name: len(_packed(answer)) for answer in answers if answer.status == 200}
    # The fonts are compressed already; the rest travels compressed.
    assert {name.split("-")[0] for name in weights} >= {"app", "inter", "mono", "icons"}
    assert sum(weights.values()) < 100_000, weights


def _packed(answer: Response) -> bytes:
    body = answer.body()
    return body if answer.url.endswith(".woff2") else gzip.compress(body, 6)


def test_the_theme_stands_in_the_first_byte(themed: Any) -> None:
    page = themed("/styleguide", "dark")
    html = page.evaluate("() => fetch(location.href).then((answer) => answer.text())")
    assert 'data-theme="dark"' in html[:400]
    dark = page.evaluate("() => getComputedStyle(document.body.querySelector('main')).backgroundColor")
    assert dark != themed("/styleguide", "light").evaluate(
        "() => getComputedStyle(document.body.querySelector('main')).backgroundColor"
    )


def test_print_shows_the_rows_and_not_the_tools(page: Page) -> None:
    page.goto("/rows")
    page.emulate_media(media="print")
    assert page.locator("nav.nav").is_hidden()
    assert page.locator(".query-tools, .pager-links").first.is_hidden()
    assert page.locator(".table-scroll").evaluate("(e) => e.scrollHeight - e.clientHeight") <= 1


def test_nothing_moves_for_those_who_asked_for_less_motion(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto("/styleguide")
    longest = page.evaluate(
        """() => Math.max(...document.getAnimations().map((a) => a.effect.getComputedTiming().duration), 0)"""
    )
    assert longest <= 1
