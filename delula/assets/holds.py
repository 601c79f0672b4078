"""Holds: an asset that must stay, whatever its owner, a moderator or the retention would have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import delete, insert

from delula.access.permissions import Permission
from delula.assets.actions import (
    GENERATION,
    KIND,
    MARKET,
    SYSTEM,
    USER,
    AssetCommand,
    OfAsset,
    Subject,
    digest,
)
from delula.commands import Change, Invocation, Plan, occasion, register
from delula.db import session
from delula.models import AssetHold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.models import AuditEntry, JsonValue

_MADE = "The product deletes generations by itself, and a hold here would not keep it from doing so."


class HoldCommand(AssetCommand[OfAsset]):
    """A command on the hold of an asset."""

    permission = Permission.ASSETS_PURGE
    given = OfAsset
    sources = frozenset({USER, SYSTEM, MARKET})
    elsewhere: ClassVar = {GENERATION: _MADE}


class Hold(HoldCommand):
    """Keeps an asset from being deleted, retired, replaced and purged until the hold is released."""

    name = "assets.hold"
    title = "Hold"
    needs_reason = True
    reason_label = "Why it must stay"

    def forbidden(self, it: Subject) -> str | None:
        """One hold is enough."""
        return None if it.hold is None else "It is held already."

    def planned(self, given: OfAsset, it: Subject) -> Plan:  # noqa: ARG002 - the asset says it all
        """Held, for the reason that the person gives."""
        return Plan(
            f"Hold {it.title}: nobody deletes or purges it until the hold is released.",
            Change(KIND, it.reference, {"hold": None}, {"hold": occasion().reason or "as the reason below"}),
            version=digest({"hold": None}),
            warnings=("The product itself knows nothing of holds: its owner can still delete it there.",),
        )

    def write(self, given: OfAsset, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - as above
        """Note the hold, by whom and why."""
        who = occasion()
        values = {"reason": who.reason, "staff_id": who.actor.staff_id, "actor": who.actor.label}
        session().execute(insert(AssetHold).values(reference=given.id, **values))
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """Release it."""
        return Invocation(RELEASE, OfAsset(id=entry.object_id, version=digest(entry.after)))


class Release(HoldCommand):
    """Releases a hold."""

    name = "assets.release"
    title = "Release the hold"
    is_dangerous = True

    def forbidden(self, it: Subject) -> str | None:
        """Only what is held."""
        return "It is not held." if it.hold is None else None

    def planned(self, given: OfAsset, it: Subject) -> Plan:  # noqa: ARG002 - as above
        """Free again."""
        before = {"hold": it.hold.reason if it.hold else None}
        return Plan(
            f"Release {it.title}: it can be deleted and purged again.",
            Change(KIND, it.reference, before, {"hold": None}),
            version=digest(before),
        )

    def write(self, given: OfAsset, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - as above
        """Drop the hold; the audit log keeps it."""
        session().execute(delete(AssetHold).where(AssetHold.reference == given.id))
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """Hold it again; the reason is given anew."""
        return Invocation(HOLD, OfAsset(id=entry.object_id, version=digest(entry.after)))


HOLD, RELEASE = register(Hold()), register(Release())
