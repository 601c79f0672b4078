"""What the page of usage says, and what the executions behind its links are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from sqlalchemy import case, func, select

from delula.db import session
from delula.executions.listing import FIELDS, RUNS
from delula.executions.queries import RESOLVERS
from delula.search import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.consoles import Console

PAGE = "/components/usage"


def asked(console: Console, params: Mapping[str, str]) -> str:
    """The page, which must come."""
    page = console.admin.get(f"{PAGE}?{urlencode(params)}")
    assert page.status_code == 200, page.text
    return page.text


def rows_of(page: str, title: str) -> list[list[tuple[str, str | None]]]:
    """The rows of a chart's table: text and link of each cell, the row's heading first."""
    (figure,) = [
        one
        for one in re.findall(r'<figure class="chart.*?</figure>', page, re.DOTALL)
        if f'<span class="chart-title">{title}</span>' in one
    ]
    body = re.search(r"<tbody>(.*?)</tbody>", figure, re.DOTALL)
    return [] if body is None else [_cells(row) for row in re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL)]


def components_of(page: str) -> list[list[tuple[str, str | None]]]:
    """The rows of the table of components, likewise."""
    section = re.search(r'<section class="section" id="components".*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    assert section is not None
    return [_cells(row) for row in re.findall(r"<tr>(.*?)</tr>", section[1], re.DOTALL)]


def figures_of(page: str) -> dict[str, tuple[str, str | None]]:
    """Value and link of each figure, by its label."""
    found = re.findall(
        r'<(?:a|div) class="stat[^"]*"(?: href="([^"]*)")?>\s*<span class="stat-label">([^<]*)</span>'
        r'\s*<span class="stat-value"><span>([^<]*)</span>',
        page,
    )
    return {unescape(label): (unescape(value), unescape(href) or None) for href, label, value in found}


def _cells(row: str) -> list[tuple[str, str | None]]:
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
    return [(_text(cell), _href(cell)) for cell in cells]


def _text(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html)).strip()


def _href(html: str) -> str | None:
    found = re.search(r'<a [^>]*href="([^"]*)"', html)
    return unescape(found[1]) if found else None


@dataclass(frozen=True)
class Behind:
    """The executions that a link leads to."""

    executions: int
    finished: int
    succeeded: int
    failed: int
    timed: int
    credits: int
    users: int
    percentiles: list[float]


def behind(console: Console, href: str | None) -> Behind:
    """What a link leads to, as the list's own filter has it."""
    assert href is not None
    if href.startswith(f"{PAGE}/hour?"):
        answer = console.admin.get(href)
        assert answer.status_code == 302, answer.text
        href = answer.headers["Location"]
    parts = urlsplit(href)
    assert parts.path == "/components/executions/"
    (text,) = parse_qs(parts.query)["q"]
    time = RUNS.processing_time_ms
    statement = select(
        func.count(),
        func.count(RUNS.success),
        func.count(case((RUNS.success, 1))),
        func.count(case((RUNS.success.is_(False), 1))),
        func.count(case((time >= 0, 1))),
        func.coalesce(func.sum(RUNS.credit_cost), 0),
        func.count(RUNS.user_id.distinct()),
        func.percentile_cont([0.5, 0.95, 0.99]).within_group(time).filter(time >= 0),
    )
    with console.app.test_request_context():
        typed = parse(text, FIELDS, now=datetime.now(UTC), zone=UTC).resolved(RESOLVERS)
        assert typed.is_valid, text
        found: Any = session().execute(statement.where(*typed.conditions(RESOLVERS))).one()
    return Behind(*found[:-1], found[-1] or [])


def number(text: str) -> int:
    """A number as pages write it."""
    return int(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))
