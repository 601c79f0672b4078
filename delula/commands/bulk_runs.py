"""Runs of a command on many rows as they are kept: selected, started once, and what came of each row."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from delula.db import atomic, session
from delula.models import LARGEST_OWN_ID, BulkRun, BulkRunItem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Update

    from delula.access.actor import Actor
    from delula.commands.base import LeftOut

#: A selection that nothing was done with is forgotten after that.
SELECTIONS_KEPT = timedelta(days=7)


def keep_selection(
    command: str,
    ids: Sequence[str],
    actor: Actor,
    back: str,
    *,
    fields: Sequence[tuple[str, str]] = (),
    takes_back: int | None = None,
) -> int:
    """Keep what was selected, so that looking at it and what comes of it have an address.

    Args:
        command: name of the command.
        ids: of the rows.
        actor: who has selected them.
        back: the path of the list.
        fields: what the form begins with.
        takes_back: the run that is to be undone; such a one starts at once.

    Returns:
        The number of the run.
    """
    long_ago = func.now() - SELECTIONS_KEPT
    run = BulkRun(
        command=command,
        staff_id=actor.staff_id,
        actor=actor.label,
        ids=list(ids),
        fields=[list(pair) for pair in fields],
        back=back,
        takes_back=takes_back,
    )
    with atomic() as current:
        current.execute(
            delete(BulkRun).where(BulkRun.started_at.is_(None), BulkRun.selected_at < long_ago),
            execution_options={"synchronize_session": False},
        )
        current.add(run)
        current.flush()
        return run.id


def find_run(number: int) -> BulkRun | None:
    """A run by its number."""
    return session().get(BulkRun, number) if number <= LARGEST_OWN_ID else None


def done_entries(number: int) -> dict[int, str]:
    """The entries of the audit log that a run has left, each with the id of its row."""
    statement = select(BulkRunItem.entry_id, BulkRunItem.object_id).where(
        BulkRunItem.run_id == number, BulkRunItem.entry_id.is_not(None)
    )
    return {entry: object_id for entry, object_id in session().execute(statement) if entry}


def start(number: int, fields: Sequence[tuple[str, str]] = ()) -> bool:
    """Whether the run may start now: of the same form sent twice, one does.

    Args:
        number: of the run.
        fields: what its form says, which the form for what is left begins with.
    """
    now, sent = func.clock_timestamp(), [list(pair) for pair in fields]
    return _mark(number, BulkRun.started_at.is_(None), started_at=now, fields=sent)


def give_up(number: int) -> None:
    """Let a run that has done nothing start again."""
    _mark(number, BulkRun.finished_at.is_(None), started_at=None)


def note_item(number: int, object_id: str, entry_id: int, said: str) -> None:
    """Note what was done to a row, within the transaction that does it.

    Args:
        number: of the run.
        object_id: of the row.
        entry_id: its entry in the audit log; 0 where it was done before and has left none.
        said: what was done, in words.
    """
    item = {"run_id": number, "object_id": object_id, "entry_id": entry_id or None, "said": said}
    session().execute(insert(BulkRunItem), item)


def finish(number: int, left_out: Iterable[LeftOut]) -> None:
    """Note that a run has come to its end, and which rows it has left out."""
    items = [{"run_id": number, "object_id": one.object_id, "said": one.why} for one in left_out]
    with atomic() as current:
        if items:
            current.execute(insert(BulkRunItem), items)
        current.execute(_marking(number, finished_at=func.clock_timestamp()))


def _mark(number: int, condition: ColumnElement[bool], **values: Any) -> bool:
    with atomic() as current:
        marked = _marking(number, **values).where(condition).returning(BulkRun.id)
        return current.scalar(marked) is not None


def _marking(number: int, **values: Any) -> Update:
    return update(BulkRun).where(BulkRun.id == number).values(**values)
