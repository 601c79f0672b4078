"""How far a reader of one of the product's tables is, so that it misses no row and reads few twice.

Ids are handed out before their transaction ends, so a row may appear below the highest id that was seen.
A look therefore notes the highest id together with the first transaction number that did not exist yet. All
ids up to it count as settled only once every transaction that was older has ended, and a minute has passed:
between taking an id and being given its number a transaction is not seen. Until then each look starts from
the last settled id again, which costs a few rows twice.

What this cannot see is left to the check that goes around once a day: a row that is inserted below the
settled id all the same (an id chosen by hand), changed without a trace, or deleted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import text

from delula.db import session
from delula.models import ReviewSource, RollUpState

#: How long a transaction may be on its way from an id to a number.
_GRACE = timedelta(minutes=1)
#: How far back changed rows are looked for: their time of change is that of the transaction's start, or a
#: clock's of another machine.
OVERLAP = timedelta(minutes=15)
#: Notes that are kept while an old transaction stays open.
_MOST_NOTES = 60


@dataclass(frozen=True, slots=True)
class Mark:
    """One look at a table.

    Attributes:
        after: rows above this id are new, or may be.
        since: rows that changed from then on are new, or may be; naive UTC. None at the first look.
        now: the time of this look, naive UTC.
    """

    after: int
    since: datetime | None
    now: datetime


def locked_state(family: str) -> RollUpState:
    """The state of a family, held until the transaction ends: who comes second waits, and sees the rest."""
    insert = text("INSERT INTO dashboard.rollup_state (family) VALUES (:family) ON CONFLICT DO NOTHING")
    session().execute(insert, {"family": family})
    state = session().get(RollUpState, family, with_for_update=True, populate_existing=True)
    assert state is not None  # noqa: S101 - it was inserted above
    return state


def look(state: RollUpState | ReviewSource, table: str) -> Mark:
    """Notes how far `table` goes now, and says from where to read.

    The rows must be read after this, in the same transaction.
    """
    top, xmin, xmax, now = (
        session()
        .execute(
            text(f"""
        SELECT coalesce((SELECT max(id) FROM public.{table}), 0),
               CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint),
               CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint),
               clock_timestamp()""")
        )
        .one()
    )
    now = cast("datetime", now).astimezone(UTC)
    if state.as_of is None:
        state.settled_id = _first_unsettled(table, top, now)
    mark = Mark(
        after=state.settled_id,
        since=None if state.as_of is None else _naive(state.as_of - OVERLAP),
        now=_naive(now),
    )
    notes = cast("list[list[Any]]", state.pending or [])
    ripe = [note for note in notes if note[1] <= xmin and _past(note[2], now)]
    # A restored database starts with smaller ids.
    state.settled_id = min(max([state.settled_id, *(note[0] for note in ripe)]), top)
    rest = [note for note in notes if note not in ripe and note[0] <= top]
    if len(rest) >= _MOST_NOTES:
        rest = rest[::2]
    state.pending = cast("Any", [*rest, [top, xmax, now.isoformat()]])
    state.as_of = now
    return mark


def _first_unsettled(table: str, top: int, now: datetime) -> int:
    """Below the rows of the last day: no transaction that is still open has taken an id there."""
    first = session().scalar(
        text(f"SELECT min(id + 0) FROM public.{table} WHERE created_at >= :day AND created_at < :end"),
        {"day": _naive(now - timedelta(days=1)), "end": _naive(now + timedelta(days=1))},
    )
    return top if first is None else int(first) - 1


def _past(noted: str, now: datetime) -> bool:
    return datetime.fromisoformat(noted) <= now - _GRACE


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
