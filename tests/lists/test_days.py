"""A day in a filter is the day of the zone, also where clocks change: exactly the rows of SQL by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from delula.access.permissions import Role
from delula.web import lists
from tests.generations.reading import matches

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session, scoped_session

#: Every quarter of an hour about the changes of clocks in Berlin and in New York, one day to each side.
ROWS = """
    INSERT INTO generations (user_id, prompt, created_at)
    SELECT 'u', 'p', day + n * interval '15 minutes'
    FROM unnest(ARRAY['2026-03-08', '2026-03-29', '2026-10-25', '2026-11-01']::timestamp[]) day,
        generate_series(-60, 170) n"""
LOCAL = "(created_at AT TIME ZONE 'UTC' AT TIME ZONE :zone)"


@pytest.fixture
def admin(session: scoped_session[Session], as_role: Callable[[Role], FlaskClient]) -> FlaskClient:
    session.execute(text(ROWS))
    session.commit()
    return as_role(Role.ADMIN)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "UTC"])
def test_days_begin_and_end_where_the_zone_says(
    zone: str, admin: FlaskClient, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "zone", lambda: ZoneInfo(zone))
    for first, last in (
        ("2026-03-29", "2026-03-29"),
        ("2026-10-25", "2026-10-25"),
        ("2026-03-08", "2026-03-08"),
        ("2026-11-01", "2026-11-01"),
        ("2026-03-28", "2026-03-29"),
        ("2026-10-25", "2026-10-26"),
    ):
        term = f"created:{first}" if first == last else f"created:{first}..{last}"
        wanted = session.execute(
            text(f"SELECT id FROM generations WHERE {LOCAL}::date BETWEEN :first AND :last"),  # noqa: S608
            {"zone": zone, "first": first, "last": last},
        ).scalars()
        assert sorted(matches(admin, term)) == sorted(wanted), (zone, term)
