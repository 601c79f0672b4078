"""Cursors travel through URLs unharmed, and anything else is refused by name."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import column

from delula.errors import InvalidInput
from delula.lists import Cursor, Sort, SortKind, parse_cursor

SORTS = {kind: Sort(kind.value, kind.value, column(kind.value), kind) for kind in SortKind}

VALUES = {
    SortKind.TIME: st.datetimes(timezones=st.just(UTC)),
    SortKind.INTEGER: st.integers(-(2**63) + 1, 2**63 - 1),
    SortKind.DECIMAL: st.floats(allow_nan=False, allow_infinity=False),
    SortKind.TEXT: st.text(st.characters(codec="utf-8", exclude_characters="\0")),
}


@pytest.mark.parametrize("kind", SortKind)
def test_a_cursor_comes_back_from_a_url_as_it_was(kind: SortKind) -> None:
    @given(value=VALUES[kind] | st.none(), id_=st.integers(0, 2**63 - 1), backward=st.booleans())
    def comes_back(value: object, id_: int, backward: bool) -> None:
        cursor = Cursor(value, id_, backward)  # type: ignore[arg-type]  # of the sort's kind
        assert parse_cursor(cursor.text, SORTS[kind], backward=backward) == cursor
        assert cursor.text.isascii()
        assert not set(cursor.text) & set("+/=&?#% ")

    comes_back()


@given(typed=st.text(max_size=200), backward=st.booleans())
def test_any_other_text_is_refused_by_the_name_of_its_parameter(typed: str, backward: bool) -> None:
    try:
        parse_cursor(typed, SORTS[SortKind.INTEGER], backward=backward)
    except InvalidInput as error:
        assert error.field == ("before" if backward else "after")


@pytest.mark.parametrize(
    "unpacked",
    [
        [1],
        [1, 2, 3],
        {"value": 1},
        [1, "2"],
        [1, True],
        [1, 1.5],
        [True, 1],
        ["x", 1],
        [1e400, 1],
        [2**70, 1],
        [1, 2**70],
        None,
    ],
)
def test_json_of_another_shape_is_refused(unpacked: object) -> None:
    typed = urlsafe_b64encode(json.dumps(unpacked).encode()).decode()
    with pytest.raises(InvalidInput):
        parse_cursor(typed, SORTS[SortKind.INTEGER], backward=False)


def test_a_value_of_another_kind_is_refused() -> None:
    cursor = Cursor(datetime(2026, 1, 1, tzinfo=UTC), 5)
    with pytest.raises(InvalidInput):
        parse_cursor(cursor.text, SORTS[SortKind.INTEGER], backward=False)


def test_a_sort_without_nulls_takes_no_null() -> None:
    sort = Sort("id", "Id", column("id"), SortKind.INTEGER, nullable=False)
    with pytest.raises(InvalidInput):
        parse_cursor(Cursor(None, 5).text, sort, backward=False)
