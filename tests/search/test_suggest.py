"""Autocomplete at the caret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from delula.search import Choice, suggest

if TYPE_CHECKING:
    from delula.search import Field, FieldSet


def taken(typed: str, fields: FieldSet, caret: int | None = None) -> list[str]:
    """The texts that the suggestions lead to, the caret marked with `|`."""
    found = suggest(typed, len(typed) if caret is None else caret, fields, people)
    return [f"{one.text[: one.caret]}|{one.text[one.caret :]}" for one in found]


def people(field: Field, beginning: str, limit: int) -> list[Choice]:
    """Users out of a database of two."""
    known = [Choice("u1", "ada@example.com", "Ada"), Choice("u2", "two words")]
    return [one for one in known if field.name == "owner" and one.typed.startswith(beginning)][:limit]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("sta", "status:|"),
        ("-sta", "-status:|"),
        ("cost:>5 cre", "cost:>5 cost:|"),
        ("statu", "status:|"),
        ("sttaus", "status:|"),
        ("status:fa", "status:failed |"),
        ("-status:fa", "-status:failed |"),
        ("status:failed,pe", "status:failed,pending |"),
        ('status:"a,b",pe', 'status:"a,b",pending |'),
        ("grade:hi", "grade:high |"),
        ("public:", "public:yes |"),
        ("is:", "is:public |"),
        ("is:bro", "is:error |"),
        ("statsu:failed", "status:|failed"),
        ("meta.fo", "meta.form.style:|"),
        ("meta.form.o", 'meta.form."odd key":|'),
        ("owner:ad", "owner:ada@example.com |"),
        ("owner:two", 'owner:"two words" |'),
        ("made:", "made:7d |"),
        ("12345", "id:12345 |"),
        ("eve@example.com", "owner:eve@example.com |"),
        ("failed", "status:failed |"),
        ("miss", "missing:|"),
        ("missing:lo", 'missing:"low price" |'),
    ],
)
def test_the_likeliest_completion_comes_first(typed: str, first: str, fields: FieldSet) -> None:
    assert taken(typed, fields)[:1] == [first]


def test_an_empty_box_offers_the_fields_in_their_order(fields: FieldSet) -> None:
    assert taken("", fields)[:3] == ["id:|", "name:|", "reason:|"]
    assert taken("cost:1 ", fields)[:1] == ["cost:1 id:|"]


def test_only_the_term_at_the_caret_is_completed(fields: FieldSet) -> None:
    assert taken("sta cost:1", fields, caret=3)[:1] == ["status:| cost:1"]
    assert taken("status:fa cost:1", fields, caret=9)[:1] == ["status:failed |cost:1"]
    assert taken("status:faxxx cost:1", fields, caret=9)[:1] == ["status:failed |cost:1"]


def test_nothing_is_offered_inside_a_phrase_or_for_a_finished_value(fields: FieldSet) -> None:
    assert taken('"sta', fields) == []
    assert "status:failed|" not in taken("status:failed", fields)


def test_presence_is_offered_where_the_field_has_it(fields: FieldSet) -> None:
    assert "status:none |" in taken("status:", fields)
    assert "missing:none |" not in taken("missing:", fields)
