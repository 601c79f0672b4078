"""Names of assets: what they are in the database, and which there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import String, literal_column, text

from delula.db import session
from delula.lists import trigram_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement

#: Characters of a name that are searched and sorted by.
NAME_LENGTH = 100


def _name(expression: str) -> ColumnElement[str]:
    """A name as it is searched: in lower case, cut, and compared byte by byte.

    An index entry has a limit of size, and the product's insert of a longer name would fail on it.
    """
    return literal_column(f'left(lower({expression}), {NAME_LENGTH}) COLLATE "C"', String())


#: The names in each table, as their indexes have them.
NAMES: Mapping[str, ColumnElement[str]] = {
    "user_assets": _name("coalesce(nullif(user_assets.normalized_name, ''), user_assets.display_name)"),
    "market_assets": _name("market_assets.name"),
    "system_assets": _name("system_assets.name"),
}


def normalized(name: str) -> str:
    """A name as the product keeps it for searching: in lower case, with single spaces."""
    return " ".join(name.lower().split())


_IS_PART = "EXISTS (SELECT FROM {table} WHERE {name} LIKE lower(:pattern))"
#: The next name behind one is found in the index by name, however many rows bear the same.
_NEXT = """
    WITH RECURSIVE names (name, n) AS (
        (SELECT {name}, 1 FROM {table} WHERE {name} >= :start AND {name} < :end ORDER BY 1 LIMIT 1)
        UNION ALL
        SELECT (SELECT {name} FROM {table} WHERE {name} > names.name AND {name} < :end
                ORDER BY 1 LIMIT 1), n + 1
        FROM names WHERE names.name IS NOT NULL AND n < :limit)
    SELECT name FROM names WHERE name IS NOT NULL"""
#: More rows than these are not looked through for the names that are most alike.
_ALIKE = """
    SELECT name FROM (SELECT {name} AS name FROM {table} WHERE {name} OPERATOR({schema}.%>) :typed
                      LIMIT 200) few
    GROUP BY name ORDER BY {schema}.word_similarity(:typed, name) DESC, name LIMIT :limit"""


def _for_each_table(statement: str) -> list[str]:
    return [statement.replace("{name}", str(name)).replace("{table}", table) for table, name in NAMES.items()]


def is_part_of_a_name(part: str) -> bool:
    """Whether any asset has this in its name, in any case."""
    escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    statement = text(f"SELECT {' OR '.join(_for_each_table(_IS_PART))}")
    return bool(session().scalar(statement, {"pattern": f"%{escaped}%"}))


def suggest_names(prefix: str, limit: int) -> list[str]:
    """Names that begin so, in any case; where there are none, names like it."""
    typed = " ".join(prefix.lower().split())[:NAME_LENGTH]
    if not typed or "\0" in typed:
        return []
    # No text that begins so is behind the end, in the order of bytes.
    found = sorted(_asked(_NEXT, {"start": typed, "end": typed + "\U0010ffff", "limit": limit}))
    schema = trigram_schema()
    if not found and schema is not None:
        found = _asked(_ALIKE.replace("{schema}", schema), {"typed": typed, "limit": limit})
    return list(dict.fromkeys(name for name in found if name))[:limit]


def _asked(statement: str, parameters: Mapping[str, Any]) -> list[str]:
    return [name for one in _for_each_table(statement) for name in session().scalars(text(one), parameters)]
