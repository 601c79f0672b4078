from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from delula.access.permissions import Role
from delula.backlog import queries
from tests.generations.reading import ids, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, scoped_session

    from tests.consoles import Console

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

RECIPES = (("Enough", True), ("Going", True), ("Low", True), ("Inactive", False), ("Idle", False))
#: Recipe, status and number of what lies in the backlog.
STOCK = (
    (1, "completed", 20),
    (2, "completed", 5),
    (3, "completed", 2),
    (3, "failed", 4),
    (4, "completed", 1),
)
#: Recipe, days before now, and number of what was given away.
CLAIMS = ((1, 1, 2), (2, 2, 21), (2, 30, 9), (3, 400, 1))


@pytest.fixture
def stocked(session: scoped_session[Session]) -> None:
    """One recipe with enough, one that runs low, one that is low, one that is inactive, one with nothing."""
    for number, (name, active) in enumerate(RECIPES, 1):
        session.execute(
            text(
                "INSERT INTO recipes (id, name, slug, description, prompt, instructions, category,"
                " credit_cost, recipe_steps, is_active) VALUES"
                " (:id, :name, 'recipe-' || :id, '', '', '', '', 1, '[]', :active)"
            ),
            {"id": number, "name": name, "active": active},
        )
    for recipe, status, count in STOCK:
        session.execute(
            text(
                "INSERT INTO generations (user_id, recipe_id, prompt, status, created_at)"
                " SELECT 'system_backlog', :recipe, '', :status, date '2026-11-10' + n * interval '1 hour'"
                " FROM generate_series(1, :count) n"
            ),
            {"recipe": recipe, "status": status, "count": count},
        )
    session.execute(
        text(
            "INSERT INTO generations (user_id, recipe_id, prompt, status) VALUES ('ann', 3, '', 'completed')"
        )
    )
    for recipe, days, count in CLAIMS:
        session.execute(
            text(
                "INSERT INTO backlog_videos (recipe_id, recipe_variables, recipe_variables_hash,"
                " generation_id, video_url, is_used, used_at) SELECT :recipe, '{}', '', n, '', true, :at"
                " FROM generate_series(1, :count) n"
            ),
            {"recipe": recipe, "at": (NOW - timedelta(days=days)).replace(tzinfo=None), "count": count},
        )
    session.commit()


@pytest.mark.usefixtures("stocked")
def test_stock_is_counted_by_recipe_with_those_in_need_first(app: Flask) -> None:
    with app.app_context():
        backlog = queries.take_stock(NOW, 10)
        two = queries.take_stock(NOW, 2)
    found = backlog.first
    assert [(one.title, one.ready, one.failed, one.claims) for one in found] == [
        ("Low", 2, 4, 0),
        ("Going", 5, 0, 21),
        ("Enough", 20, 0, 2),
        ("Inactive", 1, 0, 0),
    ]
    low, going, enough, inactive = found
    assert low.is_low
    assert not inactive.is_low
    assert going.days_left == pytest.approx(1.0)
    assert enough.days_left == pytest.approx(63.0)
    assert low.days_left is None
    assert low.oldest == datetime(2026, 11, 10, 1, tzinfo=UTC)
    assert (backlog.recipes, backlog.low, backlog.empty) == (4, 1, 0)
    assert (backlog.ready, backlog.failed, backlog.claims) == (28, 4, 23)
    assert two == replace(backlog, first=found[:2])


@pytest.mark.usefixtures("stocked")
def test_active_recipes_of_which_nothing_lies_ready_stand_before_all_others(
    app: Flask, session: scoped_session[Session]
) -> None:
    session.execute(
        text(
            "INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost,"
            " recipe_steps) SELECT n, 'New ' || n, n, '', '', '', '', 1, '[]'"
            " FROM generate_series(101, 103) n"
        )
    )
    session.commit()
    with app.app_context():
        backlog = queries.take_stock(NOW, 4)
    assert [one.title for one in backlog.first] == ["New 101", "New 102", "New 103", "Low"]
    assert (backlog.recipes, backlog.low, backlog.empty) == (7, 4, 3)


@pytest.mark.usefixtures("stocked")
def test_the_page_says_which_recipes_run_low(as_role: Callable[[Role], FlaskClient]) -> None:
    page = as_role(Role.VIEWER).get("/backlog/")
    assert page.status_code == 200
    shown = " ".join(words(page.text).split())
    assert "Below minimum" in shown
    assert "In stock 28" in shown


@pytest.mark.usefixtures("stocked")
def test_claims_are_counted_by_day(app: Flask) -> None:
    with app.app_context():
        found = queries.claims_by_day(NOW - timedelta(days=10), NOW)
    assert [(day.date().isoformat(), number) for day, number in found] == [
        ("2026-11-18", 21),
        ("2026-11-19", 2),
    ]


@pytest.mark.parametrize("role", Role)
def test_every_role_reads_the_backlog_on_any_live_database(
    role: Role, live_console: Console, older_console: Console
) -> None:
    for console in (live_console, older_console):
        client = console.as_role(role)
        videos = [f"/backlog/videos/{id_}" for (id_,) in console.sql("SELECT id FROM backlog_videos")]
        for path in (
            "/backlog/",
            "/backlog/videos/",
            "/backlog/videos/facets",
            "/backlog/videos/count",
            *videos,
        ):
            assert client.get(path).status_code == 200, path


@pytest.mark.parametrize("sort", ["created", "-created", "id", "-id", "given", "-given"])
def test_the_list_of_videos_equals_the_table_in_every_order(live_console: Console, sort: str) -> None:
    rows = live_console.sql("SELECT id, is_used, recipe_id FROM backlog_videos")
    expected = {
        "": {row[0] for row in rows},
        "used:no": {row[0] for row in rows if not row[1]},
        "used:yes": {row[0] for row in rows if row[1]},
        "recipe:1": {row[0] for row in rows if row[2] == 1},
    }
    for query, wanted in expected.items():
        page = live_console.viewer.get("/backlog/videos/", query_string={"q": query, "sort": sort})
        assert set(ids(page)) == wanted, query


def test_what_a_video_names_and_is_gone_is_said_to_be_gone(live_console: Console) -> None:
    (id_,) = live_console.sql("SELECT id FROM backlog_videos WHERE recipe_id = 999")[0]
    for path in (f"/backlog/videos/{id_}", f"/backlog/videos/{id_}/peek"):
        shown = words(live_console.viewer.get(path).text)
        assert "999, no longer there" in shown
        assert "999999, no longer there" in shown
