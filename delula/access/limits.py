"""Limits against guessing, counted in the database so that they hold across workers and restarts.

An attempt is claimed before it is examined: one statement counts it and starts the wait that follows it.
So attempts that arrive at once cannot slip past the count, and a refused one costs one indexed read: no
hash, no write. A right answer gives the claim back.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    DateTime,
    Interval,
    Text,
    and_,
    any_,
    bindparam,
    case,
    delete,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert

from delula.access import clock
from delula.db import atomic, session
from delula.models.staff import AttemptCount

if TYPE_CHECKING:
    from sqlalchemy.sql.dml import ReturningInsert

#: Failures are forgotten when none has followed for this long.
MEMORY = timedelta(days=1)
LONGEST_WAIT = timedelta(minutes=15)
#: Forgotten rows that each claim removes: more than it can add, so that the table stays small.
SWEEP = 50


@dataclass(frozen=True, slots=True)
class Limit:
    """How many attempts are free, and how long the first wait is; each further failure doubles it."""

    kind: str
    free: int
    first_wait: timedelta


ACCOUNT = Limit("account", free=5, first_wait=timedelta(seconds=30))
#: A whole office may share one address.
ADDRESS = Limit("address", free=30, first_wait=timedelta(seconds=30))
SECOND_FACTOR = Limit("second_factor", free=5, first_wait=timedelta(seconds=30))

_MOMENT = DateTime(timezone=True)
_THESE = and_(
    AttemptCount.kind == any_(bindparam("kinds", type_=ARRAY(Text))),
    AttemptCount.subject == any_(bindparam("subjects", type_=ARRAY(Text))),
)
#: Made once: under attack this is all that an attempt asks of the database.
_WAITING = select(func.max(AttemptCount.blocked_until)).where(_THESE)


class TooManyAttempts(Exception):
    """Nothing was examined; `seconds` from now it will be."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many attempts, again in {seconds} s")
        self.seconds = seconds


def address_group(address: str | None) -> str:
    """What counts as one origin: an IPv4 address, or the /64 network that one IPv6 subscriber holds."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def claim(*subjects: tuple[Limit, str]) -> None:
    """Count one attempt for each of `subjects`, before it is examined.

    Raises:
        TooManyAttempts: one of them is waiting; nothing was counted.
    """
    now = clock.utc_now()
    keys = [(limit, _digest(subject)) for limit, subject in subjects]
    _refuse_the_waiting(keys, now)
    with atomic() as current:
        _sweep(now)
        claimed = [current.execute(_count(limit, digest, now)).scalar_one_or_none() for limit, digest in keys]
        if None in claimed:
            current.rollback()
    if None in claimed:
        # Another worker counted in between, and the wait began.
        _refuse_the_waiting(keys, now)
        raise TooManyAttempts(1)


def forgive(*subjects: tuple[Limit, str]) -> None:
    """Forget all failures of `subjects`; part of the caller's transaction."""
    keys = [(limit, _digest(subject)) for limit, subject in subjects]
    session().execute(delete(AttemptCount).where(_THESE), _parameters(keys))


def give_back(limit: Limit, subject: str) -> None:
    """Take back the one attempt that turned out right; part of the caller's transaction."""
    row = session().get(AttemptCount, (limit.kind, _digest(subject)), with_for_update=True)
    if row is not None:
        row.failures = max(0, row.failures - 1)
        row.blocked_until = row.last_at


def _digest(subject: str) -> str:
    return hashlib.sha256(subject.encode()).hexdigest()


def _parameters(keys: list[tuple[Limit, str]]) -> dict[str, list[str]]:
    return {"kinds": [limit.kind for limit, _ in keys], "subjects": [digest for _, digest in keys]}


def _refuse_the_waiting(keys: list[tuple[Limit, str]], now: datetime) -> None:
    until = session().scalar(_WAITING, _parameters(keys))
    if until is not None and until > now:
        raise TooManyAttempts(max(1, round((until - now).total_seconds())))


def _count(limit: Limit, digest: str, now: datetime) -> ReturningInsert[Any]:
    """The statement that counts one attempt; it returns no row while the subject waits."""
    failures = case((AttemptCount.last_at < now - MEMORY, 1), else_=AttemptCount.failures + 1)
    doubled = limit.first_wait.total_seconds() * func.power(2, func.least(failures - limit.free, 20))
    seconds = case((failures >= limit.free, func.least(doubled, LONGEST_WAIT.total_seconds())), else_=0)
    wait = func.make_interval(0, 0, 0, 0, 0, 0, seconds, type_=Interval)
    fresh = insert(AttemptCount).values(
        kind=limit.kind, subject=digest, failures=1, blocked_until=now, last_at=now
    )
    return fresh.on_conflict_do_update(
        index_elements=[AttemptCount.kind, AttemptCount.subject],
        set_={"failures": failures, "blocked_until": literal(now, _MOMENT) + wait, "last_at": now},
        where=AttemptCount.blocked_until <= now,
    ).returning(AttemptCount.failures)


def _sweep(now: datetime) -> None:
    key = tuple_(AttemptCount.kind, AttemptCount.subject)
    forgotten = (
        select(AttemptCount.kind, AttemptCount.subject)
        .where(AttemptCount.last_at < now - MEMORY)
        .limit(SWEEP)
        .with_for_update(skip_locked=True)
    )
    session().execute(delete(AttemptCount).where(key.in_(forgotten)))
