"""What people type about assets, checked and read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from delula.commands.inputs import one_line
from delula.errors import InvalidInput
from delula.models.tolerance import parse_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.models import JsonValue

#: Characters of a name, of a tag, and of JSON; tags of one asset.
LONGEST_NAME, LONGEST_TAG, LONGEST_JSON = 200, 50, 20_000
MOST_TAGS = 50


def read_name(field: str, text: str) -> str:
    """The name of an asset.

    Raises:
        InvalidInput: it is empty, too long, or holds what nobody sees.
    """
    name = one_line(field, text, LONGEST_NAME)
    if not name:
        raise InvalidInput(field, "It takes a name.")
    return name


def read_tags(field: str, text: str) -> Sequence[str]:
    """Tags from a text with commas between them, each once.

    Raises:
        InvalidInput: there are too many, or one is too long or holds what nobody sees.
    """
    tags = [tag for part in text.split(",") if (tag := one_line(field, part, LONGEST_TAG))]
    once = list(dict.fromkeys(tags))
    if len(once) > MOST_TAGS:
        raise InvalidInput(field, f"It takes at most {MOST_TAGS} tags.")
    return once


def read_metadata(field: str, text: str) -> JsonValue:
    """Metadata from JSON; None where the text is empty.

    Raises:
        InvalidInput: it is no JSON that can be stored.
    """
    if not text.strip():
        return None
    if len(text) > LONGEST_JSON:
        raise InvalidInput(field, f"Keep it to {LONGEST_JSON:,} characters.")
    return read_json(field, text)


def read_json(field: str, text: str) -> JsonValue:
    """A JSON value that PostgreSQL stores as well.

    Raises:
        InvalidInput: it is none.
    """
    try:
        value: JsonValue = parse_json(text, parse_constant=_no_number)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        raise InvalidInput(field, "That is not JSON.") from None
    if "\\u0000" in json.dumps(value):
        raise InvalidInput(field, "It holds a character that cannot be stored.")
    return value


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON")
