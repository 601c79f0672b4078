"""The first page: what needs attention, against SQL by hand, and each part alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import OperationalError

from delula.access.permissions import Permission, Role
from delula.health.queries import HEALTH
from delula.home import findings, queries, views
from delula.queue import queries as queue
from delula.rollups.refresh import refresh
from delula.tags.queries import CENSUS
from delula.web.figures import rate
from tests.consoles import FRAGMENT, Console, console_on
from tests.following import rows_behind
from tests.generations.reading import words
from tests.migrating import upgrade
from tests.people import sent_by
from tests.test_crawl import check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: What happens within the last day and the week before it.
EVENTS = """
    INSERT INTO generations (user_id, recipe_id, prompt, status, type, created_at, updated_at, processing_started_at)
    SELECT 'u-ann', 1, '', CASE WHEN n % 2 = 0 THEN 'failed' ELSE 'completed' END, 'video',
           now() - interval '2 hours', now() - interval '1 hour', now() - interval '2 hours'
    FROM generate_series(1, 80) n;
    INSERT INTO generations (user_id, recipe_id, prompt, status, type, created_at, updated_at, processing_started_at)
    SELECT 'u-ann', 1, '', CASE WHEN n % 20 = 0 THEN 'failed' ELSE 'completed' END, 'video',
           now() - interval '3 days', now() - interval '3 days', now() - interval '3 days'
    FROM generate_series(1, 200) n;
    INSERT INTO component_usage (component_id, success, processing_time_ms, created_at)
    SELECT 'a', n % 3 > 0, 10, now() - interval '5 hours' FROM generate_series(1, 90) n;
    INSERT INTO component_usage (component_id, success, processing_time_ms, created_at)
    SELECT 'a', n % 30 > 0, 10, now() - interval '4 days' FROM generate_series(1, 90) n;
    INSERT INTO credit_transactions (user_id, amount, type, description, created_at) VALUES
        ('u-ann', -70, 'usage', '', now() - interval '1 hour'), ('u-ann', 30, 'refund', '', now() - interval '1 hour'),
        ('u-ann', 500, 'purchase', '', now() - interval '1 hour'), ('u-ann', 9, 'daily_refresh', '', now() - interval '1 hour'),
        ('u-ann', -700, 'usage', '', now() - interval '2 days'), ('u-ann', -5, 'usage', '', now() - interval '9 days');
    INSERT INTO user_assets (user_id, asset_id, original_filename, display_name, s3_key, cdn_url, mime_type, file_size,
                             asset_type, source, created_at)
    SELECT 'u-ann', 'new-' || n, '', 'New', 'k' || n, '', 'image/png', 1, 1, CASE WHEN n < 4 THEN 1 ELSE 2 END,
           now() - interval '3 hours' FROM generate_series(1, 5) n;
    INSERT INTO recipe_samples (recipe_id, generation_id, user_id, original_prompt, thumbnail_url, preview_url, high_res_url,
                                type, file_size, moderation_status)
    SELECT 1, 1, 'u-ann', '', '', '', '', 'video', 1, 'pending' FROM generate_series(1, 3);
"""  # noqa: E501


@pytest.fixture(scope="module")
def busy(make_database: Callable[..., str], live_templates: dict[str, str]) -> Iterator[Console]:
    """A live database on which much has just happened, its roll-ups up to date."""
    url = make_database(live_templates["documented"])
    upgrade(url)
    with console_on(url) as console:
        console.sql(EVENTS)
        with console.app.app_context():
            refresh()
        yield console


def _forget() -> None:
    for kept in (
        queries.FAILURES,
        queries.RUNS,
        queries.LEDGER,
        queries.UPLOADS,
        HEALTH,
        CENSUS,
    ):
        kept.forget()


def _figures(page: str) -> dict[str, tuple[str, str]]:
    """Value and address of each figure by its label."""
    found = re.findall(
        r'<a class="stat[^"]*" href="([^"]*)">\s*<span class="stat-label">([^<]*)</span>\s*'
        r'<span class="stat-value"><span[^>]*>([^<]*)</span>',
        page,
    )
    return {label: (value, unescape(href)) for href, label, value in found}


def test_figures_are_those_of_sql_and_open_the_rows_behind_them(busy: Console) -> None:
    _forget()
    figures = _figures(busy.admin.get("/").text)
    day = "created_at >= now() - interval '1 day' AND created_at < now()"
    [(failed, finished)] = busy.sql(
        f"SELECT count(*) FILTER (WHERE status = 'failed'), count(*) FROM generations"  # noqa: S608
        f" WHERE status IN ('failed', 'completed') AND {day}"
    )
    assert figures["Failed in 24 h"][0] == f"{failed / finished:.0%}".replace("%", " %")
    assert rows_behind(busy.admin, figures["Failed in 24 h"][1]) == failed
    [(uploads,)] = busy.sql(f"SELECT count(*) FROM user_assets WHERE source = 1 AND {day}")  # noqa: S608
    assert uploads == 3
    assert figures["Uploads in 24 h"][0] == str(uploads)
    assert rows_behind(busy.admin, figures["Uploads in 24 h"][1]) == uploads
    assert {
        label: figures[f"{label} in 24 h"][0] for label in ("Charged", "Refunded", "Purchased", "Granted")
    } == {
        "Charged": "70",
        "Refunded": "30",
        "Purchased": "500",
        "Granted": "9",
    }
    for label in ("Charged", "Refunded", "Purchased", "Granted"):
        assert rows_behind(busy.admin, figures[f"{label} in 24 h"][1]) == 1
    [(waiting, running)] = busy.sql(
        "SELECT count(*) FILTER (WHERE status = 'pending'), count(*) FILTER (WHERE status = 'processing')"
        " FROM generations"
    )
    assert (figures["Waiting"][0], figures["Running"][0]) == (str(waiting), str(running))


def test_what_needs_attention_stands_first_with_a_word(busy: Console) -> None:
    _forget()
    page = busy.admin.get("/").text
    text = " ".join(words(page).split())
    for sentence in (
        "1 generation stuck",
        "50 % of generations failed in 24 hours",
        "1 recipe fails more often",
        "Lava Food ASMR: 50 %",
        "1 component fails more often",
        "below the minimum stock",
        "3 samples wait for moderation",
        "Problems with tags",
        "Problems with recipes",
    ):
        assert sentence in text, sentence
    tones = re.findall(r'<span class="badge (\w+)">', page)
    assert tones == sorted(tones, key=list(findings.GRAVITY).index)
    assert text.index("Urgent") < text.index("Look at it") < text.index("To do")


def test_findings_lead_to_as_many_rows_as_they_say(busy: Console) -> None:
    _forget()
    page = busy.admin.get("/").text
    for href, count in re.findall(r'<a class="link" href="([^"]*\?q=[^"]*)"><bdi>(\d+) [^%<]*</bdi>', page):
        if "more often" not in page[page.index(href) :][:200]:
            assert rows_behind(busy.admin, unescape(href)) == int(count), href


def test_a_rate_has_risen_only_where_chance_does_not_explain_it() -> None:
    assert findings.is_spike(rate(40, 100), rate(50, 1000))
    assert not findings.is_spike(rate(6, 100), rate(50, 1000))
    assert not findings.is_spike(rate(10, 20), rate(50, 1000)), "too few"
    assert not findings.is_spike(None, rate(1, 2))
    assert findings.is_spike(rate(90, 100), None)
    assert not findings.is_spike(rate(5, 100), None)


def test_a_part_that_fails_fails_alone(busy: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> object:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(queue, "unfinished", fail)
    page = busy.admin.get("/")
    assert page.status_code == 200
    assert "Queue could not be looked at." in page.text
    assert "samples wait for moderation" in page.text


def test_everyone_sees_only_what_they_may(busy: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    for allowed in Permission:
        monkeypatch.setattr(views, "may", lambda permission, allowed=allowed: permission is allowed)
        with busy.app.test_request_context():
            seen = views.look_around(datetime.now(UTC))
        names = {one.name for one in views._LOOKS if one.permission is allowed}
        assert {link.label for link in seen.fine} <= names
        assert not seen.failed
        assert bool(seen.findings or seen.figures or seen.fine) is bool(names)


def test_it_asks_few_questions(busy: Console) -> None:
    _forget()
    busy.admin.get("/")
    with sent_by(busy) as sent:
        busy.admin.get("/")
    # Sign-in, queue, three of the stock, samples, sums; in a small database the rest is counted every time.
    assert len(sent) <= 8 + 16
    _forget()
    with sent_by(busy) as sent:
        busy.admin.get("/")
    assert len(sent) <= 32
    with sent_by(busy) as sent:
        busy.admin.get("/home/charts", headers=FRAGMENT)
    assert len(sent) <= 8


def test_old_sums_say_so() -> None:
    now = datetime.now(UTC)
    assert [one.title for one in findings.rollup_findings(None, now, "/")] == ["Nothing is summed up yet"]
    assert not list(findings.rollup_findings(now - timedelta(minutes=2), now, "/"))
    assert "20 min" in next(findings.rollup_findings(now - timedelta(minutes=20), now, "/")).title


@pytest.mark.parametrize("role", Role)
def test_every_role_reads_it_on_any_live_database(
    role: Role, live_console: Console, older_console: Console, busy: Console
) -> None:
    for console in (live_console, older_console, busy):
        for path in ("/", "/home/charts"):
            for headers in ({}, FRAGMENT):
                page = console.as_role(role).get(path, headers=headers)
                assert page.status_code == 200
                check(page.text, path)
        assert "could not be looked at" not in console.as_role(role).get("/").text
