"""Reading of values that PostgreSQL holds and Python does not: one odd row must not break a page.

Importing this module teaches every connection of the console; the models import it. They also learn to write
lists of ids fast.
"""

import json
from datetime import UTC, datetime

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


def decode_json(written: str | bytes) -> JsonValue:
    """A JSON value; its text as it is where it nests too deep or has a number too long for Python."""
    try:
        value: JsonValue = json.loads(written)
    except (RecursionError, ValueError):
        return written if isinstance(written, str) else written.decode()
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
