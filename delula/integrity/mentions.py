"""Keys and addresses that stand somewhere in the JSON of the product's tables, which name no column for them.

A text there may be a key, an address, or anything else. So it counts only where an object has just that key:
what it names is no orphan, and what it names and is not there is no finding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import text

from delula.db import session
from delula.storage.layout import LONGEST_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from delula.db import AnyRow
    from delula.storage import Store

#: An address, alone or within a longer text.
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>\\]+")
#: What no writer of addresses escapes.
_PLAIN_RUN = re.compile(r"[A-Za-z0-9_-]+")

# Sessions are secrets. A table whose key is of several columns is none of the product's.
_TABLES = text("""
    SELECT quote_ident(class.relname) AS table, min(quote_ident(key.attname)) AS id,
        array_agg(quote_ident(col.attname) ORDER BY col.attnum) AS columns,
        (SELECT quote_ident(time.attname) FROM pg_attribute time
            WHERE time.attrelid = class.oid AND time.attname IN ('updated_at', 'created_at')
                AND time.atttypid = 'timestamp'::regtype
            ORDER BY time.attname DESC LIMIT 1) AS time
    FROM pg_class class
    JOIN pg_index i ON i.indrelid = class.oid AND i.indisprimary AND i.indnkeyatts = 1
    JOIN pg_attribute key ON key.attrelid = class.oid AND key.attnum = i.indkey[0]
    JOIN pg_attribute col ON col.attrelid = class.oid AND col.attnum > 0 AND NOT col.attisdropped
        AND col.atttypid IN ('json'::regtype, 'jsonb'::regtype)
    WHERE class.relnamespace = 'public'::regnamespace AND class.relkind = 'r' AND class.relname <> 'sessions'
    GROUP BY class.oid, class.relname ORDER BY class.relname""")


@dataclass(frozen=True)
class JsonTable:
    """A table of the product with JSON in it; all names are quoted as SQL has them.

    Attributes:
        name: of the table.
        id: its primary key.
        said: all its JSON as one value, an expression.
        time: when a row last changed, or was made; None where nothing says so.
    """

    name: str
    id: str
    said: str
    time: str | None


def tables() -> Sequence[JsonTable]:
    """The tables of this database that have JSON in them."""
    return [
        JsonTable(
            row.table,
            row.id,
            f"jsonb_build_array({', '.join(f'to_jsonb({column})' for column in row.columns)})",
            row.time,
        )
        for row in session().execute(_TABLES)
    ]


def rows_behind(table: JsonTable, after: int | str | None, most: int) -> Sequence[AnyRow]:
    """The next rows of a table by its key: `id` and `said`."""
    behind = "true" if after is None else f"{table.id} > :after"
    statement = text(f"""
        SELECT {table.id} AS id, {table.said} AS said FROM {table.name}
        WHERE {behind} ORDER BY {table.id} LIMIT :most""")  # noqa: S608 - names out of the catalogue, quoted
    values = {"most": most} if after is None else {"most": most, "after": after}
    return session().execute(statement, values).all()


def mentioned_in(rows: Iterable[AnyRow], store: Store) -> dict[str, str]:
    """What may be a key in the JSON of some rows, with the first row that holds it."""
    found: dict[str, str] = {}
    # Most texts of a table are names of members and choices: each is looked into once.
    seen: set[str] = set()
    for row in rows:
        for words in _texts(row.said):
            if words not in seen:
                seen.add(words)
                for key in _keys_in(words, store):
                    found.setdefault(key, str(row.id))
    return found


def is_mentioned_since(keys: Iterable[str], since: datetime | None, store: Store) -> bool:
    """Whether a row that was made or changed since then has one of these keys in its JSON.

    Args:
        keys: of objects.
        since: None for all rows; so are tables read whose rows bear no time.
        store: knows the forms of addresses.
    """
    wanted = set(keys)
    runs = {max(_PLAIN_RUN.findall(key), key=len, default="") for key in wanted}
    # An underscore stands for any character there, which does no harm.
    holds: dict[str, Any] = {"runs": [f"%{run}%" for run in runs]}
    for table in tables():
        recent, values = "true", holds
        if since is not None and table.time is not None:
            recent = f"({table.time} >= :since OR {table.time} IS NULL)"
            values = {**holds, "since": since.replace(tzinfo=None)}
        statement = text(f"""
            SELECT {table.id} AS id, {table.said} AS said FROM {table.name}
            WHERE {recent} AND {table.said}::text LIKE ANY(CAST(:runs AS text[]))""")  # noqa: S608 - as above
        texts = {words for row in session().execute(statement, values) for words in _texts(row.said)}
        if any(not wanted.isdisjoint(_keys_in(words, store)) for words in texts):
            return True
    return False


def _keys_in(words: str, store: Store) -> Iterator[str]:
    """The keys that a text is, or holds addresses of."""
    found = _ADDRESS.findall(words) if "://" in words else ()
    # What ends a sentence may belong to the address, or not.
    addresses = dict.fromkeys([*found, *(one.rstrip(".,;:!?)]}") for one in found)])
    for key in [words.lstrip("/")] if not addresses else _keys_of(addresses, store):
        if key and "\0" not in key and len(key.encode("utf-8", "replace")) <= LONGEST_KEY:
            yield key


def _keys_of(addresses: Iterable[str], store: Store) -> Iterator[str]:
    """The keys that addresses may mean: in our bucket, or in one that is reached by another name."""
    for address in addresses:
        if (key := store.key_of(address)) is not None:
            yield key
        try:
            path = unquote(urlsplit(address).path).lstrip("/")
        except ValueError:
            continue
        yield path
        yield path.partition("/")[2]


def _texts(said: Any) -> Iterator[str]:
    """Every text of a JSON value, names of its members included; however deep."""
    waiting = [said]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
