"""How fast bucket and tables are compared, and in how much memory: `python -m benchmarks.scan`.

It starts a PostgreSQL and a store of its own, and fills them with rows and with small objects, of which one
in a hundred has no row. The store is filled by its own loading of metadata, with the bytes of each object in
it, since a million requests of S3 take an hour; the scan then asks it by S3 as it asks any store.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread
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
from delula.embedded.s3 import BUCKET, PORTS, find_weed
from delula.integrity.actions import BEGIN_SCAN, Pace
from delula.integrity.scan import SCAN
from delula.work.run import perform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delula.embedded.s3 import SeaweedFS

#: Bytes of each object, and seconds from one look at the memory to the next.
BODY, LOOKS = b"123456789", 0.5
_FOLDER = "library/user/user-{owner}/image/originals"
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
    with services(partial(fill, objects)) as settings:
        app = create_app(Settings.from_environment(settings))
        with app.app_context():
            flask_migrate.upgrade()
            with atomic() as current:
                current.execute(text("SET LOCAL statement_timeout = 0"))
                current.execute(text(_ROWS), {"objects": objects})
            for which in ("first", "second"):
                cpu = time.process_time()
                with watched() as looks:
                    took = scan()
                report(which, objects, took, time.process_time() - cpu, looks)
            db.engine.dispose()


def fill(objects: int, weed: SeaweedFS, ports: tuple[int, ...]) -> None:
    """Put so many objects into a store."""
    port = dict(zip(PORTS, ports, strict=True))
    doors = [f"-{part}=127.0.0.1:{port[f'{part}.port']}.{port[f'{part}.port.grpc']}" for part in _PARTS]
    program, begun = find_weed(), time.monotonic()
    assert program is not None  # noqa: S101 - the store runs
    with tempfile.TemporaryDirectory() as name:
        listed = Path(name) / "objects.meta"
        with listed.open("wb") as file:
            file.writelines(_metadata(number) for number in range(1, objects + 1))
        subprocess.run(  # noqa: S603 - the program that is the store as well
            [program, "shell", *doors],
            input=f"lock\nfs.meta.load -concurrency=16 {listed}\nunlock\nexit\n".encode(),
            env={"PATH": os.defpath, "HOME": name, **weed.certificates},
            stdout=subprocess.DEVNULL,
            check=True,
        )
    print(f"{objects:,} objects, {objects / (time.monotonic() - begun):,.0f} a second", file=sys.stderr)


_PARTS = ("master", "filer")


def _metadata(number: int) -> bytes:
    """An object as the store keeps it: its length, and a `FullEntry` of its `filer.proto`."""
    folder = f"/buckets/{BUCKET}/{_FOLDER.format(owner=number % 50)}"
    yesterday = int(time.time()) - 86_400
    attributes = (
        _whole(1, len(BODY))
        + _whole(2, yesterday)
        + _whole(3, 0o660)
        + _whole(6, yesterday)
        + _bytes(7, b"image/png")
        + _bytes(14, hashlib.md5(BODY, usedforsecurity=False).digest())
    )
    entry = _bytes(1, f"{number}.png".encode()) + _bytes(4, attributes) + _bytes(9, BODY)
    full = _bytes(1, folder.encode()) + _bytes(2, entry)
    return len(full).to_bytes(4, "big") + full


def _whole(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 127:
        written.append(value & 127 | 128)
        value >>= 7
    return bytes([*written, value])


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


@contextmanager
def watched() -> Iterator[list[float]]:
    """Look at the memory of this process while something is done; MB, one number for each look."""
    looks, over = [memory()], Event()

    def look() -> None:
        while not over.wait(LOOKS):
            looks.append(memory())

    watcher = Thread(target=look)
    watcher.start()
    try:
        yield looks
    finally:
        over.set()
        watcher.join()
        looks.append(memory())


def report(which: str, objects: int, took: float, cpu: float, looks: list[float]) -> None:
    """Say how fast that was, how busy our own process was, and how much memory it had when."""
    print(
        f"{which} scan: {objects / took:,.0f} objects a second, {1e6 * cpu / objects:,.0f} µs of our"
        f" processor an object, {looks[0]:,.0f} MB before, {looks[len(looks) // 2]:,.0f} MB at half time,"
        f" {looks[-1]:,.0f} MB after, {max(looks):,.0f} MB at most",
        flush=True,
    )


def memory() -> float:
    """The memory that this process has, in MB; where the system does not tell, the most that it has had."""
    try:
        told = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    except OSError:
        told = None
    if told is not None:
        return int(told[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024**2 if sys.platform == "darwin" else 1024
    )


if __name__ == "__main__":
    main()
