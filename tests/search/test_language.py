"""The language itself: reading, writing again, editing, and saying what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import column

from delula.errors import InvalidInput
from delula.search import Field, FieldSet, Number, Text, parse, suggest
from delula.search.parser import MAXIMUM_LENGTH, MAXIMUM_TERMS

if TYPE_CHECKING:
    from collections.abc import Callable

    from delula.search import Filter

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)

#: Any Python text, lone surrogates and NUL included.
ANYTHING = st.text(max_size=200)

_NAME_WORDS = """
id name title reason email status grade side cost bytes price took ran made public error owner recipe meta
meta.form.style meta."odd" meta. label mark tag missing body is has nonsense Status STATUS.x
"""
_VALUE_WORDS = r"""
failed Failed none any yes no lava ada 1 -1 5 1.5 2147483648 99999999999999999999 7d 1mo 0d 2026-02-30 2026
2026-03-01T25:00 9999-12-31 today 90s 1m30s public error neon wha* *a* a*b* * " "" "a_b" "a\" \ \" ' % _ ..
1..5 5..1 ..5 1.. 1...5 a..b 2026..2025 , 1,2 1,,2 > >5 >=5 <-5 <=7d = =x >> =>5 : :: the 🐳 'a':* a&b !! (
<-> {} $.x
"""
_NAMES = st.sampled_from(_NAME_WORDS.split())
_VALUES = st.one_of(
    st.sampled_from([*_VALUE_WORDS.split(), '"a b"', "\u202e", "\0", "\ud800", "\n", " "]),
    st.text(max_size=12),
)
_TERMS = st.builds(
    lambda sign, name, values: sign + name + "".join(values),
    st.sampled_from(["", "", "-", "--"]),
    st.one_of(st.just(""), _NAMES.map(lambda name: f"{name}:")),
    st.lists(_VALUES, max_size=3),
)
#: Texts that look like filters.
FILTERS = st.lists(_TERMS, max_size=5).map(" ".join)
TEXTS = st.one_of(FILTERS, ANYTHING)

#: A busy machine is no failure; the fixtures are of the session.
relaxed = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)


@relaxed
@given(typed=TEXTS)
def test_any_text_is_read_without_an_error_and_nothing_of_it_is_lost(
    typed: str, read: Callable[[str], Filter]
) -> None:
    filter_ = read(typed)
    covered = "".join(typed[term.start : term.end] for term in filter_.terms)
    if filter_.terms and len(typed.strip()) > MAXIMUM_LENGTH:
        assert covered == typed.strip()
    else:
        left = typed
        for term in reversed(filter_.terms):
            left = left[: term.start] + left[term.end :]
        assert not left.strip()
    for problem in filter_.problems:
        assert problem.message.endswith((".", "?"))
        assert 0 <= problem.start < problem.end <= len(typed)


@relaxed
@given(typed=TEXTS)
def test_reading_what_was_written_gives_the_same_filter(typed: str, read: Callable[[str], Filter]) -> None:
    filter_ = read(typed)
    again = read(filter_.text)
    assert again == filter_
    assert again.text == filter_.text
    assert [term.value for term in again.terms] == [term.value for term in filter_.terms]
    assert [bool(term.problem) for term in again.terms] == [bool(term.problem) for term in filter_.terms]
    assert [str(term.operands) for term in again.terms] == [str(term.operands) for term in filter_.terms]


@relaxed
@given(typed=TEXTS, position=st.integers(0, 5))
def test_negating_a_term_twice_changes_nothing(
    typed: str, position: int, read: Callable[[str], Filter]
) -> None:
    filter_ = read(typed)
    if position < len(filter_.terms):
        once = filter_.toggled(position)
        assert len(once.terms) == len(filter_.terms)
        moved = next(
            index for index, term in enumerate(once.terms) if term.body == filter_.terms[position].body
        )
        assert {term.text for term in once.toggled(moved).terms} == {term.text for term in filter_.terms} or (
            filter_.terms[position].body in {term.body for term in filter_.without(position).terms}
        )


@relaxed
@given(typed=TEXTS, position=st.integers(0, 5))
def test_taking_a_term_away_leaves_the_others(
    typed: str, position: int, read: Callable[[str], Filter]
) -> None:
    filter_ = read(typed)
    if position < len(filter_.terms):
        texts = [term.text for index, term in enumerate(filter_.terms) if index != position]
        assert [term.text for term in filter_.without(position).terms] == texts


@relaxed
@given(typed=TEXTS, name=st.sampled_from(["name", "status", "owner", "meta.form.x"]), value=ANYTHING)
def test_setting_a_field_means_the_value_literally(
    typed: str, name: str, value: str, read: Callable[[str], Filter]
) -> None:
    before = read(typed)
    filter_ = before.setting(name, value)
    storable = "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
    if storable and len(filter_.text) < MAXIMUM_LENGTH and len(filter_.terms) <= MAXIMUM_TERMS:
        assert filter_.values(name) == (value,)
        assert not filter_.setting(name).values(name)


@relaxed
@given(typed=TEXTS)
def test_a_suggestion_can_always_be_put_in_the_place_of_its_term(
    typed: str, read: Callable[[str], Filter]
) -> None:
    filter_ = read(typed)
    for position, term in enumerate(filter_.terms):
        if term.suggestion is not None:
            assert len(filter_.corrected(position).terms) >= 1


@relaxed
@given(typed=TEXTS, caret=st.integers(-1, 210))
def test_autocomplete_never_fails_and_keeps_the_caret_in_the_text(
    typed: str, caret: int, fields: FieldSet
) -> None:
    for suggestion in suggest(typed, caret, fields, lambda *_: []):
        assert 0 <= suggestion.caret <= len(suggestion.text)


@settings(relaxed, max_examples=100)
@given(typed=TEXTS)
def test_whatever_can_be_run_runs_on_the_server(
    typed: str, read: Callable[[str], Filter], found: Callable[[Filter], set[int]], things: list[object]
) -> None:
    filter_ = read(" ".join(term.text for term in read(typed).terms if not term.problem))
    try:
        rows = found(filter_)
    except InvalidInput:
        return  # a name that no resolver knows, and that is no id
    if len(filter_.terms) == 1 and filter_.terms[0].note is None:
        assert len(rows) + len(found(filter_.toggled(0))) == len(things)


@pytest.mark.parametrize(
    ("typed", "field", "says", "suggestion"),
    [
        ("statsu:failed", "statsu", "did you mean status?", "status:failed"),
        ("-statsu:failed", "statsu", "did you mean status?", "-status:failed"),
        ("https://example.com", "https", "quotes around the term", '"https://example.com"'),
        ("status:", "status", "Status needs a value", None),
        ("status:a,,b", "status", "empty value between its commas", "status:a,b"),
        ("status:fail*", "status", "takes one of pending", "status:failed"),
        ("status:>failed", "status", "cannot be compared with >", "status:failed"),
        ("status.x:failed", "status", "has no parts", None),
        ("side:lfet", "side", "takes one of left, right", "side:left"),
        ("grade:lwo", "grade", "takes one of low, high", "grade:low"),
        ("missing:none", "missing", "takes one of cost", None),
        ("cost:lots", "cost", "takes a whole number", None),
        ("cost:1.5", "cost", "takes a whole number", "cost:1"),
        ("cost:>1.5", "cost", "takes a whole number", "cost:>1"),
        ("cost:٣", "cost", "takes a whole number", None),
        ("cost:>2147483648", "cost", "from -2147483648 to 2147483647", None),
        (f"cost:{'9' * 500}", "cost", "from -2147483648 to 2147483647", None),
        ("bytes:9223372036854775808", "bytes", "to 9223372036854775807", None),
        ("recipe:", "recipe", "needs a value", None),
        ("cost:20..10", "cost", "the wrong way round", "cost:10..20"),
        ("cost:..", "cost", "a range between two values", None),
        ("cost:1..2..3", "cost", "a range between two values", None),
        ("cost:>", "cost", "needs a value", None),
        ("price:1e5", "price", "takes a number", None),
        (f"price:{'1' * 40}", "price", "at most 30 digits", None),
        ("took:soon", "took", "takes a duration", None),
        ("took:>200y", "took", "takes a duration", None),
        ("took:99999999999999h", "took", "hundred years", None),
        ("made:soon", "made", "takes a date or an age", None),
        ("made:2026-02-30", "made", "no such day", None),
        ("made:2026-03-01T25:00", "made", "no such day or time", None),
        ("made:0000", "made", "between 1900 and 9998", None),
        ("made:9999-12-31", "made", "between 1900 and 9998", None),
        ("made:999999999y", "made", "longer ago", None),
        ("made:2026-03..2026-02", "made", "the wrong way round", "made:2026-02..2026-03"),
        ("made:7d..30d", "made", "the wrong way round", "made:30d..7d"),
        ("public:maybe", "public", "takes yes or no", "public:yes"),
        ("is:pubic", "is", "takes one of public, error", "is:public"),
        ("owner:a*", "owner", "without *", None),
        ("label:r*", "label", "without *", None),
        ("meta:neon", "meta", "needs the path", None),
        ("meta.n:>a*", "meta", "cannot be compared with > and *", None),
        ("meta.n:1..b", "meta", "two numbers or two texts", None),
        ('"open', None, "not closed", '"open"'),
        ('name:"open', "name", "not closed", 'name:"open"'),
        ('""', None, "nothing between these quotes", None),
        ("!!!", None, "letters or digits", None),
        ("*whale", None, "only at the end", "whale*"),
        ("bl*e", None, "only at the end", "bl*"),
        ("name:a\0b", "name", "no text in the database", None),
        ("\ud800", None, "no text in the database", None),
    ],
)
def test_what_cannot_be_read_is_marked_with_its_field_and_a_way_out(
    typed: str, field: str | None, says: str, suggestion: str | None, read: Callable[[str], Filter]
) -> None:
    filter_ = read(f"status:failed {typed}")
    assert [term.problem is None for term in filter_.terms] == [True, False]
    problem = filter_.problems[0]
    assert (problem.field, problem.suggestion) == (field, suggestion)
    assert says in problem.message
    assert filter_.source[problem.start : problem.end] == typed
    with pytest.raises(InvalidInput):
        filter_.conditions()
    assert filter_.without(1).text == "status:failed"
    if suggestion is not None:
        assert filter_.corrected(1) == read(f"status:failed {suggestion}")


def test_a_text_that_is_too_long_is_refused_whole(read: Callable[[str], Filter]) -> None:
    for typed in ("a" * 100_000, '"' * 99_999, "status:failed " * 8_000, "a.b." * 30_000, "-" * 50_000):
        filter_ = read(typed)
        assert len(filter_.terms) == 1
        assert "at most 2,000" in filter_.problems[0].message
        assert read(filter_.text) == filter_
        assert suggest(typed, len(typed), filter_.fields) == []


def test_terms_beyond_the_limit_are_refused_and_kept(read: Callable[[str], Filter]) -> None:
    filter_ = read(" ".join(f"cost:{number}" for number in range(MAXIMUM_TERMS + 3)))
    assert len(filter_.terms) == MAXIMUM_TERMS + 3
    assert [problem.message[:28] for problem in filter_.problems] == ["A filter has at most 50 term"] * 3
    assert filter_.without(0).without(0).without(0).is_valid


def test_a_name_that_nothing_bears_is_marked_once_the_filter_is_resolved(
    read: Callable[[str], Filter],
) -> None:
    asked: list[list[str]] = []

    def users(names: list[str]) -> dict[str, list[str | int]]:
        asked.append(names)
        return {"ada": ["u1"]}

    resolvers = {"owner": users, "recipe": lambda _: {}}
    filter_ = read("owner:ada,eve -owner:ada recipe:no-such recipe:77").resolved(resolvers)
    assert asked == [["ada", "eve"]]
    assert "No user is known as “eve”" in (filter_.terms[0].note or "")
    assert filter_.terms[1].note is None
    assert [problem.message for problem in filter_.problems] == ["No recipe is known as “no-such”."]
    assert filter_.terms[3].problem is None


def test_an_unusual_value_of_an_open_list_works_and_offers_the_nearest(read: Callable[[str], Filter]) -> None:
    term = read("-status:faild").terms[0]
    assert term.problem is None
    assert term.note == "“faild” is none of the usual values."
    assert term.suggestion == "-status:failed"


def test_edits_keep_the_rest_of_the_filter_and_its_order(read: Callable[[str], Filter]) -> None:
    filter_ = read("whale status:failed cost:>10 -credits:20")
    assert filter_.setting("status", "pending", "two words").text == (
        'whale status:pending,"two words" cost:>10 -cost:20'
    )
    assert filter_.replacing("credits", "5..7").text == "whale status:failed cost:5..7"
    assert filter_.replacing("made", ">7d").text == f"{filter_.text} made:>7d"
    assert filter_.replacing("status", "").text == "whale cost:>10 -cost:20"
    assert filter_.adding('"blue sea" is:public').text == f'{filter_.text} "blue sea" public:yes'
    assert filter_.toggled(1).text == "whale -status:failed cost:>10 -cost:20"
    assert filter_.with_value_toggled("status", "pending").text.startswith("whale status:failed,pending ")
    assert filter_.with_value_toggled("status", "failed").text == "whale cost:>10 -cost:20"
    assert read("status:failed,none -status:x").with_value_toggled("status", "failed").text == (
        "status:none -status:x"
    )
    assert read("cost:1 -status:failed").with_value_toggled("status", "failed").text == "cost:1 status:failed"
    assert read('meta.form."odd key":x').setting('meta.form."odd key"', "y").text == 'meta.form."odd key":y'
    assert read('"open').adding("status:failed").text == 'status:failed "open'


def test_chips_say_in_words_what_a_term_means(read: Callable[[str], Filter]) -> None:
    filter_ = read(
        '-status:failed,pending grade:1 cost:10..20 cost:>5 made:..2025 meta.form.style:none "a b" x:y'
    )
    assert [term.label for term in filter_.terms] == [
        "not Status: failed or pending",
        "Grade: Low",
        "Cost: 10 to 20",
        "Cost: > 5",
        "Made: up to 2025",
        "Metadata.form.style: none",
        '"a b"',
        "x:y",
    ]


def test_plain_words_search_any_field_that_is_declared_for_them() -> None:
    names = FieldSet(
        [Field(name="name", label="Name", kind=Text(contains=True), expression=column("name"))],
        default="name",
    )
    filter_ = parse('ada "love lace" -x', names, now=NOW)
    assert filter_.is_valid
    assert len(filter_.conditions()) == 3
    none = FieldSet([Field(name="cost", label="Cost", kind=Number(), expression=column("cost"))])
    assert "name a field, such as cost:10" in parse("ada", none, now=NOW).problems[0].message


@pytest.mark.parametrize("names", [("a", "A"), ("is",), ("two words",), ("x:",), ("",)])
def test_fields_that_could_not_be_told_apart_or_typed_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="called"):
        FieldSet([Field(name=name, label=name, kind=Number()) for name in names])


def test_the_help_table_has_a_row_and_a_readable_example_for_every_field(
    fields: FieldSet, read: Callable[[str], Filter]
) -> None:
    rows = fields.help_rows()
    assert [row.name.removesuffix(".…") for row in rows] == list(fields.names)
    for row in rows:
        assert read(row.example).is_valid, row.example
        assert row.takes.endswith(".")
