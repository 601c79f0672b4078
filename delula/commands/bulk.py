"""One command on many objects: each in its own transaction, with its own entry in the audit log."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from delula.commands.base import Conflict, LeftOut
from delula.commands.inputs import read_given
from delula.commands.run import inverse_of, preview, run, take_back
from delula.db import session
from delula.errors import InvalidInput, Refused
from delula.models import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from delula.access.actor import Actor
    from delula.commands.base import Command, Plan, Receipt, Touched

    NotedOf = Callable[[str, int, str], None]


def _unnoted(_object_id: str, _entry_id: int, _said: str) -> None:
    """Keep no more of a row than the audit log does."""


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
    def touches(self) -> Sequence[Touched]:
        """What else changes with them, each thing once."""
        return list(dict.fromkeys(one for plan in self.affected.values() for one in plan.touches))

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
    unfit: list[tuple[str, InvalidInput]] = []
    for id_ in ids:
        try:
            found.affected[id_] = preview(command, _given(command, id_, texts), actor)
        except InvalidInput as error:
            if error.field == command.object_field:
                found.left_out.append(LeftOut(id_, error.message))
            else:
                unfit.append((id_, error))
        except Refused as error:
            found.left_out.append(LeftOut(id_, str(error)))
    for id_, wrong in unfit:
        # What fits others is no mistake of what all share: such as the tag into which the others are merged.
        if found.affected:
            found.left_out.append(LeftOut(id_, wrong.message))
        else:
            found.errors[wrong.field] = wrong.message
    return found


def _given(command: Command[Any], id_: str, texts: Mapping[str, str], version: str = "") -> Any:
    """The input for one of many: an edit that may leave a field empty leaves to each what it has there."""
    own = {**texts, command.object_field: id_}
    if command.is_edit:
        stored = command.stored(own)
        empty = [one.name for one in command.fields if one.optional and not texts.get(one.name)]
        own |= {name: stored[name] for name in empty if name in stored}
    return read_given(command.given, {**own, "version": version})


def run_many(
    command: Command[Any],
    versions: Mapping[str, str],
    texts: Mapping[str, str],
    actor: Actor,
    plans: Mapping[str, Plan],
    *,
    reason: str = "",
    noted: NotedOf = _unnoted,
) -> BulkReceipt:
    """Run a command on these objects, one after the other; what cannot be done to one hinders no other.

    What an earlier one changes with it, such as a recipe that carries two tags which are merged, is no reason
    to leave a later one out.

    Args:
        command: what to do; it has an `object_field`.
        versions: what was shown of each object, by its id.
        texts: the rest of its input, the same for all.
        actor: who does it.
        plans: what would become of each just now, as `preview_many` says.
        reason: why, for all of them.
        noted: is called with the id of each object that was changed, its entry in the audit log and what was
            done, in words, in the transaction that does it.

    Raises:
        Forbidden: the actor may not do it.
        InvalidInput: what all of them share cannot be used; nothing was done then.
    """
    found = BulkReceipt()
    changed: set[Touched] = set()
    for id_, seen in versions.items():
        plan = plans.get(id_)
        try:
            version = seen
            if plan and plan.version == seen and not changed.isdisjoint(plan.touches):
                version = preview(command, _given(command, id_, texts), actor).version
            given = _given(command, id_, texts, version)
            found.done[id_] = run(command, given, actor, reason=reason, noted=partial(noted, id_))
            changed.update(plan.touches if plan else ())
        except InvalidInput as error:
            if error.field != command.object_field and not found.done:
                raise
            found.left_out.append(LeftOut(id_, error.message))
        except Conflict:
            found.left_out.append(LeftOut(id_, "It has changed since the preview was shown."))
        except Refused as error:
            found.left_out.append(LeftOut(id_, str(error)))
    return found


def takes_fresh_to_take_back(entries: Iterable[int]) -> bool:
    """Whether the password must have been given of late to undo one of these entries of the audit log."""
    found = session().scalars(select(AuditEntry).where(AuditEntry.id.in_(entries)))
    return any(inverse.command.is_fresh for entry in found if (inverse := inverse_of(entry)) is not None)


def take_back_many(entries: Mapping[int, str], actor: Actor, noted: NotedOf = _unnoted) -> BulkReceipt:
    """Undo what these entries of the audit log have done, one after the other, the latest first.

    Args:
        entries: their ids, each with the id of the object that it is about.
        actor: who undoes them.
        noted: as `run_many` calls it.

    Raises:
        Forbidden: the actor may not run the inverse of one.
    """
    found = BulkReceipt()
    for entry, object_id in sorted(entries.items(), reverse=True):
        try:
            found.done[object_id] = take_back(entry, actor, noted=partial(noted, object_id))
        except (InvalidInput, Refused) as error:
            found.left_out.append(LeftOut(object_id, str(error)))
    return found
