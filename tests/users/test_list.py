"""The list of users: every sort both ways, every field, the roll-ups behind it, and what viewers may ask."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from delula.access.permissions import Role
from delula.db import atomic
from delula.rollups.totals import count_users
from delula.users.listing import FIELDS, LISTING
from tests.consoles import FRAGMENT
from tests.people import all_ids, all_ids_backwards, ids_of
from tests.thinning import some

if TYPE_CHECKING:
    from tests.consoles import Console

LIST = "/users/"

GENERATIONS = "(SELECT count(*) FROM generations g WHERE g.user_id = users.id)"
FAILED = "(SELECT count(*) FROM generations g WHERE g.user_id = users.id AND status = 'failed')"
LAST = """(SELECT max(created_at) FROM generations g WHERE g.user_id = users.id
           AND created_at BETWEEN '2000-01-01' AND '2099-12-31')"""
LIVE = "user_assets a WHERE a.user_id = users.id AND is_deleted IS NOT TRUE"
ASSETS = f"(SELECT count(*) FROM {LIVE})"  # noqa: S608 - our own
BYTES = f"(SELECT coalesce(sum(greatest(file_size, 0)), 0) FROM {LIVE})"  # noqa: S608 - our own
SPENT = """(SELECT coalesce(-sum(amount), 0) FROM credit_transactions c
            WHERE c.user_id = users.id AND type = 'usage')"""

#: What each sort sorts by, written by hand and counted from the rows themselves.
SORTED_BY = {
    "created": "created_at",
    "seen": "last_seen_at",
    "credits": "credits",
    "generations": GENERATIONS,
    "failed": FAILED,
    "lastgen": LAST,
    "assets": ASSETS,
    "bytes": BYTES,
    "spent": SPENT,
    "handle": "handle",
    "id": "id",
}

#: What is typed, and the condition that it must mean.
MEANINGS = {
    "id:u-ann": "id = 'u-ann'",
    "id:many-*": "id LIKE 'many-%'",
    'id:"none"': "id = 'none'",
    "id:a/b/1": "id = 'a/b/1'",
    "email:ANN@example.org": "id = 'u-ann'",
    "email:person1*": "lower(email) LIKE 'person1%'",
    "email:none": "coalesce(email, '') = ''",
    "-email:any": "coalesce(email, '') = ''",
    "handle:PERSON_7": "handle = 'Person_7'",
    "handle:person_1*": "handle LIKE 'Person\\_1%'",
    "name:none": "concat(first_name, last_name, handle) = ''",
    "-name:none": "concat(first_name, last_name, handle) <> ''",
    "name:ada": "first_name ~* 'ada' OR last_name ~* 'ada' OR handle ~* 'ada'",
    "name:100%": "false",
    'name:"Cy%"': "first_name LIKE '%Cy\\%%'",
    "ann": "id = 'u-ann'",
    "type:registered": "account_type = 3",
    "type:system,guest": "account_type IN (1, 2)",
    "type:none": "account_type IS NULL",
    "type:7": "account_type = 7",
    "-type:registered": "account_type IS DISTINCT FROM 3",
    "-type:system,guest,registered type:any": "account_type NOT IN (1, 2, 3)",
    "role:admin": "access_role = 3",
    "role:8": "access_role = 8",
    "credits:<0": "credits < 0",
    "credits:5..7": "credits BETWEEN 5 AND 7",
    "provider:google": "oauth_provider = 'google'",
    "provider:unheard_of": "oauth_provider = 'unheard_of'",
    "provider:none": "oauth_provider IS NULL",
    "ephemeral:yes": "is_ephemeral",
    "-ephemeral:yes": "is_ephemeral IS NOT TRUE",
    "ephemeral:none": "is_ephemeral IS NULL",
    "upgradable:no": "NOT can_upgrade_to_registered",
    "created:2026-02-05": "created_at >= '2026-02-05' AND created_at < '2026-02-06'",
    "created:none": "created_at IS NULL",
    "seen:>=2026-03-05": "last_seen_at >= '2026-03-05'",
    "visited:2026-01-03": "first_visit_at::date = '2026-01-03'",
    "refreshed:none": "last_credit_refresh IS NULL",
    "generations:0": f"{GENERATIONS} = 0",
    "generations:>5": f"{GENERATIONS} > 5",
    "failed:>1": f"{FAILED} > 1",
    "lastgen:>=2026-05-01T08:00": f"{LAST} >= '2026-05-01 08:00'",
    "assets:>2": f"{ASSETS} > 2",
    "bytes:>=10kB": f"{BYTES} >= 10000",
    "spent:>50": f"{SPENT} > 50",
    "spent:>0 type:registered": f"{SPENT} > 0 AND account_type = 3",
}


def wanted(crowd: Console, order: str, where: str = "true") -> list[str]:
    """The ids in an order, asked of the database by hand."""
    direction = "DESC" if order.startswith("-") else "ASC"
    value = SORTED_BY[order.removeprefix("-")]
    query = f"SELECT id FROM users WHERE {where} ORDER BY {value} {direction} NULLS LAST, id {direction}"  # noqa: S608 - our own
    return [id_ for (id_,) in crowd.sql(query)]


def test_every_sort_and_every_field_is_tried() -> None:
    assert {sort.key for sort in LISTING.sorts} == set(SORTED_BY)
    tried = {match for typed in MEANINGS for match in re.findall(r"(\w+):", typed)}
    assert set(FIELDS.names) <= tried


@pytest.mark.parametrize("order", some([f"{sign}{key}" for key in SORTED_BY for sign in ("", "-")], 9))
def test_pages_hold_every_user_once_in_order_there_and_back(crowd: Console, order: str) -> None:
    expected = wanted(crowd, order)
    assert len(expected) > 200
    assert all_ids(crowd.admin, LIST, sort=order, columns="user") == expected
    assert all_ids_backwards(crowd.admin, LIST, sort=order, columns="user") == expected


@pytest.mark.parametrize("typed", some(MEANINGS, 20))
def test_a_filter_leaves_the_rows_of_sql_written_by_hand(crowd: Console, typed: str) -> None:
    for order in ("-created", "spent"):
        expected = wanted(crowd, order, MEANINGS[typed])
        assert all_ids(crowd.admin, LIST, q=typed, sort=order, columns="user") == expected


@pytest.mark.parametrize(
    "typed", ["email:ann@example.org", "-email:nobody@example.org", "email:a*", "email:none"]
)
def test_who_does_not_see_addresses_cannot_search_by_them(crowd: Console, typed: str) -> None:
    for path in (LIST, LIST + "count", LIST + "facets"):
        page = crowd.viewer.get(path, query_string={"q": typed}, headers=FRAGMENT)
        assert page.status_code == 422
    page = crowd.viewer.get(LIST, query_string={"q": typed})
    assert "E-mail cannot be searched by your role" in unescape(page.text)
    assert ids_of(page) == []


def test_no_list_is_sorted_by_what_viewers_do_not_see(crowd: Console) -> None:
    assert crowd.viewer.get(LIST, query_string={"sort": "email"}).status_code == 422


def test_a_masked_address_shows_no_more_than_its_outline(crowd: Console) -> None:
    for role in Role:
        page = crowd.as_role(role).get(LIST, query_string={"columns": ["user", "email"], "q": "handle:none"})
        in_full = set(re.findall(r"Person\d+@Example\.com", page.text))
        assert bool(in_full) is (role is not Role.VIEWER)
    assert "P•••@E•••.com" in page.text


def test_facets_count_what_sql_counts(crowd: Console) -> None:
    page = crowd.admin.get(LIST + "facets", headers=FRAGMENT).text
    for title, column, names in (
        ("Account type", "account_type", {1: "system", 2: "guest", 3: "registered", None: "none"}),
        ("Provider", "oauth_provider", {None: "none"}),
    ):
        section = next(part for part in page.split('<section class="facet">') if f">{title}<" in part)
        shown = dict(re.findall(r'facet-label">(.*?)</bdi><span class="number">(\d+)<', section))
        rows = crowd.sql(f"SELECT {column}, count(*) FROM users GROUP BY 1")  # noqa: S608 - our own
        assert shown == {str(names.get(value, value)): str(count) for value, count in rows}


def test_a_user_who_was_never_counted_stands_in_every_list(crowd: Console) -> None:
    crowd.sql("DELETE FROM dashboard.user_totals WHERE user_id = 'many-50'")
    try:
        for order in ("-spent", "generations", "-bytes"):
            assert all_ids(crowd.admin, LIST, sort=order, columns="user")[-1] == "many-50"
        page = crowd.admin.get("/users/many-50")
        assert page.status_code == 200
        assert "No data" in page.text
        assert "Not counted yet" in page.text
    finally:
        with crowd.app.app_context(), atomic():
            count_users(["many-50"])
