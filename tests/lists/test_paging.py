"""Pages of a list hold every row that matches, once and in order, however they are found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    Double,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.orm import Session

from delula.generations.listing import FIELDS
from delula.lists import (
    Condition,
    Cursor,
    Key,
    Order,
    Sort,
    SortKind,
    Source,
    conditions_of,
    count_before,
    estimate,
    exact_count,
    facet_counts,
    find_page,
    key_of,
    neighbours,
    paging,
    parse_cursor,
)
from delula.models.columns import UtcDateTime
from delula.search import parse
from tests.thinning import some

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROWS = 700
START = datetime(2026, 1, 1, tzinfo=UTC)

ITEMS = Table(
    "items",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("made", UtcDateTime),
    Column("changed", UtcDateTime),
    Column("cost", Integer),
    Column("took", Double),
    Column("name", Text),
    Column("status", Text),
)
C = ITEMS.c

SORTS = {
    "id": Sort("id", "Id", C.id, SortKind.INTEGER, nullable=False),
    "made": Sort("made", "Made", C.made, SortKind.TIME),
    "cost": Sort("cost", "Cost", C.cost, SortKind.INTEGER),
    "took": Sort("took", "Took", C.took, SortKind.DECIMAL),
    "name": Sort("name", "Name", C.name, SortKind.TEXT),
}
SOURCE = Source(ITEMS, C.id, frozenset({("status", "made")}), follows=frozenset({(C.changed, C.made)}))
HOUR = timedelta(hours=1)

#: Conditions of all kinds that the search tells apart, from none to everything.
CONDITIONS: dict[str, list[Condition]] = {
    "nothing asked": [],
    "one value, in an index that goes on with the time": [Condition(C.status == "failed", equals="status")],
    "one value and more": [Condition(C.status == "failed", equals="status"), Condition(C.cost > 1)],
    "a stretch of a sort": [Condition(C.cost.between(2, 4), within=C.cost)],
    "a stretch of a sort and more": [
        Condition(C.made >= START + timedelta(minutes=60), within=C.made),
        Condition(C.status == "failed", equals="status"),
        Condition(C.id % 3 > 0),
    ],
    "a stretch of what follows the time of the order": [
        Condition(
            (C.changed >= START + HOUR / 2) & (C.changed < START + HOUR),
            within=C.changed,
            until=literal(START + HOUR, UtcDateTime()),
        )
    ],
    "an unindexed rarity": [Condition(C.cost.is_not(None) & (C.id % 97 == 0))],
    "a dear condition": [Condition(func.length(C.name) > 2, dear=True)],
    "a phrase": [Condition(func.length(C.name) > 2, dear=True, rechecked=True)],
    "a dear condition with a glance": [
        Condition(func.length(C.name) > 2, dear=True, glance=C.name.like("n__%"))
    ],
    "a phrase with a glance": [
        Condition(func.length(C.name) > 2, dear=True, rechecked=True, glance=C.name.like("n%"))
    ],
    "a guess": [Condition(C.name.like("n1%"), guessed=True)],
    "no match": [Condition(C.status == "never")],
    "every row": [Condition(C.id > 0)],
}


def _rows() -> list[dict[str, Any]]:
    """Rows with ties and nulls in every sortable column; some changed before they were made."""
    return [
        {
            "id": number,
            "made": None if number % 13 == 0 else START + timedelta(minutes=number // 4),
            "changed": None
            if number % 17 == 0
            else START + timedelta(minutes=number // 4 + (-60 if number % 19 == 0 else number % 6)),
            "cost": None if number % 5 == 0 else number % 7,
            "took": None if number % 3 == 0 else number % 11 / 8,
            "name": None if number % 10 == 0 else f"n{number % 40}",
            "status": ("completed", "failed", None)[number % 3],
        }
        for number in range(1, ROWS + 1)
    ]


@pytest.fixture(scope="module")
def engine(make_database: Callable[..., str]) -> Iterator[Engine]:
    """A database with the rows and the indexes that the sorts stand on."""
    engine = create_engine(make_database().replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        ITEMS.create(connection)
        connection.execute(insert(ITEMS), _rows())
        for index in ("(made, id)", "(cost, id)", "(took, id)", "(name, id)", "(status, made)"):
            connection.execute(text(f"CREATE INDEX ON items {index}"))
        connection.execute(text("ANALYZE items"))
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose work is forgotten."""
    with Session(engine) as session:
        yield session


@pytest.fixture
def statements(session: Session) -> list[str]:
    """What is asked of the database."""
    asked: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *a: asked.append(a[2]))
    return asked


@pytest.fixture(params=["as it is", "matches first", "matches nearby", "glances", "walks", "short walks"])
def strategy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way of finding matches, forced."""
    if request.param not in {"as it is", "glances"}:
        monkeypatch.setattr(paging, "SHORT_LIST", -1)
    match request.param:
        case "matches first":
            monkeypatch.setattr(paging, "FEW_MATCHES", 10**9)
            monkeypatch.setattr(paging, "MANY_MATCHES", 10**9)
        case "matches nearby":
            for name in ("NEAR", "SHORT_WALK", "DEAR_WALK", "GLANCED_WALK"):
                monkeypatch.setattr(paging, name, 60)
            monkeypatch.setattr(paging, "LIKELY_NEAR", 10**9)
            monkeypatch.setattr(paging, "FEW_MATCHES", -1)
            monkeypatch.setattr(paging, "MANY_MATCHES", -1)
        case "glances":
            monkeypatch.setattr(paging, "GLANCE", 60)
            monkeypatch.setattr(paging, "FEW_MATCHES", -1)
        case "walks":
            monkeypatch.setattr(paging, "FEW_MATCHES", -1)
            monkeypatch.setattr(paging, "MANY_MATCHES", -1)
            monkeypatch.setattr(paging, "MOST_MATCHES", -1)
        case "short walks":
            for name in ("SHORT_WALK", "LONG_WALK", "DEAR_WALK", "GLANCED_WALK"):
                monkeypatch.setattr(paging, name, 60)
            monkeypatch.setattr(paging, "FEW_MATCHES", -1)
            monkeypatch.setattr(paging, "MANY_MATCHES", -1)
            monkeypatch.setattr(paging, "MOST_MATCHES", -1)


def expected(session: Session, conditions: Sequence[Condition], order: Order) -> list[int]:
    """The ids of all matching rows in order, straight from SQL."""
    value = order.sort.expression
    by = (
        (value.desc().nulls_last(), C.id.desc())
        if order.descending
        else (value.asc().nulls_last(), C.id.asc())
    )
    return list(session.scalars(select(C.id).where(*(c.clause for c in conditions)).order_by(*by)))


def through(cursor: Cursor | None, order: Order) -> Cursor | None:
    """The cursor as it comes back from a URL."""
    return parse_cursor(cursor.text, order.sort, backward=cursor.backward) if cursor else None


def forwards(
    session: Session, conditions: Sequence[Condition], order: Order, size: int, source: Source = SOURCE
) -> list[int]:
    """All ids, page by page to the end."""
    found: list[int] = []
    cursor: Cursor | None = None
    for _ in range(ROWS):
        page = find_page(session, source, conditions, order, cursor, size)
        assert len(page.keys) <= size
        assert len(page.keys) == size or page.next is None or page.unfinished is not None
        found += page.ids
        cursor = through(page.next, order)
        if cursor is None:
            return found
    raise AssertionError("the list has no end")


def backwards(session: Session, conditions: Sequence[Condition], order: Order, size: int) -> list[int]:
    """All ids but the last row, page by page from it to the beginning."""
    last = expected(session, conditions, order)[-1]
    key = key_of(session, SOURCE, order, last)
    assert key is not None
    cursor: Cursor | None = Cursor(key.value, key.id, backward=True)
    found: list[int] = []
    for _ in range(ROWS):
        page = find_page(session, SOURCE, conditions, order, through(cursor, order), size)
        fresh = [id_ for id_ in page.ids if id_ not in found]
        found = fresh + found
        cursor = page.previous
        if cursor is None:
            return found
    raise AssertionError("the list has no beginning")


ORDERS = [Order(SORTS[key], descending) for key in ("id", "made", "cost") for descending in (False, True)]


@pytest.mark.usefixtures("strategy")
@pytest.mark.parametrize("name", some(CONDITIONS, 3))
def test_paging_forwards_gives_every_match_once_and_in_order(session: Session, name: str) -> None:
    for order in ORDERS:
        assert forwards(session, CONDITIONS[name], order, 120) == expected(session, CONDITIONS[name], order)


@pytest.mark.parametrize("strategy", ["matches nearby"], indirect=True)
@pytest.mark.usefixtures("strategy")
def test_what_is_looked_for_nearby_is_found_among_rows_without_a_value_as_well(session: Session) -> None:
    order, conditions = Order(SORTS["cost"], descending=True), CONDITIONS["a phrase with a glance"]
    assert forwards(session, conditions, order, 120) == expected(session, conditions, order)


#: A table that lies beside the rows of the list, as sums do.
BESIDE = ITEMS.alias("beside")
JOINED = Source(ITEMS.outerjoin(BESIDE, BESIDE.c.id == C.id), C.id)


@pytest.mark.usefixtures("strategy")
@pytest.mark.parametrize("sort", ["made", "cost"])
@pytest.mark.parametrize("sorts_beside", [False, True])
@pytest.mark.parametrize("filters_beside", [False, True])
def test_what_lies_beside_a_table_is_read_where_it_is_asked_for(
    session: Session, statements: list[str], sort: str, sorts_beside: bool, filters_beside: bool
) -> None:
    sorted_by, filtered_by = (BESIDE.c if is_beside else C for is_beside in (sorts_beside, filters_beside))
    by_items, by_asked = (Order(replace(SORTS[sort], expression=of[sort]), True) for of in (C, sorted_by))
    of_items, of_asked = ([Condition(of.cost > 5)] for of in (C, filtered_by))
    rows = expected(session, of_items, by_items)
    key = Key(session.scalar(select(C[sort]).where(C.id == rows[3])), rows[3])

    assert forwards(session, of_asked, by_asked, 120, JOINED) == rows
    assert key_of(session, JOINED, by_asked, rows[3]) == key
    assert neighbours(session, JOINED, of_asked, by_asked, key) == (rows[2], rows[4])
    assert exact_count(session, JOINED, of_asked, 5) == len(rows)
    assert (
        0 < facet_counts(session, JOINED, of_asked, by_asked, {"name": filtered_by.name}, 500)[1] <= len(rows)
    )
    assert any("beside" in statement for statement in statements) is (sorts_beside or filters_beside)


@pytest.mark.usefixtures("strategy")
@pytest.mark.parametrize(
    "name",
    some(
        [
            "nothing asked",
            "an unindexed rarity",
            "one value and more",
            "a guess",
            "a stretch of what follows the time of the order",
        ],
        2,
    ),
)
def test_paging_backwards_gives_the_same_rows(session: Session, name: str) -> None:
    for order in ORDERS[2:]:
        rows = expected(session, CONDITIONS[name], order)
        # Where it all fits on one page, the list is shown whole rather than without its last row.
        assert backwards(session, CONDITIONS[name], order, 120) in (rows[:-1], rows)


@pytest.mark.parametrize("key", ["took", "name"])
def test_numbers_with_fractions_and_texts_page_like_the_others(session: Session, key: str) -> None:
    for descending in (False, True):
        order = Order(SORTS[key], descending)
        assert forwards(session, [], order, 120) == expected(session, [], order)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.integers(1, 60),
    key=st.sampled_from(sorted(SORTS)),
    descending=st.booleans(),
    name=st.sampled_from(sorted(CONDITIONS)),
)
def test_the_size_of_a_page_changes_nothing(
    engine: Engine, size: int, key: str, descending: bool, name: str
) -> None:
    order = Order(SORTS[key], descending)
    with Session(engine) as session:
        rows = expected(session, CONDITIONS[name], order)
        page = find_page(session, SOURCE, CONDITIONS[name], order, None, size)
        assert page.ids == rows[:size]
        assert (page.next is None) == (len(rows) <= size)


def test_previous_after_next_is_where_one_was(session: Session) -> None:
    order = Order(SORTS["cost"], descending=True)
    first = find_page(session, SOURCE, [], order, None, 50)
    second = find_page(session, SOURCE, [], order, first.next, 50)
    third = find_page(session, SOURCE, [], order, second.next, 50)
    assert find_page(session, SOURCE, [], order, third.previous, 50).ids == second.ids
    assert find_page(session, SOURCE, [], order, second.previous, 50).ids == first.ids
    assert first.previous is None


def test_a_page_before_the_second_row_is_the_full_first_page(session: Session) -> None:
    order = Order(SORTS["id"], descending=False)
    page = find_page(session, SOURCE, [], order, Cursor(2, 2, backward=True), 50)
    assert page.ids == list(range(1, 51))


def test_a_jump_begins_at_the_value_whatever_the_ids(session: Session) -> None:
    at = START + timedelta(minutes=100)
    for descending in (False, True):
        order = Order(SORTS["made"], descending)
        page = find_page(session, SOURCE, [], order, Cursor(at, None), 50)
        made = {row.id: row.made for row in session.execute(select(C.id, C.made))}
        rows = [
            id_
            for id_ in expected(session, [], order)
            if made[id_] is None or (made[id_] <= at if descending else made[id_] >= at)
        ]
        assert page.ids == rows[:50]


def test_a_search_that_stops_at_its_bound_says_how_far_it_came(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FEW_MATCHES", "MANY_MATCHES", "MOST_MATCHES", "SHORT_LIST"):
        monkeypatch.setattr(paging, name, -1)
    monkeypatch.setattr(paging, "LONG_WALK", 60)
    order = Order(SORTS["id"], descending=False)
    page = find_page(session, SOURCE, [Condition(C.id == ROWS)], order, None, 50)
    assert page.keys == ()
    assert page.unfinished == Key(60, 60)
    assert page.next == Cursor(60, 60)


@pytest.mark.parametrize("strategy", ["short walks"], indirect=True)
@pytest.mark.usefixtures("strategy")
def test_the_way_to_a_stretch_of_what_follows_is_not_gone(session: Session) -> None:
    conditions = CONDITIONS["a stretch of what follows the time of the order"]
    newest = Order(SORTS["made"], descending=True)
    rows = expected(session, conditions, newest)

    page = find_page(session, SOURCE, conditions, newest, None, 40)
    assert (page.ids, page.unfinished) == (rows[:40], None)
    without = find_page(session, replace(SOURCE, follows=frozenset()), conditions, newest, None, 40)
    assert without.unfinished is not None


@pytest.mark.parametrize(
    ("term", "end"),
    [
        ("updated:2026-06", "2026-07-01 00:00:00"),
        ("updated:<2026-06-15", "2026-06-15 00:00:00"),
        ("updated:>2026-06-15", None),
        ("-updated:2026-06", None),
        ("updated:2026-06,2026-08", None),
    ],
)
def test_the_end_of_a_stretch_of_values_is_known(term: str, end: str | None) -> None:
    (condition,) = conditions_of(parse(term, FIELDS, now=START, zone=UTC))
    known = None if condition.within is None or condition.until is None else condition.until.value
    assert (known and str(known)) == end


def test_a_search_along_which_nothing_is_found_goes_to_the_matches_where_an_index_leads(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FEW_MATCHES", "MANY_MATCHES"):
        monkeypatch.setattr(paging, name, -1)
    monkeypatch.setattr(paging, "LONG_WALK", 60)
    order = Order(SORTS["id"], descending=False)
    page = find_page(session, SOURCE, [Condition(C.id == ROWS)], order, None, 50)
    assert page.ids == [ROWS]
    assert page.unfinished is None


def test_rows_that_come_while_one_pages_move_nothing(session: Session) -> None:
    order = Order(SORTS["made"], descending=True)
    first = find_page(session, SOURCE, [], order, None, 50)
    later = expected(session, [], order)[50:100]
    session.execute(insert(ITEMS).values(id=9_000, made=START + timedelta(days=365)))
    assert find_page(session, SOURCE, [], order, first.next, 50).ids == later


def test_a_page_takes_one_statement_and_a_filter_two(session: Session) -> None:
    statements: list[str] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *a: statements.append(a[2]))
    made = Order(SORTS["id"], descending=True)
    find_page(session, SOURCE, [], made, None, 50)
    assert len(statements) == 1
    statements.clear()
    find_page(session, SOURCE, CONDITIONS["no match"], made, None, 50)
    assert len(statements) == 2


def test_a_stretch_of_the_sort_is_read_from_its_index_without_a_look_at_the_plan(session: Session) -> None:
    statements: list[tuple[str, Any]] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *a: statements.append((a[2], a[3])))
    session.execute(text("SET LOCAL enable_seqscan = off"))
    statements.clear()
    conditions = [Condition(C.cost.between(2, 4), within=C.cost)]
    page = find_page(session, SOURCE, conditions, Order(SORTS["cost"], descending=True), None, 50)
    assert len(page.keys) == 50
    statement, parameters = statements[0]
    assert len(statements) == 1
    plan = session.connection().exec_driver_sql(f"EXPLAIN {statement}", parameters)
    assert "Index Cond: ((cost IS NOT NULL) AND (cost >= 2) AND (cost <= 4))" in "\n".join(
        line for (line,) in plan
    )


@pytest.mark.parametrize(
    ("term", "is_stretch"),
    [
        ("created:2026-06", True),
        ("created:>7d", True),
        ("created:2026-01..2026-03", True),
        ("cost:5..9", True),
        ("cost:>5", True),
        ("cost:5", True),
        ("duration:<10m", True),
        ("created:2026-06,2026-08", False),
        ("-created:2026", False),
        ("created:none", False),
        ("-cost:5", False),
        ("job:a*", False),
        ("whale", False),
    ],
)
def test_terms_that_leave_one_stretch_of_values_are_known(term: str, is_stretch: bool) -> None:
    read = parse(term, FIELDS, now=START)
    (condition,) = conditions_of(read)
    searched = read.terms[0].searched
    assert searched is not None
    assert condition.within is (searched.expression if is_stretch else None)


@pytest.mark.parametrize(
    ("term", "is_rechecked"),
    [("whale", False), ('"whale"', False), ('"blue whale"', True), ('"blue wha*"', True), ("-whale", False)],
)
def test_an_index_of_words_does_not_know_their_order(term: str, is_rechecked: bool) -> None:
    (condition,) = conditions_of(parse(term, FIELDS, now=START))
    assert (condition.dear, condition.rechecked) == (True, is_rechecked)


@pytest.mark.parametrize(
    ("term", "has_glance"),
    [
        ("whale", True),
        ("blue whale", True),
        ('"blue whale"', True),
        ("prompt:whale", True),
        ("prompt:whale,dolphin", False),
        ("-prompt:whale", False),
        ("-whale", False),
        ("wha*", False),
        ("prompt:none", False),
        ("cost:5", False),
    ],
)
def test_a_walk_glances_at_a_text_that_has_to_hold_all_words(term: str, has_glance: bool) -> None:
    (condition,) = conditions_of(parse(term, FIELDS, now=START))
    assert (condition.glance is not None) is has_glance


def test_the_whole_table_is_never_sorted_for_a_page(session: Session) -> None:
    statements: list[tuple[str, Any]] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *a: statements.append((a[2], a[3])))
    session.execute(text("SET LOCAL enable_seqscan = off"))
    for sort in SORTS.values():
        for descending in (False, True):
            statements.clear()
            find_page(session, SOURCE, [], Order(sort, descending), Cursor(None, 400), 50)
            find_page(session, SOURCE, [], Order(sort, descending), None, 50)
            for statement, parameters in tuple(statements):
                plan = session.connection().exec_driver_sql(f"EXPLAIN {statement}", parameters)
                lines = "\n".join(line for (line,) in plan)
                assert "Sort Key" not in lines or "Presorted Key" in lines, lines


def test_neighbours_are_the_rows_beside_one_in_its_list(session: Session) -> None:
    order = Order(SORTS["took"], descending=True)
    conditions = CONDITIONS["one value, in an index that goes on with the time"]
    rows = expected(session, conditions, order)
    for position in (0, 1, len(rows) // 2, len(rows) - 1):
        key = key_of(session, SOURCE, order, rows[position])
        assert key is not None
        assert neighbours(session, SOURCE, conditions, order, key) == (
            rows[position - 1] if position else None,
            rows[position + 1] if position + 1 < len(rows) else None,
        )


def test_new_rows_are_counted_up_to_a_cap(session: Session) -> None:
    order = Order(SORTS["id"], descending=True)
    assert count_before(session, SOURCE, [], order, Key(ROWS, ROWS), 100) == 0
    assert count_before(session, SOURCE, [], order, Key(ROWS - 7, ROWS - 7), 100) == 7
    assert count_before(session, SOURCE, [], order, Key(1, 1), 100) == 100


def test_an_estimate_is_near_and_a_count_is_exact(session: Session) -> None:
    conditions = [Condition(C.status == "failed", equals="status")]
    true_count = len(expected(session, conditions, Order(SORTS["id"], descending=False)))
    assert exact_count(session, SOURCE, conditions, 5) == true_count
    assert estimate(session, SOURCE, conditions) == pytest.approx(true_count, rel=0.2)


def test_facets_count_the_first_rows_and_keep_types_and_nulls(session: Session) -> None:
    order = Order(SORTS["id"], descending=False)
    counts, counted, is_part = facet_counts(
        session, SOURCE, [], order, {"status": C.status, "cost": C.cost}, 300
    )
    assert counted == 300
    assert dict(counts["status"]) == {"completed": 100, "failed": 100, None: 100}
    assert dict(counts["cost"])[None] == 60
    assert sum(count for _, count in counts["cost"]) == 300
    assert is_part


def test_facets_of_rows_that_are_hard_to_find_count_some_of_them(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("delula.lists.paging.FEW_MATCHES", 10)
    monkeypatch.setattr("delula.lists.paging.LONG_WALK", 200)
    order = Order(SORTS["id"], descending=False)
    conditions = [Condition(C.status == "failed")]
    counts, counted, is_part = facet_counts(session, SOURCE, conditions, order, {"status": C.status}, 3000)
    assert 0 < counted < 200
    assert counts["status"] == [("failed", counted)]
    assert is_part
