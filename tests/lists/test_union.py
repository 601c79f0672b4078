"""A list over several tables holds every row that matches, once and in one order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import (
    Column,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    and_,
    column,
    create_engine,
    event,
    false,
    func,
    insert,
    literal,
    not_,
    null,
    or_,
    select,
    table,
    text,
    true,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.sql.visitors import replacement_traverse

from delula.lists import (
    Branch,
    Condition,
    Cursor,
    Key,
    Order,
    Sort,
    SortKind,
    Union,
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
from delula.lists.constants import UNDECIDED, constant_of
from delula.models.columns import UtcDateTime
from tests.thinning import some

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

START = datetime(2026, 1, 1, tzinfo=UTC)
META = MetaData()
BOOKS = Table(
    "books",
    META,
    Column("id", Integer, primary_key=True),
    Column("made", UtcDateTime),
    Column("pages", Integer),
    Column("title", Text(collation="C")),
    Column("kind", Text),
    Column("tags", ARRAY(Text)),
)
SONGS = Table(
    "songs",
    META,
    Column("id", Integer, primary_key=True),
    Column("made", UtcDateTime),
    Column("name", Text(collation="C")),
    Column("is_lost", Integer),
)
FILMS = Table("films", META, Column("id", Integer, primary_key=True), Column("made", UtcDateTime))

WORKS = table(
    "works",
    column("id", String()),
    column("source", String()),
    column("made", UtcDateTime()),
    column("size", Integer()),
    column("name", String()),
    column("kind", String()),
    column("tags", ARRAY(Text)),
)
W = WORKS.c
SOURCE = Union(
    WORKS,
    W.id,
    branches=(
        Branch(
            "book",
            BOOKS,
            BOOKS.c.id,
            {
                "source": literal("book"),
                "made": BOOKS.c.made,
                "size": BOOKS.c.pages,
                "name": BOOKS.c.title,
                "kind": BOOKS.c.kind,
                "tags": BOOKS.c.tags,
            },
            frozenset({("kind", "made")}),
        ),
        Branch(
            "song",
            SONGS,
            SONGS.c.id,
            {
                "source": literal("song"),
                "made": SONGS.c.made,
                "name": SONGS.c.name,
                "kind": literal("audio"),
            },
            where=SONGS.c.is_lost.is_(None),
        ),
        Branch("film", FILMS, FILMS.c.id, {"source": literal("film"), "made": FILMS.c.made}),
    ),
)
SORTS = {
    "made": Sort("made", "Made", W.made, SortKind.TIME),
    "size": Sort("size", "Size", W.size, SortKind.INTEGER),
    "name": Sort("name", "Name", W.name, SortKind.TEXT),
}
ORDERS = [Order(sort, descending) for sort in SORTS.values() for descending in (False, True)]

CONDITIONS: dict[str, list[Condition]] = {
    "nothing asked": [],
    "one table": [Condition(W.source == "song", equals="source")],
    "two tables": [Condition(W.source.in_(["song", "film"]))],
    "all but one table": [Condition(W.source.is_distinct_from("song"))],
    "a value that an index leads with": [Condition(W.kind == "paper", equals="kind")],
    "a value that is the same in a whole table": [Condition(W.kind == "audio", equals="kind")],
    "what only one table has": [Condition(W.tags.bool_op("&&")(literal(["a"], ARRAY(Text))), guessed=True)],
    "what only one table has, negated": [
        Condition(W.tags.bool_op("&&")(literal(["a"], ARRAY(Text))).self_group().is_not(true()))
    ],
    "what is absent elsewhere": [Condition(W.size.is_(None))],
    "no array": [Condition(func.coalesce(func.cardinality(W.tags), 0) == 0)],
    "a rarity": [Condition(W.name.like("%n7%"))],
    "a dear condition": [Condition(func.length(W.name) > 2, dear=True)],
    "several": [Condition(W.kind == "paper", equals="kind"), Condition(W.size > 3)],
    "no table": [Condition(W.source == "play")],
    "no row": [Condition(W.name == "never")],
}


BEYOND = ("infinity", "20000-01-01", "infinity", "-infinity", "0044-03-15 BC")


def _moment(number: int) -> datetime | None:
    return None if number % 13 == 0 else START + timedelta(minutes=number // 5)


@pytest.fixture(scope="module")
def engine(make_database: Callable[..., str]) -> Iterator[Engine]:
    """A database with rows that tie within tables and across them."""
    engine = create_engine(make_database().replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        META.create_all(connection)
        connection.execute(
            insert(BOOKS),
            [
                {
                    "id": n,
                    "made": _moment(n),
                    "pages": None if n % 4 == 0 else n % 9,
                    "title": None if n % 7 == 0 else ("n", "N", "é", "_")[n % 4] + f"{n % 30}",
                    "kind": ("paper", "screen", None)[n % 3],
                    "tags": ([], ["a"], ["b", "a"], None)[n % 4],
                }
                for n in range(1, 301)
            ],
        )
        connection.execute(
            insert(SONGS),
            [
                {
                    "id": n,
                    "made": _moment(n * 3),
                    "name": f"n{n % 25}",
                    "is_lost": 1 if n % 6 == 0 else None,
                }
                for n in range(1, 121)
            ],
        )
        connection.execute(insert(FILMS), [{"id": n, "made": _moment(n * 20)} for n in range(1, 21)])
        # Times that no calendar of Python has: they read alike, and stand in an order all the same.
        for name in ("books", "songs", "films"):
            for number, moment in enumerate(BEYOND, 900):
                statement = f"INSERT INTO {name} (id, made) VALUES ({number}, '{moment}')"  # noqa: S608 - our own
                connection.execute(text(statement))
        for index in (
            "books (made, id)",
            "books (pages, id)",
            "books (title, id)",
            "books (kind, made)",
            "songs (made, id)",
            "songs (name, id)",
            "films (made, id)",
        ):
            connection.execute(text(f"CREATE INDEX ON {index}"))
        connection.execute(text("ANALYZE"))
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose work is forgotten."""
    with Session(engine) as session:
        yield session


@pytest.fixture(params=["as it is", "matches first", "matches nearby", "walks", "short walks"])
def strategy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way of finding matches, forced upon every table."""
    few = 10**9 if request.param == "matches first" else -1
    if request.param != "as it is":
        for name in ("FEW_MATCHES", "MANY_MATCHES", "MOST_MATCHES", "SHORT_LIST"):
            monkeypatch.setattr(paging, name, few)
    if request.param == "matches nearby":
        for name in ("NEAR", "SHORT_WALK", "DEAR_WALK"):
            monkeypatch.setattr(paging, name, 40)
        monkeypatch.setattr(paging, "LIKELY_NEAR", 10**9)
        monkeypatch.setattr(paging, "MOST_MATCHES", 10**9)
    if request.param == "short walks":
        for name in ("SHORT_WALK", "LONG_WALK", "DEAR_WALK"):
            monkeypatch.setattr(paging, name, 40)


def expected(session: Session, conditions: Sequence[Condition], order: Order) -> list[str]:
    """The ids of all matching rows in order, from one plain statement over everything."""
    parts = []
    for number, branch in enumerate(SOURCE.branches):
        columns = [
            (sql_cast(null(), c.type) if c.key not in branch.columns else branch.columns[c.key]).label(c.key)
            for c in WORKS.c
            if c.key != "id"
        ]
        own = [] if branch.where is None else [branch.where]
        parts.append(
            select(
                func.concat(branch.name, "-", branch.id).label("id"),
                literal(number).label("n"),
                branch.id.label("own"),
                *columns,
            ).where(*own)
        )
    works = parts[0].union_all(*parts[1:]).subquery("works")

    def moved(clause: Any) -> Any:
        return replacement_traverse(
            clause, {}, lambda e, **_: works.c[e.key] if getattr(e, "table", None) is WORKS else None
        )

    value = moved(order.sort.expression)
    by = (
        (value.desc().nulls_last(), works.c.n.desc(), works.c.own.desc())
        if order.descending
        else (value.asc().nulls_last(), works.c.n.asc(), works.c.own.asc())
    )
    return list(
        session.scalars(select(works.c.id).where(*(moved(c.clause) for c in conditions)).order_by(*by))
    )


def through(cursor: Cursor | None, order: Order) -> Cursor | None:
    """The cursor as it comes back from a URL."""
    return parse_cursor(cursor.text, order.sort, str, backward=cursor.backward) if cursor else None


def forwards(session: Session, conditions: Sequence[Condition], order: Order, size: int) -> list[Any]:
    """All ids, page by page to the end."""
    found: list[Any] = []
    cursor: Cursor | None = None
    for _ in range(500):
        page = find_page(session, SOURCE, conditions, order, cursor, size)
        assert len(page.keys) == size or page.next is None or page.unfinished is not None
        found += page.ids
        cursor = through(page.next, order)
        if cursor is None:
            return found
    raise AssertionError("the list has no end")


def backwards(session: Session, conditions: Sequence[Condition], order: Order, size: int) -> list[Any]:
    """All ids but the last row, page by page from it to the beginning."""
    last = expected(session, conditions, order)[-1]
    key = key_of(session, SOURCE, order, last)
    assert key is not None
    cursor: Cursor | None = Cursor(key.value, key.id, backward=True)
    found: list[Any] = []
    for _ in range(500):
        page = find_page(session, SOURCE, conditions, order, through(cursor, order), size)
        found = [id_ for id_ in page.ids if id_ not in found] + found
        cursor = page.previous
        if cursor is None:
            return found
    raise AssertionError("the list has no beginning")


@pytest.mark.usefixtures("strategy")
@pytest.mark.parametrize("name", some(CONDITIONS, 2))
def test_paging_forwards_gives_every_row_of_every_table_in_order(session: Session, name: str) -> None:
    for order in ORDERS:
        rows = expected(session, CONDITIONS[name], order)
        assert forwards(session, CONDITIONS[name], order, 70) == rows


@pytest.mark.usefixtures("strategy")
@pytest.mark.parametrize(
    "name", some(["nothing asked", "two tables", "a rarity", "what is absent elsewhere"], 2)
)
def test_paging_backwards_gives_the_same_rows(session: Session, name: str) -> None:
    for order in ORDERS:
        rows = expected(session, CONDITIONS[name], order)
        assert backwards(session, CONDITIONS[name], order, 70) in (rows[:-1], rows)


def test_pages_of_any_size_join_where_values_tie_across_tables(session: Session) -> None:
    order = Order(SORTS["made"], descending=True)
    rows = expected(session, [], order)
    for size in (1, 2, 7):
        assert forwards(session, [], order, size) == rows


def test_the_tables_hold_what_the_conditions_are_to_tell_apart(session: Session) -> None:
    order = Order(SORTS["made"], descending=True)
    sizes = {name: len(expected(session, conditions, order)) for name, conditions in CONDITIONS.items()}
    assert sizes["nothing asked"] == 300 + 100 + 20 + 15
    assert [name for name, size in sizes.items() if not size] == ["no table", "no row"]


def _statements(session: Session) -> list[str]:
    found: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *a: found.append(a[2]))
    return found


def test_a_page_of_all_tables_takes_one_statement(session: Session) -> None:
    statements = _statements(session)
    order = Order(SORTS["made"], descending=True)
    page = find_page(session, SOURCE, [], order, None, 50)
    find_page(session, SOURCE, [], order, page.next, 50)
    assert len(statements) == 2


def test_a_table_that_cannot_match_is_not_asked(session: Session) -> None:
    statements = _statements(session)
    order = Order(SORTS["made"], descending=True)
    find_page(session, SOURCE, CONDITIONS["what only one table has"], order, None, 50)
    find_page(session, SOURCE, CONDITIONS["one table"], order, None, 50)
    find_page(session, SOURCE, CONDITIONS["no table"], order, None, 50)
    estimate(session, SOURCE, CONDITIONS["a value that an index leads with"])
    assert not any("films" in statement for statement in statements)
    assert sum("songs" in statement for statement in statements) == 1


def test_no_table_is_sorted_for_a_page(session: Session) -> None:
    session.execute(text("SET LOCAL enable_seqscan = off"))
    statements: list[tuple[str, Any]] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *a: statements.append((a[2], a[3])))
    for order in ORDERS:
        find_page(session, SOURCE, [], order, None, 50)
        middle = "film-900" if order.descending else "book-100"
        find_page(session, SOURCE, [], order, Cursor(None, middle), 50)
    for statement, parameters in tuple(statements):
        plan = session.connection().exec_driver_sql(f"EXPLAIN {statement}", parameters)
        lines = [line for (line,) in plan]
        # What the branches give is sorted to be merged; what they take it from is not.
        under_limits = [after for line, after in pairwise(lines[1:]) if "Limit" in line]
        assert not any("Sort" in line for line in under_limits), "\n".join(lines)


def test_a_search_that_stops_in_one_table_shows_nothing_beyond_that_place(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FEW_MATCHES", "MANY_MATCHES", "MOST_MATCHES", "SHORT_LIST"):
        monkeypatch.setattr(paging, name, -1)
    monkeypatch.setattr(paging, "LONG_WALK", 40)
    order = Order(SORTS["made"], descending=False)
    page = find_page(session, SOURCE, [Condition(W.name == "n24")], order, None, 50)
    assert page.unfinished is not None
    rows = expected(session, [Condition(W.name == "n24")], order)
    assert page.ids == rows[: len(page.ids)]
    assert page.next == Cursor(page.unfinished.value, page.unfinished.id)


def test_neighbours_lie_in_any_table(session: Session) -> None:
    for order in ORDERS:
        rows = expected(session, [], order)
        for position in (0, 1, 60, 200, len(rows) - 1):
            key = key_of(session, SOURCE, order, rows[position])
            assert key is not None
            assert neighbours(session, SOURCE, [], order, key) == (
                rows[position - 1] if position else None,
                rows[position + 1] if position + 1 < len(rows) else None,
            )


def test_an_id_of_no_table_is_nowhere(session: Session) -> None:
    order = Order(SORTS["made"], descending=True)
    for id_ in ("play-1", "book", "book-", "book-x", "book--1", "book-99999999999", "book-٣", "", "song-6"):
        assert key_of(session, SOURCE, order, id_) is None
    assert find_page(session, SOURCE, [], order, Cursor(START, "play-1"), 50).keys == ()


def test_a_jump_begins_at_the_value_in_every_table(session: Session) -> None:
    at = START + timedelta(minutes=30)
    order = Order(SORTS["made"], descending=False)
    page = find_page(session, SOURCE, [], order, Cursor(at, None), 7)
    assert page.ids == ["book-150", "book-151", "book-152", "book-153", "book-154", "song-50", "song-51"]


def test_new_rows_of_all_tables_are_counted(session: Session) -> None:
    order = Order(SORTS["size"], descending=True)
    rows = expected(session, [], order)
    key = key_of(session, SOURCE, order, rows[12])
    assert key is not None
    assert count_before(session, SOURCE, [], order, key, 100) == 12
    assert count_before(session, SOURCE, [], order, Key(None, rows[-1]), 100) == 100


def test_counts_and_facets_are_of_all_tables(session: Session) -> None:
    order = Order(SORTS["made"], descending=True)
    assert exact_count(session, SOURCE, [], 5) == 435
    assert exact_count(session, SOURCE, CONDITIONS["no table"], 5) == 0
    assert estimate(session, SOURCE, []) == pytest.approx(435, rel=0.2)
    counts, counted, _ = facet_counts(session, SOURCE, [], order, {"source": W.source, "kind": W.kind}, 1000)
    assert counted == 435
    assert dict(counts["source"]) == {"book": 305, "song": 105, "film": 25}
    assert dict(counts["kind"]) == {"audio": 105, "paper": 100, "screen": 100, None: 130}
    nothing, counted, _ = facet_counts(session, SOURCE, CONDITIONS["no table"], order, {"kind": W.kind}, 10)
    assert (nothing, counted) == ({"kind": []}, 0)


def test_what_constants_come_to_is_known_without_asking() -> None:
    absent, here = sql_cast(null(), Text()), literal("user")
    cases: list[tuple[Any, Any]] = [
        (here == "user", True),
        (here != "user", False),
        (here.in_(["system", "user"]), True),
        (here.not_in(["user"]), False),
        (here.in_([literal("system"), literal("user")]), True),
        (here.in_([literal("system"), W.name]), UNDECIDED),
        (absent == "user", None),
        (absent.bool_op("@?")("x"), None),
        (absent.ilike("%x%"), None),
        (absent.is_(None), True),
        (absent.is_not(None), False),
        (absent.is_distinct_from("x"), True),
        (absent.is_not_distinct_from("x"), False),
        ((absent == "x").self_group().is_not(true()), True),
        (and_(absent == "x", W.name == "y"), UNDECIDED),
        (and_(absent == "x", here == "user"), None),
        (and_(here == "system", W.name == "y"), False),
        (or_(here == "user", W.name == "y"), True),
        (or_(here == "system", W.name == "y"), UNDECIDED),
        (not_(and_(here == "user", here == "user")), False),
        (W.name == "y", UNDECIDED),
        (func.lower(absent) == "x", UNDECIDED),
        (false(), False),
    ]
    for clause, value in cases:
        assert constant_of(clause) is value, clause
