"""Reading of values that PostgreSQL holds and Python does not: one odd row must not break a page.

Importing this module teaches every connection of the console; the models import it. They also learn to write
lists of ids fast.
"""

import json
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection, DataError
from psycopg.abc import Buffer
from psycopg.types.array import ListDumper
from psycopg.types.datetime import TimestampLoader
from psycopg.types.json import set_json_loads
from sqlalchemy import Engine, event

from delula.models.columns import JsonValue

#: What instants before the year 1 and after the year 9999 read as, infinity included. Some days from the
#: ends of Python's range, so that they can still be shown in another time zone.
EARLIEST = datetime(1, 1, 3)  # noqa: DTZ001 - UTC by definition of the columns
LATEST = datetime(9999, 12, 29)  # noqa: DTZ001 - as above
#: The same as columns give them, aware of UTC.
BEYOND = (EARLIEST.replace(tzinfo=UTC), LATEST.replace(tzinfo=UTC))

#: Levels of JSON beyond which it is a text to us: Python reads more of them, how many depends on its version,
#: but what walks over values runs out of stack.
DEEPEST = 200


class _ClampingTimestampLoader(TimestampLoader):
    """`timestamp` as a naive datetime, clamped to what a datetime can say."""

    def load(self, data: bytes | bytearray | memoryview) -> datetime:
        written = bytes(data).decode()
        try:
            return datetime.fromisoformat(written)
        except ValueError:
            # Another DateStyle, or out of range.
            try:
                return super().load(data)
            except DataError:
                return _clamped(written)


def _clamped(written: str) -> datetime:
    return EARLIEST if written.startswith("-") or written.endswith("BC") else LATEST


def decode_time(written: str) -> datetime:
    """A `timestamp` as it stands in JSON, clamped to what a datetime can say."""
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return _clamped(written)


class TooDeep(ValueError):
    """JSON that nests deeper than `DEEPEST`."""


def parse_json(text: str, **options: Any) -> Any:
    """The value of a JSON text; `options` as those of `json.loads`.

    Raises:
        ValueError: it is none, or has a number too long for Python.
        TooDeep: it nests deeper than `DEEPEST`.
    """
    try:
        value = json.loads(text, **options)
    except RecursionError:
        raise TooDeep from None
    if text.count("[") + text.count("{") > DEEPEST and _is_deep(value):
        raise TooDeep
    return value


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(level)


def decode_json(written: str | bytes) -> JsonValue:
    """A JSON value; its text as it is where it nests too deep or has a number too long for Python."""
    text = written if isinstance(written, str) else written.decode()
    try:
        value: JsonValue = parse_json(text)
    except ValueError:
        return text
    return value


class _ListDumper(ListDumper):
    """Lists as arrays. Of whole numbers, which lists of rows are asked for by, in a tenth of the time."""

    def dump(self, obj: list[object]) -> Buffer | None:
        if set(map(type, obj)) == {int}:
            return f"{{{','.join(map(str, obj))}}}".encode()
        return super().dump(obj)


@event.listens_for(Engine, "connect")
def _teach(connection: object, _record: object) -> None:
    if isinstance(connection, Connection):
        connection.adapters.register_loader("timestamp", _ClampingTimestampLoader)
        connection.adapters.register_dumper(list, _ListDumper)
        set_json_loads(decode_json, connection)
