"""Every field that an area declares, with right, wrong, hostile and absurd values, on the real table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import and_, create_engine, or_, select, true

from delula.errors import InvalidInput
from delula.generations.listing import FIELDS
from delula.models import Generation, Recipe
from delula.search import Json, parse, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)

_WORDS = r"""
x 1 -1 0 5..7 7..5 5.. ..5 .. >5 >=5 <5 <=5 =5 > none any 2147483647 2147483648 -2147483648 1.5 1e309 nan
Infinity 0x10 1_000 7d 2026 2026-02-30 9999-12-31 2026-03-01..2026-03-02 90s 1m30s yes no null failed
failed,pending a, , a* *a * a*b*c "" " \ ' % _ ';-- $1 :x %s {} 'a':* a&!b שלום
"""
OPERANDS = (
    *_WORDS.split(),
    *("", '"a b"', "9" * 400, "x" * 1_900, "🐳" * 100, "\x01", "\0", "\ud800", "\u202e"),
)


@pytest.fixture(scope="module")
def connection(make_database: Callable[..., str]) -> Iterator[Connection]:
    """A database with the product's tables that the fields look into, and nothing in them."""
    engine = create_engine(make_database().replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        Generation.__table__.create(connection)
        Recipe.__table__.create(connection)
        yield connection
    engine.dispose()


@pytest.mark.parametrize("name", FIELDS.names)
def test_a_field_runs_or_says_what_is_wrong_with_it_by_name(name: str, connection: Connection) -> None:
    field = FIELDS[name]
    heads = [f'{name}.a."b c":', f"{name}:"] if isinstance(field.kind, Json) else [f"{name}:"]
    for head in heads:
        for operand in OPERANDS:
            filter_, negated = (parse(f"{sign}{head}{operand}", FIELDS, now=NOW) for sign in ("", "-"))
            problems = filter_.resolved({}).problems
            assert {problem.field for problem in problems} <= {name}
            assert len(negated.resolved({}).problems) == len(problems)
            if not problems:
                either = or_(and_(true(), *filter_.conditions()), and_(true(), *negated.conditions()))
                statement = select(Generation.__table__.c.id).where(either)
                assert connection.execute(statement).all() == []
            else:
                with pytest.raises(InvalidInput, match=f"^{name}: "):
                    filter_.conditions()


@pytest.mark.parametrize("name", FIELDS.names)
def test_what_autocomplete_and_help_offer_for_a_field_can_be_read(name: str) -> None:
    assert parse(FIELDS[name].example_term, FIELDS, now=NOW).is_valid
    for suggestion in suggest(f"{name}:", len(name) + 1, FIELDS):
        filter_ = parse(suggestion.text, FIELDS, now=NOW)
        assert filter_.is_valid or suggestion.text.rstrip().endswith((":", ".")), suggestion.text
