from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from delula.commands import Given
from delula.commands.inputs import read_given
from delula.errors import InvalidInput

if TYPE_CHECKING:
    from flask import Flask


@dataclass(frozen=True, kw_only=True)
class Everything(Given):
    text: str
    number: int
    flag: bool = False
    maybe: int | None = None


def test_texts_become_the_values_of_their_fields() -> None:
    texts = {"text": " a ", "number": "\N{MINUS SIGN}5", "flag": "on", "maybe": "", "other": "x"}
    assert read_given(Everything, texts) == Everything(text=" a ", number=-5, flag=True, maybe=None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", ""),
        ("number", "1.5"),
        ("number", "1e3"),
        ("number", "\N{ARABIC-INDIC DIGIT THREE}"),
        ("number", "99999999999"),
        ("number", "five"),
        ("flag", "perhaps"),
        ("text", "a\0b"),
        ("maybe", "x"),
    ],
)
def test_a_text_that_is_no_such_value_is_refused_by_its_field(field: str, value: str) -> None:
    with pytest.raises(InvalidInput) as found:
        read_given(Everything, {"text": "a", "number": "1", field: value})
    assert found.value.field == field


def test_what_is_missing_is_named() -> None:
    with pytest.raises(InvalidInput, match="number"):
        read_given(Everything, {"text": "a"})


def test_the_command_line_refuses_what_it_does_not_know(committing_app: Flask) -> None:
    runner = committing_app.test_cli_runner()
    assert "no command" in runner.invoke(args=["command", "no.such"]).output
    assert runner.invoke(args=["command"]).exit_code == 0
    assert "whole" in runner.invoke(args=["audit", "verify"]).output
