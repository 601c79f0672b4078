"""Whether staff have changed something, told by the audit log."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy import Date, Integer, bindparam, select, tuple_

from delula.db import by_key, database, once_a_request, session
from delula.models import AuditEntry

if TYPE_CHECKING:
    from sqlalchemy import Pool

_ENTRY = AuditEntry.__table__.c
_LAST = by_key(select(_ENTRY.day, _ENTRY.place).order_by(_ENTRY.day.desc(), _ENTRY.place.desc()).limit(1))
_SINCE = by_key(
    select(_ENTRY.day, _ENTRY.place, _ENTRY.object_kind)
    .where(
        tuple_(_ENTRY.day, _ENTRY.place)
        > tuple_(bindparam("day", type_=Date()), bindparam("place", type_=Integer()))
    )
    .order_by(_ENTRY.day, _ENTRY.place)
)


class Changes:
    """Counts the entries of the audit log on some kinds of things: once the number is another one, ask anew.

    Entries are read by their place in the log, which is the order of commits; by their ids, one whose
    transaction took longer than another's would be passed over.

    Args:
        kinds: of things, as commands name them.
    """

    def __init__(self, *kinds: str) -> None:
        self._kinds = frozenset(kinds)
        # By database: the last entry that was seen, and how many of these kinds had been by then.
        self._seen: WeakKeyDictionary[Pool, tuple[date, int, int]] = WeakKeyDictionary()

    def __call__(self) -> int:
        """How many there have been since this process first asked; looked up once for a request."""
        return once_a_request(self, self._count)

    def _count(self) -> int:
        asked = database()
        if (seen := self._seen.get(asked)) is None:
            last = session().execute(_LAST).one_or_none()
            seen = (last.day, last.place, 0) if last else (date.min, 0, 0)
        day, place, number = seen
        for entry in session().execute(_SINCE, {"day": day, "place": place}):
            day, place, kind = entry
            number += kind in self._kinds
        self._seen[asked] = day, place, number
        return number
