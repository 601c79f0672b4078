"""What is hidden from people who may not see it: parts of e-mail addresses, and secrets in JSON and texts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from delula.access.guard import may
from delula.access.permissions import Permission

if TYPE_CHECKING:
    from delula.models import JsonValue

MASK = "••••••"

#: Key names whose values are secrets wherever they stand: as a word of the name, however it is written.
_SECRET = re.compile(
    r"(?:^|[^a-z])(?:api_?key|key_?secret|secret|token|password|passwd|pwd|authorization|cookie|credential|"
    r"credentials|auth|bearer|passphrase|jwt|signature|sig|session_?id|"
    r"(?:private|access|account|auth|encryption|fal|master|service|signing|webhook)_?key)(?:$|[^a-z]|s$)"
)


#: A password in a URL: `https://user:password@host`, with or without a name before it.
_PASSWORD_IN_URL = re.compile(r"(://[^\s/?#:@]*:)[^\s/?#@]+@")
#: What a parameter of a URL is set to, or what is set like one: `?token=…`, `&api_key=…`, `secret="…"`.
_SET = re.compile(r"=[\"']?(?P<value>(?<=[\"'])[^\"'\n]+|[^\s&;#\"'<>]*[^\s&;#\"'<>,.)}\]])")
#: The name before it, from its end: a text is looked through for what is rare in it.
_LONGEST_KEY = 64
_KEY_BACKWARDS = re.compile(rf"[\w.%\[\]-]{{2,{_LONGEST_KEY}}}").match
#: What is said of a secret without telling it: `max_tokens=4096`, `auth=false`.
_TOLD = re.compile(r"\d{1,5}|true|false|null|none|undefined", re.IGNORECASE).fullmatch
#: Secrets that are known by their shape, wherever they stand: a text in which the first part does not occur
#: has none such. What is replaced is the group `secret`.
_KNOWN = tuple(
    (sign, re.compile(shape))
    for sign, shape in (
        ("sk-", r"(?<![\w-])(?P<secret>sk-(?=[\w-]*\d)[\w-]{16,})"),
        ("AKIA", r"\b(?P<secret>AKIA[A-Z0-9]{16})\b"),
        ("AIza", r"\b(?P<secret>AIza[\w-]{35,})"),
        ("eyJ", r"(?<![\w-])(?P<secret>eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?)"),
        ("k_live_", r"\b(?P<secret>[rs]k_live_\w{16,})"),
        ("earer ", r"\b[Bb]earer +(?P<secret>(?=\S*\d)[\w.~+/:-]{16,}=*)"),
        (
            "uthorization",
            r"\b[Aa]uthorization[\"']?: *[\"']?(?:\w+ +)?(?P<secret>(?=\S*\d)[\w.~+/:-]{16,}=*)",
        ),
        # Of a key of fal, what follows its number.
        (":", r":(?<=-[0-9a-f]{12}:)(?P<secret>[0-9a-f]{32})\b"),
    )
)


def masked_email(address: str | None) -> str | None:
    """An address with its first letter and its domain's last part: `a•••@e•••.com`."""
    if address is None:
        return None
    local, at, domain = address.rpartition("@")
    if not at or not local:
        return MASK
    name, dot, top = domain.rpartition(".")
    return f"{local[0]}•••@{name[:1]}•••{dot}{top}" if dot else f"{local[0]}•••@•••"


def masked_json(value: JsonValue) -> JsonValue:
    """The same JSON with the values of secret keys masked, and passwords within addresses, at any depth."""
    if isinstance(value, dict):
        return {key: MASK if child and is_secret(key) else masked_json(child) for key, child in value.items()}
    if isinstance(value, list):
        return [masked_json(child) for child in value]
    return _masked_text(value) if isinstance(value, str) else value


#: A key and the beginning of its text in JSON that is itself a text: its quotes have backslashes before them.
_KEY = re.compile(r'(?<!\\)(?P<quote>\\{0,9}")(?P<key>[\w.-]{2,64})(?P=quote)\s*:\s*(?P=quote)')


def _masked_text(text: str) -> str:
    """A text within JSON, with its secrets masked: it may be JSON as well, or too deep for Python to read."""
    shown: list[str] = []
    at = 0
    for found in _KEY.finditer(text):
        if found.start() >= at and is_secret(found["key"]):
            end = re.compile(r"(?<!\\)" + re.escape(found["quote"])).search(text, found.end())
            shown += [text[at : found.end()], MASK]
            at = end.start() if end else len(text)
    return masked_secrets("".join(shown) + text[at:])


def masked_secrets(text: str) -> str:
    """A text with its secrets masked.

    Masked are passwords in URLs, what is set by the name of a secret (`token=…`), and what has the shape of a
    well-known one.
    """
    # Each search begins only where the text has what it looks for: a list asks this of every cell.
    if "://" in text:
        text = _PASSWORD_IN_URL.sub(rf"\1{MASK}@", text)
    if "=" in text:
        text = _SET.sub(_masked_value, text)
    for sign, shape in _KNOWN:
        if sign in text:
            text = shape.sub(_masked_secret, text)
    return text


def _masked_value(found: re.Match[str]) -> str:
    before = found.string[max(0, found.start() - _LONGEST_KEY - 1) : found.start()]
    key = _KEY_BACKWARDS(before[::-1])
    if key is None or not is_secret(key[0][::-1]):
        return found[0]
    is_in_url = before[: -len(key[0])].endswith(("?", "&", ";", "#"))
    if _TOLD(found["value"]) and not is_in_url:
        return found[0]
    return found[0].removesuffix(found["value"]) + MASK


def _masked_secret(found: re.Match[str]) -> str:
    return found[0].replace(found["secret"], MASK)


def shown_text(text: str | None) -> str:
    """A text that users, providers or staff wrote about users, as the person of this request may see it.

    Prompts, titles, file names, messages of failures and bookings hold addresses as JSON does, and are masked
    alike. What is published in the catalogue is shown as it stands, and so are the names of staff.

    Returns:
        The text; empty for none.
    """
    shown = masked_secrets(text) if text else ""
    return shown if "@" not in shown or may(Permission.USERS_READ_EMAIL) else _masked_addresses(shown)


def is_whole(text: str) -> bool:
    """Whether the person of this request sees all of a text; what is masked stands in no address either."""
    return shown_text(text) == text


def shown_json(value: JsonValue) -> JsonValue:
    """JSON as the person of this request may see it.

    Secrets are masked for everybody, e-mail addresses for who may not see those of users: they stand in what
    users, providers and staff wrote as well as in their own column.
    """
    shown = masked_json(value)
    return shown if may(Permission.USERS_READ_EMAIL) else masked_addresses(shown)


@lru_cache(maxsize=5_000)  # the same names stand in row after row
def is_secret(key: str) -> bool:
    """Whether a key's name says that its value is a secret."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", key).lower().replace("-", "_")
    return _SECRET.search(words) is not None


#: An e-mail address within a text, as widely as one can be written. It begins where a word does and gives
#: nothing back, so that a long word is read once.
_ADDRESS = re.compile(r"(?<![^\s@<>\"',;:()])[^\s@<>\"',;:()]++@[^\s@<>\"',;:()]+")


def masked_addresses(value: JsonValue) -> JsonValue:
    """The same JSON with every e-mail address in its texts masked, at any depth."""
    if isinstance(value, dict):
        return {key: masked_addresses(child) for key, child in value.items()}
    if isinstance(value, list):
        return [masked_addresses(child) for child in value]
    return _masked_addresses(value) if isinstance(value, str) else value


def _masked_addresses(text: str) -> str:
    return _ADDRESS.sub(lambda found: masked_email(found[0]) or MASK, text)
