"""The pages of components: the list against SQL by hand, one component, the graph, for every role."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from delula.access.permissions import Role
from delula.components.listing import FIELDS, LISTING
from delula.components.measured import period
from delula.web.lists import in_path
from delula.web.masking import MASK
from tests.consoles import FRAGMENT
from tests.generations.reading import link, words
from tests.test_crawl import check

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.consoles import Console

LIST = "/components/"
#: Runs in the days that the list measures, by hand.
RUNS = """
    SELECT component_id, count(*) AS runs, count(*) FILTER (WHERE success) AS good,
           count(*) FILTER (WHERE success IS NOT NULL) AS finished,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY processing_time_ms)
               FILTER (WHERE processing_time_ms >= 0) / 1000 AS seconds
    FROM component_usage
    WHERE created_at >= date_trunc('day', now() AT TIME ZONE 'UTC') - interval '29 days'
      AND created_at < date_trunc('day', now() AT TIME ZONE 'UTC') + interval '1 day'
    GROUP BY component_id"""
COMPONENTS = f"component_registry c LEFT JOIN ({RUNS}) r USING (component_id)"


def ask(client: FlaskClient, path: str = LIST, **params: str | list[str]) -> TestResponse:
    """Ask as htmx does."""
    return client.get(f"{path}?{urlencode(params, doseq=True)}", headers=FRAGMENT)


def ids(page: TestResponse) -> list[str]:
    """The ids of the rows, in order."""
    return [unescape(found) for found in re.findall(r'data-row="([^"]*)"', page.text)]


def listed(client: FlaskClient, **params: str) -> list[str]:
    """The ids of all rows, page by page."""
    page = ask(client, columns="name", **params)
    assert page.status_code == 200, words(page.text)
    found = ids(page)
    while (further := link(page, "next")) is not None:
        page = client.get(further, headers=FRAGMENT)
        found += ids(page)
    return found


#: What is typed, and the condition that it must mean.
MEANINGS = {
    "": "true",
    "id:graph": "component_id = 'graph'",
    "id:many-1*": "component_id LIKE 'many-1%'",
    'id:"a/b"': "component_id = 'a/b'",
    "name:many": "concat_ws(' ', name, component_id, description) ILIKE '%many%'",
    "frames": "concat_ws(' ', name, component_id, description) ILIKE '%frames%'",
    "version:1.0.0": "version = '1.0.0'",
    "category:video": "category = 'video'",
    "category:none": "coalesce(category, '') = ''",
    '-category:"<b>"': "category IS DISTINCT FROM '<b>'",
    "tag:text": "tags @> '{text}'",
    'tag:"two words"': "tags @> '{two words}'",
    "tag:none": "coalesce(cardinality(tags), 0) = 0",
    "active:yes": "is_active",
    "active:no": "NOT is_active",
    "active:none": "is_active IS NULL",
    "cost:>1": "credit_cost > 1",
    "cost:none": "credit_cost IS NULL",
    "estimate:>1s": "estimated_processing_time > 1",
    "estimate:none": "estimated_processing_time IS NULL",
    "runs:0": "coalesce(runs, 0) = 0",
    "runs:>50": "runs > 50",
    "rate:<75": "good * 100.0 / nullif(finished, 0) < 75",
    "rate:none": "coalesce(finished, 0) = 0",
    "measured:>1s": "seconds > 1",
    "measured:none": "seconds IS NULL",
    "pace:>1": "seconds / nullif(estimated_processing_time, 0) > 1",
    "created:2026-02-02": "c.created_at >= '2026-02-02' AND c.created_at < '2026-02-03'",
    "updated:none": "c.updated_at IS NULL",
}


@pytest.mark.parametrize("query", MEANINGS)
def test_a_filter_leaves_the_rows_that_sql_leaves(running: Console, query: str) -> None:
    expected = running.sql(f"SELECT component_id FROM {COMPONENTS} WHERE {MEANINGS[query]}")  # type: ignore[arg-type]  # noqa: S608 - our own
    assert sorted(listed(running.admin, q=query)) == sorted(id_ for (id_,) in expected)


def test_every_field_is_held_against_sql() -> None:
    assert {field.name for field in FIELDS} <= {
        re.split(r"[:\s]", query.lstrip("-"))[0] for query in MEANINGS
    }


SORTED_BY = {
    "name": 'name COLLATE "default"',
    "runs": "coalesce(runs, 0)",
    "rate": "good::float8 / nullif(finished, 0)",
    "estimate": "estimated_processing_time",
    "cost": "credit_cost",
    "updated": "c.updated_at",
    "created": "c.created_at",
}


@pytest.mark.parametrize("key", SORTED_BY)
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_sort_pages_through_all_in_the_order_of_sql(running: Console, key: str, sign: str) -> None:
    way = "DESC" if sign else "ASC"
    order = f"{SORTED_BY[key]} {way} NULLS LAST, component_id {way}"
    statement = f"SELECT component_id FROM {COMPONENTS} ORDER BY {order}"  # noqa: S608 - our own
    expected = [id_ for (id_,) in running.sql(statement)]  # type: ignore[arg-type]
    assert listed(running.admin, sort=f"{sign}{key}") == expected


def test_measured_times_order_the_list_as_exact_ones_do_to_a_hundredth(running: Console) -> None:
    exact = {id_: seconds for id_, *_, seconds in running.sql(RUNS)}  # type: ignore[arg-type]
    found = [exact.get(id_) for id_ in listed(running.admin, sort="-measured")]
    known = [seconds for seconds in found if seconds is not None]
    assert len(known) > 2
    assert found[: len(known)] == known
    assert all(low <= high * 1.02 for high, low in pairwise(known))
    assert {sort.key for sort in LISTING.sorts} == {*SORTED_BY, "measured"}


def test_figures_of_the_list_are_those_of_sql(running: Console) -> None:
    page = ask(running.admin, q='id:"a/b"', columns=["runs", "rate"])
    (row,) = [row for row in running.sql(RUNS) if row[0] == "a/b"]  # type: ignore[arg-type]
    _, runs, good, finished, _ = row
    assert f">{runs}</a>" in page.text
    assert f"{good / finished * 100:.0f} %" in page.text
    for href, n in (
        (re.findall(r'href="([^"]*)">\d+</a>', page.text)[0], runs),
        (re.findall(r'href="([^"]*success:no[^"]*)"', page.text)[0], finished - good),
    ):
        behind = ask(running.admin, unescape(href).split("?")[0] + "count", **_query(href))
        exact = re.search(r'list-count"[^>]*>(\d+)', behind.text)
        assert exact is not None
        assert int(exact[1]) == n


def _query(href: str) -> dict[str, str]:
    return {
        **{key: value[0] for key, value in parse_qs(urlsplit(unescape(href)).query).items()},
        "exact": "1",
    }


ODD = ("", "graph", "a/b", "7", "self", "a", "b", "image-to-video", "get-frames-from-video", "many-1")


@pytest.mark.parametrize("role", [Role.ADMIN, Role.VIEWER])
@pytest.mark.parametrize("component_id", ODD)
def test_every_component_has_a_page_and_a_peek(running: Console, component_id: str, role: Role) -> None:
    client = running.as_role(role)
    for path in (f"{LIST}{in_path(component_id)}", f"{LIST}{in_path(component_id)}/peek"):
        page = client.get(path)
        assert page.status_code == 200
        check(path, page)
        assert "<script>alert" not in page.text
        assert "sk-secret" not in page.text


@pytest.mark.parametrize("path", ["nothing", "~x", "%00", "x" * 3000, "nothing/peek", "' OR 1=1 --"])
def test_what_there_is_not_is_not_found(running: Console, path: str) -> None:
    assert running.admin.get(LIST + path).status_code == 404


def _section(html: str, id_: str) -> str:
    return words(re.split(r'<section class="section"', html.split(f'id="{id_}"', 1)[1])[0])


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_inputs_stand_in_order_with_types_defaults_and_rules_in_words(running: Console) -> None:
    page = running.admin.get(f"{LIST}{in_path('graph')}").text
    inputs = _squeezed(_section(page, "inputs"))
    assert inputs.index("First") < inputs.index("Second") < inputs.index("Third")
    assert "Image URL Required one of fast, best, api_key:" in inputs.replace(" , ", ", ").replace(" ,", ",")
    assert MASK in inputs
    assert "default slow" in inputs
    assert "The default is none of the allowed values." in inputs
    assert "at least 1 , at most 10" in inputs or "at least 1, at most 10" in inputs
    assert "matches ^[a-z]+$" in inputs
    outputs = _squeezed(_section(page, "outputs"))
    assert "Unknown type 0" in outputs
    assert MASK in outputs


def test_dependencies_are_listed_in_both_directions_and_over_others(running: Console) -> None:
    seen = _squeezed(words(running.admin.get(f"{LIST}{in_path('graph')}").text))
    needs = seen.split("Needs")[-1].split("Needed by")[0]
    assert "Slash required It reads what that writes" in needs
    assert "never-registered Not registered optional" in needs
    assert "Get frames over others, 2 steps" in needs
    assert "Image to video no kind" in seen.split("Needed by")[-1].split("Conflicts with")[0]
    assert "Seven Inactive conflicts <i>x</i>" in seen.split("Conflicts with")[-1]
    other = _squeezed(words(running.admin.get(f"{LIST}7").text))
    assert "Graph conflicts" in other.split("Conflicts with")[-1]


def test_a_cycle_is_said_on_the_pages_of_its_components_and_on_the_graph(running: Console) -> None:
    for path in ("a", "graph"):
        assert "none of them can run first" in words(running.admin.get(LIST + path).text)
    assert "depends on itself" in words(running.admin.get(f"{LIST}self").text)
    assert "cycle" not in words(running.admin.get(f"{LIST}many-1").text)


def test_the_graph_draws_every_component_and_says_the_same_as_a_list(running: Console) -> None:
    page = running.admin.get(f"{LIST}graph").text
    svg = page.split('<svg class="graph-picture"')[1].split("</figure>")[0]
    registered = running.sql("SELECT component_id, name FROM component_registry")
    assert svg.count('class="graph-node ') == len(registered) + 1
    links = re.findall(r'<a class="graph-node [^"]*" href="([^"]+)"', svg)
    assert sorted(links) == sorted(LIST + in_path(id_) for id_, _ in registered)
    assert svg.count('class="graph-line ') - svg.split("graph-legend")[1].count('class="graph-line ') == len(
        running.sql(
            "SELECT DISTINCT component_id, depends_on_component_id, dependency_type"
            " FROM component_dependencies"
        )
    )
    assert "in-cycle" in svg
    order = _squeezed(_section(page, "order"))
    for _, name in registered:
        assert name in order
    assert "In a circle, without an order among them: Circle" in order
    assert "style=" not in page


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("", 4),
        ("?q=rate:<95&sort=-runs", 5),
        ("?q=tag:text", 5),
        ("count", 2),
        ("facets", 3),
        ("suggestions?q=cat", 1),
        ("graph", 2),
        ("~Z3JhcGg", 7),
        ("~Z3JhcGg/peek", 4),
    ],
)
def test_a_page_asks_the_database_no_more_often_than_this(
    running: Console, statements: list[str], path: str, most: int
) -> None:
    sent: list[list[str]] = []
    for _ in range(3):  # what is kept for a while may end just before one of them
        statements.clear()
        assert running.admin.get(LIST + path).status_code == 200
        sent.append(statements[:])
    fewest = min(sent, key=len)
    assert len(fewest) <= most, "\n\n".join(fewest)


def test_the_measured_days_are_whole_ones_in_utc() -> None:
    start, end = period()
    assert (end - start).days == 30
    assert start.utcoffset() is not None
    assert (start.hour, start.minute, end.hour) == (0, 0, 0)


@pytest.mark.parametrize("console", ["live_console", "older_console"])
@pytest.mark.parametrize("role", list(Role))
def test_live_databases_are_shown_to_every_role(
    console: str, role: Role, request: pytest.FixtureRequest
) -> None:
    client = request.getfixturevalue(console).as_role(role)
    for path in ("", "graph", "executions/", "?columns=" + "&columns=".join(c.key for c in LISTING.columns)):
        page = client.get(LIST + path)
        assert page.status_code == 200
        check(LIST + path, page)
