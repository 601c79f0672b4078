"""A table with every kind of field, filled with ordinary, odd and hostile rows, and its rows in Python."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Engine,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    create_engine,
    insert,
    select,
    text,
)
from sqlalchemy import Text as TextType
from sqlalchemy.dialects.postgresql import JSONB

from delula.search import (
    Cases,
    Choice,
    Chosen,
    Duration,
    Field,
    FieldSet,
    Filter,
    Flag,
    Fraction,
    FullText,
    Json,
    Members,
    Number,
    Reference,
    Text,
    Time,
    full_text,
    parse,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)

THINGS = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", TextType),
    Column("reason", TextType),
    Column("email", String),
    Column("status", TextType),
    Column("grade", Integer),
    Column("cost", Integer),
    Column("bytes", BigInteger),
    Column("price", Numeric),
    Column("took", Double),
    Column("took_ms", Integer),
    Column("made", DateTime),
    Column("public", Boolean),
    Column("owner", String),
    Column("recipe", Integer),
    Column("meta", JSONB(none_as_null=True)),
    Column("labels", ARRAY(TextType)),
    Column("marks", ARRAY(Integer)),
    Column("body", TextType),
)

#: A naive time, as the database has it.
moment = datetime.fromisoformat

HOSTILE = (
    "",
    " ",
    "none",
    "any",
    "100%",
    "100_",
    "100",
    "a*b",
    "aXb",
    r"back\slash",
    "back\\",
    'quo"te',
    "it's",
    "a,b",
    "a..b",
    ">5",
    "=x",
    "-minus",
    "status:failed",
    "two words",
    "line\nbreak",
    "'; DROP TABLE things; --",
    "%(id)s",
    ":id",
    "{{ 7*7 }}",
    "<script>alert(1)</script>",
    "שלום עולם",
    "🐳",
    "Ünïcode",
    "e\u0301",
    "\u202eltr",
    "failed",
    "Failed",
)


@dataclass
class Thing:
    """One row."""

    id: int
    name: str | None = None
    reason: str | None = None
    email: str | None = None
    status: str | None = None
    grade: int | None = None
    cost: int | None = None
    bytes: int | None = None
    price: Decimal | None = None
    took: float | None = None
    took_ms: int | None = None
    made: datetime | None = None
    public: bool | None = None
    owner: str | None = None
    recipe: int | None = None
    meta: Any = None
    labels: list[str] | None = None
    marks: list[int] | None = None
    body: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def _things() -> list[Thing]:
    """Rows whose values go round with different lengths, so that they meet in many combinations."""

    def nth(values: Sequence[Any], position: int) -> Any:
        return values[position % len(values)]

    now = NOW.replace(tzinfo=None)
    metas = [
        None,
        {},
        {"style": "neon"},
        {"style": ["neon", "noir"]},
        {"style": None},
        {"n": 5},
        {"n": "5"},
        {"n": -2.5},
        {"on": True},
        {"on": "true"},
        {"form": {"style": "neon", "size": 12}},
        {"form": [{"style": "noir"}, {"style": "neon"}]},
        {"form": {"odd key": 'quo"te', "a.b": "dot", "": "empty"}},
        {"form": "neon"},
        {"text": "line\nbreak"},
        {"text": "🐳 and \\ and %"},
        [1, 2],
        "neon",
        7,
    ]
    moments = [
        None,
        now,
        now - timedelta(days=7),
        now - timedelta(days=7, microseconds=1),
        now - timedelta(days=40),
        moment("2026-03-01"),
        moment("2026-02-28T23:59:59.999999"),
        moment("2026-03-01T14:30:59"),
        moment("2026-03-31T23:59:59"),
        moment("2025-12-31T23:59:59"),
        moment("2024-02-29T12:00"),
        moment("2026-03-09T23:30"),
        now + timedelta(days=1),
        moment("0001-01-01"),
        moment("9999-12-31T23:59:59"),
    ]
    bodies = [
        None,
        "",
        "A blue whale sings below the ice",
        "the whale was blue",
        "Generations of running runners",
        "lava-food asmr, cutting",
        "theatre and thermal light",
        "🐳 🐳",
        "Übermut im Café",
        "no match here",
        "x" * 60_000 + " hidden",
    ]
    return [
        Thing(
            id=number + 1,
            name=nth((*HOSTILE, None), number),
            reason=nth(
                (None, "Timeout after 30 s", "timeout", "100% CPU", "NSFW_filter", "back\\slash"), number
            ),
            email=nth((None, "Ada@Example.com", "ada@example.com", "bob@x.org"), number),
            status=nth(
                (None, "pending", "processing", "completed", "failed", "weird_status", "Failed"), number
            ),
            grade=nth((None, 1, 2, 3, 99, -1), number),
            cost=nth((None, 0, 10, 11, 20, -5, 2_147_483_647, -2_147_483_648, 15), number),
            bytes=nth((None, 0, 5_000_000_000, 9_223_372_036_854_775_807), number),
            price=nth((None, Decimal("0.5"), Decimal("0.50"), Decimal("-1.25"), Decimal(10)), number),
            took=nth((None, 0.0, 0.25, 30.0, 89.999, 90.0, 90.5, 91.0, 480.0, 7200.0, -3.0), number),
            took_ms=nth((None, 0, 250, 1500, 90_000, 2_147_483_647), number),
            made=nth(moments, number),
            public=nth((None, True, False), number),
            owner=nth((None, "u1", "u2", "gone", "12"), number),
            recipe=nth((None, 1, 2, 3, 77), number),
            meta=nth(metas, number),
            labels=nth((None, [], ["red"], ["red", "big"], ["a,b", 'q"q']), number),
            marks=nth((None, [], [1], [1, 2], [77]), number),
            body=nth(bodies, number),
        )
        for number in range(330)
    ]


FIELDS = FieldSet(
    [
        Field(
            name="id", label="Id", kind=Number(), expression=THINGS.c.id, recognises=re.compile(r"\d{1,9}")
        ),
        Field(name="name", label="Name", kind=Text(), expression=THINGS.c.name, aliases=("title",)),
        Field(name="reason", label="Reason", kind=Text(contains=True), expression=THINGS.c.reason),
        Field(name="email", label="E-mail", kind=Text(ignore_case=True), expression=THINGS.c.email),
        Field(
            name="status",
            label="Status",
            kind=Chosen(choices=[Choice(name) for name in ("pending", "processing", "completed", "failed")]),
            expression=THINGS.c.status,
            help="Where it stands.",
            facet=True,
        ),
        Field(
            name="grade",
            label="Grade",
            kind=Chosen(choices=lambda: [Choice(1, "low", "Low"), Choice(2, "high", "High")], numeric=True),
            expression=THINGS.c.grade,
        ),
        Field(
            name="side",
            label="Side",
            kind=Chosen(choices=[Choice("left"), Choice("right")], open=False),
            expression=THINGS.c.name,
        ),
        Field(name="cost", label="Cost", kind=Number(), expression=THINGS.c.cost, aliases=("credits",)),
        Field(name="bytes", label="Bytes", kind=Number(bits=64), expression=THINGS.c.bytes),
        Field(name="price", label="Price", kind=Fraction(), expression=THINGS.c.price),
        Field(name="took", label="Took", kind=Duration(), expression=THINGS.c.took),
        Field(name="ran", label="Ran", kind=Duration(per_second=1000), expression=THINGS.c.took_ms),
        Field(name="made", label="Made", kind=Time(), expression=THINGS.c.made),
        Field(name="public", label="Public", kind=Flag(), expression=THINGS.c.public),
        Field(
            name="error",
            label="Error",
            kind=Flag(null_is_no=True),
            expression=THINGS.c.reason.ilike("time%"),
            aliases=("broken",),
        ),
        Field(
            name="owner",
            label="Owner",
            kind=Reference(noun="user"),
            expression=THINGS.c.owner,
            example="owner:ada",
            recognises=re.compile(r"[^@\s]+@[^@\s]+"),
        ),
        Field(
            name="recipe", label="Recipe", kind=Reference(noun="recipe", bits=32), expression=THINGS.c.recipe
        ),
        Field(
            name="meta",
            label="Metadata",
            kind=Json(paths=[("form", "style"), ("form", "odd key")]),
            expression=THINGS.c.meta,
            example="meta.form.style:neon",
        ),
        Field(name="label", label="Label", kind=Members(items=Text()), expression=THINGS.c.labels),
        Field(name="mark", label="Mark", kind=Members(items=Number()), expression=THINGS.c.marks),
        Field(
            name="tag",
            label="Tag",
            kind=Members(items=Reference(noun="tag", bits=32)),
            expression=THINGS.c.marks,
        ),
        Field(
            name="missing",
            label="Missing",
            kind=Cases(
                conditions={"cost": THINGS.c.cost.is_(None), "low price": THINGS.c.price > Decimal(1)}
            ),
        ),
        Field(
            name="body", label="Body", kind=FullText(text=THINGS.c.body), expression=full_text(THINGS.c.body)
        ),
    ],
    default="body",
)

RESOLVERS: dict[str, Callable[[Sequence[str]], dict[str, list[str | int]]]] = {
    "owner": lambda names: {name: ["u1"] if name == "ada" else [] for name in names},
    "recipe": lambda names: {name: [1, 2] for name in names if name == "lava"},
    "tag": lambda names: {name: [2] for name in names if name == "fun"},
}


@pytest.fixture(scope="session")
def fields() -> FieldSet:
    """The fields of the table."""
    return FIELDS


@pytest.fixture(scope="session")
def read() -> Callable[[str], Filter]:
    """The filter that a text says, now."""
    return lambda typed: parse(typed, FIELDS, now=NOW)


@pytest.fixture(scope="session")
def table() -> Table:
    """The table."""
    return THINGS


@pytest.fixture(scope="session")
def things() -> list[Thing]:
    """The rows."""
    return _things()


@pytest.fixture(scope="session")
def engine(make_database: Callable[..., str], things: list[Thing]) -> Iterator[Engine]:
    """A database that holds the rows, indexed as a list would be."""
    engine = create_engine(make_database().replace("postgresql://", "postgresql+psycopg://", 1))
    names = [column.name for column in THINGS.columns]
    with engine.begin() as connection:
        THINGS.create(connection)
        rows = [{name: getattr(thing, name) for name in names} for thing in things]
        connection.execute(insert(THINGS), rows)
        for index in (
            "things_status ON things (status, made)",
            "things_body ON things USING gin (to_tsvector('english', left(body, 50000)))",
            "things_meta ON things USING gin (meta jsonb_path_ops)",
            "things_labels ON things USING gin (labels)",
            "things_name ON things (name text_pattern_ops)",
            "things_made ON things (made)",
        ):
            connection.execute(text(f"CREATE INDEX {index}"))
        connection.execute(text("ANALYZE things"))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def found(engine: Engine) -> Callable[[Filter], set[int]]:
    """The ids of the rows that a filter finds."""

    def find(filter_: Filter) -> set[int]:
        with engine.connect() as connection:
            statement = select(THINGS.c.id).where(*filter_.conditions(RESOLVERS))
            return set(connection.scalars(statement))

    return find
