"""`flask credits …`: the daily refresh, and the check of all accounts."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from delula.command_line import Group
from delula.credits import daily, reconcile

credit_commands = Group("credits", help="Balances and the ledger.")


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


@credit_commands.command("reconcile")
@with_appcontext
def check() -> None:
    """Check all accounts, and keep what does not fit together for the page; fails where there is something.

    The first run notes every balance; from then on it finds what moves without a row of the ledger.
    """
    with click.progressbar(length=1, label="Checking") as bar:

        def show(place: reconcile.Place) -> None:
            bar.length = max(place.total, place.done)
            bar.update(place.done - bar.pos)

        place = reconcile.reconcile(show)
    click.echo(f"{place.accounts:,} accounts checked")
    run = reconcile.last_run()
    counts = reconcile.counted(run.id) if run else {}
    for kind, meaning in reconcile.MEANINGS.items():
        count, total = counts.get(kind, (0, 0))
        if count:
            click.echo(f"{meaning.title}: {count:,} ({meaning.amount.lower()}: {total:,})")
    if counts:
        raise click.exceptions.Exit(1)
    click.echo("Everything fits together.")
