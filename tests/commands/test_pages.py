from __future__ import annotations

import re
from dataclasses import fields
from html import unescape
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text
from werkzeug.datastructures import MultiDict

from delula.access.actor import Actor
from delula.access.permissions import Role
from delula.commands import commands, run
from delula.models import AuditEntry
from delula.web.command_forms import texts_of
from tests.access.steps import sign_in
from tests.commands.renaming import NewHandle, Rename
from tests.consoles import FRAGMENT
from tests.generations.reading import words
from tests.thinning import some

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, scoped_session

    from delula.models import Staff
    from tests.access.steps import MovableClock

FORM = "/commands/users.rename_for_tests"
COLLEAGUE = Actor(2, "bob@example.com", Role.ADMIN, 99)

pytestmark = pytest.mark.usefixtures("rename", "user")


@pytest.fixture
def user(session: scoped_session[Session]) -> None:
    session.execute(text("INSERT INTO users (id, handle) VALUES ('u', 'old')"))
    session.commit()


@pytest.fixture
def admin(as_role: Callable[[Role], FlaskClient]) -> FlaskClient:
    return as_role(Role.ADMIN)


def hidden(html: str) -> dict[str, str]:
    """What the form carries unseen."""
    found = re.findall(r'<input type="hidden"\s+name="([^"]*)"\s+value="([^"]*)">', html)
    return {name: unescape(value) for name, value in found}


def open_form(client: FlaskClient) -> dict[str, str]:
    page = client.get(FORM, query_string={"user_id": "u", "handle": "new", "back": "/users/u"})
    assert page.status_code == 200
    return {**hidden(page.text), "handle": "new"}


def handle(session: scoped_session[Session]) -> str:
    return str(session.execute(text("SELECT handle FROM users WHERE id = 'u'")).scalar_one())


def test_the_form_shows_what_would_happen_before_it_does(
    admin: FlaskClient, session: scoped_session[Session]
) -> None:
    page = admin.get(FORM, query_string={"user_id": "u", "handle": "new"})
    assert "Call old new." in words(page.text)
    assert handle(session) == "old"


def test_the_preview_follows_what_is_typed(admin: FlaskClient) -> None:
    form = open_form(admin)
    look = admin.post(f"{FORM}/preview", data={**form, "handle": "other"}, headers=FRAGMENT)
    assert "Call old other." in words(look.text)
    assert "<html" not in look.text


def test_a_command_leads_back_and_offers_to_undo_it(
    admin: FlaskClient, session: scoped_session[Session]
) -> None:
    done = admin.post(FORM, data=open_form(admin))
    assert (done.status_code, done.location) == (303, "/users/u")
    assert handle(session) == "new"
    shown = admin.get("/account/")
    undo = re.search(r'action="(/commands/undo/\d+)"', shown.text)
    assert undo is not None
    token = hidden(shown.text)["csrf_token"]
    assert admin.post(undo[1], data={"csrf_token": token, "back": "/users/u"}).status_code == 303
    assert handle(session) == "old"
    assert len(session.scalars(select(AuditEntry)).all()) == 2


def test_the_log_says_where_it_came_from_and_in_which_request(
    admin: FlaskClient, session: scoped_session[Session]
) -> None:
    form = open_form(admin)
    done = admin.post(FORM, data=form, headers={"X-Request-ID": "request-1234"})
    assert done.headers["X-Request-ID"] == "request-1234"
    (entry,) = session.scalars(select(AuditEntry))
    assert (entry.address, entry.request_id) == ("127.0.0.1", "request-1234")
    assert entry.session_id is not None


def test_wrong_input_is_named_and_what_was_typed_is_kept(
    admin: FlaskClient, session: scoped_session[Session]
) -> None:
    form = open_form(admin) | {"handle": "", "reason": "typed with care"}
    page = admin.post(FORM, data=form)
    assert page.status_code == 422
    assert "Handle : It takes a name." in " ".join(words(page.text).split())
    assert "typed with care" in page.text
    assert handle(session) == "old"


def test_a_conflict_shows_all_three_states_and_keeps_what_was_typed(
    admin: FlaskClient, session: scoped_session[Session]
) -> None:
    form = open_form(admin) | {"handle": "mine", "reason": "because"}
    session.execute(text("UPDATE users SET handle = 'theirs'"))
    session.commit()
    page = admin.post(FORM, data=form)
    assert page.status_code == 409
    shown = " ".join(words(page.text).split())
    assert "Handle old theirs mine" in shown
    assert "the product has changed it" in shown
    assert 'value="mine"' in page.text
    assert "because" in page.text
    assert handle(session) == "theirs"
    # Sent again, from what is now shown, it counts.
    again = admin.post(FORM, data=hidden(page.text) | {"handle": "mine", "reason": "because"})
    assert again.status_code == 303
    assert handle(session) == "mine"


def test_a_conflict_names_the_colleague_who_was_faster(admin: FlaskClient) -> None:
    form = open_form(admin) | {"handle": "mine"}
    with admin.application.app_context():
        run(Rename(), NewHandle(user_id="u", handle="theirs"), COLLEAGUE, reason="typo")
    page = admin.post(FORM, data=form)
    assert page.status_code == 409
    assert "bob@example.com did this" in " ".join(words(page.text).split())
    assert "typo" in page.text


def test_a_form_that_is_sent_twice_counts_once_and_complains_of_nothing(
    admin: FlaskClient, session: scoped_session[Session]
) -> None:
    form = open_form(admin)
    for _ in range(2):
        assert admin.post(FORM, data=form).status_code == 303
    assert "done before, once" in admin.get("/account/").text
    assert len(session.scalars(select(AuditEntry)).all()) == 1
    # Once somebody else has been there, it is a conflict like any other.
    session.execute(text("UPDATE users SET handle = 'theirs'"))
    session.commit()
    assert admin.post(FORM, data=form).status_code == 409
    assert handle(session) == "theirs"


def test_a_ticked_box_overrules_the_no_that_stands_for_an_empty_one() -> None:
    sent = MultiDict([("active", "no"), ("active", "yes")])
    assert texts_of(Rename(), sent) == {"active": "yes"}


def test_what_was_typed_survives_an_expired_session_in_its_own_form(
    staff_member: Callable[..., Staff],
    signed_in: Callable[[Staff], FlaskClient],
    moving_clock: MovableClock,
    session: scoped_session[Session],
) -> None:
    staff = staff_member(Role.ADMIN)
    admin = signed_in(staff)
    form = open_form(admin) | {"handle": "mine", "reason": "first line\r\nsecond line"}
    moving_clock.move(minutes=31)
    sent = admin.post(FORM, data=form)
    assert sent.location == "/login?next=/account/resume"
    arrived = sign_in(admin, staff.email, path=sent.location)
    page = admin.get(arrived.location, follow_redirects=True)
    assert page.request.path == FORM
    assert "Nothing has been done yet" in page.text
    assert 'value="mine"' in page.text
    assert "first line\nsecond line</textarea>" in page.text
    assert handle(session) == "old"
    done = admin.post(FORM, data=hidden(page.text) | {"handle": "mine"})
    assert (done.status_code, done.location, handle(session)) == (303, "/users/u", "mine")
    assert admin.get("/account/resume").location == "/"


def test_what_vanished_is_said_and_nothing_is_written(
    admin: FlaskClient, session: scoped_session[Session]
) -> None:
    form = open_form(admin)
    session.execute(text("DELETE FROM users"))
    session.commit()
    page = admin.post(FORM, data=form)
    assert page.status_code == 409
    assert "There is no such user." in page.text
    assert session.scalars(select(AuditEntry)).all() == []


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.SUPPORT, Role.VIEWER])
def test_who_may_not_sees_neither_form_nor_effect(
    role: Role, admin: FlaskClient, as_role: Callable[[Role], FlaskClient], session: scoped_session[Session]
) -> None:
    form, client = open_form(admin), as_role(role)
    assert client.get(FORM).status_code == 403
    with client.session_transaction() as cookie:
        token = cookie["csrf_token"]
    assert client.post(FORM, data={**form, "csrf_token": token}).status_code in {400, 403}
    assert handle(session) == "old"


@pytest.mark.parametrize("said", some(["\0", "9" * 5000], 1))
def test_an_edit_opens_whatever_its_address_says(admin: FlaskClient, said: str) -> None:
    for command in filter(lambda one: one.is_edit, commands().values()):
        known = {one.name: said for one in fields(command.given)}
        answer = admin.get(f"/commands/{command.name}", query_string=known)
        assert answer.status_code in {200, 302}, command.name


@pytest.mark.parametrize(
    "odd", [{"version": "\0"}, {"seen": "[1]"}, {"seen": "{" * 5000}, {"back": "https://evil.test/"}]
)
def test_hidden_fields_that_somebody_has_changed_break_nothing(
    admin: FlaskClient, odd: dict[str, str]
) -> None:
    page = admin.post(FORM, data=open_form(admin) | odd)
    assert page.status_code in {303, 409, 422}
    assert "evil" not in (page.location or "")


def test_a_command_that_is_not_there_is_not_found(admin: FlaskClient) -> None:
    assert admin.get("/commands/no.such").status_code == 404


def entry_of(client: FlaskClient, session: scoped_session[Session]) -> int:
    """The entry that changing the handle from `old` to `new` leaves."""
    assert client.post(FORM, data=open_form(client)).status_code == 303
    return session.scalars(select(AuditEntry.id).order_by(AuditEntry.id.desc())).first() or 0


def test_taking_back_is_shown_before_it_is_done(admin: FlaskClient, session: scoped_session[Session]) -> None:
    entry = entry_of(admin, session)
    page = admin.get(f"/commands/undo/{entry}?back=/users/u")
    assert page.status_code == 200
    assert "Call new old." in words(page.text)
    assert handle(session) == "new"
    done = admin.post(f"/commands/undo/{entry}", data=hidden(page.text) | {"reason": "a mistake"})
    assert (done.status_code, done.location, handle(session)) == (303, "/users/u", "old")
    again = admin.get(f"/commands/undo/{entry}")
    assert "has taken this back already" in again.text
    assert admin.post(f"/commands/undo/{entry}", data=hidden(page.text)).status_code == 409


def test_a_conflict_is_explained_and_nothing_is_taken_back(
    admin: FlaskClient, session: scoped_session[Session]
) -> None:
    entry = entry_of(admin, session)
    session.execute(text("UPDATE users SET handle = 'theirs'"))
    session.commit()
    for page in (
        admin.get(f"/commands/undo/{entry}"),
        admin.post(f"/commands/undo/{entry}", data=hidden(admin.get(f"/commands/undo/{entry}").text)),
    ):
        assert "Handle new theirs old" in " ".join(words(page.text).split())
        assert page.status_code == (200 if page.request.method == "GET" else 409)
    assert handle(session) == "theirs"


def test_taking_back_asks_for_a_reason_where_the_command_does(
    admin: FlaskClient, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = entry_of(admin, session)
    monkeypatch.setattr(Rename, "needs_reason", True)
    form = hidden(admin.get(f"/commands/undo/{entry}").text)
    page = admin.post(f"/commands/undo/{entry}", data=form)
    assert page.status_code == 422
    assert "Say why" in page.text
    assert handle(session) == "new"


def test_taking_back_asks_for_the_password_where_the_command_does(
    admin: FlaskClient, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = entry_of(admin, session)
    form = hidden(admin.get(f"/commands/undo/{entry}").text)
    monkeypatch.setattr(Rename, "is_fresh", True)
    monkeypatch.setattr("delula.access.sessions.is_fresh", lambda *_: False)
    assert "/account/confirm" in (admin.post(f"/commands/undo/{entry}", data=form).location or "")
    assert handle(session) == "new"


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.SUPPORT, Role.VIEWER])
def test_who_may_not_do_it_may_not_look_at_undoing_it_either(
    role: Role, admin: FlaskClient, as_role: Callable[[Role], FlaskClient], session: scoped_session[Session]
) -> None:
    entry = entry_of(admin, session)
    assert as_role(role).get(f"/commands/undo/{entry}").status_code == 403
    assert admin.get("/commands/undo/999999").status_code == 404


def test_a_choice_that_can_be_left_out_is_made_in_an_empty_form(admin: FlaskClient) -> None:
    assert '<option value="gentle" selected>' in admin.get("/commands/integrity.scan").text
    asked_for = admin.get("/commands/integrity.scan?pace=full").text
    assert '<option value="full" selected>' in asked_for
