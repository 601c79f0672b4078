"""Lists whose rows have texts for ids, and sorts whose index lies on a joined table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, Text, create_engine, insert, select, text
from sqlalchemy.orm import Session

from delula.lists import (
    Condition,
    Cursor,
    Order,
    Sort,
    SortKind,
    Source,
    find_page,
    key_of,
    neighbours,
    parse_cursor,
)
from delula.web.lists import FRAGMENTS, id_of_path, in_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

HOSTILE = [
    "",
    " ",
    "none",
    "any",
    "None",
    ".",
    "..",
    "/",
    "//",
    "a/b",
    "a/peek",
    "/a",
    "a/",
    "~",
    "~YQ",
    "count",
    "facets",
    "a b",
    "a,b",
    'a"b',
    "a'b",
    "a\\b",
    "a%2Fb",
    "%00",
    "?q=1",
    "#top",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "é",
    "e\u0301",
    "שלום",
    "🐳",
    "\u202egnp",
    "a\nb",
    "a\tb",
    "\x01\x1b[31m",
    "A",
    "a",
    "1",
    "10",
    "2",
    "x" * 2_000,
]
PEOPLE = Table("people", MetaData(), Column("id", Text, primary_key=True), Column("credits", Integer))
TOTALS = Table("totals", PEOPLE.metadata, Column("person", Text, primary_key=True), Column("made", Integer))
P, T = PEOPLE.c, TOTALS.c
SOURCE = Source(PEOPLE.outerjoin(TOTALS, T.person == P.id), P.id)
SORTS = {
    "id": Sort("id", "Id", P.id, SortKind.TEXT, nullable=False),
    "credits": Sort("credits", "Credits", P.credits, SortKind.INTEGER),
    "made": Sort("made", "Made", T.made, SortKind.INTEGER, id=T.person),
}


@pytest.fixture(scope="module")
def engine(make_database: Callable[..., str]) -> Iterator[Engine]:
    """People with hostile ids among many plain ones; some have no totals, and some totals have no person."""
    engine = create_engine(make_database().replace("postgresql://", "postgresql+psycopg://", 1))
    ids = [*HOSTILE, *(f"user-{number}" for number in range(2_000))]
    with engine.begin() as connection:
        PEOPLE.metadata.create_all(connection)
        connection.execute(
            insert(PEOPLE),
            [{"id": id_, "credits": None if n % 5 == 0 else n % 7} for n, id_ in enumerate(ids)],
        )
        with_totals = [{"person": id_, "made": n % 9} for n, id_ in enumerate(ids) if n % 4]
        connection.execute(insert(TOTALS), [*with_totals, {"person": "gone", "made": 4}])
        connection.execute(text("CREATE INDEX ON people (credits, id)"))
        connection.execute(text("CREATE INDEX ON totals (made, person)"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE people, totals"))
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose work is forgotten."""
    with Session(engine) as session:
        yield session


def expected(session: Session, order: Order, conditions: Sequence[Condition] = ()) -> list[str]:
    """All ids in order, straight from SQL."""
    value = order.sort.expression
    by = [value.desc().nulls_last(), P.id.desc()] if order.descending else [value.nulls_last(), P.id]
    return list(
        session.scalars(
            select(P.id).select_from(SOURCE.table).where(*(c.clause for c in conditions)).order_by(*by)
        )
    )


def walked(session: Session, order: Order, conditions: Sequence[Condition], *, backward: bool) -> list[Any]:
    """All ids, page by page through cursors as URLs carry them; backwards without the row begun at."""
    found: list[Any] = []
    cursor = None
    if backward:
        last = key_of(session, SOURCE, order, expected(session, order, conditions)[-1])
        assert last is not None
        cursor = Cursor(last.value, last.id, backward=True)
    while True:
        page = find_page(session, SOURCE, conditions, order, cursor, 50)
        found = [*page.ids, *found] if backward else [*found, *page.ids]
        further = page.previous if backward else page.next
        if further is None:
            return found
        cursor = parse_cursor(further.text, order.sort, str, backward=backward)


@pytest.mark.parametrize("key", list(SORTS))
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize(
    "conditions", [[], [Condition(T.made > 3)], [Condition(P.credits == 3)]], ids=["all", "joined", "own"]
)
def test_pages_hold_every_row_once_in_order_both_ways(
    session: Session, key: str, descending: bool, conditions: list[Condition]
) -> None:
    order = Order(SORTS[key], descending)
    rows = expected(session, order, conditions)
    assert walked(session, order, conditions, backward=False) == rows
    back = walked(session, order, conditions, backward=True)
    # The way back ends with a full first page, which may overlap the second.
    assert [*rows[:50], *back[50:]][-20:] == rows[-21:-1]
    assert set(rows) - set(back) <= {rows[-1]}


def test_a_hostile_id_has_its_place_and_its_neighbours(session: Session) -> None:
    for sort in SORTS.values():
        order = Order(sort, descending=True)
        rows = expected(session, order)
        for id_ in HOSTILE:
            key = key_of(session, SOURCE, order, id_)
            assert key is not None
            at = rows.index(id_)
            beside = (rows[at - 1] if at else None, rows[at + 1] if at + 1 < len(rows) else None)
            assert neighbours(session, SOURCE, [], order, key) == beside


def test_a_page_sorted_by_a_joined_value_begins_in_its_index(session: Session) -> None:
    session.execute(text("SET LOCAL enable_seqscan = off"))
    order = Order(SORTS["made"], descending=True)
    cursor = Cursor(4, "user-1000")
    plans: list[str] = []
    connection = session.connection()
    original = find_page(session, SOURCE, [], order, cursor, 50)
    assert len(original.ids) == 50
    statement = (
        select(T.made, P.id)
        .select_from(SOURCE.table)
        .where(T.made.is_not(None), text("(totals.made, totals.person) < (4, 'user-1000')"))
        .order_by(T.made.desc(), P.id.desc())
        .limit(50)
    )
    compiled = statement.compile(connection, compile_kwargs={"literal_binds": True})
    plans += [line for (line,) in connection.execute(text(f"EXPLAIN {compiled}"))]
    plan = "\n".join(plans)
    assert "Index Cond: ((made IS NOT NULL) AND (ROW(made, person) < ROW(4, 'user-1000'::text)))" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("id_", [*HOSTILE, *sorted(FRAGMENTS)])
def test_every_id_can_stand_in_an_address(id_: str) -> None:
    part = in_path(id_)
    assert part not in {"", ".", ".."} | FRAGMENTS
    assert not set(part) & set('/?#\\ "<>')
    assert "%2F" not in part
    assert id_of_path(part if part.startswith("~") else id_) == id_


@pytest.mark.parametrize("part", ["~", "~!", "~a", "~_w", "~é", "~~", "~" + "A" * 5_000])
def test_a_part_of_an_address_that_was_never_an_id_is_taken_as_it_is(part: str) -> None:
    assert isinstance(id_of_path(part), str)
