"""The chart of the backlog's page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import url_for

from delula.search.times import written_period
from delula.web.charts import Chart, Point, bar_chart, times

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_DAY = timedelta(days=1)


def claims_chart(claims: Sequence[tuple[datetime, int]], since: datetime, now: datetime) -> Chart:
    """How many were given away on each day in UTC.

    Args:
        claims: day and number, days without any left out.
        since: midnight of the first day, aware.
        now: the end of the last.
    """
    counts = {day.date(): number for day, number in claims}
    index = url_for("backlog_videos.index")
    points = []
    for number in range((now - since) // _DAY + 1):
        day = since + number * _DAY
        href = f"{index}?q=given:{written_period(day, day + _DAY)}"
        points.append(Point(day, counts.get(day.date(), 0), href))
    return bar_chart(
        "Given away",
        "Videos that left the stock for a user, each day.",
        points,
        x=times("day"),
        label="Videos",
    )
