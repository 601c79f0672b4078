"""What PostgreSQL's planner expects of a statement, without running it."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import literal_column, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ClauseElement, Executable
from sqlalchemy.sql.visitors import InternalTraversal

from delula.db import database

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import CompoundSelect, Pool, Select
    from sqlalchemy.orm import Session, scoped_session
    from sqlalchemy.sql.compiler import SQLCompiler


class _Explain(Executable, ClauseElement):
    """`EXPLAIN (FORMAT JSON)` of a statement."""

    # What SQLAlchemy needs to compile it once for each form of statement: what it is made of, and that no
    # expression stands behind the one column of its answer.
    _traverse_internals = [("statement", InternalTraversal.dp_clauseelement)]  # noqa: RUF012 - never changed
    _all_selected_columns = ()
    inherit_cache = True

    def __init__(self, statement: Select[Any] | CompoundSelect[Any]) -> None:
        self.statement = statement


@compiles(_Explain, "postgresql")
def _compile(element: _Explain, compiler: SQLCompiler, **kw: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **kw)}"


@dataclass(frozen=True)
class Plan:
    """A plan and the planner's estimate of how many rows it yields."""

    root: Mapping[str, Any]

    @property
    def rows(self) -> int:
        """The estimated number of rows."""
        return int(self.root["Plan Rows"])

    @property
    def cost(self) -> float:
        """What it takes to yield all rows, in the planner's units."""
        return float(self.root["Total Cost"])

    @property
    def is_cheap(self) -> bool:
        """Whether an index leads to the rows, rather than a read of much more than is wanted.

        A row that an index finds costs at most about 5 of the planner's units, on default settings; the
        allowance lets small tables be read whole, which takes a few milliseconds.
        """
        return self.cost <= 10_000 + 5 * self.rows


def explain(session: Session | scoped_session[Session], statement: Select[Any] | CompoundSelect[Any]) -> Plan:
    """The plan that PostgreSQL would follow for `statement`."""
    return Plan(session.execute(_Explain(statement)).scalar_one()[0]["Plan"])


#: Seconds that a plan is taken for what it still is: the next page, the facets and what is new ask again.
KEPT_SECONDS = 60
#: Plans that a process keeps for a database.
_MOST = 1_000
_kept: WeakKeyDictionary[Pool, dict[Any, tuple[float, Plan]]] = WeakKeyDictionary()


def recent_plan(
    session: Session | scoped_session[Session], statement: Select[Any] | CompoundSelect[Any]
) -> Plan:
    """The plan for `statement`, perhaps as it was a moment ago: good enough to choose a way by."""
    asked = statement._generate_cache_key()  # noqa: SLF001 - what SQLAlchemy finds compiled statements by
    if asked is None:
        return explain(session, statement)
    key = (asked.key, repr([parameter.effective_value for parameter in asked.bindparams]))
    plans = _kept.setdefault(database(session), {})
    at, plan = plans.get(key, (0.0, None))
    if plan is None or monotonic() > at + KEPT_SECONDS:
        if len(plans) >= _MOST:
            plans.clear()
        plan = explain(session, statement)
        plans[key] = monotonic(), plan
    return plan


def explain_each(session: Session | scoped_session[Session], statements: Sequence[Select[Any]]) -> list[Plan]:
    """The plans of several statements with the same columns, asked for at once where that is possible."""
    if len(statements) > 1:
        # An offset keeps each of them a plan of its own, which is not shared out among parallel workers.
        parts = [statement.offset(literal_column("0")).subquery() for statement in statements]
        root = recent_plan(session, union_all(*(select(part) for part in parts))).root
        children = root.get("Plans", ())
        # PostgreSQL leaves out what it knows to be empty, and then nothing tells which one that was.
        if root["Node Type"] == "Append" and len(children) == len(statements):
            return [Plan(child) for child in children]
    return [recent_plan(session, statement) for statement in statements]
