"""The ledger over all users: order, fields, and the sums above it."""

from __future__ import annotations

import re
import time
from html import unescape
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import String, literal_column

from delula.credits.listing import FIELDS, LISTING
from tests.consoles import FRAGMENT
from tests.people import all_ids, all_ids_backwards, ids_of, sent_by

if TYPE_CHECKING:
    from tests.consoles import Console

LIST = "/credits/"
SORTED_BY = {"created": "created_at", "id": "id", "amount": "amount"}

#: What is typed, and the condition that it must mean.
MEANINGS = {
    "id:<20": "id < 20",
    "user:many-5": "user_id = 'many-5'",
    'user:"none"': "user_id = 'none'",
    "user:nobody": "user_id = 'none'",
    "user:gone-user": "user_id = 'gone-user'",
    "-user:many-5": "user_id <> 'many-5'",
    "user:ann@example.org": "user_id = 'u-ann'",
    "type:usage": "type = 'usage'",
    'type:"promo <b>"': "type = 'promo <b>'",
    'type:""': "type = ''",
    "-type:usage,purchase": "type NOT IN ('usage', 'purchase')",
    "sign:charge": "amount < 0",
    "sign:grant": "amount > 0",
    "sign:zero": "amount = 0",
    "sign:charge,zero": "amount <= 0",
    "-sign:charge": "amount >= 0",
    "amount:>5": "amount > 5",
    "amount:-3": "amount = -3",
    "created:2026-03-28": "created_at >= '2026-03-28' AND created_at < '2026-03-29'",
    "created:none": "created_at IS NULL",
    "created:>2026-04-10": "created_at >= '2026-04-11'",
    "payment:any": "payment_id <> ''",
    "payment:pi_1*": r"payment_id LIKE 'pi\_1%'",
    "payment:pay-1": "payment_id = 'pay-1'",
    "generation:3": "metadata ->> 'generationId' = '3'",
    "generation:none": "metadata ->> 'generationId' IS NULL",
    "generation:G7": "metadata ->> 'generationId' = 'G7'",
    "text:lava": "description ILIKE '%lava%'",
    "text:100%": r"description ILIKE '%100\%%'",
    'text:="Credit pack"': "description = 'Credit pack'",
    "pack": "description ILIKE '%pack%'",
    "pack sign:grant user:many-10": "description ILIKE '%pack%' AND amount > 0 AND user_id = 'many-10'",
}

#: Filters that the roll-ups answer, and others; all over the years that they know and beyond.
SUMMED = [
    "",
    "type:usage",
    "type:usage,refund",
    "-type:usage",
    'type:"promo <b>"',
    'type:""',
    "type:any",
    "type:none",
    "created:2026-03-28",
    "created:2026-03-27..2026-04-02",
    "created:>2026-04-01",
    "created:>=2026-04-01 created:<2026-04-10",
    "created:<=2026-04-01",
    "created:..2026-04-01",
    "created:2026-03 type:usage",
    "created:2031",
    "created:none",
    "-created:2026-03",
    "created:2026-03,2026-05",
    "user:many-5",
    "sign:charge",
    "pack",
    "amount:>5 type:purchase",
    "payment:any created:2026-04",
    "user:nobody-at-all",
]


def wanted(crowd: Console, order: str, where: str = "true") -> list[str]:
    """The ids in an order, asked of the database by hand."""
    direction = "DESC" if order.startswith("-") else "ASC"
    value = SORTED_BY[order.removeprefix("-")]
    query = f"SELECT id FROM credit_transactions WHERE {where} ORDER BY {value} {direction} NULLS LAST, id {direction}"  # noqa: S608, E501 - our own
    return [str(id_) for (id_,) in crowd.sql(query)]


def test_every_sort_and_every_field_is_tried() -> None:
    assert {sort.key for sort in LISTING.sorts} == set(SORTED_BY)
    tried = {match for typed in MEANINGS for match in re.findall(r"(\w+):", typed)}
    assert set(FIELDS.names) <= tried


@pytest.mark.parametrize("order", [f"{sign}{key}" for key in SORTED_BY for sign in ("", "-")])
def test_pages_hold_every_row_once_in_order_there_and_back(crowd: Console, order: str) -> None:
    expected = wanted(crowd, order)
    assert len(expected) > 200
    assert all_ids(crowd.admin, LIST, sort=order, columns="id") == expected
    assert all_ids_backwards(crowd.admin, LIST, sort=order, columns="id") == expected


@pytest.mark.parametrize("typed", MEANINGS)
def test_a_filter_leaves_the_rows_of_sql_written_by_hand(crowd: Console, typed: str) -> None:
    for order in ("-created", "amount"):
        expected = wanted(crowd, order, MEANINGS[typed])
        assert all_ids(crowd.admin, LIST, q=typed, sort=order, columns="id") == expected


def test_a_name_leads_to_a_page_that_exists_or_to_the_rows_that_bear_it(crowd: Console) -> None:
    links = set()
    for typed in ("user:gone-user", "user:u-ann", "generation:0"):
        page = crowd.admin.get(LIST, query_string={"q": typed, "columns": ["id", "user", "generation"]})
        found = re.findall(r'<a[^>]*href="(/[^"]*)"[^>]*><bdi>', page.text)
        links |= {unescape(href) for href in found}
    assert {"/generations/2", "/credits/?q=generation:0", "/credits/?q=user:gone-user"} <= links
    for href in links:
        assert crowd.admin.get(href).status_code == 200, href


def test_who_does_not_see_addresses_cannot_search_by_one(crowd: Console) -> None:
    for address in ("ann@example.org", "nobody@example.org"):
        for path in (LIST, LIST + "summary", LIST + "count"):
            page = crowd.viewer.get(path, query_string={"q": f"user:{address}"}, headers=FRAGMENT)
            assert page.status_code == 422
        assert ids_of(page) == []


def sums(html: str) -> dict[str, tuple[int, int]]:
    """Rows and credits of each line of the table of sums."""
    found = {}
    body = html.partition('<figure class="chart')[0]
    for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)[1:]:
        name, *figures = (
            unescape(re.sub(r"<[^>]*>", "", cell)).strip()
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        )
        found[name] = tuple(int(text.replace(",", "").replace("−", "-")) for text in figures)  # noqa: RUF001
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("typed", SUMMED)
def test_the_sums_are_those_of_the_rows_listed(
    crowd: Console, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    page = crowd.admin.get(LIST + "summary", query_string={"q": typed}, headers=FRAGMENT)
    assert page.status_code == 200
    listed = [int(id_) for id_ in all_ids(crowd.admin, LIST, q=typed, columns="id")]
    (expected,) = crowd.sql(
        "SELECT count(*), coalesce(sum(amount), 0) FROM credit_transactions WHERE id = ANY(%s)", listed
    )
    if not listed:
        assert "Nothing to add up." in page.text
        return
    shown = sums(page.text)
    assert shown["All"] == expected
    types = crowd.sql(
        """SELECT type, count(*), sum(amount) FROM credit_transactions WHERE id = ANY(%s) GROUP BY 1""",
        listed,
    )
    names = {"daily_refresh": "Daily refresh", "backlog_cleanup": "Backlog cleanup", "": "No type"}
    known = {"usage", "refund", "purchase"}
    by_name = {
        names.get(type_, type_.capitalize() if type_ in known else type_): (rows, total)
        for type_, rows, total in types
    }
    more = {name: figures for name, figures in shown.items() if name != "All" and not name.endswith(" more")}
    assert more.items() <= by_name.items()
    assert len(more) == min(6, len(by_name))
    # Without roll-ups the same is summed up on the spot, in the same stretches of time.
    monkeypatch.setattr("delula.credits.views.plain", lambda _filter: None)
    on_the_spot = crowd.admin.get(LIST + "summary", query_string={"q": typed}, headers=FRAGMENT).text
    assert sums(on_the_spot) == shown
    (head, *rows), (other_head, *other_rows) = chart_of(on_the_spot), chart_of(page.text)
    if head == other_head:
        # What stands beside the first and last row of the filter is empty in one, and left out in the other.
        assert [row for row in rows if set(row[1:]) != {"—"}] == [
            row for row in other_rows if set(row[1:]) != {"—"}
        ]


@pytest.mark.parametrize("name", ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"])
def test_hours_are_those_of_the_zone_with_and_without_roll_ups(
    crowd: Console, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for module in ("delula.web.lists", "delula.credits.views"):
        monkeypatch.setattr(f"{module}.zone", lambda: ZoneInfo(name))
    # Where clocks are put back in Australia, by half an hour.
    query = {"q": "created:2026-04-04..2026-04-05"}

    def hours() -> list[list[str]]:
        page = crowd.admin.get(LIST + "summary", query_string=query, headers=FRAGMENT)
        (unit, *_), *rows = chart_of(page.text)
        assert unit == f"Hour ({name})"
        # The first may begin with its first row.
        return [row for row in rows if set(row[1:]) != {"—"}][1:]

    rolled_up = hours()
    monkeypatch.setattr("delula.credits.views.plain", lambda _filter: None)
    assert len(rolled_up) > 4
    assert hours() == rolled_up


def chart_of(html: str) -> list[list[str]]:
    """The table behind the chart, without links."""
    table = re.search(r'<details class="chart-data">.*?</details>', html, re.DOTALL)
    rows = re.findall(r"<tr.*?</tr>", table[0] if table else "<tr></tr>", re.DOTALL)
    return [
        [re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for row in rows
    ]


@pytest.mark.parametrize("typed", ["", "created:2026-03-28..2026-03-30", "pack", "type:usage user:many-5"])
def test_a_number_leads_to_precisely_the_rows_behind_it(crowd: Console, typed: str) -> None:
    page = crowd.admin.get(LIST + "summary", query_string={"q": typed}, headers=FRAGMENT).text
    table = re.search(r'<details class="chart-data">.*?</details>', page, re.DOTALL)
    assert table
    links = re.findall(r'<a[^>]*href="([^"]*)"[^>]*>([^<]*)</a>', table[0])
    assert links
    for href, text in links[:60]:
        listed = [
            int(id_) for id_ in all_ids(crowd.admin, unescape(href).replace("&amp;", "&"), columns="id")
        ]
        ((total,),) = crowd.sql(
            "SELECT coalesce(sum(amount), 0) FROM credit_transactions WHERE id = ANY(%s)", listed
        )
        assert listed
        assert total == int(unescape(text).replace(",", "").replace("−", "-"))  # noqa: RUF001


def test_sums_that_take_too_long_are_given_up_and_say_so(
    crowd: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("delula.credits.queries.TYPE", slow_type())
    began = time.monotonic()
    page = crowd.admin.get(LIST + "summary", query_string={"q": "pack"}, headers=FRAGMENT)
    assert time.monotonic() - began < 10  # whatever else the machine does; all of it would take a minute
    assert page.status_code == 200
    assert "took longer than 2 seconds and was stopped" in page.text


def slow_type() -> object:
    """The type of a row, after a while."""
    return literal_column(
        "CASE WHEN pg_sleep(1) IS NULL THEN '' ELSE left(credit_transactions.type, 50) END", String()
    )


def test_a_sum_of_only_the_newest_rows_says_so(crowd: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("delula.credits.queries.SUMMED_NEWEST", 20)
    page = crowd.admin.get(LIST + "summary", query_string={"q": "sign:charge"}, headers=FRAGMENT).text
    assert "Only the newest 20 rows of this filter are summed up." in page
    assert sums(page)["All"][0] == 20


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("", 3),
        ("?sort=amount", 3),
        ("?q=user:many-5", 5),
        ("?q=sign:grant", 4),
        ("summary", 6),
        ("summary?q=pack", 3),
        ("facets", 4),
        ("1", 9),
        ("1/peek", 4),
    ],
)
def test_a_page_asks_the_database_no_more_often_than_this(crowd: Console, path: str, most: int) -> None:
    crowd.admin.get(LIST + path)
    with sent_by(crowd) as statements:
        assert crowd.admin.get(LIST + path).status_code == 200
    assert len(statements) <= most, "\n\n".join(statements)
