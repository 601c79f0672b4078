"""The models read every row of a live database, whatever it holds."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

import delula.types
from delula.models import CreditTransaction, Generation, Recipe, Service, User, UserAsset
from delula.models.columns import ProductTable
from delula.models.enums import AccountType, AssetType, GenerationStatus, label
from delula.models.tolerance import DEEPEST, decode_json


@pytest.fixture
def rows(live_database_url: str) -> Iterator[Session]:
    engine = create_engine(make_url(live_database_url).set(drivername="postgresql+psycopg"))
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_every_row_of_every_table_can_be_read(rows: Session) -> None:
    for model in ProductTable.__subclasses__():
        found = rows.scalars(select(model)).all()
        assert found, f"{model.__name__} has no rows to try"
        plain = getattr(delula.types, model.__name__)
        for row in found:
            assert isinstance(plain.of(row), plain)


def test_known_values_read_as_members_and_unknown_ones_as_they_are(rows: Session) -> None:
    types = {row.id: row.account_type for row in rows.execute(select(User.id, User.account_type))}
    assert types["u-guest"] is AccountType.GUEST
    assert types["u-null-types"] is None
    assert (type(types["u-unknown-types"]), types["u-unknown-types"]) == (int, 9)
    assert [label(types[name]) for name in ("u-ann", "u-unknown-types", "u-null-types")] == [
        "Registered",
        "Unknown (9)",
        "Not set",
    ]
    statuses = set(rows.scalars(select(Generation.status)))
    assert {"cancelled", "", "COMPLETED"} <= statuses
    assert any(status is GenerationStatus.FAILED for status in statuses)
    assert {AssetType.IMAGE, 77} <= set(rows.scalars(select(UserAsset.asset_type)))


def test_a_filter_finds_unknown_values(rows: Session) -> None:
    assert rows.scalars(select(User.id).where(User.account_type == 9)).all() == ["u-unknown-types"]
    assert len(rows.scalars(select(CreditTransaction).where(CreditTransaction.type == "gift")).all()) == 1


def test_timestamps_are_aware_of_utc_and_clamped_to_what_python_knows(rows: Session) -> None:
    first = rows.get_one(Generation, 1)
    assert first.created_at == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    endless = rows.get_one(Generation, 7)
    assert endless.created_at is not None
    assert endless.updated_at is not None
    assert (endless.created_at.year, endless.updated_at.year) == (9999, 1)
    assert rows.get_one(Generation, 8).created_at == datetime(1, 1, 3, tzinfo=UTC)


def test_json_of_every_kind_is_read_and_what_python_cannot_hold_comes_as_text(rows: Session) -> None:
    kinds = {type(value) for value in rows.scalars(select(Generation.metadata_))}
    assert {dict, list, str, float, bool, type(None)} <= kinds
    deep = rows.get_one(Generation, 10)
    assert isinstance(deep.metadata_, str)
    assert deep.metadata_.startswith("[[[[")
    assert isinstance(deep.error_details, str)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a": ', "}")])
def test_how_deep_json_may_nest_does_not_depend_on_the_version_of_python(opening: str, closing: str) -> None:
    def nested(levels: int) -> str:
        return opening * levels + "1" + closing * levels

    assert not isinstance(decode_json(nested(DEEPEST)), str)
    assert decode_json(nested(DEEPEST + 1)) == nested(DEEPEST + 1)
    assert decode_json(nested(100_000)) == nested(100_000)


def test_empty_arrays_are_told_from_missing_ones(rows: Session) -> None:
    found = rows.execute(select(Recipe.id, Recipe.tag_highlights))
    highlights = {row.id: row.tag_highlights for row in found}
    assert (highlights[2], highlights[4], highlights[3]) == ([], None, [999, 1, None])


def test_a_cost_that_is_no_number_is_read(rows: Session) -> None:
    assert any(cost.is_nan() for cost in rows.scalars(select(Service.base_cost)))


def test_secrets_of_users_are_never_loaded(rows: Session) -> None:
    ann = rows.get_one(User, "u-ann")
    assert {"session_token", "password_hash"} <= inspect(ann).unloaded
    for secret in ("session_token", "password_hash"):
        with pytest.raises(InvalidRequestError):
            getattr(ann, secret)
        assert not hasattr(delula.types.User, secret)
    assert "ann@" not in repr(ann)
