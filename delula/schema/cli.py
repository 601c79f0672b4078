"""`flask schema …`: how the connected database differs from what the console expects, and its repair."""

import json
import sys
from dataclasses import asdict
from itertools import groupby

import click

from delula.command_line import Group
from delula.db import db
from delula.schema.check import database_differences
from delula.schema.compare import Difference, Kind
from delula.schema.repair import repair_indexes

schema_commands = Group("schema", help="Compare the database with what the console expects, and repair.")


def _count(number: int) -> str:
    return {0: "no differences", 1: "1 difference"}.get(number, f"{number} differences")


def _report(differences: list[Difference]) -> None:
    for kind, members in groupby(differences, key=lambda difference: difference.kind):
        click.echo(f"  {kind}:")
        for difference in members:
            click.echo(f"    {'! ' if difference.blocking else ''}{difference}")


@schema_commands.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
def check(*, as_json: bool) -> None:
    """Report differences; exit code 1 when the console cannot work with them.

    The differences that it cannot work with are marked with "!".
    """
    with db.engine.connect() as connection:
        found = database_differences(connection)
    blocking = sum(difference.blocking for differences in found.values() for difference in differences)
    if as_json:
        tree = {schema: [asdict(difference) for difference in found[schema]] for schema in found}
        click.echo(json.dumps({"compatible": not blocking, "differences": tree}, indent=2))
    else:
        for schema, differences in found.items():
            click.echo(f"{schema}: {_count(len(differences))}")
            _report(differences)
        kinds = {difference.kind for differences in found.values() for difference in differences}
        if Kind.TABLE_MISSING in kinds:
            click.echo("Tables are missing: `flask db upgrade` creates them.")
        if Kind.INDEX_DROPPED in kinds:
            click.echo("Indexes of the console are missing: `flask schema repair` builds them again.")
        click.echo(
            f"The console cannot work with {blocking} of them." if blocking else "The console can work."
        )
    if blocking:
        sys.exit(1)


@schema_commands.command("repair")
def repair() -> None:
    """Build again the indexes of the console that somebody has dropped, without blocking the product."""
    with db.engine.connect() as connection:
        built = repair_indexes(connection)
    click.echo(f"Built {len(built)}." if built else "Nothing to repair.")
