"""Prompts, steps and answers, whatever a live database holds in their place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from delula.recipes.documents import components
from delula.recipes.options import chosen_options
from delula.recipes.prompts import prompt_parts
from delula.recipes.steps import CONTROLS, numbers_by_name, read_steps

FOOD = {
    "id": "food",
    "label": "Food",
    "type": "radio",
    "options": [{"label": "Honey", "value": "honey"}, {"label": "Glass", "value": "glass"}],
    "required": True,
    "defaultValue": "honey",
}
ODD: list[Any] = [
    None,
    1,
    "x",
    [],
    {},
    {"options": "none"},
    {"id": None, "label": {"a": 1}, "type": ["x"], "options": [1, {}]},
    {"type": "radio", "options": []},
    {"type": "slider", "min": "low", "max": None},
    {"type": "hologram", "id": "h"},
    {"type": "dropdown", "options": [None, [1], {"label": None, "value": None}]},
]


def variables(prompt: str, **steps: int) -> list[tuple[str, int | None]]:
    return [(part.variable, part.step) for part in prompt_parts(prompt, steps) if part.variable]


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("A {food} cut", [("food", 1)]),
        ("A {{food}} cut", [("food", 1)]),
        ("A {{ Food }} cut", [("Food", 1)]),
        ("A ${food} cut", [("food", 1)]),
        ("A [FOOD] cut", [("FOOD", 1)]),
        ("A [camera move] shot", [("camera move", 2)]),
        ("A {camera-move} and {CAMERA_MOVE}", [("camera-move", 2), ("CAMERA_MOVE", 2)]),
        ("A {place}", [("place", None)]),
        ("A [PLACE]", [("PLACE", None)]),
        ("[wide shot of a town]", []),
        ("[1: the door opens] {} {{}} { } []", []),
        ('JSON {"a": 1} and {{ 7*7 }} and {% raw %}', []),
        ("{food}{food}", [("food", 1), ("food", 1)]),
        ("", []),
    ],
)
def test_variables_are_found_however_they_are_written(
    prompt: str, found: list[tuple[str, int | None]]
) -> None:
    assert variables(prompt, food=1, camera_move=2) == found


@pytest.mark.parametrize(
    "prompt", ["A {food} [b] {{ c }}, d", "{" * 5000, "[a" * 5000, "{a}" * 2000, "plain"]
)
def test_the_pieces_of_a_prompt_are_the_prompt(prompt: str) -> None:
    assert "".join(part.text for part in prompt_parts(prompt, {"food": 1})) == prompt


def test_a_field_is_read_as_users_see_it() -> None:
    (step,) = read_steps([FOOD])
    assert (step.control, step.label, step.required, step.default) == ("radio", "Food", True, "honey")
    assert [(o.label, o.value, o.is_default) for o in step.options] == [
        ("Honey", "honey", True),
        ("Glass", "glass", False),
    ]
    assert step.rest is None


@pytest.mark.parametrize("type_", sorted(CONTROLS))
def test_every_known_type_is_drawn(type_: str) -> None:
    (step,) = read_steps([{**FOOD, "type": type_, "min": 1, "max": 5}])
    assert step.control == CONTROLS[type_]


def test_options_may_be_plain_values() -> None:
    (step,) = read_steps([{"id": "n", "type": "dropdown", "options": ["a", 2, True], "defaultValue": 2}])
    assert [(o.label, o.is_default) for o in step.options] == [("a", False), ("2", True), ("yes", False)]


def test_a_slider_without_its_ends_takes_a_number() -> None:
    (step,) = read_steps([{"id": "n", "type": "slider", "min": "1", "max": "many"}])
    assert step.control == "number"
    assert step.limits == {"min": "1"}
    assert step.rest == {"max": "many"}


@pytest.mark.parametrize("raw", ODD)
def test_what_cannot_be_drawn_stands_whole_as_json(raw: Any) -> None:
    (step,) = read_steps([raw])
    assert step.control is None or raw["type"] == "slider"
    if step.control is None:
        assert step.rest == raw


@pytest.mark.parametrize("key", ["showIf", "icon", "max_length", "Label"])
def test_nothing_that_a_field_holds_is_dropped(key: str) -> None:
    (step,) = read_steps([{**FOOD, key: {"odd": 1}}])
    assert step.rest == {key: {"odd": 1}}


def test_options_that_cannot_be_read_are_shown_as_json() -> None:
    (step,) = read_steps([{**FOOD, "options": [*FOOD["options"], {"icon": "x"}]}])  # type: ignore[misc]  # a list
    assert step.control == "radio"
    assert step.rest == {"options": [*FOOD["options"], {"icon": "x"}]}  # type: ignore[misc]  # as above


@pytest.mark.parametrize("value", [None, 3, "none", {"steps": "see wiki"}, True])
def test_what_is_no_list_has_no_fields(value: Any) -> None:
    assert read_steps(value) == []


def test_a_variable_is_filled_by_the_step_of_that_id_before_that_of_that_label() -> None:
    steps = read_steps([{"id": "a", "label": "food"}, {"id": "food", "label": "b"}, {"id": "food"}])
    assert numbers_by_name(steps)["food"] == 2
    assert numbers_by_name(steps)["a"] == 1


@pytest.mark.parametrize(
    "summary",
    [
        {"food": {"honey": 7, "glass": 9, "nothing": 0}},
        {"food": [["honey", 7], ["glass", 9]]},
    ],
)
def test_answers_are_counted_most_frequent_first(summary: Any) -> None:
    (question,) = chosen_options(summary, read_steps([FOOD]))
    assert (question.label, question.total, question.others) == ("Food", 16, 0)
    assert [(answer.label, answer.count) for answer in question.answers] == [("Glass", 9), ("Honey", 7)]


def test_answers_that_are_no_text_bear_the_labels_of_their_options() -> None:
    options = [{"label": "With sound", "value": True}, {"label": "Twice", "value": 2}]
    steps = read_steps([{"id": "a", "type": "radio", "options": options}])
    # As PostgreSQL and JavaScript write them.
    (question,) = chosen_options({"a": [["true", 2], ["2", 1]]}, steps)
    assert [answer.label for answer in question.answers] == ["With sound", "Twice"]


def test_questions_stand_in_the_order_of_the_form() -> None:
    steps = read_steps([{"id": "b", "label": "B"}, {"id": "a", "label": "A"}])
    found = chosen_options({"gone": {"x": 1}, "a": {"x": 1}, "b": {"x": 1}}, steps)
    assert [question.label for question in found] == ["B", "A", "gone"]


def test_only_the_most_frequent_answers_are_shown_and_the_rest_is_told() -> None:
    (question,) = chosen_options({"n": {str(n): n + 1 for n in range(20)}}, [])
    assert len(question.answers) == 8
    assert question.others == 12
    assert question.total == sum(range(21))


@pytest.mark.parametrize(
    "summary",
    [
        None,
        3,
        "x",
        [],
        {},
        {"a": None},
        {"a": {"b": "many"}},
        {"a": {"b": True}},
        {"a": {"b": -1}},
        {"a": [[1], [1, 2, 3]]},
    ],
)
def test_counts_that_are_none_make_no_question(summary: Any) -> None:
    assert chosen_options(summary, []) == []


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (["get-frames", "gone", "get-frames"], ["get-frames", "gone"]),
        ([{"componentId": "a"}, {"component_id": "b"}, {"component": "c"}, {"order": 1}], ["a", "b", "c"]),
        ([1, None, {"componentId": 3}], []),
        ("x", []),
        (None, []),
    ],
)
def test_components_are_named_where_the_workflow_does(value: Any, named: list[str]) -> None:
    assert components(value) == named


def test_deep_json_is_read() -> None:
    deep: Any = json.loads("[" * 400 + "]" * 400)
    (step,) = read_steps([deep])
    assert step.rest == deep
