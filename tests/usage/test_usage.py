"""The page of usage: each number is what SQL says, and leads to precisely the executions behind it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from delula.access.permissions import Role
from delula.web.figures import percent, rate
from tests.consoles import console_on
from tests.generations.reading import words
from tests.test_crawl import check
from tests.thinning import some
from tests.usage.reading import PAGE, asked, behind, components_of, figures_of, number, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.consoles import Console

ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu")
#: Ranges over both changes of clocks and over none, cut in every way.
RANGES = (
    {"from": "2026-03-28", "to": "2026-03-30"},
    {"from": "2025-10-25", "to": "2025-10-27"},
    {"from": "2026-03-01", "to": "2026-04-05", "by": "week"},
    {"from": "2025-09-01", "to": "2026-10-31"},
    {"from": "2026-03-29T00:17:31", "to": "2026-03-29T13:05"},
)
PLACES = (
    ("UTC", RANGES[3], ""),
    ("UTC", RANGES[0], "a/b"),
    ("Europe/Berlin", RANGES[0], ""),
    ("Europe/Berlin", RANGES[1], "plain"),
    ("America/New_York", RANGES[0], "plain"),
    ("America/New_York", RANGES[1], ""),
    ("Asia/Kolkata", RANGES[1], "with space"),
    ("Asia/Kolkata", RANGES[4], ""),
    ("Asia/Kathmandu", RANGES[0], "ünïcode:*"),
    ("Asia/Kathmandu", RANGES[4], "usage"),
)
#: Charts whose numbers count executions.
CHARTS = ("Executions", "Distribution of execution time", "Failures by message", "Hours of the week")


@pytest.mark.parametrize(("zone", "range_", "component"), some(PLACES, 1))
def test_every_bar_leads_to_the_executions_behind_it(
    used: Console, zone: str, range_: dict[str, str], component: str
) -> None:
    page = asked(used, {**range_, "zone": zone, "component": component})
    followed = 0
    for title in CHARTS:
        for _, *counts in rows_of(page, title):
            # The hours of a week are many, and each asks twice.
            for text, href in counts[:: 5 if title == "Hours of the week" else 1]:
                assert (href is None) == (text == "0"), (title, text)
                if href:
                    assert number(text) == behind(used, href).executions, (title, href)
                    followed += 1
    assert followed


@pytest.mark.parametrize(("zone", "range_", "component"), some(PLACES, 1))
def test_every_point_of_a_line_leads_to_the_executions_behind_it(
    used: Console, zone: str, range_: dict[str, str], component: str
) -> None:
    page = asked(used, {**range_, "zone": zone, "component": component})
    for _, (text, href) in rows_of(page, "Success rate"):
        if href:
            found = behind(used, href)
            assert found.executions == found.finished
            assert text.startswith(percent(found.succeeded / found.finished))
    for _, (_, href), *others in rows_of(page, "Execution time"):
        assert {other for _, other in others} == {href}
        if href:
            found = behind(used, href)
            assert found.executions == found.timed > 0


@pytest.mark.parametrize(("zone", "range_", "component"), [*PLACES, ("UTC", RANGES[3], "any")])
def test_the_figures_are_those_of_what_they_lead_to(
    used: Console, zone: str, range_: dict[str, str], component: str
) -> None:
    page = asked(used, {**range_, "zone": zone, "component": component})
    told = {label: (value, behind(used, href)) for label, (value, href) in figures_of(page).items()}
    assert len(told) == 8
    for label, value in (
        ("Executions", told["Executions"][1].executions),
        ("Failures", told["Failures"][1].executions),
        ("Credits", told["Credits"][1].credits),
        ("Users", told["Users"][1].users),
    ):
        assert number(told[label][0]) == value
    value, found = told["Success rate"]
    expected = rate(found.succeeded, found.finished)
    assert expected is not None
    assert value == expected.text
    assert f"{expected.interval}, n = {found.finished:,}" in words(page)
    whole = told["Executions"][1]
    assert whole.executions >= found.finished == found.executions > 0
    assert told["Failures"][1].failed == whole.failed
    assert told["Time, p99"][1].timed == whole.timed


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("range_", "unit"), [(RANGES[0], "hour"), (RANGES[1], "hour"), (RANGES[2], "week")])
def test_what_the_bars_add_up_is_what_the_rows_of_the_zone_are(
    used: Console, zone: str, range_: dict[str, str], unit: str
) -> None:
    page = asked(used, {**range_, "zone": zone})
    told = [[number(text) for text, _ in outcomes] for _, *outcomes in rows_of(page, "Executions")]
    local = "created_at AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s"
    # An hour that comes twice is two bars, told apart by their distance from UTC.
    distance = f"{local} - created_at" if unit == "hour" else "1 = 1"
    hours = f"date_trunc('{unit}', {local}), {distance}"
    exact = used.sql(
        f"""SELECT count(*) FILTER (WHERE success), count(*) FILTER (WHERE NOT success),
                   count(*) FILTER (WHERE success IS NULL)
            FROM component_usage
            WHERE created_at AT TIME ZONE 'UTC' >= %(from)s::timestamp AT TIME ZONE %(zone)s
              AND created_at AT TIME ZONE 'UTC' < (%(to)s::timestamp + interval '1 day') AT TIME ZONE %(zone)s
            GROUP BY {hours} ORDER BY min(created_at)""".replace("%(zone)s", f"'{zone}'")  # noqa: S608 - our own
        .replace("%(from)s", f"'{range_['from']}'")
        .replace("%(to)s", f"'{range_['to']}'"),  # type: ignore[arg-type]  # queries of tests
    )
    assert [row for row in told if any(row)] == [list(row) for row in exact]


def test_a_day_on_which_clocks_change_is_one_bar_of_23_or_25_hours(used: Console) -> None:
    for day, start, end in (
        ("2026-03-29", "2026-03-28 23:00", "2026-03-29 22:00"),
        ("2025-10-26", "2025-10-25 22:00", "2025-10-26 23:00"),
    ):
        ((executions,),) = used.sql(
            "SELECT count(*) FROM component_usage WHERE created_at >= %s AND created_at < %s", start, end
        )
        week = {"from": f"{day[:-2]}2{int(day[-1]) - 4}", "to": day, "zone": "Europe/Berlin", "by": "day"}
        *_, (label, *outcomes) = rows_of(asked(used, week), "Executions")
        assert f"{int(day[-2:])} {datetime.fromisoformat(day):%b}" in label[0]
        assert sum(number(text) for text, _ in outcomes) == executions > 0


def test_the_table_of_components_leads_to_the_executions_of_each(used: Console) -> None:
    page = asked(used, RANGES[3])
    rows = components_of(page)
    assert len(rows) == 6
    for (name, href), _, executions, share, failed, _p50, _p95, credits_, users in rows:
        assert href is not None
        assert href.startswith(f"{PAGE}?component=")
        narrowed = figures_of(used.admin.get(href).text)
        assert narrowed["Executions"][0] == executions[0], name
        assert narrowed["Success rate"][0] == share[0]
        assert number(executions[0]) == behind(used, executions[1]).executions
        assert number(failed[0]) == behind(used, failed[1]).failed == behind(used, failed[1]).executions
        assert number(credits_[0]) == behind(used, credits_[1]).credits
        assert number(users[0]) == behind(used, users[1]).users
        found = behind(used, share[1])
        assert share[0] == percent(found.succeeded / found.finished)
    total = figures_of(page)["Executions"][0]
    assert sum(number(row[2][0]) for row in rows) == number(total)


@pytest.mark.parametrize("key", ["name", "executions", "rate", "failed", "p50", "p95", "credits", "users"])
def test_the_table_can_be_sorted_by_each_column(used: Console, key: str) -> None:
    up = components_of(asked(used, {**RANGES[3], "sort": key}))
    down = components_of(asked(used, {**RANGES[3], "sort": f"-{key}"}))
    names = [row[0][0] for row in up]
    assert sorted(names) == sorted(row[0][0] for row in down)
    if key in {"executions", "credits"}:
        place = {"executions": 2, "credits": 7}[key]
        values = [number(row[place][0]) for row in up]
        assert values == sorted(values)
        assert [number(row[place][0]) for row in down] == sorted(values, reverse=True)
    if key == "name":
        assert names == sorted(names, key=str.casefold)
        assert f'aria-sort="ascending"><a class="sort" href="{PAGE}?' in asked(
            used, {"sort": key, **RANGES[3]}
        )


def test_percentiles_are_those_of_sql_within_one_per_cent(used: Console) -> None:
    from delula.rollups import queries as rollups  # noqa: PLC0415 - only here
    from tests.rollups.truth import close  # noqa: PLC0415 - only here

    start, end = (
        datetime.fromisoformat(text) for text in ("2025-09-01T00:00+00:00", "2026-11-01T00:00+00:00")
    )
    with used.app.app_context():
        told = rollups.usage_overview("plain", start, end).usage.times
    found = behind(used, figures_of(asked(used, {**RANGES[3], "component": "plain"}))["Time, p95"][1])
    for mine, exact in zip((told.p50, told.p95, told.p99), found.percentiles, strict=True):
        assert close(mine, exact)


def test_a_range_of_one_row_and_one_of_none_say_so(used: Console) -> None:
    minute = {"from": "2024-02-29T12:00", "to": "2024-02-29T12:00"}
    alone = asked(used, minute)
    figures = figures_of(alone)
    assert figures["Executions"][0] == "1"
    assert figures["Success rate"][0] == "0 %"
    assert "n = 1, too few to judge" in words(alone)
    assert behind(used, figures["Failures"][1]).failed == 1
    ((text, href),) = [cells[1] for cells in rows_of(alone, "Failures by message")]
    assert (text, behind(used, href).executions) == ("1", 1)
    nothing = asked(used, {"from": "2024-03-01", "to": "2024-03-02"})
    figures = figures_of(nothing)
    assert figures["Executions"][0] == "0"
    assert {figures[label][0] for label in ("Success rate", "Time, p50", "Time, p99")} == {"No data"}
    assert "Nothing ran in this range" in nothing
    assert '<svg class="chart-plot' not in nothing


def test_an_hour_of_the_week_can_be_opened_in_21_months_and_not_in_ten_years(used: Console) -> None:
    # Where hours are written at their longest.
    months = asked(used, {"from": "2025-02-01", "to": "2026-10-31", "zone": "Asia/Kathmandu"})
    cells = [cell for _, *cells in rows_of(months, "Hours of the week") for cell in cells]
    assert all(number(text) == behind(used, href).executions for text, href in cells[::9] if href)
    assert any(href for _, href in cells)
    ten = asked(used, {"from": "2017-01-01", "to": "2026-10-31"})
    assert not any(href for _, *cells in rows_of(ten, "Hours of the week") for _, href in cells)
    assert "Choose at most 21 months" in ten
    refused = used.admin.get(f"{PAGE}/hour?from=2017-01-01&to=2026-10-31&weekday=0&hour=3")
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-03-02&to=2026-03-01", "To"),
        ("from=1026-01-01&to=2026-01-01", "From"),
        ("from=2001-01-01&to=2026-01-01", "From"),
        ("from=%00&to=2026-01-01", "From"),
        ("range=1000y", "Range"),
        ("zone=Mars", "Zone"),
        ("zone=%00", "Zone"),
        ("by=century", "By"),
        ("range=18mo&by=hour", "By"),
        ("component=a%00b", "Component"),
        ("sort=password", "Sort"),
    ],
)
def test_what_cannot_be_used_is_said_beside_the_bar(used: Console, query: str, field: str) -> None:
    page = used.admin.get(f"{PAGE}?{query}")
    assert page.status_code == 422
    check(page.text, query)
    assert re.search(rf"This cannot be looked at</p>\s*<p>{field} ", page.text)
    assert 'name="from"' in page.text


@pytest.mark.parametrize(
    "query", ["weekday=7&hour=1", "weekday=1&hour=24", "weekday=a&hour=1", "hour=1", "weekday=²&hour=1"]
)
def test_an_hour_that_is_none_is_refused(used: Console, query: str) -> None:
    assert used.admin.get(f"{PAGE}/hour?{query}").status_code == 422


def test_a_component_has_an_address_of_its_own(used: Console) -> None:
    answer = used.admin.get(f"/components/{quote('with space')}/usage?range=7d")
    assert answer.headers["Location"] == f"{PAGE}?component=with+space&range=7d"
    detail = used.admin.get("/components/plain").text
    assert f'href="{PAGE}?component=plain"' in detail
    assert f'href="{PAGE}"' in used.admin.get("/components/").text


def test_what_is_not_registered_is_shown_with_what_it_did(running: Console) -> None:
    page = asked(running, {"component": "deleted-component", "range": "30d"})
    assert "Not registered" in page
    ((executions,),) = running.sql(
        """SELECT count(*) FROM component_usage WHERE component_id = 'deleted-component'
           AND created_at >= date_trunc('day', now() AT TIME ZONE 'UTC') - interval '29 days'
           AND created_at < date_trunc('day', now() AT TIME ZONE 'UTC') + interval '1 day'"""
    )
    assert figures_of(page)["Executions"][0] == f"{executions:,}"
    assert asked(running, {"component": "nobody's"}).count("Not registered") == 1


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("query", ["", "range=24h", "range=18mo", "component=graph", "range=7d&by=hour"])
def test_the_page_works_for_every_role_on_a_live_database(running: Console, role: Role, query: str) -> None:
    page = running.as_role(role).get(f"{PAGE}?{query}")
    assert page.status_code == 200
    check(page.text, f"{role} at {query}")
    assert "hunter2" not in page.text


def test_hostile_names_and_messages_stay_text(used: Console) -> None:
    page = asked(used, RANGES[3])
    check(page, "usage")
    assert "<script>alert" not in page
    assert "<b>Bold</b>" not in page


def test_before_the_first_count_the_page_says_that_nothing_is_counted(
    make_database: Callable[..., str], migrated_template: str
) -> None:
    with console_on(make_database(migrated_template)) as console:
        page = console.admin.get(PAGE)
    assert page.status_code == 200
    assert "Not counted yet" in page.text
    assert 'class="stat' not in page.text


@pytest.mark.parametrize(
    ("query", "most"),
    [
        # Staff, session, names, as of, overview, series, the range before, heat, failures, trends.
        ("from=2026-03-01&to=2026-03-31", 10),
        ("from=2025-09-01&to=2026-10-31", 10),
        # One more for each stretch between changes of the clocks.
        ("from=2025-09-01&to=2026-10-31&zone=Europe/Berlin", 13),
        ("from=2026-03-01&to=2026-03-31&component=plain", 9),
    ],
)
def test_the_page_takes_few_statements(used: Console, statements: list[str], query: str, most: int) -> None:
    client = used.admin
    client.get(f"{PAGE}?{query}")
    statements.clear()
    assert client.get(f"{PAGE}?{query}").status_code == 200
    asked_for = [statement for statement in statements if not statement.startswith(("UPDATE", "SAVEPOINT"))]
    assert len(asked_for) <= most, "\n\n".join(asked_for)
