"""The components that ran in a range, one beside the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from delula.errors import InvalidInput
from delula.usage.links import CHARGED, FAILED, FINISHED, OWNED, SLOWEST_FIRST, TIMED
from delula.web.figures import rate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from delula.rollups.queries import Usage
    from delula.usage.links import Links
    from delula.web.figures import Rate


@dataclass(frozen=True)
class Row:
    """One component.

    Attributes:
        id: its component id.
        name: as it is called; its id where it has no name.
        registered: whether it is in the registry.
        usage: its sums.
        rate: None where nothing has finished.
        trend: its executions over the range.
        hrefs: to the executions, by the name of the column.
    """

    id: str
    name: str
    registered: bool
    usage: Usage
    rate: Rate | None
    trend: Sequence[int]
    hrefs: Mapping[str, str]


@dataclass(frozen=True)
class Column:
    """One column that the table can be sorted by.

    Attributes:
        key: its word in the address.
        label: its heading.
        value: what is compared; None stands last, whichever way.
        numeric: whether it holds numbers, of which the largest stand first.
    """

    key: str
    label: str
    value: Callable[[Row], Any]
    numeric: bool = True


COLUMNS = (
    Column("name", "Component", lambda row: row.name.casefold(), numeric=False),
    Column("executions", "Executions", lambda row: row.usage.executions),
    Column("rate", "Success rate", lambda row: row.rate and row.rate.share),
    Column("failed", "Failures", lambda row: row.usage.failed),
    Column("p50", "p50", lambda row: row.usage.times.p50),
    Column("p95", "p95", lambda row: row.usage.times.p95),
    Column("credits", "Credits", lambda row: row.usage.credits),
    Column("users", "Users", lambda row: row.usage.users),
)
DEFAULT_SORT = "-executions"
_TERMS = {
    "executions": "",
    "rate": FINISHED,
    "failed": FAILED,
    "p50": TIMED,
    "p95": TIMED,
    "credits": CHARGED,
    "users": OWNED,
}


@dataclass(frozen=True)
class Order:
    """What the table is sorted by."""

    column: Column
    descending: bool

    @property
    def text(self) -> str:
        """As the address has it."""
        return f"-{self.column.key}" if self.descending else self.column.key


def read_order(text: str) -> Order:
    """The order that a parameter names: `-executions`, `name`.

    Raises:
        InvalidInput: there is no such column.
    """
    wanted = text or DEFAULT_SORT
    for column in COLUMNS:
        if wanted in (column.key, f"-{column.key}"):
            return Order(column, wanted.startswith("-"))
    names = ", ".join(column.key for column in COLUMNS)
    raise InvalidInput("sort", f"takes one of {names}, with a minus before it for the largest first.")


def rows_of(
    usages: Mapping[str, Usage],
    trends: Mapping[str, Sequence[int]],
    names: Mapping[str, str | None],
    links: Links,
    order: Order,
) -> list[Row]:
    """The components that ran, in order.

    Args:
        usages: their sums, by component id.
        trends: their executions over the range, likewise.
        names: of those in the registry, likewise.
        links: to the executions.
        order: which is first.
    """
    rows = [
        Row(
            id_,
            names.get(id_) or id_,
            id_ in names,
            usage,
            rate(usage.succeeded, usage.finished),
            trends.get(id_, ()),
            {
                key: links.of(usage, term, component_id=id_) + (SLOWEST_FIRST if key == "p95" else "")
                for key, term in _TERMS.items()
            },
        )
        for id_, usage in usages.items()
    ]
    value = order.column.value
    known = [row for row in rows if value(row) is not None]
    known.sort(key=lambda row: row.id)
    known.sort(key=value, reverse=order.descending)
    return [*known, *(row for row in rows if value(row) is None)]
