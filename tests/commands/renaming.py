"""A command as areas have them, in small: tests of the layer run it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import select, update

from delula.access.permissions import Permission
from delula.commands import Change, Command, Given, InputField, Invocation, Plan
from delula.db import session as current_session
from delula.errors import InvalidInput, Refused
from delula.models import User

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.models import AuditEntry


@dataclass(frozen=True, kw_only=True)
class NewHandle(Given):
    user_id: str
    handle: str


class Rename(Command[NewHandle]):
    """Gives a user another handle."""

    name = "users.rename_for_tests"
    title = "Rename"
    permission = Permission.STAFF_MANAGE
    given = NewHandle
    fields = (InputField("handle", "Handle"),)
    fails: ClassVar[bool] = False

    def plan(self, given: NewHandle, *, lock: bool) -> Plan:
        statement = select(User.handle).where(User.id == given.user_id)
        row = current_session().execute(statement.with_for_update() if lock else statement).one_or_none()
        if row is None:
            raise Refused("There is no such user.")
        if not given.handle:
            raise InvalidInput("handle", "It takes a name.")
        change = Change("user", given.user_id, {"handle": row.handle}, {"handle": given.handle})
        return Plan(f"Call {row.handle} {given.handle}.", change, version=str(row.handle))

    def write(self, given: NewHandle, plan: Plan) -> Mapping[str, str]:
        current_session().execute(update(User).where(User.id == given.user_id).values(handle=given.handle))
        if self.fails:
            raise RuntimeError("half way")
        return {"was": str(plan.change.before["handle"])}

    def inverse(self, entry: AuditEntry) -> Invocation[NewHandle]:
        given = NewHandle(
            user_id=entry.object_id, handle=entry.before["handle"], version=entry.after["handle"]
        )
        return Invocation(self, given)
