"""Sums between the product's rows, the roll-ups and Python: counted, kept, made coarser, read."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from pyroaring import BitMap
from sqlalchemy import TextClause, text

from delula.db import AS_BYTES, session
from delula.models import Span
from delula.rollups.families import Slot
from delula.rollups.spans import Range, coarser, floor, following, joined
from delula.rollups.sums import Spread, Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from delula.db import AnyRow
    from delula.rollups.families import Family

#: Values of a family's `stored` columns.
Record: TypeAlias = tuple[Any, ...]
#: Rows that a statement is read in at a time, so that a month of millions takes no more memory than a day.
_CHUNK = 500


def blank(family: Family) -> Tally:
    """Sums of nothing."""
    return Tally([0] * len(family.counters), [Spread() for _ in family.times])


def measured(
    family: Family, ranges: Sequence[Range], slot: Slot, key: str | int | None = None
) -> Iterator[tuple[Any, tuple[Any, ...], Tally]]:
    """Counts the product's rows of some ranges.

    Args:
        family: what to count.
        ranges: the times of the rows.
        slot: by what to group.
        key: only rows with this first key.

    Yields:
        Slot (the start of a span, or the index of the range), keys, sums; in order of the slots.
    """
    if not ranges:
        return
    values: dict[str, Any] = {
        "slots": list(range(len(ranges))),
        "starts": [start for start, _ in ranges],
        "ends": [end for _, end in ranges],
    }
    if key is not None:
        values["key"] = key
    statement = family.measure(slot, of_one=key is not None)
    options = {"stream_results": True, "yield_per": _CHUNK} if slot is Slot.SPAN else {}
    rows = session().execute(statement, values, execution_options=options)
    keys, counters = len(family.keys), len(family.counters)
    for row in rows:
        tally = Tally(list(row[1 + keys : 1 + keys + counters]), [])
        place = 1 + keys + counters
        for _ in family.times:
            spread = Spread()
            spread.include(*row[place : place + 4])
            spread.add(row[place + 4] or ())
            tally.spreads.append(spread)
            place += 5
        if family.users:
            (tally.users if slot is Slot.SPAN else tally.strangers).update(row[place] or ())
        if family.example:
            tally.note(row[place])
        yield row[0], tuple(row[1 : 1 + keys]), tally


def recorded(family: Family, keys: tuple[Any, ...], tally: Tally) -> Record:
    """Sums as the table has them."""
    values = [*keys, *tally.counters]
    for spread in tally.spreads:
        values += (spread.count, spread.total, spread.least, spread.most, spread.encode())
    if family.users:
        values.append(tally.users.serialize() if tally.users else None)
    if family.example:
        values.append(tally.example)
    return tuple(values)


def add_record(family: Family, tally: Tally, record: Sequence[Any]) -> None:
    """Add what the table has to sums."""
    place = len(family.keys)
    counters = tally.counters
    for number in range(len(counters)):
        counters[number] += record[place + number]
    place += len(counters)
    for spread in tally.spreads:
        spread.include(*record[place : place + 4])
        spread.decode(record[place + 4])
        place += 5
    if family.users and record[place] is not None:
        tally.users |= BitMap.deserialize(bytes(record[place]))
    if family.example:
        tally.note(record[place])


def count_again(family: Family, hours: set[datetime], *, thoroughly: bool = False) -> None:
    """Counts hours anew and keeps what came out.

    Args:
        family: what to count.
        hours: which.
        thoroughly: make all coarser sums anew, not only those of hours that changed.
    """
    changed: set[datetime] = set()
    for ranges in _portions(joined(hours, Span.HOUR)):
        changed |= _replace(family, family.shortest, ranges, _counted(family, ranges))
    for coarse, fine in coarser(family.shortest):
        _derive(family, coarse, fine, {floor(hour, coarse) for hour in (hours if thoroughly else changed)})


def _portions(ranges: list[Range]) -> Iterator[list[Range]]:
    """Ranges in groups of at most a month each, so that what is held in memory has a bound."""
    group: list[Range] = []
    hours = 0.0
    for start, end in ranges:
        while start < end:
            past = min(following(floor(start, Span.MONTH), Span.MONTH), end)
            length = (past - start).total_seconds() / 3600
            if hours + length > 31 * 24:
                yield group
                group, hours = [], 0.0
            group.append((start, past))
            hours += length
            start = past  # noqa: PLW2901 - the rest of the range
    if group:
        yield group


def _counted(family: Family, ranges: list[Range]) -> dict[datetime, list[Record]]:
    records: dict[datetime, list[Record]] = {}
    current, total = None, blank(family)
    for start, keys, tally in measured(family, ranges, Slot.SPAN):
        if start != current:
            if current is not None and family.with_total:
                records[current].append(recorded(family, (None,), total))
            current, total = start, blank(family)
        records.setdefault(start, []).append(recorded(family, keys, tally))
        if family.with_total:
            total.merge(tally)
    if current is not None and family.with_total:
        records[current].append(recorded(family, (None,), total))
    return records


def _derive(family: Family, coarse: Span, fine: Span, starts: set[datetime]) -> None:
    """Makes coarser sums from finer ones."""
    keys = len(family.keys)
    for ranges in _portions(joined(starts, coarse)):
        records: dict[datetime, list[Record]] = {}
        rows = sorted(_stored(family, fine, ranges), key=itemgetter(1))
        for start, group in groupby(rows, key=lambda row: floor(row[1], coarse)):
            tallies: dict[tuple[Any, ...], Tally] = {}
            for _, _, *record in group:
                key = tuple(record[:keys])
                if key not in tallies:
                    tallies[key] = blank(family)
                add_record(family, tallies[key], record)
            records[start] = [recorded(family, key, tally) for key, tally in tallies.items()]
        _replace(family, coarse, ranges, records)


def _replace(
    family: Family, span: Span, ranges: list[Range], records: Mapping[datetime, list[Record]]
) -> set[datetime]:
    """Puts records in place of all that the table has of some ranges; the starts where that made a change.

    A row that is right already is not written again.
    """
    gone: list[int] = []
    changed: set[datetime] = set()
    right: dict[datetime, set[Record]] = {}
    wanted = {start: set(of_start) for start, of_start in records.items()}
    for id_, start, *record in _stored(family, span, ranges):
        values = tuple(record)
        if values in wanted.get(start, ()) and values not in right.setdefault(start, set()):
            right[start].add(values)
        else:
            gone.append(id_)
            changed.add(start)
    fresh = [
        (str(span), start, *values)
        for start, of_start in wanted.items()
        for values in of_start - right.get(start, set())
    ]
    changed.update(row[1] for row in fresh)
    if gone:
        delete = text(f"DELETE FROM dashboard.{family.table.name} WHERE id = ANY(:gone)")
        session().execute(delete, {"gone": gone})
    _copy(family, fresh)
    return changed


def _copy(family: Family, rows: Sequence[Record]) -> None:
    if not rows:
        return
    # COPY goes past SQLAlchemy.
    connection = cast("Connection[Any]", session().connection().connection.driver_connection)
    columns = ", ".join(("span", "start", *family.stored))
    with connection.cursor() as cursor:
        target = f"dashboard.{family.table.name} ({columns})"
        with cursor.copy(f"COPY {target} FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)


def _stored(family: Family, span: Span, ranges: Iterable[Range]) -> Sequence[AnyRow]:
    """Id, start and record of all that the table has of some ranges."""
    ranges = list(ranges)
    values = {
        "span": str(span),
        "starts": [start for start, _ in ranges],
        "ends": [end for _, end in ranges],
    }
    # At once and as bytes, as there are hundreds of thousands.
    statement = _stored_statement(family.table.name, family.stored)
    return session().execute(statement, values, execution_options=AS_BYTES).all()


@lru_cache(maxsize=32)
def _stored_statement(table: str, columns: tuple[str, ...]) -> TextClause:
    return text(f"""
        SELECT r.id, r.start, {", ".join(f"r.{column}" for column in columns)}
        FROM unnest(CAST(:starts AS timestamp[]), CAST(:ends AS timestamp[])) AS w (first, past)
        JOIN dashboard.{table} r ON r.span = :span AND r.start >= w.first AND r.start < w.past""")
