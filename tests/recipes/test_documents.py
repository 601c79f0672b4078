"""The JSON of recipes against its schema, and what differs between two versions: no database is asked."""

from __future__ import annotations

import pytest

from delula.errors import InvalidInput
from delula.recipes.checks import read_value
from delula.recipes.columns import BY_NAME, differs
from delula.recipes.differences import difference
from delula.recipes.documents import faults


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("[]", []),
        ('[{"id": "a", "label": "A", "type": "text", "more": {"odd": [1]}}]', []),
        ('[{"id": "a", "label": "A", "type": "hologram"}]', []),
        ('[{"id": "a", "label": "A", "type": "radio"}]', ["Step 1: It lacks “options”."]),
        (
            '[{"id": "a", "label": "A", "type": "radio", "options": []}]',
            ["Step 1, options: It must not be empty."],
        ),
        (
            '[{"id": "a", "label": "A", "type": "radio", "options": [{"label": 3, "value": 1}]}, 7]',
            ["Step 1, option 1, label: It takes a text, not 3.", "Step 2: It takes an object, not 7."],
        ),
        (
            '[{"id": "a", "label": "A", "type": "text"}, {"id": "a", "label": "B", "type": "text"}]',
            ['Step 2, id: A step before it has the id "a" too.'],
        ),
        ('{"steps": []}', ['It takes a list, not {"steps": []}.']),
        ("[", ["Line 1, column 2: Expecting value."]),
        ('[{"id": "a", "id": "b"}]', ["The key “id” stands twice in one object."]),
        ("[NaN]", ["NaN is no JSON number."]),
        ("[1e999999]", ["It has a number that is too long."]),
        (r'["\u0000"]', ["It holds a character that cannot be stored."]),
        (r'["\ud800"]', ["It holds a character that cannot be stored."]),
        ("[" * 100_000, ["It nests too deep."]),
    ],
)
def test_a_fault_of_steps_is_told_at_its_place(text: str, sentences: list[str]) -> None:
    assert [fault.sentence("Step") for fault in faults("recipe_steps", text)] == sentences


def test_what_was_wrong_before_may_stay_wherever_its_step_goes() -> None:
    stored = '[1, {"id": null, "type": ["x"]}, "x"]'
    assert not faults("recipe_steps", '["x", {"id": "n", "label": "n", "type": "text"}, 1]', stored)
    assert faults("recipe_steps", '[1, {"id": 7}, "x"]', stored)
    twice = '[{"id": "a", "label": "A", "type": "text"}, {"id": "a", "label": "B", "type": "text"}]'
    assert not faults("recipe_steps", twice, twice)
    assert faults("recipe_steps", twice.replace('"a"', '"b"'), twice)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ('["a", {"type": "x", "order": 1, "more": {"kept": 1.50}}, {"componentId": "b"}]', []),
        ("null", []),
        (
            '[3, {"order": 1}, {"type": ""}]',
            [
                (
                    "Component 1: It takes the id of a component, or an object that names it as "
                    "“componentId”, “component” or “type”, not 3."
                ),
                (
                    "Component 2: It takes an object that names its component as "
                    '“componentId”, “component” or “type”, not {"order": 1}.'
                ),
                "Component 3, type: It must not be empty.",
            ],
        ),
        ('"x"', ['It takes a list or null, not "x".']),
    ],
)
def test_components_are_held_to_their_schema(text: str, sentences: list[str]) -> None:
    assert [fault.sentence("Component") for fault in faults("workflow_components", text)] == sentences


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("name", ""),
        ("slug", ""),
        ("slug", "Has Capitals"),
        ("slug", "two--hyphens"),
        ("slug", "-edge"),
        ("slug", "12"),
        ("referral_code", "a"),
        ("referral_code", "has space"),
        ("referral_code", "x" * 21),
        ("credit_cost", "-1"),
        ("credit_cost", "1.5"),
        ("credit_cost", ""),
        ("revenue_share_percentage", "101"),
        ("video_duration", "0"),
        ("generation_type", "hologram"),
        ("audio_type", "9"),
        ("is_active", "perhaps"),
        ("model", "m" * 101),
        ("tag_highlights", "1, x"),
        ("tag_highlights", "99999999999"),
        ("preview_image_url", "javascript:alert(1)"),
        ("created_at", "yesterday"),
        ("prompt", "a\0b"),
        ("workflow_components", "{"),
    ],
)
def test_what_cannot_be_stored_is_refused_at_its_field(name: str, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_value(BY_NAME[name], text, None)
    assert refused.value.field == name


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("slug", " lava-food-2 ", "lava-food-2"),
        ("video_provider", "", None),
        ("category", "", ""),
        ("video_duration", "", None),
        ("tag_highlights", "3, null,-5,3 ,", [3, None, -5, 3]),
        ("audio_type", "2", 2),
        ("is_active", "yes", True),
        ("workflow_components", "", None),
        ("workflow_components", "null", "null"),
        ("prompt", "a\r\nb\r\n", "a\nb\n"),
        ("preview_image_url", "generations/1.jpg", "generations/1.jpg"),
    ],
)
def test_what_can_be_stored_becomes_a_value(name: str, text: str, value: object) -> None:
    assert read_value(BY_NAME[name], text, None) == value


def test_what_a_browser_does_to_line_ends_is_no_difference() -> None:
    stored = "one\rtwo\nthree\r\n"
    assert not differs(BY_NAME["prompt"], "one\r\ntwo\r\nthree\r\n", stored)
    assert not differs(BY_NAME["name"], "ab", "a\nb")
    assert differs(BY_NAME["prompt"], "one\r\ntwo\r\nthree", stored)


def test_a_prompt_is_compared_by_word_and_json_by_line() -> None:
    prompt = difference(BY_NAME["prompt"], "A red fox runs", "A blue fox runs", lambda _: ())
    assert [(one.kind, one.text) for one in prompt.pieces] == [
        ("same", "A "),
        ("gone", "red"),
        ("new", "blue"),
        ("same", " fox runs"),
    ]
    steps = difference(BY_NAME["recipe_steps"], "[\n1,\n2\n]", "[\n1,\n3\n]", lambda _: ())
    assert [(one.kind, one.text) for one in steps.pieces][1:3] == [("gone", "2\n"), ("new", "3\n")]


def test_long_texts_are_compared_in_no_time_and_nothing_of_a_change_is_left_out() -> None:
    before, after = "word and more. " * 4_000, "other and less. " * 4_000
    found = difference(BY_NAME["prompt"], before, after, lambda _: ())
    assert "".join(one.text for one in found.pieces if one.kind in {"new", "same"}) == after
