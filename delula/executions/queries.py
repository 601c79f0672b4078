"""Every question that the pages of executions ask of the database."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    any_,
    bindparam,
    case,
    cast,
    func,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from delula.components.queries import resolve_components
from delula.db import AnyRow, by_key, session
from delula.models import ComponentRegistry, ComponentUsage, User, id_in
from delula.users.queries import resolve_users

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.lists import ListState
    from delula.search import Resolvers

_RUN, _COMPONENT, _USER = ComponentUsage.__table__.c, ComponentRegistry.__table__.c, User.__table__.c
_RUNS = ComponentUsage.__table__

RESOLVERS: Resolvers = {"user": resolve_users, "component": resolve_components}

#: Characters of an error that a list or trace loads; an error may have megabytes.
EXCERPT = 240
#: Steps of one execution that its page shows.
MOST_STEPS = 200
#: Of so many of them it has the input and output, and of the one that was asked for.
MOST_DOCUMENTS = 25
#: Characters of an input or output that a page shows.
LONGEST_DOCUMENT = 100_000

#: Whom a run was for; `user_found` is null where there is no such user.
_OWNER = (
    _RUN.user_id,
    _USER.id.label("user_found"),
    _USER.email.label("user_email"),
    _USER.handle.label("user_handle"),
)
#: What each column of the table is made of. A list loads no more than it shows: rows are wide.
_CELLS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "success": (_RUN.success,),
    "created": (_RUN.created_at,),
    "component": (
        _RUN.component_id,
        _COMPONENT.name.label("component_name"),
    ),
    "duration": (_RUN.processing_time_ms,),
    "cost": (_RUN.credit_cost,),
    "user": _OWNER,
    "execution": (_RUN.execution_id,),
    "error": (func.left(_RUN.error_message, EXCERPT).label("error_message"),),
}


def list_rows(ids: Sequence[int], state: ListState) -> Sequence[AnyRow]:
    """What a list shows of these runs, in this order."""
    if not ids:
        return []
    names = tuple(column.key for column in state.columns if column.key in _CELLS)
    rows = {row.id: row for row in session().execute(_rows_statement(names), {"ids": ids})}
    return [rows[id_] for id_ in ids if id_ in rows]


@lru_cache(maxsize=256)
def _rows_statement(names: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    """The statement for a choice of columns; made once, since making it costs as much as running it."""
    return by_key(
        select(_RUN.id, *(cell for name in names for cell in _CELLS[name]))
        .outerjoin_from(_RUNS, ComponentRegistry.__table__, _COMPONENT.component_id == _RUN.component_id)
        .outerjoin(User.__table__, _USER.id == _RUN.user_id)
        .where(_RUN.id == any_(bindparam("ids", type_=ARRAY(Integer))))
    )


_BY_ID = by_key(select(_RUN.id, _RUN.execution_id).where(_RUN.id == bindparam("id")))
_BY_EXECUTION = (
    select(_RUN.id, _RUN.execution_id).where(_RUN.execution_id == bindparam("execution_id")).limit(1)
)


def find(reference: str) -> AnyRow | None:
    """Number and execution id of the run with this number, or of a run of the execution with this id."""
    id_ = id_in(reference)
    if id_ is not None and (by_id := session().execute(_BY_ID, {"id": id_}).one_or_none()) is not None:
        return by_id
    return find_execution(reference)


def find_execution(id_: str) -> AnyRow | None:
    """The same of a run of the execution with this id, be it a number."""
    if not id_ or "\0" in id_:
        return None  # PostgreSQL takes no such text at all
    return session().execute(_BY_EXECUTION, {"execution_id": id_}).one_or_none()


def _of_execution(condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            _RUN.id,
            _RUN.execution_id,
            _RUN.component_id,
            _COMPONENT.name.label("component_name"),
            _COMPONENT.estimated_processing_time.label("estimate"),
            *_OWNER,
            _RUN.processing_time_ms,
            _RUN.credit_cost,
            _RUN.success,
            func.left(_RUN.error_message, LONGEST_DOCUMENT).label("error_message"),
            _RUN.created_at,
        )
        .outerjoin_from(_RUNS, ComponentRegistry.__table__, _COMPONENT.component_id == _RUN.component_id)
        .outerjoin(User.__table__, _USER.id == _RUN.user_id)
        .where(condition)
        .order_by(_RUN.created_at.asc().nulls_last(), _RUN.id)
        .limit(MOST_STEPS + 1)
    )


_STEPS = by_key(_of_execution(_RUN.execution_id == bindparam("execution_id")))
_SINGLE = _of_execution(_RUN.id == bindparam("id"))


def steps(run: AnyRow) -> Sequence[AnyRow]:
    """The runs of the execution that a run belongs to, in order of time; at most `MOST_STEPS` and one more.

    A run without an execution id, or with an empty one, stands alone.
    """
    if not run.execution_id:
        return single(run.id)
    return session().execute(_STEPS, {"execution_id": run.execution_id}).all()


def single(id_: int) -> Sequence[AnyRow]:
    """One run, as in `steps`, without the others of its execution."""
    return session().execute(_SINGLE, {"id": id_}).all()


def _document(column: ColumnElement[Any], name: str) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """A JSON column where it is not too long to be shown, and how long it is."""
    length = func.length(cast(column, Text))
    shown = case((length <= LONGEST_DOCUMENT, column), else_=null())
    return shown.label(name), length.label(f"{name}_length")


_DOCUMENTS = by_key(
    select(_RUN.id, *_document(_RUN.input_data, "input"), *_document(_RUN.output_data, "output")).where(
        _RUN.id == any_(bindparam("ids", type_=ARRAY(Integer)))
    )
)


def documents(ids: Sequence[int]) -> dict[int, AnyRow]:
    """The input and output of these runs, by id, with their lengths in characters; null where too long."""
    return {row.id: row for row in session().execute(_DOCUMENTS, {"ids": ids})}
