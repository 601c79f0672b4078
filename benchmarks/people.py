"""The requests of users and of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sqlalchemy import select, text

from benchmarks.case import Case
from delula.credits.listing import LISTING as CREDITS
from delula.db import session
from delula.lists import Cursor, Order
from delula.users.listing import LISTING as USERS
from delula.web.lists import in_filter, in_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delula.lists import ListSpec

_BUSIEST = text("SELECT user_id FROM dashboard.user_totals ORDER BY ledger_rows DESC, user_id LIMIT 1")
_ORDINARY = text(
    """SELECT u.id, u.email FROM users u JOIN dashboard.user_totals t ON t.user_id = u.id
       WHERE u.email IS NOT NULL ORDER BY abs(t.ledger_rows - 20), u.id LIMIT 1"""
)
_BOOKED = text(
    "SELECT id FROM credit_transactions WHERE user_id = :user ORDER BY created_at OFFSET :n LIMIT 1"
)


def people_cases() -> Iterator[Case]:
    """The lists at their beginning and in their middle, their fragments, and pages with few and many rows."""
    busiest = session().execute(_BUSIEST).scalar()
    ordinary = session().execute(_ORDINARY).one_or_none()
    if busiest is None or ordinary is None:
        return  # the roll-ups were never made
    yield from _list_cases(
        USERS,
        "/users/",
        "type:guest",
        "credits:<0",
        "spent:>100",
        "generations:>1000",
        "provider:google",
        "ada",
        f"email:{ordinary.email}",
    )
    for name, id_ in (("one of few rows", ordinary.id), ("one of many rows", busiest)):
        yield Case("Users", name, f"/users/{in_path(id_)}")
        yield Case("Users", f"peek at {name}", f"/users/{in_path(id_)}/peek", fragment=True)
    of_busiest = f"user:{in_filter(busiest)}"
    yield from _list_cases(
        CREDITS,
        "/credits/",
        of_busiest,
        "type:purchase",
        "sign:grant",
        "sign:zero",
        "payment:any",
        "generation:1000",
        "pack",
    )
    for query in (of_busiest, "type:usage created:>30d"):
        path = f"/credits/summary?{urlencode({'q': query})}"
        yield Case("Credits", f"summary of {query}", path, fragment=True)
    for name, skipped in (("oldest", 0), ("middle", 2_000)):
        row = session().execute(_BOOKED, {"user": busiest, "n": skipped}).scalar()
        if row is not None:
            yield Case("Credits", f"{name} row of many", f"/credits/{row}")


def _list_cases(spec: ListSpec, path: str, *queries: str) -> Iterator[Case]:
    for sort in spec.sorts:
        order = Order(sort, sort.descending_first)
        yield Case(spec.title, f"by {sort.key}", f"{path}?{urlencode({'sort': order.text})}")
        if (place := _middle(spec, order)) is not None:
            address = f"{path}?{urlencode({'sort': order.text, 'after': place.text})}"
            yield Case(spec.title, f"by {sort.key}, in the middle", address)
    for query in queries:
        yield Case(spec.title, query, f"{path}?{urlencode({'q': query})}")
    for fragment in ("facets", "count", *(("summary",) if spec.summary else ())):
        yield Case(spec.title, fragment, f"{path}{fragment}", fragment=True)


def _middle(spec: ListSpec, order: Order) -> Cursor | None:
    """The cursor in the middle of the first 500,000 rows, or of as many as there are."""
    value, id_ = order.sort.expression, spec.source.id
    by_order: list[Any] = [value.desc(), id_.desc()] if order.descending else [value, id_]
    places = select(value, id_).select_from(spec.source.table).where(value.is_not(None)).order_by(*by_order)
    rows = (
        session().execute(select(text("count(*)")).select_from(places.limit(500_000).subquery())).scalar_one()
    )
    row = session().execute(places.offset(rows // 2).limit(1)).one_or_none()
    return None if row is None else Cursor(row[0], row[1])
