"""One command on many objects: each in its own transaction, with its own entry in the audit log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from delula.commands.base import Conflict, LeftOut
from delula.commands.inputs import read_given
from delula.commands.run import preview, run, take_back
from delula.errors import InvalidInput, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from delula.access.actor import Actor
    from delula.commands.base import Command, Plan, Receipt


@dataclass
class BulkPlan:
    """What a command would do to many objects.

    Attributes:
        affected: the plans, by the id of the object.
        left_out: the others, with the reason.
        errors: what is wrong with what all of them share, by name of the field.
    """

    affected: dict[str, Plan] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def credits_moved(self) -> int:
        """Credits that go to users, or are taken from them where negative, in all."""
        return sum(plan.credits.moved for plan in self.affected.values() if plan.credits)

    @property
    def warnings(self) -> Sequence[tuple[str, int]]:
        """What the person should know before, each with how many objects it is about."""
        counts: dict[str, int] = {}
        for plan in self.affected.values():
            for warning in plan.warnings:
                counts[warning] = counts.get(warning, 0) + 1
        return list(counts.items())

    @property
    def is_final(self) -> bool:
        """Whether some of it cannot be taken back."""
        return any(plan.is_final for plan in self.affected.values())


@dataclass
class BulkReceipt:
    """What a command has done to many objects.

    Attributes:
        done: the receipts, by the id of the object.
        left_out: the others, with the reason.
    """

    done: dict[str, Receipt] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)


def preview_many(
    command: Command[Any], ids: Iterable[str], texts: Mapping[str, str], actor: Actor
) -> BulkPlan:
    """What a command would do to these objects now; changes nothing.

    Args:
        command: what to do; it has an `object_field`.
        ids: of the objects.
        texts: the rest of its input, the same for all.
        actor: who looks.

    Raises:
        Forbidden: the actor may not do it.
    """
    found = BulkPlan()
    for id_ in ids:
        try:
            given = read_given(command.given, {**texts, command.object_field: id_, "version": ""})
            found.affected[id_] = preview(command, given, actor)
        except InvalidInput as error:
            if error.field == command.object_field:
                found.left_out.append(LeftOut(id_, error.message))
            else:
                found.errors[error.field] = error.message
        except Refused as error:
            found.left_out.append(LeftOut(id_, str(error)))
    return found


def run_many(
    command: Command[Any],
    versions: Mapping[str, str],
    texts: Mapping[str, str],
    actor: Actor,
    *,
    reason: str = "",
) -> BulkReceipt:
    """Run a command on these objects, one after the other; what cannot be done to one hinders no other.

    Args:
        command: what to do; it has an `object_field`.
        versions: what was shown of each object, by its id.
        texts: the rest of its input, the same for all.
        actor: who does it.
        reason: why, for all of them.

    Raises:
        Forbidden: the actor may not do it.
        InvalidInput: what all of them share cannot be used; nothing was done then.
    """
    found = BulkReceipt()
    for id_, version in versions.items():
        try:
            given = read_given(command.given, {**texts, command.object_field: id_, "version": version})
            found.done[id_] = run(command, given, actor, reason=reason)
        except InvalidInput as error:
            if error.field != command.object_field and not found.done:
                raise
            found.left_out.append(LeftOut(id_, error.message))
        except Conflict:
            found.left_out.append(LeftOut(id_, "It has changed since the preview was shown."))
        except Refused as error:
            found.left_out.append(LeftOut(id_, str(error)))
    return found


def take_back_many(entries: Iterable[int], actor: Actor) -> BulkReceipt:
    """Undo what these entries of the audit log have done, one after the other.

    Raises:
        Forbidden: the actor may not run the inverse of one.
    """
    found = BulkReceipt()
    for entry in entries:
        try:
            found.done[str(entry)] = take_back(entry, actor)
        except (InvalidInput, Refused) as error:
            found.left_out.append(LeftOut(f"entry {entry}", str(error)))
    return found
