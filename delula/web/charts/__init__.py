"""Charts as SVG, drawn on the server: lines, bars, histograms, heat maps, proportions, rankings, sparklines.

A view builds a chart from the rows that it has, and the template shows it with `chart` of `ui/chart.html`.
What is drawn hundreds of times is put together here rather than by Jinja, for the reason in docs/adr/0005.

A plot has pixels from top to bottom and percentages from left to right, so that it fills any width and its
text is never distorted. Only paths know no percentages: they stand in a nested `<svg>` that is stretched, but
whose strokes are not. Nothing is styled in line: attributes place marks, static/css/chart.css paints them.

Values come from live data. What is missing or no finite number is a gap, never 0; what is drawn is finite.
"""

from delula.web.charts.axes import Axis, Names, Numbers, Times, names, numbers, times
from delula.web.charts.bars import bar_chart, histogram, stacked_chart
from delula.web.charts.chart import Cell, Chart, Part, Point, Series
from delula.web.charts.heat import heat_map, hours_by_weekday
from delula.web.charts.lines import line_chart, sparkline
from delula.web.charts.shares import proportion, ranking

__all__ = [
    "Axis",
    "Cell",
    "Chart",
    "Names",
    "Numbers",
    "Part",
    "Point",
    "Series",
    "Times",
    "bar_chart",
    "heat_map",
    "histogram",
    "hours_by_weekday",
    "line_chart",
    "names",
    "numbers",
    "proportion",
    "ranking",
    "sparkline",
    "stacked_chart",
    "times",
]
