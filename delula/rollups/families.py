"""The families of roll-ups: what each counts in the product's rows, and where it keeps the sums."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import TextClause, text

from delula.models import (
    GenerationFailure,
    GenerationRollUp,
    LedgerRollUp,
    Span,
    UsageFailure,
    UsageRollUp,
)
from delula.rollups.spans import FIRST, LENGTHS
from delula.rollups.sums import LONGEST

if TYPE_CHECKING:
    from sqlalchemy import Table

#: Generations without a recipe count under this number; the product's own begin at 1.
NO_RECIPE = 0
#: Characters of a message that count.
MESSAGE = 200


class Slot(StrEnum):
    """By what a measurement is grouped: the family's shortest span, or the number of the range."""

    SPAN = "span"
    RANGE = "range"


@dataclass(frozen=True)
class Family:
    """One kind of sums.

    Attributes:
        name: also that of its row in `rollup_state`, where it has one.
        source: the product's table, whose rows have `id` and `created_at`.
        table: where the sums are kept.
        keys: columns that tell the rows of one span apart; by the first of them pages choose.
        counters: columns that add up, each with what it is in SQL.
        times: columns of durations, by their prefix, each with its milliseconds in SQL.
        columns: of the source, as the expressions use them: an SQL select list; `r` is a row of it.
        where: which rows of the source count, in SQL.
        users: whether the users behind the rows are kept.
        example: a raw text, in SQL.
        shortest: the shortest span that is kept.
        with_total: whether sums over all keys are kept too, under a key of null.
    """

    name: str
    source: str
    table: Table
    keys: dict[str, str]
    counters: dict[str, str]
    columns: str
    times: tuple[str, ...] = ()
    where: str = "true"
    users: bool = False
    example: str | None = None
    shortest: Span = Span.HOUR
    with_total: bool = False

    @cached_property
    def counts(self) -> Family:
        """The same without times and users: reading those takes four times as long as the counters."""
        return replace(self, name=f"{self.name}_counts", times=(), users=False)

    @cached_property
    def stored(self) -> tuple[str, ...]:
        """The columns of the table after `span` and `start`."""
        spreads = [
            f"{name}_{part}" for name in self.times for part in ("count", "total", "least", "most", "sketch")
        ]
        return (
            *self.keys,
            *self.counters,
            *spreads,
            *(["users"] if self.users else []),
            *(["example"] if self.example else []),
        )

    def measure(self, slot: Slot, *, of_one: bool = False) -> TextClause:
        """Statement that counts the product's rows of some ranges.

        Takes `slots`, `starts` and `ends`, and `key` where it is `of_one`. Its rows: slot, keys, counters,
        then count, sum, least, most and all values of each of the times, then the numbers (by span) or the
        ids (by range) of users, then the example.
        """
        return self._measures[slot, of_one]

    @property
    def _span(self) -> str:
        minutes = LENGTHS[self.shortest] // timedelta(minutes=1)
        return f"date_bin('{minutes} minutes', CAST(r.created_at AS timestamp), TIMESTAMP '{FIRST}')"

    @cached_property
    def _measures(self) -> dict[tuple[Slot, bool], TextClause]:
        return {(slot, one): text(self._measure(slot, of_one=one)) for slot in Slot for one in (False, True)}

    def _measure(self, slot: Slot, *, of_one: bool) -> str:
        parts = [self._span if slot is Slot.SPAN else "w.slot", *self.keys.values(), *self.counters.values()]
        for name in self.times:
            usable = f"FILTER (WHERE r.{name} BETWEEN 0 AND {LONGEST})"
            parts += [
                f"count(*) {usable}",
                f"CAST(coalesce(sum(r.{name}) {usable}, 0) AS bigint)",
                f"min(r.{name}) {usable}",
                f"max(r.{name}) {usable}",
                f"array_agg(r.{name}) {usable}",
            ]
        join = ""
        if self.users and slot is Slot.SPAN:
            parts.append("array_agg(u.number) FILTER (WHERE u.number IS NOT NULL)")
            join = "LEFT JOIN dashboard.user_totals u ON u.user_id = r.user_id"
        elif self.users:
            parts.append("array_agg(DISTINCT r.user_id) FILTER (WHERE r.user_id IS NOT NULL)")
        if self.example:
            parts.append(f"min({self.example})")
        groups = ", ".join(map(str, range(1, 2 + len(self.keys))))
        only = f"AND {next(iter(self.keys.values()))} = :key" if of_one else ""
        return f"""
            SELECT {", ".join(parts)}
            FROM unnest(CAST(:slots AS integer[]), CAST(:starts AS timestamp[]), CAST(:ends AS timestamp[]))
                     AS w (slot, first, past)
            CROSS JOIN LATERAL (
                SELECT {self.columns} FROM public.{self.source} r
                WHERE r.created_at >= w.first AND r.created_at < w.past AND {self.where} {only}
            ) r {join}
            GROUP BY {groups} ORDER BY 1"""


def message_of(column: str) -> str:
    """What messages have in common: addresses, ids and long numbers as "…", white space as one blank.

    Addresses are URLs and those of e-mail: what failed for many users alike counts as one, and no link holds
    anybody's.

    Args:
        column: of the message, with the name of its table.

    Returns:
        An SQL expression, null where there is none or a blank one; indexes of the product's tables stand on
        it as it is. Its shape shows that it is null for null, so the planner uses indexes of messages alone.
    """
    changing = (
        r'https?://\S+|[^\s@<>(),;:"]+@[^\s@<>(),;:"]+'
        r"|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
        r"|\m(?=[a-f]*\d)[0-9a-f]{8,}\M|\d{4,}"
    )
    cut = f"left({column}, 2000)"
    plain = rf"regexp_replace(regexp_replace({cut}, '{changing}', '…', 'g'), '\s+', ' ', 'g')"
    return f"substring(left(btrim({plain}), {MESSAGE}), '.+')"


def _message(column: str) -> str:
    return f"coalesce({message_of(column)}, '')"


def _milliseconds(condition: str, start: str, end: str) -> str:
    """The time between two columns. Infinite ones cannot be subtracted."""
    return (
        f"CASE WHEN {condition} AND isfinite(r.{start}) AND isfinite(r.{end}) "
        f"THEN CAST(round(EXTRACT(epoch FROM r.{end} - r.{start}) * 1000) AS bigint) END"
    )


USAGE = Family(
    name="usage",
    source="component_usage",
    table=UsageRollUp.__table__,  # type: ignore[arg-type]
    columns="r.component_id, r.user_id, r.success, r.credit_cost, r.processing_time_ms AS time, r.created_at",
    keys={"component_id": "r.component_id"},
    counters={
        "executions": "count(*)",
        "succeeded": "count(*) FILTER (WHERE r.success)",
        "failed": "count(*) FILTER (WHERE NOT r.success)",
        "unfinished": "count(*) FILTER (WHERE r.success IS NULL)",
        "credits": "CAST(coalesce(sum(r.credit_cost), 0) AS bigint)",
    },
    times=("time",),
    users=True,
    shortest=Span.PART,
    with_total=True,
)

USAGE_FAILURES = Family(
    name="usage_failures",
    source="component_usage",
    table=UsageFailure.__table__,  # type: ignore[arg-type]
    columns="r.component_id, r.error_message, r.created_at",
    where="r.success = false",
    keys={"component_id": "r.component_id", "message": _message("r.error_message")},
    counters={"failures": "count(*)"},
    example=f"left(coalesce(r.error_message, ''), {MESSAGE})",
)

GENERATIONS = Family(
    name="generations",
    source="generations",
    table=GenerationRollUp.__table__,  # type: ignore[arg-type]
    columns=f"""r.recipe_id, r.status, r.credits_cost, r.credits_refunded, r.created_at,
        left(r.metadata ->> 'request_origin', 50) AS origin,
        {_milliseconds("r.status IN ('completed', 'failed')", "processing_started_at", "updated_at")} AS run,
        {_milliseconds("true", "created_at", "processing_started_at")} AS wait""",
    keys={"recipe_id": f"coalesce(r.recipe_id, {NO_RECIPE})"},
    counters={
        "created": "count(*)",
        **{
            status: f"count(*) FILTER (WHERE r.status = '{status}')"
            for status in ("pending", "processing", "completed", "failed")
        },
        "other": "count(*) FILTER (WHERE r.status NOT IN ('pending', 'processing', 'completed', 'failed'))",
        "refunded": "count(*) FILTER (WHERE r.credits_refunded)",
        "charged": "CAST(coalesce(sum(r.credits_cost), 0) AS bigint)",
        "credits_refunded": (
            "CAST(coalesce(sum(r.credits_cost) FILTER (WHERE r.credits_refunded), 0) AS bigint)"
        ),
        "from_user": "count(*) FILTER (WHERE r.origin = 'user')",
        "from_backlog": "count(*) FILTER (WHERE r.origin = 'backlog')",
    },
    times=("run", "wait"),
    with_total=True,
)

GENERATION_FAILURES = Family(
    name="generation_failures",
    source="generations",
    table=GenerationFailure.__table__,  # type: ignore[arg-type]
    columns="r.recipe_id, r.failure_reason, r.created_at",
    where="r.status = 'failed'",
    keys={"recipe_id": f"coalesce(r.recipe_id, {NO_RECIPE})", "message": _message("r.failure_reason")},
    counters={"failures": "count(*)"},
    example=f"left(coalesce(r.failure_reason, ''), {MESSAGE})",
)

LEDGER = Family(
    name="ledger",
    source="credit_transactions",
    table=LedgerRollUp.__table__,  # type: ignore[arg-type]
    columns="r.type, r.amount, r.created_at",
    keys={"type": "r.type"},
    counters={
        "rows": "count(*)",
        "positive": "CAST(coalesce(sum(r.amount) FILTER (WHERE r.amount > 0), 0) AS bigint)",
        "negative": "CAST(coalesce(sum(r.amount) FILTER (WHERE r.amount < 0), 0) AS bigint)",
    },
)

#: What is brought up to date together, because it comes from the same rows.
GROUPS: tuple[tuple[Family, ...], ...] = (
    (USAGE, USAGE_FAILURES),
    (GENERATIONS, GENERATION_FAILURES),
    (LEDGER,),
)
