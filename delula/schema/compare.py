"""How a live table differs from an expected one, and whether the console can live with it.

Tolerated: `varchar` against `text` and any length; int2, int4 and int8 for each other; numeric of any
precision; `timestamp with time zone` for `timestamp` (the console's connections run in UTC, so both mean the
same instant); other nullability, defaults, checks, foreign keys and indexes; columns and tables more than
expected. Not tolerated: a missing table or column, any other type, another primary key, a view instead of a
table.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from delula.schema.catalog import Column, Table


class Kind(StrEnum):
    """What a difference is about; the order is that of a report."""

    TABLE_MISSING = "missing tables"
    NOT_A_TABLE = "not a table"
    COLUMN_MISSING = "missing columns"
    COLUMN_TYPE = "column types"
    PRIMARY_KEY = "primary keys"
    NULLABILITY = "nullability"
    DEFAULT = "defaults"
    CONSTRAINT = "checks and foreign keys"
    INDEX_MISSING = "missing indexes"
    INDEX_INVALID = "invalid indexes"
    INDEX_EXTRA = "extra indexes"
    COLUMN_EXTRA = "extra columns"
    TABLE_EXTRA = "extra tables"
    RIGHTS = "what the account may do and see"
    INDEX_DROPPED = "indexes of the console that somebody dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: where, what was expected and what was found; `blocking` when the console needs it."""

    kind: Kind
    table: str
    name: str | None
    expected: str
    found: str
    blocking: bool

    def __str__(self) -> str:
        where = self.table if self.name is None else f"{self.table}.{self.name}"
        return f"{where}: expected {self.expected}, found {self.found}"


_INTERCHANGEABLE = {
    "text": "text",
    "character varying": "text",
    "citext": "text",
    "smallint": "integer",
    "integer": "integer",
    "bigint": "integer",
    "numeric": "numeric",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamp",
}
_MODIFIER = re.compile(r"\([\d,]+\)")


def _family(column_type: str) -> tuple[str, bool]:
    """Types of one family can stand for each other; the flag tells an array from a single value."""
    single = column_type.removesuffix("[]")
    # format_type writes the precision of a timestamp inside: "timestamp(3) without time zone".
    bare = _MODIFIER.sub("", single)
    return _INTERCHANGEABLE.get(bare, bare), single != column_type


def _column_differences(table: str, expected: Column, found: Column) -> Iterator[Difference]:
    def difference(kind: Kind, wanted: str, has: str, *, blocking: bool = False) -> Difference:
        return Difference(
            kind=kind, table=table, name=expected.name, expected=wanted, found=has, blocking=blocking
        )

    if expected.type != found.type:
        blocking = _family(expected.type) != _family(found.type)
        yield difference(Kind.COLUMN_TYPE, expected.type, found.type, blocking=blocking)
    if expected.not_null != found.not_null:
        words = {True: "not null", False: "nullable"}
        yield difference(Kind.NULLABILITY, words[expected.not_null], words[found.not_null])
    if expected.default != found.default:
        wanted = f"default {expected.default}" if expected.default is not None else "no default"
        has = f"default {found.default}" if found.default is not None else "no default"
        yield difference(Kind.DEFAULT, wanted, has)


def _index_differences(expected: Table, found: Table) -> Iterator[Difference]:
    for index in expected.indexes:
        if not index.primary and found.index_of_shape(index.shape) is None:
            yield Difference(
                kind=Kind.INDEX_MISSING,
                table=expected.name,
                name=index.name,
                expected=str(index.shape),
                found="no index of that shape",
                blocking=False,
            )
    for index in found.indexes:
        if not index.valid:
            yield Difference(
                kind=Kind.INDEX_INVALID,
                table=expected.name,
                name=index.name,
                expected="a usable index",
                found=f"{index.shape}, invalid or still being built",
                blocking=False,
            )
        elif not index.primary and expected.index_of_shape(index.shape) is None:
            yield Difference(
                kind=Kind.INDEX_EXTRA,
                table=expected.name,
                name=index.name,
                expected="no such index",
                found=str(index.shape),
                blocking=False,
            )


def _constraint_differences(expected: Table, found: Table) -> Iterator[Difference]:
    pairs = [(expected.checks, found.checks), (expected.foreign_keys, found.foreign_keys)]
    for wanted, has in pairs:
        for constraint in sorted(wanted ^ has):
            sides = (constraint, "nothing") if constraint in wanted else ("nothing", constraint)
            yield Difference(
                kind=Kind.CONSTRAINT,
                table=expected.name,
                name=None,
                expected=sides[0],
                found=sides[1],
                blocking=False,
            )


def table_differences(expected: Table, found: Table) -> Iterator[Difference]:
    """Every difference between two tables of one name."""
    if found.kind != expected.kind:
        yield Difference(
            kind=Kind.NOT_A_TABLE,
            table=expected.name,
            name=None,
            expected=expected.kind,
            found=found.kind,
            blocking=True,
        )
    for name, column in expected.columns.items():
        if name in found.columns:
            yield from _column_differences(expected.name, column, found.columns[name])
        else:
            yield Difference(
                kind=Kind.COLUMN_MISSING,
                table=expected.name,
                name=name,
                expected=column.type,
                found="no such column",
                blocking=True,
            )
    for name in found.columns.keys() - expected.columns.keys():
        yield Difference(
            kind=Kind.COLUMN_EXTRA,
            table=expected.name,
            name=name,
            expected="no such column",
            found=found.columns[name].type,
            blocking=False,
        )
    if expected.primary_key != found.primary_key:
        yield Difference(
            kind=Kind.PRIMARY_KEY,
            table=expected.name,
            name=None,
            expected=f"primary key ({', '.join(expected.primary_key)})",
            found=f"primary key ({', '.join(found.primary_key)})" if found.primary_key else "no primary key",
            blocking=True,
        )
    yield from _constraint_differences(expected, found)
    yield from _index_differences(expected, found)


def differences(expected: Mapping[str, Table], found: Mapping[str, Table]) -> list[Difference]:
    """Every difference between two sets of tables, in the order of a report."""
    result: list[Difference] = []
    for name, table in expected.items():
        if name in found:
            result.extend(table_differences(table, found[name]))
        else:
            result.append(
                Difference(
                    kind=Kind.TABLE_MISSING,
                    table=name,
                    name=None,
                    expected="a table",
                    found="no such table",
                    blocking=True,
                )
            )
    result.extend(
        Difference(
            kind=Kind.TABLE_EXTRA,
            table=name,
            name=None,
            expected="no such table",
            found=found[name].kind,
            blocking=False,
        )
        for name in found.keys() - expected.keys()
    )
    order = list(Kind)
    return sorted(result, key=lambda it: (order.index(it.kind), it.table, it.name or "", it.found))
