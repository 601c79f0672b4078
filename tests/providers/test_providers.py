from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from delula.access.permissions import Role
from tests.consoles import FRAGMENT
from tests.generations.reading import ids, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, scoped_session

    from tests.consoles import Console


def test_the_list_shows_every_provider_by_title(live_console: Console) -> None:
    page = live_console.viewer.get("/providers/")
    assert ids(page) == [row[0] for row in live_console.sql("SELECT id FROM providers ORDER BY title, id")]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("active:no", ["<b>"]),
        ("slots:<1", ["<b>", "Zero slots"]),
        ("fal", ["fal"]),
        ("-title:fal slots:0", ["Zero slots"]),
    ],
)
def test_a_filter_leaves_what_it_says(live_console: Console, query: str, titles: list[str]) -> None:
    found = ids(live_console.viewer.get("/providers/", query_string={"q": query}))
    names = {row[0]: row[1] for row in live_console.sql("SELECT id, title FROM providers")}
    assert sorted(names[id_] for id_ in found) == titles


def test_the_page_of_a_provider_shows_its_services_and_hides_its_secrets(live_console: Console) -> None:
    page = live_console.viewer.get("/providers/1")
    assert page.status_code == 200
    assert "sk-live-secret" not in page.text
    shown = words(page.text)
    for expected in ("Kling", "fal-ai/kling", "0.035", "Text-to-Video", "region"):
        assert expected in shown, expected


def test_services_that_name_nobody_are_listed_where_a_person_looks(live_console: Console) -> None:
    shown = " ".join(words(live_console.admin.get("/providers/2").text).split())
    assert "provider gone" in shown
    assert "NaN" not in shown


@pytest.mark.parametrize("role", Role)
def test_every_role_reads_providers_on_any_live_database(
    role: Role, live_console: Console, older_console: Console
) -> None:
    for console in (live_console, older_console):
        for path in (
            "/providers/",
            "/providers/1",
            "/providers/1/peek",
            "/providers/count",
            "/providers/facets",
        ):
            assert console.as_role(role).get(path).status_code == 200, path
    assert live_console.as_role(role).get("/providers/99999999999").status_code == 404


def test_what_runs_at_a_provider_follows_the_recipes(
    session: scoped_session[Session], as_role: Callable[[Role], FlaskClient]
) -> None:
    session.execute(text("INSERT INTO providers (id, title, num_slots) VALUES (7, 'Fal', 2), (8, 'fal', 2)"))
    session.execute(
        text(
            "INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost,"
            " recipe_steps, video_provider, image_provider) VALUES"
            " (7, 'R', 'r', '', '', '', '', 1, '[]', 'FAL', 'other')"
        )
    )
    session.execute(
        text(
            "INSERT INTO generations (user_id, recipe_id, prompt, status, type) VALUES"
            " ('u', 7, '', 'processing', 'video'), ('u', 7, '', 'processing', 'video'),"
            " ('u', 7, '', 'pending', 'video'), ('u', 7, '', 'processing', 'image'),"
            " ('u', 7, '', 'failed', 'video')"
        )
    )
    session.commit()
    viewer = as_role(Role.VIEWER)
    assert "All slots in use" in viewer.get("/providers/7").text
    # What recipes name in any case is one provider's, not that of each which is called so.
    assert viewer.get("/providers/").text.count("2 · full") == 1
    assert "All slots in use" not in viewer.get("/providers/8").text


def test_services_beyond_the_first_hundred_are_counted_and_led_to(
    session: scoped_session[Session], as_role: Callable[[Role], FlaskClient]
) -> None:
    session.execute(text("INSERT INTO providers (id, title, num_slots) VALUES (7, 'many', 2)"))
    session.execute(
        text(
            "INSERT INTO services"
            " (provider_id, provider_title, type_id, title, description, endpoint, base_cost)"
            " SELECT 7, 'many', 1, 'Service ' || n, '', 'x', 1 FROM generate_series(1, 103) n"
        )
    )
    session.commit()
    viewer = as_role(Role.VIEWER)
    page = viewer.get("/providers/7").text
    assert "The first 100 of 103." in " ".join(words(page).split())
    assert page.count('id="service-') == 100
    assert "/recipes/?q=provider:many" in page
    assert viewer.get("/providers/7?all=yes").text.count('id="service-') == 103


def test_the_recipes_of_a_provider_are_those_that_its_link_leads_to(
    session: scoped_session[Session], as_role: Callable[[Role], FlaskClient]
) -> None:
    session.execute(text("INSERT INTO providers (id, title) VALUES (7, 'Fal'), (8, '')"))
    session.execute(
        text(
            "INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost,"
            " recipe_steps, usage_count, video_provider, image_provider) VALUES"
            " (7, 'R', 'r', '', '', '', '', 1, '[]', 99, 'FAL', ''),"
            " (8, 'S', 's', '', '', '', '', 1, '[]', 99, '', NULL)"
        )
    )
    session.execute(text("INSERT INTO recipe_usage (recipe_id, usage_count) VALUES (7, 42)"))
    session.execute(
        text("INSERT INTO generations (user_id, recipe_id, prompt, status) VALUES ('u', 8, '', 'processing')")
    )
    session.commit()
    viewer = as_role(Role.VIEWER)
    page = viewer.get("/providers/7").text
    assert "/recipes/?q=provider:Fal" in page
    assert ids(viewer.get("/recipes/?q=provider:Fal")) == [7]
    # As often as the list of recipes says.
    shown = words(viewer.get("/providers/7/recipes", headers=FRAGMENT).text).split()
    assert ("42" in shown, "99" in shown) == (True, False)
    # Nothing names one without a title, and nothing runs there.
    assert "No recipe names it" in viewer.get("/providers/8/recipes").text
    assert "provider:" not in viewer.get("/providers/8").text
