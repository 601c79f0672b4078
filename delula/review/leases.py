"""Who looks at which item: kept for five minutes by the database's clock, so that no two decide about one.

A lease is a row whose key is the item. It is taken by one statement that succeeds only where there is none,
or one that has ended; so no two ever hold it, whatever dies in between. It belongs to a person and a tab of a
browser: what a tab that closes sets free is its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from delula.db import atomic, session
from delula.models import ReviewKind, ReviewState
from delula.review import queries, things
from delula.review.things import SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.access.actor import Actor
    from delula.db import AnyRow

#: Minutes that a lease lasts without activity, and hours for which what somebody skips is left to others.
MINUTES, SKIPPED_HOURS = 5, 12
#: Items in a row that may turn out to need no decision before the search is given up.
MOST_GONE = 1_000
#: Characters of what names a tab.
LONGEST_TAB = 40

_IN_QUEUE = {
    "queue": "item.state IN ('open', 'second')",
    "escalated": "item.state = 'escalated'",
}
#: The next item that no other tab holds, that this person has not skipped, and first judged by another.
_NEXT = """
    SELECT item.id, item.kind, item.object_id, item.state FROM dashboard.review_item item
    WHERE {}
      AND item.id <> ALL(CAST(:besides AS bigint[]))
      AND NOT EXISTS (
          SELECT FROM dashboard.review_lease lease
          WHERE lease.item_id = item.id AND lease.until > clock_timestamp()
            AND (lease.staff_id, lease.tab) <> (:staff, :tab))
      AND NOT EXISTS (
          SELECT FROM dashboard.review_decision earlier
          WHERE earlier.item_id = item.id AND earlier.staff_id = :staff AND earlier.undone_at IS NULL
            AND (earlier.verdict = 'skip'
                     AND earlier.at > clock_timestamp() - make_interval(hours => {hours})
                 OR earlier.id = item.decision_id AND item.state = 'second'))
    ORDER BY item.rank DESC, item.id LIMIT 1"""
_LOOK_IN = {name: text(_NEXT.format(condition, hours=SKIPPED_HOURS)) for name, condition in _IN_QUEUE.items()}
_NEXT_IN = {
    name: text(f"{looking.text} FOR UPDATE OF item SKIP LOCKED") for name, looking in _LOOK_IN.items()
}
_TAKE = text(f"""
    INSERT INTO dashboard.review_lease AS lease (item_id, staff_id, holder, tab, until)
    VALUES (:item, :staff, :holder, :tab, clock_timestamp() + interval '{MINUTES} minutes')
    ON CONFLICT (item_id) DO UPDATE SET
        staff_id = excluded.staff_id, holder = excluded.holder, tab = excluded.tab, until = excluded.until,
        taken_at = CASE WHEN lease.staff_id = excluded.staff_id AND lease.until > clock_timestamp()
                        THEN lease.taken_at ELSE clock_timestamp() END
    WHERE lease.until <= clock_timestamp() OR lease.staff_id = excluded.staff_id OR :by_force
    RETURNING item_id""")  # noqa: S608 - a constant
_EXTEND = text(f"""
    UPDATE dashboard.review_lease SET until = clock_timestamp() + interval '{MINUTES} minutes'
    WHERE item_id = :item AND staff_id = :staff AND tab = :tab AND until > clock_timestamp()
    RETURNING item_id""")  # noqa: S608 - a constant
_RELEASE = text("DELETE FROM dashboard.review_lease WHERE staff_id = :staff AND tab = :tab")
_END = text("DELETE FROM dashboard.review_lease WHERE item_id = :item")
_CLOSE = text(
    "UPDATE dashboard.review_item SET state = 'closed', rank = NULL WHERE id = :item AND state = 'open'"
)


@dataclass(frozen=True)
class Holding:
    """How it stands with an item that somebody has open.

    Attributes:
        is_mine: whether it is theirs, in this tab.
        holder: who else has it; None where nobody has.
        elsewhere: whether they have it themselves, in another tab.
    """

    is_mine: bool
    holder: str | None = None
    elsewhere: bool = False


def look_for(actor: Actor, *, which: str = "queue") -> int | None:
    """The item that would come next for somebody, without taking it."""
    found: AnyRow | None = (
        session().execute(_LOOK_IN[which], {"staff": actor.staff_id, "tab": "", "besides": []}).one_or_none()
    )
    return None if found is None else int(found.id)


def next_item(actor: Actor, tab: str, *, which: str = "queue", besides: Sequence[int] = ()) -> int | None:
    """Take the next item that waits, and give its id; None where none is left for this person.

    What needs no decision any more is taken out of the queue on the way.

    Args:
        actor: who wants it; has a `staff_id`.
        tab: where.
        which: `queue`, or `escalated` for what waits for an admin.
        besides: items that are not meant, since they are at hand or being decided.
    """
    who = {"staff": actor.staff_id, "holder": actor.label, "tab": tab}
    for _ in range(MOST_GONE):
        with atomic() as current:
            found = current.execute(_NEXT_IN[which], {**who, "besides": list(besides)}).one_or_none()
            if found is None:
                return None
            if not _is_there(found):
                current.execute(_CLOSE, {"item": found.id})
            elif current.execute(_TAKE, {**who, "item": found.id, "by_force": False}).one_or_none():
                return int(found.id)
    return None


def _is_there(item: AnyRow) -> bool:
    """Whether an item still needs a decision; what was judged once stays until it is judged again."""
    if item.state != ReviewState.OPEN:
        return True
    kind = ReviewKind(item.kind)
    row = things.find(kind, item.object_id)
    return row is not None and SUBJECTS[kind].is_wanted(row)


def hold(item_id: int, actor: Actor, tab: str, *, opens: bool) -> Holding:
    """Keep an item for somebody for another five minutes, if nobody else has it.

    Args:
        item_id: which item; it waits, and the person may decide about it.
        actor: who has it open.
        tab: where.
        opens: whether it was just opened here; it is then taken from another tab of the same person.
    """
    who = {"item": item_id, "staff": actor.staff_id, "holder": actor.label, "tab": tab}
    with atomic() as current:
        if current.execute(_EXTEND, who).one_or_none() is not None:
            return Holding(is_mine=True)
        lease = queries.lease_of(item_id)
        if lease is not None and lease.staff_id == actor.staff_id and not opens:
            return Holding(is_mine=False, elsewhere=True)
        if current.execute(_TAKE, {**who, "by_force": False}).one_or_none() is not None:
            return Holding(is_mine=True)
    return look(item_id, actor, tab)


def look(item_id: int, actor: Actor, tab: str) -> Holding:
    """How it stands with an item, without keeping it."""
    lease = queries.lease_of(item_id)
    if lease is None:
        return Holding(is_mine=False)
    if lease.staff_id == actor.staff_id:
        return Holding(is_mine=lease.tab == tab, elsewhere=lease.tab != tab)
    return Holding(is_mine=False, holder=lease.holder)


def take_by_force(item_id: int, actor: Actor, tab: str) -> None:
    """Take an item from whoever has it, within the transaction at hand."""
    who = {"item": item_id, "staff": actor.staff_id, "holder": actor.label, "tab": tab}
    session().execute(_TAKE, {**who, "by_force": True})


def release(actor: Actor, tab: str) -> None:
    """Set free what somebody had open in a tab."""
    with atomic() as current:
        current.execute(_RELEASE, {"staff": actor.staff_id, "tab": tab})


def end(item_id: int) -> None:
    """Set an item free that was decided, within the transaction at hand."""
    result: Any = session().execute(_END, {"item": item_id})
    assert result.rowcount <= 1  # noqa: S101 - the item is its key
