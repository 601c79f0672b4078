"""What pages ask of the roll-ups.

A range goes from an aware moment to just before another. Its figures are those of the product's rows as of
`as_of()`, at whatever minute and in whatever zone it begins: it is put together from whole months, days,
quarters of days, hours and, of executions, quarters of hours; what is left at its edges is counted from the
rows themselves. Rows without a usable time are in no range; see `spans`. Durations are in milliseconds.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import TextClause, text

from delula.db import AS_BYTES, session
from delula.models import Span
from delula.rollups.families import (
    GENERATION_FAILURES,
    GENERATIONS,
    LEDGER,
    NO_RECIPE,
    USAGE,
    USAGE_FAILURES,
    Family,
    Slot,
)
from delula.rollups.spans import (
    HOUR,
    Granularity,
    Range,
    as_utc,
    buckets,
    ceiling,
    decompose,
    floor,
    granularity_for,
    offsets,
)
from delula.rollups.store import add_record, blank, measured
from delula.rollups.sums import Bin, Tally, Times

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import timedelta

__all__ = [
    "NO_RECIPE",
    "Bin",
    "Failure",
    "Generations",
    "Granularity",
    "Heat",
    "LedgerPoint",
    "LedgerSum",
    "Outcomes",
    "Overview",
    "Times",
    "Usage",
    "as_of",
    "generation_failure_series",
    "generation_failures",
    "generation_series",
    "generation_summary",
    "granularity_for",
    "ledger_series",
    "ledger_summary",
    "outcomes_by_component",
    "outcomes_by_recipe",
    "usage_by_component",
    "usage_failures",
    "usage_heatmap",
    "usage_histogram",
    "usage_overview",
    "usage_series",
    "usage_summary",
    "usage_trends",
]

#: Sums by the index of a range and the keys of the family.
_Sums: TypeAlias = "dict[tuple[int, tuple[Any, ...]], Tally]"


@dataclass(frozen=True, slots=True)
class Usage:
    """Executions of a component, or of all.

    Attributes:
        start: aware, as `end`: the range that this tells of.
        unfinished: those of which it is not known whether they succeeded.
        users: how many different ones, exact.
        times: of all executions with a time of 0 ms or more.
    """

    start: datetime
    end: datetime
    executions: int
    succeeded: int
    failed: int
    unfinished: int
    credits: int
    users: int
    times: Times

    @property
    def finished(self) -> int:
        """What a rate of success is a share of."""
        return self.succeeded + self.failed


@dataclass(frozen=True, slots=True)
class Overview:
    """Executions in a range, read once for all that a page tells of the range as a whole.

    Attributes:
        usage: their sums.
        bins: how long they took, as `usage_histogram` has it.
        by_component: the sums of each component that was executed, by its id.
    """

    usage: Usage
    bins: list[Bin]
    by_component: dict[str, Usage]


@dataclass(frozen=True, slots=True)
class Generations:
    """Generations by the time of their creation.

    Attributes:
        start: aware, as `end`: the range that this tells of.
        other: those with a status that no document lists.
        refunded: how many were refunded.
        charged: credits that they cost; `credits_refunded` is the part that was given back.
        run: from the start of the work to its end, of those that completed or failed.
        wait: from the creation to the start of the work.
    """

    start: datetime
    end: datetime
    created: int
    pending: int
    processing: int
    completed: int
    failed: int
    other: int
    refunded: int
    charged: int
    credits_refunded: int
    from_user: int
    from_backlog: int
    run: Times
    wait: Times

    @property
    def finished(self) -> int:
        """What a rate of success is a share of."""
        return self.completed + self.failed


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many came to a good end and how many to a bad one."""

    succeeded: int
    failed: int

    @property
    def finished(self) -> int:
        """What a rate of success is a share of."""
        return self.succeeded + self.failed


@dataclass(frozen=True, slots=True)
class Failure:
    """A message, cleared of what changes from case to case; empty where none was given.

    Attributes:
        example: one of the messages behind it as it was, cut.
    """

    message: str
    failures: int
    example: str


@dataclass(frozen=True, slots=True)
class Heat:
    """Executions of one hour of the week, and how many of them failed."""

    executions: int
    failed: int


@dataclass(frozen=True, slots=True)
class LedgerSum:
    """Rows of the ledger, with the sums above and below zero in credits; `negative` is 0 or less."""

    rows: int
    positive: int
    negative: int


@dataclass(frozen=True, slots=True)
class LedgerPoint:
    """The ledger in a range, by type; a type without rows is absent."""

    start: datetime
    end: datetime
    types: dict[str, LedgerSum] = field(default_factory=dict)


def as_of() -> datetime | None:
    """When the oldest of the roll-ups was last brought up to date; None before all were filled once."""
    complete, moment = session().execute(_AS_OF).one()
    if not complete or moment is None:
        return None
    assert isinstance(moment, datetime)  # noqa: S101 - tells mypy what the driver gives
    return moment


# A rebuild keeps what was there; only the first filling leaves gaps, and then nothing has been checked yet.
_AS_OF = text("""
    SELECT count(*) FILTER (WHERE family IN ('usage', 'generations', 'ledger', 'users', 'recipes')) = 5
           AND bool_and(filling IS NULL OR checked IS NOT NULL), min(as_of)
    FROM dashboard.rollup_state""")


def usage_summary(component_id: str | None, start: datetime, end: datetime) -> Usage:
    """Executions of a component in a range; of all components where there is no id."""
    return _usage((start, end), _total(USAGE, component_id, start, end))


def usage_series(
    component_id: str | None, start: datetime, end: datetime, zone: tzinfo, granularity: Granularity
) -> list[Usage]:
    """The same for each hour, day, week or month of a range, those without executions included."""
    points = _points(USAGE, component_id, start, end, zone, granularity)
    return [_usage(bounds, tally) for bounds, tally in points]


def usage_by_component(start: datetime, end: datetime) -> dict[str, Usage]:
    """The same for each component that was executed in a range."""
    sums = _gather(USAGE, [(as_utc(start), as_utc(end))], each=True)
    return {keys[0]: _usage((start, end), tally) for (_, keys), tally in sums.items()}


def outcomes_by_component(start: datetime, end: datetime) -> dict[str, Outcomes]:
    """How executions ended, for each component that was executed in a range."""
    return _outcomes(USAGE.counts, start, end, succeeded="succeeded")


def usage_overview(component_id: str | None, start: datetime, end: datetime, bins: int = 40) -> Overview:
    """The sums of a range as a whole and by component, and its histogram with at most `bins` bins."""
    sums = _gather(USAGE, [(as_utc(start), as_utc(end))], component_id, each=True)
    total = blank(USAGE)
    for tally in sums.values():
        total.merge(tally)
    return Overview(
        _usage((start, end), total),
        total.spreads[0].histogram(bins),
        {keys[0]: _usage((start, end), tally) for (_, keys), tally in sums.items()},
    )


def usage_trends(
    start: datetime, end: datetime, zone: tzinfo, granularity: Granularity
) -> dict[str, list[int]]:
    """Executions of each component in every hour, day, week or month of a range, for charts without a scale.

    A quarter of an hour counts where it begins; the first, where the range begins within it, is left out.
    """
    shortest = USAGE.shortest
    ranges = buckets(as_utc(start), as_utc(end), zone, granularity)
    slots: list[int] = []
    spans: list[str] = []
    starts: list[datetime] = []
    for index, (first, past) in enumerate(ranges):
        for span, at in decompose(ceiling(first, shortest), ceiling(past, shortest), shortest)[0]:
            slots.append(index)
            spans.append(str(span))
            starts.append(at)
    trends: dict[str, list[int]] = defaultdict(lambda: [0] * len(ranges))
    values = {"slots": slots, "spans": spans, "starts": starts}
    for component_id, index, executions in session().execute(_TRENDS, values).all():
        trends[component_id][index] = executions
    return dict(trends)


_SPANS = """
        FROM unnest(CAST(:slots AS integer[]), CAST(:spans AS text[]), CAST(:starts AS timestamp[]))
                 AS w (slot, span, start)"""
_TRENDS = text(f"""
        SELECT r.component_id, w.slot, CAST(sum(r.executions) AS bigint) {_SPANS}
        JOIN dashboard.usage_rollup r ON r.span = w.span AND r.start = w.start
        WHERE r.component_id IS NOT NULL
        GROUP BY 1, 2""")


def usage_histogram(component_id: str | None, start: datetime, end: datetime, bins: int = 40) -> list[Bin]:
    """How long executions took, in at most `bins` bins whose edges grow by one factor; none without times."""
    return _total(USAGE, component_id, start, end).spreads[0].histogram(bins)


def usage_failures(
    component_id: str | None, start: datetime, end: datetime, limit: int = 20
) -> list[Failure]:
    """The most frequent messages of failed executions."""
    return _failures(USAGE_FAILURES, component_id, start, end, limit)


def usage_heatmap(component_id: str | None, start: datetime, end: datetime, zone: tzinfo) -> list[list[Heat]]:
    """Executions by weekday (Monday first) and hour of a zone."""
    first, past = as_utc(start), as_utc(end)
    cells = [[[0, 0] for _ in range(24)] for _ in range(7)]

    def add(local: datetime, executions: int, failed: int) -> None:
        cell = cells[local.weekday()][local.hour]
        cell[0] += executions
        cell[1] += failed

    _, rests = decompose(first, past, USAGE.shortest)
    for index, _, tally in _measured(USAGE, rests, component_id):
        local = rests[index][0].replace(tzinfo=UTC).astimezone(zone)
        add(local, tally.counters[0], tally.counters[2])
    for begin, until, distance in offsets(ceiling(first, USAGE.shortest), floor(past, USAGE.shortest), zone):
        for span, piece, behind in _of_one_hour(begin, until, distance):
            values = {
                "key": component_id,
                "span": str(span),
                "first": piece,
                "past": behind,
                "distance": distance,
            }
            for place, executions, failed in session().execute(_heat_statement(component_id is None), values):
                add(_MONDAY + place * HOUR, executions, failed)
    return [[Heat(*cell) for cell in row] for row in cells]


def _of_one_hour(
    begin: datetime, until: datetime, distance: timedelta
) -> list[tuple[Span, datetime, datetime]]:
    """A stretch in pieces whose spans lie within one hour of a zone that is so far from UTC."""
    whole = ceiling(begin, Span.HOUR), floor(until, Span.HOUR)
    if distance % HOUR or whole[0] >= whole[1]:
        return [(USAGE.shortest, begin, until)] if begin < until else []
    pieces = [(USAGE.shortest, begin, whole[0]), (Span.HOUR, *whole), (USAGE.shortest, whole[1], until)]
    return [(span, first, past) for span, first, past in pieces if first < past]


#: A Monday at midnight, from which the hours of the week are numbered.
_MONDAY = datetime(2001, 1, 1)  # noqa: DTZ001 - of a clock, in whichever zone


@lru_cache(maxsize=2)
def _heat_statement(every: bool) -> TextClause:
    local = f"start + CAST(:distance AS interval) - TIMESTAMP '{_MONDAY}'"
    return text(f"""
        SELECT CAST(floor(EXTRACT(epoch FROM {local}) / 3600) AS integer) % 168,
               sum(executions), sum(failed)
        FROM dashboard.usage_rollup
        WHERE span = :span AND component_id {"IS NULL" if every else "= :key"}
          AND start >= :first AND start < :past
        GROUP BY 1""")


def generation_summary(recipe_id: int | None, start: datetime, end: datetime) -> Generations:
    """Generations of a recipe that were created in a range; of all where there is no id."""
    return _generations((start, end), _total(GENERATIONS, recipe_id, start, end))


def generation_series(
    recipe_id: int | None, start: datetime, end: datetime, zone: tzinfo, granularity: Granularity
) -> list[Generations]:
    """The same for each hour, day, week or month of a range, those without generations included."""
    points = _points(GENERATIONS, recipe_id, start, end, zone, granularity)
    return [_generations(bounds, tally) for bounds, tally in points]


def outcomes_by_recipe(start: datetime, end: datetime) -> dict[int, Outcomes]:
    """How generations ended, for each recipe that some were made with, or for `NO_RECIPE`."""
    return _outcomes(GENERATIONS.counts, start, end, succeeded="completed")


def generation_failures(
    recipe_id: int | None, start: datetime, end: datetime, limit: int = 20
) -> list[Failure]:
    """The most frequent reasons of failed generations."""
    return _failures(GENERATION_FAILURES, recipe_id, start, end, limit)


def generation_failure_series(
    recipe_id: int | None,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    granularity: Granularity,
    limit: int = 5,
) -> list[tuple[str, list[int]]]:
    """The most frequent reasons, each with its number in every hour, day, week or month of a range."""
    ranges = buckets(as_utc(start), as_utc(end), zone, granularity)
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * len(ranges))
    for (index, keys), tally in _gather(GENERATION_FAILURES, ranges, recipe_id).items():
        counts[keys[-1]][index] += tally.counters[0]
    return sorted(counts.items(), key=lambda entry: (-sum(entry[1]), entry[0]))[:limit]


def ledger_summary(start: datetime, end: datetime) -> dict[str, LedgerSum]:
    """Rows and sums of the ledger in a range, by type."""
    sums = _gather(LEDGER, [(as_utc(start), as_utc(end))], each=True)
    return {keys[0]: LedgerSum(*tally.counters) for (_, keys), tally in sums.items()}


def ledger_series(
    start: datetime, end: datetime, zone: tzinfo, granularity: Granularity
) -> list[LedgerPoint]:
    """The same for each hour, day, week or month of a range, empty ones included."""
    ranges = buckets(as_utc(start), as_utc(end), zone, granularity)
    points = [LedgerPoint(*_aware(bounds, zone)) for bounds in ranges]
    for (index, keys), tally in _gather(LEDGER, ranges, each=True).items():
        points[index].types[keys[0]] = LedgerSum(*tally.counters)
    return points


def _usage(bounds: Range, tally: Tally) -> Usage:
    executions, succeeded, failed, unfinished, credits_ = tally.counters
    users = len(tally.users) + len(tally.strangers)
    times = tally.spreads[0].times()
    return Usage(*bounds, executions, succeeded, failed, unfinished, credits_, users, times)


def _outcomes(family: Family, start: datetime, end: datetime, succeeded: str) -> dict[Any, Outcomes]:
    counters = list(family.counters)
    good, bad = counters.index(succeeded), counters.index("failed")
    sums = _gather(family, [(as_utc(start), as_utc(end))], each=True)
    return {keys[0]: Outcomes(tally.counters[good], tally.counters[bad]) for (_, keys), tally in sums.items()}


def _generations(bounds: Range, tally: Tally) -> Generations:
    of = dict(zip(GENERATIONS.counters, tally.counters, strict=True))
    run, wait = (spread.times() for spread in tally.spreads)
    return Generations(
        *bounds,
        created=of["created"],
        pending=of["pending"],
        processing=of["processing"],
        completed=of["completed"],
        failed=of["failed"],
        other=of["other"],
        refunded=of["refunded"],
        charged=of["charged"],
        credits_refunded=of["credits_refunded"],
        from_user=of["from_user"],
        from_backlog=of["from_backlog"],
        run=run,
        wait=wait,
    )


def _failures(
    family: Family, key: str | int | None, start: datetime, end: datetime, limit: int
) -> list[Failure]:
    spans, rests = decompose(as_utc(start), as_utc(end), family.shortest)
    merged: dict[str, tuple[int, str]] = {}

    def add(message: str, failures: int, example: str) -> None:
        known, first = merged.get(message, (0, example))
        merged[message] = known + failures, min(first, example)

    if spans:
        values = {
            "slots": [0] * len(spans),
            "spans": [str(span) for span, _ in spans],
            "starts": [at for _, at in spans],
            "key": key,
        }
        for message, failures, example in session().execute(
            _failures_statement(family.name, key is None), values
        ):
            add(message, failures, example)
    for _, keys, tally in _measured(family, rests, key):
        add(keys[-1], tally.counters[0], tally.example or "")
    found = [Failure(message, failures, example) for message, (failures, example) in merged.items()]
    return sorted(found, key=lambda failure: (-failure.failures, failure.message))[:limit]


@lru_cache(maxsize=4)
def _failures_statement(name: str, every: bool) -> TextClause:
    """Statement that sums failures by message; there are many rows and few messages."""
    family = _FAMILIES[name]
    only = "" if every else f"WHERE r.{next(iter(family.keys))} = :key"
    return text(f"""
        SELECT r.message, CAST(sum(r.failures) AS bigint), min(r.example COLLATE "C") {_SPANS}
        JOIN dashboard.{family.table.name} r ON r.span = w.span AND r.start = w.start
        {only}
        GROUP BY 1""")


def _total(family: Family, key: str | int | None, start: datetime, end: datetime) -> Tally:
    total = blank(family)
    for tally in _gather(family, [(as_utc(start), as_utc(end))], key).values():
        total.merge(tally)
    return total


def _points(
    family: Family,
    key: str | int | None,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    granularity: Granularity,
) -> list[tuple[Range, Tally]]:
    ranges = buckets(as_utc(start), as_utc(end), zone, granularity)
    tallies = [blank(family) for _ in ranges]
    for (index, _), tally in _gather(family, ranges, key).items():
        tallies[index].merge(tally)
    return [(_aware(bounds, zone), tally) for bounds, tally in zip(ranges, tallies, strict=True)]


def _aware(bounds: Range, zone: tzinfo) -> Range:
    start, end = bounds
    return start.replace(tzinfo=UTC).astimezone(zone), end.replace(tzinfo=UTC).astimezone(zone)


def _gather(
    family: Family, ranges: Sequence[Range], key: str | int | None = None, *, each: bool = False
) -> _Sums:
    """Sums of some ranges, out of the roll-ups and, at the edges, out of the rows.

    Args:
        family: what is asked for.
        ranges: naive UTC.
        key: only what has this first key; all where None.
        each: by key, rather than the sum over all keys where the family keeps it.
    """
    slots: list[int] = []
    spans: list[str] = []
    starts: list[datetime] = []
    rests: list[Range] = []
    of_rest: list[int] = []
    for index, bounds in enumerate(ranges):
        whole, parts = decompose(*bounds, family.shortest)
        slots += [index] * len(whole)
        spans += [str(span) for span, _ in whole]
        starts += [start for _, start in whole]
        rests += parts
        of_rest += [index] * len(parts)
    sums: _Sums = {}

    def tally_of(index: int, keys: Any) -> Tally:
        place = (index, tuple(keys))
        if (tally := sums.get(place)) is None:
            tally = sums[place] = blank(family)
        return tally

    if slots:
        which = "one" if key is not None else "each" if each or not family.with_total else "total"
        values = {"slots": slots, "spans": spans, "starts": starts, "key": key}
        size = len(family.keys)
        statement = _read_statement(family.name, which)
        for index, *record in session().execute(statement, values, execution_options=AS_BYTES).all():
            add_record(family, tally_of(index, record[:size]), record)
    for part, keys, tally in _measured(family, rests, key):
        tally_of(of_rest[part], keys).merge(tally)
    _number_strangers(sums.values())
    return sums


def _number_strangers(tallies: Collection[Tally]) -> None:
    """Users of rows become numbers, as those of the roll-ups are, so that nobody counts twice."""
    strangers = {user_id for tally in tallies for user_id in tally.strangers}
    if not strangers:
        return
    rows = session().execute(_NUMBERS, {"ids": list(strangers)})
    numbers: dict[str, int] = {row.user_id: row.number for row in rows}
    for tally in tallies:
        known = tally.strangers & numbers.keys()
        tally.users.update(map(numbers.__getitem__, known))
        tally.strangers -= known


_NUMBERS = text("SELECT user_id, number FROM dashboard.user_totals WHERE user_id = ANY(:ids)")


def _measured(family: Family, rests: list[Range], key: str | int | None) -> Any:
    return measured(family, rests, Slot.RANGE, key)


_FAMILIES = {
    family.name: family
    for family in (
        USAGE,
        USAGE.counts,
        USAGE_FAILURES,
        GENERATIONS,
        GENERATIONS.counts,
        GENERATION_FAILURES,
        LEDGER,
    )
}


@lru_cache(maxsize=32)
def _read_statement(name: str, which: str) -> TextClause:
    """Statement that reads the sums of some spans: `one` key, the `total` over all, or `each` key."""
    family = _FAMILIES[name]
    first = next(iter(family.keys))
    condition = {"one": f"r.{first} = :key", "total": f"r.{first} IS NULL", "each": f"r.{first} IS NOT NULL"}
    return text(f"""
        SELECT w.slot, {", ".join(f"r.{column}" for column in family.stored)} {_SPANS}
        JOIN dashboard.{family.table.name} r ON r.span = w.span AND r.start = w.start
        WHERE {condition[which]}""")
