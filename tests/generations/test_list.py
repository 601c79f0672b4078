"""The list: order, pages, jumps, facets, counts, live changes, and parameters that cannot be used."""

from __future__ import annotations

import re
import time
from html import unescape
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from delula.db import db
from delula.generations.listing import LISTING
from tests.consoles import FRAGMENT
from tests.generations.reading import LIST, ask, ids, link, matches, pages, pages_backwards
from tests.generations.test_filters import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.consoles import Console

#: What each sort sorts by, written by hand.
SORTED_BY = {
    "created": "created_at",
    "id": "id",
    "updated": "updated_at",
    "started": "processing_started_at",
    "duration": SECONDS,
    "cost": "credits_cost",
}
ORDERS = [f"{sign}{key}" for key in SORTED_BY for sign in ("-", "")]


def in_order(many: Console, order: str, where: str = "true") -> list[int]:
    """The ids in an order, asked of the database by hand."""
    direction = "DESC" if order.startswith("-") else "ASC"
    value = SORTED_BY[order.removeprefix("-")]
    query = (
        f"SELECT id FROM generations WHERE {where} ORDER BY {value} {direction} NULLS LAST, id {direction}"  # noqa: S608 - our own
    )
    return [id_ for (id_,) in many.sql(query)]


def test_every_offered_sort_is_tried() -> None:
    assert {sort.key for sort in LISTING.sorts} == set(SORTED_BY)


@pytest.mark.parametrize("order", ORDERS)
def test_pages_hold_every_row_once_in_order_there_and_back(many: Console, order: str) -> None:
    forward = pages(many.admin, sort=order, columns="id")
    expected = in_order(many, order)
    assert [id_ for page in forward for id_ in page] == expected
    assert {len(page) for page in forward[:-1]} == {50}
    last = ask(many.admin, sort=order, columns="id")
    href = None
    while (further := link(last, "next")) is not None:
        href, last = further, many.admin.get(further, headers=FRAGMENT)
    assert href is not None
    backward = pages_backwards(many.admin, href)
    found = [id_ for page in reversed(backward) for id_ in page]
    # The way back ends with a full first page, which may overlap the second.
    first = len(backward[-1])
    assert first == 50
    assert found[first:] == expected[len(expected) - (len(found) - first) :]
    assert backward[-1] == expected[:50]
    assert set(found) == set(expected)


@pytest.mark.parametrize("order", ["-created", "cost", "-duration"])
def test_a_filtered_list_pages_in_any_order(many: Console, order: str) -> None:
    assert matches(many.admin, "status:completed", sort=order) == in_order(
        many, order, "status = 'completed'"
    )
    assert matches(many.admin, "-whale type:video", sort=order) == in_order(
        many, order, "prompt !~* '\\mwhales?\\M' AND type = 'video'"
    )


def test_the_grid_shows_the_rows_of_the_table(many: Console) -> None:
    assert ids(ask(many.admin, view="grid")) == ids(ask(many.admin))
    assert "tiles" in ask(many.admin, view="grid").text


def test_every_column_can_be_shown(many: Console) -> None:
    columns = [column.key for column in LISTING.columns]
    page = ask(many.admin, columns=columns)
    assert page.status_code == 200
    headings = re.findall(r'<th scope="col".*?</th>', page.text, re.DOTALL)
    assert len(headings) == len(columns)
    for column in columns:
        one = ask(many.admin, columns=column)
        assert one.status_code == 200
        assert len(re.findall(r"<th ", one.text)) == 1


@pytest.mark.parametrize(
    ("sort", "at", "where"),
    [
        ("-created", "2026-02-20", "created_at < '2026-02-21'"),
        ("created", "2026-02-20", "created_at >= '2026-02-20'"),
        ("-id", "1100", "id <= 1100"),
        ("cost", "10", "credits_cost >= 10"),
        ("-cost", "10", "credits_cost <= 10"),
        ("duration", "100", f"{SORTED_BY['duration']} >= 100"),
        ("-duration", "99.5", f"{SORTED_BY['duration']} <= 99.5"),
        ("-id", "-5", "false"),
    ],
)
def test_a_jump_begins_at_the_value(many: Console, sort: str, at: str, where: str) -> None:
    nulls = f" OR {SORTED_BY[sort.removeprefix('-')]} IS NULL"
    expected = in_order(many, sort, where + nulls)[:50]
    assert ids(ask(many.admin, sort=sort, at=at)) == expected


@pytest.mark.parametrize(
    ("name", "values"),
    {
        "sort": ["nonsense", "--created", "-", "created;", "prompt", "\0", "x" * 500],
        "columns": ["nonsense", "Id", "\0", "id,status"],
        "view": ["list", "TABLE", "\0", "../grid"],
        "after": [
            "x",
            "W10",
            "bnVsbA",
            "W251bGwsbnVsbF0",
            "eyJhIjoxfQ",
            "[1]",
            "\0",
            "é",
            "A" * 5000,
            "W1tdLDFd",
        ],
        "before": ["x", "W10", "WzEsMV0", "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5LDFd", "....", "%00"],
        "at": ["someday", "2026-02-30", "99999999d", "\0", "x" * 900],
    }.items(),
)
def test_a_parameter_that_cannot_be_used_is_named(many: Console, name: str, values: list[str]) -> None:
    for value in values:
        for headers in ({}, FRAGMENT):
            page = many.admin.get(LIST, query_string={name: value}, headers=headers)
            assert page.status_code == 422, (name, value)
            assert f"{name}: " in unescape(page.text or page.headers.get("HX-Trigger", ""))


@pytest.mark.parametrize(
    ("sort", "at"),
    [("cost", "much"), ("id", "1.5"), ("id", str(2**70)), ("duration", "nan"), ("duration", "1e999")],
)
def test_a_jump_to_what_is_no_value_of_the_sort_is_refused(many: Console, sort: str, at: str) -> None:
    assert ask(many.admin, sort=sort, at=at).status_code == 422


def test_a_cursor_of_another_sort_is_refused_or_harmless(many: Console) -> None:
    href = link(ask(many.admin, sort="-cost"), "next")
    assert href is not None
    cursor = re.search(r"after=([^&]+)", href)
    assert cursor
    for sort in ("-created", "started", "-id", "duration"):
        assert ask(many.admin, sort=sort, after=cursor[1]).status_code in {200, 422}


def _facets(page_text: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for section in page_text.split('<section class="facet">')[1:]:
        title = re.search(r'facet-title">(.*?)<', section)
        assert title
        found[title[1]] = {
            unescape(label): int(count)
            for label, count in re.findall(r'facet-label">(.*?)</bdi><span class="number">(\d+)<', section)
        }
    return found


@pytest.mark.parametrize(
    ("query", "where"),
    [("", "true"), ("status:failed", "status = 'failed'"), ("whale", "prompt ~* '\\mwhales?\\M'")],
)
def test_facets_count_what_sql_counts(many: Console, query: str, where: str) -> None:
    fragment = ask(many.admin, LIST + "facets", q=query).text
    shown = _facets(fragment)
    ((rows,),) = many.sql(f"SELECT count(*) FROM generations WHERE {where}")  # noqa: S608 - our own
    assert f'id="list-count" hx-swap-oob="true">{rows}<' in fragment, "nobody guesses what was counted"
    columns = {
        "Status": "nullif(status, '')",
        "Type": "nullif(type, '')",
        "Origin": "nullif(metadata ->> 'request_origin', '')",
        "Workflow": "nullif(metadata ->> 'workflowType', '')",
        "Refunded": "CASE WHEN credits_refunded THEN 'yes' ELSE 'no' END",
        "Public": "CASE WHEN is_public THEN 'yes' ELSE 'no' END",
        "Job status": "nullif(fal_job_status, '')",
    }
    assert set(shown) == set(columns)
    for title, column in columns.items():
        counted = many.sql(f"SELECT {column}, count(*) FROM generations WHERE {where} GROUP BY 1")  # noqa: S608 - our own
        expected = {
            "none" if value is None else value.strip() or f'"{value}"': count for value, count in counted
        }
        assert shown[title].items() <= expected.items()
        assert len(shown[title]) == min(8, len(expected))


def test_the_facet_of_rows_without_a_value_is_marked_where_it_is_on_and_takes_it_away(many: Console) -> None:
    def link(typed: str) -> re.Match[str] | None:
        fragment = ask(many.admin, LIST + "facets", q=typed).text
        return re.search(r'facet-value" href="([^"]+)" id="facet-jobstatus"([^>]*)>', fragment)

    off, on = link("type:video"), link("type:video jobstatus:none")
    assert off is not None
    assert "jobstatus%3Anone" in off[1] and "aria-current" not in off[2]
    assert on is not None
    assert "jobstatus" not in on[1] and "aria-current" in on[2]


def test_the_link_of_a_facet_leads_to_as_many_rows_as_it_says(many: Console) -> None:
    fragment = ask(many.admin, LIST + "facets", q="type:video").text
    links = re.findall(
        r'facet-value" href="([^"]+)".*?facet-label">(.*?)</bdi><span class="number">(\d+)<', fragment
    )
    assert len(links) > 10
    for href, label, count in links:
        page = many.admin.get(f"{unescape(href)}{'&' if '?' in href else '?'}columns=id", headers=FRAGMENT)
        if "type%3Avideo" in href:
            assert len(ids(page)) == min(50, int(count)), (label, href)
        else:
            assert page.status_code == 200


def test_an_exact_count_is_exact_and_an_estimate_says_that_it_is_one(many: Console) -> None:
    estimate = ask(many.admin, LIST + "count", q="status:failed").text
    assert "≈" in estimate
    exact = ask(many.admin, LIST + "count", q="status:failed", exact="1").text
    expected = many.sql("SELECT count(*) FROM generations WHERE status = 'failed'")[0][0]
    assert f">{expected}<" in exact
    assert "≈" not in exact


def test_new_rows_wait_behind_a_pill_and_statuses_change_in_place(changing: Console) -> None:
    page = changing.admin.get(LIST)
    href = re.search(r'data-live-href="([^"]+)"', page.text)
    assert href
    changing.sql(
        "INSERT INTO generations (user_id, prompt, status, created_at)"
        " SELECT 'u-ann', 'new', 'pending', timestamp 'infinity' FROM generate_series(1, 3)"
    )
    changing.sql("UPDATE generations SET status = 'completed' WHERE id = 3")
    live = changing.admin.get(unescape(href[1]) + "&rows=3,4,999999,x,-1,99999999999", headers=FRAGMENT)
    assert 'data-live-count="3"' in live.text
    swapped = dict(re.findall(r'id="status-(\d+)" hx-swap-oob="true".*?>(\w+)</span>', live.text))
    assert swapped == {"3": "Completed", "4": "Processing"}
    filtered = ask(changing.admin, q="user:nobody@example.org")
    assert "data-live-href" not in filtered.text


def test_the_pill_says_more_than_it_counts(changing: Console) -> None:
    href = re.search(r'data-live-href="([^"]+)"', changing.admin.get(LIST).text)
    assert href
    changing.sql(
        "INSERT INTO generations (user_id, prompt, created_at)"
        " SELECT 'u-ann', 'new', timestamp 'infinity' FROM generate_series(1, 150)"
    )
    assert "99+ new" in changing.admin.get(unescape(href[1]), headers=FRAGMENT).text


def test_a_filter_of_hundreds_of_terms_is_answered_at_once(many: Console) -> None:
    began = time.process_time()
    page = ask(many.admin, q="x " * 900)
    assert page.status_code == 422
    assert time.process_time() - began < 3
    assert len(page.data) < 1_000_000


def test_chips_turn_round_take_away_and_keep_the_rest(many: Console) -> None:
    page = ask(many.admin, q='status:failed "blue whale', sort="cost")
    assert page.status_code == 422
    page = ask(many.admin, q='status:failed type:video "blue whale"', sort="cost")
    negate = [unescape(h) for h in re.findall(r'class="chip-text" href="([^"]+)"', page.text)]
    remove = [unescape(h) for h in re.findall(r'class="chip-remove" href="([^"]+)"', page.text)]
    assert [len(negate), len(remove)] == [3, 3]
    assert all("sort=cost" in href for href in [*negate, *remove])
    without = many.admin.get(remove[1], headers=FRAGMENT)
    assert ids(without) == matches(many.admin, 'status:failed "blue whale"', sort="cost")[:50]
    turned = many.admin.get(negate[0], headers=FRAGMENT)
    assert ids(turned) == matches(many.admin, '-status:failed type:video "blue whale"', sort="cost")[:50]


@pytest.fixture
def statements(many: Console) -> Iterator[list[str]]:
    """The statements sent to the database while the test runs."""
    sent: list[str] = []
    with many.app.app_context():
        engine = db.engine

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("", 3),
        ("?view=grid", 3),
        ("?q=status:failed", 3),
        ("?q=type:video+cost:>5", 4),
        ("?q=whale", 4),
        ("?q=user:ann+recipe:1", 6),
        ("count", 2),
        ("facets", 4),
        ("live?rows=1,2,3&since=WyIyMDI2LTAyLTAxVDAwOjAwOjAwIiwxXQ", 3),
        ("suggestions?q=sta", 1),
        ("1", 4),
        ("1/peek", 3),
        ("1/storage", 2),
    ],
)
def test_a_page_asks_the_database_no_more_often_than_this(
    many: Console, statements: list[str], path: str, most: int
) -> None:
    many.admin.get(LIST + path)
    statements.clear()
    assert many.admin.get(LIST + path).status_code == 200
    assert len(statements) <= most, "\n\n".join(statements)
