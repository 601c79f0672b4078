"""A user's page: who, balance, ledger, work and library, against SQL written by hand."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from delula.access.permissions import Role
from delula.rollups.refresh import refresh
from delula.users import queries
from delula.web.lists import in_path
from tests.consoles import FRAGMENT, Console, console_on
from tests.generations.reading import words
from tests.people import sent_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def changing(make_database: Callable[..., str], upgraded_templates: dict[str, str]) -> Iterator[Console]:
    """A console on a live database of its own, for a test that changes rows."""
    url = make_database(upgraded_templates["documented"])
    with console_on(url) as console:
        yield console


def section(html: str, name: str) -> str:
    """One section of a page, as a person reads it."""
    found = re.search(rf'<section class="section" id="{name}".*?</section>', html, re.DOTALL)
    return " ".join(words(found[0]).split()) if found else ""


def cells(html: str, name: str) -> list[list[str]]:
    """The cells of the table in a section."""
    found = re.search(rf'<section class="section" id="{name}".*?</section>', html, re.DOTALL)
    rows = re.findall(r"<tr.*?</tr>", found[0] if found else "", re.DOTALL)[1:]
    return [
        [" ".join(words(cell).split()) for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)] for row in rows
    ]


def number(text: str) -> int:
    """A number as pages write it."""
    return int(text.replace(",", "").replace("\N{MINUS SIGN}", "-").replace("+", ""))


@pytest.mark.parametrize("id_", ["many-5", "many-10", "a/b/1", "none", "u-ann", "system_backlog"])
def test_the_ledger_runs_back_from_the_present_balance(crowd: Console, id_: str) -> None:
    shown = cells(crowd.admin.get(f"/users/{in_path(id_)}").text, "ledger")
    expected = crowd.sql(
        """SELECT c.amount, u.credits - coalesce(sum(c.amount) OVER newer, 0) FROM credit_transactions c
           JOIN users u ON u.id = c.user_id WHERE u.id = %s
           WINDOW newer AS (ORDER BY c.created_at DESC NULLS LAST, c.id DESC
                            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
           ORDER BY c.created_at DESC NULLS LAST, c.id DESC LIMIT 15""",
        id_,
    )
    assert [(number(row[2]), number(row[3])) for row in shown] == expected


@pytest.mark.parametrize("id_", ["many-5", "a/b/1", "none", "u-ann", "u-guest", "u-unknown-types"])
@pytest.mark.parametrize("summed", [2_000, 0])
def test_the_opening_balance_is_what_the_ledger_does_not_explain(
    crowd: Console, monkeypatch: pytest.MonkeyPatch, id_: str, summed: int
) -> None:
    # With none summed on the spot, the roll-ups have to know the same.
    monkeypatch.setattr("delula.credits.queries.SUMMED_ROWS", summed)
    rows, total, credits_ = crowd.sql(
        """SELECT count(c.id), coalesce(sum(c.amount), 0), min(u.credits) FROM users u
           LEFT JOIN credit_transactions c ON c.user_id = u.id WHERE u.id = %s""",
        id_,
    )[0]
    shown = section(crowd.admin.get(f"/users/{in_path(id_)}").text, "ledger")
    if not rows:
        assert "The ledger has no row of this user." in shown
        assert "all of the balance came past the ledger" in shown
    elif total == credits_:
        assert f"All {rows} rows together explain the balance." in shown
    else:
        found = re.search(r"All (\S+) rows add up to (\S+) ?, so (\S+) of the balance", shown)
        assert found
        assert [number(part) for part in found.groups()] == [rows, total, credits_ - total]


def test_rows_that_came_since_the_roll_ups_count_in_the_opening_balance(
    changing: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("delula.credits.queries.SUMMED_ROWS", 1)
    with changing.app.app_context():
        refresh()
    before = section(changing.admin.get("/users/u-ann").text, "ledger")
    changing.sql(
        "INSERT INTO credit_transactions (user_id, amount, type, description, created_at)"
        " VALUES ('u-ann', -7, 'usage', 'late', '2026-01-01'), ('u-guest', -1, 'usage', 'other', now())"
    )
    after = section(changing.admin.get("/users/u-ann").text, "ledger")
    totals = [re.search(r"All (\S+) rows add up to (\S+) ?,", text) for text in (before, after)]
    first, second = ([number(part) for part in found.groups()] for found in totals if found)
    assert second == [first[0] + 1, first[1] - 7]
    assert "Counted" in after


@pytest.mark.parametrize("id_", ["many-30", "many-115", "a/b/101", "u-ann", "none"])
def test_figures_are_those_of_sql(crowd: Console, id_: str) -> None:
    html = crowd.admin.get(f"/users/{in_path(id_)}").text
    shown = dict(
        re.findall(r'stat-label">(.*?)</span>\s*<span class="stat-value"><span.*?>(.*?)</span>', html)
    )
    generations, completed, failed = crowd.sql(
        """SELECT count(*), count(*) FILTER (WHERE status = 'completed'),
                  count(*) FILTER (WHERE status = 'failed') FROM generations WHERE user_id = %s""",
        id_,
    )[0]
    ((spent, credits_),) = crowd.sql(
        """SELECT coalesce(-sum(c.amount), 0), min(u.credits) FROM users u
           LEFT JOIN credit_transactions c ON c.user_id = u.id AND c.type = 'usage' WHERE u.id = %s""",
        id_,
    )
    assert number(shown["Generations"]) == generations
    assert number(shown["Spent"].removesuffix(" credits")) == spent
    assert number(shown["Balance"].removesuffix(" credits")) == credits_
    finished = completed + failed
    assert shown["Success rate"].startswith(f"{completed / finished:.0%}"[:-1] if finished else "No data")


def test_the_newest_generations_and_failures_are_those_of_sql(crowd: Console) -> None:
    for id_ in ("many-115", "many-30", "u-ann", "system_backlog"):
        html = crowd.admin.get(f"/users/{in_path(id_)}").text
        for name, where, most in (
            ("generations", "true", queries.SHOWN_GENERATIONS),
            ("failures", "status = 'failed'", queries.SHOWN_FAILURES),
        ):
            expected = crowd.sql(
                f"""SELECT id FROM generations WHERE user_id = %s AND {where}
                    ORDER BY created_at DESC NULLS LAST, id DESC LIMIT {most}""",  # noqa: S608 - our own
                id_,
            )
            assert [row[0] for row in cells(html, name)] == [str(number_) for (number_,) in expected]


def test_a_user_is_found_by_handle_and_by_address_where_one_may(crowd: Console) -> None:
    for role in Role:
        client = crowd.as_role(role)
        assert "u-ann" in client.get("/users/ann").text
        for address in ("ann@example.org", "ANN@example.org"):
            assert client.get(f"/users/{address}").status_code == (404 if role is Role.VIEWER else 200)
            assert client.get(f"/users/{address}/peek").status_code == (404 if role is Role.VIEWER else 200)
        assert client.get("/users/nobody-at-all").status_code == 404
        assert client.get("/users/%00").status_code == 404


def test_an_id_goes_before_a_handle_of_the_same_name(changing: Console) -> None:
    changing.sql("UPDATE users SET handle = 'u-ann' WHERE id = 'u-guest'")
    page = changing.admin.get("/users/u-ann")
    assert "ann@example.org" in page.text


def test_every_hostile_id_leads_from_the_list_to_its_page(crowd: Console) -> None:
    hostile = [id_ for (id_,) in crowd.sql("SELECT id FROM users WHERE id !~ '^many-' AND id !~ '^[0-9]+$'")]
    assert {"", "..", "none", "count", "~x", " "} < set(hostile)
    for number, id_ in enumerate(hostile):
        page = crowd.admin.get(f"/users/{in_path(id_)}")
        assert page.status_code == 200, id_
        copied = re.search(r'data-copy="([^"]*)"', page.text)
        assert id_ == "" or (copied and unescape(copied[1]) == id_)
        # Every page is like the others in its links, so each follows another one of them.
        links = sorted(set(re.findall(r'href="(/(?:generations|credits)/\?q=user:[^"]*)"', page.text)))
        href = links[number % len(links)]
        listed = crowd.admin.get(unescape(href), headers=FRAGMENT)
        assert listed.status_code == 200, href
        assert "No user is known" not in listed.text


def test_the_way_through_the_list_is_kept(crowd: Console) -> None:
    ids = [id_ for (id_,) in crowd.sql("SELECT id FROM users WHERE account_type = 3 ORDER BY credits, id")]
    page = crowd.admin.get(
        f"/users/{in_path(ids[3])}", query_string={"from": "q=type:registered&sort=credits"}
    )
    links = dict(re.findall(r'<a class="icon-button" href="([^"]*)" rel="(prev|next)"', page.text))
    steps = {rel: unescape(href).partition("?")[0] for href, rel in links.items()}
    assert steps == {"prev": f"/users/{in_path(ids[2])}", "next": f"/users/{in_path(ids[4])}"}


def test_the_secrets_of_a_user_are_in_no_statement(crowd: Console) -> None:
    with sent_by(crowd) as statements:
        for path in ("/users/", "/users/u-ann", "/users/u-ann/peek", "/users/facets", "/credits/1"):
            assert crowd.admin.get(path).status_code == 200
    assert len(statements) > 10
    # Whether there is one is asked, what it is never.
    asked = [
        re.sub(r"coalesce\(users\.(session_token|password_hash), \S+ != \S+ AS has_", "", one)
        for one in statements
    ]
    assert any(asked[number] != one for number, one in enumerate(statements))
    assert not [one for one in asked if "session_token" in one or "password_hash" in one]


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("", 3),
        ("?sort=-spent", 3),
        ("?q=type:registered", 4),
        ("?q=spent:>5&sort=handle", 5),
        ("count", 2),
        ("facets", 4),
        ("u-ann", 8),
        ("u-ann/peek", 3),
    ],
)
def test_a_page_asks_the_database_no_more_often_than_this(crowd: Console, path: str, most: int) -> None:
    crowd.admin.get(f"/users/{path}")
    with sent_by(crowd) as statements:
        assert crowd.admin.get(f"/users/{path}").status_code == 200
    assert len(statements) <= most, "\n\n".join(statements)
