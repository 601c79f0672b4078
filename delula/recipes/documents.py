"""The JSON of a recipe: read exactly, and held to a written JSON Schema, each fault at its place.

A live recipe may break the schema: such a fault is no reason to refuse an edit that leaves it where it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from delula.models.tolerance import TooDeep, parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jsonschema import ValidationError

#: Digits of a number, before and behind its point: more than any number of a recipe has.
LONGEST_NUMBER = 300
#: Faults that are told at once.
MOST_FAULTS = 20
#: What lies so deep is no form that anybody fills in.
DEEPEST = 60

_SCHEMAS = Path(__file__).parent / "schemas"


@dataclass(frozen=True)
class Fault:
    """What is wrong in a JSON document.

    Attributes:
        path: keys and indexes that lead there.
        message: what is wrong there, without a full stop.
        is_inside: whether the document as a whole could be read.
    """

    path: tuple[str | int, ...]
    message: str
    is_inside: bool = True

    @property
    def pointer(self) -> str:
        """The path as a JSON Pointer."""
        return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in self.path)

    def sentence(self, noun: str) -> str:
        """What is wrong, and where, in words; `noun` is what the list holds."""
        if not self.path:
            return f"{self.message}."
        where = [f"{noun} {self.path[0] + 1}" if isinstance(self.path[0], int) else self.path[0]]
        where += [
            f"{_singular(self.path[at - 1])} {part + 1}" if isinstance(part, int) else part
            for at, part in enumerate(self.path)
            if at
        ]
        # "options, option 2" says the same twice.
        named = [
            part
            for part, following in zip(where, [*where[1:], ""], strict=True)
            if not following.startswith(f"{_singular(part)} ")
        ]
        return f"{', '.join(named)}: {self.message}."


def _singular(key: str | int) -> str:
    return str(key).removesuffix("s")


class NotJson(ValueError):
    """A text that is no JSON that can be stored; says why, and where."""


def read_document(text: str) -> Any:
    """The value of a JSON text; numbers with a point come as Decimal, so that nothing is rounded.

    Raises:
        NotJson: it is none, or PostgreSQL could not store it.
    """
    try:
        value = parse_json(
            text,
            parse_float=Decimal,
            parse_int=_whole,
            parse_constant=_refuse_word,
            object_pairs_hook=_members,
        )
    except json.JSONDecodeError as error:
        raise NotJson(f"Line {error.lineno}, column {error.colno}: {error.msg}") from None
    except TooDeep:
        raise NotJson("It nests too deep") from None
    _check_storable(value)
    return value


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise NotJson("It has a number that is too long")
    return int(digits)


def _refuse_word(word: str) -> Any:
    raise NotJson(f"{word} is no JSON number")


def _members(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise NotJson(f"The key “{twice}” stands twice in one object")
    return found


def _check_storable(value: Any) -> None:
    """Refuse what no `jsonb` takes: NUL, halves of characters, numbers beyond its range."""
    waiting = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        if depth > DEEPEST:
            raise NotJson("It nests too deep")
        if isinstance(one, dict):
            waiting += [(part, depth + 1) for pair in one.items() for part in pair]
        elif isinstance(one, list):
            waiting += [(part, depth + 1) for part in one]
        elif isinstance(one, str) and ("\0" in one or any("\ud800" <= letter <= "\udfff" for letter in one)):
            raise NotJson("It holds a character that cannot be stored")
        elif isinstance(one, Decimal) and (
            abs(one.adjusted()) > LONGEST_NUMBER or len(one.as_tuple().digits) > LONGEST_NUMBER
        ):
            raise NotJson("It has a number that is too long")


def same(first: Any, second: Any) -> bool:
    """Whether two values are the same JSON; unlike in Python, true is no number."""
    return _written(first) == _written(second)


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=lambda number: {"number": str(number)})


def faults(name: str, text: str, stored: str | None = None) -> Sequence[Fault]:
    """What is wrong with a document that somebody has written.

    Args:
        name: of the column, and of its schema.
        text: the document.
        stored: what stands there now; its own faults are not told, as long as they are where they were.
    """
    try:
        value = read_document(text)
    except NotJson as error:
        return [Fault((), str(error), is_inside=False)]
    known = _known_faults(name, stored)
    found = dict.fromkeys(_faults(name, value))
    return [fault for fault in found if (fault.path[1:], fault.message) not in known][:MOST_FAULTS]


def _known_faults(name: str, stored: str | None) -> set[tuple[tuple[str | int, ...], str]]:
    if stored is None:
        return set()
    try:
        value = read_document(stored)
    except NotJson:
        return set()
    # Without the place of the step: that may have moved.
    return {(fault.path[1:], fault.message) for fault in _faults(name, value)}


def _faults(name: str, value: Any) -> Iterator[Fault]:
    if name == "recipe_steps":
        yield from _steps_of_one_id(value)
    for error in _validator(name).iter_errors(value):
        # Of alternatives the one that was meant: its fault lies deeper.
        inner = best_match([error]) or error
        yield Fault(tuple(inner.absolute_path), _message(inner))


def _steps_of_one_id(value: Any) -> Iterator[Fault]:
    """Steps with the id of one before them, which no schema tells: the answers to both are kept as one."""
    seen: set[str] = set()
    for place, step in enumerate(value if isinstance(value, list) else ()):
        id_ = step.get("id") if isinstance(step, dict) else None
        if isinstance(id_, str) and id_ in seen:
            yield Fault((place, "id"), f"A step before it has the id {_excerpt(id_)} too")
        elif isinstance(id_, str):
            seen.add(id_)


def components(value: Any) -> list[str]:
    """The ids of the components that a workflow names, each once; none where it names none plainly."""
    if not isinstance(value, list):
        return []
    named = (
        one
        if isinstance(one, str)
        else (one.get("componentId") or one.get("component_id") or one.get("component"))
        if isinstance(one, Mapping)
        else None
        for one in value
    )
    return list(dict.fromkeys(one for one in named if isinstance(one, str) and one))


def components_in(text: str | None) -> list[str]:
    """The same of JSON as a form or the database has it; none of what cannot be read."""
    try:
        return components(read_document(text or "null"))
    except NotJson:
        return []


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = json.loads((_SCHEMAS / f"{name}.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _message(error: ValidationError) -> str:
    """What a fault is called; the library's words where ours know it not."""
    wanted = error.validator_value
    match error.validator:
        case "type":
            words = [wanted] if isinstance(wanted, str) else list(wanted)
            return f"It takes {' or '.join(_TYPES[word] for word in words)}, not {_excerpt(error.instance)}"
        case "required":
            absent = [key for key in wanted if key not in error.instance]
            return f"It lacks {' and '.join(f'“{key}”' for key in absent)}"
        case "minLength" | "minItems":
            return "It must not be empty"
        case "maxLength":
            return f"It takes at most {wanted:,} characters"
        case "maxItems":
            return f"It takes at most {wanted:,} entries"
        case "exclusiveMinimum":
            return f"It takes a number above {wanted}"
        case "anyOf":
            return f"It takes {_described(error.schema)}, not {_excerpt(error.instance)}"
    return str(error.message)


_TYPES = {
    "array": "a list",
    "object": "an object",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}


def _described(schema: Any) -> str:
    """What is taken where there are alternatives; the schema that has them says it in words."""
    return str(schema["description"])


def _excerpt(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]} …"
