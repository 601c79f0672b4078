"""Cuts the text of a filter into terms: signs, field names, quotes and escapes, but no meaning.

Grammar of one term, which ends at the first white space outside quotes::

    term  = ["-"] [name {"." key} ":"] body
    body  = any characters; "…" quotes them, and inside quotes \\" and \\\\ stand for " and \\
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

#: A character and whether it stands outside quotes, where `,` `*` `..` `<` `>` `=` have a meaning.
Character: TypeAlias = tuple[str, bool]

_QUOTED_KEY = r'"(?:[^"\\]|\\.)*"'
_HEAD = re.compile(rf'(?P<name>[^\W\d][\w-]*)(?P<path>(?:\.(?:{_QUOTED_KEY}|[^\s:".,*<>=]+))*):', re.DOTALL)
_KEY = re.compile(rf'\.({_QUOTED_KEY}|[^\s:".,*<>=]+)', re.DOTALL)
#: What has a meaning unless it is quoted; a dot at the end would move the cut of a range's `..`.
_MEANS_SOMETHING = re.compile(r'[\s",*]|\.\.|\.\Z')
#: Ids, slugs, handles and addresses: nothing in them has a meaning of its own.
_PLAIN = re.compile(r"(?!(?:none|any)\Z)[a-z0-9_@-]+(?:\.[a-z0-9_@-]+)*", re.IGNORECASE | re.ASCII)
_BARE_KEY = re.compile(r'[^\s:".,*<>=]+')


@dataclass(frozen=True, kw_only=True)
class Lexeme:
    """One term as it was typed.

    Attributes:
        start: where the term begins in the text, its sign included.
        end: where it ends, exclusive.
        negated: whether it begins with `-`.
        body_start: where it begins behind the sign.
        name: the field name as typed, or None for a plain word or phrase.
        path: the keys behind the name (`meta.formData.style` → `("formData", "style")`).
        value_start: where the value begins, behind the colon.
        characters: the value, unquoted and unescaped.
        commas: where commas stand in it, outside quotes.
        unclosed: whether a quote is still open at the end.
    """

    start: int
    end: int
    negated: bool
    body_start: int
    name: str | None
    path: tuple[str, ...]
    value_start: int
    characters: tuple[Character, ...]
    commas: tuple[int, ...]
    unclosed: bool


@dataclass(frozen=True)
class Word:
    """One value: its text between wildcards, and whether any of it was quoted.

    `wha*` has the parts `("wha", "")`; a value without a wildcard has one part.
    """

    parts: tuple[str, ...]
    quoted: bool = False

    @property
    def text(self) -> str:
        """The value with its wildcards, without quotes."""
        return "*".join(self.parts)

    @property
    def has_wildcard(self) -> bool:
        """Whether a `*` outside quotes stands in the value."""
        return len(self.parts) > 1

    def settled(self) -> Word:
        """The same, and quoted where it has to be written in quotes anyway (`a,b`)."""
        return self if self.quoted or self.written() == self.text else Word(self.parts, quoted=True)

    def written(self, *, keep_quotes: bool = False) -> str:
        """The value as it is typed behind a colon; quoted where it has to be, or was and matters."""
        if self.parts == ("",):
            return '""'
        quoted = keep_quotes and self.quoted
        written = [
            quote(part) if part and (quoted or _needs_quotes(part, first=position == 0)) else part
            for position, part in enumerate(self.parts)
        ]
        if not self.has_wildcard and self.text.lower() in {"none", "any"}:
            return quote(self.text)
        return "*".join(written)


def quote(text: str) -> str:
    """The text in quotes, its quotes and backslashes escaped."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def written_value(text: str) -> str:
    """A value that is meant literally, as it is typed behind a colon."""
    # Lists link hundreds of values, nearly all of them plain.
    return text if _PLAIN.fullmatch(text) else Word((text,)).written()


def written_path(path: Sequence[str]) -> str:
    """Keys as they are typed behind a field's name, each with its dot."""
    return "".join("." + (key if _BARE_KEY.fullmatch(key) else quote(key)) for key in path)


def _needs_quotes(part: str, *, first: bool) -> bool:
    return _MEANS_SOMETHING.search(part) is not None or (first and part[0] in "<>=")


def lex(text: str) -> list[Lexeme]:
    """The terms of a text, in order. Every character that is not white space belongs to one of them."""
    lexemes = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
        else:
            lexeme = _term(text, position)
            lexemes.append(lexeme)
            position = lexeme.end
    return lexemes


@lru_cache(maxsize=1_024)  # every link of a list asks it of every term
def ends_in_quote(text: str) -> bool:
    """Whether a quote is still open at the end of a text."""
    return any(lexeme.unclosed for lexeme in lex(text))


def _term(text: str, start: int) -> Lexeme:
    body_start = start
    while body_start < len(text) and text[body_start] == "-":
        body_start += 1
    # Dashes alone negate nothing: they are a word, though one that cannot be searched for.
    if body_start == len(text) or text[body_start].isspace():
        body_start = start
    head = _HEAD.match(text, body_start)
    value_start = head.end() if head else body_start
    characters, positions, end, unclosed = _body(text, value_start)
    return Lexeme(
        start=start,
        end=end,
        negated=body_start > start,
        body_start=body_start,
        name=head["name"] if head else None,
        path=tuple(_key(match[1]) for match in _KEY.finditer(head["path"])) if head else (),
        value_start=value_start,
        characters=characters,
        commas=tuple(
            position
            for character, position in zip(characters, positions, strict=True)
            if character == (",", True)
        ),
        unclosed=unclosed,
    )


def _key(written: str) -> str:
    if not written.startswith('"'):
        return written
    return "".join(character for character, _ in _body(written, 0)[0])


def _body(text: str, start: int) -> tuple[tuple[Character, ...], list[int], int, bool]:
    """The characters from start to the end of the term, where each stands, that end, and if a quote is open.

    An empty pair of quotes leaves the character `("", False)`, so that `status:""` is a value.
    """
    characters: list[Character] = []
    positions: list[int] = []
    quoted = False
    position = start
    while position < len(text):
        character = text[position]
        if character == '"':
            quoted = not quoted
            if quoted:
                characters.append(("", False))
                positions.append(position)
        elif quoted and character == "\\" and text[position + 1 : position + 2] in {'"', "\\"}:
            position += 1
            characters.append((text[position], False))
            positions.append(position)
        elif not quoted and character.isspace():
            break
        else:
            characters.append((character, not quoted))
            positions.append(position)
        position += 1
    return tuple(characters), positions, position, quoted


def split(characters: Sequence[Character], separator: str) -> list[tuple[Character, ...]]:
    """The characters between the separators that stand outside quotes; at least one, perhaps empty, run."""
    runs: list[tuple[Character, ...]] = []
    marks = [(mark, True) for mark in separator]
    if marks[0] not in characters:
        return [tuple(characters)]
    begin = position = 0
    while position <= len(characters) - len(marks):
        if list(characters[position : position + len(marks)]) == marks:
            runs.append(tuple(characters[begin:position]))
            position += len(marks)
            begin = position
        else:
            position += 1
    runs.append(tuple(characters[begin:]))
    return runs


def word(characters: Sequence[Character]) -> Word:
    """The characters as one value."""
    return Word(
        parts=tuple("".join(character for character, _ in run) for run in split(characters, "*")),
        quoted=any(not bare for _, bare in characters),
    )
