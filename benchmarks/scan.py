"""How fast bucket and tables are compared, and in how much memory: `python -m benchmarks.scan`.

It starts a PostgreSQL and a store of its own, and fills them with rows and with small objects, of which one
in a hundred has no row.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import flask_migrate
from sqlalchemy import text

from benchmarks.console import services
from delula import create_app
from delula.access.actor import Actor
from delula.access.permissions import Role
from delula.commands import run
from delula.config import Settings
from delula.db import atomic, db, session
from delula.integrity.actions import BEGIN_SCAN, Pace
from delula.integrity.scan import SCAN
from delula.storage import needed_store
from delula.work.run import perform

if TYPE_CHECKING:
    from delula.storage import Store

#: Clients that write objects at once, and objects that they are given at once: what waits takes memory too.
WRITERS, GIVEN = 8, 1_000
_ROWS = """
INSERT INTO user_assets (user_id, asset_id, original_filename, display_name, s3_key, cdn_url, mime_type,
    file_size, asset_type, source)
SELECT 'user-' || number % 50, 'asset-' || number, 'x.png', 'x',
    'library/user/user-' || number % 50 || '/image/originals/' || number || '.png', '', 'image/png', 9, 1, 1
FROM generate_series(1, :objects) number WHERE number % 100 > 0"""
_SCANNED = text("SELECT objects, finished_at FROM dashboard.storage_scan ORDER BY id DESC LIMIT 1")
_JOB = text("SELECT id, args FROM jobs.procrastinate_jobs WHERE task_name = :task ORDER BY id DESC LIMIT 1")


def main() -> None:
    """Fill, scan twice, and report."""
    parser = argparse.ArgumentParser(prog="benchmarks.scan", description=__doc__)
    parser.add_argument("--objects", type=int, default=20_000, help="how many there are")
    objects: int = parser.parse_args().objects
    with services() as settings:
        app = create_app(Settings.from_environment(settings))
        with app.app_context():
            flask_migrate.upgrade()
            fill(objects)
            print(f"before the scans: {memory():,.0f} MB at most")
            for which in ("first", "second"):
                cpu = time.process_time()
                took = scan()
                report(which, objects, took, time.process_time() - cpu)
            db.engine.dispose()


def fill(objects: int) -> None:
    """Write rows and objects."""
    with atomic() as current:
        current.execute(text("SET LOCAL statement_timeout = 0"))
        current.execute(text(_ROWS), {"objects": objects})
    put = partial(_put, needed_store())

    begun = time.monotonic()
    with ThreadPoolExecutor(WRITERS) as pool:
        for first in range(1, objects + 1, GIVEN):
            last = min(first + GIVEN - 1, objects)
            list(pool.map(put, range(first, last + 1)))
            rate = last / (time.monotonic() - begun)
            print(f"\r{last:,} objects written, {rate:,.0f} a second", end="", file=sys.stderr)
    print(file=sys.stderr)


def _put(store: Store, number: int) -> None:
    key = f"library/user/user-{number % 50}/image/originals/{number}.png"
    store.client.put_object(Bucket=store.bucket, Key=key, Body=b"123456789", ContentType="image/png")


def scan() -> float:
    """Compare as fast as the store answers; how long it took, s."""
    run(BEGIN_SCAN, Pace(pace="full"), Actor(None, "benchmark", Role.ADMIN))
    job = session().execute(_JOB, {"task": SCAN.name}).one()
    session().remove()
    begun = time.monotonic()
    perform(SCAN, job.id, job.args)
    took = time.monotonic() - begun
    listed, finished_at = session().execute(_SCANNED).one()
    if finished_at is None:
        raise SystemExit(f"the scan did not end; {listed:,} objects were listed")
    return took


def report(which: str, objects: int, took: float, cpu: float) -> None:
    """Say how fast that was, how busy our own process was, and how much memory it took at most."""
    print(
        f"{which} scan: {objects / took:,.0f} objects a second, {1e6 * cpu / objects:,.0f} µs of our"
        f" processor an object, {memory():,.0f} MB at most"
    )


def memory() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024**2 if sys.platform == "darwin" else 1024
    )


if __name__ == "__main__":
    main()
