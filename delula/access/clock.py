"""The clock of sessions, limits and codes, in one place so that a test can move it."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """This moment, with its zone (UTC).

    Python's clock and not PostgreSQL's `now()`, which stands still within a transaction.
    """
    return datetime.now(UTC)
