"""How long a moderator waits from a key to the next picture: `python -m benchmarks.keys`.

It starts a PostgreSQL, a store and a web server of its own, puts pictures of a real size into the queue, and
decides them in a browser by keyboard alone, as fast as each of them is to be seen.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import time
from statistics import median, quantiles
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

import flask_migrate
from PIL import Image
from playwright.sync_api import sync_playwright
from sqlalchemy import text

from benchmarks.console import services, signed_in
from delula import create_app
from delula.config import Settings
from delula.db import atomic, db, session
from delula.embedded.processes import free_ports
from delula.review.intake import take_in
from delula.storage import needed_store
from tests.browser import ARGUMENTS, find_browser

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Page

#: What the project promises, from the key until the next picture stands there, in ms.
LIMIT = 150
#: Side of the pictures, in pixels; noise, so that they weigh what photographs do.
SIDE = 1024
_ROWS = text("""
INSERT INTO user_assets (id, user_id, asset_id, original_filename, display_name, s3_key, cdn_url, mime_type,
    file_size, asset_type, source, created_at)
SELECT n, 'u', 'a' || n, 'a.jpg', 'Picture ' || n, 'review/' || n || '.jpg', '', 'image/jpeg', 1, 1, 1,
    now() - n * interval '1 minute'
FROM generate_series(1, :items) n""")
#: Notes when a key went down, and when the picture of another item is there and painted.
_WATCH = """
window.waits = [];
let began = 0, name = "";
const look = () => {
  const item = document.querySelector("[data-review]");
  const picture = document.querySelector("img[data-review-media]");
  if (began && item && item.dataset.name !== name && picture?.complete && picture.naturalWidth) {
    const from = began;
    began = 0;
    requestAnimationFrame(() => window.waits.push(performance.now() - from));
  }
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
addEventListener("keydown", () => {
  began = performance.now();
  name = document.querySelector("[data-review]")?.dataset.name;
}, true);
"""


def main() -> None:
    """Fill, decide, and report."""
    parser = argparse.ArgumentParser(prog="benchmarks.keys", description=__doc__)
    parser.add_argument("--items", type=int, default=100, help="how many are decided")
    items: int = parser.parse_args().items
    with services() as settings:
        environment = {**settings, "PORT": str(free_ports(1)[0])}
        app = create_app(Settings.from_environment(environment))
        with app.app_context():
            flask_migrate.upgrade()
            fill(items + 3)
        with signed_in(app) as cookie:
            report(decide(environment, cookie, items))
        with app.app_context():
            db.engine.dispose()


def fill(items: int) -> None:
    """Put pictures into the bucket and into the queue."""
    store = needed_store()
    for number in range(1, items + 1):
        body = io.BytesIO()
        Image.frombytes("RGB", (128, 128), os.urandom(128 * 128 * 3)).resize((SIDE, SIDE)).save(body, "JPEG")
        store.put(f"review/{number}.jpg", body.getvalue(), "image/jpeg")
    with atomic() as current:
        current.execute(text("UPDATE dashboard.review_settings SET second_share = 0"))
        current.execute(text("INSERT INTO users (id, handle) VALUES ('u', 'uma')"))
        current.execute(_ROWS, {"items": items})
    take_in()
    session().remove()


def decide(environment: Mapping[str, str], cookie: str, items: int) -> list[float]:
    """Decide so many items in a browser; the ms from each key to the next picture."""
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "app:app"], env={**os.environ, **environment}
    )
    address = f"http://127.0.0.1:{environment['PORT']}"
    try:
        wait_for(f"{address}/healthz")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
            context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
            name, _, value = cookie.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": address}])
            page = context.new_page()
            page.add_init_script(_WATCH)
            page.goto("/review/")
            page.keyboard.press("r")
            page.locator("img[data-review-media]").wait_for()
            for number in range(1, items + 1):
                page.wait_for_timeout(300)  # nobody decides without a look
                page.keyboard.press("7" if number % 5 == 0 else "a")
                until(page, number)
            waits: list[float] = page.evaluate("window.waits")
            browser.close()
    finally:
        server.terminate()
        server.wait()
    return waits


def until(page: Page, number: int) -> None:
    """Return once so many pictures have been seen; asked from outside, as the page allows no `eval`."""
    for _ in range(500):
        if page.evaluate("window.waits.length") >= number:
            return
        page.wait_for_timeout(20)
    raise SystemExit(f"picture {number} did not come")


def wait_for(address: str) -> None:
    """Return once the server answers."""
    for _ in range(300):
        try:
            urlopen(address).close()  # noqa: S310 - our own
        except URLError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the web server does not answer")


def report(waits: list[float]) -> None:
    """Say how long the waits were."""
    late = sum(wait > LIMIT for wait in waits)
    print(
        f"{len(waits)} items by keyboard: from key to picture p50 {median(waits):.0f} ms,"
        f" p95 {quantiles(waits, n=20)[-1]:.0f} ms, at most {max(waits):.0f} ms; {late} over {LIMIT} ms"
    )


if __name__ == "__main__":
    main()
