"""Whether the database can tell how alike two texts are."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy import text

from delula.db import session

if TYPE_CHECKING:
    from sqlalchemy import Engine

#: By database. Only what is there is kept: an extension may come while the console runs, but it hardly goes.
_FOUND: WeakKeyDictionary[Engine, str] = WeakKeyDictionary()

_SCHEMA = text("""
    SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname = 'pg_trgm'""")


def trigram_schema() -> str | None:
    """The schema of the extension pg_trgm, quoted; None where it is not installed."""
    engine = session().get_bind().engine
    schema = _FOUND.get(engine)
    if schema is None:
        schema = session().scalar(_SCHEMA)
        if schema is not None:
            _FOUND[engine] = schema
    return schema
