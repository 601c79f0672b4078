"""Rules of inputs in words, whatever the JSON holds."""

from __future__ import annotations

from typing import Any

import pytest

from delula.components.channels import problems_of, rules_of, type_name
from delula.models.enums import ChannelType
from delula.web.masking import MASK


def words(rules: Any) -> str:
    """The rules as one sentence."""
    return ", ".join(f"{rule.words} {rule.value}".strip() for rule in rules_of(rules))


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        (None, ""),
        ({}, ""),
        ({"min": 1, "max": 10}, "at least 1, at most 10"),
        ({"max": 10, "min": 1}, "at least 1, at most 10"),
        ({"min": 0.5}, "at least 0.5"),
        ({"min": "1"}, "at least 1"),
        ({"pattern": "^https://"}, "matches ^https://"),
        ({"allowedValues": ["a", "b", 3]}, "one of a, b, 3"),
        ({"allowedValues": []}, "allows no value at all"),
        ({"allowedValues": list(range(20))}, f"one of {', '.join(map(str, range(12)))} and 8 more"),
        ({"allowedValues": "a"}, "allowedValues: a"),
        ({"min": None, "max": 3}, "at most 3"),
        ({"min": True}, "min: true"),
        ({"min": {"a": 1}}, 'min: {"a": 1}'),
        ({"pattern": 3}, "pattern: 3"),
        ({"minLength": 2}, "minLength: 2"),
        ({"api_key": "sk-1"}, f"api_key: {MASK}"),
        ({"extra": {"password": "x"}}, f'extra: {{"password": "{MASK}"}}'),
        ("x", "not understood: x"),
        ([1], "not understood: [1]"),
        (3, "not understood: 3"),
        (False, "not understood: false"),
        ({"pattern": "x" * 500}, f"matches {'x' * 120}…"),
    ],
)
def test_rules_read_as_words(rules: Any, sentence: str) -> None:
    assert words(rules) == sentence


@pytest.mark.parametrize(
    ("rules", "default", "problems"),
    [
        (None, "x", 0),
        ({"min": 1, "max": 10}, "5", 0),
        ({"min": 1, "max": 10}, None, 0),
        ({"min": 1, "max": 10}, "", 0),
        ({"min": 1}, "0", 1),
        ({"max": 1}, "1.5", 1),
        ({"max": 1}, "many", 1),
        ({"min": 10, "max": 1}, None, 1),
        ({"min": 10, "max": 1}, "many", 2),
        ({"min": "NaN", "max": "Infinity"}, "3", 0),
        ({"allowedValues": ["a", 1]}, "a", 0),
        ({"allowedValues": ["a", 1]}, "1", 0),
        ({"allowedValues": ["a", True]}, "true", 0),
        ({"allowedValues": ["a"]}, "b", 1),
        ({"allowedValues": "a"}, None, 1),
        ("x", None, 1),
        ([], None, 1),
    ],
)
def test_what_cannot_be_right_is_said(rules: Any, default: str | None, problems: int) -> None:
    assert len(problems_of(rules, default)) == problems


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        (ChannelType.IMAGE_URL, "Image URL"),
        (ChannelType.JSON, "JSON"),
        (ChannelType.IMAGE_BASE64, "Image Base64"),
        (ChannelType.TEXT, "Text"),
        (ChannelType.VIDEO_FRAMES, "Video frames"),
        (99, "Unknown type 99"),
        (0, "Unknown type 0"),
    ],
)
def test_types_have_names(type_: ChannelType | int, name: str) -> None:
    assert type_name(type_) == name
