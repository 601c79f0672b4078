"""From the texts of a form or a command line to the input of a command."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import MISSING, fields
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

from delula.commands.base import Given
from delula.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

GivenT = TypeVar("GivenT", bound=Given)

#: What any integer column of the product holds.
_LARGEST = 2**31 - 1
_WHOLE = re.compile(r"[+\-\N{MINUS SIGN}]?\d{1,12}", re.ASCII)
_YES, _NO = {"yes", "true", "on", "1"}, {"no", "false", "off", "0", ""}


def read_given(kind: type[GivenT], texts: Mapping[str, str]) -> GivenT:
    """The input of a command from texts by field name; names that it does not have are left alone.

    A field is of `str`, `int` or `bool`, or one of them or None, which an empty text stands for.

    Raises:
        InvalidInput: a text is missing or no such value; names the field.
    """
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for field in fields(kind):
        text = texts.get(field.name)
        if text is None:
            if field.default is MISSING and field.default_factory is MISSING:
                raise InvalidInput(field.name, "It is missing.")
            continue
        values[field.name] = _value(field.name, hints[field.name], text)
    return kind(**values)


def _value(name: str, hint: object, text: str) -> str | int | bool | None:
    options = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    if "\0" in text:
        raise InvalidInput(name, "It holds a character that cannot be stored.")
    if NoneType in options and not text.strip():
        return None
    if bool in options:
        word = text.strip().lower()
        if word not in _YES | _NO:
            raise InvalidInput(name, "It takes yes or no.")
        return word in _YES
    if int in options:
        return _whole(name, text.strip())
    return text


def _whole(name: str, text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise InvalidInput(name, "It takes a whole number, such as 50 or -5.")
    number = int(text.replace("\N{MINUS SIGN}", "-"))
    if abs(number) > _LARGEST:
        raise InvalidInput(name, f"It takes a number of at most {_LARGEST:,}.")
    return number


#: They turn the direction of what follows, or are not seen at all.
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def one_line(field: str, text: str, most: int) -> str:
    """A name as a person may type it, without space around it; it may be empty.

    Raises:
        InvalidInput: it is too long, or holds a character that nobody sees; names the field.
    """
    text = text.strip()
    if len(text) > most:
        raise InvalidInput(field, f"Keep it to {most} characters.")
    # Control characters, those that turn the direction of what follows, and halves of characters.
    if any(unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} or one in _TURNING for one in text):
        raise InvalidInput(field, "It holds a character that nobody sees.")
    return text
