"""Assets leave the product's tables: retired ones can come back, purged ones leave a record alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import delete, func, update

from delula.access import clock
from delula.access.actor import CONSOLE
from delula.access.permissions import Permission
from delula.assets import care, media, queries
from delula.assets.actions import (
    GENERATION,
    KIND,
    PUBLIC,
    SYSTEM,
    USER,
    AssetCommand,
    OfAsset,
    Subject,
    digest,
    subject,
)
from delula.assets.detail import shown
from delula.assets.objects import forget, recount_later, remove_later
from delula.commands import (
    Change,
    Command,
    Given,
    InputField,
    Invocation,
    Plan,
    occasion,
    register,
    run,
)
from delula.db import atomic, session
from delula.errors import InvalidInput, Refused
from delula.models import (
    AssetRetention,
    MarketAsset,
    ObjectRemoval,
    Removal,
    RemovedAsset,
    UserAsset,
)
from delula.storage import current_store
from delula.work import Promise, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from delula.models import AuditEntry, JsonValue
    from delula.work import Run


class Retire(AssetCommand[OfAsset]):
    """Takes an asset of the product or of the market out of the product's sight; its file stays.

    The product knows no retired assets, so the row leaves its table, and waits here to the letter.
    """

    name = "assets.retire"
    title = "Retire"
    given = OfAsset
    is_dangerous = True
    spares_held = True
    sources = PUBLIC
    elsewhere: ClassVar = {
        USER: "A file in a user's library is deleted instead, which can be undone as well.",
        GENERATION: "Generations are made private on their own page instead.",
    }

    def planned(self, given: OfAsset, it: Subject) -> Plan:  # noqa: ARG002 - the asset says it all
        """No longer in the product."""
        row = care.row_as_json(it.source, it.asset.id)
        return Plan(
            f"Retire {it.title}: the product offers it no longer. It can be brought back.",
            Change(KIND, it.reference, {"state": "in the product"}, {"state": Removal.RETIRED.value}),
            version=digest(row),
            warnings=("Who has the public address of the file can still open it.",),
            data=it,
        )

    def write(self, given: OfAsset, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the plan has it all
        """Keep the row here, and take it from there."""
        retire(plan.data)
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """Bring it back."""
        return Invocation(UNRETIRE, OfAsset(id=entry.object_id, version=Removal.RETIRED.value))


def retire(it: Subject, why: str = "") -> None:
    """Take the row from the product's table and keep it here, within the transaction at hand.

    Args:
        it: the asset, locked.
        why: in place of the person's reason.
    """
    record = _record(it, Removal.RETIRED)
    record.reason = why or record.reason
    record.kept = care.row_in_sql(it.source, it.asset.id)
    session().add(record)
    session().flush()
    _delete_row(it)


class Unretire(Command[OfAsset]):
    """Brings a retired asset back into the product, exactly as it was."""

    name = "assets.unretire"
    title = "Bring back"
    permission = Permission.ASSETS_EDIT
    given = OfAsset
    object_field = "id"

    def plan(self, given: OfAsset, *, lock: bool) -> Plan:
        """Only what is retired, and nothing else of it."""
        record = care.removed(given.id, lock=lock)
        if record is None:
            raise InvalidInput("id", "No asset of that number was removed.")
        if record.state != Removal.RETIRED:
            raise Refused("It was purged: nothing brings it back.")
        return Plan(
            f"Bring {record.name} back into the product.",
            Change(KIND, given.id, {"state": record.state}, {"state": "in the product"}),
            version=str(record.state),
            data=record,
        )

    def write(self, given: OfAsset, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the plan has it all
        """Put the row back to the letter."""
        care.bring_back(plan.data)
        return {}


_MADE = (
    "Its samples, the backlog and the ledger refer to a generation and show its file. Make it private and "
    "take it out of the gallery on its own page; the product removes generations itself."
)


class Purge(Command[OfAsset]):
    """Deletes an asset for good: row, file and all that was made of it; a record of it stays.

    The row goes in the transaction of the command, the objects afterwards: until they are gone, nothing leads
    to them.
    """

    name = "assets.purge"
    title = "Purge"
    permission = Permission.ASSETS_PURGE
    given = OfAsset
    object_field = "id"
    is_dangerous = True
    is_fresh = True
    needs_reason = True

    def refusal(self, it: Subject) -> str | None:
        """Why it cannot be done to an asset in the product's tables; None where it can."""
        if it.source is GENERATION:
            return _MADE
        return f"It is held: {it.hold.reason}" if it.hold else None

    def plan(self, given: OfAsset, *, lock: bool) -> Plan:
        """What is lost by it, and what stays."""
        record = care.removed(given.id, lock=lock)
        if record is not None:
            return self._of_retired(record)
        it = subject(given.id, lock=lock)
        if (why := self.refusal(it)) is not None:
            raise Refused(why)
        asset = shown(it.source, it.asset)
        key = _key(it)
        before: dict[str, JsonValue] = {
            "name": asset.title,
            "owner": asset.owner_id,
            "asset_id": asset.asset_id,
            "media_type": asset.mime,
            "bytes": asset.bytes,
            "file": key,
        }
        return Plan(
            f"Purge {asset.title}: its file and all that was made of it go, and nothing brings it back.",
            Change(KIND, it.reference, before, dict.fromkeys(before)),
            version=digest({**before, "deleted": asset.is_deleted}),
            warnings=tuple(_warnings(it, key)),
            is_final=True,
            data=it,
        )

    def _of_retired(self, record: RemovedAsset) -> Plan:
        if record.state != Removal.RETIRED:
            raise Refused("It was purged already.")
        return Plan(
            f"Purge {record.name}, which is retired: its file and all that was made of it are deleted.",
            Change(
                KIND,
                record.reference,
                {"state": record.state, "file": record.key},
                {"state": "purged", "file": None},
            ),
            version=str(record.state),
            is_final=True,
            data=record,
        )

    def write(self, given: OfAsset, plan: Plan) -> Mapping[str, JsonValue]:
        """Take the row away, and note that the objects are to follow."""
        if isinstance(plan.data, RemovedAsset):
            record, beside = plan.data, []
            _sign(record, Removal.PURGING)
            record.kept = None
        else:
            it: Subject = plan.data
            beside = _own_thumbnail(it)
            record = _record(it, Removal.PURGING)
            session().add(record)
            forget(it.reference, it.asset.id if it.source is USER else None)
            _delete_row(it)
        session().flush()
        # What it replaced waits for its day no longer.
        waiting = (ObjectRemoval.reference == given.id) & (ObjectRemoval.state == "waiting")
        hurried = session().execute(update(ObjectRemoval).where(waiting).values(due_at=func.now()))
        if record.key is not None:
            remove_later(given.id, record.key, beside=beside)
        elif not hurried.rowcount:  # type: ignore[attr-defined]  # an update has one
            record.state, record.purged_at = Removal.PURGED, clock.utc_now()
        return {}


def _key(it: Subject) -> str | None:
    """The key of an asset's file; None where none lies in the bucket.

    Raises:
        Refused: it cannot be known without a bucket.
    """
    store = current_store()
    if store is None and media.locations(it.asset, media.FILE):
        raise Refused("No bucket is configured for this console, so its file could not be deleted.")
    return media.key_of(it.asset, media.FILE, store) if store else None


def _own_thumbnail(it: Subject) -> list[str]:
    """The thumbnail that the row names, where its name says that it is of this very asset."""
    store = current_store()
    location = it.asset.thumbnail_url if isinstance(it.asset, UserAsset) else None
    key = store.key_of(location) if store else None
    return [key] if key and PurePosixPath(key).stem == it.asset.asset_id else []


def _warnings(it: Subject, key: str | None) -> Iterator[str]:
    store = current_store()
    if isinstance(it.asset, UserAsset):
        if not it.asset.is_deleted:
            yield "It is not deleted: its owner loses it without notice."
        uses = queries.uses(it.asset)
        if uses.inputs:
            yield f"{_generations(len(uses.inputs))} its metadata as an input, which is gone then."
        if uses.made_by:
            yield "A generation bears the same asset id; its own row and file stay."
    elif isinstance(it.asset, MarketAsset) and it.asset.is_public:
        yield "Everybody sees it in the market."
    elif it.source is SYSTEM:
        yield "The product offers it; retire it first to see whether anything misses it."
    if key is None:
        yield "No file of it lies in the bucket."
    elif store is not None and (other := care.needed_by(key, store.locations_of(key), besides=it.reference)):
        yield f"The file itself stays, since {other} has the same one."


def _generations(number: int) -> str:
    return "A generation names it in" if number == 1 else f"{number} generations name it in"


def _record(it: Subject, state: Removal) -> RemovedAsset:
    """What stays of an asset; in place of the record of an earlier one of the same number."""
    session().execute(delete(RemovedAsset).where(RemovedAsset.reference == it.reference))
    asset, who = shown(it.source, it.asset), occasion()
    store = current_store()
    return RemovedAsset(
        reference=it.reference,
        source=str(it.source),
        asset_id=asset.asset_id or "",
        name=asset.title,
        owner_id=asset.owner_id or asset.system_id,
        mime_type=asset.mime or "",
        bytes=asset.bytes or 0,
        key=media.key_of(it.asset, media.FILE, store) if store else None,
        created_at=asset.created_at,
        state=state,
        staff_id=who.actor.staff_id,
        actor=who.actor.label,
        reason=who.reason or None,
    )


def _sign(record: RemovedAsset, state: Removal) -> None:
    who = occasion()
    record.state, record.at = state, clock.utc_now()
    record.staff_id, record.actor, record.reason = who.actor.staff_id, who.actor.label, who.reason or None


def _delete_row(it: Subject) -> None:
    model: Any = type(it.asset)
    session().execute(delete(model).where(model.id == it.asset.id))
    if isinstance(it.asset, UserAsset):
        recount_later(it.asset.user_id)


@dataclass(frozen=True, kw_only=True)
class Retention(Given):
    """For how many days what is deleted is kept; None for ever."""

    days: int | None = None


#: The longest retention, in days.
LONGEST_RETENTION = 3650


class SetRetention(Command[Retention]):
    """Sets after how many days a deleted library entry is purged by itself."""

    name = "assets.set_retention"
    title = "Set the retention"
    permission = Permission.ASSETS_PURGE
    given = Retention
    is_fresh = True
    is_dangerous = True
    is_edit = True
    fields = (
        InputField(
            "days",
            "Days",
            optional=True,
            help="For which a deleted file can be restored; then it is purged. Empty keeps it for ever.",
        ),
    )

    def stored(self, texts: Mapping[str, str]) -> Mapping[str, str]:  # noqa: ARG002 - there is one
        """What is set now."""
        days = care.retention_days()
        return {"days": "" if days is None else str(days), "version": digest({"days": days})}

    def plan(self, given: Retention, *, lock: bool) -> Plan:
        """How many would go at once."""
        days = care.retention_days(lock=lock)
        if given.days is not None and not 1 <= given.days <= LONGEST_RETENTION:
            raise InvalidInput("days", f"It takes 1 to {LONGEST_RETENTION:,} days, or nothing.")
        if given.days == days:
            raise InvalidInput("days", "That is what is set now.")
        due = len(care.due_for_purge(given.days, _COUNTED)) if given.days is not None else 0
        many = f"{due:,} or more" if due == _COUNTED else f"{due:,}"
        return Plan(
            "Keep deleted files for ever."
            if given.days is None
            else f"Keep deleted files for {given.days} days.",
            Change("asset_retention", "all", {"days": days}, {"days": given.days}),
            version=digest({"days": days}),
            warnings=(f"{many} deleted files are older, and are purged within the next hours.",)
            if due
            else (),
        )

    def write(self, given: Retention, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the days say it all
        """Set them."""
        session().execute(update(AssetRetention).values(days=given.days))
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """The days from before; what was purged meanwhile stays so."""
        version = digest({"days": entry.after["days"]})
        return Invocation(self, Retention(days=entry.before["days"], version=version))


#: Deleted files that a preview counts, and that one run purges.
_COUNTED, _PURGED_AT_ONCE = 10_000, 500


def _purge_deleted(run_: Run) -> None:
    """Purge what was deleted longer ago than it is kept, each by the command, in the console's own name."""
    with atomic():
        days = care.retention_days()
        due = care.due_for_purge(days, _PURGED_AT_ONCE) if days is not None else ()
    for place, number in enumerate(due, 1):
        try:
            run(PURGE, OfAsset(id=f"user-{number}"), CONSOLE, reason=f"Deleted more than {days} days ago.")
        except (Refused, InvalidInput):  # held, restored or purged in this very moment
            continue
        finally:
            with atomic():
                run_.step(place, len(due))


RETIRE, UNRETIRE, PURGE = register(Retire()), register(Unretire()), register(Purge())
SET_RETENTION = register(SetRetention())
PURGE_DELETED = Task(
    "assets.purge_deleted",
    "Purge what was deleted longer ago than it is kept",
    _purge_deleted,
    Promise.AT_LEAST_ONCE,
    attempts=1,  # the next one comes in an hour
    every="23 * * * *",
    alone=True,
)
