"""The browser of the browser tests: the machine's, or installed with apt-get: `python -m tests.browser`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from functools import cache

#: The shell first: it has no window to draw, and takes a third of the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
#: Where macOS keeps them.
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
#: For `playwright.chromium.launch`: nothing but the page, and no word to anyone outside.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@cache
def find_browser() -> str | None:
    """Path of Chromium or Chrome, None where the machine has neither."""
    on_path = (shutil.which(name) for name in NAMES)
    installed = (name for name in APPLICATIONS if os.access(name, os.X_OK))
    return next((found for found in (*on_path, *installed) if found), None)


def install_browser() -> bool:
    """Install Chromium, and a font for it, where that can be done without asking; whether it worked."""
    apt = shutil.which("apt-get")
    if apt is None:
        return False
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ("install", "--no-install-recommends", "--yes", "fonts-dejavu-core")
    # Not every release has the shell.
    for arguments in (("update",), (*install, NAMES[0]), (*install, NAMES[1])):
        with suppress(OSError, subprocess.CalledProcessError):
            subprocess.run(  # noqa: S603 - constant but for the path of apt-get
                [*prefix, apt, "--quiet=2", *arguments],
                check=True,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        find_browser.cache_clear()
        if find_browser() is not None:
            return True
    return False


if __name__ == "__main__":
    if find_browser() is None:
        print("Installing Chromium for the browser tests", flush=True)
        if not install_browser():
            sys.exit(
                "The browser tests need Chromium or Chrome. Install one (Debian: apt-get install chromium)."
            )
