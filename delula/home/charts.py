"""The charts of the first page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from delula.generations.terms import UNFINISHED, failed_with
from delula.home.findings import query
from delula.home.queries import PRESENT
from delula.models.enums import CreditTransactionType
from delula.rollups import queries as rollups
from delula.search.times import written_period
from delula.web.charts import Chart, Part, Point, Series, ranking, stacked_chart, times
from delula.web.masking import shown_text
from delula.web.scales import CREDITS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    from delula.rollups.queries import Generations, LedgerPoint

#: Reasons of failure that are shown.
_REASONS = 6
#: Days of the ledger that are shown.
_LEDGER_DAYS = 14


def generation_charts(zone: tzinfo, index: str) -> list[Chart]:
    """What became of the generations of the last day, and why some failed."""
    end = datetime.now(UTC).replace(microsecond=0)
    start = end - PRESENT
    series = rollups.generation_series(None, start, end, zone, rollups.Granularity.HOUR)

    def points(count: Callable[[Generations], int], term: str) -> list[Point]:
        return [
            Point(one.start, count(one), query(index, term, f"created:{written_period(one.start, one.end)}"))
            for one in series
        ]

    reasons = rollups.generation_failures(None, start, end, limit=_REASONS)
    return [
        stacked_chart(
            "Generations in 24 hours",
            "By the hour in which they were asked for.",
            [
                Series("Completed", points(lambda g: g.completed, "status:completed"), "success"),
                Series("Failed", points(lambda g: g.failed, "status:failed"), "danger"),
                Series("Unfinished", points(lambda g: g.pending + g.processing, UNFINISHED), "info"),
            ],
            x=times("hour", zone),
        ),
        ranking(
            "Why generations failed",
            "The most frequent reasons of the last 24 hours.",
            [
                Part(
                    shown_text(one.message) or "No reason given",
                    one.failures,
                    query(index, *failed_with(one.message), f"created:{written_period(start, end)}"),
                )
                for one in reasons
            ],
            name="Reason",
            empty="Nothing failed in the last 24 hours.",
        ),
    ]


def ledger_charts(zone: tzinfo, index: str) -> list[Chart]:
    """Credits that were charged, given back and granted, day by day."""
    now = datetime.now(UTC).astimezone(zone)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = rollups.ledger_series(
        today - timedelta(days=_LEDGER_DAYS - 1), today + timedelta(days=1), zone, rollups.Granularity.DAY
    )
    usage, refund = CreditTransactionType.USAGE.value, CreditTransactionType.REFUND.value

    def series(label: str, terms: Sequence[str], count: Callable[[LedgerPoint], int]) -> Series:
        return Series(
            label,
            [
                Point(
                    day.start,
                    count(day),
                    query(index, *terms, f"created:{written_period(day.start, day.end)}"),
                )
                for day in days
            ],
        )

    def gained(day: LedgerPoint, *, refunds: bool) -> int:
        return sum(one.positive for name, one in day.types.items() if (name == refund) is refunds)

    return [
        stacked_chart(
            "Credits by day",
            "Charged for generations below the line; refunded, and granted or bought, above it.",
            [
                series(
                    "Charged",
                    (f"type:{usage}", "sign:charge"),
                    lambda day: sum(one.negative for name, one in day.types.items() if name == usage),
                ),
                series("Refunded", (f"type:{refund}", "sign:grant"), lambda day: gained(day, refunds=True)),
                series(
                    "Granted or bought",
                    (f"-type:{refund}", "sign:grant"),
                    lambda day: gained(day, refunds=False),
                ),
            ],
            x=times("day", zone),
            y=CREDITS,
        )
    ]
