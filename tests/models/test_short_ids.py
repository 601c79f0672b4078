"""Short ids are random, unique, and made anew when they collide."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from delula.generations import short_ids
from delula.models import Generation
from delula.types import InsertGeneration
from tests.migrating import upgrade


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    upgrade(database_url, "0000")
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"))
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_a_short_id_is_eleven_characters_that_need_no_escaping_in_a_url() -> None:
    made = {short_ids.new_short_id() for _ in range(2000)}
    assert len(made) == 2000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{11}", short_id) for short_id in made)
    assert len(set("".join(made))) == 64


def test_a_collision_takes_another_id_and_keeps_the_transaction(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = iter(["taken------", "taken------", "taken------", "free-------"])
    monkeypatch.setattr(short_ids, "new_short_id", lambda: next(ids))
    first = short_ids.insert_generation(session, InsertGeneration(user_id="u", prompt="first"))
    second = short_ids.insert_generation(session, InsertGeneration(user_id="u", prompt="second"))
    session.commit()
    assert (first.short_id, second.short_id) == ("taken------", "free-------")
    assert session.scalar(select(func.count()).select_from(Generation)) == 2


def test_endless_collisions_end_in_an_error_and_no_row(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(short_ids, "new_short_id", lambda: "taken------")
    short_ids.insert_generation(session, InsertGeneration(user_id="u", prompt="first"))
    with pytest.raises(RuntimeError, match="5 short ids in a row were taken"):
        short_ids.insert_generation(session, InsertGeneration(user_id="u", prompt="second"))
    assert session.scalar(select(func.count()).select_from(Generation)) == 1
