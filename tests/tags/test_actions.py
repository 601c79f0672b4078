"""What curators do to tags, and what becomes of the recipes that carry them."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from delula.commands import Conflict, preview, run, take_back
from delula.commands.bulk import preview_many, run_many, take_back_many
from delula.commands.run import inverse_of
from delula.db import session as current_session
from delula.errors import InvalidInput, Refused
from delula.models import AuditEntry
from delula.recipes.queries import resolve_tags
from delula.tags.actions import (
    CREATE,
    DEACTIVATE,
    DELETE,
    EDIT,
    HIDE,
    MERGE,
    UNHIDE,
    Deleting,
    Edited,
    Merging,
    NewTag,
    OfTag,
)
from delula.tags.giving import GIVE, Giving
from delula.tags.rewriting import replaced
from delula.web.contrast import LEAST_CONTRAST, contrast_of
from delula.web.tags import TAG_COLORS
from tests.commands.cases import ADMIN, sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from delula.commands import Receipt

RECIPE = """INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost,
    recipe_steps, generation_type, tag_highlights) VALUES """
ARRAYS: dict[int, list[int | None] | None] = {
    1: [9, 1, None, 1, 3],
    2: [2, 1, 3],
    3: None,
    4: [],
    5: [1, 2, 2],
    6: [3, 2],
}


@pytest.fixture
def in_app(committing_app: Flask) -> Iterator[Flask]:
    with committing_app.app_context():
        sql(
            """INSERT INTO tags (id, name, description, color, is_active, is_hidden, created_at) VALUES
            (1, 'animals', 'Beasts', 'odd', true, false, '0044-03-15 BC'),
            (2, 'food', NULL, 'red', true, false, now()),
            (3, 'category:video', NULL, 'gray', true, true, now()),
            (4, 'category:image', NULL, 'gray', true, true, now()),
            (5, 'unused', NULL, NULL, false, false, NULL)""",
            "SELECT setval('tags_id_seq', 20)",
            *(
                RECIPE + f"({id_}, 'Recipe {id_}', '{id_}', '', '', '', '', 1, '[]', 'video', {_array(tags)})"
                for id_, tags in ARRAYS.items()
            ),
        )
        yield committing_app
        current_session().remove()


def _array(tags: list[int | None] | None) -> str:
    if tags is None:
        return "NULL"
    return "'{" + ",".join("NULL" if tag is None else str(tag) for tag in tags) + "}'"


def arrays() -> dict[int, Any]:
    current_session().rollback()
    rows = current_session().execute(text("SELECT id, tag_highlights FROM recipes ORDER BY id"))
    return {row.id: row.tag_highlights for row in rows}


def tags() -> list[Any]:
    current_session().rollback()
    return [
        tuple(row)
        for row in current_session().execute(
            text(
                "SELECT id, name, description, color, is_active, is_hidden, created_at::text"
                " FROM tags ORDER BY id"
            )
        )
    ]


def entry_of(receipt: Receipt) -> AuditEntry:
    return current_session().get_one(AuditEntry, receipt.entry_id)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([1], [2]),
        ([1, 2], [2]),
        ([2, 1], [2]),
        ([3, 1, 4, 2, 5], [3, 2, 4, 5]),
        ([1, None, 1, 3, 3], [2, None, 3, 3]),
        ([3, 3, None], [3, 3, None]),
    ],
)
def test_one_tag_takes_the_place_of_another_once(before: list[int | None], after: list[int | None]) -> None:
    assert replaced(before, 1, 2) == after


@pytest.mark.usefixtures("in_app")
def test_a_merge_rewrites_every_recipe_and_is_taken_back_exactly() -> None:
    rows = tags()
    plan = preview(MERGE, Merging(id=1, into="FOOD"), ADMIN)
    assert [one.id for one in plan.touches] == ["1", "2", "5"]
    done = run(MERGE, Merging(id=1, into="food", version=plan.version), ADMIN)
    assert arrays() == {**ARRAYS, 1: [9, 2, None, 3], 2: [2, 3], 5: [2]}
    assert [row[0] for row in tags()] == [2, 3, 4, 5]
    # Who types the old name, in whatever case, finds the new tag.
    assert resolve_tags(["Animals", "food"]) == {"Animals": [2], "food": [2]}
    take_back(done.entry_id, ADMIN)
    assert arrays() == ARRAYS
    assert tags() == rows
    assert resolve_tags(["animals"]) == {"animals": [1]}


@pytest.mark.usefixtures("in_app")
def test_names_follow_through_two_merges_and_back() -> None:
    run(MERGE, Merging(id=1, into="food"), ADMIN)
    second = run(MERGE, Merging(id=2, into="unused"), ADMIN)
    assert resolve_tags(["animals", "food"]) == {"animals": [5], "food": [5]}
    take_back(second.entry_id, ADMIN)
    assert resolve_tags(["animals", "food"]) == {"animals": [2], "food": [2]}


@pytest.mark.usefixtures("in_app")
def test_a_merge_is_not_taken_back_over_what_somebody_did_since() -> None:
    done = run(MERGE, Merging(id=1, into="food"), ADMIN)
    run(GIVE, Giving(recipe=2, tags="+5"), ADMIN)
    sql("UPDATE recipes SET usage_count = 9 WHERE id = 1")
    with pytest.raises(Refused, match=r"1 recipe have changed|Recipe 2 \(2\)"):
        take_back(done.entry_id, ADMIN)
    sql("UPDATE recipes SET tag_highlights = '{2,3}' WHERE id = 2", "DELETE FROM recipes WHERE id = 5")
    take_back(done.entry_id, ADMIN)
    assert arrays() == {id_: value for id_, value in ARRAYS.items() if id_ != 5}
    assert current_session().execute(text("SELECT usage_count FROM recipes WHERE id = 1")).scalar_one() == 9


@pytest.mark.usefixtures("in_app")
def test_tags_of_one_recipe_are_merged_together_and_taken_back_exactly() -> None:
    before = tags(), arrays()
    texts, selected = {"into": "unused"}, ["1", "2", "5"]
    plan = preview_many(MERGE, selected, texts, ADMIN)
    assert [one.id for one in plan.touches] == ["1", "2", "5", "6"]
    assert [(one.object_id, one.why) for one in plan.left_out] == [("5", "That is the tag itself.")]
    seen = {id_: one.version for id_, one in plan.affected.items()}
    done = run_many(MERGE, seen, texts, ADMIN, plan.affected)
    assert list(done.done) == ["1", "2"]
    assert arrays() == {**ARRAYS, 1: [9, 5, None, 3], 2: [5, 3], 5: [5], 6: [3, 5]}
    undone = take_back_many({one.entry_id: id_ for id_, one in done.done.items()}, ADMIN)
    assert undone.left_out == []
    assert (tags(), arrays()) == before
    # What somebody else has changed since it was shown is left out as ever.
    sql("UPDATE recipes SET tag_highlights = '{1}' WHERE id = 6")
    late = preview_many(MERGE, selected, texts, ADMIN)
    left_out = run_many(MERGE, seen, texts, ADMIN, late.affected).left_out
    assert [one.object_id for one in left_out] == ["1", "2"]


@pytest.mark.usefixtures("in_app")
def test_who_hides_a_tag_hears_that_its_namespace_is_not_declared() -> None:
    for name, said in (("mood:calm", "There is no namespace mood: yet"), ("rating:calm", "")):
        run(EDIT, Edited(id=5, name=name, only="name"), ADMIN)
        assert said in " ".join(preview(HIDE, OfTag(id=5), ADMIN).warnings)


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize(
    "meanwhile",
    [
        "UPDATE recipes SET tag_highlights = '{1}' WHERE id = 2",
        "UPDATE recipes SET tag_highlights = '{1}' WHERE id = 6",
        "UPDATE tags SET name = 'beasts' WHERE id = 1",
    ],
)
def test_what_changed_since_the_preview_is_a_conflict(meanwhile: str) -> None:
    plan = preview(MERGE, Merging(id=1, into="food"), ADMIN)
    sql("UPDATE recipes SET usage_count = usage_count + 1")
    assert preview(MERGE, Merging(id=1, into="food"), ADMIN).version == plan.version
    sql(meanwhile)
    with pytest.raises(Conflict):
        run(MERGE, Merging(id=1, into="food", version=plan.version), ADMIN)
    assert len(tags()) == 5


def test_the_product_counts_on_while_tags_are_merged(in_app: Flask) -> None:
    def count() -> None:
        with in_app.app_context():
            for _ in range(30):
                sql("UPDATE recipes SET usage_count = usage_count + 1")

    counting = Thread(target=count)
    counting.start()
    for _ in range(5):
        done = run(MERGE, Merging(id=1, into="food"), ADMIN)
        take_back(done.entry_id, ADMIN)
    counting.join()
    assert arrays() == ARRAYS
    assert current_session().execute(text("SELECT sum(usage_count) FROM recipes")).scalar_one() == 6 * 30


@pytest.mark.usefixtures("in_app")
def test_a_tag_in_use_is_deleted_only_with_a_replacement() -> None:
    with pytest.raises(Refused, match="3 recipes carry tag animals"):
        run(DELETE, Deleting(id=1), ADMIN)
    rows = tags()
    for given in (Deleting(id=1, replacement="2"), Deleting(id=5)):
        done = run(DELETE, given, ADMIN)
        assert given.id not in [row[0] for row in tags()]
        take_back(done.entry_id, ADMIN)
        assert (tags(), arrays()) == (rows, ARRAYS)


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize(
    ("command", "given", "why"),
    [
        (MERGE, Merging(id=1, into="animals"), "That is the tag itself"),
        (MERGE, Merging(id=1, into="nothing"), "no tag called “nothing”"),
        (MERGE, Merging(id=1, into=""), "Name a tag"),
        (MERGE, Merging(id=77, into="food"), "There is no tag 77"),
        (MERGE, Merging(id=3, into="food"), "break a rule in 3 recipes"),
        (MERGE, Merging(id=2, into="category:video"), "break a rule in 0|"),
        (MERGE, Merging(id=2, into="category:image"), "It would break a rule"),
        (UNHIDE, OfTag(id=3), "break a rule in 3 recipes"),
        (HIDE, OfTag(id=1), "called namespace:value"),
        (EDIT, Edited(id=3, name="category:a b", only="name"), "without spaces"),
        (EDIT, Edited(id=3, name="mood:x", only="name"), "no namespace mood: yet"),
        (EDIT, Edited(id=3, name="rating:video", only="name"), "break a rule in 3 recipes"),
        (EDIT, Edited(id=1, name="Food", only="name"), "Tag 2 is called food already"),
        (EDIT, Edited(id=1, name=" ", only="name"), "needs a name"),
        (EDIT, Edited(id=1, name="a" * 51, only="name"), "50 characters"),
        (EDIT, Edited(id=1, name="a\u202eb", only="name"), "nobody sees"),
        (EDIT, Edited(id=1, color="#ff0000", only="color"), "one of the product's colours"),
        (EDIT, Edited(id=1, name="animals", only="name"), "Nothing differs"),
        (CREATE, NewTag(name="ANIMALS"), "called animals already"),
        (DEACTIVATE, OfTag(id=5), "is inactive already"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(command: Any, given: Any, why: str) -> None:
    if why.endswith("|"):
        run(command, given, ADMIN)
        return
    before = tags(), arrays()
    with pytest.raises((Refused, InvalidInput), match=why):
        run(command, given, ADMIN)
    assert (tags(), arrays()) == before


@pytest.mark.usefixtures("in_app")
def test_a_renamed_tag_is_found_by_both_names_and_its_choice_keeps_its_rule() -> None:
    done = run(EDIT, Edited(id=3, name="category:clip", color="gray", only="name"), ADMIN)
    assert resolve_tags(["category:video", "category:clip"]) == {"category:video": [3], "category:clip": [3]}
    choices = text("SELECT choices FROM dashboard.tag_namespace WHERE name = 'category'")
    assert current_session().execute(choices).scalar_one() == {"clip": ["video"], "image": ["image"]}
    take_back(done.entry_id, ADMIN)
    assert current_session().execute(choices).scalar_one() == {"video": ["video"], "image": ["image"]}
    assert tags()[2][1] == "category:video"


@pytest.mark.usefixtures("in_app")
def test_a_new_tag_gets_an_id_of_its_own_and_goes_again() -> None:
    done = run(CREATE, NewTag(name="rating:all", is_hidden=True, description="For all"), ADMIN)
    assert tags()[-1][:6] == (21, "rating:all", "For all", "gray", True, True)
    assert entry_of(done).object_id == "21"
    assert inverse_of(entry_of(done)) is not None
    take_back(done.entry_id, ADMIN)
    assert len(tags()) == 5


@pytest.mark.parametrize("color", sorted(TAG_COLORS))
def test_the_chips_of_every_colour_can_be_read_in_both_themes(color: str) -> None:
    contrast = contrast_of(color)
    assert contrast is not None
    assert min(contrast) >= LEAST_CONTRAST
