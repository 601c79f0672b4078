"""The console under measurement: its app, and a member of staff who exists for the length of a run."""

from __future__ import annotations

import logging
import os
import secrets
import tempfile
import uuid
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from delula import create_app
from delula.access import clock, sessions
from delula.access.guard import TOKEN
from delula.access.permissions import Role
from delula.config import Environment, load_settings
from delula.db import atomic, db
from delula.embedded.postgres import FIRST_DATABASE, Postgres
from delula.embedded.s3 import SeaweedFS
from delula.embedded.service import Lease
from delula.models.staff import Staff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask


@contextmanager
def console(url: str) -> Iterator[Flask]:
    """The app as production runs it, but on HTTP; its log lines are written, to nowhere.

    Args:
        url: of the database.
    """
    settings = replace(load_settings(), database_url=url, environment=Environment.PRODUCTION, https=False)
    with Path(os.devnull).open("w") as nowhere:
        app = create_app(settings)
        for handler in logging.getLogger("delula").handlers:
            if isinstance(handler, logging.StreamHandler):
                handler.setStream(nowhere)
        try:
            yield app
        finally:
            with app.app_context():
                db.engine.dispose()
            logging.getLogger("delula").handlers.clear()


@contextmanager
def services(fill: Callable[[SeaweedFS, tuple[int, ...]], None] | None = None) -> Iterator[dict[str, str]]:
    """A PostgreSQL and a store of a benchmark's own, as settings; both are gone afterwards.

    Args:
        fill: is given the store and its ports, and puts into it what shall lie there.
    """
    with tempfile.TemporaryDirectory() as name:
        database, bucket = Postgres(Path(name) / "postgres", durable=False), SeaweedFS(Path(name) / "s3")
        with Lease(database) as databases, Lease(bucket) as buckets:
            if fill is not None:
                fill(bucket, buckets.ports())
            yield {
                "DATABASE_URL": database.address(databases.ports()[0], FIRST_DATABASE),
                **bucket.environment(buckets.ports()),
                "SECRET_KEY": secrets.token_hex(32),
            }


@contextmanager
def signed_in(app: Flask) -> Iterator[str]:
    """The `Cookie` header of an admin with a session; both are gone afterwards."""
    with app.app_context(), atomic() as current:
        staff = Staff(
            email=f"benchmark-{secrets.token_hex(6)}@example.com",
            name="Benchmark",
            role=Role.ADMIN.value,
            password="!",  # noqa: S106 - no hash, so no password opens it
            fs_uniquifier=uuid.uuid4().hex,
            created_at=clock.utc_now(),
        )
        current.add(staff)
        current.flush()
        number, name = staff.id, staff.fs_uniquifier
        token, _ = sessions.start(number, address="", browser="benchmark", earlier_token=None)
    try:
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie.update({TOKEN: token, "_user_id": name, "csrf_token": secrets.token_hex(20)})
        kept = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
        if kept is None:
            raise RuntimeError("the session left no cookie")
        yield f"{kept.key}={kept.value}"
    finally:
        with app.app_context(), atomic() as current:
            current.delete(current.get_one(Staff, number))
