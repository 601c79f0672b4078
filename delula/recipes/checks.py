"""From the texts of a recipe's form to the values of its columns."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from delula.errors import InvalidInput
from delula.models import LARGEST_ID
from delula.models.columns import flat
from delula.recipes.columns import BY_NAME, Column, Kind, differs, newlines
from delula.recipes.documents import faults, read_document, same

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from delula.recipes.columns import Stored

#: What goes into a column: JSON and times as text, which PostgreSQL reads.
Value: TypeAlias = "str | int | bool | list[int | None] | None"

#: What each entry of a JSON column is called.
NOUNS: Mapping[str, str] = {"recipe_steps": "Step", "workflow_components": "Component"}
#: Tags of one recipe.
MOST_TAGS = 100

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{1,18}[A-Za-z0-9])")
_WHOLE = re.compile(r"[+-]?\d{1,12}", re.ASCII)
_ENTRY = re.compile(r"-?\d{1,10}|null", re.ASCII)
#: Schemes of an address of a picture; without one it is a key in the bucket.
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)


def changed(texts: Mapping[str, str], stored: Stored, names: Sequence[str]) -> list[str]:
    """Those of these columns whose text is not what is stored."""
    return [name for name in names if differs(BY_NAME[name], texts[name], stored[name])]


def read_value(column: Column, text: str, stored: str | None) -> Value:
    """The value of a column from the text of its field.

    Args:
        column: which.
        text: what was typed.
        stored: what is there now; JSON may keep the faults that it has.

    Raises:
        InvalidInput: it is no such value; names the column.
    """
    if "\0" in text:
        raise InvalidInput(column.name, "It holds a character that cannot be stored.")
    try:
        return _READERS[column.kind](column, text, stored)
    except ValueError as error:
        raise InvalidInput(column.name, str(error)) from None


def _line(column: Column, text: str, _stored: str | None) -> Value:
    text = text.strip()
    if any(letter in text for letter in "\r\n"):
        raise ValueError("It stands on one line.")
    if not text and column.nullable:
        return None
    if not text and column.name in _NEVER_EMPTY:
        raise ValueError(_NEVER_EMPTY[column.name])
    _check_length(column, text)
    if (check := _FORMS.get(column.name)) is not None:
        check(text)
    return text


def _check_length(column: Column, text: str) -> None:
    if len(text) > column.longest:
        raise ValueError(f"It takes at most {column.longest:,} characters; these are {len(text):,}.")


_NEVER_EMPTY = {"name": "A recipe needs a name.", "slug": "A recipe needs a slug."}


def _check_slug(text: str) -> None:
    if not _SLUG.fullmatch(text):
        raise ValueError("It takes small letters, digits and single hyphens between them, as in lava-food.")
    if text.isdigit():
        raise ValueError("It takes at least one letter: a number is taken for the id of a recipe.")


def slug_of(text: str) -> str:
    """A slug made of some text, well-formed whatever that is."""
    plain_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain_text)[:200].strip("-") or "recipe"


def _check_code(text: str) -> None:
    if not _CODE.fullmatch(text):
        raise ValueError("It takes 3 to 20 letters, digits, - and _; the first and last are none of the two.")


def _check_picture(text: str) -> None:
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() not in {"http", "https", "s3"}:
        raise ValueError("It takes an address that begins with https://, or a key of the bucket.")
    if not text.isprintable() or " " in text:
        raise ValueError("An address has neither spaces nor characters that nobody sees.")


_FORMS: Mapping[str, Callable[[str], None]] = {
    "slug": _check_slug,
    "referral_code": _check_code,
    "preview_image_url": _check_picture,
}


def _text(column: Column, text: str, stored: str | None) -> Value:
    _check_length(column, text)
    text = newlines(text)
    # A text that came with the line ends of another system keeps them.
    return text.replace("\n", "\r\n") if stored and "\r\n" in stored else text


def _whole(column: Column, text: str, _stored: str | None) -> Value:
    text = text.strip()
    if not text and column.nullable:
        return None
    if not _WHOLE.fullmatch(text):
        raise ValueError("It takes a whole number, such as 5.")
    number = int(text)
    if not column.least <= number <= column.most:
        raise ValueError(f"It takes a number from {column.least:,} to {column.most:,}.")
    return number


def _flag(_column: Column, text: str, _stored: str | None) -> Value:
    if text not in {"yes", "no"}:
        raise ValueError("It takes yes or no.")
    return text == "yes"


def _choice(column: Column, text: str, _stored: str | None) -> Value:
    known = dict(column.choices)
    if text not in known:
        raise ValueError(f"It takes one of {', '.join(known)}.")
    return int(text) if column.name == "audio_type" else text


def _json(column: Column, text: str, stored: str | None) -> Value:
    text = newlines(text).strip()
    if not text and column.nullable:
        return None
    _check_length(column, text)
    found = faults(column.name, text or "[]", stored)
    if found:
        more = f" And {len(found) - 1} more." if len(found) > 1 else ""
        raise ValueError(found[0].sentence(NOUNS[column.name]) + more)
    if stored is not None and same(read_document(text or "[]"), read_document(stored)):
        return stored  # laid out differently, which is no difference
    return text or "[]"


def _tags(_column: Column, text: str, _stored: str | None) -> Value:
    entries = [entry.strip() for entry in text.split(",") if entry.strip()]
    if odd := [entry for entry in entries if not _ENTRY.fullmatch(entry)]:
        raise ValueError(f"“{odd[0][:50]}” is no number of a tag.")
    found = [None if entry == "null" else int(entry) for entry in entries]
    if any(id_ is not None and abs(id_) > LARGEST_ID for id_ in found):
        raise ValueError("A number of a tag has at most ten digits.")
    if len(found) > MOST_TAGS:
        raise ValueError(f"A recipe takes at most {MOST_TAGS} tags.")
    return found


def _time(_column: Column, text: str, _stored: str | None) -> Value:
    text = text.strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("It takes a time such as 2026-02-01 14:30.") from None
    if moment.tzinfo is not None:
        raise ValueError("It is in UTC and names no zone.")
    return moment.isoformat(" ")


_READERS: Mapping[Kind, Callable[[Column, str, str | None], Value]] = {
    Kind.LINE: _line,
    Kind.TEXT: _text,
    Kind.WHOLE: _whole,
    Kind.FLAG: _flag,
    Kind.CHOICE: _choice,
    Kind.JSON: _json,
    Kind.TAGS: _tags,
    Kind.TIME: _time,
}


def plain(column: Column, stored: str | None) -> Value:
    """A stored value as `read_value` gives values: for the audit log, before and after."""
    if stored is None:
        return None
    if column.kind is Kind.WHOLE or column.name == "audio_type":
        return int(stored)
    if column.kind is Kind.FLAG:
        return stored == "yes"
    if column.kind is Kind.TAGS:
        return flat(json.loads(stored))
    return stored
