"""A sample is judged in Samples and in the review: whichever comes second is told of the first."""

from __future__ import annotations

from typing import Any

import pytest

from delula.commands import preview, run, take_back
from delula.commands.bulk import preview_many, run_many
from delula.errors import Refused
from delula.models import ReviewKind
from delula.review import leases, queries
from delula.review.actions import APPROVE, ESCALATE, REJECT, JudgedElsewhere, OneItem, Rejecting
from delula.review.intake import take_in
from delula.samples import actions as samples
from delula.samples.actions import OfSample
from tests.review.things import ADA, ANN, BOB, SAMPLE, item_id, items, sql


@pytest.fixture(autouse=True)
def item(app: Any) -> Any:
    """A sample that waits in the review; its item."""
    with app.app_context():
        sql("UPDATE dashboard.review_settings SET second_share = 0")
        sql(SAMPLE, id=1, owner="u")
        take_in()
        yield item_id("sample")


def state(item: int) -> tuple[str, str]:
    ((status,),) = sql("SELECT moderation_status FROM recipe_samples")
    found = queries.item(item)
    assert found is not None
    return str(found.state), status


@pytest.mark.parametrize(("first", "status"), [(samples.APPROVE, "approved"), (samples.REJECT, "rejected")])
@pytest.mark.parametrize("knows", ["what it was", "nothing"])
def test_what_samples_has_judged_the_review_does_not_judge_again(
    item: int, first: Any, status: str, knows: str
) -> None:
    version = preview(APPROVE, OneItem(item_id=item), BOB).version if knows == "what it was" else ""
    assert leases.next_item(BOB, "tab") == item
    run(first, OfSample(id=1), ANN, reason="blurry")
    assert state(item) == ("closed", status)
    assert sql("SELECT count(*) FROM dashboard.review_lease")[0].count == 0
    with pytest.raises(JudgedElsewhere, match=rf"^{first.title} just now by ann@example\.com\.$"):
        run(REJECT, Rejecting(item_id=item, policy="spam", version=version), BOB)
    assert sql("SELECT count(*) FROM dashboard.review_decision")[0].count == 0
    take_in()
    assert state(item) == ("closed", status)


@pytest.mark.parametrize(("verdict", "status"), [("approve", "approved"), ("reject", "rejected")])
def test_what_the_review_has_judged_samples_does_not_judge_again(
    item: int, verdict: str, status: str
) -> None:
    second = samples.APPROVE if verdict == "approve" else samples.REJECT
    if verdict == "approve":
        run(APPROVE, OneItem(item_id=item), ANN)
    else:
        run(REJECT, Rejecting(item_id=item, policy="spam"), ANN)
    with pytest.raises(Refused, match=rf"^It was {status} just now by ann@example\.com\.$"):
        run(second, OfSample(id=1), BOB, reason="blurry")
    assert state(item) == (status, status)


def test_what_is_taken_back_in_samples_waits_in_the_review_again(item: int) -> None:
    take_back(run(samples.REJECT, OfSample(id=1), ANN, reason="blurry").entry_id, ANN)
    take_in()
    assert state(item) == ("open", "pending")


def test_what_the_product_has_just_judged_is_not_judged_again(item: int) -> None:
    sql("UPDATE recipe_samples SET moderation_status = 'rejected'")
    with pytest.raises(JudgedElsewhere, match="judged elsewhere"):
        run(APPROVE, OneItem(item_id=item), ANN)


def test_what_was_escalated_is_left_to_an_admin_in_samples_too(item: int) -> None:
    run(ESCALATE, OneItem(item_id=item), ANN, reason="unsure")
    with pytest.raises(Refused, match="an admin decides"):
        run(samples.APPROVE, OfSample(id=1), BOB)
    run(samples.APPROVE, OfSample(id=1), ADA)
    assert state(item) == ("closed", "approved")
    assert items()[ReviewKind.SAMPLE, 1].rank is None


def test_many_samples_get_the_same_words_and_keep_what_is_left_empty() -> None:
    sql(SAMPLE, id=2, owner="u")
    sql("UPDATE recipe_samples SET title = 'Cat ' || id, description = ' odd ' WHERE id = 1")
    texts = {"title": "", "description": "Both"}
    plan = preview_many(samples.EDIT, ["1", "2"], texts, ADA)
    seen = {id_: one.version for id_, one in plan.affected.items()}
    run_many(samples.EDIT, seen, texts, ADA, plan.affected)
    words = "SELECT title, description FROM recipe_samples ORDER BY id"
    assert sql(words) == [("Cat 1", "Both"), (None, "Both")]
    nothing = preview_many(samples.EDIT, ["1", "2"], {"title": "", "description": ""}, ADA)
    assert (nothing.affected, len(nothing.left_out)) == ({}, 2)
