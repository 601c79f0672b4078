"""Fill an empty database with demo data, and say how far it is."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import click

from delula.config import current_settings
from delula.db import atomic
from delula.demo import load, studio
from delula.demo.ahead import blocks_ahead
from delula.demo.media import OBJECTS, Media
from delula.demo.plan import Plan
from delula.demo.progress import Progress
from delula.errors import Refused
from delula.rollups.refresh import rebuild
from delula.storage import StoreUnavailable, current_store

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Public address of media where no bucket is configured; nothing answers there.
NOWHERE = "https://media.delula.example"


def run(
    *,
    generations: int,
    seed: int,
    assets: int | None,
    usage: int | None,
    until: datetime | None,
    replace: bool,
    with_media: bool,
) -> None:
    """Do what `flask demo` says; the arguments are its options.

    Raises:
        ClickException: the database holds rows of another origin, or the bucket does not answer.
    """
    plan = Plan(
        generations=generations,
        assets=generations // 2 if assets is None else assets,
        usage=generations * 5 if usage is None else usage,
        seed=seed,
        until=until or datetime.now(UTC).replace(tzinfo=None, second=0, microsecond=0),
    )
    with _refusals():
        with _connection() as connection:
            load.refuse_foreign(connection, replace=replace)
        files = _files(made=with_media)
        began = time.monotonic()
        # A generation, about two ledger rows and a few others; see the sizes of the tables afterwards.
        progress = Progress(plan.assets + plan.usage + int(plan.generations * 3.3), sys.stderr)
        with _connection() as connection:
            load.fill_type_tables(connection)
            written = load.load(
                connection, plan, blocks_ahead(plan, files), replace=replace, watch=progress.add
            )
    spent = time.monotonic() - began
    progress.say(
        f"{sum(written.values()):,} rows in {spent:.1f} s: {plan.generations / spent:,.0f} generations a "
        "second with everything that belongs to them."
    )
    for table, rows in written.items():
        click.echo(f"{rows:>12,}  {table}")
    click.echo(f"Until {plan.until:%Y-%m-%d %H:%M} UTC, seed {plan.seed}.")
    click.echo("Counting the roll-ups.")
    # Rows that were thrown away leave no trace that a refresh could find.
    rebuild()


@contextmanager
def _connection() -> Iterator[load.Raw]:
    """The driver's connection of one transaction: COPY goes past SQLAlchemy."""
    with atomic() as session:
        yield cast("load.Raw", session.connection().connection.driver_connection)


@contextmanager
def _refusals() -> Iterator[None]:
    """Say in one line why something was refused, and exit with 1."""
    try:
        yield
    except (Refused, StoreUnavailable) as error:
        raise click.ClickException(str(error)) from error


def _files(*, made: bool) -> Media:
    """The media, made and uploaded if wanted and possible."""
    store, settings = current_store(), current_settings()
    if store is None or settings.s3 is None:
        click.echo("No bucket is configured (S3_BUCKET): rows only, their media do not exist.")
        return Media(settings.cdn_url or NOWHERE, {})
    endpoint = settings.s3.public_endpoint_url or f"https://s3.{settings.s3.region}.amazonaws.com"
    base = settings.cdn_url or f"{endpoint}/{store.bucket}"
    if not made:
        return Media(base, {})
    progress = Progress(len(OBJECTS), sys.stderr, unit="media objects")
    sizes = studio.provide(store, lambda: progress.add("", 1))
    progress.say(f"{len(sizes):,} media files in bucket {store.bucket}.")
    return Media(base, sizes)
