"""What a pasted text may be: an id, a name, a key in the bucket, an address; nothing is asked here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote, urlsplit

from delula.models import LARGEST_ID
from delula.web.lists import id_of_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from delula.storage import Store

_T = TypeVar("_T", str, int)

#: Characters of a text that are looked at: more than any key of S3 (1,024) or common address has.
LONGEST = 2_000
#: Hardly a name is longer than that, and no id.
LONGEST_NAME = 1_000
#: From so many characters on, names that begin so are looked up.
SHORTEST_START = 2

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_ASSET = re.compile(r"(user|generation|system|market)-(\d{1,10})")
#: Folders of what the product derives from a file, beside the file itself.
_DERIVED = re.compile(r"/(?:thumbnails|previews|webp)/([^/]+)\.[A-Za-z0-9]+$")
#: Endings that files have.
_ENDINGS = ("jpg", "png", "webp", "jpeg", "mp4", "webm", "mov")


@dataclass(frozen=True)
class Clues:
    """What there is to look up; each without duplicates, the likeliest first.

    Attributes:
        text: what was typed, cut and trimmed.
        words: what may be an id or a name.
        numbers: what may be the id of a row.
        assets: ids of rows that the source of an asset stands before, by source.
        keys: what may be stored as a key or address of a file.
        start: what names may begin with; None where it cannot be.
        email: what may be an e-mail address; None where it cannot be.
    """

    text: str
    words: tuple[str, ...]
    numbers: tuple[int, ...]
    assets: dict[str, int]
    keys: tuple[str, ...]
    start: str | None
    email: str | None

    @property
    def is_words(self) -> bool:
        """Whether it reads as words, which may be searched for whatever else is called so."""
        return all(letter.isalpha() or letter.isspace() for letter in self.text)


def read(text: str, store: Store | None) -> Clues:
    """The clues in a text.

    Args:
        text: as typed or pasted, by anybody: of any length, with any characters.
        store: knows the addresses of our own bucket; None where there is none.
    """
    text = text.replace("\0", "")[:LONGEST].strip()
    bare = text.strip("\"'`<>()[],; ").removeprefix("mailto:").removeprefix("@")
    last, stem = _last_parts(text)
    words = _once(
        word
        for found in (text, bare, last, stem)
        for word in (found, found.lower() if _UUID.fullmatch(found) else "")
        if len(word) <= LONGEST_NAME
    )
    is_name = SHORTEST_START <= len(bare) <= LONGEST_NAME and "/" not in bare
    return Clues(
        text=text,
        words=words,
        # A file that is called 5.mp4 is hardly the recipe with the number 5.
        numbers=_once(
            number
            for word in words
            if word != stem and (number := _number(word.removeprefix("#"))) is not None
        ),
        assets={
            found[1]: int(found[2])
            for word in words
            if (found := _ASSET.fullmatch(word)) and int(found[2]) <= LARGEST_ID
        },
        keys=_once(_keys(text, store)),
        start=bare if is_name else None,
        email=bare if is_name and "@" in bare else None,
    )


def _once(values: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(value for value in dict.fromkeys(values) if value != "")


def _number(word: str) -> int | None:
    if not (word.isascii() and word.isdigit() and len(word) <= 10):
        return None
    return number if (number := int(word)) <= LARGEST_ID else None


def _path(text: str) -> str:
    """The path of an address; a plain key is one already."""
    try:
        return urlsplit(text).path
    except ValueError:  # brackets that are no address of version 6
        return text


def _last_parts(text: str) -> tuple[str, str]:
    """What an address ends in, which often is an id, and the same without the ending of a file.

    Each is empty where there is no such thing.
    """
    if "/" not in text:
        return "", ""
    part = _path(text).rstrip("/").rpartition("/")[2]
    last = (id_of_path(part) if part.startswith("~") else unquote(part)).replace("\0", "")
    stem, dot, _ = last.partition(".")
    return last, stem if dot else ""


def _keys(text: str, store: Store | None) -> Iterator[str]:
    """How the product may have stored the place of a file."""
    if not text or text.isdigit() or any(letter.isspace() for letter in text):
        return
    yield text
    yield text.partition("#")[0].partition("?")[0]
    key = store.key_of(text) if store else None
    plain = unquote(_path(text)).replace("\0", "").lstrip("/")
    # Where the bucket stands in the path, the key follows it.
    found = [one.replace("\0", "") for one in (key, plain, plain.partition("/")[2]) if one]
    yield from found
    for one in found[:2]:
        if derived := _DERIVED.search(f"/{one}"):
            folder = one[: max(0, derived.start() - 1)]
            yield from (f"{folder}/originals/{derived[1]}.{ending}".lstrip("/") for ending in _ENDINGS)
