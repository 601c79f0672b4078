"""What a browser with an empty cache fetches for a page, in bytes as sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.measure import Requests

#: What the project promises, in bytes.
LIMIT_FIRST_LOAD, LIMIT_FRAGMENT = 100_000, 20_000
#: What browsers of today ask for, as they write it.
ENCODINGS = {"zstd": "gzip, deflate, br, zstd", "gzip": "gzip"}


@dataclass(frozen=True)
class FirstLoad:
    """The parts of a page and their bytes as sent, the page itself first."""

    encoding: str
    parts: Sequence[tuple[str, int]]

    @property
    def total(self) -> int:
        """All parts together."""
        return sum(size for _, size in self.parts)


def first_load(console: Requests, path: str, encoding: str) -> FirstLoad:
    """Fetch a page with everything that it names: style, script, icons, and the fonts that the style names.

    Fonts for other letters than a page shows are counted too, as names and prompts may hold them.
    """
    header = ENCODINGS[encoding]

    def size_of(url: str) -> int:
        return len(console.send(console.environ(url, encoding=header))[2])

    def text_of(url: str) -> str:
        return console.send(console.environ(url, encoding=""))[2].decode()

    named = dict.fromkeys(re.findall(r'"(/static/[^"#]+)', text_of(path)))
    for style in [url for url in named if url.endswith(".css")]:
        folder = style.rpartition("/")[0]
        named.update(dict.fromkeys(f"{folder}/{name}" for name in _named_in(text_of(style))))
    urls = [path, *named]
    return FirstLoad(encoding, [(url, size_of(url)) for url in urls])


def _named_in(style: str) -> list[str]:
    return [
        name.removeprefix("./") for name in re.findall(r"url\(\"?([^\")]+?)\"?\)", style) if ":" not in name
    ]
