"""Rows as COPY text, made column by column.

A `Column` is a numpy array of strings that are escaped already, so that millions of rows are put together by
concatenating and joining ready pieces; https://www.postgresql.org/docs/current/sql-copy.html has the format.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Column: TypeAlias = npt.NDArray[np.object_]
Ints: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]

NULL = r"\N"
DAY_MS = 86_400_000

_ARRAY_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"'})


@dataclass(frozen=True)
class Block:
    """Some rows of one table, ready for COPY.

    Attributes:
        columns: names in the order of the data.
        rows: how many.
        data: UTF-8 text in COPY's text format.
    """

    table: str
    columns: tuple[str, ...]
    rows: int
    data: bytes


@dataclass(frozen=True)
class Json:
    """A value for a jsonb column; `Json(None)` is JSON's null, plain None is SQL's."""

    value: object


def column(values: Iterable[str]) -> Column:
    """Strings that are escaped already, as a column."""
    items = list(values)
    made = np.empty(len(items), dtype=object)
    made[:] = items
    return made


def text(value: str) -> str:
    """One text value, escaped."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def encoded_json(value: object) -> str:
    """One jsonb value, escaped."""
    return text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def encoded_array(values: Sequence[object]) -> str:
    """One PostgreSQL array, escaped."""
    return text("{" + ",".join(f'"{str(value).translate(_ARRAY_ESCAPES)}"' for value in values) + "}")


def field(value: object) -> str:
    """One value of any kind, escaped: lists are PostgreSQL arrays, `Json` is jsonb, datetimes are UTC."""
    match value:
        case None:
            return NULL
        case Json():
            return encoded_json(value.value)
        case bool():
            return "t" if value else "f"
        case str():
            return text(value)
        case list() | tuple():
            return encoded_array(value)
        case datetime():
            return value.isoformat(sep=" ")
        case _:
            return str(value)


def rows_block(table: str, columns: str, rows: Iterable[Sequence[object]]) -> Block:
    """A block of a small table from plain rows; `columns` are names with commas between."""
    lines = ["\t".join(map(field, row)) + "\n" for row in rows]
    return Block(table, _names(columns), len(lines), "".join(lines).encode())


def columns_block(table: str, columns: Mapping[str, Column]) -> Block:
    """A block from columns; a key may name several columns whose values one string holds, tabs between."""
    lists = [values.tolist() for values in columns.values()]
    lines = list(map("\t".join, zip(*lists, strict=True)))
    data = "\n".join([*lines, ""]).encode() if lines else b""
    return Block(table, _names(",".join(columns)), len(lines), data)


def _names(columns: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in columns.split(","))


def numbers(values: Ints) -> Column:
    """Whole numbers as text."""
    return column(map(str, values.tolist()))


def flags(values: Mask) -> Column:
    """Booleans as text."""
    return _FLAGS[values.astype(np.int8)]


_FLAGS = column(["f", "t"])


def filled(mask: Mask, values: Column, otherwise: str = NULL) -> Column:
    """The values where the mask holds, and the same other value everywhere else."""
    made = values.copy()
    made[~mask] = otherwise
    return made


def repeated(value: str, count: int) -> Column:
    """The same escaped value `count` times."""
    return np.full(count, value, dtype=object)


_SECOND = column(
    f" {hour:02}:{minute:02}:{second:02}"
    for hour in range(24)
    for minute in range(60)
    for second in range(60)
)
_MILLISECOND = column(f".{number:03}" for number in range(1000))


def stamps(milliseconds: Ints) -> Column:
    """Milliseconds since 1970 (UTC) as timestamps."""
    if not len(milliseconds):
        return column([])
    days, rest = np.divmod(milliseconds, DAY_MS)
    first, last = int(days.min()), int(days.max())
    names = np.datetime_as_string(np.arange(first, last + 1).astype("datetime64[D]")).astype(object)
    seconds, fraction = np.divmod(rest, 1000)
    made: Column = names[days - first] + _SECOND[seconds] + _MILLISECOND[fraction]
    return made


def moment(milliseconds: int | np.int64) -> datetime:
    """Milliseconds since 1970 as the product's columns have it: UTC without a time zone."""
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC).replace(tzinfo=None)


def mixed(values: Ints, salt: int) -> npt.NDArray[np.uint64]:
    """Different numbers for different values, evenly spread over 64 bits.

    The finalizer of splitmix64 is a bijection, so ids made of it are unique without a check.
    """
    with np.errstate(over="ignore"):
        z = values.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt & (2**64 - 1))
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed_values: npt.NDArray[np.uint64] = z ^ (z >> np.uint64(31))
        return mixed_values


_URL_SAFE = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", dtype=np.uint8)


def short_ids(values: npt.NDArray[np.uint64]) -> Column:
    """11 characters of `A-Z a-z 0-9 - _` for each number; different numbers give different ids."""
    shifts = np.arange(0, 66, 6, dtype=np.uint64)
    digits = (values[:, None] >> shifts) & np.uint64(63)
    digits[:, 10] = values >> np.uint64(60)
    return sliced(_URL_SAFE[digits.astype(np.uint8)].tobytes().decode(), 11)


def uuids(high: npt.NDArray[np.uint64], low: npt.NDArray[np.uint64], group: str = "4") -> Column:
    """UUID text of two numbers each; `group` replaces the beginning of the third group (the version)."""
    pairs = np.stack([high, low], axis=1).astype(">u8").tobytes()
    digits = np.frombuffer(pairs.hex().encode(), dtype=np.uint8).reshape(-1, 32).copy()
    digits[:, 12 : 12 + len(group)] = np.frombuffer(group.encode(), dtype=np.uint8)
    digits[:, 16] = ord("a")
    made = np.full((len(digits), 36), ord("-"), dtype=np.uint8)
    for begin, end, at in ((0, 8, 0), (8, 12, 9), (12, 16, 14), (16, 20, 19), (20, 32, 24)):
        made[:, at : at + end - begin] = digits[:, begin:end]
    return sliced(made.tobytes().decode(), 36)


def sliced(characters: str, width: int) -> Column:
    """A long string cut into values of the same width."""
    return column(characters[at : at + width] for at in range(0, len(characters), width))
