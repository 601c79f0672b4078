"""The form of a recipe: what `recipe_steps` says, read as users see it.

The product promises a list of fields; a live database holds anything. What cannot be read as a field is kept
as the JSON that it is, so that nothing is dropped in silence.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from delula.recipes.prompts import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.models import JsonValue

#: How the types of fields are drawn; any other type is unknown.
CONTROLS: Mapping[str, str] = {
    "radio": "radio",
    "select": "dropdown",
    "dropdown": "dropdown",
    "emoji_button": "buttons",
    "button": "buttons",
    "slider": "slider",
    "range": "slider",
    "number": "number",
    "text": "text",
    "input": "text",
    "textarea": "textarea",
    "checkbox": "checkbox",
    "boolean": "checkbox",
    "toggle": "checkbox",
}
#: Those that choose among options.
CHOOSING = frozenset({"radio", "dropdown", "buttons"})
#: Keys that a drawn field says already; what else it holds is shown as JSON.
_DRAWN = frozenset(
    {"id", "label", "type", "required", "options", "defaultValue", "placeholder", "description"}
)
_LIMITS = frozenset({"min", "max", "step"})
#: Beside the id, what a field may say of the variable that it fills.
_NAMES = ("id", "variable", "name", "key", "label")


@dataclass(frozen=True)
class Option:
    """One choice of a field.

    Attributes:
        label: what users read.
        value: what goes into the prompt.
        is_default: whether it is chosen at first.
    """

    label: str
    value: str
    is_default: bool


@dataclass(frozen=True)
class Step:
    """One field of the form.

    Attributes:
        number: its place, from 1.
        id: its id; empty where it has none.
        label: what users read.
        type: as the recipe has it; empty where it has none.
        control: how it is drawn, one of the values of `CONTROLS`; None where it cannot be drawn.
        required: whether users must answer.
        options: the choices.
        default: what stands there at first, as text; None where nothing does.
        limits: `min`, `max` and `step` of a number, as HTML writes them; those that are numbers.
        placeholder: the hint inside an empty text field.
        help: the sentence below it.
        names: folded names of the variable that it may fill.
        rest: what it holds beyond this, as JSON; None where there is nothing.
    """

    number: int
    id: str
    label: str
    type: str
    control: str | None
    required: bool
    options: tuple[Option, ...]
    default: str | None
    limits: Mapping[str, str]
    placeholder: str
    help: str
    names: tuple[str, ...]
    rest: JsonValue


def read_steps(value: JsonValue) -> list[Step]:
    """The fields of a form; none where `value` is no list."""
    if not isinstance(value, list):
        return []
    return [_read_step(number, raw) for number, raw in enumerate(value, 1)]


def numbers_by_name(steps: list[Step]) -> dict[str, int]:
    """Which step fills a variable, by the variable's folded name. Ids go before labels."""
    found: dict[str, int] = {}
    for place in range(len(_NAMES)):
        for step in steps:
            if place < len(step.names) and step.names[place]:
                found.setdefault(step.names[place], step.number)
    return found


def numbers_by_shared_id(steps: Sequence[Step]) -> dict[str, list[int]]:
    """The numbers of the steps that have one id, by the id: the answers to them cannot be told apart."""
    found: dict[str, list[int]] = {}
    for step in steps:
        if step.id:
            found.setdefault(step.id, []).append(step.number)
    return {id_: numbers for id_, numbers in found.items() if len(numbers) > 1}


def _read_step(number: int, raw: JsonValue) -> Step:
    if not isinstance(raw, Mapping):
        return Step(number, "", "", "", None, False, (), None, {}, "", "", (), raw)
    type_ = _text(raw.get("type"))
    control = CONTROLS.get(type_)
    default = raw.get("defaultValue")
    options = _options(raw.get("options"), default)
    limits = {key: limit for key in _LIMITS if (limit := _number(raw.get(key))) is not None}
    if control in CHOOSING and not options:
        control = None  # nothing to choose from: its JSON says why
    if control == "slider" and not {"min", "max"} <= limits.keys():
        control = "number"
    drawn = _drawn_keys(raw, control, options)
    rest: JsonValue = {key: part for key, part in raw.items() if key not in drawn} or None
    return Step(
        number=number,
        id=_text(raw.get("id")),
        label=_text(raw.get("label")),
        type=type_,
        control=control,
        required=raw.get("required") is True,
        options=options,
        default=None if default is None else answer_text(default),
        limits=limits,
        placeholder=_text(raw.get("placeholder")),
        help=_text(raw.get("description")),
        names=tuple(folded(_text(raw.get(name))) for name in _NAMES),
        rest=raw if control is None else rest,
    )


def _drawn_keys(raw: Mapping[str, JsonValue], control: str | None, options: tuple[Option, ...]) -> set[str]:
    """The keys whose values the drawn field shows in full."""
    drawn = {key for key in _DRAWN if key not in {"options", "required"} and isinstance(raw.get(key), str)}
    if isinstance(raw.get("required"), bool):
        drawn.add("required")
    if isinstance(raw.get("defaultValue"), bool | int | float):
        drawn.add("defaultValue")
    if control in {"slider", "number"}:
        drawn |= {key for key in _LIMITS if _number(raw.get(key)) is not None}
    given = raw.get("options")
    if control in CHOOSING and isinstance(given, list) and len(given) == len(options):
        drawn.add("options")
    return drawn


def _options(value: JsonValue, default: JsonValue) -> tuple[Option, ...]:
    if not isinstance(value, list):
        return ()
    found = []
    for raw in value:
        if isinstance(raw, Mapping):
            shown, meant = raw.get("label"), raw.get("value")
            if shown is None and meant is None:
                continue  # shown as JSON, with all others
            text = answer_text(meant if shown is None else shown)
            found.append(Option(text, _stored(shown if meant is None else meant), meant == default))
        elif isinstance(raw, str | int | float):
            found.append(Option(answer_text(raw), _stored(raw), raw == default))
    return tuple(found)


def answer_text(value: JsonValue) -> str:
    """A value of a form as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int | float):
        return str(value)
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _stored(value: JsonValue) -> str:
    """A value of a form as generations keep it and as counts name it, written as text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _text(value: JsonValue) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def _number(value: JsonValue) -> str | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value) if isinstance(value, int | float | str) else math.nan
    except (ValueError, OverflowError):
        return None
    return f"{number:.15g}" if math.isfinite(number) else None
