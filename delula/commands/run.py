"""The one way to run a command: one transaction, rows locked, rule checked again, written, recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from psycopg.errors import DeadlockDetected
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from delula.commands.base import Conflict, Given, Plan, Receipt
from delula.commands.context import occasion, on_occasion
from delula.commands.registry import command_named
from delula.db import atomic, session
from delula.errors import Forbidden, InvalidInput, Refused
from delula.models import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from delula.access.actor import Actor
    from delula.commands.base import Change, Command, Invocation
    from delula.models import JsonValue

    Noted = Callable[[int, str], None]

InputT = TypeVar("InputT", bound=Given)

#: Characters of a reason.
LONGEST_REASON = 2_000


def preview(command: Command[InputT], given: InputT, actor: Actor) -> Plan:
    """What a command would do now; changes nothing.

    Raises:
        Forbidden: the actor may not do it.
        Refused: a rule forbids it.
        InvalidInput: the input cannot be used.
    """
    _check(command, actor)
    with on_occasion(actor):
        return command.plan(given, lock=False)


def run(
    command: Command[InputT],
    given: InputT,
    actor: Actor,
    *,
    reason: str = "",
    takes_back: int | None = None,
    noted: Noted | None = None,
) -> Receipt:
    """Run a command: all of it happens, with its entry in the audit log, or nothing does.

    Args:
        command: what to do.
        given: to what, and how.
        actor: who does it.
        reason: why, in the actor's words.
        takes_back: the entry of the audit log that it undoes.
        noted: is called with the id of its entry and what was done, in words, in the same transaction.

    Raises:
        Forbidden: the actor may not do it.
        Refused: a rule forbids it.
        Conflict: what the person saw has changed meanwhile.
        InvalidInput: the input or the reason cannot be used.
    """
    _check(command, actor)
    reason = _checked_reason(command, reason)
    for last in (False, False, True):
        try:
            with on_occasion(actor, reason, command.name), atomic():
                receipt = _run(command, given, actor, reason, takes_back)
                if noted is not None:
                    noted(receipt.entry_id, receipt.sentence)
                return receipt
        except OperationalError as error:
            # The product locks the same rows in an order of its own; of two that wait for one another,
            # PostgreSQL ends one, of which nothing is left then.
            if last or not isinstance(error.orig, DeadlockDetected):
                raise
    raise AssertionError("the last attempt returns or raises")


def _run(
    command: Command[InputT], given: InputT, actor: Actor, reason: str, takes_back: int | None
) -> Receipt:
    if takes_back is not None:
        _claim(takes_back)
    if (done := command.earlier(given)) is not None:
        return done
    plan = command.plan(given, lock=True)
    _check_version(given, plan)
    details = command.write(given, plan)
    entry = record(command.name, given, plan, actor, reason, takes_back)
    command.recorded(details, entry)
    for note_entry in occasion().once_recorded:
        note_entry(entry)
    return Receipt(entry, plan.sentence, details, plan.change.id)


def record(
    action: str, given: Given, plan: Plan, actor: Actor, reason: str, takes_back: int | None = None
) -> int:
    """Append the entry of a command to the audit log within the transaction at hand; its id."""
    return note(action, plan.change, actor, given=given.as_json(), reason=reason, takes_back=takes_back)


def note(
    action: str,
    change: Change,
    actor: Actor,
    *,
    given: Mapping[str, JsonValue] | None = None,
    reason: str = "",
    takes_back: int | None = None,
) -> int:
    """Append an entry to the audit log within the transaction at hand.

    For what is no command: accounts of staff, and readings of something sensitive, which change nothing.

    Args:
        action: what was done, as `area.verb`.
        change: to what, with the values before and after.
        actor: who did it.
        given: what it was done with, without secrets.
        reason: why, in the actor's words.
        takes_back: the entry that it undoes.

    Returns:
        The id of the entry.
    """
    entry = AuditEntry(
        staff_id=actor.staff_id,
        actor=actor.label,
        role=actor.role.value if actor.role else None,
        session_id=actor.session_id,
        address=actor.address,
        request_id=actor.request_id,
        action=action,
        object_kind=change.kind,
        object_id=change.id,
        before=dict(change.before),
        after=dict(change.after),
        input=dict(given or {}),
        reason=reason or None,
        takes_back=takes_back,
    )
    current = session()
    current.add(entry)
    current.flush()
    return entry.id


def inverse_of(entry: AuditEntry) -> Invocation[Any] | None:
    """What takes an entry back; None where nothing can."""
    command = command_named(entry.action)
    return command.inverse(entry) if command else None


def taken_back_by(entry_id: int) -> AuditEntry | None:
    """The entry that has undone this one."""
    return session().scalars(select(AuditEntry).where(AuditEntry.takes_back == entry_id)).one_or_none()


def preview_taking_back(entry_id: int, actor: Actor) -> tuple[Command[Any], Plan]:
    """The command that would undo an entry, and what it would do now; changes nothing.

    Raises:
        InvalidInput: there is no such entry.
        Refused: it has no inverse, is undone already, or the state of things no longer allows it.
        Conflict: what the entry has changed is no longer as it left it.
        Forbidden: the actor may not run the inverse.
    """
    inverse = _inverse(entry_id)
    _check_not_taken_back(entry_id)
    plan = preview(inverse.command, inverse.given, actor)
    _check_version(inverse.given, plan)
    return inverse.command, plan


def take_back(entry_id: int, actor: Actor, *, reason: str = "", noted: Noted | None = None) -> Receipt:
    """Undo what an entry of the audit log has done, by the inverse of its command.

    Args:
        entry_id: the entry.
        actor: who undoes it.
        reason: why, in the actor's words.
        noted: as `run` calls it.

    Raises:
        InvalidInput: there is no such entry.
        Refused: it has no inverse, is undone already, or the state of things no longer allows it.
        Forbidden: the actor may not run the inverse.
    """
    inverse = _inverse(entry_id)
    return run(inverse.command, inverse.given, actor, reason=reason, takes_back=entry_id, noted=noted)


def _inverse(entry_id: int) -> Invocation[Any]:
    entry = session().get(AuditEntry, entry_id)
    if entry is None:
        raise InvalidInput("entry", "There is no such entry.")
    inverse = inverse_of(entry)
    if inverse is None:
        raise Refused("This cannot be undone.")
    return inverse


def _claim(entry_id: int) -> None:
    """Hold an entry that is about to be taken back, so that of two at once one finds it done."""
    session().execute(select(AuditEntry.id).where(AuditEntry.id == entry_id).with_for_update())
    _check_not_taken_back(entry_id)


def _check_not_taken_back(entry_id: int) -> None:
    if (earlier := taken_back_by(entry_id)) is not None:
        raise Refused(f"{earlier.actor} has taken this back already.")


def _check_version(given: Given, plan: Plan) -> None:
    if given.version and plan.version and given.version != plan.version:
        raise Conflict(plan.change)


def _check(command: Command[Any], actor: Actor) -> None:
    if not actor.may(command.permission):
        raise Forbidden(command.permission.value)


def _checked_reason(command: Command[Any], reason: str) -> str:
    reason = reason.strip()
    if command.needs_reason and not reason:
        raise InvalidInput("reason", "Say why; it stands in the audit log.")
    if len(reason) > LONGEST_REASON:
        raise InvalidInput("reason", f"Keep it below {LONGEST_REASON:,} characters.")
    if "\0" in reason:
        raise InvalidInput("reason", "It holds a character that cannot be stored.")
    return reason
