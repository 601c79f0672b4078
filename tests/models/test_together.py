"""Several questions asked with one statement."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Text, bindparam, literal, literal_column, select, text, union_all

from delula.models.columns import TextEnum, UtcDateTime
from delula.models.enums import GenerationStatus
from delula.models.together import Together
from delula.models.tolerance import EARLIEST, LATEST

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, scoped_session


def test_each_answer_has_its_rows_in_order_and_its_own_names(session: scoped_session[Session]) -> None:
    both = Together(
        numbers=select(literal_column("n").label("n"))
        .select_from(text("generate_series(1, 3) AS n"))
        .order_by(text("n DESC")),
        greeting=select(literal("good day").label("words"), bindparam("whom", type_=Text()).label("whom")),
        nobody=select(literal(1).label("one")).where(text("false")),
    )
    found = both.ask(session, {"whom": "Ada"})
    assert [row.n for row in found["numbers"]] == [3, 2, 1]
    assert [(row.words, row.whom) for row in found["greeting"]] == [("good day", "Ada")]
    assert found["nobody"] == []


def test_times_and_enums_read_as_from_any_other_statement(session: scoped_session[Session]) -> None:
    status = TextEnum(GenerationStatus)
    rows = union_all(
        *(
            select(
                literal_column(f"timestamp '{written}'", UtcDateTime()).label("at"),
                literal(word, status).label("word"),
            )
            for written, word in (
                ("2026-03-01 10:20:30.123456", "failed"),
                ("infinity", "odd"),
                ("-infinity", "completed"),
                ("0044-03-15 BC", "completed"),
            )
        )
    ).subquery()
    question = select(rows.c["at"], rows.c.word)
    asked = [tuple(row) for row in Together(rows=question).ask(session, {})["rows"]]
    assert asked == [tuple(row) for row in session.execute(question)]
    assert asked[0] == (datetime(2026, 3, 1, 10, 20, 30, 123456, UTC), GenerationStatus.FAILED)
    assert [row[0].replace(tzinfo=None) for row in asked[1:]] == [LATEST, EARLIEST, EARLIEST]
    assert asked[1][1] == "odd"
