"""Brings the roll-ups up to date: what is new or changed, and every day all the rest once.

Whatever is counted is counted from the product's rows and put in place of what was there, so a count that is
repeated, interrupted or run twice at once does no harm. Every step is one transaction that holds the state of
its family.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from delula.db import atomic, session
from delula.models import Span
from delula.rollups.families import GROUPS, USAGE, Family
from delula.rollups.marks import OVERLAP, Mark, locked_state, look
from delula.rollups.spans import FIRST, HOUR, PAST, floor, following, joined
from delula.rollups.store import count_again
from delula.rollups.totals import (
    BACKLOG_USER,
    count_options,
    count_recipes,
    count_users,
    meet_users,
    users_after,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from delula.models import RollUpState

    #: Is told the name of a family and which share of it is done.
    Watch = Callable[[str, float], None]

#: What is counted and how it is written: spans, sketches, messages. With another number all is counted anew.
LAYOUT = 3
#: Hours up to now that are counted at every refresh, whatever the marks say.
RECENT_HOURS = 3
#: In which time every hour and every user is counted again: a day, with room for a missed run.
ROUND = timedelta(hours=20)
#: Hours and users that are checked at a refresh at least.
CHECKED_HOURS, CHECKED_USERS = 6, 20
#: Executions that began longer ago do not end any more; the check finds it if they do.
STILL_RUNNING = timedelta(days=30)
#: Users that are counted in one transaction.
USERS_AT_ONCE = 2_000
#: Recipes whose answers are counted at a refresh.
RECIPES_AT_ONCE = 5


def refresh(watch: Watch | None = None) -> None:
    """Bring all roll-ups up to date; at first, or after an interrupted rebuild, fill them completely."""
    _refill_another_layout()
    for group in GROUPS:
        _refresh_group(group)
        _fill_group(group, watch)
    _refresh_users()
    _fill_users(watch)
    with _long_transaction():
        locked_state("recipes").as_of = session().scalar(text("SELECT clock_timestamp()"))
        count_recipes()
        count_options(RECIPES_AT_ONCE)


def rebuild(watch: Watch | None = None) -> None:
    """Count everything anew. Pages go on showing what was there, each month until its turn has come.

    What an interrupted rebuild has left undone, the next refresh does.
    """
    with _long_transaction():
        _refill()
    refresh(watch)
    done = RECIPES_AT_ONCE
    while done == RECIPES_AT_ONCE:
        with _long_transaction():
            done = count_options(RECIPES_AT_ONCE, again=False)


_SETTINGS = ("statement_timeout = 0", "idle_in_transaction_session_timeout = '10min'", "work_mem = '64MB'")


def _refill_another_layout() -> None:
    with _long_transaction():
        state = locked_state("layout")
        if state.settled_id != LAYOUT:
            state.settled_id = LAYOUT
            _refill()


def _refill() -> None:
    """Have everything counted anew, in the transaction at hand."""
    for family, *_ in GROUPS:
        locked_state(family.name).filling = PAST.isoformat()
    locked_state("users").filling = ""
    session().execute(text("UPDATE dashboard.recipe_totals SET options_at = NULL"))


@contextmanager
def _long_transaction() -> Iterator[None]:
    """A transaction whose statements may take their time: nobody waits for them."""
    with atomic() as current:
        for setting in _SETTINGS:
            current.execute(text(f"SET LOCAL {setting}"))
        yield


def _refresh_group(group: tuple[Family, ...]) -> None:
    family = group[0]
    with _long_transaction():
        state = locked_state(family.name)
        mark = look(state, family.source)
        if mark.since is None:
            state.filling = PAST.isoformat()
            return
        hours = {*_new_hours(family.source, mark), *_recent_hours(mark.now)}
        if family is USAGE:
            hours |= _hours_of_ended_executions(mark.now)
        if family.source == "generations":
            hours |= _changed_hours(mark)
        hours |= _hours_to_check(family, state, mark)
        if state.filling is not None:
            # What lies before has its turn yet, and may be made of sums that a rebuild is to repair.
            hours = {hour for hour in hours if hour >= datetime.fromisoformat(state.filling)}
        _count(group, hours)


def _count(group: tuple[Family, ...], hours: set[datetime], *, thoroughly: bool = False) -> None:
    if group[0] is USAGE:
        _meet_users_of_executions(hours)
    for family in group:
        count_again(family, hours, thoroughly=thoroughly)


def _fill_group(group: tuple[Family, ...], watch: Watch | None) -> None:
    """Count month after month, the newest first, until none is left."""
    family = group[0]
    newest: datetime | None = None
    while True:
        with _long_transaction():
            state = locked_state(family.name)
            if state.filling is None:
                break
            before = datetime.fromisoformat(state.filling)
            last = _last_hour(group, before)
            if last is None:
                state.filling = None
                break
            newest = newest or last
            month = floor(last, Span.MONTH)
            hours = {
                month + number * HOUR for number in range((following(month, Span.MONTH) - month) // HOUR)
            }
            _count(group, {hour for hour in hours if hour < before}, thoroughly=True)
            state.filling = month.isoformat()
            oldest = _first_hour(group) or month
        if watch is not None:
            whole = (newest - oldest) / HOUR or 1
            watch(family.name, min((newest - month) / HOUR / whole, 1.0))


def _new_hours(table: str, mark: Mark) -> set[datetime]:
    statement = text(f"""
        SELECT DISTINCT date_trunc('hour', CAST(created_at AS timestamp)) FROM public.{table}
        WHERE id > :after AND created_at >= :first AND created_at < :past""")
    return set(session().scalars(statement, {"after": mark.after, "first": FIRST, "past": PAST}))


def _recent_hours(now: datetime) -> Iterator[datetime]:
    last = floor(now, Span.HOUR)
    return (last - number * HOUR for number in range(RECENT_HOURS))


def _changed_hours(mark: Mark) -> set[datetime]:
    """The hours of creation of generations that changed lately."""
    statement = text("""
        SELECT DISTINCT date_trunc('hour', CAST(created_at AS timestamp)) FROM public.generations
        WHERE updated_at >= :since AND updated_at < :soon AND created_at >= :first AND created_at < :past""")
    values = {**_changed(mark), "first": FIRST, "past": PAST}
    return set(session().scalars(statement, values))


def _changed(mark: Mark) -> dict[str, datetime | None]:
    # Rows that claim to change in a distant future would otherwise be read at every refresh.
    return {"since": mark.since, "soon": mark.now + timedelta(days=1)}


def _hours_of_ended_executions(now: datetime) -> set[datetime]:
    """Hours in which there are more or fewer executions without an end than when they were counted."""
    statement = text("""
        SELECT hour FROM (
            SELECT date_trunc('hour', CAST(created_at AS timestamp)) AS hour, count(*) AS unfinished
            FROM public.component_usage
            WHERE success IS NULL AND created_at >= :since AND created_at < :past GROUP BY 1
        ) live FULL JOIN (
            SELECT start AS hour, unfinished FROM dashboard.usage_rollup
            WHERE span = 'hour' AND component_id IS NULL AND unfinished > 0 AND start >= :since
        ) kept USING (hour) WHERE live.unfinished IS DISTINCT FROM kept.unfinished""")
    return set(session().scalars(statement, {"since": floor(now - STILL_RUNNING, Span.HOUR), "past": PAST}))


def _hours_to_check(family: Family, state: RollUpState, mark: Mark) -> set[datetime]:
    """The next hours on the way around, as many as the time since the last refresh asks for."""
    first, last = _first_hour((family,)), _last_hour((family,), PAST)
    if first is None or last is None:
        return set()
    whole = (last - first) // HOUR + 1
    place = (datetime.fromisoformat(state.checked) - first) // HOUR if state.checked else 0
    number = _due(whole, CHECKED_HOURS, mark)
    state.checked = (first + (place + number) % whole * HOUR).isoformat()
    return {first + (place + step) % whole * HOUR for step in range(number)}


def _due(whole: int, least: int, mark: Mark) -> int:
    """How many of `whole` are to be checked now, for all to have their turn within a round."""
    passed = mark.now - (mark.since or mark.now) - OVERLAP
    return min(max(math.ceil(whole * (passed / ROUND)), least), whole)


def _last_hour(group: tuple[Family, ...], before: datetime) -> datetime | None:
    return _outermost(group, "max", before)


def _first_hour(group: tuple[Family, ...]) -> datetime | None:
    return _outermost(group, "min", PAST)


def _outermost(group: tuple[Family, ...], function: str, before: datetime) -> datetime | None:
    """The first or last hour that has rows of the product, or sums that may be there wrongly."""
    found = [
        session().scalar(
            text(
                f"SELECT {function}(created_at) FROM public.{group[0].source} "
                "WHERE created_at >= :first AND created_at < :before"
            ),
            {"first": FIRST, "before": before},
        ),
        *(
            session().scalar(
                text(
                    f"SELECT {function}(start) FROM dashboard.{family.table.name} "
                    "WHERE span = :span AND start < :before"
                ),
                {"before": before, "span": str(family.shortest)},
            )
            for family in group
        ),
    ]
    hours = [floor(_naive(moment), Span.HOUR) for moment in found if moment is not None]
    return (max if function == "max" else min)(hours, default=None)


def _naive(moment: datetime) -> datetime:
    """A live column may be `timestamp with time zone` after all; the session's zone is UTC."""
    return moment.replace(tzinfo=None)


def _meet_users_of_executions(hours: set[datetime]) -> None:
    """Everyone who is counted needs a number first."""
    ranges = joined(hours, Span.HOUR)
    statement = text("""
        SELECT DISTINCT r.user_id
        FROM unnest(CAST(:starts AS timestamp[]), CAST(:ends AS timestamp[])) AS w (first, past)
        JOIN public.component_usage r ON r.created_at >= w.first AND r.created_at < w.past
        WHERE r.user_id IS NOT NULL
          AND NOT EXISTS (SELECT FROM dashboard.user_totals t WHERE t.user_id = r.user_id)""")
    values = {"starts": [start for start, _ in ranges], "ends": [end for _, end in ranges]}
    strangers = list(session().scalars(statement, values))
    if strangers:
        meet_users(strangers)


#: What tells of a user's rows that are new or changed; each table has a mark of its own.
_TOUCHED = {
    "generations": "id > :after OR (updated_at >= :since AND updated_at < :soon)",
    "credit_transactions": "id > :after",
    "user_assets": "id > :after OR (updated_at >= :since AND updated_at < :soon)",
}


def _refresh_users() -> None:
    with _long_transaction():
        state = locked_state("users")
        marks = {table: look(locked_state(f"users.{table}"), table) for table in _TOUCHED}
        mark = next(iter(marks.values()))
        first = state.as_of is None
        state.as_of = session().scalar(text("SELECT clock_timestamp()"))
        if first:
            state.filling = ""
            return
        touched: set[str] = set()
        for table, condition in _TOUCHED.items():
            statement = text(f"SELECT DISTINCT user_id FROM public.{table} WHERE {condition}")
            touched.update(
                session().scalars(statement, {"after": marks[table].after, **_changed(marks[table])})
            )
        newcomers = text("SELECT id FROM public.users WHERE created_at >= :since AND created_at < :soon")
        touched.update(session().scalars(newcomers, _changed(mark)))
        if touched:
            # Who claims a generation takes it from the backlog, of which the row tells nothing any more.
            touched.add(BACKLOG_USER)
        users = sorted({*touched, *_users_to_check(state, mark)})
        for place in range(0, len(users), USERS_AT_ONCE):
            count_users(users[place : place + USERS_AT_ONCE])


def _users_to_check(state: RollUpState, mark: Mark) -> list[str]:
    """The next users on the way around."""
    number = max(_due(_estimated_users(), CHECKED_USERS, mark), CHECKED_USERS)
    users = users_after(state.checked or "", number)
    if len(users) < number:
        users += users_after("", number - len(users))
    state.checked = users[-1] if users else ""
    return users


def _estimated_users() -> int:
    statement = text(
        "SELECT CAST(reltuples AS bigint) FROM pg_class WHERE oid = 'dashboard.user_totals'::regclass"
    )
    return max(session().scalar(statement) or 0, 0)


def _fill_users(watch: Watch | None) -> None:
    """Count user after user, by alphabet."""
    done = 0
    while True:
        with _long_transaction():
            state = locked_state("users")
            if state.filling is None:
                break
            ids = users_after(state.filling, USERS_AT_ONCE)
            count_users(ids if state.filling else ["", *ids])
            state.filling = ids[-1] if len(ids) == USERS_AT_ONCE else None
            done += len(ids)
            whole = max(_estimated_users(), done, 1)
        if watch is not None:
            watch("users", done / whole)
