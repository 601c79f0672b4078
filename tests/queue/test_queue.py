from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from delula.access.permissions import Role
from delula.queue import queries
from tests.generations.reading import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, scoped_session

    from tests.consoles import Console

#: Recipe, status, seconds since it was asked for, seconds since the work began.
QUEUE = (
    (1, "pending", 60, None),
    (1, "pending", 600, None),
    (1, "processing", 700, 9 * 60),
    (1, "processing", 500, 7 * 60),
    (2, "pending", 30, None),
    (None, "processing", 30, None),
    (1, "completed", 5000, 4000),
)


@pytest.fixture
def now(session: scoped_session[Session]) -> datetime:
    """The present, in which two recipes wait for a provider with two slots and one that nobody knows."""
    now = datetime.now(UTC).replace(microsecond=0)
    session.execute(text("INSERT INTO providers (id, title, num_slots) VALUES (1, 'Fal', 2), (2, 'Idle', 4)"))
    session.execute(
        text(
            "INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost,"
            " recipe_steps, video_provider) VALUES (1, 'One', 'one', '', '', '', '', 1, '[]', 'fal'),"
            " (2, 'Two', 'two', '', '', '', '', 1, '[]', 'nobody')"
        )
    )
    for recipe, status, created, started in QUEUE:
        session.execute(
            text(
                "INSERT INTO generations (user_id, recipe_id, prompt, status, type, created_at,"
                " processing_started_at) VALUES ('u', :recipe, '', :status, 'video', :created, :started)"
            ),
            {
                "recipe": recipe,
                "status": status,
                "created": (now - timedelta(seconds=created)).replace(tzinfo=None),
                "started": (now - timedelta(seconds=started)).replace(tzinfo=None) if started else None,
            },
        )
    session.commit()
    return now


def test_what_waits_and_runs_is_counted_in_all_by_recipe_and_by_provider(app: Flask, now: datetime) -> None:
    with app.app_context():
        unfinished = queries.unfinished()
        load = queries.load_of(unfinished, now)
        recipes = queries.loads_by_recipe(unfinished, now)
        providers = {one.title: one for one in queries.loads_by_provider(unfinished, now)}
    assert (load.pending, load.processing, load.stuck) == (3, 3, 1)
    assert load.oldest == now - timedelta(seconds=600)
    assert [(one.title, one.pending, one.processing, one.stuck) for one in recipes] == [
        ("One", 2, 2, 1),
        ("Two", 1, 0, 0),
        (None, 0, 1, 0),
    ]
    assert {title: (one.slots, one.pending, one.processing) for title, one in providers.items()} == {
        "Fal": (2, 2, 2),
        "Idle": (4, 0, 0),
        "nobody": (None, 1, 0),
        "": (None, 0, 1),
    }
    assert [title for title, one in providers.items() if one.is_full] == ["Fal"]


@pytest.mark.usefixtures("now")
def test_the_page_shows_what_is_stuck_and_who_is_full(as_role: Callable[[Role], FlaskClient]) -> None:
    page = as_role(Role.SUPPORT).get("/queue/")
    assert page.status_code == 200
    shown = " ".join(words(page.text).split())
    assert "Stuck 1" in shown
    assert "2 of 2" in shown
    assert "nobody, not among the providers" in shown


@pytest.mark.parametrize("role", Role)
def test_every_role_reads_the_queue_on_any_live_database(
    role: Role, live_console: Console, older_console: Console
) -> None:
    for console in (live_console, older_console):
        for path in ("/queue/", "/queue/past", "/queue/past?range=7d", "/queue/past?range=30d"):
            assert console.as_role(role).get(path).status_code == 200


def test_an_unknown_range_is_refused_by_name(live_console: Console) -> None:
    page = live_console.viewer.get("/queue/past?range=century")
    assert page.status_code == 422
    assert "range" in page.text


def test_a_provider_without_a_title_or_called_like_another_hides_none(
    app: Flask, session: scoped_session[Session], now: datetime
) -> None:
    before = queries.loads_by_provider(queries.unfinished(), now)
    session.execute(text("INSERT INTO providers (id, title, num_slots) VALUES (8, '', 2), (9, 'fal', 3)"))
    session.commit()
    with app.app_context():
        after = queries.loads_by_provider(queries.unfinished(), now)
        loads = queries.known_loads()
    assert (loads[8].processing, loads[9].processing) == (0, 0)
    added = [one for one in after if one.provider_id in {8, 9}]
    assert {(one.title, one.slots) for one in added} == {("", 2), ("fal", 3)}
    assert sum(one.processing for one in after) == sum(one.processing for one in before)
    assert len(after) == len(before) + 2


def test_a_time_that_never_was_is_no_length_of_waiting(
    session: scoped_session[Session], as_role: Callable[[Role], FlaskClient]
) -> None:
    session.execute(
        text(
            "INSERT INTO generations (user_id, prompt, status, created_at, processing_started_at) VALUES"
            " ('u', '', 'pending', '-infinity', NULL), ('u', '', 'processing', now(), '-infinity')"
        )
    )
    session.commit()
    shown = " ".join(words(as_role(Role.VIEWER).get("/queue/").text).split())
    assert "Stuck 1" in shown
    assert re.search(r"\d{4,} d", shown) is None
