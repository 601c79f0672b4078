"""Tags given to recipes that are selected in their list: what is shown, what is saved, and what is not."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from delula import commands
from delula.access.permissions import Role
from delula.errors import InvalidInput, Refused
from delula.health import queries as health
from delula.tags.actions import MERGE, Merging
from delula.tags.giving import GIVE, TIDY, Giving, OfRecipe
from tests.review.things import ADA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, scoped_session

Arrays = dict[int, list[int | None] | None]

RECIPES: Arrays = {
    1: [1, 3, None, 1, 99],
    2: None,
    3: [],
    4: [3, 2],
    5: [4, 5],
}


@pytest.fixture(autouse=True)
def recipes(session: scoped_session[Session]) -> None:
    """Five recipes: duplicates, nulls and ids without a tag in one, nothing in two, odd ones."""
    session.execute(
        text(
            """INSERT INTO tags (id, name, is_hidden) VALUES (1, 'animals', false), (2, 'food', false),
            (3, 'category:video', true), (4, 'category:tool', true), (5, 'category:image', true)"""
        )
    )
    for id_, tags in RECIPES.items():
        session.execute(
            text(
                """INSERT INTO recipes (id, name, slug, description, prompt, instructions, category,
                credit_cost, recipe_steps, generation_type, tag_highlights, usage_count)
                VALUES (:id, 'Recipe ' || :id, :id, '', '', '', '', 1, '[]', 'video', :tags, 7)"""
            ),
            {"id": id_, "tags": tags},
        )
    session.commit()


@pytest.fixture
def moderator(as_role: Callable[[Role], FlaskClient]) -> FlaskClient:
    return as_role(Role.MODERATOR)


def fields(html: str, name: str) -> list[str]:
    return [unescape(one) for one in re.findall(rf'name="{name}"\s+value="([^"]*)"', html)]


def open_form(client: FlaskClient, ids: list[Any], tags: list[str] | None = None) -> Any:
    csrf = fields(client.get("/recipes/").text, "csrf_token")[0]
    data = {"csrf_token": csrf, "id": ids, "tags": tags or []}
    page = client.post("/bulk/tags.give", data=data, follow_redirects=True)
    return client.post(f"{page.request.path}/preview", data=data) if tags else page


def run(client: FlaskClient, page: Any, tags: list[str]) -> Any:
    names = ("id", "version")
    csrf = fields(client.get("/recipes/").text, "csrf_token")[0]
    data = {**{name: fields(page.text, name) for name in names}, "csrf_token": csrf, "tags": tags}
    address = page.request.path.removesuffix("/preview")
    return client.post(f"{address}/run", data=data, follow_redirects=True)


def stored(session: scoped_session[Session]) -> Arrays:
    session.expire_all()
    rows = session.execute(text("SELECT id, tag_highlights FROM recipes ORDER BY id"))
    return {id_: tags for id_, tags in rows}  # noqa: C416 - rows are no pairs to mypy


def counts(html: str) -> dict[str, str]:
    rows = re.findall(r'data-member="(\d+)" data-was="(\w+)".*?(\d+ of \d+)', html, re.DOTALL)
    return {id_: f"{state}, {count}" for id_, state, count in rows}


def test_the_editor_says_how_many_of_the_selected_carry_each_tag(moderator: FlaskClient) -> None:
    shown = counts(open_form(moderator, [1, 2, 4]).text)
    assert shown == {
        "1": "some, 1 of 3",
        "2": "some, 1 of 3",
        "3": "some, 2 of 3",
        "99": "some, 1 of 3",
        # The choices of a namespace are always at hand.
        "4": "none, 0 of 3",
        "5": "none, 0 of 3",
    }
    assert counts(open_form(moderator, [1, 4]).text)["3"] == "all, 2 of 2"


def test_only_what_was_changed_is_saved_in_the_order_of_each_recipe(
    moderator: FlaskClient, session: scoped_session[Session]
) -> None:
    changes = ["", "+2", "-99", ""]
    page = open_form(moderator, [1, 3, 4, 5], changes)
    done = run(moderator, page, changes)
    assert "Edit tags: 3 done, 1 left out" in done.text
    assert "Recipe 4 would stay as it is." in done.text
    assert stored(session) == {**RECIPES, 1: [1, 3, None, 1, 2], 3: [2], 5: [4, 5, 2]}
    undo = re.findall(r'action="(/bulk/runs/[^"]*)"', done.text)[0]
    csrf = fields(done.text, "csrf_token")[0]
    assert moderator.post(unescape(undo), data={"csrf_token": csrf}).status_code == 303
    assert stored(session) == RECIPES
    assert session.execute(text("SELECT sum(usage_count) FROM recipes")).scalar_one() == 35


def test_a_single_choice_takes_the_place_of_the_other(
    moderator: FlaskClient, session: scoped_session[Session]
) -> None:
    run(moderator, open_form(moderator, [1], ["+4"]), ["+4"])
    assert stored(session)[1] == [1, None, 1, 99, 4]


@pytest.mark.parametrize(
    ("ids", "changes", "why"),
    [
        ([4], ["-3"], "A recipe needs a category: tag; this one has none."),
        ([4], ["+5"], "category:image is for recipes that make video"),
        ([77], ["+1"], "There is no recipe 77."),
        ([4], ["-77"], "Recipe 4 would stay as it is."),
    ],
)
def test_what_breaks_a_rule_is_left_out_with_the_rule(
    moderator: FlaskClient,
    session: scoped_session[Session],
    ids: list[int],
    changes: list[str],
    why: str,
) -> None:
    page = open_form(moderator, ids, changes)
    if why.startswith("category:image"):
        why = "category:image is for recipes that make image; this one makes video."
    assert why in page.text
    run(moderator, page, changes)
    assert stored(session) == RECIPES


@pytest.mark.parametrize("changes", [["+77"], ["+x"], ["5"], ["+1", "-1"], [f"+{2**31}"], ["+" + "9" * 40]])
def test_what_is_no_change_is_refused_and_nothing_written(
    moderator: FlaskClient, session: scoped_session[Session], changes: list[str]
) -> None:
    page = open_form(moderator, [1, 4], changes)
    assert '<p class="error">' in page.text
    assert run(moderator, page, changes).status_code == 422
    assert stored(session) == RECIPES


def test_a_recipe_that_got_other_tags_meanwhile_is_left_out(
    moderator: FlaskClient, session: scoped_session[Session]
) -> None:
    page = open_form(moderator, [1, 3], ["+2"])
    session.execute(text("UPDATE recipes SET tag_highlights = '{3,1}' WHERE id = 1"))
    session.execute(text("UPDATE recipes SET usage_count = 9 WHERE id = 3"))
    session.commit()
    done = run(moderator, page, ["+2"])
    assert "It has changed since the preview was shown." in done.text
    assert stored(session) == {**RECIPES, 1: [3, 1], 3: [2]}
    assert session.execute(text("SELECT usage_count FROM recipes WHERE id = 3")).scalar_one() == 9


def test_others_are_found_by_name_by_who_may_give_them(
    moderator: FlaskClient, as_role: Callable[[Role], FlaskClient]
) -> None:
    address = "/bulk/tags.give/members?field=tags&find-tags="
    assert 'data-member="2"' in moderator.get(f"{address}FOO").text
    assert "Nothing is called so." in moderator.get(f"{address}%25").text
    assert moderator.get("/bulk/tags.give/members?field=recipe").status_code == 404
    assert as_role(Role.VIEWER).get(f"{address}foo").status_code == 403


@pytest.fixture
def in_app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize(
    ("carried", "left", "said"),
    [
        ([1, 3], [2, 3], "put food in the place of 1, which was merged into it"),
        ([2, 1, 3, 99], [2, 3], "merged into it, take away 99, which no tag has"),
        # Of two shelves a recipe stands on one: what was merged is not put beside another.
        ([5, 3], [3], "take away 5, which no tag has"),
    ],
)
def test_a_tag_that_the_product_gave_while_it_was_merged_is_replaced(
    carried: list[int], left: list[int], said: str, session: scoped_session[Session]
) -> None:
    session.execute(text("UPDATE recipes SET tag_highlights = '{3}'"))
    session.execute(text("INSERT INTO tags (id, name) VALUES (6, 'meals')"))
    session.commit()
    for id_, into in ((1, "meals"), (6, "food"), (5, "category:tool")):
        commands.run(MERGE, Merging(id=id_, into=into), ADA)
    session.execute(text("UPDATE recipes SET tag_highlights = :tags WHERE id = 1"), {"tags": carried})
    session.commit()
    if left[0] == 2:
        dangling = health.HEALTH.get().faults["dangling"]
        assert "1 was merged into food." in next(fault.text for fault in dangling if fault.id == 1)
    receipt = commands.run(TIDY, OfRecipe(recipe=1), ADA)
    assert said in receipt.sentence
    assert session.execute(text("SELECT tag_highlights FROM recipes WHERE id = 1")).scalar_one() == left
    commands.take_back(receipt.entry_id, ADA)
    assert session.execute(text("SELECT tag_highlights FROM recipes WHERE id = 1")).scalar_one() == carried


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize(
    ("change", "dangling"),
    [
        ("UPDATE recipes SET tag_highlights = '{3,99}' WHERE id = 1", {1}),
        ("DELETE FROM tags WHERE id = 3", set(RECIPES)),
        ("DELETE FROM recipes WHERE id = 1", set()),
    ],
)
def test_the_health_of_the_catalogue_follows_what_the_product_changes(
    change: str, dangling: set[int], session: scoped_session[Session]
) -> None:
    def found() -> set[int]:
        health.HEALTH.forget()
        return {fault.id for fault in health.HEALTH.get().faults["dangling"]}

    session.execute(text("UPDATE recipes SET tag_highlights = '{3}'"))
    session.commit()
    assert found() == set()
    session.execute(text(change))
    session.commit()
    assert found() == dangling


def test_a_merge_that_came_too_late_says_that_a_recipe_has_changed_and_shows_all_as_it_is(
    moderator: FlaskClient, session: scoped_session[Session]
) -> None:
    form = moderator.get("/commands/tags.merge?id=2&into=animals&back=/tags/").text
    assert "1 recipe carries that instead" in form
    names = ("csrf_token", "id", "back", "version", "seen")
    sent = {name: fields(form, name)[0] for name in names} | {"into": "animals"}
    session.execute(text("UPDATE recipes SET tag_highlights = '{4,2}' WHERE id = 5"))
    session.commit()
    late = moderator.post("/commands/tags.merge", data=sent)
    assert late.status_code == 409
    assert "It is something that changes with it" in late.text
    assert "No member of staff did this" not in late.text
    assert "2 recipes carry that instead" in late.text
    assert stored(session) == {**RECIPES, 5: [4, 2]}
    again = {name: fields(late.text, name)[0] for name in names} | {"into": "animals"}
    assert moderator.post("/commands/tags.merge", data=again).status_code == 303
    assert stored(session) == {**RECIPES, 4: [3, 1], 5: [4, 1]}


@pytest.mark.parametrize("path", ["/recipes/5/edit", "/commands/tags.give?recipe=5&tags=-3"])
def test_who_saves_a_recipe_late_is_told_who_merged_its_tag(
    path: str, moderator: FlaskClient, session: scoped_session[Session]
) -> None:
    session.execute(text("UPDATE recipes SET tag_highlights = '{1,5,3}' WHERE id = 5"))
    session.commit()
    form = moderator.get(path)
    names = ("csrf_token", "recipe", "back", "version", "seen", "tag_highlights")
    sent = {name: found[0] for name in names if (found := fields(form.text, name))}
    commands.run(MERGE, Merging(id=1, into="food"), ADA)
    typed = {"prompt": "at night"} if "edit" in path else {"tags": "-3"}
    late = moderator.post(form.request.path, data=sent | typed)
    assert late.status_code == 409
    assert "No member of staff did this" not in late.text
    assert re.search(r"did this.*Merge into", " ".join(late.text.split()))
    session.execute(text("UPDATE recipes SET tag_highlights = '{5,2,3}' WHERE id = 5"))
    session.commit()
    assert "No member of staff did this" in moderator.post(form.request.path, data=sent | typed).text


@pytest.mark.parametrize("typed", ["1, 5, 3, 4", "2, 3, 1, 5"])
def test_a_form_of_tags_that_were_merged_meanwhile_is_a_conflict_and_goes_on_with_what_took_their_place(
    typed: str, moderator: FlaskClient, session: scoped_session[Session]
) -> None:
    session.execute(text("DELETE FROM dashboard.tag_namespace"))
    session.execute(text("UPDATE recipes SET tag_highlights = '{1,5,3}' WHERE id = 5"))
    session.commit()
    names = ("csrf_token", "version", "seen")
    form = moderator.get("/recipes/5/edit").text
    sent = {name: found[0] for name in names if (found := fields(form, name))} | {"tag_highlights": typed}
    commands.run(MERGE, Merging(id=1, into="food"), ADA)
    late = moderator.post("/recipes/5/edit", data=sent)
    assert late.status_code == 409
    seen = " ".join(late.text.split())
    assert re.search(r"did this.*Merge into", seen)
    assert "<bdi>animals (gone), category:image, category:video</bdi>" in seen, "tags are told by name"
    assert "<bdi>food, category:image, category:video</bdi>" in seen
    again = {name: found[0] for name in names if (found := fields(late.text, name))}
    (again["tag_highlights"],) = re.findall(r'name="tag_highlights"[^>]*? value="([^"]*)"', late.text)
    assert moderator.post("/recipes/5/edit", data=again).status_code == 303
    assert stored(session)[5] == ([2, 5, 3, 4] if typed.startswith("1") else [2, 3, 5])


def test_a_tag_that_was_merged_is_named_by_what_took_its_place(app: Flask) -> None:
    commands.run(MERGE, Merging(id=1, into="food"), ADA)
    for command, given in ((GIVE, Giving(recipe=5, tags="+1")), (MERGE, Merging(id=1, into="food"))):
        with app.test_request_context(), pytest.raises((InvalidInput, Refused), match="food has taken its"):
            commands.preview(command, given, ADA)
