"""The commands of integrity: scan, remake derivatives, set orphans aside, put them back, delete them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert

from delula.access.permissions import Permission
from delula.assets.derivatives import derive_later
from delula.commands import Change, Command, Given, InputField, Invocation, Plan, occasion, register
from delula.db import session
from delula.errors import InvalidInput, Refused
from delula.integrity import queries
from delula.integrity.moves import DAYS, MOVE, is_used
from delula.integrity.places import QUARANTINE_PREFIX
from delula.integrity.queries import Held, Kind
from delula.integrity.scan import GENTLE, SCAN, release_dead
from delula.models import Quarantined
from delula.samples.blurring import blur_later
from delula.storage import needed_store
from delula.storage.layout import LONGEST_KEY
from delula.web.display import size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.db import AnyRow
    from delula.models import AuditEntry, JsonValue

_PACES = {"gentle": GENTLE, "full": None}


@dataclass(frozen=True, kw_only=True)
class Pace(Given):
    """How fast to scan: `gentle` or `full`."""

    pace: str = "gentle"


class Scan(Command[Pace]):
    """Begins a comparison of bucket and tables, in the background."""

    name = "integrity.scan"
    title = "Scan now"
    permission = Permission.INTEGRITY_MEND
    given = Pace
    fields = (
        InputField(
            "pace",
            "Pace",
            kind="choice",
            choices=lambda: [
                ("gentle", f"Gentle, at most {GENTLE:,} objects a second"),
                ("full", "As fast as the store answers"),
            ],
        ),
    )

    def plan(self, given: Pace, *, lock: bool) -> Plan:
        """One at a time."""
        if given.pace not in _PACES:
            raise InvalidInput("pace", "It takes gentle or full.")
        needed_store()
        if lock:
            release_dead()
        active = queries.active_scan()
        if active is not None and (active.job_id is None or queries.is_alive(active.job_id)):
            raise Refused("A scan is at work already.")
        return Plan(
            "Compare the bucket with the tables.",
            Change("integrity", "scan", {"pace": None}, {"pace": given.pace}),
        )

    def write(self, given: Pace, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - one sentence says it all
        """Queue it."""
        scan = queries.begin_scan(occasion().actor.label, _PACES[given.pace])
        job = SCAN.defer({"scan": scan}, about=("integrity", "scan"))
        queries.change_scan(scan, job_id=job)
        return {"scan": scan, "job": job}


@dataclass(frozen=True, kw_only=True)
class OneFinding(Given):
    """Which finding."""

    finding: int


def why_not_remake(row: AnyRow) -> str:
    """Why the derivatives of a finding cannot be made again; empty where they can."""
    return "" if row.kind == Kind.DERIVATIVES else "Only missing derivatives can be made again."


def why_not_set_aside(row: AnyRow) -> str:
    """Why an object cannot be set aside; empty where it can."""
    return "" if row.kind == Kind.ORPHAN else "Only what no row refers to can be set aside."


class Remake(Command[OneFinding]):
    """Queues the making of derivatives that are missing."""

    name = "integrity.remake"
    title = "Make derivatives again"
    permission = Permission.INTEGRITY_MEND
    given = OneFinding
    object_field = "finding"

    def plan(self, given: OneFinding, *, lock: bool) -> Plan:
        """What will be made."""
        row = queries.existing(given.finding, lock=lock)
        if reason := why_not_remake(row):
            raise Refused(reason)
        is_sample, reference = row.source == "sample", f"{row.source}-{row.row_id}"
        kind, id_ = ("sample", row.row_id) if is_sample else ("asset", reference)
        return Plan(
            f"Make {row.detail} of {reference} again.",
            Change(kind, id_, {"missing": row.detail}, {"missing": None}),
            version=row.detail,
            data=row,
        )

    def write(self, given: OneFinding, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the plan has it
        """Queue it; the finding is done with, unless the next scan finds it again."""
        queries.drop_finding(Kind.DERIVATIVES, plan.data.key)
        if plan.change.kind == "sample":
            return {"job": blur_later(int(plan.change.id))}
        return {"job": derive_later(plan.change.id)}


class SetAside(Command[OneFinding]):
    """Moves an object that no row refers to under the console's prefix, from where it can be put back."""

    name = "integrity.quarantine"
    title = "Set aside"
    permission = Permission.INTEGRITY_MEND
    given = OneFinding
    object_field = "finding"
    is_dangerous = True

    def plan(self, given: OneFinding, *, lock: bool) -> Plan:
        """Only what is an orphan still."""
        row = queries.existing(given.finding, lock=lock)
        if reason := why_not_set_aside(row):
            raise Refused(reason)
        seen = queries.object_of(row.key)
        if seen is None:
            raise Refused("The last scan has not seen it.")
        if queries.is_held(row.key):
            raise Refused("It is being set aside already.")
        if is_used(row.key, needed_store()):
            raise Refused("A row refers to it by now.")
        number = queries.next_held_id() if lock else None
        target = f"{QUARANTINE_PREFIX}{number or 0}/{row.key}"
        if len(target.encode()) > LONGEST_KEY:
            raise Refused("Its key is too long to be put under another prefix.")
        return Plan(
            f"Set {row.key} aside ({size(seen.bytes)}).",
            Change("quarantined", str(number or "new"), {"key": row.key}, {"key": target}),
            version=seen.etag,
            warnings=(f"After {DAYS} days it is deleted; until then it can be put back.",),
            data={"id": number, "key": row.key, "quarantine_key": target, "seen": seen},
        )

    def write(self, given: OneFinding, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the plan has it
        """Note it, and queue the move."""
        seen, number = plan.data["seen"], plan.data["id"]
        session().execute(
            insert(Quarantined).values(
                id=number,
                key=seen.key,
                quarantine_key=plan.data["quarantine_key"],
                bytes=seen.bytes,
                etag=seen.etag,
                owner_id=seen.owner_id,
                author=occasion().actor.label,
            )
        )
        MOVE.defer({"item": number}, about=("quarantined", str(number)))
        return {"item": number}

    def inverse(self, entry: AuditEntry) -> Invocation[OneItem]:
        """Put it back."""
        return Invocation(RESTORE, OneItem(item=int(entry.object_id)))


@dataclass(frozen=True, kw_only=True)
class OneItem(Given):
    """Which object that was set aside."""

    item: int


def why_not_restore(row: AnyRow) -> str:
    """Why an object cannot be put back; empty where it can."""
    return "" if row.state in {Held.HELD, Held.MOVING} else f"It is {row.state}."


def why_not_delete(row: AnyRow) -> str:
    """Why an object cannot be deleted for good; empty where it can."""
    if row.state != Held.HELD:
        return f"It is {row.state}."
    if row.created_at > datetime.now(UTC) - timedelta(days=DAYS):
        return f"What was set aside is kept for {DAYS} days."
    return ""


class Restore(Command[OneItem]):
    """Moves an object that was set aside back to where it lay."""

    name = "integrity.restore"
    title = "Put back"
    permission = Permission.INTEGRITY_MEND
    given = OneItem
    object_field = "item"

    def plan(self, given: OneItem, *, lock: bool) -> Plan:
        """Only what is held."""
        row = queries.existing_held(given.item, lock=lock)
        if reason := why_not_restore(row):
            raise Refused(reason)
        return _plan(row, f"Put {row.key} back.", Held.RESTORING)

    def write(self, given: OneItem, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the id says it all
        """Queue the move."""
        return _queue(given.item, Held.RESTORING)


class Delete(Command[OneItem]):
    """Deletes an object for good that was set aside long ago; the console does so by itself."""

    name = "integrity.delete"
    title = "Delete for good"
    permission = Permission.INTEGRITY_MEND
    given = OneItem
    object_field = "item"
    is_dangerous = True

    def plan(self, given: OneItem, *, lock: bool) -> Plan:
        """Only what was held for long enough."""
        row = queries.existing_held(given.item, lock=lock)
        if reason := why_not_delete(row):
            raise Refused(reason)
        return _plan(row, f"Delete {row.key} for good ({size(row.bytes)}).", Held.DELETING, is_final=True)

    def write(self, given: OneItem, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the id says it all
        """Queue the deletion."""
        return _queue(given.item, Held.DELETING)


def _plan(row: AnyRow, sentence: str, after: Held, *, is_final: bool = False) -> Plan:
    change = Change("quarantined", str(row.id), {"state": row.state}, {"state": after.value})
    return Plan(sentence, change, version=row.state, is_final=is_final)


def _queue(item: int, state: Held) -> Mapping[str, JsonValue]:
    queries.change_held(item, state)
    return {"job": MOVE.defer({"item": item}, about=("quarantined", str(item)))}


BEGIN_SCAN, REMAKE, SET_ASIDE = register(Scan()), register(Remake()), register(SetAside())
RESTORE, DELETE = register(Restore()), register(Delete())
