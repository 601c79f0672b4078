"""The plain classes of rows and inserts say what the models and the database say."""

import dataclasses
import types as python_types
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

import psycopg
import pytest
from sqlalchemy import Column, create_engine, insert, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

import delula.types
from delula.models import Generation
from delula.models.columns import JsonValue, ProductTable
from delula.models.enums import GenerationStatus
from delula.types import UNSET, InsertGeneration, InsertUser
from tests.migrating import upgrade

MODELS = ProductTable.__subclasses__()
SECRETS = {"session_token", "password_hash"}

#: Python's type for each type of PostgreSQL.
PYTHON = {
    "text": str,
    "character varying": str,
    "integer": int,
    "boolean": bool,
    "numeric": Decimal,
    "timestamp without time zone": datetime,
    "ARRAY": list,
}


def _parts(annotation: Any) -> set[Any]:
    """The members of a union; a JSON value counts as one."""
    if annotation == JsonValue or not isinstance(annotation, python_types.UnionType):
        return set(get_args(annotation)) if get_origin(annotation) is Union else {annotation}
    return set(get_args(annotation))


def _columns(model: type[ProductTable]) -> dict[str, Column[Any]]:
    return {attribute.key: attribute.columns[0] for attribute in inspect(model).column_attrs}


def _plain(model: type[ProductTable], prefix: str = "") -> dict[str, dataclasses.Field[Any]]:
    return {it.name: it for it in dataclasses.fields(getattr(delula.types, f"{prefix}{model.__name__}"))}


@pytest.mark.parametrize("model", MODELS)
def test_a_row_has_the_models_columns_but_no_secrets(model: type[ProductTable]) -> None:
    assert list(_plain(model)) == [name for name in _columns(model) if name not in SECRETS]


@pytest.mark.parametrize("model", MODELS)
def test_an_insert_requires_what_the_database_does_not_fill_in(model: type[ProductTable]) -> None:
    plain = _plain(model, "Insert")
    assert set(plain) == set(_columns(model))
    for name, column in _columns(model).items():
        serial = column is column.table.autoincrement_column
        filled = column.nullable or column.server_default is not None or serial
        assert (plain[name].default is UNSET) == filled, name


def test_types_and_nullability_are_those_of_a_migrated_database(database_url: str) -> None:
    upgrade(database_url, "0000")
    query = """
        SELECT column_name, data_type, is_nullable = 'YES' FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = %s"""
    with psycopg.connect(database_url) as connection:
        for model in MODELS:
            row = get_type_hints(getattr(delula.types, model.__name__))
            new = get_type_hints(getattr(delula.types, f"Insert{model.__name__}"))
            live = {name: rest for name, *rest in connection.execute(query, [model.__tablename__])}
            columns = _columns(model)
            assert {column.name for column in columns.values()} == set(live)
            for name, column in columns.items():
                data_type, nullable = live[column.name]
                if data_type == "jsonb":
                    assert (
                        new[name] == JsonValue
                        or JsonValue in get_args(new[name])
                        or "JsonValue" in str(new[name])
                    )
                    continue
                for hints in [new] if name in SECRETS else [new, row]:
                    members = _parts(hints[name]) - set(get_args(delula.types.Unset)) - {delula.types.Unset}
                    assert (type(None) in members) == nullable, f"{model.__name__}.{name}"
                    expected = PYTHON[data_type]
                    kinds = {get_origin(it) or it for it in members} - {type(None)}
                    assert all(issubclass(kind, expected) for kind in kinds), f"{model.__name__}.{name}"


@pytest.mark.parametrize("model", MODELS)
def test_rows_admit_unknown_values_and_inserts_do_not(model: type[ProductTable]) -> None:
    row = get_type_hints(getattr(delula.types, model.__name__))
    new = get_type_hints(getattr(delula.types, f"Insert{model.__name__}"))
    for name, annotation in row.items():
        enums = {it for it in _parts(annotation) if isinstance(it, type) and issubclass(it, Enum)}
        if enums:
            raw = {int, str} & _parts(annotation)
            assert len(raw) == 1, name
            assert not raw & _parts(new[name]), name


def test_an_insert_gives_the_database_only_what_was_set(database_url: str) -> None:
    upgrade(database_url, "0000")
    new = InsertGeneration(user_id="u", prompt="p", metadata_={"a": [1]}, recipe_id=None)
    assert new.values() == {"user_id": "u", "prompt": "p", "metadata_": {"a": [1]}, "recipe_id": None}
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"))
    with Session(engine) as session:
        stored = session.scalars(insert(Generation).values(**new.values()).returning(Generation)).one()
        row = delula.types.Generation.of(stored)
    engine.dispose()
    assert (row.metadata_, row.status, row.max_retries) == ({"a": [1]}, GenerationStatus.PENDING, 2)
    assert row.created_at is not None


def test_the_text_of_an_insert_shows_no_secret() -> None:
    assert "hunter2" not in repr(InsertUser(id="u", password_hash="hunter2", session_token="hunter2"))
