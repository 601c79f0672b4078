"""`flask demo`: the command and its options. What it does is in `delula.demo.run`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from delula.command_line import Command

if TYPE_CHECKING:
    from datetime import datetime


@click.command("demo", cls=Command)
@click.option("--generations", type=click.IntRange(100, 50_000_000), default=20_000, show_default=True)
@click.option(
    "--seed", type=click.IntRange(0, 2**62), default=1, show_default=True, help="Other seed, other rows."
)
@click.option("--assets", type=click.IntRange(0), help="User assets; half the generations unless given.")
@click.option(
    "--usage", type=click.IntRange(0), help="Component usage; five times the generations unless given."
)
@click.option(
    "--until",
    type=click.DateTime(),
    help="The moment, in UTC, at which the data end. Default: now, to the minute. Same moment, seed, sizes: "
    "same rows.",
)
@click.option("--replace", is_flag=True, help="Throw earlier demo data away first. Only ever demo data.")
@click.option(
    "--no-media", is_flag=True, help="Rows only: make and upload no pictures, films, sounds, papers."
)
@with_appcontext
def demo_command(
    generations: int,
    seed: int,
    assets: int | None,
    usage: int | None,
    until: datetime | None,
    replace: bool,
    no_media: bool,
) -> None:
    """Fill an empty database with believable, deterministic demo data.

    18 months of history in all tables of the product: accounts, recipes, generations, ledger, assets,
    component usage, backlog, samples, and a small share of rows that break the rules as live databases do.
    Refuses to touch a database that holds rows of another origin. Nothing is left behind when it fails or is
    killed.
    """
    from delula.demo.run import run  # noqa: PLC0415 - keeps numpy and the media libraries out of the web server

    run(
        generations=generations,
        seed=seed,
        assets=assets,
        usage=usage,
        until=until,
        replace=replace,
        with_media=not no_media,
    )
