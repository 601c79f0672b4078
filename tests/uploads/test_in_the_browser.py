"""Files sent by a real browser to a real store: at once, paused, gone on with, cancelled, refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from delula.models.enums import MEBIBYTE
from delula.uploads import actions
from tests.browsing import page_of
from tests.uploads.files import archive, good

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.consoles import Console
    from tests.uploads.conftest import Sender

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: Browser, console: Console, sender: Sender) -> Iterator[Page]:
    """The page that sends files, in a moderator's browser."""
    with page_of(chromium, console, sender.role) as page:
        # What waits before another try, waits a tenth of its time.
        page.add_init_script("const real = setTimeout; setTimeout = (f, ms, ...a) => real(f, ms / 10, ...a)")
        page.goto("/assets/uploads/new")
        yield page


def long_wave() -> bytes:
    wave = good("wav")
    length = 16 * MEBIBYTE - len(wave) - 8
    whole = wave[:4] + (16 * MEBIBYTE - 8).to_bytes(4, "little") + wave[8:]
    return whole + b"LIST" + length.to_bytes(4, "little") + b"\0" * length


def test_files_are_sent_paused_cancelled_and_refused(
    page: Page, console: Console, sender: Sender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "PART_BYTES", 5 * MEBIBYTE)
    for name, content in {
        "cat.png": good("png"),
        "hidden.jpg": good("jpg") + archive(),
        "empty.png": b"",
        "long.wav": long_wave(),
    }.items():
        (tmp_path / name).write_bytes(content)
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if "Content Security" in said.text else None)
    page.on("pageerror", lambda error: problems.append(str(error)))

    def send(*names: str) -> None:
        page.get_by_label("Files", exact=True).set_input_files([tmp_path / name for name in names])
        page.get_by_role("button", name="Upload", exact=True).click()

    def row(name: str) -> object:
        return page.locator(".upload", has_text=name)

    page.get_by_label("Owner").fill("core-1")
    send("cat.png", "hidden.jpg", "empty.png")
    expect(row("empty.png")).to_contain_text("The file is empty.", timeout=120_000)
    for name in ("cat.png", "hidden.jpg"):
        expect(row(name)).to_contain_text("Is being looked into", timeout=120_000)
    sender.work()
    expect(row("cat.png")).to_contain_text("Stored", timeout=120_000)
    expect(row("hidden.jpg")).to_contain_text("Refused: It is a ZIP archive as well.", timeout=120_000)

    # Parts are held up, so that there is something to pause.
    held: list[object] = []

    def hold(route: object) -> None:
        held.append(route)

    page.route(re.compile("partNumber="), hold)
    send("long.wav")
    page.get_by_role("button", name="Pause: long.wav").click()
    expect(row("long.wav")).to_contain_text("Paused")
    page.unroute(re.compile("partNumber="))
    page.get_by_role("button", name="Go on: long.wav").click()
    expect(row("long.wav")).to_contain_text("Is being looked into", timeout=120_000)
    sender.work()
    expect(row("long.wav")).to_contain_text("Stored", timeout=120_000)

    # The store refuses: it is said, and another try works.
    page.route(re.compile("partNumber="), lambda route: route.fulfill(status=500))
    monkeypatch.undo()
    send("cat.png")
    again = page.get_by_role("button", name="Try again: cat.png")
    expect(again).to_be_visible(timeout=120_000)
    page.unroute(re.compile("partNumber="))
    page.reload()
    expect(page.get_by_role("heading", name="Not finished")).to_be_visible()
    page.get_by_label("Owner").fill("core-1")
    send("cat.png")
    expect(page.locator("[data-uploading] .upload")).to_contain_text("Is being looked into", timeout=120_000)
    # Files that are sent at once begin in any order.
    assert console.sql("SELECT filename, state FROM dashboard.upload ORDER BY filename, id") == [
        ("cat.png", "stored"),
        ("cat.png", "checking"),
        ("hidden.jpg", "refused"),
        ("long.wav", "stored"),
    ]
    assert problems == []


def test_what_is_paused_while_an_answer_comes_stays_paused(
    page: Page, sender: Sender, tmp_path: Path
) -> None:
    (tmp_path / "cat.png").write_bytes(good("png"))
    # An answer arrives, and is read a while later.
    page.evaluate("""() => {
      const json = Response.prototype.json;
      Response.prototype.json = async function () {
        if (this.url.endsWith("/state")) await new Promise((read) => setTimeout(read, 1500));
        return json.call(this);
      };
    }""")
    page.get_by_label("Owner").fill("core-1")
    page.get_by_label("Files", exact=True).set_input_files(tmp_path / "cat.png")
    with page.expect_response(re.compile("/state$")):
        page.get_by_role("button", name="Upload", exact=True).click()
    page.get_by_role("button", name="Pause: cat.png").click()
    page.wait_for_timeout(2_000)
    row = page.locator(".upload", has_text="cat.png")
    expect(row).to_contain_text("Paused")

    page.get_by_role("button", name="Go on: cat.png").click()
    expect(row).to_contain_text("Is being looked into", timeout=120_000)
    sender.work()
    expect(row).to_contain_text("Stored", timeout=120_000)
