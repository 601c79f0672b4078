"""What is counted over a whole table, kept for a while that fits what the counting takes.

Some figures beside a row are counted over many others: how many recipes carry a tag. That takes a millisecond
in a catalogue of hundreds and tens of them in one of ten thousand, too long for every request and too little
for a table of sums. So a process keeps what it has counted for a hundred times as long as the counting took:
small catalogues are counted anew all but every time, large ones every few seconds.

Where a stamp tells what staff change, nobody needs to wait for anything else: what the product changes may be
a minute old, and is counted anew beside the pages that show it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.exc import SQLAlchemyError

from delula.db import beside_this_request, database, once_a_request

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

#: Counting takes at most this part of a process's time.
SHARE = 100
#: Seconds after which anything is counted anew, however long it takes.
LONGEST = 60.0
#: Seconds that a page rather waits than show something older.
WORTH_WAITING = 0.005

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Entry(Generic[T]):
    """What was counted.

    Attributes:
        value: the result.
        stamp: what the stamp said before.
        took: seconds that it took.
        at: when it was there, in seconds of the monotonic clock.
    """

    value: T
    stamp: Any
    took: float
    at: float

    @property
    def is_young(self) -> bool:
        """Whether counting anew would take more than its part of the time."""
        return monotonic() < self.at + min(SHARE * self.took, LONGEST)

    @property
    def will_do(self) -> bool:
        """Whether a page shows it rather than wait."""
        return self.took >= WORTH_WAITING and monotonic() < self.at + LONGEST


class Kept(Generic[T]):
    """Something that is counted now and then; one request sees one count.

    Args:
        count: counts it, with the session at hand.
        stamp: says something else as soon as staff may have changed what was counted; asked by every request,
            so it is quick. Without it, somebody may see what was counted before.
    """

    def __init__(self, count: Callable[[], T], stamp: Callable[[], Any] | None = None) -> None:
        self._count = count
        self._stamp = stamp
        self._lock = Lock()
        # By database: a process that serves two of them, as tests do, must not mix them up.
        self._entries: WeakKeyDictionary[Any, _Entry[T]] = WeakKeyDictionary()

    def get(self) -> T:
        """What was counted last; counted now where that is too long ago."""
        return once_a_request(self, self._current)

    def _current(self) -> T:
        entry, stamp = self._entries.get(database()), self._stamp() if self._stamp else None
        if entry is None or entry.stamp != stamp:
            self._lock.acquire()
        elif entry.is_young or not self._lock.acquire(blocking=False):
            # While one thread counts anew, the others go on with what there is.
            return entry.value
        elif self._stamp and entry.will_do:
            beside_this_request(self._count_beside)
            return entry.value
        try:
            entry = self._entries.get(database())
            if entry is not None and entry.stamp == stamp and entry.is_young:
                return entry.value
            return self._count_now(stamp)
        finally:
            self._lock.release()

    def _count_now(self, stamp: Any) -> T:
        began = monotonic()
        value = self._count()
        ended = monotonic()
        self._entries[database()] = _Entry(value, stamp, ended - began, ended)
        return value

    def _count_beside(self) -> None:
        """Count in a thread of its own, to which the lock was handed over."""
        try:
            self._count_now(self._stamp() if self._stamp else None)
        except SQLAlchemyError:  # whoever asks once it is too old gets the error
            _log.warning("counting beside a page failed", exc_info=True)
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Count anew the next time: what was counted has just been changed."""
        self._entries.clear()
