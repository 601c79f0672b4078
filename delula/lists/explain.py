"""What PostgreSQL's planner expects of a statement, without running it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ClauseElement, Executable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import CompoundSelect, Select
    from sqlalchemy.orm import Session, scoped_session
    from sqlalchemy.sql.compiler import SQLCompiler


class _Explain(Executable, ClauseElement):
    """`EXPLAIN (FORMAT JSON)` of a statement."""

    # The cache of compiled statements takes no construct whose columns it cannot name.
    inherit_cache = False

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
    def is_cheap(self) -> bool:
        """Whether an index leads to the rows, rather than a read of much more than is wanted.

        A row that an index finds costs at most about 5 of the planner's units, on default settings; the
        allowance lets small tables be read whole, which takes a few milliseconds.
        """
        return bool(self.root["Total Cost"] <= 10_000 + 5 * self.rows)


def explain(session: Session | scoped_session[Session], statement: Select[Any] | CompoundSelect[Any]) -> Plan:
    """The plan that PostgreSQL would follow for `statement`."""
    return Plan(session.execute(_Explain(statement)).scalar_one()[0]["Plan"])
