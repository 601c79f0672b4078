"""`flask credits …`: the daily refresh, and the check of all accounts."""

from __future__ import annotations

import click
from flask.cli import AppGroup, with_appcontext

from delula.credits import daily

credit_commands = AppGroup("credits", help="Balances and the ledger.")


@credit_commands.command("refresh")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and do nothing.")
@with_appcontext
def refresh(dry_run: bool) -> None:
    """Raise the balance of everybody to whom the daily refresh is due.

    Meant to run once a day or more often. Twice, or on two machines at once, does no harm.
    """
    users, moved = daily.due()
    if dry_run:
        click.echo(f"It would raise {users:,} balances, by {moved:,} credits in all.")
        return
    done = gained = 0
    with click.progressbar(length=users, label="Refreshing") as bar:
        for receipt in daily.refresh_all():
            count, amount = receipt.details["users"], receipt.details["credits"]
            assert isinstance(count, int) and isinstance(amount, int)  # noqa: S101 - as the batch says
            done, gained = done + count, gained + amount
            bar.update(count)
    click.echo(f"Raised {done:,} balances, by {gained:,} credits in all.")
