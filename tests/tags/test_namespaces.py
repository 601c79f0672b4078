"""The rules of namespaces, on tags as they occur: none, null, twice, gone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from delula.access.permissions import Role
from delula.tags.namespaces import Choice, Namespace, broken_rules, newly_broken

if TYPE_CHECKING:
    from tests.consoles import Console

VIDEO, IMAGE = frozenset({"video"}), frozenset({"image"})
CATEGORY = Namespace(
    "category",
    at_least=1,
    at_most=1,
    choices=(Choice(1, "category:video", VIDEO), Choice(2, "category:tool")),
)
WORKFLOW = Namespace("workflow", types=VIDEO, choices=(Choice(3, "workflow:text_to_video", VIDEO),))
MOOD = Namespace("mood", at_least=2, at_most=3, choices=tuple(Choice(n, f"mood:{n}") for n in range(10, 16)))


@pytest.mark.parametrize(
    ("tags", "makes", "namespace", "broken"),
    [
        ([1], "video", CATEGORY, []),
        ([2], "image", CATEGORY, []),
        ([None, 1, 1, 99], "video", CATEGORY, []),
        (None, "video", CATEGORY, ["A recipe needs a category: tag; this one has none."]),
        ([], "video", CATEGORY, ["A recipe needs a category: tag; this one has none."]),
        (
            [2, 1],
            "video",
            CATEGORY,
            ["A recipe carries one category: tag at most, not category:tool, category:video."],
        ),
        ([1], "image", CATEGORY, ["category:video is for recipes that make video; this one makes image."]),
        ([3], "video", WORKFLOW, []),
        ([], "image", WORKFLOW, []),
        (
            [3],
            "hologram",
            WORKFLOW,
            ["Only recipes that make video carry a workflow: tag; this one makes hologram."],
        ),
        ([10], "image", MOOD, ["A recipe needs at least 2 mood: tags; this one has 1."]),
        ([10, 11, 12], "image", MOOD, []),
        (
            [10, 11, 12, 13],
            "image",
            MOOD,
            ["A recipe carries 3 mood: tags at most, not mood:10, mood:11, mood:12, mood:13."],
        ),
    ],
)
def test_a_broken_rule_is_named(
    tags: list[int | None] | None, makes: str, namespace: Namespace, broken: list[str]
) -> None:
    assert [one.text for one in broken_rules(tags, makes, [namespace])] == broken


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        ([], [5], []),
        ([1], [], ["at_least"]),
        ([1, 2], [2, 1, 5], []),
        ([1], [1, 2], ["at_most"]),
        (None, [1], []),
    ],
)
def test_only_what_a_change_breaks_counts_against_it(
    before: list[int | None] | None, after: list[int | None], new: list[str]
) -> None:
    assert [one.rule for one in newly_broken(before, after, "video", [CATEGORY])] == new


def test_a_choice_offers_what_suits_the_recipe() -> None:
    assert [one.value for one in CATEGORY.choices_for("image")] == ["tool"]
    assert [one.value for one in CATEGORY.choices_for("video")] == ["video", "tool"]
    assert WORKFLOW.choices_for("image") == ()


def test_who_may_not_write_rules_sees_why(tagged: Console) -> None:
    viewer = tagged.as_role(Role.VIEWER)
    for path, title in (
        ("/tags/namespaces/", "Declare namespace"),
        ("/tags/namespaces/category", "Edit rules"),
    ):
        page = viewer.get(path).text
        assert re.search(rf"{title}.{{0,80}}needs the permission tags\.edit", page, re.DOTALL), path
        assert "/commands/" not in page
