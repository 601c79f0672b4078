"""Every question that the pages of the ledger ask of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Interval,
    Select,
    String,
    and_,
    any_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from delula.credits.account import Booking, running
from delula.credits.listing import GENERATION, LISTING, TYPE
from delula.credits.ranges import opening
from delula.db import AnyRow, atomic, by_key, session
from delula.lists import Condition, Cursor
from delula.models import CreditOperation, CreditTransaction, Generation, Recipe, RollUpState, Span, User
from delula.models.together import Together
from delula.rollups import queries as rollups
from delula.rollups.queries import Granularity, LedgerPoint, LedgerSum, granularity_for
from delula.rollups.spans import FIRST, LENGTHS, PAST, buckets, floor
from delula.users.queries import resolve_users

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import tzinfo

    from delula.credits.ranges import Plain
    from delula.lists import ListState
    from delula.search import Resolvers

_L, _USER = CreditTransaction.__table__.c, User.__table__.c
_G, _RECIPE = Generation.__table__.c, Recipe.__table__.c

#: Characters of a description that a list loads.
EXCERPT = 240

RESOLVERS: Resolvers = {"user": resolve_users}

#: What each column of the table is made of.
_CELLS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "created": (_L.created_at,),
    "user": (
        _L.user_id,
        _USER.email.label("user_email"),
        _USER.handle.label("user_handle"),
        _USER.id.is_not(None).label("is_known"),
    ),
    "type": (_L.type,),
    "amount": (_L.amount,),
    "text": (func.left(_L.description, EXCERPT).label("description"),),
    "generation": (
        GENERATION.label("generation"),
        # What a row names may be anything; only what can be an id is looked up as one.
        exists()
        .where(
            _G.id == case((GENERATION.regexp_match(r"^[0-9]{1,9}$"), cast(GENERATION, Integer)), else_=None)
        )
        .label("generation_is_known"),
    ),
    "payment": (_L.payment_id,),
}


def list_rows(ids: Sequence[int], state: ListState) -> Sequence[AnyRow]:
    """What a list shows of these rows of the ledger, in this order."""
    if not ids:
        return []
    names = tuple(column.key for column in state.columns if column.key in _CELLS)
    rows = {row.id: row for row in session().execute(_rows_statement(names), {"ids": ids})}
    return [rows[id_] for id_ in ids if id_ in rows]


#: Rows of one user up to which the ledger is summed at once; beyond, the roll-ups know the sum.
SUMMED_ROWS = 2_000

_ACCOUNT = (
    _L.id,
    _L.amount,
    _L.type,
    func.left(_L.description, EXCERPT).label("description"),
    _L.created_at,
    GENERATION.label("generation"),
)


def _newest(*, dated: bool) -> Select[*tuple[Any, ...]]:
    by_time = (_L.created_at.desc(), _L.id.desc()) if dated else (_L.id.desc(),)
    return (
        select(*_ACCOUNT)
        .where(
            _L.user_id == bindparam("user_id"),
            _L.created_at.is_not(None) if dated else _L.created_at.is_(None),
        )
        .order_by(*by_time)
        .limit(bindparam("most"))
    )


# Rows without a time come last, and each half is one stretch of the product's index.
_NEWEST = by_key(union_all(_newest(dated=True), _newest(dated=False)).limit(bindparam("most")))
_SUMMED = (
    select(_L.amount).where(_L.user_id == bindparam("user_id")).limit(SUMMED_ROWS + 1).subquery("account")
)
_SUM = select(func.count(), func.coalesce(func.sum(_SUMMED.c.amount), 0))
#: Up to which row the totals of users have counted the ledger: the highest that there was at their last look.
_COUNTED_TO = select(
    cast(RollUpState.pending[-1][0].as_string(), Integer).label("id"), RollUpState.as_of
).where(RollUpState.family == "users.credit_transactions")
_SINCE = select(func.count(), func.coalesce(func.sum(_L.amount), 0)).where(
    _L.id > bindparam("id"), _L.user_id == bindparam("user_id")
)


def newest_of(user_id: str, balance: int, most: int) -> list[Booking]:
    """The newest rows of one user, in the order of the list, with the balances that they left.

    Args:
        user_id: whose.
        balance: credits at present.
        most: how many rows at most.
    """
    return running(balance, session().execute(_NEWEST, {"user_id": user_id, "most": most}))


#: The row of the ledger with the user whose it is, if there is one.
_ROW = by_key(
    select(
        *_L,
        GENERATION.label("generation"),
        _USER.id.is_not(None).label("is_known"),
        _USER.email.label("user_email"),
        _USER.handle.label("user_handle"),
        _USER.credits,
        _USER.account_type,
    )
    .outerjoin_from(CreditTransaction.__table__, User.__table__, _USER.id == _L.user_id)
    .where(_L.id == bindparam("id"))
)
_NAMED = (
    select(_G.id, _G.status, _G.type, func.coalesce(_RECIPE.name, _G.recipe_title).label("recipe_name"))
    .outerjoin_from(Generation.__table__, Recipe.__table__, _RECIPE.id == _G.recipe_id)
    .where(_G.id == bindparam("number"))
)
_SAME = (
    select(*_ACCOUNT)
    .where(bindparam("written", type_=String()) == GENERATION, _L.id != bindparam("id"))
    .order_by(_L.id)
    .limit(10)
)
_OPERATION = select(CreditOperation.id).where(CreditOperation.ledger_id == bindparam("id")).limit(1)
_RELATED = Together(generation=_NAMED, same=_SAME, operation=_OPERATION)


def find(number: int) -> AnyRow | None:
    """A row of the ledger with its user, where there is one: see `is_known`."""
    return session().execute(_ROW, {"id": number}).one_or_none()


@dataclass(frozen=True)
class Related:
    """What hangs together with a row of the ledger.

    Attributes:
        generation: that it names; None where there is none, or none any longer.
        same: other rows that name the same, the oldest first: a charge and its refund.
        operation: the number of the operation of the console that wrote it; None where none did.
    """

    generation: AnyRow | None
    same: Sequence[AnyRow]
    operation: int | None


def related(row: AnyRow, number: int | None) -> Related:
    """What hangs together with a row of the ledger, as `find` gives it, which names generation `number`."""
    found = _RELATED.ask(session(), {"id": row.id, "written": row.generation, "number": number})
    return Related(
        generation=next(iter(found["generation"]), None),
        same=found["same"],
        operation=next((operation.id for operation in found["operation"]), None),
    )


#: Rows before and after one that its page shows, and newer ones that are summed for the balance there.
SHOWN_BESIDE, SUMMED_NEWER = 4, 1_000
#: Seconds after which summing all of them, however many, is given up.
SUM_SECONDS = 3

_AT = select(_L.created_at).where(_L.id == bindparam("id")).scalar_subquery()
_NEWER = {
    True: and_(_L.created_at >= _AT, or_(_L.created_at > _AT, _L.id > bindparam("id"))),
    False: or_(_L.created_at.is_not(None), _L.id > bindparam("id")),
}
_BY_IDS = by_key(select(*_ACCOUNT).where(_L.id == any_(bindparam("ids", type_=ARRAY(Integer)))))


@lru_cache(maxsize=4)
def _newer_sum(*, dated: bool, bounded: bool) -> Select[int, int]:
    newer = select(_L.amount).where(_L.user_id == bindparam("user_id"), _NEWER[dated])
    amounts = (newer.limit(SUMMED_NEWER + 1) if bounded else newer).subquery()
    return select(func.count(), func.coalesce(func.sum(amounts.c.amount), 0))


def balance_after(row: AnyRow, *, bounded: bool) -> int | None:
    """The balance that a row left: the present one without whatever came since.

    Args:
        row: as `find` gives it.
        bounded: whether to give up where more than `SUMMED_NEWER` rows have come since.

    Returns:
        None where it is not worked out: too many rows, or no user.

    Raises:
        OperationalError: an unbounded sum took longer than `SUM_SECONDS`.
    """
    if not row.is_known:
        return None
    statement = _newer_sum(dated=row.created_at is not None, bounded=bounded)
    keys = {"user_id": row.user_id, "id": row.id}
    count, total = session().execute(statement, keys).one() if bounded else _limited(statement, keys)
    return None if bounded and count > SUMMED_NEWER else row.credits - total


def _limited(statement: Select[int, int], keys: Mapping[str, Any]) -> tuple[int, int]:
    with atomic() as transaction:  # which the limit of time is set for
        transaction.execute(text(f"SET LOCAL statement_timeout = '{SUM_SECONDS}s'"))
        count, total = transaction.execute(statement, keys).one()
    return count, total


def beside(row: AnyRow, balance: int | None) -> list[Booking]:
    """The row among those of its user just before and after it, the newest first.

    Args:
        row: as `find` gives it.
        balance: that it left; None where that is not worked out.
    """
    here = Condition(_L.user_id == literal(row.user_id, String()), equals="user")

    def ids(*, backward: bool) -> list[Any]:
        cursor = Cursor(row.created_at, row.id, backward)
        found = LISTING.source.find(session(), [here], LISTING.default_order, cursor, SHOWN_BESIDE)
        return [key.id for key in found.keys]

    before = ids(backward=True)[::-1]
    order = [*before, row.id, *ids(backward=False)]
    found = {one.id: one for one in session().execute(_BY_IDS, {"ids": order})}
    rows = [found[id_] for id_ in order if id_ in found]
    since = sum(found[id_].amount for id_ in before if id_ in found)
    return running(None if balance is None else balance + since, rows)


@dataclass(frozen=True)
class Account:
    """What the rows of one user add up to.

    Attributes:
        rows: how many there are.
        total: their sum, in credits.
        as_of: when those were counted that were not just now; None where all were just now.
    """

    rows: int
    total: int
    as_of: datetime | None = None


def account_of(user_id: str, counted: tuple[int, int] | None) -> Account | None:
    """What the rows of one user add up to.

    Args:
        user_id: whose.
        counted: rows and sum by the roll-ups, where these have counted the user.

    Returns:
        None where there are more than `SUMMED_ROWS` and the roll-ups have not counted them yet.
    """
    rows, total = session().execute(_SUM, {"user_id": user_id}).one()
    if rows <= SUMMED_ROWS:
        return Account(rows, total)
    mark = session().execute(_COUNTED_TO).one_or_none()
    if counted is None or mark is None or mark.id is None:
        return None
    # Few rows have come since, and the primary key leads to them.
    since, more = session().execute(_SINCE, {"user_id": user_id, "id": mark.id}).one()
    return Account(counted[0] + since, counted[1] + more, mark.as_of)


@lru_cache(maxsize=256)
def _rows_statement(names: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    """The statement for a choice of columns; made once, since making it costs as much as running it."""
    return by_key(
        select(_L.id, *(cell for name in names for cell in _CELLS[name]))
        .outerjoin_from(CreditTransaction.__table__, User.__table__, _USER.id == _L.user_id)
        .where(_L.id == any_(bindparam("ids", type_=ARRAY(Integer))))
    )


#: Rows that are summed on the spot, the newest first, and seconds after which that is given up.
SUMMED_NEWEST, SUMMARY_SECONDS = 20_000, 2

_FIRST, _PAST = literal(FIRST, DateTime()), literal(PAST, DateTime())
_QUARTER = LENGTHS[Span.PART]
_DATED = and_(_L.created_at >= _FIRST, _L.created_at < _PAST)
_UNDATED = or_(_L.created_at.is_(None), _L.created_at < _FIRST, _L.created_at >= _PAST)
_EXTENT = select(func.min(_L.created_at), func.max(_L.created_at)).where(_DATED)


@dataclass(frozen=True)
class Summary:
    """What a filter leaves of the ledger, summed up by type and time.

    Attributes:
        points: the sums of each hour, day, week or month from the first row to the last, empty ones included.
        granularity: which of these.
        undated: the sums of rows without a usable time.
        as_of: when the roll-ups that gave the sums were brought up to date; None where rows were summed.
        is_capped: whether only the newest `SUMMED_NEWEST` rows were summed.
    """

    points: Sequence[LedgerPoint]
    granularity: Granularity
    undated: Mapping[str, LedgerSum]
    as_of: datetime | None = None
    is_capped: bool = False

    def by_type(self) -> dict[str, LedgerSum]:
        """The sums of all rows by type, the largest first."""
        added = _added([*(point.types for point in self.points), self.undated])
        return dict(sorted(added.items(), key=lambda item: (item[1].negative - item[1].positive, item[0])))


def _added(parts: Iterable[Mapping[str, LedgerSum]]) -> dict[str, LedgerSum]:
    """Sums by type of several stretches of time, as those of all of it."""
    found: dict[str, list[LedgerSum]] = {}
    for part in parts:
        for type_, one in part.items():
            found.setdefault(type_, []).append(one)
    return {
        type_: LedgerSum(*(sum(column) for column in zip(*map(_columns, sums), strict=True)))
        for type_, sums in found.items()
    }


def _columns(one: LedgerSum) -> tuple[int, int, int]:
    return one.rows, one.positive, one.negative


def rolled_up(wanted: Plain, conditions: Sequence[Condition], zone: tzinfo) -> Summary | None:
    """The sums of a filter on types and times, from the roll-ups; None where those were never made.

    Args:
        wanted: what the filter asks for.
        conditions: the same as SQL, for rows that have no usable time and so are in no roll-up.
        zone: in which days begin and end.
    """
    as_of = rollups.as_of()
    if as_of is None:
        return None
    first, last = session().execute(_EXTENT).one()
    points, granularity = [], Granularity.DAY
    if first is not None:
        start = max(wanted.start.replace(tzinfo=UTC), first)
        end = min(wanted.end.replace(tzinfo=UTC), last + timedelta.resolution)
        if start < end:
            granularity = granularity_for(start, end)
            points = rollups.ledger_series(start, end, zone, granularity)
    for point in points:
        for type_ in [type_ for type_ in point.types if not wanted.has(type_)]:
            del point.types[type_]
    return Summary(points, granularity, _undated(conditions), as_of=as_of)


def _undated(conditions: Sequence[Condition]) -> dict[str, LedgerSum]:
    rows = session().execute(
        select(TYPE, *_sums(_L.amount)).where(_UNDATED, *(c.clause for c in conditions)).group_by(TYPE)
    )
    return {type_: LedgerSum(*sums) for type_, *sums in rows}


def _sums(amount: ColumnElement[int]) -> tuple[ColumnElement[Any], ...]:
    return (
        func.count(),
        func.coalesce(func.sum(amount).filter(amount > 0), 0),
        func.coalesce(func.sum(amount).filter(amount < 0), 0),
    )


def summed(conditions: Sequence[Condition], zone: tzinfo) -> Summary:
    """The sums of the newest rows that meet the conditions, added up now.

    Args:
        conditions: what the rows must meet.
        zone: in which days begin and end.

    Raises:
        OperationalError: it took longer than `SUMMARY_SECONDS`.
    """
    picked = (
        select(TYPE.label("type"), _L.amount, _L.created_at, _DATED.label("is_dated"))
        .where(*(condition.clause for condition in conditions))
        .order_by(_L.created_at.desc(), _L.id.desc())
        .limit(SUMMED_NEWEST)
        .cte("picked")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    extent = (
        select(func.min(picked.c.created_at).label("first"), func.max(picked.c.created_at).label("last"))
        .where(picked.c.is_dated)
        .cte("extent")
    )
    # As `granularity_for`, and cut as `buckets` cuts; hours of every zone are made of quarters of an hour.
    unit = case(
        *(
            (extent.c.last - extent.c.first <= literal(timedelta(days=days), Interval()), unit.value)
            for days, unit in ((3, Granularity.HOUR), (92, Granularity.DAY), (400, Granularity.WEEK))
        ),
        else_=Granularity.MONTH.value,
    )
    local = func.timezone(str(zone), func.timezone("UTC", picked.c.created_at))
    bucket = case(
        (
            and_(picked.c.is_dated, unit == Granularity.HOUR.value),
            func.date_bin(literal(_QUARTER, Interval()), picked.c.created_at, _FIRST),
        ),
        (picked.c.is_dated, func.date_trunc(unit, local)),
        else_=None,
    )
    statement = (
        select(picked.c.type, bucket.label("bucket"), *_sums(picked.c.amount), extent.c.first, extent.c.last)
        .select_from(picked.join(extent, true()))
        .group_by(picked.c.type, "bucket", extent.c.first, extent.c.last)
    )
    with atomic() as transaction:  # which the limit of time is set for
        transaction.execute(text(f"SET LOCAL statement_timeout = '{SUMMARY_SECONDS}s'"))
        rows = transaction.execute(statement).all()
    return _summary(rows, zone)


def _summary(rows: Sequence[AnyRow], zone: tzinfo) -> Summary:
    """The rows of `summed`, put into a whole series."""
    undated = {row[0]: LedgerSum(*row[2:5]) for row in rows if row.bucket is None}
    dated: dict[datetime, dict[str, LedgerSum]] = {}
    for row in rows:
        if row.bucket is not None:
            dated.setdefault(row.bucket, {})[row[0]] = LedgerSum(*row[2:5])
    is_capped = sum(row[2] for row in rows) >= SUMMED_NEWEST
    first = next((row.first for row in rows if row.first is not None), None)
    if first is None:
        return Summary([], Granularity.DAY, undated, is_capped=is_capped)
    last = next(row.last for row in rows if row.last is not None)
    granularity = granularity_for(first, last)
    start, end = (
        moment.astimezone(UTC).replace(tzinfo=None) for moment in (first, last + timedelta.resolution)
    )
    points = []
    for bounds in buckets(start, end, zone, granularity):
        opens, closes = (moment.replace(tzinfo=UTC).astimezone(zone) for moment in bounds)
        if granularity is Granularity.HOUR:
            sums = _added(dated.get(quarter, {}) for quarter in _quarters(*bounds))
        else:
            sums = dated.get(opening(opens, granularity).replace(tzinfo=None), {})
        points.append(LedgerPoint(opens, closes, sums))
    return Summary(points, granularity, undated, is_capped=is_capped)


def _quarters(start: datetime, end: datetime) -> Iterator[datetime]:
    """Where the quarters of an hour begin that a range, naive in UTC, has part in."""
    quarter = floor(start, Span.PART)
    while quarter < end:
        yield quarter
        quarter += _QUARTER
