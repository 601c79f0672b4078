"""The engine, the session and the one way to commit.

Everything that the console writes goes through `atomic()`; no other file commits. What a page reads needs no
transaction: each of its statements sees what is committed by then, with one or without.
"""

from __future__ import annotations

import select
import sys
from collections import namedtuple
from contextlib import contextmanager
from functools import lru_cache, partial
from threading import Thread
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import flask_sqlalchemy.session
import psycopg
from flask import current_app, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, MetaData, Row, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, Session, scoped_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from flask import Flask
    from sqlalchemy import Engine, Executable, Pool
    from sqlalchemy.engine import ExceptionContext

#: What values look like and what locks mean, whatever role, database and server have set for themselves.
CONVENTIONS = {
    "timezone": "UTC",
    "datestyle": "ISO",
    "client_encoding": "UTF8",
    "default_transaction_isolation": "read committed",
}
#: Settings of every connection; times in milliseconds. A page must never hold the product's database up.
SERVER_SETTINGS = {
    **CONVENTIONS,
    "statement_timeout": 15_000,
    "idle_in_transaction_session_timeout": 60_000,
    "jit": "off",  # compiling takes longer than any query of a page
    # Beside the rows of a page, it reads an index to its end once one of them refers to what is gone.
    "enable_mergejoin": "off",
    # How like a name must be to be taken for one with a typing error, two letters swapped for instance.
    "pg_trgm.word_similarity_threshold": 0.4,
}

#: A row of a query whose columns are read by name.
AnyRow: TypeAlias = Row[*tuple[Any, ...]]

StatementT = TypeVar("StatementT", bound="Executable")
T = TypeVar("T")

#: The PostgreSQL schema of the product's tables, and that of everything that the console owns.
PRODUCT_SCHEMA, CONSOLE_SCHEMA = "public", "dashboard"


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False):
    """Base of every model: a typed constructor, so that mypy refuses unknown or wrong arguments."""

    metadata = MetaData()


class _Session(flask_sqlalchemy.session.Session):
    """A session that reads without a transaction while a page is asked for: that saves BEGIN and ROLLBACK."""

    def get_bind(self, *_args: Any, **_kwargs: Any) -> Engine:
        """The console's one engine, in autocommit where nothing is to be written."""
        engine: Engine = current_app.extensions[_READER] if self.only_reads else self._db.engine
        return engine

    @property
    def only_reads(self) -> bool:
        """Whether a page is asked for, and nothing is being written meanwhile."""
        return (
            has_request_context() and request.method in {"GET", "HEAD"} and not self.info.get(_WRITES, False)
        )


#: Keys of a session's `info`: it is inside of `atomic()`; what this request has found out.
_WRITES, _KNOWN = "writes", "known"
#: Key of an app's extensions: its engine in autocommit, made once, as sessions tell connections by engines.
_READER = "delula-reader"

db = SQLAlchemy(metadata=Base.metadata, session_options={"class_": _Session})


def init_db(app: Flask) -> None:
    """Connect the console with its database as soon as it is asked something."""
    db.init_app(app)

    @app.teardown_appcontext
    def give_up_what_is_open(_error: BaseException | None) -> None:
        # Before the extension closes the session: that would raise where the server is gone, though the
        # answer is known already.
        if db.session.registry.has():
            release()

    with app.app_context():
        engine = db.engine
    event.listen(engine, "checkout", _check_that_it_lives)
    event.listen(engine, "connect", _settle_in)
    event.listen(engine, "before_cursor_execute", _set_format)
    event.listen(engine, "do_execute", _execute_by_key)
    event.listen(engine, "handle_error", _leave_rows_out)
    app.extensions[_READER] = engine.execution_options(isolation_level="AUTOCOMMIT")


def _leave_rows_out(context: ExceptionContext) -> None:
    """Take out of an error what the server says of the row at hand, "Failing row contains (…)".

    Errors are logged, kept with jobs and shown to staff, and the row may be of anybody.
    """
    detail = getattr(getattr(context.original_exception, "diag", None), "message_detail", None)
    if detail:
        for error in (context.original_exception, context.sqlalchemy_exception):
            if error is not None:
                error.args = tuple(
                    part.replace(detail, "…") if isinstance(part, str) else part for part in error.args
                )


#: Option of a statement that is planned once for a connection; see `by_key`.
_BY_KEY = "by_key"
#: Statements that a connection keeps the plans of.
_MOST_PLANS = 500


def by_key(statement: StatementT) -> StatementT:
    """A statement that is planned once, as it finds rows by their keys, whichever they are.

    For pages: to plan such a join takes longer than to run it. What filters is planned for the values at
    hand, since they are as skewed as the data.
    """
    return statement.execution_options(**{_BY_KEY: True})


def _settle_in(connection: psycopg.Connection, *_: object) -> None:
    """Let a new connection keep plans, and find the product's tables first, where its server stays the same.

    A proxy gives each transaction another server. It cannot know the process of the one that will serve it
    next, so it makes its own number up.
    """
    process, path, first = connection.execute(
        "SELECT pg_backend_pid(), current_setting('search_path'), current_schema()"
    ).fetchall()[0]
    if process == connection.info.backend_pid:
        connection.prepare_threshold = sys.maxsize  # only what asks for it
        connection.prepared_max = _MOST_PLANS
        if first != PRODUCT_SCHEMA:
            # Behind it stays what was there: extensions may live in a schema of their own.
            path = f"{PRODUCT_SCHEMA}, {path}" if path else PRODUCT_SCHEMA
            connection.execute("SELECT set_config('search_path', %s, false)", [path])
    connection.commit()


def _execute_by_key(cursor: psycopg.Cursor, statement: Any, parameters: Any, context: Any) -> bool | None:
    """Run a statement with the plan that its connection keeps, where it may; True if that was done."""
    reads = cursor.connection.autocommit  # within a transaction a second attempt would be too late
    if context is None or not reads or not context.execution_options.get(_BY_KEY):
        return None
    try:
        cursor.execute(statement, parameters, prepare=True)
    except psycopg.errors.FeatureNotSupported:  # a column has another type than when it was planned
        cursor.connection.execute("DEALLOCATE ALL")
        cursor.execute(statement, parameters)
    return True


#: Options of a statement whose rows carry bytes: they come as they are, rather than written as text.
AS_BYTES = MappingProxyType({"as_bytes": True})


def _set_format(*event_: Any) -> None:
    """Choose the form in which rows come, as the options of a statement have it."""
    _, cursor, _, _, context, _ = event_
    if context is not None and context.execution_options.get("as_bytes"):
        cursor.format = psycopg.pq.Format.BINARY


def _check_that_it_lives(connection: psycopg.Connection, *_: object) -> None:
    """Refuse a pooled connection whose server has gone away, so that the pool makes new ones.

    A server says nothing on a connection that rests, unless it is about to close it. So the console looks
    whether there is something to read, which takes no time, and only then asks.

    Raises:
        InvalidatePoolError: the server is gone, and so are all older connections.
    """
    try:
        ears = select.poll()
        ears.register(connection.fileno(), select.POLLIN)
        if ears.poll(0):
            connection.execute("")
            connection.rollback()
    except psycopg.Error as error:
        raise InvalidatePoolError from error


def engine_options(database_url: str) -> dict[str, Any]:
    """How the pool connects.

    What the URL asks of the server (`?options=…`) is kept, before what the console asks.
    Nothing is prepared by itself, as plans are made for the values at hand; see `by_key`.
    """
    asked = make_url(database_url).query.get("options", "")
    return {
        "pool_size": 8,
        "max_overflow": 8,
        "pool_timeout": 5,
        "pool_recycle": 1800,
        "hide_parameters": True,  # an error is logged with its statement, and what is in it may be a secret
        "connect_args": {
            "connect_timeout": 3,
            # A peer that vanishes without a word is noticed within a minute, by the system.
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "prepare_threshold": None,
            "application_name": "delula-console",
            "options": f"{asked} {as_options(SERVER_SETTINGS)}".strip(),
        },
    }


def as_options(settings: Mapping[str, object]) -> str:
    """Settings of a server as a connection asks for them."""
    return " ".join(
        "-c {}={}".format(name, str(value).replace(" ", r"\ ")) for name, value in settings.items()
    )


def session() -> scoped_session[Session]:
    """The session of this request, command or job."""
    return cast("scoped_session[Session]", db.session)


def records(statement: Executable, parameters: Mapping[str, Any] | None = None) -> list[Any]:
    """The rows of a statement as named tuples.

    For lists, which read some ten values of each row: an attribute of a named tuple costs a tenth of that of
    SQLAlchemy's rows.
    """
    found = session().execute(statement, parameters)
    return list(map(_record(tuple(found.keys())), found.all()))


@lru_cache(maxsize=500)
def _record(names: tuple[str, ...]) -> Callable[[Iterable[Any]], Any]:
    record: Any = namedtuple("Record", names)  # type: ignore[misc]  # names that are known at run time
    # As its `_make` does, but without a call in Python for each row.
    return partial(tuple.__new__, record)


def database(of: Session | scoped_session[Session] | None = None) -> Pool:
    """Stands for the database that a session asks, whether it only reads or writes as well."""
    bind = (of or session()).get_bind()
    return (bind.engine if isinstance(bind, Connection) else bind).pool


def once_a_request(key: object, find: Callable[[], T]) -> T:
    """What `find` finds, asked once by the request at hand; every time where something may be written."""
    current = session()
    if not getattr(current(), "only_reads", False):
        return find()
    known: dict[object, T] = current.info.setdefault(_KNOWN, {})
    if key not in known:
        known[key] = find()
    return known[key]


def beside_this_request(work: Callable[[], object]) -> None:
    """Do something in a thread with a session of its own; it sees to its errors itself."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - the documented way

    def do() -> None:
        with app.app_context():
            work()

    Thread(target=do, daemon=True).start()


def release() -> None:
    """Give the transaction at hand up, also on a dead connection: nothing after it is to stumble over it."""
    try:
        db.session.rollback()
    except DBAPIError:
        db.session().invalidate()


@contextmanager
def atomic() -> Iterator[scoped_session[Session]]:
    """One transaction: commits when the block ends, rolls everything back when it raises."""
    current = session()
    was_writing = current.info.get(_WRITES, False)
    if getattr(current(), "only_reads", False):
        current.commit()  # what was read so far came without a transaction: its connection goes back
    current.info[_WRITES] = True
    try:
        yield current
        current.commit()
    except BaseException:
        current.rollback()
        raise
    finally:
        current.info[_WRITES] = was_writing
