"""Every kind of field against PostgreSQL: the rows that a term finds are those that Python says it means."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Text, column, func, literal, select, text, values

from delula.search import parse
from delula.search.kinds.fulltext import FullText, Search, full_text
from delula.search.lexer import written_value
from delula.search.stopwords import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine, Table

    from delula.search import FieldSet, Filter

#: A naive time, as the database has it.
moment = datetime.fromisoformat

NOW = moment("2026-03-10T12:00")
DAY = timedelta(days=1)


def at(column: str, test: Callable[[Any], bool], *, null: bool = False) -> Callable[[Any], bool]:
    """A test of a row by one of its values; `null` is the answer where it has none."""
    return lambda thing: null if getattr(thing, column) is None else test(getattr(thing, column))


def between(column: str, start: datetime, end: datetime) -> Callable[[Any], bool]:
    """Whether a time lies in a half-open span."""
    return at(column, lambda value: start <= value < end)


def inside(meta: Any, *path: str) -> list[Any]:
    """What stands at a path of a document, arrays looked into."""
    items = meta if isinstance(meta, list) else [meta]
    if not path:
        return items
    here = [item[path[0]] for item in items if isinstance(item, dict) and path[0] in item]
    return [value for item in here for value in inside(item, *path[1:])]


def meta(*path: str, test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Whether any value at a path of the document passes."""
    return lambda thing: any(test(value) for value in inside(thing.meta, *path))


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


CASES: list[tuple[str, Callable[[Any], bool]]] = [
    # text
    ("name:100", at("name", lambda v: v == "100")),
    ("title:100%", at("name", lambda v: v == "100%")),
    ("name:100*", at("name", lambda v: v.startswith("100"))),
    ("name:*_", at("name", lambda v: v.endswith("_"))),
    ("name:a*b", at("name", lambda v: v.startswith("a") and v.endswith("b"))),
    ('name:"a*b"', at("name", lambda v: v == "a*b")),
    ('name:""', at("name", lambda v: v == "")),
    # An empty text reads like none.
    ("name:none", at("name", lambda v: v == "", null=True)),
    ("name:any", at("name", lambda v: v != "")),
    ("reason:none", at("reason", lambda v: v == "", null=True)),
    ("body:none", at("body", lambda v: v == "", null=True)),
    ("body:any", at("body", lambda v: v != "")),
    ('name:"none"', at("name", lambda v: v == "none")),
    ("name:none,100", at("name", lambda v: v in {"", "100"}, null=True)),
    ("name:100,100%,a*", at("name", lambda v: v in {"100", "100%"} or v.startswith("a"))),
    ("name:100,100", at("name", lambda v: v == "100")),
    ("name:*", at("name", lambda _: True)),
    ("reason:TIME", at("reason", lambda v: "time" in v.lower())),
    ("reason:=timeout", at("reason", lambda v: v == "timeout")),
    ("reason:_", at("reason", lambda v: "_" in v)),
    ("reason:%", at("reason", lambda v: "%" in v)),
    ("reason:t*30", at("reason", lambda v: "Timeout after 30" in v)),
    (r"reason:\s", at("reason", lambda v: "\\s" in v)),
    ("email:ADA@example.com", at("email", lambda v: v.lower() == "ada@example.com")),
    ("email:*@EXAMPLE.com", at("email", lambda v: v.lower().endswith("@example.com"))),
    # choices
    ("status:failed", at("status", lambda v: v == "failed")),
    ("status:Failed", at("status", lambda v: v == "Failed")),
    ("status:weird_status", at("status", lambda v: v == "weird_status")),
    ("status:failed,pending", at("status", lambda v: v in {"failed", "pending"})),
    ("status:none", at("status", lambda v: v == "", null=True)),
    ("status:any", at("status", lambda v: v != "")),
    ('status:""', at("status", lambda v: v == "")),
    ("grade:none", at("grade", lambda _: False, null=True)),
    ("grade:low", at("grade", lambda v: v == 1)),
    ("grade:HIGH,99", at("grade", lambda v: v in {2, 99})),
    ("grade:1", at("grade", lambda v: v == 1)),
    ("grade:-1", at("grade", lambda v: v == -1)),
    ("side:LEFT", lambda _: False),
    ("missing:cost", lambda thing: thing.cost is None),
    ('missing:cost,"low price"', lambda t: t.cost is None or (t.price is not None and t.price > 1)),
    # numbers
    ("cost:10", at("cost", lambda v: v == 10)),
    ("credits:+10", at("cost", lambda v: v == 10)),
    ("cost:=10", at("cost", lambda v: v == 10)),
    ("cost:-5", at("cost", lambda v: v == -5)),
    ("cost:>10", at("cost", lambda v: v > 10)),
    ("cost:>=10", at("cost", lambda v: v >= 10)),
    ("cost:<10", at("cost", lambda v: v < 10)),
    ("cost:<=10", at("cost", lambda v: v <= 10)),
    ("cost:10..20", at("cost", lambda v: 10 <= v <= 20)),
    ("cost:10..10", at("cost", lambda v: v == 10)),
    ("cost:-5..0", at("cost", lambda v: -5 <= v <= 0)),
    ("cost:11..", at("cost", lambda v: v >= 11)),
    ("cost:..0", at("cost", lambda v: v <= 0)),
    ("cost:0,10,>15,none", at("cost", lambda v: v in {0, 10} or v > 15, null=True)),
    ("cost:2147483647", at("cost", lambda v: v == 2_147_483_647)),
    ("cost:-2147483648", at("cost", lambda v: v == -2_147_483_648)),
    ("bytes:>4294967296", at("bytes", lambda v: v > 2**32)),
    ("bytes:9223372036854775807", at("bytes", lambda v: v == 2**63 - 1)),
    ("price:0.5", at("price", lambda v: v == Decimal("0.5"))),
    ("price:.50", at("price", lambda v: v == Decimal("0.5"))),
    ("price:>-1.25", at("price", lambda v: v > Decimal("-1.25"))),
    ("price:0.1..10", at("price", lambda v: Decimal("0.1") <= v <= 10)),
    # durations
    ("took:90s", at("took", lambda v: 90 <= v < 91)),
    ("took:1m30s", at("took", lambda v: 90 <= v < 91)),
    ("took:1.5m", at("took", lambda v: 90 <= v < 91)),
    ("took:250ms", at("took", lambda v: 0.25 <= v < 0.251)),
    ("took:>90", at("took", lambda v: v > 90)),
    ("took:<=8m", at("took", lambda v: v <= 480)),
    ("took:30s..2h", at("took", lambda v: 30 <= v <= 7200)),
    ("ran:>1.5s", at("took_ms", lambda v: v > 1500)),
    ("ran:250ms", at("took_ms", lambda v: v == 250)),
    ("ran:>36500d", at("took_ms", lambda _: False)),
    # times
    ("made:7d", at("made", lambda v: v >= NOW - 7 * DAY)),
    ("made:>7d", at("made", lambda v: v >= NOW - 7 * DAY)),
    ("made:<7d", at("made", lambda v: v < NOW - 7 * DAY)),
    ("made:<168h", at("made", lambda v: v < NOW - 7 * DAY)),
    ("made:30d..7d", between("made", NOW - 30 * DAY, NOW - 7 * DAY)),
    ("made:1y", at("made", lambda v: v >= moment("2025-03-10T12:00"))),
    ("made:<2mo", at("made", lambda v: v < moment("2026-01-10T12:00"))),
    ("made:2026-03-01", between("made", moment("2026-03-01"), moment("2026-03-02"))),
    ("made:2026-03", between("made", moment("2026-03-01"), moment("2026-04-01"))),
    ("made:2025", between("made", moment("2025-01-01"), moment("2026-01-01"))),
    ("made:2026-03-01T14:30", between("made", moment("2026-03-01T14:30"), moment("2026-03-01T14:31"))),
    (
        'made:"2026-03-01 14:30:59"',
        between("made", moment("2026-03-01T14:30:59"), moment("2026-03-01T14:31")),
    ),
    (
        "made:2026-03-01t15:30+01:00",
        between("made", moment("2026-03-01T14:30"), moment("2026-03-01T14:31")),
    ),
    ("made:2026-02-28..2026-03-01", between("made", moment("2026-02-28"), moment("2026-03-02"))),
    ("made:2025..2026-02", between("made", moment("2025-01-01"), moment("2026-03-01"))),
    ("made:..2025", at("made", lambda v: v < moment("2026-01-01"))),
    ("made:2026-03..", at("made", lambda v: v >= moment("2026-03-01"))),
    ("made:>2026-03-01", at("made", lambda v: v >= moment("2026-03-02"))),
    ("made:>=2026-03-01", at("made", lambda v: v >= moment("2026-03-01"))),
    ("made:<2026-03-01", at("made", lambda v: v < moment("2026-03-01"))),
    ("made:<=2026-03-01", at("made", lambda v: v < moment("2026-03-02"))),
    ("made:today", between("made", moment("2026-03-10"), moment("2026-03-11"))),
    ("made:yesterday", between("made", moment("2026-03-09"), moment("2026-03-10"))),
    ("made:>now", at("made", lambda v: v >= NOW)),
    ("made:none", at("made", lambda _: False, null=True)),
    # flags
    ("public:yes", at("public", lambda v: v)),
    ("is:public", at("public", lambda v: v)),
    ("public:FALSE", at("public", lambda v: not v)),
    ("public:yes,no", at("public", lambda _: True)),
    ("public:none", at("public", lambda _: False, null=True)),
    ("has:error", at("reason", lambda v: v.lower().startswith("time"))),
    ("error:no", at("reason", lambda v: not v.lower().startswith("time"), null=True)),
    ("is:broken", at("reason", lambda v: v.lower().startswith("time"))),
    # references
    ("owner:ada", at("owner", lambda v: v == "u1")),
    ("owner:gone", at("owner", lambda v: v == "gone")),
    ("owner:ada,gone,nobody", at("owner", lambda v: v in {"u1", "gone"})),
    ("owner:none", at("owner", lambda _: False, null=True)),
    ("recipe:lava", at("recipe", lambda v: v in {1, 2})),
    ("recipe:lava,77", at("recipe", lambda v: v in {1, 2, 77})),
    ("recipe:77", at("recipe", lambda v: v == 77)),
    # arrays
    ("label:red", at("labels", lambda v: "red" in v)),
    ('label:big,"a,b"', at("labels", lambda v: "big" in v or "a,b" in v)),
    ("label:none", at("labels", lambda v: not v, null=True)),
    ("label:any", at("labels", bool)),
    ("mark:2", at("marks", lambda v: 2 in v)),
    ("tag:fun", at("marks", lambda v: 2 in v)),
    ("tag:fun,77", at("marks", lambda v: 2 in v or 77 in v)),
    # JSON
    ("meta.style:neon", meta("style", test=lambda v: v == "neon")),
    ("meta.form.style:neon", meta("form", "style", test=lambda v: v == "neon")),
    ("meta.form.style:neon,noir", meta("form", "style", test=lambda v: v in {"neon", "noir"})),
    ("meta.style:ne*", meta("style", test=lambda v: isinstance(v, str) and v.startswith("ne"))),
    ("meta.text:line*break", meta("text", test=lambda v: v == "line\nbreak")),
    ("meta.text:*%", meta("text", test=lambda v: isinstance(v, str) and v.endswith("%"))),
    ("meta.n:5", meta("n", test=lambda v: v in {5, "5"})),
    ('meta.n:"5"', meta("n", test=lambda v: v == "5")),
    ("meta.n:-2.5", meta("n", test=lambda v: v == -2.5)),
    ("meta.n:>0", meta("n", test=lambda v: is_number(v) and v > 0)),
    ("meta.n:-3..0", meta("n", test=lambda v: is_number(v) and -3 <= v <= 0)),
    ("meta.on:true", meta("on", test=lambda v: v is True or v == "true")),
    ('meta.on:"true"', meta("on", test=lambda v: v == "true")),
    ('meta.form."odd key":"quo\\"te"', meta("form", "odd key", test=lambda v: v == 'quo"te')),
    ('meta.form."a.b":dot', meta("form", "a.b", test=lambda v: v == "dot")),
    ('meta.form."":empty', meta("form", "", test=lambda v: v == "empty")),
    ("meta.style:none", lambda t: not any(v is not None for v in inside(t.meta, "style"))),
    ("meta.style:any", meta("style", test=lambda v: v is not None)),
    ("meta.style:null", meta("style", test=lambda v: v is None)),
    ("meta:none", lambda t: t.meta is None),
    ("meta:any", lambda t: t.meta is not None),
    # full text
    ("whale", at("body", lambda v: "whale" in v)),
    ("WHALES", at("body", lambda v: "whale" in v)),
    ('"blue whale"', at("body", lambda v: "blue whale" in v)),
    ('body:"blue whale",runner', at("body", lambda v: "blue whale" in v or "runner" in v)),
    ("the*", at("body", lambda v: "theatre" in v)),
    ("therm*", at("body", lambda v: "thermal" in v)),
    ('body:sing*,"blue wha"*', at("body", lambda v: "sings" in v or "blue whale" in v)),
    ('"blue wha"*', at("body", lambda v: "blue whale" in v)),
    ("lava-food", at("body", lambda v: "lava-food" in v)),
    ("café", at("body", lambda v: "Café" in v)),
    ("hidden", lambda _: False),
]


@pytest.mark.parametrize(("typed", "meant"), CASES, ids=[typed for typed, _ in CASES])
def test_a_term_finds_the_rows_it_means_and_its_negation_all_others(
    typed: str,
    meant: Callable[[Any], bool],
    read: Callable[[str], Filter],
    found: Callable[[Filter], set[int]],
    things: list[Any],
) -> None:
    wanted = {thing.id for thing in things if meant(thing)}
    everything = {thing.id for thing in things}
    filter_ = read(typed)
    assert filter_.problems == ()
    assert found(filter_) == wanted
    assert found(read(filter_.text)) == wanted
    assert found(filter_.toggled(0)) == everything - wanted


def test_every_hostile_text_is_found_by_itself_and_by_its_beginning(
    read: Callable[[str], Filter], found: Callable[[Filter], set[int]], things: list[Any]
) -> None:
    for value in {thing.name for thing in things if thing.name is not None}:
        exact = read("").setting("name", value)
        assert exact.values("name") == (value,)
        assert found(exact) == {thing.id for thing in things if thing.name == value}
        starting = read(f"name:{written_value(value)}*" if value else "name:*")
        assert found(starting) == {
            thing.id for thing in things if thing.name is not None and thing.name.startswith(value)
        }


def test_dates_are_days_of_the_zone_that_is_handed_in(
    fields: FieldSet, found: Callable[[Filter], set[int]], things: list[Any]
) -> None:
    berlin = parse("made:2026-03-10", fields, now=NOW, zone=ZoneInfo("Europe/Berlin"))
    start, end = moment("2026-03-09T23:00"), moment("2026-03-10T23:00")
    assert found(berlin) == {thing.id for thing in things if thing.made and start <= thing.made < end}
    assert found(berlin) != found(parse("made:2026-03-10", fields, now=NOW))


def test_terms_narrow_each_other_and_plain_words_make_one_condition(
    read: Callable[[str], Filter], found: Callable[[Filter], set[int]], things: list[Any]
) -> None:
    filter_ = read("blue whale -sings status:failed,pending cost:>0")
    assert len(filter_.conditions()) == 4
    assert found(filter_) == {
        thing.id
        for thing in things
        if thing.body == "the whale was blue"
        and thing.status in {"failed", "pending"}
        and (thing.cost or 0) > 0
    }


def test_prefixes_and_phrases_hold_together_in_any_order(
    read: Callable[[str], Filter], found: Callable[[Filter], set[int]], things: list[Any]
) -> None:
    wanted = {thing.id for thing in things if thing.body == "A blue whale sings below the ice"}
    for typed in ('the* wha* sing* "blue whale"', '"blue whale" sing* wha* below', "sing* blue whale ice"):
        assert found(read(typed.replace("the* ", ""))) == wanted
        assert found(read(f"theatre {typed}")) == set()


def test_a_word_longer_than_any_index_holds_is_marked_and_not_dropped(
    read: Callable[[str], Filter], found: Callable[[Filter], set[int]]
) -> None:
    for typed in ("é" * 1_900, "é" * 1_900 + "*", f'"blue {"ö" * 1_900}"*', f"body:blue,{'ö' * 1_900}"):
        assert "no word as long as that" in read(typed).problems[0].message
    for typed in ("q-" * 900 + "q", "x" * 1_999, "x" * 1_998 + "*"):
        assert found(read(typed)) == set()


def test_a_word_too_common_to_search_narrows_nothing_and_says_so(
    read: Callable[[str], Filter], found: Callable[[Filter], set[int]]
) -> None:
    filter_ = read("the whale")
    assert filter_.terms[0].note is not None
    assert filter_.terms[1].note is None
    assert found(filter_) == found(read("whale"))


def test_the_words_too_common_to_search_are_those_of_the_server(engine: Engine) -> None:
    with engine.connect() as connection:
        left = connection.execute(
            text("SELECT w FROM unnest(CAST(:words AS text[])) w WHERE to_tsvector('english', w) <> ''"),
            {"words": sorted(ENGLISH)},
        )
        assert left.all() == []


#: Words whose stems are not simply their starts, and texts that are taken apart in odd places.
ODD = (
    "hoping hopes hope happily happiness dying dies skies sky cinematic CINEMATICS cinematically "
    "relational relate civilization civilize ability able sensibilities sensibly analogies bubbling "
    "cries crying whale Whale's e-mails re-hoping https://cinematic.example/Hoping/skies.png naïvely "
    "Åland \u212aelvins kelvin 4k 100,5 İstanbul don't"
)


def test_a_glance_lets_every_text_pass_that_a_search_finds(engine: Engine) -> None:
    words = ODD.split()
    body = column("body", Text)
    kind, vector = FullText(text=body), full_text(body)
    texts = values(body, name="texts").data([(f"in the {word} of it",) for word in words])
    passed = 0
    with engine.connect() as connection:
        for word in words:
            search = [Search(word, phrase=False)]
            finds, glance = kind.finds(vector, kind.all_of(search)), kind.glance(search)
            assert glance is not None
            found = connection.execute(select(glance, body).select_from(texts).where(finds)).all()
            assert found or word == "don't", word
            assert all(is_seen for is_seen, _ in found), word
            passed += connection.execute(select(func.count()).select_from(texts).where(glance)).scalar_one()
    assert passed < len(words) ** 2 * 0.6, "it spares the search many texts, though not for short words"


def test_nothing_is_glanced_at_where_somebody_has_changed_what_english_words_are(engine: Engine) -> None:
    glance = FullText(text=literal("a text without it")).glance([Search("cinematic", phrase=False)])
    with engine.connect() as connection:
        assert connection.execute(select(glance)).scalar_one() is False
        connection.execute(text("CREATE TEXT SEARCH DICTIONARY own (TEMPLATE = simple)"))
        connection.execute(
            text("ALTER TEXT SEARCH CONFIGURATION english ALTER MAPPING FOR asciiword WITH own, english_stem")
        )
        assert connection.execute(select(glance)).scalar_one() is True


@pytest.mark.parametrize(
    ("typed", "index"),
    [
        ("status:failed", "things_status"),
        ("whale blue", "things_body"),
        ("meta.form.style:neon", "things_meta"),
        ("meta.n:5", "things_meta"),
        ("label:red,big", "things_labels"),
        ("name:100*", "things_name"),
        ("name:none", "things_name"),
        ("made:2026-03", "things_made"),
    ],
)
def test_conditions_are_written_so_that_an_index_answers_them(
    typed: str, index: str, read: Callable[[str], Filter], engine: Engine, table: Table
) -> None:
    with engine.connect() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        compiled = select(table.c.id).where(*read(typed).conditions()).compile(engine)
        plan = connection.exec_driver_sql(f"EXPLAIN {compiled}", dict(compiled.params)).scalars()
        assert index in "\n".join(plan)


def test_one_value_compiles_to_equality_and_its_negation_to_distinctness(
    read: Callable[[str], Filter], engine: Engine
) -> None:
    def sql(typed: str) -> str:
        return str(read(typed).conditions()[0].compile(engine, compile_kwargs={"literal_binds": True}))

    assert sql("status:failed") == "things.status = 'failed'"
    assert sql("status:failed,failed") == "things.status = 'failed'"
    assert sql("status:failed,pending") == "things.status IN ('failed', 'pending')"
    assert sql("-status:failed") == "things.status IS DISTINCT FROM 'failed'"
    assert sql("-cost:>10") == "(things.cost > 10) IS NOT true"
    assert sql("public:yes") == "things.public"
