"""What a decision does, what becomes of two at once, and that all of it can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from delula.commands import Conflict, preview, run, take_back
from delula.commands.verify import faults
from delula.errors import Forbidden, InvalidInput, Refused
from delula.review import actions, leases, queries
from delula.review.actions import (
    APPROVE,
    BLUR,
    ESCALATE,
    REJECT,
    REVERSE,
    SKIP,
    TAG,
    TAKE_OVER,
    AlreadyDecided,
    OneDecision,
    OneItem,
    Rejecting,
    Tagging,
    Taking,
)
from delula.review.intake import take_in
from tests.review.things import ADA, ANN, BOB, item_id, items, one_of_each, sql, upload

if TYPE_CHECKING:
    from delula.access.actor import Actor

pytestmark = pytest.mark.usefixtures("in_app")

TABLES = {
    "user_asset": "user_assets",
    "market_asset": "market_assets",
    "sample": "recipe_samples",
    "generation": "generations",
}
#: What a rejection for the first policy does to each kind.
REJECTED = {
    "user_asset": {"is_deleted": True},
    "market_asset": {"is_public": False},
    "sample": {"moderation_status": "rejected", "is_featured": False},
    "generation": {"is_public": False, "is_published": False},
}


@pytest.fixture
def queue(in_app: None) -> None:  # noqa: ARG001 - within an application
    """One thing of each kind waits, and nothing is looked at twice."""
    sql("UPDATE dashboard.review_settings SET second_share = 0")
    one_of_each()
    take_in()


def rows() -> dict[str, Any]:
    """The product's rows, as text."""
    return {
        kind: sql(f"SELECT one::text FROM {table} one ORDER BY id")  # noqa: S608 - of this file
        for kind, table in TABLES.items()
    }


def row(kind: str) -> Any:
    return sql(f"SELECT * FROM {TABLES[kind]}")[0]  # noqa: S608 - of this file


def decisions_of(item: int) -> Any:
    """What was done to an item, the newest first."""
    return queries.around(queries.item(item)).decisions


def reject(item: int, who: Actor = ANN, policy: str = "sexual") -> int:
    return run(REJECT, Rejecting(item_id=item, policy=policy), who, reason="seen it").entry_id


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize("kind", TABLES)
def test_a_rejection_does_what_its_policy_says_and_undo_takes_all_of_it_back(kind: str) -> None:
    before, item = rows(), items()[kind, 1]
    entry = reject(item.id)
    assert {name: getattr(row(kind), name) for name in REJECTED[kind]} == REJECTED[kind]
    assert (items()[kind, 1].state, items()[kind, 1].rank) == ("rejected", None)
    assert [other for other in rows() if rows()[other] != before[other]] == [kind]
    take_back(entry, BOB)
    assert rows() == before
    assert items()[kind, 1] == item
    assert faults() == []


@pytest.mark.usefixtures("queue")
def test_a_policy_that_does_nothing_changes_no_row() -> None:
    before = rows()
    reject(item_id("user_asset"), policy="spam")
    assert rows() == before
    assert items()["user_asset", 1].state == "rejected"


@pytest.mark.usefixtures("queue")
def test_an_approved_sample_is_approved_in_the_product_and_nothing_else_is_touched() -> None:
    before = rows()
    for kind in TABLES:
        run(APPROVE, OneItem(item_id=item_id(kind)), ANN)
    assert row("sample").moderation_status == "approved"
    assert [kind for kind in rows() if rows()[kind] != before[kind]] == ["sample"]


@pytest.mark.usefixtures("queue")
def test_the_second_of_two_decisions_is_told_who_decided_what_and_when() -> None:
    item = item_id()
    version = preview(APPROVE, OneItem(item_id=item), BOB).version
    reject(item)
    with pytest.raises(AlreadyDecided, match=r"^Rejected \(Sexual content\) just now by ann@example.com\.$"):
        run(APPROVE, OneItem(item_id=item, version=version), BOB)
    assert len(decisions_of(item)) == 1
    with pytest.raises(AlreadyDecided):
        run(SKIP, OneItem(item_id=item), BOB, reason="late")


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize("change", ["is_deleted = true", "s3_key = 'other'"])
def test_what_changed_since_it_was_shown_is_a_conflict_and_writes_nothing(change: str) -> None:
    item = item_id()
    version = preview(APPROVE, OneItem(item_id=item), ANN).version
    sql(f"UPDATE user_assets SET {change}")  # noqa: S608 - of this file
    with pytest.raises(Conflict):
        run(APPROVE, OneItem(item_id=item, version=version), ANN)
    assert items()["user_asset", 1].state == "open"


@pytest.mark.usefixtures("queue")
def test_use_alone_is_no_change_of_what_was_shown() -> None:
    item = item_id()
    version = preview(APPROVE, OneItem(item_id=item), ANN).version
    sql("UPDATE user_assets SET usage_count = 7, updated_at = now()")
    run(APPROVE, OneItem(item_id=item, version=version), ANN)


@pytest.mark.usefixtures("queue")
def test_what_somebody_else_looks_at_is_left_to_them_until_it_is_taken_over() -> None:
    item = item_id()
    leases.hold(item, ANN, "tab", opens=True)
    with pytest.raises(Refused, match="is looking at it"):
        run(APPROVE, OneItem(item_id=item), BOB)
    run(TAKE_OVER, Taking(item_id=item, tab="other"), BOB)
    assert leases.hold(item, ANN, "tab", opens=False) == leases.Holding(False, "bob@example.com")
    run(APPROVE, OneItem(item_id=item), BOB)
    assert leases.look(item, BOB, "other") == leases.Holding(False)


@pytest.mark.usefixtures("queue")
def test_an_escalated_item_is_an_admin_s_and_a_skipped_one_comes_to_others_only() -> None:
    item = item_id()
    with pytest.raises(InvalidInput, match="why"):
        run(ESCALATE, OneItem(item_id=item), ANN)
    run(ESCALATE, OneItem(item_id=item), ANN, reason="may be illegal")
    with pytest.raises(Refused, match="an admin decides"):
        run(APPROVE, OneItem(item_id=item), ANN)
    assert leases.next_item(ADA, "t", which="escalated") == item
    reject(item, ADA)
    skipped = item_id("sample")
    sql("UPDATE dashboard.review_item SET state = 'closed', rank = NULL WHERE id <> :id", id=skipped)
    run(SKIP, OneItem(item_id=skipped), ANN, reason="I know the owner")
    assert leases.next_item(ANN, "t") is None
    assert leases.next_item(BOB, "t") == skipped


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize("kind", TABLES)
def test_tags_go_to_the_product_where_it_keeps_some_and_come_off_again(kind: str) -> None:
    before, item = rows(), items()[kind, 1]
    entry = run(TAG, Tagging(item_id=item.id, tags=" beach,, sun  set , beach"), ANN).entry_id
    column = {"user_asset": "system_tags", "market_asset": "tags"}.get(kind)
    found = getattr(row(kind), column) if column else items()[kind, 1].labels
    assert found == ["beach", "sun set"]
    take_back(entry, ANN)
    assert (rows(), items()[kind, 1]) == (before, item)


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize("kind", TABLES)
def test_tags_that_were_given_meanwhile_are_not_overwritten_by_a_form_that_did_not_show_them(
    kind: str,
) -> None:
    shown = {"item_id": str(items()[kind, 1].id)}
    version = TAG.stored(shown)["version"]
    run(TAG, Tagging(item_id=items()[kind, 1].id, tags="beach", version=version), ANN)
    with pytest.raises(Conflict):
        run(TAG, Tagging(item_id=items()[kind, 1].id, tags="sunset", version=version), BOB)
    assert TAG.stored(shown)["tags"] == "beach"


@pytest.mark.usefixtures("queue")
def test_what_was_changed_since_by_the_product_is_not_overwritten_by_a_reversal() -> None:
    entry = reject(item_id())
    sql("UPDATE user_assets SET is_deleted = false")
    with pytest.raises(Refused, match="changed since"):
        take_back(entry, ANN)
    assert items()["user_asset", 1].state == "rejected"


@pytest.mark.usefixtures("queue")
def test_only_moderators_decide_and_only_admins_set_rules() -> None:
    for name in ("approve", "reject", "blur", "escalate", "skip", "tag", "reverse", "take_over"):
        assert getattr(actions, name.upper()).permission == "review.decide"
    viewer = ANN.__class__(9, "v@example.com", "viewer")  # type: ignore[arg-type]  # a role is its word
    with pytest.raises(Forbidden):
        run(APPROVE, OneItem(item_id=item_id()), viewer)


@pytest.fixture
def twice(in_app: None) -> int:  # noqa: ARG001 - within an application
    """An upload that two people look at; its item."""
    sql("UPDATE dashboard.review_settings SET second_share = 100")
    upload(1)
    take_in()
    return item_id()


def test_the_first_look_counts_at_once_and_the_second_is_somebody_else_s(twice: int) -> None:
    reject(twice)
    assert row("user_asset").is_deleted is True
    assert leases.next_item(ANN, "t") is None
    with pytest.raises(Refused, match="first look"):
        run(APPROVE, OneItem(item_id=twice), ANN)
    assert leases.next_item(BOB, "t") == twice
    reject(twice, BOB)
    assert items()["user_asset", 1].state == "rejected"
    assert [(one.pairs, one.agreed) for one in queries.agreement(30, None)] == [(1, 1)]


def test_two_looks_that_differ_go_to_an_admin_whose_word_replaces_both(twice: int) -> None:
    before = rows()
    reject(twice)
    run(BLUR, OneItem(item_id=twice), BOB)
    assert (items()["user_asset", 1].state, row("user_asset").is_deleted) == ("escalated", True)
    entry = run(APPROVE, OneItem(item_id=twice), ADA).entry_id
    assert (items()["user_asset", 1].state, row("user_asset").is_deleted) == ("approved", False)
    assert [(one.pairs, one.agreed) for one in queries.agreement(30, 2)] == [(1, 0)]
    assert queries.agreement(30, 99) == []
    take_back(entry, ADA)
    assert row("user_asset").is_deleted is True
    first = decisions_of(twice)[-1].id
    run(REVERSE, OneDecision(decision=first), ADA)
    assert (items()["user_asset", 1].state, rows()) == ("open", before)


def test_a_decision_that_another_one_stands_on_is_not_reversed_alone(twice: int) -> None:
    entry = reject(twice)
    run(ESCALATE, OneItem(item_id=twice), BOB, reason="unsure")
    with pytest.raises(Refused, match=r"Escalated since by bob"):
        take_back(entry, ANN)


def test_of_a_share_the_same_items_are_looked_at_twice_whenever_one_asks() -> None:
    class One:
        kind = "user_asset"

        def __init__(self, number: int) -> None:
            self.object_id = number

    drawn = [number for number in range(4_000) if actions.has_second_look(One(number), 5)]
    assert drawn == [number for number in range(4_000) if actions.has_second_look(One(number), 5)]
    assert 120 < len(drawn) < 280


def test_everybody_reads_only_their_own_figures(twice: int) -> None:
    reject(twice)
    assert [one.actor for one in queries.statistics(30, 1)] == ["ann@example.com"]
    assert queries.statistics(30, 2) == []
    assert [one.judged for one in queries.statistics(30, None)] == [1]
