"""Leases: one holder an item, five minutes, by the database's clock."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from delula.access.actor import Actor
from delula.access.permissions import Role
from delula.commands import run
from delula.errors import Refused
from delula.review import leases
from delula.review.actions import APPROVE, OneItem
from delula.review.intake import take_in
from tests.review.things import ANN, BOB, items, sql, upload

if TYPE_CHECKING:
    from flask import Flask

MANY, PEOPLE = 60, 8


@pytest.mark.usefixtures("in_app")
def test_the_next_item_is_nobody_else_s_and_ends_after_five_minutes() -> None:
    for number in (1, 2, 3):
        upload(number)
    take_in()
    first, second = leases.next_item(ANN, "a"), leases.next_item(BOB, "b")
    assert first != second
    assert leases.next_item(ANN, "a") == first
    assert leases.next_item(ANN, "a", besides=[first or 0]) not in {first, second}
    (row,) = sql("SELECT until - clock_timestamp() AS left FROM dashboard.review_lease WHERE staff_id = 2")
    assert 290 < row.left.total_seconds() <= 300
    sql("UPDATE dashboard.review_lease SET until = now() - interval '1 second' WHERE staff_id = 1")
    assert leases.next_item(BOB, "b", besides=[second or 0]) == first
    assert leases.hold(first or 0, ANN, "a", opens=False) == leases.Holding(False, "bob@example.com")


@pytest.mark.usefixtures("in_app")
def test_activity_extends_a_lease_and_leaving_sets_free_what_that_tab_had() -> None:
    upload(1)
    upload(2)
    take_in()
    one, other = leases.next_item(ANN, "a"), leases.next_item(ANN, "b")
    assert {one, other} == {row.id for row in items().values()}
    sql("UPDATE dashboard.review_lease SET until = now() + interval '1 second'")
    assert leases.hold(one or 0, ANN, "a", opens=False).is_mine
    (row,) = sql("SELECT until - now() AS left FROM dashboard.review_lease WHERE tab = 'a'")
    assert row.left.total_seconds() > 60
    assert leases.hold(one or 0, ANN, "b", opens=False) == leases.Holding(False, elsewhere=True)
    leases.release(ANN, "a")
    assert leases.next_item(BOB, "x") == one
    assert [row.tab for row in sql("SELECT tab FROM dashboard.review_lease ORDER BY tab")] == ["b", "x"]


@pytest.mark.usefixtures("in_app")
def test_what_needs_no_decision_any_more_is_passed_over_and_closed() -> None:
    upload(1)
    upload(2)
    take_in()
    sql("UPDATE user_assets SET is_deleted = true WHERE id = 1")
    assert leases.next_item(ANN, "a") == items()["user_asset", 2].id
    assert items()["user_asset", 1].state == "closed"


def test_eight_moderators_at_once_decide_each_item_once_and_never_share_one(committing_app: Flask) -> None:
    with committing_app.app_context():
        sql("UPDATE dashboard.review_settings SET second_share = 0")
        for number in range(1, MANY + 1):
            upload(number)
        take_in()
    held: Counter[int] = Counter()
    decided: list[int] = []
    shared: list[int] = []
    lock = threading.Lock()

    def work(number: int) -> None:
        who = Actor(100 + number, f"p{number}@example.com", Role.MODERATOR)
        with committing_app.app_context():
            while (item := leases.next_item(who, f"tab-{number}")) is not None:
                with lock:
                    held[item] += 1
                    shared.extend([item] if held[item] > 1 else [])
                try:
                    run(APPROVE, OneItem(item_id=item), who)
                    with lock:
                        decided.append(item)
                except Refused:
                    pass
                with lock:
                    held[item] -= 1

    people = [threading.Thread(target=work, args=(number,)) for number in range(PEOPLE)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert shared == []
    assert sorted(decided) == sorted(set(decided))
    with committing_app.app_context():
        assert {row.state for row in items().values()} == {"approved"}
        assert len(sql("SELECT FROM dashboard.review_decision")) == len(decided) == MANY
