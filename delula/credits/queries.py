"""Every question that the pages of the ledger ask of the database."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    any_,
    bindparam,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from delula.credits.account import Booking, running
from delula.credits.listing import GENERATION, LISTING
from delula.db import AnyRow, session
from delula.lists import Condition, Cursor, find_page, key_of
from delula.models import CreditTransaction, Generation, Recipe, User
from delula.users.queries import resolve_users

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    "generation": (GENERATION.label("generation"),),
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
_NEWEST = union_all(_newest(dated=True), _newest(dated=False)).limit(bindparam("most"))
_SUMMED = (
    select(_L.amount).where(_L.user_id == bindparam("user_id")).limit(SUMMED_ROWS + 1).subquery("account")
)
_SUM = select(func.count(), func.coalesce(func.sum(_SUMMED.c.amount), 0))


def newest_of(user_id: str, balance: int, most: int) -> list[Booking]:
    """The newest rows of one user, in the order of the list, with the balances that they left.

    Args:
        user_id: whose.
        balance: credits at present.
        most: how many rows at most.
    """
    return running(balance, session().execute(_NEWEST, {"user_id": user_id, "most": most}))


#: The row of the ledger with the user whose it is, if there is one.
_ROW = (
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
#: What a row names, and what else names the same.
_NAMED = (
    select(_G.id, _G.status, _G.type, func.coalesce(_RECIPE.name, _G.recipe_title).label("recipe_name"))
    .outerjoin_from(Generation.__table__, Recipe.__table__, _RECIPE.id == _G.recipe_id)
    .where(_G.id == bindparam("id"))
)
_SAME = (
    select(*_ACCOUNT)
    .where(bindparam("generation", type_=String()) == GENERATION, _L.id != bindparam("id"))
    .order_by(_L.id)
    .limit(10)
)


def find(number: int) -> AnyRow | None:
    """A row of the ledger with its user, where there is one: see `is_known`."""
    return session().execute(_ROW, {"id": number}).one_or_none()


def named_generation(number: int) -> AnyRow | None:
    """The generation that a row names; None where it no longer exists."""
    return session().execute(_NAMED, {"id": number}).one_or_none()


def same_generation(row: AnyRow) -> Sequence[AnyRow]:
    """Other rows that name the same generation, the oldest first: a charge and its refund."""
    if row.generation is None:
        return []
    return session().execute(_SAME, {"generation": row.generation, "id": row.id}).all()


#: Rows before and after one that its page shows, and newer ones that are summed for the balance there.
SHOWN_BESIDE, SUMMED_NEWER = 4, 1_000
#: Seconds after which summing all of them, however many, is given up.
SUM_SECONDS = 3

_AT = select(_L.created_at).where(_L.id == bindparam("id")).scalar_subquery()
_NEWER = {
    True: and_(_L.created_at >= _AT, or_(_L.created_at > _AT, _L.id > bindparam("id"))),
    False: or_(_L.created_at.is_not(None), _L.id > bindparam("id")),
}
_BY_IDS = select(*_ACCOUNT).where(_L.id == any_(bindparam("ids", type_=ARRAY(Integer))))


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
    if not bounded:
        session().execute(text(f"SET LOCAL statement_timeout = '{SUM_SECONDS}s'"))
    statement = _newer_sum(dated=row.created_at is not None, bounded=bounded)
    count, total = session().execute(statement, {"user_id": row.user_id, "id": row.id}).one()
    return None if bounded and count > SUMMED_NEWER else row.credits - total


def beside(row: AnyRow, balance: int | None) -> list[Booking]:
    """The row among those of its user just before and after it, the newest first.

    Args:
        row: as `find` gives it.
        balance: that it left; None where that is not worked out.
    """
    here = Condition(_L.user_id == literal(row.user_id, String()), equals="user")
    key = key_of(session(), LISTING.source, LISTING.default_order, row.id)
    if key is None:
        return []

    def ids(*, backward: bool) -> list[Any]:
        cursor = Cursor(key.value, key.id, backward)
        page = find_page(session(), LISTING.source, [here], LISTING.default_order, cursor, SHOWN_BESIDE)
        return page.ids

    before = ids(backward=True)
    # Near the beginning that is the whole first page, with the row itself and what follows.
    before = before[: before.index(row.id)] if row.id in before else before
    order = [*before, row.id, *ids(backward=False)]
    found = {one.id: one for one in session().execute(_BY_IDS, {"ids": order})}
    rows = [found[id_] for id_ in order if id_ in found]
    since = sum(found[id_].amount for id_ in before if id_ in found)
    return running(None if balance is None else balance + since, rows)


def sum_of(user_id: str) -> tuple[int, int] | None:
    """How many rows one user has and what they sum up to; None where there are more than `SUMMED_ROWS`."""
    rows, total = session().execute(_SUM, {"user_id": user_id}).one()
    return None if rows > SUMMED_ROWS else (rows, total)


@lru_cache(maxsize=256)
def _rows_statement(names: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    """The statement for a choice of columns; made once, since making it costs as much as running it."""
    return (
        select(_L.id, *(cell for name in names for cell in _CELLS[name]))
        .outerjoin_from(CreditTransaction.__table__, User.__table__, _USER.id == _L.user_id)
        .where(_L.id == any_(bindparam("ids", type_=ARRAY(Integer))))
    )
