"""How things come into the queue, and leave it by themselves: read every minute above a settled mark.

The product's tables bear no trigger (ADR 1). So, as roll-ups do (`delula.rollups.marks`), each run reads the
rows that are new or have changed since the last one, and what was there before the first one from the day on
that admins chose. What is read of a row takes the place of what was there, so a run may be repeated, killed,
late, or run twice at once.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, Text, any_, bindparam, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from delula.access import clock
from delula.db import AnyRow, atomic, session
from delula.models import ReviewDecision, ReviewItem, ReviewKind, ReviewSettings, ReviewSource, ReviewState
from delula.review import scoring, things
from delula.review.things import SUBJECTS
from delula.rollups.marks import look
from delula.work import Promise, Task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from delula.review.things import Subject
    from delula.work import Run

#: Rows that are read at once, and such steps of what was there before in one run.
STEP, STEPS = 1_000, 20
#: Items that are weighed again at once.
WEIGHED = 5_000
#: Since when decisions are looked at for the history of their owners, before the last run.
OVERLAP = timedelta(minutes=10)
#: How long a lease that ended is kept; it says who was here.
LEASE_KEPT = timedelta(hours=1)

_ITEM, _DECISION = ReviewItem.__table__.c, ReviewDecision.__table__.c
_WAITING = (ReviewState.OPEN, ReviewState.SECOND, ReviewState.ESCALATED)

_KNOWN = (
    select(
        _ITEM.id, _ITEM.object_id, _ITEM.state, _ITEM.content, _ITEM.is_blurred, _ITEM.since,
        _DECISION.effects,
    )
    .outerjoin_from(ReviewItem.__table__, ReviewDecision.__table__, _DECISION.id == _ITEM.decision_id)
    .where(
        _ITEM.kind == bindparam("kind"),
        _ITEM.object_id == any_(bindparam("ids", type_=ARRAY(Integer))),
    )
    .with_for_update(of=ReviewItem.__table__)
)  # fmt: skip
_HISTORIES = text("""
    SELECT owner_id, count(*) AS decided, count(*) FILTER (WHERE state = 'rejected') AS rejected
    FROM dashboard.review_item
    WHERE owner_id = ANY(:owners) AND state IN ('approved', 'rejected') GROUP BY owner_id""").bindparams(
    bindparam("owners", type_=ARRAY(Text))
)
_WEIGH = text(f"""
    UPDATE dashboard.review_item SET rank = {scoring.RANK_SQL}, edition = :edition
    WHERE id IN (
        SELECT id FROM dashboard.review_item
        WHERE state IN ('open', 'second', 'escalated') AND edition <> :edition
        LIMIT {WEIGHED} FOR UPDATE SKIP LOCKED)""")  # noqa: S608 - constants
_JUDGED_OWNERS = text("""
    SELECT DISTINCT item.owner_id
    FROM dashboard.review_decision decision JOIN dashboard.review_item item ON item.id = decision.item_id
    WHERE decision.at >= :since OR decision.undone_at >= :since""")
_OPEN_OF_OWNERS = text("""
    UPDATE dashboard.review_item SET history = new.history, edition = 0
    FROM unnest(CAST(:owners AS text[]), CAST(:histories AS real[])) AS new (owner_id, history)
    WHERE review_item.owner_id = new.owner_id AND state IN ('open', 'second', 'escalated')
      AND review_item.history <> new.history""")
_TIDY = text("DELETE FROM dashboard.review_lease WHERE until < clock_timestamp() - :kept")


def take_in() -> None:
    """Bring the queue up to date."""
    for subject in SUBJECTS.values():
        _look(subject)
        _fill(subject)
        _look_again(subject)
    _judge_owners()
    _weigh()
    with atomic() as current:
        current.execute(_TIDY, {"kept": LEASE_KEPT})


def _look(subject: Subject) -> None:
    """Take in what is new or has changed since the last look."""
    with atomic():
        source, settings = _source(subject), _settings()
        mark = look(source, subject.table.name)
        table = subject.table.c
        wanted = table.id > mark.after
        if mark.since is not None:
            wanted = or_(wanted, table.updated_at >= mark.since)
        ids = session().scalars(select(table.id).where(wanted).order_by(table.id)).all()
        # A generation of any age may be shown to all today; else a change makes nothing new of what is old.
        start = None if subject.kind is ReviewKind.GENERATION else settings.starts_on
        for at in range(0, len(ids), STEP):
            _put(subject, ids[at : at + STEP], start, settings)


def _fill(subject: Subject) -> None:
    """Take in what was there before the first look, from the chosen day on; goes on where it ended."""
    table = subject.table.c
    for _ in range(STEPS):
        with atomic() as current:
            source, settings = _source(subject), _settings()
            if source.starts_on is None or settings.starts_on < source.starts_on:
                source.starts_on = settings.starts_on
                source.filled_id = _before(subject, settings.starts_on)
                source.fill_to = source.settled_id
            if source.filled_id >= source.fill_to:
                return
            within = (table.id > source.filled_id, table.id <= source.fill_to)
            ids = current.scalars(select(table.id).where(*within).order_by(table.id).limit(STEP)).all()
            _put(subject, ids, settings.starts_on, settings)
            source.filled_id = ids[-1] if len(ids) == STEP else source.fill_to


def _look_again(subject: Subject) -> None:
    """Take in what has changed without saying when: compare what is shown, a stretch of items at a time."""
    with atomic() as current:
        last = current.scalar(select(func.max(_ITEM.id))) or 0
        stretches = last // STEP + 1
        first = int(clock.utc_now().timestamp() // 60) % stretches * STEP
        within = (_ITEM.id >= first, _ITEM.id < first + STEP, _ITEM.kind == subject.kind.value)
        columns = (_ITEM.object_id, _ITEM.content, _ITEM.state)
        items = current.execute(select(*columns).where(*within, _ITEM.state != ReviewState.CLOSED)).all()
        rows = things.find_many(subject.kind, [item.object_id for item in items])
        changed = [item.object_id for item in items if _is_other(subject, item, rows.get(item.object_id))]
        if changed:
            _put(subject, changed, None, _settings())


def _is_other(subject: Subject, item: AnyRow, row: AnyRow | None) -> bool:
    """Whether a thing is not what its item says: it shows something else, or needs no first look any more."""
    if row is None or not subject.is_wanted(row):
        return bool(item.state == ReviewState.OPEN)
    return bool(subject.content_of(row) != item.content)


def _source(subject: Subject) -> ReviewSource:
    """How far the queue has read these things, held until the transaction ends."""
    kind = subject.kind.value
    session().execute(insert(ReviewSource).values(kind=kind, pending=[]).on_conflict_do_nothing())
    source = session().get(ReviewSource, kind, with_for_update=True, populate_existing=True)
    assert source is not None  # noqa: S101 - it was inserted above
    return source


def _settings() -> ReviewSettings:
    return session().get_one(ReviewSettings, 1, populate_existing=True)


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _before(subject: Subject, day: date) -> int:
    """The id below all that were made from a day on; the index by time of creation finds it."""
    table = subject.table.c
    within = (table.created_at >= _start_of(day), table.created_at < clock.utc_now())
    first = session().scalar(select(func.min(table.id + 0)).where(*within))
    return 2**62 if first is None else int(first) - 1


def _put(subject: Subject, ids: Sequence[int], start: date | None, settings: ReviewSettings) -> None:
    """Put things into the queue, or take them out of it, as their rows now are.

    Args:
        subject: what they are.
        ids: which.
        start: what was made before this day, and is not there yet, stays outside.
        settings: with the weights.
    """
    found = session().execute(_KNOWN, {"kind": subject.kind.value, "ids": ids})
    known = {one.object_id: one for one in found}
    rows = {
        id_: row
        for id_, row in things.find_many(subject.kind, ids).items()
        if subject.is_wanted(row) and (id_ in known or start is None or _is_from(row, start))
    }
    histories = _histories({row.owner_id for row in rows.values()})
    values = [
        _item(subject, row, known.get(id_), histories.get(row.owner_id, scoring.history(0, 0)), settings)
        for id_, row in rows.items()
    ]
    if values:
        statement = insert(ReviewItem)
        changed = {name: statement.excluded[name] for name in values[0] if name not in {"kind", "object_id"}}
        session().execute(
            statement.on_conflict_do_update(index_elements=["kind", "object_id"], set_=changed), values
        )
    _blur(subject, rows, known, settings)
    # What is no longer shown needs no first look; what waits for a second was perhaps hidden by the first.
    gone = [one.id for id_, one in known.items() if id_ not in rows and one.state == ReviewState.OPEN]
    if gone:
        session().execute(
            update(ReviewItem).where(_ITEM.id.in_(gone)).values(state=ReviewState.CLOSED.value, rank=None)
        )


def _blur(
    subject: Subject, rows: Mapping[int, AnyRow], known: Mapping[int, AnyRow], settings: ReviewSettings
) -> None:
    """Have blurred pictures made of what is new and flagged."""
    for id_, row in rows.items():
        is_new = id_ not in known or known[id_].content != subject.content_of(row)
        if is_new and subject.risk(row) * 100 >= settings.blur_at:
            things.blur_later(subject, row)


def _item(
    subject: Subject, row: AnyRow, known: AnyRow | None, history: float, settings: ReviewSettings
) -> dict[str, Any]:
    """The values of an item, new or known."""
    now, content = clock.utc_now(), subject.content_of(row)
    state, since = ReviewState.OPEN.value, _waits_since(row, now)
    if known is not None:
        if known.content == content and known.state != ReviewState.CLOSED and not _came_back(known):
            state, since = known.state, known.since
        elif known.state in _WAITING:
            since = known.since
        else:
            since = now
    parts = {"reach": subject.reach(row), "risk": subject.risk(row), "history": history}
    return {
        "kind": subject.kind.value,
        "object_id": row.id,
        "owner_id": row.owner_id,
        "state": state,
        "rank": scoring.rank(**parts, since=since, weights=settings) if state in _WAITING else None,
        "since": since,
        **parts,
        "edition": settings.edition,
        "content": content,
    }


def _is_from(row: AnyRow, start: date) -> bool:
    made: datetime | None = row.created_at
    return made is None or made >= _start_of(start)


def _came_back(one: AnyRow) -> bool:
    """Whether what a rejection had taken away is shown again."""
    return one.state == ReviewState.REJECTED and bool(one.effects and one.effects["after"])


def _waits_since(row: AnyRow, now: datetime) -> datetime:
    """Since when a new thing waits; a time that cannot be is taken for now."""
    made: datetime | None = row.created_at
    return made if made is not None and scoring.EPOCH < made < now else now


def _histories(owners: set[str]) -> dict[str, float]:
    found = session().execute(_HISTORIES, {"owners": list(owners)})
    return {row.owner_id: scoring.history(row.decided, row.rejected) for row in found}


def _judge_owners() -> None:
    """Let what was decided count for what else its owners have in the queue."""
    with atomic() as current:
        source = current.get(ReviewSource, ReviewKind.USER_ASSET.value)
        now = source.as_of if source and source.as_of else clock.utc_now()
        owners = list(current.scalars(_JUDGED_OWNERS, {"since": now - OVERLAP}))
        if owners:
            histories = _histories(set(owners))
            shares = [histories.get(owner, scoring.history(0, 0)) for owner in owners]
            current.execute(_OPEN_OF_OWNERS, {"owners": owners, "histories": shares})


def _weigh() -> None:
    """Give items that are new, have changed, or were weighed otherwise, their place."""
    weighed = WEIGHED
    while weighed == WEIGHED:
        with atomic() as current:
            settings = _settings()
            values = {name: getattr(settings, name) for name in scoring.WEIGHTS}
            result: Any = current.execute(_WEIGH, {**values, "edition": settings.edition})
            weighed = result.rowcount


def _work(run: Run) -> None:  # noqa: ARG001 - it keeps its own place, and has no length
    take_in()


INTAKE = Task(
    "review.intake",
    "Bring the review queue up to date",
    _work,
    Promise.AT_LEAST_ONCE,
    attempts=1,  # the next one comes in a minute
    every="* * * * *",
    alone=True,
)
