"""What is counted over a whole table, kept for a while that fits what the counting takes.

Some figures beside a row are counted over many others: how many recipes carry a tag. That takes a millisecond
in a catalogue of hundreds and tens of them in one of ten thousand, too long for every request and too little
for a table of sums. So a process keeps what it has counted for a hundred times as long as the counting took:
small catalogues are counted anew all but every time, large ones every few seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from delula.db import session

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

#: Counting takes at most this part of a process's time.
SHARE = 100
#: Seconds after which anything is counted anew, however long it takes.
LONGEST = 60.0


@dataclass(frozen=True)
class _Entry(Generic[T]):
    value: T
    stamp: Any
    until: float


class Kept(Generic[T]):
    """Something that is counted now and then.

    Args:
        count: counts it, with this request's session.
        stamp: says something else as soon as what was counted may have changed; asked every time, so it is
            quick. Without it, somebody may see what was counted before.
    """

    def __init__(self, count: Callable[[], T], stamp: Callable[[], Any] = lambda: None) -> None:
        self._count = count
        self._stamp = stamp
        self._lock = Lock()
        # By engine: a process that serves two databases, as tests do, must not mix them up.
        self._entries: WeakKeyDictionary[Any, _Entry[T]] = WeakKeyDictionary()

    def get(self) -> T:
        """What was counted last; counted now where that is too long ago."""
        bind = session().get_bind()
        entry, stamp = self._entries.get(bind), self._stamp()
        if entry is None or entry.stamp != stamp:
            self._lock.acquire()
        elif monotonic() < entry.until or not self._lock.acquire(blocking=False):
            # While one thread counts anew, the others go on with what there is.
            return entry.value
        try:
            entry = self._entries.get(bind)
            if entry is not None and entry.stamp == stamp and monotonic() < entry.until:
                return entry.value
            began = monotonic()
            value = self._count()
            ended = monotonic()
            self._entries[bind] = _Entry(value, stamp, ended + min(SHARE * (ended - began), LONGEST))
            return value
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Count anew the next time: what was counted has just been changed."""
        self._entries.clear()
