"""The engine, the session and the one way to commit.

Everything that the console writes goes through `atomic()`; no other file commits.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData, Row
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, Session, scoped_session

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Settings of every connection; times in milliseconds. A page must never hold the product's database up.
SERVER_SETTINGS = {
    "statement_timeout": 15_000,
    "idle_in_transaction_session_timeout": 60_000,
    "timezone": "UTC",
    "jit": "off",  # compiling takes longer than any query of a page
    # How like a word must be to be taken for a name with a typing error; nothing where there is no pg_trgm.
    "pg_trgm.word_similarity_threshold": 0.5,
}

#: A row of a query whose columns are read by name.
AnyRow: TypeAlias = Row[*tuple[Any, ...]]

#: The PostgreSQL schema of everything that the console owns; `public` belongs to the product.
CONSOLE_SCHEMA = "dashboard"


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False):
    """Base of every model: a typed constructor, so that mypy refuses unknown or wrong arguments."""

    metadata = MetaData()


db = SQLAlchemy(metadata=Base.metadata)


def engine_options() -> dict[str, Any]:
    """How the pool connects.

    Prepared statements are off, so that a transaction-pooling proxy may stand in between; plans
    are made for the values at hand, since the console's filters are as skewed as the data.
    """
    return {
        "pool_size": 8,
        "max_overflow": 8,
        "pool_timeout": 5,
        "pool_recycle": 1800,
        "pool_pre_ping": True,
        "connect_args": {
            "connect_timeout": 3,
            "prepare_threshold": None,
            "application_name": "delula-console",
            "options": " ".join(f"-c {name}={value}" for name, value in SERVER_SETTINGS.items()),
        },
    }


def session() -> scoped_session[Session]:
    """The session of this request, command or job."""
    return cast("scoped_session[Session]", db.session)


@contextmanager
def atomic() -> Iterator[scoped_session[Session]]:
    """One transaction: commits when the block ends, rolls everything back when it raises."""
    current = session()
    try:
        yield current
        current.commit()
    except BaseException:
        current.rollback()
        raise
