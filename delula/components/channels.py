"""What a component takes and gives, in words: the rules of its inputs, whatever their JSON holds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from delula.models.enums import ChannelType
from delula.web.display import grouped
from delula.web.masking import masked_json, shown_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.models import JsonValue

#: Values of a list that a rule names; the rest is counted.
_NAMED = 12
#: The rules that the product knows, in the order in which they read best.
_ORDER = {"min": 0, "max": 1, "pattern": 2, "allowedValues": 3}
#: Characters of one value within a rule.
_LONGEST = 120

#: How type names read where they are no plain words.
_ABBREVIATIONS = {"url": "URL", "base64": "Base64", "json": "JSON"}


def type_name(type_: ChannelType | int) -> str:
    """What flows through a channel, in words: `Image URL`; an unknown number says so."""
    if not isinstance(type_, ChannelType):
        return f"Unknown type {type_}"
    words = [_ABBREVIATIONS.get(word, word) for word in type_.name.lower().split("_")]
    return words[0] if words[0].isupper() else " ".join([words[0].capitalize(), *words[1:]])


@dataclass(frozen=True)
class Rule:
    """One rule of an input.

    Attributes:
        words: in front of the value: `at least`.
        value: as code; empty where the words say it all.
    """

    words: str
    value: str = ""


@dataclass(frozen=True)
class Input:
    """One input channel, as a page shows it.

    Attributes:
        row: the channel.
        type: what flows through it, in words.
        rules: what a value must meet.
        problems: what cannot be right about it, as sentences.
    """

    row: Any
    type: str
    rules: Sequence[Rule]
    problems: Sequence[str]


def inputs_of(rows: Sequence[Any]) -> list[Input]:
    """The input channels with their rules in words and what is wrong with them."""
    positions = Counter(row.position for row in rows)
    return [
        Input(
            row,
            type_name(row.type),
            rules_of(row.validation_rules),
            [
                *(["Another channel has the same position."] if positions[row.position] > 1 else []),
                *problems_of(row.validation_rules, row.default_value),
            ],
        )
        for row in rows
    ]


def rules_of(rules: JsonValue) -> list[Rule]:
    """Validation rules in words; what is not understood stands as the JSON that it is."""
    if rules is None or rules == {}:
        return []
    if not isinstance(rules, Mapping):
        return [Rule("not understood:", _written(rules))]
    found = []
    for key in sorted(rules, key=lambda key: _ORDER.get(key, len(_ORDER))):
        value = rules[key]
        match key, value:
            case _, None:
                continue
            case "min", int() | float() | str() if not isinstance(value, bool):
                found.append(Rule("at least", _written(value)))
            case "max", int() | float() | str() if not isinstance(value, bool):
                found.append(Rule("at most", _written(value)))
            case "pattern", str():
                found.append(Rule("matches", _cut(value)))
            case "allowedValues", list() if value:
                named = ", ".join(_written(item) for item in value[:_NAMED])
                more = f" and {grouped(len(value) - _NAMED)} more" if len(value) > _NAMED else ""
                found.append(Rule("one of", named + more))
            case "allowedValues", list():
                found.append(Rule("allows no value at all"))
            case _:
                shown = masked_json({key: value})
                found.append(
                    Rule(f"{_cut(key)}:", _written(shown[key] if isinstance(shown, dict) else shown))
                )
    return found


def problems_of(rules: JsonValue, default: str | None) -> list[str]:
    """What cannot be right about rules and a default, as sentences."""
    if not isinstance(rules, Mapping):
        return [] if rules is None else ["The rules are no JSON object."]
    least, most = _number(rules.get("min")), _number(rules.get("max"))
    allowed = rules.get("allowedValues")
    problems = []
    if least is not None and most is not None and least > most:
        problems.append("No value is at least the one and at most the other.")
    if allowed is not None and not isinstance(allowed, list):
        problems.append("The allowed values are no list.")
    if default is None or default == "":
        return problems
    if least is not None or most is not None:
        number = _number(default)
        if number is None:
            problems.append("The default is no number, though the rules compare it with one.")
        elif (least is not None and number < least) or (most is not None and number > most):
            problems.append("The default breaks the rules.")
    if isinstance(allowed, list) and default not in {
        item if isinstance(item, str) else _written(item) for item in allowed
    }:
        problems.append("The default is none of the allowed values.")
    return problems


def _number(value: object) -> Decimal | None:
    """The number that a value is or writes; None for what is none, or not a finite one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _written(value: JsonValue) -> str:
    return _cut(value if isinstance(value, str) else json.dumps(masked_json(value), ensure_ascii=False))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


@dataclass(frozen=True)
class Output:
    """One output channel, as a page shows it."""

    row: Any
    type: str
    metadata: JsonValue


def outputs_of(rows: Sequence[Any]) -> list[Output]:
    """The output channels, their metadata as the person of this request may see it."""
    return [Output(row, type_name(row.type), shown_json(row.metadata)) for row in rows]
