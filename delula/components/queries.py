"""Every question that the pages of components ask of the database."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, String, any_, bindparam, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from delula.components.listing import LISTING
from delula.components.measured import MEASURED
from delula.db import AnyRow, by_key, session
from delula.models import (
    ComponentDependency,
    ComponentInputChannel,
    ComponentOutputChannel,
    ComponentRegistry,
    ComponentUsage,
)
from delula.models.together import Together
from delula.search import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from delula.lists import ListState
    from delula.search import Field, Resolvers

_REGISTRY = ComponentRegistry.__table__
_C = _REGISTRY.c
_IN, _OUT = ComponentInputChannel.__table__.c, ComponentOutputChannel.__table__.c
_NEED, _RUN = ComponentDependency.__table__.c, ComponentUsage.__table__.c

#: Characters of a description that a list or table loads.
EXCERPT = 240
#: The last runs that a component's page shows.
LAST_RUNS = 8

RESOLVERS: Resolvers = {}


def resolve_components(names: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The component ids of components by component id, or else by name."""
    statement = select(_C.component_id, _C.name).where(or_(_C.component_id.in_(names), _C.name.in_(names)))
    by_id: dict[str, list[str]] = {}
    by_name: dict[str, list[str]] = {}
    for id_, name in session().execute(statement):
        by_id[id_] = [id_]
        by_name.setdefault(name, []).append(id_)
    # An id means itself, even where another component is called so.
    found = {**by_name, **by_id}
    return {typed: found[typed] for typed in names if typed in found}


def suggest_components(field: Field, prefix: str, limit: int) -> Sequence[Choice]:
    """Components whose id or name begins so, for the query box."""
    if field.name != "component":
        return []
    pattern = func.lower(literal(prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_"))) + "%"
    statement = (
        select(_C.component_id, _C.name)
        .where(or_(func.lower(_C.component_id).like(pattern), func.lower(_C.name).like(pattern)))
        .order_by(_C.component_id)
        .limit(limit)
    )
    return [
        Choice(row.component_id, label=row.name) for row in session().execute(statement) if row.component_id
    ]


#: What each column of the table is made of.
_CELLS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "name": (_C.name,),
    "active": (_C.is_active,),
    "category": (_C.category,),
    "version": (_C.version,),
    "cost": (_C.credit_cost,),
    "estimate": (_C.estimated_processing_time,),
    "measured": (MEASURED.c.seconds, _C.estimated_processing_time),
    "runs": (MEASURED.c.executions,),
    "rate": (MEASURED.c.finished, MEASURED.c.succeeded),
    "tags": (_C.tags,),
    "id": (),
    "description": (func.left(_C.description, EXCERPT).label("description"),),
    "created": (_C.created_at,),
    "updated": (_C.updated_at,),
}


def list_rows(ids: Sequence[str], state: ListState) -> Sequence[AnyRow]:
    """What a list shows of these components, in this order."""
    if not ids:
        return []
    statement = _rows_statement(tuple(column.key for column in state.columns))
    rows = {row.id: row for row in session().execute(statement, {"ids": ids})}
    return [rows[id_] for id_ in ids if id_ in rows]


@lru_cache(maxsize=256)
def _rows_statement(names: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    """The statement for a choice of columns; made once, since making it costs as much as running it."""
    columns = dict.fromkeys(cell for name in names for cell in _CELLS[name])
    return by_key(
        select(_C.component_id.label("id"), *columns)
        .select_from(LISTING.source.table)
        .where(_C.component_id == any_(bindparam("ids", type_=ARRAY(String))))
    )


_FOUND = by_key(select(_REGISTRY).where(_C.component_id == bindparam("component_id")))


def find(component_id: str) -> AnyRow | None:
    """The component with this id."""
    if "\0" in component_id:
        return None  # PostgreSQL takes no such text at all
    return session().execute(_FOUND, {"component_id": component_id}).one_or_none()


_REGISTERED = by_key(select(_C.component_id, _C.name, _C.is_active))
_DEPENDENCIES = select(
    _NEED.component_id,
    _NEED.depends_on_component_id,
    _NEED.dependency_type,
    func.left(_NEED.description, EXCERPT).label("description"),
).order_by(_NEED.id)
_GRAPH = Together(registered=_REGISTERED, dependencies=_DEPENDENCIES)


def registered() -> Sequence[AnyRow]:
    """All components, in brief."""
    return session().execute(_REGISTERED).all()


def nodes_and_edges() -> tuple[Sequence[Any], Sequence[Any]]:
    """All components in brief, and all dependencies in the order in which they were declared."""
    found = _GRAPH.ask(session(), {})
    return found["registered"], found["dependencies"]


_INPUTS = (
    select(
        _IN.channel_id,
        _IN.channel_name,
        _IN.type,
        _IN.position,
        _IN.is_required,
        _IN.description,
        _IN.validation_rules,
        _IN.default_value,
    )
    .where(_IN.component_id == bindparam("component_id"))
    .order_by(_IN.position, _IN.id)
)
_OUTPUTS = (
    select(_OUT.channel_id, _OUT.channel_name, _OUT.type, _OUT.description, _OUT.metadata)
    .where(_OUT.component_id == bindparam("component_id"))
    .order_by(_OUT.id)
)
_CHANNELS = Together(inputs=_INPUTS, outputs=_OUTPUTS)
_LAST_RUNS = by_key(
    select(
        _RUN.id,
        _RUN.success,
        _RUN.created_at,
        _RUN.processing_time_ms,
        func.left(_RUN.error_message, EXCERPT).label("error_message"),
    )
    .where(_RUN.component_id == bindparam("component_id"), _RUN.created_at.is_not(None))
    .order_by(_RUN.created_at.desc())
    .limit(LAST_RUNS)
)


def channels(component_id: str) -> tuple[Sequence[Any], Sequence[Any]]:
    """The input channels of a component by position, and its output channels."""
    found = _CHANNELS.ask(session(), {"component_id": component_id})
    return found["inputs"], found["outputs"]


def last_runs(component_id: str) -> Sequence[AnyRow]:
    """The last runs of a component, the newest first."""
    return session().execute(_LAST_RUNS, {"component_id": component_id}).all()
