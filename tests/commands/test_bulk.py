"""A command on the rows that are selected in a list, from the checkboxes to the undo of all of it."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

from delula.access.permissions import Role
from delula.models import AuditEntry
from tests.access.steps import sign_in
from tests.consoles import FRAGMENT
from tests.generations.reading import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, scoped_session

    from delula.models import Staff
    from tests.access.steps import MovableClock


@pytest.fixture
def three(session: scoped_session[Session]) -> list[int]:
    """Two failed generations and a completed one between them."""
    session.execute(text("INSERT INTO users (id, credits) VALUES ('u', 3)"))
    ids = [add(session, status) for status in ("failed", "completed", "failed")]
    session.commit()
    return ids


def add(session: scoped_session[Session], status: str) -> int:
    statement = text(
        "INSERT INTO generations (user_id, prompt, status, credits_cost) "
        "VALUES ('u', 'p', :s, 5) RETURNING id"
    )
    return int(session.execute(statement, {"s": status}).scalar_one())


@pytest.fixture
def support(as_role: Callable[[Role], FlaskClient]) -> FlaskClient:
    return as_role(Role.SUPPORT)


def fields(html: str, name: str) -> list[str]:
    return [unescape(one) for one in re.findall(rf'name="{name}"\s+value="([^"]*)"', html)]


def open_form(client: FlaskClient, name: str, ids: list[Any], **texts: str) -> Any:
    # The first request of a client gives its session the token that forms carry.
    page = client.get("/generations/")
    assert page.status_code == 200
    csrf = fields(page.text, "csrf_token")[0]
    return client.post(
        f"/bulk/{name}", data={"csrf_token": csrf, "id": ids, "back": "/generations/?q=a", **texts}
    )


def sent(page: Any, **texts: str) -> dict[str, Any]:
    """What the form of the page sends."""
    names = ("csrf_token", "back", "id", "version")
    return {**{name: fields(page.text, name) for name in names}, **texts} | {
        "csrf_token": fields(page.text, "csrf_token")[0]
    }


def statuses(session: scoped_session[Session], ids: list[int]) -> list[str]:
    session.expire_all()
    statement = text("SELECT status FROM generations WHERE id = ANY(:ids) ORDER BY id")
    return list(session.execute(statement, {"ids": ids}).scalars())


def entries(session: scoped_session[Session]) -> list[AuditEntry]:
    return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def test_the_table_offers_checkboxes_to_those_who_may_do_something_with_them(
    three: list[int], as_role: Callable[[Role], FlaskClient]
) -> None:
    shown = as_role(Role.SUPPORT).get("/generations/").text
    assert fields(shown, "id") == [str(one) for one in sorted(three, reverse=True)]
    assert "/bulk/generations.retry" in shown
    assert "/bulk/generations.publish" not in shown
    assert "/bulk/generations.publish" in as_role(Role.MODERATOR).get("/generations/").text
    viewer = as_role(Role.VIEWER).get("/generations/").text
    assert "data-choose-all" not in viewer
    assert 'form="bulk"' not in viewer


def test_the_preview_counts_and_says_who_is_left_out_and_changes_nothing(
    three: list[int], support: FlaskClient, session: scoped_session[Session]
) -> None:
    page = open_form(support, "generations.retry", [*three, 987, "x"])
    shown = " ".join(words(page.text).split())
    assert "2 of 5 selected will change." in shown
    assert "3 left out" in shown
    assert f"{three[1]} : Only a failed generation can be retried" in shown
    assert "There is no generation 987." in shown
    assert statuses(session, three) == ["failed", "completed", "failed"]


def test_a_run_leaves_one_entry_for_each_and_says_what_came_of_it(
    three: list[int], support: FlaskClient, session: scoped_session[Session]
) -> None:
    page = open_form(support, "generations.retry", three)
    done = support.post("/bulk/generations.retry/run", data=sent(page, reason="an outage"))
    assert done.status_code == 200
    assert "Retry: 2 done, 1 left out" in done.text
    assert statuses(session, three) == ["pending", "completed", "pending"]
    assert [(one.object_id, one.reason) for one in entries(session)] == [
        (str(three[0]), "an outage"),
        (str(three[2]), "an outage"),
    ]
    # The same sent again changes nothing more.
    again = support.post("/bulk/generations.retry/run", data=sent(page))
    assert "Retry: 0 done, 3 left out" in again.text
    assert len(entries(session)) == 2


def test_all_of_it_is_undone_at_once(
    three: list[int], support: FlaskClient, session: scoped_session[Session]
) -> None:
    page = open_form(support, "generations.retry", three)
    done = support.post("/bulk/generations.retry/run", data=sent(page))
    hrefs = {unescape(one) for one in re.findall(r'"(/bulk/undo\?[^"]*)"', done.text)}
    assert len(hrefs) == 1, "the toast and the page offer the same"
    undone = support.post(hrefs.pop(), data={"csrf_token": fields(done.text, "csrf_token")[0]})
    assert (undone.status_code, undone.location) == (303, "/generations/?q=a")
    assert statuses(session, three) == ["failed", "completed", "failed"]
    assert len(entries(session)) == 4


def test_what_changed_since_the_preview_is_left_out(
    three: list[int], support: FlaskClient, session: scoped_session[Session]
) -> None:
    page = open_form(support, "generations.retry", three)
    session.execute(text("UPDATE generations SET retry_count = 1 WHERE id = :id"), {"id": three[0]})
    session.execute(text("UPDATE generations SET status = 'failed' WHERE id = :id"), {"id": three[1]})
    session.commit()
    done = support.post("/bulk/generations.retry/run", data=sent(page))
    assert "Retry: 1 done" in done.text
    assert "changed since the preview" in done.text
    assert statuses(session, three) == ["failed", "failed", "pending"]


def test_what_nothing_takes_back_asks_for_the_number(
    three: list[int], support: FlaskClient, session: scoped_session[Session]
) -> None:
    waiting = [add(session, "pending"), add(session, "pending"), three[1]]
    session.commit()
    page = open_form(support, "generations.fail", waiting)
    assert "shown here before anything happens" in page.text
    given = {"failure_reason": "outage", "refund": "yes"}
    look = support.post("/bulk/generations.fail/preview", data=sent(page, **given), headers=FRAGMENT)
    assert "<html" not in look.text
    shown = " ".join(words(look.text).split())
    assert "2 of 3 selected will change." in shown
    assert "+10 credits in all" in shown
    form = sent(page, **given) | {"version": fields(look.text, "version"), "id": fields(look.text, "id")}
    for number in ("", "3"):
        refused = support.post("/bulk/generations.fail/run", data=form | {"number": number})
        assert refused.status_code == 422
        assert "Type 2, the number of those that change." in refused.text
    assert entries(session) == []
    done = support.post("/bulk/generations.fail/run", data=form | {"number": "2"})
    assert "Fail: 2 done, 1 left out" in done.text
    assert "/bulk/undo" not in done.text
    assert session.execute(text("SELECT credits FROM users WHERE id = 'u'")).scalar_one() == 13


def test_without_script_the_preview_comes_with_the_answer(
    support: FlaskClient, session: scoped_session[Session]
) -> None:
    waiting = [add(session, "pending")]
    session.commit()
    page = open_form(support, "generations.fail", waiting)
    first = support.post("/bulk/generations.fail/run", data=sent(page, failure_reason="outage", refund="no"))
    assert "1 of 1 selected will change." in first.text
    assert entries(session) == []
    second = support.post(
        "/bulk/generations.fail/run", data=sent(first, failure_reason="outage", refund="no")
    )
    assert "Fail: 1 done" in second.text


@pytest.mark.parametrize(
    ("ids", "status"),
    [([], 422), ([str(one) for one in range(101)], 422), (["a\0"], 422), (["x" * 501], 422)],
)
def test_a_selection_that_cannot_be_is_refused(ids: list[str], status: int, support: FlaskClient) -> None:
    assert open_form(support, "generations.retry", ids).status_code == status


@pytest.mark.parametrize("part", ["", "/preview", "/run"])
def test_who_may_not_run_it_may_not_run_it_on_many(
    part: str,
    three: list[int],
    support: FlaskClient,
    as_role: Callable[[Role], FlaskClient],
    session: scoped_session[Session],
) -> None:
    form = sent(open_form(support, "generations.retry", three))
    for role, name, status in (
        (Role.VIEWER, "generations.retry", 403),
        (Role.MODERATOR, "generations.retry", 403),
        (Role.ADMIN, "generations.restore", 404),
        (Role.ADMIN, "no.such", 404),
    ):
        client = as_role(role)
        answer = client.post(f"/bulk/{name}{part}", data=form | {"csrf_token": token_of(client)})
        assert answer.status_code == status, (role, name)
    assert entries(session) == []


def token_of(client: FlaskClient) -> str:
    return fields(client.get("/account/").text, "csrf_token")[0]


@pytest.mark.parametrize("odd", ["", "x", "1,", ",".join(["1"] * 101), "9" * 30, "987654"])
def test_an_undo_that_names_nothing_is_refused(odd: str, support: FlaskClient) -> None:
    answer = support.post("/bulk/undo", query_string={"entries": odd}, data={"csrf_token": token_of(support)})
    assert answer.status_code == (200 if odd == "987654" else 422)


@pytest.mark.parametrize("at", ["the selection", "the run"])
def test_a_selection_survives_an_expired_session(
    three: list[int],
    at: str,
    staff_member: Callable[..., Staff],
    signed_in: Callable[[Staff], FlaskClient],
    moving_clock: MovableClock,
    session: scoped_session[Session],
) -> None:
    staff = staff_member(Role.SUPPORT)
    person = signed_in(staff)
    page = open_form(person, "generations.retry", three)
    typed = sent(page, reason="They asked\nfor it")
    moving_clock.move(minutes=31)
    path = "/bulk/generations.retry" if at == "the selection" else "/bulk/generations.retry/run"
    answer = person.post(path, data=typed)
    assert answer.location == "/login?next=/account/resume"
    arrived = sign_in(person, staff.email, path=answer.location)
    back = person.get(arrived.location, follow_redirects=True)
    assert (back.status_code, back.request.path) == (200, "/bulk/generations.retry")
    assert "Nothing has been done yet" in back.text
    assert fields(back.text, "id") == [str(id_) for id_ in three]
    assert fields(back.text, "back") == ["/generations/?q=a"]
    assert "They asked\nfor it</textarea>" in back.text
    assert statuses(session, three) == ["failed", "completed", "failed"]
