"""Autocomplete: what could stand at the caret of the search box."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from delula.search.kinds import Choice, Json, Operator
from delula.search.lexer import Lexeme, lex, split, word, written_path, written_value
from delula.search.parser import MAXIMUM_LENGTH

if TYPE_CHECKING:
    from delula.search.fields import Field, FieldSet

#: Values of a field that begin with what is typed: at most so many, best first.
Lookup: TypeAlias = Callable[["Field", str, int], Sequence[Choice]]

#: As many suggestions as are read at a glance.
LIMIT = 12


@dataclass(frozen=True)
class Suggestion:
    """One line of the list under the search box.

    Attributes:
        label: what is offered, as it would be typed.
        detail: what it means.
        text: the whole text of the box once it is taken.
        caret: where the caret is then.
    """

    label: str
    detail: str
    text: str
    caret: int


@dataclass(frozen=True)
class _Place:
    """The part of the text that a suggestion replaces."""

    text: str
    start: int
    end: int

    def put(self, label: str, detail: str, replacement: str) -> Suggestion:
        """The suggestion that puts a text here. A finished term is followed by a space."""
        behind = self.text[self.end :]
        done = not replacement.endswith((":", ".", ">", "<", "="))
        space = " " if done and not behind[:1].isspace() else ""
        text = f"{self.text[: self.start]}{replacement}{space}{behind}"
        return Suggestion(label, detail, text, self.start + len(replacement) + done)


def suggest(text: str, caret: int, fields: FieldSet, lookup: Lookup | None = None) -> list[Suggestion]:
    """What could stand at the caret, best first; at most `LIMIT`.

    Args:
        text: the text of the box.
        caret: the position in it; one outside is taken as the nearest end.
        fields: what can be filtered by.
        lookup: gives values out of the database, for fields without a list of their own.
    """
    if len(text) > MAXIMUM_LENGTH:
        return []
    caret = max(0, min(caret, len(text)))
    # Only what stands before the caret is being typed; the rest of its term is replaced with it.
    before = next((lexeme for lexeme in lex(text[:caret]) if lexeme.end == caret), None)
    if before is None:
        return list(islice(_names("", _Place(text, caret, caret), fields), LIMIT))
    end = next((lexeme.end for lexeme in lex(text) if lexeme.start <= before.start < lexeme.end), caret)
    if before.name is None:
        found = _plain(before, _Place(text, before.body_start, end), fields)
    else:
        field = fields.find(before.name)
        if field is None:
            found = _flags(before, text, end, fields)
        else:
            found = _values(before, text, end, field, lookup)
    unique: dict[str, Suggestion] = {}
    for suggestion in found:
        if suggestion.text != text:
            unique.setdefault(suggestion.text, suggestion)
    return list(islice(unique.values(), LIMIT))


def _plain(lexeme: Lexeme, place: _Place, fields: FieldSet) -> Iterator[Suggestion]:
    typed = word(lexeme.characters)
    if typed.quoted:
        return
    yield from _recognised(typed.text, place, fields)
    yield from _paths(typed.text, place, fields)
    yield from _names(typed.text, place, fields)
    yield from _choices_of_all(typed.text, place, fields)


def _recognised(typed: str, place: _Place, fields: FieldSet) -> Iterator[Suggestion]:
    for field in fields:
        if field.recognises and field.recognises.fullmatch(typed):
            term = f"{field.name}:{written_value(typed)}"
            yield place.put(term, f"{field.label} is {typed}", term)


def _names(typed: str, place: _Place, fields: FieldSet) -> Iterator[Suggestion]:
    """Fields whose name begins with the text, then those that contain it, then those close to it."""
    folded = typed.lower()
    names = {name.lower(): field for field in fields for name in (field.name, *field.aliases)}
    starting = [field for name, field in names.items() if name.startswith(folded)]
    labelled = [field for field in fields if folded and folded in field.label.lower()]
    containing = [field for name, field in names.items() if folded in name]
    close = [names[name] for name in get_close_matches(folded, names, n=3)]
    for field in dict.fromkeys([*starting, *labelled, *containing, *close]):
        head = f"{field.name}." if isinstance(field.kind, Json) else f"{field.name}:"
        yield place.put(head, field.help or field.label, head)


def _choices_of_all(typed: str, place: _Place, fields: FieldSet) -> Iterator[Suggestion]:
    """Known values of any field, so that `failed` offers `status:failed`."""
    if len(typed) < 2:
        return
    for field in fields:
        if field in fields.flags:
            continue
        for choice in _starting(field.kind.known(), typed):
            term = f"{field.name}:{written_value(choice.typed)}"
            yield place.put(term, f"{field.label}: {choice.shown}", term)


def _flags(lexeme: Lexeme, text: str, end: int, fields: FieldSet) -> Iterator[Suggestion]:
    """Behind `is:` and `has:` the flags; behind an unknown name the fields that it may mean."""
    name = lexeme.name or ""
    if name.lower() in {"is", "has"}:
        typed = word(lexeme.characters).text.lower()
        for field in fields.flags:
            if any(known.lower().startswith(typed) for known in (field.name, *field.aliases)):
                place = _Place(text, lexeme.value_start, end)
                yield place.put(f"{name}:{field.name}", field.help or field.label, field.name)
    else:
        yield from _names(name, _Place(text, lexeme.body_start, lexeme.value_start), fields)


def _values(lexeme: Lexeme, text: str, end: int, field: Field, lookup: Lookup | None) -> Iterator[Suggestion]:
    """Values that begin with what is typed behind the last comma, then what the field takes at all."""
    typed = word(split(lexeme.characters, ",")[-1]).text
    start = lexeme.commas[-1] + 1 if lexeme.commas else lexeme.value_start
    place = _Place(text, start, end)
    choices = _starting(field.kind.known(), typed)
    if lookup and not field.kind.known():
        choices = list(lookup(field, typed, LIMIT))
    for choice in choices:
        detail = choice.shown if choice.shown != choice.typed else field.label
        yield place.put(choice.typed, detail, written_value(choice.typed))
    if not typed:
        for example in field.kind.shown_examples():
            yield place.put(f"{field.name}:{example}", f"For example: {field.label}", example)
        for operator, detail in ((Operator.NONE, "without a value"), (Operator.ANY, "with any value")):
            if operator in field.allowed:
                yield place.put(f"{field.name}:{operator.value}", f"{field.label} {detail}", operator.value)


def _paths(typed: str, place: _Place, fields: FieldSet) -> Iterator[Suggestion]:
    """Paths of JSON fields that begin with the text."""
    for field in fields:
        if isinstance(field.kind, Json):
            for path in field.kind.known_paths():
                head = f"{field.name}{written_path(path)}:"
                if "." in typed and ".".join((field.name, *path)).lower().startswith(typed.lower()):
                    yield place.put(head, field.help or field.label, head)


def _starting(choices: Sequence[Choice], typed: str) -> list[Choice]:
    """Choices whose name or label begins with the text, then those that contain it."""
    folded = typed.casefold()
    texts = [(choice, choice.typed.casefold(), choice.shown.casefold()) for choice in choices]
    starting = [
        choice for choice, name, label in texts if name.startswith(folded) or label.startswith(folded)
    ]
    containing = [choice for choice, name, label in texts if folded in name or folded in label]
    return list(dict.fromkeys([*starting, *containing]))
