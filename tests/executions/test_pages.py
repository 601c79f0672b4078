"""The pages of executions: the list against SQL by hand, one execution as a trace, for every role."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from delula.access.permissions import Role
from delula.executions import queries
from delula.executions.listing import FIELDS, LISTING
from delula.web.masking import MASK
from tests.consoles import FRAGMENT
from tests.generations.reading import ask, ids, link, words
from tests.test_crawl import check
from tests.thinning import some

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.consoles import Console

LIST = "/components/executions/"

#: What is typed, and the condition that it must mean.
MEANINGS = {
    "": "true",
    "id:2147483000": "id = 2147483000",
    "id:>300": "id > 300",
    "component:a/b": "component_id = 'a/b'",
    "component:Slash": "component_id = 'a/b'",
    "component:deleted-component": "component_id = 'deleted-component'",
    '-component:"graph"': "component_id IS DISTINCT FROM 'graph'",
    "execution:the-long-one": "execution_id = 'the-long-one'",
    "execution:none": "coalesce(execution_id, '') = ''",
    "user:ann@example.org": "user_id = 'u-ann'",
    "user:none": "user_id IS NULL",
    "success:yes": "success",
    "success:no": "NOT success",
    "success:none": "success IS NULL",
    "-success:yes": "success IS DISTINCT FROM true",
    "error:timeout": "left(error_message, 500) ILIKE '%timeout%'",
    'error:="No codec"': "left(error_message, 500) = 'No codec'",
    "error:any": "error_message <> ''",
    'message:"No codec"': "regexp_replace(trim(error_message), '\\s+', ' ', 'g') = 'No codec'",
    "success:no message:none": "NOT success AND coalesce(trim(error_message), '') = ''",
    "success:no error:none": "NOT success AND coalesce(error_message, '') = ''",
    "duration:>2s": "processing_time_ms > 2000",
    "duration:1s": "processing_time_ms >= 1000 AND processing_time_ms < 2000",
    "duration:none": "processing_time_ms IS NULL",
    "cost:2": "credit_cost = 2",
    "cost:none": "credit_cost IS NULL",
    "created:2026-03-01": "created_at >= '2026-03-01' AND created_at < '2026-03-02'",
    "created:7d component:graph success:no": "created_at >= (now() AT TIME ZONE 'UTC') - interval '7 days'"
    " AND component_id = 'graph' AND NOT success",
    "created:none": "created_at IS NULL",
    "input.n:7": "input_data -> 'n' = '7'",
    "input.prompt:cat*": "input_data ->> 'prompt' LIKE 'cat%'",
    "output.frames:>4": "jsonb_typeof(output_data) = 'object' AND (output_data ->> 'frames')::int > 4",
    "output:none": "output_data IS NULL",
}


def found(client: FlaskClient, query: str, sort: str = "-created") -> list[int]:
    """The ids of all rows that a filter leaves."""
    page = ask(client, LIST, q=query, columns="id", sort=sort)
    assert page.status_code == 200, words(page.text)
    rows = ids(page)
    while (further := link(page, "next")) is not None:
        page = client.get(further, headers=FRAGMENT)
        rows += ids(page)
    return rows


@pytest.mark.parametrize("query", MEANINGS)
@pytest.mark.parametrize("sort", some(["-created", "duration"], 1))
def test_a_filter_leaves_the_rows_that_sql_leaves(running: Console, query: str, sort: str) -> None:
    statement = f"SELECT id FROM component_usage WHERE {MEANINGS[query]}"  # noqa: S608 - our own
    expected = [id_ for (id_,) in running.sql(statement)]  # type: ignore[arg-type]
    rows = found(running.admin, query, sort)
    assert len(rows) == len(set(rows))
    assert sorted(rows) == sorted(expected)


def test_every_field_is_held_against_sql() -> None:
    assert {field.name for field in FIELDS} <= {re.split(r"[:.]", query.lstrip("-"))[0] for query in MEANINGS}


@pytest.mark.parametrize(
    ("key", "column"), [("created", "created_at"), ("id", "id"), ("duration", "processing_time_ms")]
)
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_sort_pages_through_all_in_the_order_of_sql(
    running: Console, key: str, column: str, sign: str
) -> None:
    way = "DESC" if sign else "ASC"
    statement = f"SELECT id FROM component_usage ORDER BY {column} {way} NULLS LAST, id {way}"  # noqa: S608 - our own
    expected = [id_ for (id_,) in running.sql(statement)]  # type: ignore[arg-type]
    assert found(running.admin, "", sign + key) == expected
    assert {sort.key for sort in LISTING.sorts} == {"created", "id", "duration"}


def test_an_execution_is_found_by_its_id_and_by_the_number_of_each_run(running: Console) -> None:
    runs = running.sql(
        "SELECT id FROM component_usage WHERE execution_id = 'run-of-5' ORDER BY created_at, id"
    )
    page = running.admin.get(f"{LIST}run-of-5").text
    assert [int(id_) for id_ in re.findall(r'id="run-(\d+)"', page)] == [id_ for (id_,) in runs]
    assert 'aria-current="true"' not in page
    for (id_,) in runs:
        of_run = running.admin.get(f"{LIST}{id_}").text
        assert re.findall(r'class="trace-step chosen"\s+id="run-(\d+)"', of_run) == [str(id_)]


#: Ids of executions, and the addresses by which people and the palette get to them.
ODD_IDS = {
    "flow/7": (f"{LIST}flow/7", f"{LIST}flow%2F7"),
    "flow//7/": (f"{LIST}flow//7/", f"{LIST}flow%2f%2F7%2F"),
    "/../a b%?#": (),
    "~flow": (f"{LIST}~flow",),
    "count": (),
    "7/peek": (),
    "1": (),
}


@pytest.mark.parametrize("id_", list(ODD_IDS))
def test_every_execution_can_be_opened_whatever_its_id(running: Console, id_: str) -> None:
    running.sql(
        "INSERT INTO component_usage (component_id, execution_id) SELECT component_id, %s"
        " FROM component_registry LIMIT 1 RETURNING id",
        id_,
    )
    try:
        ((run,),) = running.sql("SELECT id FROM component_usage WHERE execution_id = %s", id_)
        offered = running.admin.get("/palette", query_string={"q": id_}, headers=FRAGMENT).text
        (href,) = set(re.findall(rf'href="({LIST}[^"?]+)"', offered))
        for address in (href, *ODD_IDS[id_]):
            page = running.admin.get(address)
            assert re.findall(r'id="run-(\d+)"', page.text) == [str(run)], address
    finally:
        running.sql("DELETE FROM component_usage WHERE execution_id = %s", id_)


def test_runs_without_an_execution_stand_alone(running: Console) -> None:
    for condition in ("execution_id IS NULL", "execution_id = ''"):
        statement = f"SELECT id FROM component_usage WHERE {condition} LIMIT 3"  # noqa: S608 - our own
        for (id_,) in running.sql(statement):  # type: ignore[arg-type]
            page = running.admin.get(f"{LIST}{id_}").text
            assert re.findall(r'id="run-(\d+)"', page) == [str(id_)]
            assert "names no execution" in words(page)


def test_the_totals_of_an_execution_are_those_of_sql(running: Console) -> None:
    (row,) = running.sql(
        "SELECT count(*), count(*) FILTER (WHERE NOT success), count(*) FILTER (WHERE success IS NULL),"
        " sum(credit_cost) FROM component_usage WHERE execution_id = 'run-of-20'"
    )
    facts = re.sub(r"\s+", " ", words(running.admin.get(f"{LIST}run-of-20").text)).split("Facts")[1]
    runs, failed, unfinished, credits_ = row
    assert f"Runs {runs} Failed {failed} Unfinished {unfinished}" in facts
    assert f"Credits {credits_} " in facts


def test_an_execution_of_many_runs_shows_the_first_and_says_so(running: Console) -> None:
    page = running.admin.get(f"{LIST}the-long-one").text
    assert page.count('class="trace-step"') == queries.MOST_STEPS
    assert "This execution has more runs than these" in page
    assert page.count("data-json>") <= 2 * queries.MOST_DOCUMENTS
    (last,) = running.sql("SELECT max(id) FROM component_usage WHERE execution_id = 'the-long-one'")[0]
    assert running.admin.get(f"{LIST}{last}").status_code == 200


def test_documents_are_masked_and_long_ones_left_out(running: Console) -> None:
    page = running.admin.get(f"{LIST}run-of-5").text
    assert "hunter2" not in page
    assert MASK in page
    long = running.admin.get(f"{LIST}2147483000").text
    assert len(long) < 100_000
    assert "characters, too long to be shown here" in words(long)


def test_odd_runs_are_shown(running: Console) -> None:
    seen = words(running.admin.get(f"{LIST}2147483001").text)
    assert "Negative" in seen
    assert "No error was recorded." in seen


@pytest.mark.parametrize(
    "reference", ["nothing", "999999999", "9" * 40, "-1", "%00", "x" * 3000, "٣", "' OR 1=1"]
)
@pytest.mark.parametrize("part", ["", "/peek"])
def test_what_there_is_not_is_not_found(running: Console, reference: str, part: str) -> None:
    assert running.admin.get(f"{LIST}{reference}{part}").status_code == 404


@pytest.mark.parametrize("role", some(reversed(Role), 2))
@pytest.mark.parametrize("console", ["running", "live_console", "older_console"])
def test_every_run_can_be_opened_by_every_role(
    console: str, role: Role, request: pytest.FixtureRequest
) -> None:
    on: Console = request.getfixturevalue(console)
    client = on.as_role(role)
    odd = "id IN (SELECT max(id) FROM component_usage GROUP BY component_id, success, execution_id IS NULL)"
    runs = on.sql(f"SELECT id FROM component_usage WHERE {odd} OR id > 2147482999")  # type: ignore[arg-type]  # noqa: S608
    for path in ("", *(f"{id_}{part}" for (id_,) in runs for part in ("", "/peek"))):
        page = client.get(LIST + path)
        assert page.status_code == 200
        check(LIST + path, page)
        if role is Role.VIEWER:
            assert "ann@example.org" not in page.text


def test_the_place_in_the_list_is_kept(running: Console) -> None:
    rows = found(running.admin, "success:no")
    page = running.admin.get(f"{LIST}{rows[3]}?from=q%3Dsuccess%253Ano").text
    for rel, at in (("prev", 2), ("next", 4)):
        href = re.search(rf'<a class="icon-button" href="([^"]+)" rel="{rel}"', page)
        assert href is not None
        assert re.search(rf"/{rows[at]}\?from=", unescape(href[1]))


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("", 3),
        ("?q=component:graph", 4),
        ("?q=success:no", 3),
        ("?q=created:7d", 3),
        ("?q=error:timeout", 4),
        ("?q=component:graph+user:ann+success:no", 6),
        ("count", 2),
        ("facets", 4),
        ("suggestions?q=component:gr", 2),
        ("run-of-5", 8),
        ("5", 7),
        ("5/peek", 4),
    ],
)
def test_a_page_asks_the_database_no_more_often_than_this(
    running: Console, statements: list[str], path: str, most: int
) -> None:
    running.admin.get(LIST + path)
    statements.clear()
    assert running.admin.get(LIST + path).status_code == 200
    assert len(statements) <= most, "\n\n".join(statements)
