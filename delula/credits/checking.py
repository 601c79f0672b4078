"""The check of all accounts as background work: every night, and whenever somebody asks for it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from delula.access.permissions import Permission
from delula.commands import Change, Command, Given, Plan, register
from delula.credits.booking import hold
from delula.credits.reconcile import Place, reconcile
from delula.db import session
from delula.errors import Refused
from delula.work import Promise, Task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.models import JsonValue
    from delula.work import Run

_UNDER_WAY = text(
    "SELECT id FROM jobs.procrastinate_jobs WHERE task_name = :task AND status IN ('todo', 'doing')"
    " ORDER BY id LIMIT 1"
)


def _reconcile(run: Run) -> None:
    saved = run.saved
    reconcile(
        lambda place: run.step(place.done, max(place.total, place.done), asdict(place)),
        Place(**saved) if isinstance(saved, dict) else None,  # type: ignore[arg-type]  # as it was saved
    )


RECONCILE = Task(
    "credits.reconcile",
    "Check all accounts",
    _reconcile,
    Promise.AT_LEAST_ONCE,
    every="41 3 * * *",
    alone=True,
)


@dataclass(frozen=True, kw_only=True)
class AllAccounts(Given):
    """There is nothing to choose."""


class CheckAccounts(Command[AllAccounts]):
    """Has a worker check all accounts against the ledger."""

    name = "credits.check"
    title = "Check all accounts"
    permission = Permission.CREDITS_ADJUST
    given = AllAccounts

    def plan(self, given: AllAccounts, *, lock: bool) -> Plan:  # noqa: ARG002 - there is nothing to choose
        """Refuse where a check is under way."""
        if lock:
            hold(self.name)
        if (job := check_under_way()) is not None:
            raise Refused(f"A check is under way: job {job}.")
        return Plan(
            "Check every balance against the ledger, in the background.",
            Change("check", "of all accounts", {}, {}),
        )

    def write(self, given: AllAccounts, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - nothing to choose
        """Queue it."""
        return {"job": RECONCILE.defer({})}


CHECK_ACCOUNTS = register(CheckAccounts())


def check_under_way() -> int | None:
    """The job that checks all accounts now, or is about to."""
    return session().execute(_UNDER_WAY, {"task": RECONCILE.name}).scalar()
