"""The engine, the session and the one way to commit.

Everything that the console writes goes through `atomic()`; no other file commits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, Session, scoped_session

#: The PostgreSQL schema of everything that the console owns; `public` belongs to the product.
CONSOLE_SCHEMA = "dashboard"


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Base of every model: a typed constructor, so that mypy refuses unknown or wrong arguments."""

    metadata = MetaData()


db = SQLAlchemy(metadata=Base.metadata)


def session() -> scoped_session[Session]:
    """The session of this request, command or job."""
    return db.session


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
