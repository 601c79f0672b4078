"""One change of the database's schema at a time, across processes and machines."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import Connection, text

#: Key of the advisory lock: the letters "delula" as a number.
LOCK_KEY = int.from_bytes(b"delula", "big")

#: Seconds between two attempts to get it.
_PAUSE = 0.2


@contextmanager
def one_at_a_time(connection: Connection) -> Iterator[None]:
    """Holds the lock, waiting for another run to end; the connection is outside of a transaction then.

    The lock belongs to the session: it lasts as long as the server works for it, even when this process is
    killed. It is asked for again and again instead of waited for inside the server: a waiting statement
    keeps a snapshot, and the other run's concurrent index builds would wait for that snapshot in turn.

    Args:
        connection: not in a transaction. Its session is closed at the end, so that its settings and its lock
            cannot come back from a pool.
    """
    waiting = False
    try:
        while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK_KEY}):
            connection.rollback()
            if not waiting:
                click.echo("Another change of this database's schema is running; waiting for it to end.")
                waiting = True
            time.sleep(_PAUSE)
        # Concurrent builds wait for other transactions as long as it takes; that blocks nobody.
        for setting in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            connection.execute(text(f"SET {setting} = 0"))
        connection.commit()
        yield
    finally:
        connection.invalidate()
