"""What stands above the ledger: the sums of what the filter leaves, by type and over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from delula.credits.ranges import opening
from delula.models.enums import CreditTransactionType, wording
from delula.search.lexer import written_value
from delula.search.times import written_period
from delula.web.charts import Chart, Point, Series, stacked_chart, times
from delula.web.masking import is_whole, shown_text
from delula.web.scales import CREDITS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from delula.credits.queries import Summary
    from delula.rollups.queries import LedgerPoint, LedgerSum
    from delula.search import Filter

#: Types with a colour of their own; the others are drawn as one.
DRAWN_TYPES = 5


@dataclass(frozen=True)
class TypeSum:
    """The sums of one type, or of all.

    Attributes:
        label: the type in words.
        sums: rows, and credits granted and charged.
        href: the rows behind it.
    """

    label: str
    sums: LedgerSum
    href: str | None

    @property
    def net(self) -> int:
        """Credits granted without those charged."""
        return self.sums.positive + self.sums.negative


def type_label(value: str) -> str:
    """A type in words; one that no document lists as it stands."""
    try:
        return wording(CreditTransactionType(value))
    except ValueError:
        return shown_text(wording(value)) or "No type"


def type_sums(summary: Summary, filter_: Filter, action: str) -> list[TypeSum]:
    """The sums by type, the largest first."""
    return [
        TypeSum(type_label(type_), sums, _href(action, filter_, f"type:{written_value(type_)}"))
        for type_, sums in summary.by_type().items()
    ]


def chart(summary: Summary, filter_: Filter, action: str, zone: tzinfo) -> Chart:
    """The sums over time, by type; what was charged stands below zero.

    Args:
        summary: the sums.
        filter_: what they are of.
        action: the address of the list.
        zone: in which days begin and end.
    """
    types = list(summary.by_type())
    own, others = types[:DRAWN_TYPES], types[DRAWN_TYPES:]
    if len(others) == 1:
        own, others = types, []
    series = [
        Series(
            type_label(type_),
            [
                Point(
                    opening(point.start, summary.granularity),
                    _net([point.types[type_]]) if type_ in point.types else None,
                    _href(action, filter_, f"type:{written_value(type_)}", _period(point)),
                )
                for point in summary.points
            ],
        )
        for type_ in own
    ]
    if others:
        others_term = f"-type:{','.join(written_value(type_) for type_ in own)}"
        series.append(
            Series(
                "Other types",
                [
                    Point(
                        opening(point.start, summary.granularity),
                        _net([point.types[type_] for type_ in others if type_ in point.types]),
                        _href(action, filter_, others_term, _period(point)),
                    )
                    for point in summary.points
                ],
            )
        )
    title = f"Credits by type and {summary.granularity.value}"
    return stacked_chart(
        title, "", series, x=times(summary.granularity.value, zone), y=CREDITS, height=96, empty=_EMPTY
    )


_EMPTY = "No row has a time that could be drawn."


def _net(sums: Sequence[LedgerSum]) -> int | None:
    return sum(one.positive + one.negative for one in sums) if sums else None


def _period(point: LedgerPoint) -> str:
    """The term of a point's whole seconds; the filter's own terms cut off what lies outside of it."""
    start = point.start.replace(microsecond=0)
    end = point.end.replace(microsecond=0)
    return f"created:{written_period(start, end if end == point.end else end + timedelta(seconds=1))}"


def _href(action: str, filter_: Filter, *terms: str) -> str | None:
    """The rows of the filter that meet these terms as well; None where a term says what is masked."""
    if not all(map(is_whole, terms)):
        return None
    return f"{action}?{urlencode({'q': ' '.join(part for part in (filter_.text, *terms) if part)})}"
