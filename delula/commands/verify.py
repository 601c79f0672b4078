"""Whether the audit log is whole: every entry there, none altered or added, each chained to the last."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import text

from delula.db import session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from delula.db import AnyRow

#: Entries that are read at once: their hashes take a fraction of a second.
STRETCH = 5_000

_ENTRIES = text(
    """
SELECT entry.id, entry.day, entry.place, entry.hash, entry.previous,
    dashboard.audit_hash(entry) AS computed
FROM dashboard.audit_log entry
WHERE (entry.day, entry.place) > (:day, :place)
ORDER BY entry.day, entry.place
LIMIT :stretch
"""
)
# In one statement, so that what is appended meanwhile is either in both tables or in none.
_DAYS = text(
    """
SELECT coalesce(noted.day, first.day) AS day,
    noted.day IS NULL AS is_unknown,
    last.hash IS DISTINCT FROM noted.hash AS has_lost,
    EXISTS (SELECT FROM dashboard.audit_log later
        WHERE later.day = noted.day AND later.place > noted.entries) AS has_more
FROM dashboard.audit_day noted
LEFT JOIN dashboard.audit_log last ON last.day = noted.day AND last.place = noted.entries
FULL JOIN (SELECT DISTINCT day FROM dashboard.audit_log) first ON first.day = noted.day
ORDER BY 1
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


@dataclass
class Verdict:
    """What came of a check.

    Attributes:
        entries: how many there are.
        last: the hash of the last one, which stands for all before it; empty where there is none.
        faults: what is wrong, oldest first; empty where the log is whole.
        has_expected: whether the entry is there whose hash was asked for.
    """

    entries: int = 0
    last: str = ""
    faults: list[Fault] = field(default_factory=list)
    has_expected: bool = False


def verify(expected: str = "", watch: Callable[[int], None] = lambda _: None) -> Verdict:
    """Check the whole log, a stretch at a time.

    Args:
        expected: the hash of an entry that has to be there: the last one of an earlier check. Without it,
            nobody can tell a log from one whose end was cut off together with all that is noted of it.
        watch: told of every stretch, with how many entries are checked by then.
    """
    found = Verdict()
    before: AnyRow | None = None
    for entry in _entries():
        is_first = before is None or entry.day != before.day
        place_before, hash_before = 0 if is_first or before is None else before.place, found.last
        if entry.hash != entry.computed:
            found.faults.append(Fault(entry.day, entry.id, "was altered"))
        if entry.previous != hash_before:
            found.faults.append(Fault(entry.day, entry.id, "is not preceded by the entry that it was"))
        if entry.place != place_before + 1:
            found.faults.append(Fault(entry.day, entry.id, "follows a gap"))
        found.entries, found.last, before = found.entries + 1, entry.hash, entry
        found.has_expected |= entry.hash == expected
        if found.entries % STRETCH == 0:
            watch(found.entries)
    for day in session().execute(_DAYS):
        if day.is_unknown:
            found.faults.append(Fault(day.day, None, "is not noted"))
        elif day.has_lost:
            found.faults.append(Fault(day.day, None, "has lost its last entries"))
        elif day.has_more:
            found.faults.append(Fault(day.day, None, "has entries that are not noted"))
    found.faults.sort(key=lambda fault: fault.day)
    return found


def faults() -> list[Fault]:
    """What is wrong with the audit log, oldest first; empty where it is whole."""
    return verify().faults


def _entries() -> Iterator[AnyRow]:
    day, place = date.min, 0
    while rows := session().execute(_ENTRIES, {"day": day, "place": place, "stretch": STRETCH}).all():
        yield from rows
        day, place = rows[-1].day, rows[-1].place
