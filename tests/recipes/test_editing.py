"""A recipe is written through its form: what was typed is saved, and nothing else is touched or lost."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from werkzeug.test import encode_multipart

from delula.access.actor import Actor
from delula.access.permissions import Role
from delula.commands import run, take_back
from delula.db import atomic
from delula.errors import InvalidInput
from delula.recipes import versions
from delula.recipes.actions import EDIT, NAMES, ORDER_TAGS, RESTORE, Edited, Ordered, Restored
from delula.tags.giving import GIVE, Giving
from tests.access.steps import sign_in
from tests.consoles import FRAGMENT
from tests.generations.reading import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, scoped_session

    from delula.models import Staff
    from tests.access.steps import MovableClock

ADMIN = Actor(None, "ann")
PROMPT = "\n  A {food} <b>&amp;</b> \u202eabc\u202c מתכון\r\n" + "long " * 10_000
STEPS = (
    '[{"id": "food", "label": "Food", "type": "text", "max": 12345678901234567890.10, "odd": null}, null, 7,'
    ' {"type": "hologram", "options": "x"}]'
)


@pytest.fixture
def recipe(session: scoped_session[Session]) -> int:
    """A recipe with everything that a form could spoil."""
    session.execute(
        text(
            "INSERT INTO tags (id, name, is_hidden) VALUES (1, 'category:image', true), (3, 'fun', false),"
            " (2, 'workflow:text_to_image', true), (4, 'category:video', true), (5, 'calm', false)"
        )
    )
    session.execute(
        text(
            "INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost,"
            " recipe_steps, workflow_components, tag_highlights, usage_count, image_provider, referral_code)"
            " VALUES (9, E'Lava\\nFood', 'lava', 'd', :prompt, 'i', 'c', 5, CAST(:steps AS jsonb), 'null',"
            " '{3,1,NULL,3,999,2}', 41, '', 'LAVA-9')"
        ),
        {"prompt": PROMPT, "steps": STEPS},
    )
    session.execute(text("SELECT setval('recipes_id_seq', 20)"))
    session.commit()
    return 9


@pytest.fixture
def curator(as_role: Callable[[Role], FlaskClient]) -> FlaskClient:
    return as_role(Role.MODERATOR)


def row(session: scoped_session[Session], id_: int = 9) -> dict[str, Any]:
    """The recipe as its text in the database."""
    statement = "SELECT to_jsonb(r) || jsonb_build_object('steps', recipe_steps::text) FROM recipes r"
    found = session.execute(text(f"{statement} WHERE id = :id"), {"id": id_})
    return dict(found.scalar_one())


def opened(client: FlaskClient, path: str = "/recipes/9/edit") -> dict[str, str]:
    """What a browser would send back of the form, line ends and all."""
    page = client.get(path)
    assert page.status_code == 200
    return fields(page.text)


def fields(html: str) -> dict[str, str]:
    form = html[html.index("data-recipe-editor") :].partition("</form>")[0]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        got = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if "name" in got and (got.get("type") != "checkbox" or " checked" in tag):
            found[got["name"]] = unescape(got.get("value", "")).replace("\n", "").replace("\r", "")
    for attributes, inside in re.findall(r"<textarea([^>]*)>(.*?)</textarea>", form, re.DOTALL):
        name = re.search(r'name="([^"]*)"', attributes)
        assert name is not None
        shown = unescape(inside).replace("\r\n", "\n").replace("\r", "\n").removeprefix("\n")
        found[name[1]] = shown.replace("\n", "\r\n")
    for name, inside in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)"[^>]* selected', inside)
        found[name] = unescape(chosen[1]) if chosen else ""
    return found


def test_every_column_but_what_the_product_counts_stands_in_the_form(
    curator: FlaskClient, recipe: int, session: scoped_session[Session]
) -> None:
    assert recipe == 9
    assert set(row(session)) - {"id", "usage_count", "steps"} == set(NAMES)
    assert set(NAMES) <= set(opened(curator))


@pytest.mark.usefixtures("recipe")
def test_what_was_not_typed_in_stays_byte_for_byte(
    curator: FlaskClient, session: scoped_session[Session]
) -> None:
    before = row(session)
    sent = opened(curator) | {"description": "Poured\r\nslowly"}
    # The product counts on while the form is open.
    session.execute(text("UPDATE recipes SET usage_count = usage_count + 1"))
    session.commit()
    assert curator.post("/recipes/9/edit", data=sent).status_code == 303
    after = row(session)
    assert after == before | {"description": "Poured\nslowly", "usage_count": 42}
    assert "12345678901234567890.10" in after["steps"]


@pytest.mark.usefixtures("recipe")
@pytest.mark.parametrize("route", ["/recipes/9/edit", "/recipes/9/edit/preview", "/recipes/new"])
def test_what_was_typed_survives_an_expired_session_in_its_own_form(
    staff_member: Callable[..., Staff],
    signed_in: Callable[[Staff], FlaskClient],
    moving_clock: MovableClock,
    session: scoped_session[Session],
    route: str,
) -> None:
    staff = staff_member(Role.MODERATOR)
    client, form = signed_in(staff), route.removesuffix("/preview")
    typed = {"prompt": "שלום {food} <i> " * 3_000, "name": "Mine", "is_public": "yes"}
    sent = opened(client, form) | typed
    moving_clock.move(minutes=31)
    answer = client.post(route, data=sent)
    assert answer.location == "/login?next=/account/resume"
    arrived = sign_in(client, staff.email, path=answer.location)
    page = client.get(arrived.location, follow_redirects=True)
    assert page.request.path == form
    assert "Nothing has been saved yet" in page.text
    kept = fields(page.text)
    assert {name: kept[name] for name in sent} == sent | {"csrf_token": kept["csrf_token"]}
    assert row(session)["name"] == "Lava\nFood"
    if form != "/recipes/new":
        assert client.post(form, data=kept).status_code == 303
        assert row(session)["prompt"] == typed["prompt"]
        assert client.get("/account/resume").location == "/"


@pytest.mark.usefixtures("recipe")
def test_markup_and_right_to_left_text_are_inert(curator: FlaskClient) -> None:
    page = curator.get("/recipes/9/edit").text
    assert "<b>&amp;</b>" not in page
    assert "&lt;b&gt;&amp;amp;&lt;/b&gt;" in page


@pytest.mark.usefixtures("recipe")
@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ({"slug": "No Slug"}, "small letters"),
        ({"credit_cost": "many"}, "whole number"),
        ({"recipe_steps": "[{}]"}, "It lacks “id”"),
        ({"recipe_steps": "["}, "Line 1, column 2"),
        ({"tag_highlights": "3, 1, 2, 777"}, "There is no tag 777."),
        ({"tag-category": ""}, "A recipe needs a category: tag"),
        ({"tag-category": "4"}, "is for recipes that make video"),
        ({"creator_id": "nobody"}, "There is no user"),
        ({"slug": "taken"}, "Another recipe has this slug"),
        ({"referral_code": "TAKEN"}, "Another recipe has this referral code"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_written(
    typed: dict[str, str], named: str, curator: FlaskClient, session: scoped_session[Session]
) -> None:
    session.execute(
        text(
            "INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost,"
            " recipe_steps, referral_code) VALUES (8, 'T', 'taken', '', '', '', '', 1, '[]', 'TAKEN')"
        )
    )
    session.commit()
    before = row(session)
    page = curator.post("/recipes/9/edit", data=opened(curator) | typed | {"description": "kept text"})
    assert page.status_code == 422
    assert named in words(page.text)
    assert 'aria-invalid="true"' in page.text
    assert "kept text" in page.text
    assert row(session) == before
    assert session.execute(text("SELECT count(*) FROM dashboard.recipe_version")).scalar_one() == 0


@pytest.mark.usefixtures("recipe")
def test_all_that_is_wrong_is_told_at_once(curator: FlaskClient, session: scoped_session[Session]) -> None:
    session.execute(
        text("INSERT INTO component_registry (component_id, name, version) VALUES ('cut', 'c', '1')")
    )
    session.commit()
    wrong = {
        "name": " ",
        "slug": "lava",
        "referral_code": "LAVA-9",
        "creator_id": "nobody",
        "workflow_components": '["cut", {"componentId": "no<b>e"}]',
        "tag_highlights": "3",
    }
    refused = curator.post("/recipes/new", data={**opened(curator, "/recipes/new"), **wrong})
    assert refused.status_code == 422
    assert set(re.findall(r'class="link" href="#input-(\w+)"', refused.text)) == set(wrong)
    assert "No component is registered as “no&lt;b&gt;e”." in refused.text
    for name in wrong:
        assert f'aria-describedby="input-{name}' in refused.text or f"input-{name}-help" in refused.text
    # What stood there before may stay.
    session.execute(text("""UPDATE recipes SET workflow_components = '["old"]'"""))
    session.commit()
    form = opened(curator) | {"workflow_components": '["cut", "old"]'}
    assert curator.post("/recipes/9/edit", data=form).status_code == 303


@pytest.mark.usefixtures("recipe")
def test_a_stale_form_shows_all_three_states_and_loses_nothing(
    curator: FlaskClient, session: scoped_session[Session]
) -> None:
    sent = opened(curator) | {"instructions": "mine", "description": "mine too"}
    session.execute(text("UPDATE recipes SET instructions = 'theirs', category = 'moved'"))
    session.commit()
    page = curator.post("/recipes/9/edit", data=sent)
    assert page.status_code == 409
    shown = " ".join(words(page.text).split())
    assert "Instructions i theirs mine" in shown
    assert "Category c moved You left it alone" in shown
    assert row(session)["instructions"] == "theirs"
    again = fields(page.text)
    assert (again["instructions"], again["description"], again["category"]) == ("mine", "mine too", "moved")
    assert curator.post("/recipes/9/edit", data=again).status_code == 303
    after = row(session)
    assert (after["instructions"], after["description"], after["category"]) == ("mine", "mine too", "moved")


@pytest.mark.usefixtures("recipe")
def test_a_choice_of_a_namespace_takes_the_place_of_the_one_before(
    curator: FlaskClient, session: scoped_session[Session]
) -> None:
    sent = opened(curator)
    assert (sent["tag-category"], sent["tag-workflow"]) == ("1", "2")
    session.execute(text("INSERT INTO tags (id, name, is_hidden) VALUES (6, 'category:tool', true)"))
    session.commit()
    assert curator.post("/recipes/9/edit", data=sent | {"tag-category": "6"}).status_code == 303
    assert row(session)["tag_highlights"] == [3, 6, None, 3, 999, 2]


@pytest.mark.usefixtures("recipe")
def test_the_preview_says_which_variables_and_steps_do_not_fit(
    curator: FlaskClient, session: scoped_session[Session]
) -> None:
    before = row(session)
    sent = opened(curator) | {"prompt": "A {drink} pours"}
    page = curator.post("/recipes/9/edit/preview", data=sent, headers=FRAGMENT)
    assert page.status_code == 200
    shown = " ".join(words(page.text).split())
    assert "The prompt has drink , and no step asks for it." in shown
    assert "Step 1, Food , fills no variable of the prompt." in shown
    assert "Change the prompt" in shown
    assert row(session) == before
    whole = curator.post("/recipes/9/edit/preview", data=sent)
    assert "A {drink} pours" in unescape(whole.text)


@pytest.mark.usefixtures("recipe")
def test_a_copy_is_made_quietly_and_taken_back_by_removing_it(
    curator: FlaskClient, session: scoped_session[Session]
) -> None:
    token = {"csrf_token": opened(curator)["csrf_token"]}
    sent = token | {"id": "9", "name": "Lava two", "slug": "lava-two", "back": "/"}
    made = curator.post("/commands/recipes.duplicate", data=sent)
    assert made.status_code == 303
    id_ = int(re.findall(r"\d+", made.location)[-1])
    copy, first = row(session, id_), row(session)
    same = set(NAMES) - {"name", "slug", "is_active", "is_public", "referral_code", "created_at"}
    assert {name: copy[name] for name in same} == {name: first[name] for name in same}
    assert (copy["is_active"], copy["is_public"], copy["referral_code"]) == (False, False, None)
    assert copy["usage_count"] == 0
    entry = session.execute(text("SELECT max(id) FROM dashboard.audit_log")).scalar_one()
    removed = take_back(entry, ADMIN)
    assert session.execute(text("SELECT count(*) FROM recipes")).scalar_one() == 1
    take_back(removed.entry_id, ADMIN)
    assert row(session, id_) == copy


@pytest.mark.usefixtures("curator")
def test_any_version_comes_back_exactly_and_what_the_product_changed_is_a_version(
    app: Flask, recipe: int, session: scoped_session[Session]
) -> None:
    first = row(session)
    with app.app_context():
        run(EDIT, Edited(id=recipe, only="recipe_steps,prompt", recipe_steps="[]", prompt="p"), ADMIN)
        session.execute(text("UPDATE recipes SET credit_cost = 77, usage_count = 50, image_provider = NULL"))
        run(EDIT, Edited(id=recipe, only="name", name="New"), ADMIN)
        found = versions.listed(recipe, 99, 99)
        assert [(one.number, one.origin) for one in found] == [
            (4, "console"),
            (3, "product"),
            (2, "console"),
            (1, "found"),
        ]
        assert found[1].changed == ["credit_cost", "image_provider"]
        assert versions.is_kept(recipe)
        done = run(RESTORE, Restored(id=recipe, number=1), ADMIN)
        assert row(session) == first | {"usage_count": 50}
        take_back(done.entry_id, ADMIN)
        assert (row(session)["name"], row(session)["credit_cost"], row(session)["steps"]) == ("New", 77, "[]")


def test_a_recipe_that_is_gone_comes_back_from_its_history(
    curator: FlaskClient, recipe: int, session: scoped_session[Session], app: Flask
) -> None:
    first = row(session)
    token = opened(curator)["csrf_token"]
    with app.test_request_context(), atomic():
        versions.notice([recipe])
    session.execute(text("DELETE FROM recipes"))
    session.commit()
    page = curator.get("/recipes/9/history")
    assert "The recipe no longer exists" in page.text
    sent = {"id": "9", "number": "1", "back": "/recipes/9/history", "csrf_token": token}
    assert curator.post("/commands/recipes.restore", data=sent).status_code == 303
    assert row(session) == first


@pytest.mark.usefixtures("recipe")
def test_the_history_shows_what_changed_word_by_word(curator: FlaskClient) -> None:
    curator.post("/recipes/9/edit", data=opened(curator) | {"instructions": "i, slowly"})
    assert "Instructions" in curator.get("/recipes/9/history").text
    page = curator.get("/recipes/9/history/2").text
    assert "<ins>, slowly</ins>" in page
    assert "Nothing stands before it" not in curator.get("/recipes/9/history/1?against=now").text
    assert curator.get("/recipes/9/history/3").status_code == 404


@pytest.mark.usefixtures("recipe")
def test_who_may_not_edit_sees_why(as_role: Callable[[Role], FlaskClient]) -> None:
    viewer = as_role(Role.VIEWER)
    page = viewer.get("/recipes/9").text
    assert "Edit recipe" in page
    assert "This needs the permission recipes.edit" in page
    assert viewer.get("/recipes/9/edit").status_code == 403
    assert viewer.get("/recipes/9/history").status_code == 200


@pytest.mark.usefixtures("recipe")
def test_odd_input_is_no_fault_of_the_console(curator: FlaskClient) -> None:
    assert curator.get("/recipes/99999999999/edit").status_code == 404
    assert curator.get("/recipes/8/edit").status_code == 404
    assert curator.get("/recipes/8/history").status_code == 404
    assert curator.get("/recipes/tags?q=%00fu").status_code == 200
    assert curator.get("/recipes/9/history?below=x").status_code == 200
    token = {"csrf_token": opened(curator)["csrf_token"]}
    for seen in ("", "[1]", "{", json.dumps({"name": 7, "slug": None})):
        sent = token | {"seen": seen, "version": "old", "description": "n"}
        assert curator.post("/recipes/9/edit", data=sent).status_code == 409
    assert curator.post("/recipes/9/edit", data=token).status_code == 422


def test_the_order_of_tags_changes_and_nothing_else_of_them(
    app: Flask, recipe: int, session: scoped_session[Session]
) -> None:
    with app.test_request_context():
        with pytest.raises(InvalidInput):
            run(ORDER_TAGS, Ordered(id=recipe, tag_highlights="1, 2, 3"), ADMIN)
        run(ORDER_TAGS, Ordered(id=recipe, tag_highlights="999, 3, 3, null, 2, 1"), ADMIN)
    assert row(session)["tag_highlights"] == [999, 3, 3, None, 2, 1]


def test_a_new_recipe_that_is_sent_twice_is_made_once(
    curator: FlaskClient, recipe: int, session: scoped_session[Session]
) -> None:
    assert recipe == 9
    sent = opened(curator, "/recipes/new") | {"name": "Ice", "slug": "ice", "tag-category": "1"}
    page = curator.post("/recipes/new", data=sent)
    assert page.status_code == 422
    assert "A recipe needs a workflow: tag" in words(page.text)
    sent |= {"tag-workflow": "2"}
    made = [curator.post("/recipes/new", data=sent) for _ in range(2)]
    assert [answer.status_code for answer in made] == [303, 303]
    assert made[0].location == made[1].location
    found = session.execute(
        text("SELECT tag_highlights, is_active, is_public FROM recipes WHERE slug = 'ice'")
    )
    assert found.all() == [([1, 2], False, False)]


@pytest.mark.usefixtures("recipe")
def test_what_is_sent_twice_is_saved_once_and_complains_of_nothing(
    curator: FlaskClient, session: scoped_session[Session]
) -> None:
    typed = opened(curator) | {"description": "once"}
    cost = "/commands/recipes.set_cost"
    page = curator.get(f"{cost}?id=9&credit_cost=8&back=/recipes/9").text
    command = dict(re.findall(r'<input type="hidden"\s+name="([^"]*)"\s+value="([^"]*)"', page))
    priced = {name: unescape(value) for name, value in command.items()} | {"credit_cost": "8"}
    for path, sent in (("/recipes/9/edit", typed), (cost, priced)):
        for _ in range(2):
            answer = curator.post(path, data=sent)
            assert (answer.status_code, answer.location) == (303, "/recipes/9")
    assert (row(session)["description"], row(session)["credit_cost"]) == ("once", 8)
    entries = text(
        "SELECT array_agg(action ORDER BY id) FROM dashboard.audit_log WHERE object_kind = 'recipe'"
    )
    assert session.execute(entries).scalar_one() == ["recipes.edit", "recipes.set_cost"]


@pytest.mark.usefixtures("recipe")
def test_a_copy_that_is_asked_for_or_removed_twice_leads_to_where_it_led_at_first(
    curator: FlaskClient, session: scoped_session[Session]
) -> None:
    token = {"csrf_token": opened(curator)["csrf_token"]}
    copied = token | {"id": "9", "name": "Copy", "slug": "copy", "back": "/recipes/9"}
    made = [curator.post("/commands/recipes.duplicate", data=copied) for _ in range(2)]
    (copy,) = session.scalars(text("SELECT id FROM recipes WHERE slug = 'copy'"))
    assert [one.location for one in made] == [f"/recipes/{copy}/edit"] * 2
    removing = token | {"id": str(copy), "back": f"/recipes/{copy}"}
    removed = [curator.post("/commands/recipes.discard", data=removing) for _ in range(2)]
    assert [one.location for one in removed] == ["/recipes/"] * 2


@pytest.mark.usefixtures("recipe")
@pytest.mark.parametrize(
    ("name", "slug", "offered"),
    [
        ("Lava\nFood", "Bad Slug/ü", "bad-slug-u-copy"),
        ("", "", "recipe-copy"),
        ("n" * 200, "x" * 255, "x" * 200 + "-copy"),
        ("שלום", "שלום", "recipe-copy"),
    ],
)
def test_a_copy_is_offered_a_name_and_a_slug_that_can_be_taken(
    curator: FlaskClient, session: scoped_session[Session], name: str, slug: str, offered: str
) -> None:
    session.execute(text("UPDATE recipes SET name = :name, slug = :slug"), {"name": name, "slug": slug})
    session.commit()
    page = curator.get("/commands/recipes.duplicate?id=9&back=/recipes/9").text
    assert f'value="{offered}"' in page
    assert "a copy of" in page, "the preview says what it would do"


@pytest.mark.usefixtures("recipe")
def test_taking_back_a_copy_leads_to_the_list_as_its_page_is_gone(
    curator: FlaskClient, session: scoped_session[Session]
) -> None:
    page = curator.get("/commands/recipes.duplicate?id=9&back=/recipes/9").text
    token = re.findall(r'name="csrf_token"\s+value="([^"]*)"', page)[0]
    copied = {"csrf_token": token, "id": "9", "name": "Copy", "slug": "copy"}
    assert curator.post("/commands/recipes.duplicate", data=copied).status_code == 303
    entry = session.execute(text("SELECT max(id) FROM dashboard.audit_log")).scalar_one()
    undone = curator.post(f"/commands/undo/{entry}", data={"csrf_token": token, "back": "/recipes/21/edit"})
    assert (undone.status_code, undone.location) == (303, "/recipes/")


@pytest.mark.usefixtures("recipe")
def test_two_hundred_steps_and_a_long_prompt_of_any_script_are_saved(
    curator: FlaskClient, session: scoped_session[Session]
) -> None:
    step = {
        "label": "ש" * 40,
        "type": "radio",
        "options": [{"label": f"Option {number}", "value": f"value {number}"} for number in range(8)],
    }
    steps = json.dumps([{"id": f"step_{number}", **step} for number in range(200)])
    session.execute(
        text("UPDATE recipes SET prompt = :prompt, recipe_steps = CAST(:steps AS jsonb)"),
        {"prompt": "🦊שלום " * 20_000, "steps": steps},
    )
    session.commit()
    typed = opened(curator)
    assert 'enctype="multipart/form-data"' in curator.get("/recipes/9/edit").text
    assert len(typed["recipe_steps"]) > 200_000
    typed |= {
        "prompt": typed["prompt"] + "end",
        "recipe_steps": typed["recipe_steps"].replace("step_7", "step_x", 1),
    }
    boundary, body = encode_multipart(typed)
    content_type = f'multipart/form-data; boundary="{boundary}"'
    saved = curator.post("/recipes/9/edit", data=body, content_type=content_type)
    assert saved.status_code == 303
    after = row(session)
    assert after["prompt"].endswith("שלום end")
    assert (len(after["recipe_steps"]), after["recipe_steps"][7]["id"]) == (200, "step_x")


@pytest.mark.usefixtures("recipe")
def test_an_old_fault_of_the_tags_is_mended_in_the_form_and_step_by_step_elsewhere(
    curator: FlaskClient, session: scoped_session[Session]
) -> None:
    session.execute(text("UPDATE recipes SET tag_highlights = '{3}'"))
    session.commit()
    typed = opened(curator)
    assert curator.post("/recipes/9/edit", data=typed | {"description": "as it was"}).status_code == 303
    for tags, lacks in (("3, 5", ["category", "workflow"]), ("3, 1", ["workflow"])):
        refused = curator.post("/recipes/9/edit", data=opened(curator) | {"tag_highlights": tags})
        assert refused.status_code == 422
        for space in ("category", "workflow"):
            assert (f"A recipe needs a {space}: tag" in refused.text) == (space in lacks)
    assert row(session)["tag_highlights"] == [3]
    with curator.application.app_context():
        run(GIVE, Giving(recipe=9, tags="+1"), ADMIN)
    assert (
        curator.post("/recipes/9/edit", data=opened(curator) | {"tag_highlights": "1, 3, 2"}).status_code
        == 303
    )
    assert row(session)["tag_highlights"] == [1, 3, 2]


@pytest.mark.usefixtures("recipe")
def test_the_form_leads_back_to_the_list_that_one_mends(curator: FlaskClient) -> None:
    health = "/recipes/health/variables"
    typed = opened(curator, f"/recipes/9/edit?back={health}")
    assert typed["back"] == health
    refused = curator.post("/recipes/9/edit", data=typed | {"slug": "A B"})
    assert (refused.status_code, fields(refused.text)["back"]) == (422, health)
    assert curator.post("/recipes/9/edit", data=typed | {"description": "mended"}).location == health
    typed = opened(curator) | {"description": "again", "back": "https://elsewhere.example/"}
    assert curator.post("/recipes/9/edit", data=typed).location == "/recipes/9"


@pytest.mark.usefixtures("recipe")
def test_json_is_compared_as_it_will_be_stored_however_it_was_typed(curator: FlaskClient) -> None:
    steps = json.loads(STEPS)
    steps[3]["type"] = "globe"
    # Other spaces and another order of keys are no difference.
    typed = json.dumps([dict(reversed(one.items())) if isinstance(one, dict) else one for one in steps])
    typed = typed.replace("1.2345678901234567e+19", "12345678901234567890.10")
    page = curator.post(
        "/recipes/9/edit/preview", data=opened(curator) | {"recipe_steps": typed}, headers=FRAGMENT
    )
    changed = re.findall(r"<(del|ins)>([^<]*)</", page.text.partition("difference-recipe_steps")[2])
    assert [(tag, unescape(line).strip()) for tag, line in changed] == [
        ("del", '"type": "hologram",'),
        ("ins", '"type": "globe",'),
    ]
    odd = curator.post(
        "/recipes/9/edit/preview", data=opened(curator) | {"recipe_steps": '["\\u0000"]'}, headers=FRAGMENT
    )
    assert odd.status_code == 200
    assert "cannot be stored" in odd.text
