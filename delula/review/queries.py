"""Every question that the pages of the review ask of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import BigInteger, any_, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from delula.db import AnyRow, by_key, once_a_request, records, session
from delula.models import (
    ReviewDecision,
    ReviewItem,
    ReviewKind,
    ReviewLease,
    ReviewPolicy,
    ReviewSettings,
    ReviewState,
    User,
    Verdict,
)
from delula.models.together import Together
from delula.review import things
from delula.users.queries import resolve_users

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from delula.lists import ListState
    from delula.search import Resolvers

RESOLVERS: Resolvers = {"user": resolve_users}

_ITEM, _USER = ReviewItem.__table__.c, User.__table__.c
_DECISION, _LEASE = ReviewDecision.__table__.c, ReviewLease.__table__.c
_POLICY = ReviewPolicy.__table__.c

#: The states in which an item waits for somebody.
WAITING = (ReviewState.OPEN, ReviewState.SECOND, ReviewState.ESCALATED)
#: The verdicts that judge.
JUDGING = (Verdict.APPROVE, Verdict.BLUR, Verdict.REJECT)
#: Items of one owner that are counted, and entries about one item that are shown.
MOST_COUNTED, MOST_SHOWN = 200, 50

_OWNER = (_USER.id.label("known_user_id"), _USER.email.label("user_email"), _USER.handle.label("user_handle"))
_HOLDER = (_LEASE.staff_id.label("holder_id"), _LEASE.holder, _LEASE.until)
_LIVE_LEASE = (_LEASE.item_id == _ITEM.id) & (_LEASE.until > func.clock_timestamp())
_STANDING = _DECISION.id == _ITEM.decision_id

_ITEMS = (
    select(
        *_ITEM,
        _ITEM.owner_id.label("user_id"),
        *_OWNER,
        *_HOLDER,
        _DECISION.verdict,
        _DECISION.policy,
        _DECISION.actor.label("decider"),
        _DECISION.staff_id.label("decider_id"),
        _POLICY.label.label("policy_label"),
    )
    .select_from(ReviewItem.__table__)
    .outerjoin(User.__table__, _USER.id == _ITEM.owner_id)
    .outerjoin(ReviewLease.__table__, _LIVE_LEASE)
    .outerjoin(ReviewDecision.__table__, _STANDING)
    .outerjoin(ReviewPolicy.__table__, _POLICY.code == _DECISION.policy)
)
_SOME = by_key(
    things.with_names(_ITEMS, _ITEM.kind, _ITEM.object_id).where(
        _ITEM.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))
    )
)
_ONE = by_key(_ITEMS.where(_ITEM.id == bindparam("id")))
_PLAIN = select(*_ITEM).where(_ITEM.id == bindparam("id"))
_OF_THING = _ITEMS.where(_ITEM.kind == bindparam("kind"), _ITEM.object_id == bindparam("object_id"))
_ANY_DECISION = select(*_DECISION, _POLICY.label.label("policy_label")).outerjoin_from(
    ReviewDecision.__table__, ReviewPolicy.__table__, _POLICY.code == _DECISION.policy
)
_DECISIONS = (
    _ANY_DECISION.where(_DECISION.item_id == bindparam("item_id"))
    .order_by(_DECISION.id.desc())
    .limit(MOST_SHOWN)
)
_DECISION_ROW = _ANY_DECISION.where(_DECISION.id == bindparam("id"))
_LEASE_OF = select(*_LEASE).where(
    _LEASE.item_id == bindparam("item_id"), _LEASE.until > func.clock_timestamp()
)
_PRESENT = (
    select(_LEASE.staff_id, _LEASE.holder, func.min(_LEASE.item_id).label("item_id"))
    .where(_LEASE.until > func.clock_timestamp())
    .group_by(_LEASE.staff_id, _LEASE.holder)
    .order_by(_LEASE.holder)
)


def _of_owner(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    """How many items of an owner meet some conditions; up to a number."""
    found = select(_ITEM.id).where(_ITEM.owner_id == bindparam("owner_id"), *conditions).limit(MOST_COUNTED)
    return select(func.count()).select_from(found.subquery()).scalar_subquery()


_OF_OWNER = select(
    _of_owner(
        _ITEM.state.in_([ReviewState.OPEN, ReviewState.SECOND]), _ITEM.id != bindparam("item_id")
    ).label("open"),
    _of_owner(_ITEM.state == ReviewState.APPROVED).label("approved"),
    _of_owner(_ITEM.state == ReviewState.REJECTED).label("rejected"),
)
_SETTINGS = select(ReviewSettings.__table__)
_POLICIES = select(ReviewPolicy).order_by(ReviewPolicy.place, ReviewPolicy.code)
_IN_USE = select(*_POLICY).where(_POLICY.active).order_by(_POLICY.place, _POLICY.code)
_HEAD = Together(settings=_SETTINGS, present=_PRESENT)
_AROUND = Together(settings=_SETTINGS, of_owner=_OF_OWNER, policies=_IN_USE, decisions=_DECISIONS)
_WAIT = text("""
    SELECT (SELECT count(*) FROM (SELECT FROM dashboard.review_item
                WHERE state IN ('open', 'second') LIMIT :most) o) AS open,
           (SELECT count(*) FROM (SELECT FROM dashboard.review_item
                WHERE state = 'escalated' LIMIT :most) e) AS escalated""")


class Head(NamedTuple):
    """What the list shows beside its rows.

    Attributes:
        settings: what admins set.
        present: who reviews now, with one of the items each looks at.
    """

    settings: Any
    present: Sequence[Any]


class Around(NamedTuple):
    """What stands around an item.

    Attributes:
        settings: what admins set.
        of_owner: how many other items of its owner are `open`, and how many `approved` and `rejected`; up to
            a number.
        policies: those in use, in the order of their keys.
        decisions: what was done to it, the newest first.
    """

    settings: Any
    of_owner: Any
    policies: Sequence[Any]
    decisions: Sequence[Any]


def item(item_id: int, *, lock: bool = False) -> AnyRow | None:
    """An item as it is stored."""
    statement = _PLAIN.with_for_update() if lock else _PLAIN
    return session().execute(statement, {"id": item_id}).one_or_none()


def shown_item(item_id: int) -> AnyRow | None:
    """An item with its owner, its decision and who looks at it."""
    return session().execute(_ONE, {"id": item_id}).one_or_none()


def item_of(kind: ReviewKind, object_id: int) -> AnyRow | None:
    """The same of a thing; None where it never came into the queue."""
    return session().execute(_OF_THING, {"kind": kind.value, "object_id": object_id}).one_or_none()


def around(item: AnyRow) -> Around:
    """What stands around an item on its page."""
    found = _AROUND.ask(session(), {"item_id": item.id, "owner_id": item.owner_id})
    return Around(found["settings"][0], found["of_owner"][0], found["policies"], found["decisions"])


def decision(decision_id: int, *, lock: bool = False) -> AnyRow | None:
    """One of these."""
    statement = _DECISION_ROW.with_for_update(of=ReviewDecision.__table__) if lock else _DECISION_ROW
    return session().execute(statement, {"id": decision_id}).one_or_none()


def decision_of_entry(entry_id: int) -> int | None:
    """The decision that an entry of the audit log has made."""
    return session().scalar(select(_DECISION.id).where(_DECISION.entry_id == entry_id))


def later_decision(found: AnyRow) -> AnyRow | None:
    """The newest decision that came after one and builds on it: tags on tags, verdicts on verdicts."""
    builds = {Verdict.TAG.value: [Verdict.TAG.value], Verdict.SKIP.value: []}
    verdicts = builds.get(found.verdict, [*JUDGING, Verdict.ESCALATE])
    later = (_DECISION.item_id == found.item_id, _DECISION.id > found.id, _DECISION.undone_at.is_(None))
    statement = _ANY_DECISION.where(*later, _DECISION.verdict.in_(verdicts)).order_by(_DECISION.id.desc())
    return session().execute(statement.limit(1)).first()


def lease_of(item_id: int, *, lock: bool = False) -> AnyRow | None:
    """Who looks at an item now."""
    statement = _LEASE_OF.with_for_update() if lock else _LEASE_OF
    return session().execute(statement, {"item_id": item_id}).one_or_none()


def present() -> Sequence[AnyRow]:
    """Who reviews now, with one of the items each looks at."""
    return session().execute(_PRESENT).all()


def head() -> Head:
    """What the list shows beside its rows; asked once by a page."""

    def find() -> Head:
        found = _HEAD.ask(session(), {})
        return Head(found["settings"][0], found["present"])

    return once_a_request(_HEAD, find)


def settings() -> ReviewSettings:
    """What admins set."""
    return session().get_one(ReviewSettings, 1, populate_existing=True)


_SHOWN_BLURRED = (
    select(_ITEM.id, _ITEM.kind, _ITEM.object_id, _ITEM.owner_id)
    .where(
        _ITEM.id > bindparam("after"),
        # What waits for a second look belongs to it whatever the first has found, which is so not told.
        _ITEM.state.in_((ReviewState.REJECTED, ReviewState.SECOND))
        | _ITEM.is_blurred
        | (
            (_ITEM.risk * 100 >= select(ReviewSettings.blur_at).scalar_subquery())
            & (_ITEM.state != ReviewState.APPROVED)
        ),
    )
    .order_by(_ITEM.id)
    .limit(bindparam("most"))
)


def shown_blurred(after: int, most: int) -> Sequence[AnyRow]:
    """The next items whose media are shown blurred, by their number: what they are of, and whose."""
    return session().execute(_SHOWN_BLURRED, {"after": after, "most": most}).all()


def policies(*, all_: bool = False) -> Sequence[ReviewPolicy]:
    """The policies in the order of their keys; those out of use too where wanted."""
    return session().scalars(_POLICIES if all_ else _POLICIES.where(ReviewPolicy.active)).all()


def policy(code: str) -> ReviewPolicy | None:
    """One of them."""
    return session().get(ReviewPolicy, code, populate_existing=True)


def waiting(most: int) -> AnyRow:
    """How many items wait, and how many of them for an admin; up to a number."""
    return session().execute(_WAIT, {"most": most}).one()


def list_rows(ids: Sequence[int], state: ListState) -> Sequence[Any]:  # noqa: ARG001 - a list's shape
    """What a list shows of these items, in this order, with what `things` tells of the thing of each."""
    if not ids:
        return []
    rows = {row.id: row for row in records(_SOME, {"ids": ids})}
    return [rows[id_] for id_ in ids if id_ in rows]


_STATISTICS = text("""
    SELECT decision.staff_id, max(decision.actor) AS actor,
        count(*) FILTER (WHERE verdict IN ('approve', 'blur', 'reject')) AS judged,
        count(*) FILTER (WHERE verdict = 'approve') AS approved,
        count(*) FILTER (WHERE verdict = 'blur') AS blurred,
        count(*) FILTER (WHERE verdict = 'reject') AS rejected,
        count(*) FILTER (WHERE verdict = 'escalate') AS escalated,
        count(*) FILTER (WHERE verdict = 'skip') AS skipped,
        count(*) FILTER (WHERE undone_at IS NOT NULL) AS undone,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds)
            FILTER (WHERE verdict IN ('approve', 'blur', 'reject')) AS seconds
    FROM dashboard.review_decision decision
    WHERE decision.at >= now() - make_interval(days => :days)
      AND (CAST(:staff AS bigint) IS NULL OR decision.staff_id = :staff)
    GROUP BY decision.staff_id ORDER BY judged DESC, actor""")
#: Pairs of a first and a second look that still stand, by what the first found.
_AGREEMENT = text("""
    SELECT coalesce(policy.label, first.policy,
            CASE first.verdict WHEN 'blur' THEN 'Blurred' ELSE 'Approved' END) AS label,
        count(*) AS pairs,
        count(*) FILTER (WHERE first.verdict = second.verdict
            AND first.policy IS NOT DISTINCT FROM second.policy) AS agreed
    FROM dashboard.review_decision second
    JOIN LATERAL (
        SELECT earlier.* FROM dashboard.review_decision earlier
        WHERE earlier.item_id = second.item_id AND earlier.id < second.id AND earlier.undone_at IS NULL
          AND NOT earlier.is_second AND earlier.verdict IN ('approve', 'blur', 'reject')
        ORDER BY earlier.id DESC LIMIT 1) first ON true
    LEFT JOIN dashboard.review_policy policy ON policy.code = first.policy
    WHERE second.is_second AND second.undone_at IS NULL AND second.at >= now() - make_interval(days => :days)
      AND (CAST(:staff AS bigint) IS NULL OR :staff IN (first.staff_id, second.staff_id))
    GROUP BY 1 ORDER BY 2 DESC, 1""")


def statistics(days: int, staff_id: int | None) -> Sequence[AnyRow]:
    """What each moderator has done in the last days; of one person only where `staff_id` says whom."""
    return session().execute(_STATISTICS, {"days": days, "staff": staff_id}).all()


def agreement(days: int, staff_id: int | None) -> Sequence[AnyRow]:
    """How often first and second looks agreed, by policy; of one person's only where `staff_id` says whom."""
    return session().execute(_AGREEMENT, {"days": days, "staff": staff_id}).all()
