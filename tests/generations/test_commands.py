"""What staff can do to a generation: the product's status flow, to the letter, and nothing beside it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

from delula.access.actor import COMMAND_LINE, Actor
from delula.access.permissions import Role
from delula.commands import Conflict, command_named, inverse_of, preview, run, take_back
from delula.db import session as current_session
from delula.errors import Forbidden, InvalidInput, Refused
from delula.generations.actions import COMMANDS, Failing, OfGeneration, Releasing
from delula.models import AuditEntry
from tests.generations.reading import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, scoped_session

LONG_AGO = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=1)


@pytest.fixture
def in_app(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        current_session().execute(text("INSERT INTO users (id, credits, account_type) VALUES ('u', 3, 3)"))
        current_session().commit()
        yield app


def make(**values: Any) -> int:
    """A generation of the user with these values."""
    row = {"user_id": "u", "prompt": "a cat", "credits_cost": 5, "status": "completed", **values}
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    statement = text(f"INSERT INTO generations ({names}) VALUES ({marks}) RETURNING id")  # noqa: S608
    id_ = int(current_session().execute(statement, row).scalar_one())
    current_session().commit()
    return id_


def failed(**values: Any) -> int:
    details = '{"message": "boom", "code": 500}'
    return make(**{"status": "failed", "failure_reason": "boom", "error_details": details, **values})


def stuck(**values: Any) -> int:
    return make(**{"status": "processing", "processing_started_at": LONG_AGO, **values})


def state(id_: int) -> Any:
    current_session().expire_all()
    return current_session().execute(text("SELECT * FROM generations WHERE id = :id"), {"id": id_}).one()


def balance() -> int:
    return int(current_session().execute(text("SELECT credits FROM users WHERE id = 'u'")).scalar_one())


def ledger() -> list[Any]:
    return list(current_session().execute(text("SELECT * FROM credit_transactions ORDER BY id")))


def do(name: str, given: Any) -> int:
    """Run a command; the id of its entry."""
    command = command_named(name)
    assert command is not None
    return run(command, given, COMMAND_LINE).entry_id


@pytest.mark.usefixtures("in_app")
def test_a_retry_is_the_products_own_and_charges_nothing() -> None:
    id_ = failed(retry_count=1)
    plan = preview(COMMANDS[1], OfGeneration(id=id_), COMMAND_LINE)
    assert "retry 2 of 2" in plan.sentence
    assert "This will be charged again: no." in plan.sentence
    do("generations.retry", OfGeneration(id=id_))
    now = state(id_)
    assert (now.status, now.retry_count, now.failure_reason, now.error_details) == ("pending", 2, None, None)
    assert (balance(), ledger()) == (3, [])


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize(
    ("name", "given", "made", "why"),
    [
        ("retry", {}, {"status": "failed", "retry_count": 2}, "2 of 2"),
        ("retry", {}, {"status": "completed"}, "is completed"),
        ("retry", {}, {"status": "pending"}, "is pending"),
        ("retry", {}, {"status": "odd"}, "unknown state"),
        ("fail", {"failure_reason": "x", "refund": "no"}, {"status": "completed"}, "is completed"),
        ("fail", {"failure_reason": "x", "refund": "no"}, {"status": "failed"}, "is failed"),
        (
            "fail",
            {"failure_reason": "x", "refund": "yes"},
            {"status": "pending", "credits_refunded": True},
            "already",
        ),
        (
            "fail",
            {"failure_reason": "x", "refund": "yes"},
            {"status": "pending", "credits_cost": None},
            "cost nothing",
        ),
        (
            "fail",
            {"failure_reason": "x", "refund": "yes"},
            {"status": "pending", "user_id": "gone"},
            "no such user",
        ),
        ("cancel", {}, {"status": "processing"}, "begun"),
        ("cancel", {}, {"status": "completed"}, "is completed"),
        ("release", {"way": "reset"}, {"status": "pending"}, "is pending"),
        ("release", {"way": "reset"}, {"status": "processing"}, "not stuck"),
        (
            "release",
            {"way": "reset"},
            {"status": "processing", "processing_started_at": "infinity"},
            "not stuck",
        ),
        ("publish", {}, {"status": "failed"}, "is failed"),
        ("publish", {}, {"is_published": True}, "already"),
        ("unpublish", {}, {}, "not stand"),
        ("make_public", {}, {"is_public": True}, "already"),
        ("make_private", {}, {}, "already"),
    ],
)
def test_what_the_flow_does_not_allow_is_refused_and_writes_nothing(
    name: str, given: dict[str, str], made: dict[str, Any], why: str
) -> None:
    id_ = make(**made)
    before = state(id_)
    command = command_named(f"generations.{name}")
    assert command is not None
    with pytest.raises(Refused, match=why):
        run(command, command.given(id=id_, **given), COMMAND_LINE)
    assert state(id_) == before
    assert current_session().scalars(select(AuditEntry)).all() == []


@pytest.mark.usefixtures("in_app")
def test_what_is_not_there_is_said() -> None:
    for command in COMMANDS:
        texts = {"failure_reason": "x", "refund": "no"} if command.name == "generations.fail" else {}
        texts |= {"way": "reset"} if command.name == "generations.release" else {}
        with pytest.raises(Refused, match="no generation 987"):
            run(command, command.given(id=987, **texts), COMMAND_LINE)


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"failure_reason": " ", "refund": "no"}, "failure_reason"),
        ({"failure_reason": "x" * 501, "refund": "no"}, "failure_reason"),
        ({"failure_reason": "x", "refund": ""}, "refund"),
        ({"failure_reason": "x", "refund": "perhaps"}, "refund"),
    ],
)
def test_a_failure_needs_its_reason_and_the_choice_of_a_refund(given: dict[str, str], field: str) -> None:
    id_ = make(status="pending")
    with pytest.raises(InvalidInput) as found:
        do("generations.fail", Failing(id=id_, **given))
    assert found.value.field == field


@pytest.mark.usefixtures("in_app")
def test_failing_with_a_refund_follows_the_rule_of_a_refund_exactly_once() -> None:
    id_ = make(status="processing")
    entry_id = do("generations.fail", Failing(id=id_, failure_reason="No face found.", refund="yes"))
    now = state(id_)
    assert (now.status, now.failure_reason, now.credits_refunded) == ("failed", "No face found.", True)
    assert now.refunded_at is not None
    assert balance() == 8
    ((row),) = ledger()
    assert (row.user_id, row.amount, row.type, row.metadata) == ("u", 5, "refund", {"generationId": id_})
    with pytest.raises(Refused):
        do("generations.fail", Failing(id=id_, failure_reason="x", refund="yes"))
    assert len(ledger()) == 1
    entry = current_session().get(AuditEntry, entry_id)
    assert entry is not None
    assert inverse_of(entry) is None


@pytest.mark.usefixtures("in_app")
def test_a_retry_of_what_was_refunded_takes_nothing_again() -> None:
    id_ = failed(credits_refunded=True)
    plan = preview(COMMANDS[1], OfGeneration(id=id_), COMMAND_LINE)
    assert any("not taken again" in warning for warning in plan.warnings)
    do("generations.retry", OfGeneration(id=id_))
    assert (balance(), state(id_).credits_refunded) == (3, True)


@pytest.mark.usefixtures("in_app")
def test_cancelling_gives_back_what_was_charged() -> None:
    paid, free = make(status="pending"), make(status="pending", credits_cost=None)
    do("generations.cancel", OfGeneration(id=paid))
    do("generations.cancel", OfGeneration(id=free))
    assert [state(one).status for one in (paid, free)] == ["failed", "failed"]
    assert (balance(), len(ledger())) == (8, 1)


@pytest.mark.usefixtures("in_app")
def test_a_stuck_one_is_reset_or_failed_and_refunded_in_one_step() -> None:
    reset, given_up = stuck(), stuck()
    do("generations.release", Releasing(id=reset, way="reset"))
    do("generations.release", Releasing(id=given_up, way="fail"))
    assert (state(reset).status, state(reset).processing_started_at) == ("pending", None)
    assert (state(given_up).status, state(given_up).credits_refunded) == ("failed", True)
    assert balance() == 8
    with pytest.raises(InvalidInput, match="way"):
        do("generations.release", Releasing(id=stuck(), way="up"))


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize(
    ("name", "make_one", "given"),
    [
        ("retry", failed, {}),
        ("fail", stuck, {"failure_reason": "x", "refund": "no"}),
        ("cancel", lambda: make(status="pending", credits_cost=None), {}),
        ("release", stuck, {"way": "reset"}),
        ("publish", make, {}),
        ("unpublish", lambda: make(is_published=True), {}),
        ("make_public", make, {}),
        ("make_private", lambda: make(is_public=True), {}),
    ],
)
def test_taking_back_leaves_the_row_as_it_was(
    name: str, make_one: Callable[[], int], given: dict[str, str]
) -> None:
    id_ = make_one()
    before = state(id_)
    command = command_named(f"generations.{name}")
    assert command is not None
    entry_id = run(command, command.given(id=id_, **given), COMMAND_LINE).entry_id
    assert state(id_) != before
    take_back(entry_id, COMMAND_LINE)
    assert state(id_) == before
    assert len(current_session().scalars(select(AuditEntry)).all()) == 2


@pytest.mark.usefixtures("in_app")
def test_what_the_product_has_taken_up_is_not_put_back() -> None:
    id_ = failed()
    entry_id = do("generations.retry", OfGeneration(id=id_))
    current_session().execute(text("UPDATE generations SET status = 'processing'"))
    current_session().commit()
    with pytest.raises(Conflict):
        take_back(entry_id, COMMAND_LINE)
    assert state(id_).status == "processing"


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("name", ["publish", "unpublish", "make_public", "make_private"])
def test_a_flag_leaves_the_time_of_the_last_change_alone(name: str) -> None:
    id_ = make(is_published=name == "unpublish", is_public=name == "make_private", updated_at=LONG_AGO)
    do(f"generations.{name}", OfGeneration(id=id_))
    assert state(id_).updated_at == LONG_AGO


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("role", list(Role))
def test_support_works_on_generations_moderators_on_what_is_shown_viewers_write_nothing(role: Role) -> None:
    for command in COMMANDS:
        shows = command.name.partition(".")[2] in {"publish", "unpublish", "make_public", "make_private"}
        allowed = role is Role.ADMIN or role is (Role.MODERATOR if shows else Role.SUPPORT)
        try:
            preview(command, command.given(id=1, **_extra(command.name)), Actor(1, "x", role))
        except Forbidden:
            assert not allowed
        except Refused:
            assert allowed


def _extra(name: str) -> dict[str, str]:
    if name == "generations.fail":
        return {"failure_reason": "x", "refund": "no"}
    return {"way": "reset"} if name == "generations.release" else {}


def buttons(html: str) -> dict[str, bool]:
    """What the head of a page offers, and whether it can be done."""
    found = re.findall(r'<(a|button) class="(?:button|menu-item)[^"]*"([^>]*)>(.*?)</\1>', html, re.DOTALL)
    return {
        words(inside).split("(")[0].strip(): 'aria-disabled="true"' not in attributes
        for _, attributes, inside in found
    }


@pytest.mark.parametrize("path", ["", "/peek"])
def test_the_page_offers_all_and_says_what_cannot_be_done(
    path: str, as_role: Callable[[Role], FlaskClient], session: scoped_session[Session]
) -> None:
    statement = "INSERT INTO generations (user_id, prompt, status) VALUES ('u', 'p', 'failed') RETURNING id"
    id_ = session.execute(text(statement)).scalar_one()
    session.commit()
    support = buttons(as_role(Role.SUPPORT).get(f"/generations/{id_}{path}").text)
    assert support["Retry"]
    assert not support["Fail"]
    assert not support["Make public"]
    viewer = as_role(Role.VIEWER).get(f"/generations/{id_}{path}").text
    assert not any(can for name, can in buttons(viewer).items() if name in {"Retry", "Fail", "Publish"})
    assert "This needs the permission generations." in viewer
