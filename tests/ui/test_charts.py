"""What charts draw: marks where values are, gaps where there are none, and the same numbers as a table."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from delula.web.charts import (
    Cell,
    Part,
    Point,
    Series,
    bar_chart,
    heat_map,
    histogram,
    hours_by_weekday,
    line_chart,
    names,
    numbers,
    proportion,
    ranking,
    sparkline,
    stacked_chart,
    times,
)
from delula.web.figures import rate
from delula.web.scales import CREDITS, SECONDS, SHARE, Bin
from delula.web.styleguide_charts import sample_charts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from delula.web.charts import Chart

HOSTILE = '"><script>alert(1)</script>&'
START = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = [START + timedelta(days=index) for index in range(5)]


def tree(markup: str) -> ElementTree.Element:
    """The parts of a chart as elements; anything that is not well formed fails here."""
    return ElementTree.fromstring(f"<figure>{markup}</figure>")  # noqa: S314 - our own markup


def marks(chart: Chart, tag: str, name: str) -> list[dict[str, str]]:
    """The attributes of the plot's elements that have a class."""
    found = tree(chart.plot).iter(tag)
    return [element.attrib for element in found if name in element.attrib.get("class", "").split()]


def titles(chart: Chart) -> list[str]:
    return [element.text or "" for element in tree(chart.plot).iter("title")]


def rows(chart: Chart) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in tree(chart.table).iter("tr")]


def line(*values: Any, **options: Any) -> Chart:
    points = [Point(index, value) for index, value in enumerate(values)]
    return line_chart("Title", "", [Series("Series", points)], x=numbers("Step"), **options)


def bars(*values: Any, **options: Any) -> Chart:
    points = [Point(str(index), value) for index, value in enumerate(values)]
    return bar_chart("Title", "", points, x=names("Name"), **options)


def test_a_line_runs_through_its_values() -> None:
    (path,) = marks(line(0, 5, 10, height=100), "path", "stroke")
    assert path["d"] == "M0.0 100.0L500.0 50.0L1000.0 0.0"


def test_a_missing_value_is_a_gap_and_never_nothing() -> None:
    chart = line(10, 10, None, math.nan, 10, 10, None, 10, height=100)
    assert [path["d"].count("M") for path in marks(chart, "path", "stroke")] == [2]
    (alone,) = marks(chart, "path", "spots")
    assert alone["d"] == "M1000.0 0.0h0"
    assert [text for text in titles(chart) if "no data" in text] == ["2: no data", "3: no data", "6: no data"]
    assert rows(chart)[3] == ["2", "\N{EM DASH}"]


def test_one_point_stands_in_the_middle() -> None:
    chart = line_chart("Title", "", [Series("Series", [Point(START, 3)])], x=times("day"))
    assert marks(chart, "path", "spots")[0]["d"].startswith("M500.0 ")
    assert marks(chart, "path", "stroke") == []
    assert "Sun 1 Nov 2026" in chart.plot


@pytest.mark.parametrize(
    "chart",
    [
        line(),
        line(None, math.nan, math.inf),
        bars(),
        bars(None),
        stacked_chart("Title", "", [], x=times("day")),
        line_chart("Title", "", [], x=times("day")),
        histogram("Title", "", [], x=numbers("Step")),
        heat_map("Title", "", [], [], []),
        hours_by_weekday("Title", "", {}),
        proportion("Title", "", [Part("a", 0), Part("b", None)]),
        ranking("Title", "", []),
    ],
)
def test_no_data_is_said_in_words(chart: Chart) -> None:
    assert chart.empty == "No data in this range"
    assert chart.plot == chart.table == ""


def test_a_line_without_zero_shows_its_shape() -> None:
    assert ">97 %<" in line(0.971, 0.989, y=SHARE, from_zero=False).scale
    assert ">0 %<" in line(0.971, 0.989, y=SHARE).scale


def test_a_band_lies_between_its_ends_and_has_the_gaps_of_its_line() -> None:
    points = [Point(x, y, None, None, low, high) for x, y, low, high in (
        (0, 5, 0, 10), (1, 5, 0, 10), (2, None, None, None), (3, 5, 0, 10), (4, 5, 5, 5),
    )]  # fmt: skip
    chart = line_chart("Title", "", [Series("Series", points)], x=numbers("Step"), height=100)
    (band,) = marks(chart, "path", "band")
    assert band["d"] == (
        "M0.0 0.0L250.0 0.0L250.0 100.0L0.0 100.0ZM750.0 0.0L1000.0 50.0L1000.0 50.0L750.0 100.0Z"
    )
    assert rows(chart)[1] == ["0", "5 (0 to 10)"]


@pytest.mark.parametrize("make", [line_chart, bar_chart])
def test_what_a_value_says_in_its_own_words_stands_beside_its_time_and_in_the_table(
    make: Callable[..., Chart],
) -> None:
    one = rate(41, 50)
    assert one is not None
    points = [Point(7, one.share, None, str(one), one.low, one.high)]
    chart = make(
        "Title", "", [Series("Success", points)] if make is line_chart else points, x=numbers("Step"), y=SHARE
    )
    told = "82 % (69\N{EN DASH}90 %, n = 50)"
    assert f"<title>7: {told}</title>" in chart.plot
    assert rows(chart)[1] == ["7", told]


def test_several_series_are_brought_into_one_order() -> None:
    chart = line_chart(
        "Title",
        "",
        [
            Series("Late", [Point(DAYS[2], 3), Point(DAYS[1], 2)]),
            Series("Early", [Point(DAYS[0].replace(tzinfo=None), 1), Point(DAYS[1].date(), 5)]),
        ],
        x=times("day"),
    )
    assert rows(chart) == [
        ["Day (UTC)", "Late", "Early"],
        ["Sun 1 Nov 2026", "\N{EM DASH}", "1"],
        ["Mon 2 Nov 2026", "2", "5"],
        ["Tue 3 Nov 2026", "3", "\N{EM DASH}"],
    ]
    assert titles(chart)[1] == "Mon 2 Nov 2026\nLate: 2\nEarly: 5"


def test_names_at_the_ends_of_lines_do_not_cover_each_other() -> None:
    series = [Series(str(index), [Point(0, 1), Point(1, 1 + index / 1000)]) for index in range(6)]
    chart = line_chart("Title", "", series, x=numbers("Step"))
    ys = sorted(float(text.attrib["y"]) for text in tree(chart.ends).iter("text"))
    assert min(b - a for a, b in pairwise(ys)) >= 14.9
    assert ys[-1] <= 180 + 12


def test_bars_stand_on_zero_and_hang_below_it() -> None:
    up, down = marks(bars(10, -10, 0, height=100), "rect", "bar")
    assert (float(up["y"]), float(up["height"])) == (8, 50)
    assert (float(down["y"]), float(down["height"])) == (58, 50)


def test_a_bar_that_is_there_is_seen_and_one_without_data_is_a_gap() -> None:
    chart = bars(1_000_000, 1, 0, None)
    assert [float(bar["height"]) for bar in marks(chart, "rect", "bar")] == [180, 1]
    assert len(marks(chart, "rect", "gap")) == 1


def test_bars_of_one_name_stay_apart() -> None:
    chart = bar_chart("Title", "", [Point("same", 1), Point("same", 2)], x=names("Name"))
    assert len(marks(chart, "rect", "bar")) == 2


def test_stacked_bars_add_up_above_and_below_zero() -> None:
    series = [Series(name, [Point("x", value)]) for name, value in (("a", 3), ("b", -2), ("c", 1), ("d", -2))]
    chart = stacked_chart("Title", "", series, x=names("Name"), y=CREDITS, height=80)
    tops = [(float(bar["y"]), float(bar["height"])) for bar in marks(chart, "rect", "bar")]
    assert tops == [(18, 30), (48, 20), (8, 10), (68, 20)]
    assert titles(chart) == ["x\na: +3\nb: \N{MINUS SIGN}2\nc: +1\nd: \N{MINUS SIGN}2"]


def test_the_edges_of_bins_stand_where_bars_meet() -> None:
    chart = histogram(
        "Title",
        "",
        [Bin(0, 10, 1), Bin(10, 30, 2, "/rows"), Bin(30, None, 3)],
        x=numbers("Duration", SECONDS),
    )
    texts = [(text.attrib["x"], text.text) for text in tree(chart.plot).iter("text")]
    assert texts == [("0.00%", "0 s"), ("33.33%", "10 s"), ("66.67%", "30 s")]
    assert [row[0] for row in rows(chart)] == ["Duration", "0 s to 10 s", "10 s to 30 s", "30 s and more"]


def test_a_day_of_25_hours_has_25_bars() -> None:
    zone = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 10, 24, 22, tzinfo=UTC)
    points = [Point(first + timedelta(hours=index), 1) for index in range(25)]
    chart = bar_chart("Title", "", points, x=times("hour", zone))
    assert len(marks(chart, "rect", "bar")) == 25
    assert len({row[0] for row in rows(chart)}) == 26


def test_what_is_there_is_never_shaded_as_nothing() -> None:
    chart = heat_map("Title", "", ["a"], ["1", "2", "3", "4"], [[Cell(0), Cell(1), Cell(10_000), Cell(None)]])
    shades = [rect["class"] for rect in marks(chart, "rect", "cell")]
    assert shades == ["cell h0", "cell h1", "cell h5", "cell none"]
    assert titles(chart)[-1] == "a, 4: no data"


def test_the_week_has_its_hours() -> None:
    chart = hours_by_weekday("Title", "", {(6, 23): Cell(7, "/rows?h=1&d=2")})
    assert len(marks(chart, "rect", "cell")) == 168
    assert rows(chart)[7][0] == "Sun"
    assert rows(chart)[7][24] == "7"
    assert 'href="/rows?h=1&amp;d=2"' in chart.plot


def test_parts_make_the_whole() -> None:
    parts = [Part("a", 3), Part("b", 1), Part("c", None), Part("d", -4)]
    chart = proportion("Title", "", parts)
    widths = [rect["width"] for rect in marks(chart, "rect", "bar")]
    assert widths == ["75.000%", "25.000%"]
    assert rows(chart)[1:] == [
        ["a", "3", "75 %"],
        ["b", "1", "25 %"],
        ["c", "\N{EM DASH}", "\N{EM DASH}"],
        ["d", "\N{MINUS SIGN}4", "\N{EM DASH}"],
    ]


def test_a_ranking_has_negative_bars_at_the_left_of_zero() -> None:
    chart = ranking("Title", "", [Part("a", 30), Part("b", -10), Part("c", None)])
    assert [(bar["x"], bar["width"]) for bar in marks(chart, "rect", "bar")] == [
        ("25.00%", "75.00%"),
        ("0.00%", "25.00%"),
    ]


def test_a_sparkline_of_nothing_is_nothing() -> None:
    assert sparkline([]) == sparkline([None, math.nan]) == ""
    assert 'role="img" aria-label="Last week"' in sparkline([1], "Last week")
    assert 'aria-hidden="true"' in sparkline([1, None, 3])


def linked(count: int) -> list[Chart]:
    points = [Point(index, index + 1, f"/rows?a={index}&b=1") for index in range(count)]
    one = [Series("Series", points)]
    return [
        line_chart("Title", "", one, x=numbers("Step")),
        bar_chart("Title", "", points, x=numbers("Step")),
        stacked_chart("Title", "", [*one, Series("None", [])], x=numbers("Step")),
    ]


def test_every_mark_opens_the_rows_behind_it_and_so_does_the_table() -> None:
    wanted = [f"/rows?a={index}&b=1" for index in range(12)]
    for chart in linked(12):
        for part in (chart.plot, chart.table):
            assert [link.attrib["href"] for link in tree(part).iter("a")] == wanted
        assert 'role="group"' in chart.plot


def test_many_links_are_no_tab_stops_but_those_of_the_table() -> None:
    for chart in linked(41):
        assert chart.plot.count('tabindex="-1"') == 41
        assert 'tabindex="-1"' not in chart.table


def test_a_chart_without_links_is_a_picture_with_a_name() -> None:
    svg = next(tree(line(3, 7).plot).iter("svg"))
    assert (svg.attrib["role"], svg.attrib["aria-label"]) == ("img", "Title: from 3 to 7")


@pytest.mark.parametrize("name", sample_charts())
def test_no_chart_styles_in_line_or_runs_what_others_wrote(name: str) -> None:
    chart = sample_charts()[name]
    for part in (chart.plot, chart.scale, chart.ends, chart.legend, chart.table):
        for element in tree(part).iter():
            assert "style" not in element.attrib
            assert element.tag not in {"script", "style"}
            assert not [key for key in element.attrib if key.startswith("on")]


def test_hostile_texts_stay_texts_wherever_they_stand() -> None:
    series = [Series(HOSTILE, [Point(HOSTILE, 1, HOSTILE, HOSTILE)], None), Series("b", [Point(HOSTILE, 2)])]
    parts = [Part(HOSTILE, 1, HOSTILE), Part("b", 2)]
    for chart in (
        stacked_chart(HOSTILE, "", series, x=names(HOSTILE)),
        bar_chart(HOSTILE, "", series[0].points, x=names(HOSTILE), label=HOSTILE),
        line_chart(HOSTILE, "", series, x=names(HOSTILE)),
        heat_map(HOSTILE, "", [HOSTILE], [HOSTILE], [[Cell(1, HOSTILE, HOSTILE)]], corner=HOSTILE),
        proportion(HOSTILE, "", parts, name=HOSTILE),
        ranking(HOSTILE, "", parts, name=HOSTILE),
    ):
        for part in (chart.plot, chart.scale, chart.ends, chart.legend, chart.table):
            assert "<script" not in part
            assert not [element for element in tree(part).iter() if element.tag == "script"]
    assert "<script" not in sparkline([1], HOSTILE)


numbers_of_any_kind = st.one_of(st.none(), st.floats(), st.integers(-(10**20), 10**20), st.decimals())


@settings(max_examples=60)
@given(st.lists(numbers_of_any_kind, min_size=1, max_size=12), st.sampled_from((SHARE, SECONDS, CREDITS)))
@example([2.2e-311, 0], SHARE)
def test_whatever_the_values_are_all_that_is_drawn_is_finite_and_on_the_plot(
    values: Sequence[Any], measure: Any
) -> None:
    points = [Point(index, value, None, None, value, value) for index, value in enumerate(values)]
    series = [Series("a", points), Series("b", points[:3])]
    parts = [Part(str(index), value) for index, value in enumerate(values)]
    cells = [[Cell(value) for value in values]]
    columns = [str(index) for index in range(len(values))]
    charts = (
        line_chart("Title", "", series, x=numbers("Step"), y=measure),
        line_chart("Title", "", series, x=numbers("Step"), y=measure, from_zero=False),
        bar_chart("Title", "", points, x=numbers("Step"), y=measure),
        stacked_chart("Title", "", series, x=numbers("Step"), y=measure),
        heat_map("Title", "", ["a"], columns, cells, y=measure),
        proportion("Title", "", parts, y=measure),
        ranking("Title", "", parts, y=measure),
    )
    for chart in charts:
        for part in (chart.plot, chart.scale, chart.ends, chart.table):
            assert not re.search(r"\b(nan|inf|None)\b", part)
        for rect in tree(chart.plot).iter("rect"):
            assert float(rect.attrib.get("width", "0").rstrip("%")) >= 0
            assert float(rect.attrib.get("height", "0")) >= 0
        for rect in marks(chart, "rect", "bar"):
            assert -0.01 <= float(rect.get("y", "0")) <= 190
    assert "nan" not in sparkline(values)


def test_days_may_come_as_dates() -> None:
    chart = bar_chart("Title", "", [Point(date(2026, 11, 1), 1)], x=times("day", ZoneInfo("Asia/Tokyo")))
    assert rows(chart) == [["Day (Asia/Tokyo)", "Value"], ["Sun 1 Nov 2026", "1"]]
