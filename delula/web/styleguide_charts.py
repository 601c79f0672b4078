"""The charts and figures of the style guide."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from delula.web.charts import (
    Cell,
    Chart,
    Part,
    Point,
    Series,
    bar_chart,
    histogram,
    hours_by_weekday,
    line_chart,
    names,
    numbers,
    proportion,
    ranking,
    stacked_chart,
    times,
)
from delula.web.figures import Figure, change, rate, rate_figure
from delula.web.scales import CREDITS, SECONDS, SHARE, Bin, signed


def _wave(index: int, base: float, swing: float) -> float:
    """Values that look as if something had happened: a trend, a week, and a little unrest."""
    return base + swing * (math.sin(index / 7 * 2 * math.pi) + 0.45 * math.sin(index * 2.3) + index / 40)


def sample_charts() -> dict[str, Chart]:
    """Every kind of chart by name, with values as they occur and as they should not."""
    first = datetime(2026, 10, 24, tzinfo=UTC)
    days = [first + timedelta(days=index) for index in range(30)]
    hours = [first + timedelta(hours=index) for index in range(48)]
    success = []
    for index, day in enumerate(days):
        n = 0 if index in {8, 9, 10, 20} else 60 + 9 * (index % 7)
        found = rate(n - min(n, 4 + index % 11), n)
        success.append(
            Point(day, *(found and (found.share, "#charts", None, found.low, found.high)) or (None,))
        )
    by_model = [
        Series(
            label,
            [Point(day, round(_wave(index + 2 * at, 90 - 20 * at, 14))) for index, day in enumerate(days)],
        )
        for at, label in enumerate(("fal", "runway", "A provider with a long name", "luma"))
    ]
    by_status = [
        Series("Completed", [Point(day, round(_wave(i, 80, 20)), "#charts") for i, day in enumerate(days)]),
        Series("Failed", [Point(day, i % 9, "#charts") for i, day in enumerate(days)], "danger"),
        Series("Cancelled", [Point(day, None if i < 4 else i % 4) for i, day in enumerate(days)], "neutral"),
    ]
    ledger = [
        Series("Granted", [Point(day, 120 + 31 * (i % 5)) for i, day in enumerate(days)]),
        Series("Charged", [Point(day, -90 - 40 * (i % 6)) for i, day in enumerate(days)]),
        Series("Refunded", [Point(day, 12 * (i % 3)) for i, day in enumerate(days)]),
    ]
    six = [
        Series(
            label,
            [Point(index, 10 + 12 * at + 3 * math.sin(index / 2 + at)) for index in range(12)],
        )
        for at, label in enumerate(("One", "Two", "Three", "Four", "Five", "Six"))
    ]
    edges = (0, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, None)
    counts = (0, 12, 140, 420, 611, 530, 302, 188, 90, 41, 17, 6)
    return {
        "success": line_chart(
            "Success rate",
            "Of those that have finished, with its 95 % interval.",
            [Series("Success rate", success)],
            x=times("day"),
            y=SHARE,
        ),
        "models": line_chart("Generations by provider", "", by_model, x=times("day")),
        "waiting": line_chart(
            "Waiting in the queue",
            "The longest wait of each hour.",
            [
                Series(
                    "Wait",
                    [
                        Point(hour, None if 14 < i < 19 else abs(_wave(i, 60, 50)))
                        for i, hour in enumerate(hours)
                    ],
                )
            ],
            x=times("hour"),
            y=SECONDS,
        ),
        "six": line_chart(
            "Six series", "Each is told apart by dashes too.", six, x=numbers("Step"), from_zero=False
        ),
        "daily": bar_chart(
            "Generations a day",
            "",
            [
                Point(day, None if index == 12 else round(_wave(index, 90, 30)), "#charts")
                for index, day in enumerate(days)
            ],
            x=times("day"),
            label="Generations",
        ),
        "ledger": stacked_chart("Credits by type", "Charges are below 0.", ledger, x=times("day"), y=CREDITS),
        "status": stacked_chart("Generations by status", "", by_status, x=times("day")),
        "durations": histogram(
            "How long they took",
            "Of those completed.",
            [Bin(low, high, n, "#charts") for low, high, n in zip(edges, edges[1:], counts, strict=False)],
            x=numbers("Duration", SECONDS),
            label="Generations",
        ),
        "week": hours_by_weekday(
            "When they are asked for",
            "Hours of Europe/Berlin.",
            {
                (day, hour): Cell(
                    round(max(0, 40 * math.sin((hour - 6) / 24 * 2 * math.pi) + 7 * day - 12)), "#charts"
                )
                for day in range(7)
                for hour in range(24)
                if (day, hour) not in {(2, 3), (2, 4), (2, 5)}
            },
        ),
        "types": proportion(
            "Assets by type",
            "",
            [
                Part("Video", 8_412, "#charts"),
                Part("Image", 3_120, "#charts"),
                Part("Audio", 640),
                Part("Document", 12),
                Part("Unknown", None),
            ],
            name="Type",
        ),
        "reasons": ranking(
            "Why they failed",
            "",
            [
                Part(
                    "The content could not be processed because it was flagged by a content checker.",
                    412,
                    "#charts",
                    "danger",
                ),
                Part("Timeout after 480 s", 96, "#charts", "danger"),
                Part("<b>422</b> Unprocessable", 7, "#charts", "danger"),
                Part("No message", None),
            ],
            name="Reason",
        ),
        "nothing": line_chart(
            "Nothing yet", "", [Series("Rate", [Point(day, None) for day in days])], x=times("day")
        ),
        "one": line_chart("One point", "", [Series("Rate", [Point(days[0], 42, "#charts")])], x=times("day")),
        "one_bar": bar_chart("One bar", "", [Point(days[0], 42, "#charts")], x=times("day")),
        "equal": line_chart(
            "All equal", "", [Series("Rate", [Point(day, 7) for day in days])], x=times("day")
        ),
        "wild": line_chart(
            "Huge, tiny and no number",
            "",
            [
                Series(
                    "Wild",
                    [Point(i, y) for i, y in enumerate((1e18, 3, -2e17, math.nan, math.inf, 1e-9, 4e17))],
                )
            ],
            x=numbers("Step"),
        ),
        "hostile": bar_chart(
            "<script>alert('no')</script>",
            "<b>Markup</b> of others stays text.",
            [
                Point('"><script>alert(1)</script>', 3, "#charts"),
                Point("قطة", 5),
                Point("zero", 0),
                Point("-", -2),
            ],
            x=names("Name"),
        ),
    }


def sample_figures() -> list[Figure]:
    """A row of figures: sure ones, one that rests on too few, one without data."""
    trend = [round(_wave(index, 400, 90)) for index in range(30)]
    return [
        Figure(
            "Generations",
            "12,480",
            "#figures",
            change(12_480, 12_000),
            "the 7 days before",
            12_480,
            trend=trend,
        ),
        rate_figure(
            "Success rate", rate(176, 214), rate(190, 220), href="#figures", against="the 7 days before"
        ),
        Figure(
            "Median duration",
            "48 s",
            None,
            change(48, 52, better="down"),
            n=12,
            trend=(None, 3, 5, None, 4, 4),
        ),
        Figure("Stuck", "14", "#figures", change(14, 1, better="down"), tone="danger"),
        rate_figure("Refund rate", None),
        Figure("Credits", signed(-1_204), "#figures", change(-1_204, -1_204), trend=[-40, 12, -90, 4, -300]),
    ]
