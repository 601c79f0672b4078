"""A command on the rows that are selected in a list, from the checkboxes to the undo of all of it."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

from delula.access.permissions import Role
from delula.commands import inverse_of
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
        f"/bulk/{name}",
        data={"csrf_token": csrf, "id": ids, "back": "/generations/?q=a", **texts},
        follow_redirects=True,
    )


def send(client: FlaskClient, page: Any, part: str = "run", **texts: Any) -> Any:
    """Send the form of the page; a run leads to what came of it."""
    data = sent(page) | texts
    return client.post(f"{page.request.path}/{part}", data=data, follow_redirects=True)


def sent(page: Any, **texts: str) -> dict[str, Any]:
    """What the form of the page sends."""
    names = ("csrf_token", "id", "version")
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
    done = send(support, page, reason="an outage")
    assert done.status_code == 200
    assert "Retry: 2 done, 1 left out" in done.text
    assert statuses(session, three) == ["pending", "completed", "pending"]
    assert [(one.object_id, one.reason) for one in entries(session)] == [
        (str(three[0]), "an outage"),
        (str(three[2]), "an outage"),
    ]
    assert f'href="/generations/{three[0]}"' in done.text
    # The same sent again leads to the same, and so does the page of what was selected.
    for again in (send(support, page), support.get(page.request.path, follow_redirects=True)):
        assert again.request.path == done.request.path
        assert "Retry: 2 done, 1 left out" in again.text
    assert len(entries(session)) == 2
    assert done.request.path in support.get(f"/audit/{entries(session)[0].id}").text


def test_what_a_run_has_left_out_can_be_looked_at_again_with_what_was_typed(
    three: list[int], support: FlaskClient, as_role: Callable[[Role], FlaskClient]
) -> None:
    done = send(support, open_form(support, "generations.retry", three), reason="an outage")
    left = re.search(r'action="/bulk/generations.retry">(.*?)</form>', done.text, re.DOTALL)
    assert left is not None
    assert "Try the 1 left out again" in left[1]
    assert fields(left[1], "id") == [str(three[1])]
    sent_again = {"csrf_token": fields(done.text, "csrf_token")[0], "id": fields(left[1], "id")}
    again = support.post(
        "/bulk/generations.retry",
        data=sent_again | {"reason": fields(left[1], "reason")},
        follow_redirects=True,
    )
    assert "an outage</textarea>" in again.text
    assert "Only a failed generation can be retried" in again.text
    assert "left out again" not in as_role(Role.VIEWER).get(done.request.path).text


def test_what_comes_of_a_run_is_for_all_to_read_and_the_run_for_one_to_start(
    three: list[int], support: FlaskClient, as_role: Callable[[Role], FlaskClient]
) -> None:
    page = open_form(support, "generations.retry", three)
    number = page.request.path.rpartition("/")[2]
    assert support.get(f"/audit/runs/{number}").status_code == 404, "nothing came of it yet"
    other = as_role(Role.ADMIN)
    assert other.get(page.request.path).status_code == 403
    answer = other.post(f"{page.request.path}/run", data=sent(page) | {"csrf_token": token_of(other)})
    assert answer.status_code == 403
    send(support, page)
    shown = as_role(Role.VIEWER).get(f"/audit/runs/{number}")
    assert "Retry: 2 done, 1 left out" in shown.text
    assert "Undo 2" not in shown.text
    assert (
        support.get("/bulk/runs/987654321").status_code
        == support.get(f"/audit/runs/{2**63}").status_code
        == 404
    )
    assert (
        support.post("/bulk/runs/987654321/undo", data={"csrf_token": token_of(support)}).status_code == 404
    )


def test_a_run_that_was_broken_off_says_how_far_it_came(
    three: list[int], support: FlaskClient, session: scoped_session[Session]
) -> None:
    page = open_form(support, "generations.retry", three)
    done = send(support, page)
    session.execute(text("UPDATE dashboard.bulk_run SET finished_at = NULL"))
    session.execute(text("DELETE FROM dashboard.bulk_run_item WHERE entry_id IS NULL"))
    session.commit()
    assert "So far 2 of 3 rows" in support.get(done.request.path).text


def test_what_was_only_looked_at_is_forgotten_after_a_week(
    three: list[int], support: FlaskClient, session: scoped_session[Session]
) -> None:
    left, done = (open_form(support, "generations.retry", three) for _ in range(2))
    send(support, done)
    session.execute(text("UPDATE dashboard.bulk_run SET selected_at = now() - interval '8 days'"))
    session.commit()
    open_form(support, "generations.retry", three)
    assert support.get(left.request.path).status_code == 404
    assert support.get(done.request.path, follow_redirects=True).status_code == 200


def test_all_of_it_is_undone_at_once(
    three: list[int], support: FlaskClient, session: scoped_session[Session]
) -> None:
    page = open_form(support, "generations.retry", three)
    done = send(support, page)
    hrefs = set(re.findall(r'"(/bulk/runs/\d+/undo)"', done.text))
    assert len(hrefs) == 1, "the toast and the page offer the same"
    href = hrefs.pop()
    undone = support.post(href, data={"csrf_token": token_of(support)})
    assert (undone.status_code, undone.location) == (303, "/generations/?q=a")
    assert statuses(session, three) == ["failed", "completed", "failed"]
    assert len(entries(session)) == 4
    assert "Undo 2" not in support.get(done.request.path).text
    again = support.post(href, data={"csrf_token": token_of(support)}, follow_redirects=True)
    assert "Undo of Retry: 0 done, 2 left out" in again.text
    assert again.request.path.startswith("/audit/runs/")
    assert len(entries(session)) == 4


def test_undoing_all_asks_for_the_password_where_undoing_one_does(
    three: list[int], support: FlaskClient, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = send(support, open_form(support, "generations.retry", three))
    (href,) = set(re.findall(r'"(/bulk/runs/\d+/undo)"', done.text))
    (one, *_) = entries(session)
    inverse = inverse_of(one)
    assert inverse is not None
    single = f"/commands/undo/{one.id}"
    monkeypatch.setattr(type(inverse.command), "is_fresh", True)
    monkeypatch.setattr("delula.access.sessions.is_fresh", lambda *_: False)
    form = {"csrf_token": token_of(support)}
    for address in (href, single):
        assert "/account/confirm" in (support.post(address, data=form).location or ""), address
    assert statuses(session, three) == ["pending", "completed", "pending"]


def test_what_changed_since_the_preview_is_left_out(
    three: list[int], support: FlaskClient, session: scoped_session[Session]
) -> None:
    page = open_form(support, "generations.retry", three)
    session.execute(text("UPDATE generations SET retry_count = 1 WHERE id = :id"), {"id": three[0]})
    session.execute(text("UPDATE generations SET status = 'failed' WHERE id = :id"), {"id": three[1]})
    session.commit()
    done = send(support, page)
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
    address = page.request.path
    look = support.post(f"{address}/preview", data=sent(page, **given), headers=FRAGMENT)
    assert "<html" not in look.text
    shown = " ".join(words(look.text).split())
    assert "2 of 3 selected will change." in shown
    assert "+10 credits in all" in shown
    form = sent(page, **given) | {"version": fields(look.text, "version"), "id": fields(look.text, "id")}
    for number in ("", "3"):
        refused = support.post(f"{address}/run", data=form | {"number": number})
        assert refused.status_code == 422
        assert "Type 2, the number of those that change." in refused.text
    assert entries(session) == []
    done = send(support, page, **form, number="2")
    assert "Fail: 2 done, 1 left out" in done.text
    assert "/undo" not in done.text
    assert session.execute(text("SELECT credits FROM users WHERE id = 'u'")).scalar_one() == 13


def test_without_script_the_preview_comes_with_the_answer(
    support: FlaskClient, session: scoped_session[Session]
) -> None:
    waiting = [add(session, "pending")]
    session.commit()
    page = open_form(support, "generations.fail", waiting)
    first = send(support, page, failure_reason="outage", refund="no")
    assert "1 of 1 selected will change." in first.text
    assert entries(session) == []
    again = sent(first, failure_reason="outage", refund="no")
    second = support.post(first.request.path, data=again, follow_redirects=True)
    assert "Fail: 1 done" in second.text


def test_a_command_that_changes_nothing_of_what_it_shows_runs_on_many_too(
    as_role: Callable[[Role], FlaskClient], session: scoped_session[Session]
) -> None:
    session.execute(
        text(
            "INSERT INTO user_assets (id, user_id, asset_id, original_filename, display_name, s3_key, "
            "cdn_url, mime_type, file_size, asset_type, source)"
            " SELECT n, 'u', 'a' || n, '', '', '', '', '', 1, 1, 1 FROM generate_series(1, 2) n"
        )
    )
    session.commit()
    moderator = as_role(Role.MODERATOR)
    page = open_form(moderator, "assets.derive", ["user-1", "user-2", "user-3"])
    assert "Make derivatives: 2 done, 1 left out" in send(moderator, page).text


@pytest.mark.parametrize(
    ("ids", "status"),
    [([], 422), ([str(one) for one in range(101)], 422), (["a\0"], 422), (["x" * 501], 422)],
)
def test_a_selection_that_cannot_be_is_refused(ids: list[str], status: int, support: FlaskClient) -> None:
    assert open_form(support, "generations.retry", ids).status_code == status


def test_who_may_not_run_it_may_not_run_it_on_many(
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
        answer = client.post(f"/bulk/{name}", data=form | {"csrf_token": token_of(client)})
        assert answer.status_code == status, (role, name)
    assert entries(session) == []


def token_of(client: FlaskClient) -> str:
    return fields(client.get("/account/").text, "csrf_token")[0]


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
    typed = sent(page, reason="They asked\nfor it", back="/generations/?q=a")
    moving_clock.move(minutes=31)
    path = "/bulk/generations.retry" if at == "the selection" else f"{page.request.path}/run"
    answer = person.post(path, data=typed)
    assert answer.location == "/login?next=/account/resume"
    arrived = sign_in(person, staff.email, path=answer.location)
    back = person.get(arrived.location, follow_redirects=True)
    assert back.status_code == 200
    assert re.fullmatch(r"/bulk/runs/\d+", back.request.path)
    assert "Nothing has been done yet" in back.text
    assert fields(back.text, "id") == [str(id_) for id_ in three]
    assert 'href="/generations/?q=a"' in back.text
    assert "They asked\nfor it</textarea>" in back.text
    assert statuses(session, three) == ["failed", "completed", "failed"]
    done = send(person, back)
    assert "Retry: 2 done, 1 left out" in done.text
