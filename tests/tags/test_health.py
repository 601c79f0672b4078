"""What the health of the catalogue finds in one recipe: what contradicts itself, and what does not match."""

from __future__ import annotations

import pytest

from delula.health.checks import contradicted_category, contradicted_workflow, duplicates, unmatched_variables
from delula.tags.namespaces import Choice, Namespace

CATEGORY = Namespace("category", choices=(Choice(1, "category:video"), Choice(2, "category:tool")))
WORKFLOW = Namespace(
    "workflow", choices=(Choice(3, "workflow:text_to_video"), Choice(4, "workflow:style_transfer"))
)


@pytest.mark.parametrize(
    ("tags", "count"), [(None, 0), ([], 0), ([1, None, None], 0), ([1, 2, 1, 1, None], 2), ([99, 99], 1)]
)
def test_the_same_tag_twice_counts(tags: list[int | None] | None, count: int) -> None:
    assert duplicates(tags) == count


@pytest.mark.parametrize(
    ("text", "tags", "wrong"),
    [
        ("video", [1], False),
        ("Tools", [2], False),
        ("tool", [1], True),
        ("Video", [2], True),
        ("asmr", [1], False),
        ("video", None, False),
        ("", [1], False),
    ],
)
def test_a_category_that_names_another_choice_contradicts_the_tag(
    text: str, tags: list[int | None] | None, wrong: bool
) -> None:
    assert (contradicted_category(text, tags, CATEGORY) is not None) is wrong
    assert contradicted_category(text, tags, None) is None


@pytest.mark.parametrize(
    ("kind", "tags", "wrong"),
    [
        ("video", [3], False),
        ("image", [3], True),
        ("hybrid", [3], False),
        ("text_to_video", [3], False),
        ("text_to_image", [3], True),
        ("image", [4], False),
        ("", [3], False),
        ("video", [None, 99], False),
    ],
)
def test_a_workflow_type_contradicts_the_tag(kind: str, tags: list[int | None], wrong: bool) -> None:
    assert (contradicted_workflow(kind, tags, WORKFLOW) is not None) is wrong


@pytest.mark.parametrize(
    ("prompt", "steps", "text"),
    [
        ("a [food]", [{"id": "food", "type": "text"}], None),
        ("a {{food}} at {place}", [{"id": "food"}], "No step asks for place."),
        ("a cat", [{"id": "food"}, None, 7, {}], "The prompt does not use food."),
        ("a cat", {"id": "food"}, None),
        ("a [food]", None, "No step asks for food."),
        ("a [food]", [{"id": "food"}, {"id": "food"}], "Several steps have the id food."),
        ("{food} " * 600 + "{mood}", [{"id": "food"}, {"id": "mood"}], None),
    ],
)
def test_variables_and_steps_have_to_match(prompt: str, steps: object, text: str | None) -> None:
    assert unmatched_variables(prompt, steps) == text  # type: ignore[arg-type]  # whatever JSON holds
