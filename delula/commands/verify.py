"""Whether the audit log is whole: every entry there, none altered, each chained to the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from delula.db import session

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

# Each entry against its own hash and its neighbour's, and each day against what the trigger noted of it.
_FAULTS = text(
    """
WITH chained AS (
    SELECT entry.id, entry.day, entry.place, entry.hash, entry.previous,
        dashboard.audit_hash(entry) AS computed,
        lag(entry.hash) OVER (ORDER BY entry.day, entry.place) AS hash_before,
        row_number() OVER (PARTITION BY entry.day ORDER BY entry.place) AS expected_place
    FROM dashboard.audit_log entry
), faults AS (
    SELECT day, place, id, 1 AS rank, 'was altered' AS fault FROM chained WHERE hash <> computed
    UNION ALL
    SELECT day, place, id, 2, 'is not preceded by the entry that it was' FROM chained
    WHERE previous <> coalesce(hash_before, '')
    UNION ALL
    SELECT day, place, id, 3, 'follows a gap' FROM chained WHERE place <> expected_place
    UNION ALL
    SELECT noted.day, noted.entries, NULL, 4, 'has lost its last entries'
    FROM dashboard.audit_day noted
    LEFT JOIN chained last ON last.day = noted.day AND last.place = noted.entries
    WHERE last.hash IS DISTINCT FROM noted.hash
    UNION ALL
    SELECT DISTINCT chained.day, NULL::integer, NULL::bigint, 5, 'is not noted' FROM chained
    WHERE NOT EXISTS (SELECT FROM dashboard.audit_day noted WHERE noted.day = chained.day)
)
SELECT day, id, fault FROM faults ORDER BY day, place, rank LIMIT :limit
"""
)


@dataclass(frozen=True)
class Fault:
    """Something that is wrong with the log.

    Attributes:
        day: in which it lies, in UTC.
        entry_id: the entry; None where the day as a whole is meant.
        text: what is wrong, as a predicate: "was altered".
    """

    day: date
    entry_id: int | None
    text: str


def faults(limit: int = 100) -> Sequence[Fault]:
    """What is wrong with the audit log, oldest first; empty where it is whole."""
    return [Fault(row.day, row.id, row.fault) for row in session().execute(_FAULTS, {"limit": limit})]
