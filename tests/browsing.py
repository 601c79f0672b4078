"""The machine's browser, started once for each worker, and pages of consoles in it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright
from werkzeug.serving import make_server

from tests.browser import ARGUMENTS, find_browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Browser, BrowserContext, Page

    from delula.access.permissions import Role
    from tests.consoles import Console

#: A busy machine is no fault of a page, ms.
PATIENCE = 30_000


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's browser. There is one of it: a process may start the driver only once."""
    path = find_browser()
    if path is None:
        pytest.fail(
            "The browser tests need Chromium or Chrome. Install one (Debian: apt-get install chromium)."
        )
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Let an app answer on a port of its own; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    # It looks that often whether it shall end, s: nobody waits for it half a second.
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def failing_with_scripts(context: BrowserContext) -> Iterator[None]:
    """Fail once it is done where a script of any page of a profile has failed, which nobody sees."""
    failed: list[str] = []
    context.on("weberror", lambda said: failed.append(f"{said.page and said.page.url}: {said.error}"))
    yield
    assert failed == []


def ready(page: Page) -> None:
    """Wait until the scripts of the page at hand have run: what it shows may be there before its keys work.

    `goto` and `wait_for_url` wait for that by themselves; what a click or a key leads to does not.
    """
    page.wait_for_load_state("domcontentloaded")  # it comes after scripts that are modules


@contextmanager
def page_of(chromium: Browser, console: Console, role: Role, *, scripts: bool = True) -> Iterator[Page]:
    """An empty page in a clean profile, in which somebody with that role is signed in to a console.

    Args:
        chromium: the browser.
        console: what it opens.
        role: of the person.
        scripts: whether the browser runs any.
    """
    client = console.as_role(role)
    client.get("/")
    cookie = client.get_cookie(console.app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    with served(console.app) as url:
        context = chromium.new_context(
            base_url=url, viewport={"width": 1440, "height": 900}, java_script_enabled=scripts
        )
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])
        with failing_with_scripts(context):
            yield context.new_page()
        context.close()
