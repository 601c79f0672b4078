"""What comes into the queue, in which order, and what leaves it by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from delula.commands import run, take_back
from delula.db import session
from delula.models import ReviewSettings
from delula.review import scoring
from delula.review.actions import REJECT, Rejecting
from delula.review.intake import take_in
from delula.review.rules import CONFIGURE, Numbers
from tests.review.things import ADA, ANN, item_id, items, one_of_each, sql, upload

pytestmark = pytest.mark.usefixtures("in_app")


def states() -> dict[tuple[str, int], str]:
    return {key: row.state for key, row in items().items()}


def in_order() -> list[int]:
    rows = sql("SELECT object_id FROM dashboard.review_item WHERE rank IS NOT NULL ORDER BY rank DESC, id")
    return [row.object_id for row in rows]


def test_what_is_new_comes_in_once_and_what_is_not_for_all_stays_outside() -> None:
    one_of_each()
    upload(2)
    sql("UPDATE user_assets SET source = 2 WHERE id = 2")
    sql("INSERT INTO generations (id, user_id, prompt, status) VALUES (2, 'u', 'x', 'completed')")
    take_in()
    first = items()
    take_in()
    assert items() == first
    assert states() == dict.fromkeys(
        [("user_asset", 1), ("market_asset", 1), ("sample", 1), ("generation", 1)], "open"
    )


def test_what_was_there_before_the_chosen_day_stays_outside_until_the_day_is_moved() -> None:
    upload(1, made="2024-05-01")
    upload(2)
    take_in()
    assert states() == {("user_asset", 2): "open"}
    given = CONFIGURE.stored({})
    numbers = {name: int(given[name]) for name in (*scoring.WEIGHTS, "second_share", "blur_at")}
    run(CONFIGURE, Numbers(**numbers, starts_on="2024-01-01"), ADA)
    take_in()
    assert states() == {("user_asset", 1): "open", ("user_asset", 2): "open"}


@pytest.mark.parametrize("made", ["infinity", "-infinity", "0044-03-15 BC", "2999-01-01", None])
def test_odd_times_and_odd_json_break_nothing(made: str | None) -> None:
    upload(1, ai='{"labels": [1, null, {"nsfw": []}], "nsfw": "very"}')
    sql("UPDATE user_assets SET created_at = CAST(:made AS timestamp), updated_at = NULL", made=made)
    take_in()
    for row in items().values():
        assert row.since <= datetime.now(UTC)


def test_the_score_orders_by_age_risk_and_what_became_of_the_owner_s_other_things() -> None:
    day = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    upload(1)
    upload(2, ai='{"nsfw": 0.9}')
    upload(3, made=day[:19])
    upload(4, owner="bad")
    for number in range(10, 14):
        upload(number, owner="bad")
    take_in()
    assert in_order()[:2] == [2, 3]
    for number in range(10, 14):
        run(REJECT, Rejecting(item_id=item_id(object_id=number), policy="spam"), ANN)
    take_in()
    assert in_order() == [2, 4, 3, 1]


def test_the_rank_is_the_score_however_it_is_computed() -> None:
    upload(1, ai='{"nsfw": 0.5}')
    take_in()
    before = items()["user_asset", 1].rank
    sql("UPDATE dashboard.review_item SET edition = 0, rank = 0")
    take_in()
    after = items()["user_asset", 1]
    assert after.rank == pytest.approx(before)
    settings, now = session().get_one(ReviewSettings, 1), datetime.now(UTC)
    parts = scoring.parts(after, settings, now)
    assert scoring.score(after, settings, now) == pytest.approx(sum(part.points for part in parts))


def test_other_weights_put_the_whole_queue_in_another_order() -> None:
    upload(1, made=(datetime.now(UTC) - timedelta(days=3)).isoformat()[:19])
    upload(2, ai='{"nsfw": 1}')
    take_in()
    assert in_order() == [2, 1]
    entry = run(
        CONFIGURE,
        Numbers(age=90, reach=0, classifier=1, history=0, second_share=0, blur_at=30, starts_on="2026-01-01"),
        ADA,
    ).entry_id
    take_in()
    assert in_order() == [1, 2]
    take_back(entry, ADA)
    take_in()
    assert in_order() == [2, 1]


def test_what_is_no_longer_shown_leaves_and_comes_back_when_it_is_shown_again() -> None:
    one_of_each()
    take_in()
    sql("UPDATE generations SET is_public = false, updated_at = now()")
    sql("UPDATE recipe_samples SET moderation_status = 'approved', updated_at = now()")
    take_in()
    assert states()["generation", 1] == states()["sample", 1] == "closed"
    sql("UPDATE generations SET is_public = true, updated_at = now()")
    take_in()
    assert states()["generation", 1] == "open"


def test_something_else_in_its_place_has_to_be_reviewed_again() -> None:
    upload(1)
    take_in()
    run(REJECT, Rejecting(item_id=item_id(), policy="spam"), ANN)
    sql("UPDATE user_assets SET updated_at = now()")
    take_in()
    assert states()["user_asset", 1] in {"rejected", "second"}
    sql("UPDATE user_assets SET s3_key = 'other', updated_at = now()")
    take_in()
    assert states()["user_asset", 1] == "open"


@pytest.mark.parametrize(
    ("change", "state"), [("s3_key = 'other'", "open"), ("is_deleted = true", "closed"), (None, "closed")]
)
def test_a_change_that_does_not_say_when_is_noticed(change: str | None, state: str) -> None:
    upload(1)
    sql("UPDATE user_assets SET updated_at = '2020-01-01'")
    take_in()
    sql("UPDATE dashboard.review_item SET state = 'approved' WHERE :open", open=state == "open")
    sql(f"UPDATE user_assets SET {change}" if change else "DELETE FROM user_assets")  # noqa: S608 - as above
    take_in()
    assert states()["user_asset", 1] == state


@pytest.mark.parametrize(
    ("said", "sure"),
    [
        ({"nsfw": 0.31, "labels": ["food"]}, 0.31),
        ({"labels": [{"label": "Explicit Nudity", "score": 0.8}, {"label": "dog", "score": 0.9}]}, 0.8),
        ({"label": "not_safe", "confidence": 0.9}, 0.0),
        ({"labels": {"violence": 0.4, "gore": 0.6}}, 0.6),
        (["nsfw"], 1.0),
        (None, 0.0),
        ("landscape", 0.0),
    ],
)
def test_the_risk_is_the_surest_label_that_a_policy_speaks_of(said: object, sure: float) -> None:
    assert scoring.risk([said], []) == sure  # type: ignore[list-item]  # whatever JSON holds
