"""What the roll-ups say of each component over the last days, as a table that lists can join.

Their medians come out of sketches that only Python reads, so the figures are made here and handed to each
statement that needs them. There are some hundred components at most.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Double, Integer, String, Text, bindparam, cast, column, func, select
from sqlalchemy.dialects.postgresql import JSONB, distinct_on

from delula.lists.kept import Kept
from delula.rollups import queries as rollups

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.rollups.queries import Usage

#: The days over which components are measured; the last of them is today, in UTC.
DAYS = 30


def period(now: datetime | None = None) -> tuple[datetime, datetime]:
    """The days over which components are measured: whole ones in UTC, today to its end."""
    today = datetime.combine((now or datetime.now(UTC)).astimezone(UTC), time(), UTC)
    return today - timedelta(days=DAYS - 1), today + timedelta(days=1)


@dataclass(frozen=True)
class Census:
    """The usage of all components that ran, by component id."""

    usage: Mapping[str, Usage]

    @cached_property
    def written(self) -> str:
        """The same as JSON, written once for all statements."""
        return json.dumps(
            [
                {
                    "component_id": id_,
                    "executions": usage.executions,
                    "succeeded": usage.succeeded,
                    "finished": usage.finished,
                    "seconds": None if usage.times.p50 is None else usage.times.p50 / 1000,
                }
                for id_, usage in self.usage.items()
            ]
        )


def _take_census() -> Census:
    return Census(rollups.usage_by_component(*period()))


CENSUS = Kept(_take_census)

_rows = (
    func.jsonb_to_recordset(
        cast(bindparam("measured", callable_=lambda: CENSUS.get().written, type_=Text()), JSONB)
    )
    .table_valued(
        column("component_id", String),
        column("executions", Integer),
        column("succeeded", Integer),
        column("finished", Integer),
        column("seconds", Double),
    )
    .render_derived("measured_rows", with_types=True)
)
#: Components that ran, with their runs and the median of their times in seconds. Said to be distinct, so that
#: the planner leaves it out where a list does not use it.
MEASURED = select(*_rows.c).ext(distinct_on(_rows.c.component_id)).subquery("measured")
