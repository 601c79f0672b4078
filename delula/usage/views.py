"""The page of usage."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, request, url_for

from delula.access.guard import may, requires
from delula.access.permissions import Permission
from delula.components import queries as components
from delula.db import session
from delula.errors import InvalidInput
from delula.rollups import queries as rollups
from delula.usage import charts
from delula.usage.figures import figures_of
from delula.usage.links import Links, has_hours, hours_href, hours_of_week
from delula.usage.table import COLUMNS, read_order, rows_of
from delula.usage.window import PRESETS, read_window
from delula.web.lists import id_of_path, zone
from delula.web.references import hrefs_of
from delula.web.render import Parts, render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from delula.usage.table import Order
    from delula.usage.window import Window

#: What pages said of ranges; some 200 kB each.
_TOLD = Parts(32)
#: Bars of the histogram, and messages of failures, at most.
MOST_BARS, MOST_MESSAGES = 30, 12

blueprint = Blueprint("usage", __name__, url_prefix="/components")


@blueprint.get("/usage")
@requires(Permission.COMPONENTS_READ)
def index() -> Response:
    """How components did in a range: one, or all."""
    problem = None
    try:
        window, component_id = _asked()
        order = read_order(request.args.get("sort", ""))
    except InvalidInput as error:
        # The bar stays, so that what does not fit can be chosen anew; nothing is told of another range.
        problem = error
        window, component_id = read_window({}, datetime.now(UTC), zone()), None
        order = read_order("")
    names = {row.component_id: row.name for row in components.registered()}
    as_of, menus = rollups.as_of(), _Menus(window, component_id, order)
    told = None
    if as_of is not None and not problem:
        # Nothing changes it but the next counting: executions that are newer are not told of yet.
        in_full = may(Permission.USERS_READ_EMAIL)  # which messages are shown by
        place = (request.script_root, component_id, window, request.args.get("sort", ""), in_full)
        key = (session().get_bind(), as_of, tuple(names.items()), place)
        told = _TOLD.rendered(
            "usage/_told.html",
            key,
            lambda: {
                "window": window,
                "component_id": component_id,
                "menus": menus,
                **_told(window, component_id, order, names, as_of),
            },
        )
    return render(
        "usage/index.html",
        status=422 if problem else 200,
        problem=problem,
        window=window,
        component_id=component_id,
        component_name=names.get(component_id) or component_id if component_id is not None else None,
        is_registered=component_id is None or component_id in names,
        choices=sorted(names.items(), key=lambda item: ((item[1] or item[0]).casefold(), item[0])),
        menus=menus,
        as_of=as_of,
        component_href=hrefs_of("components"),
        told=told,
    )


def _told(
    window: Window, component_id: str | None, order: Order, names: dict[str, str | None], as_of: datetime
) -> dict[str, Any]:
    """What the page says of a range, once executions are counted."""
    start, end = window.start, window.end
    overview = rollups.usage_overview(component_id, start, end, MOST_BARS)
    whole, links = overview.usage, Links(url_for("executions.index"), component_id)
    points = rollups.usage_series(component_id, start, end, window.zone, window.granularity)
    span_before = window.before(as_of)
    before = rollups.usage_summary(component_id, *span_before) if span_before else None
    found: dict[str, Any] = {
        "whole": whole,
        "figures": figures_of(whole, before, points, links, window.against),
    }
    if not whole.executions:
        return found
    found["wide"] = charts.outcomes_chart(points, links, window)
    found["charts"] = [
        charts.rate_chart(points, links, window),
        charts.times_chart(points, links, window),
        charts.spread_chart(whole, overview.bins, links),
        charts.week_chart(
            rollups.usage_heatmap(component_id, start, end, window.zone),
            _hour_hrefs(window, component_id) if has_hours(window) else None,
            window,
        ),
    ]
    failures = rollups.usage_failures(component_id, start, end, MOST_MESSAGES)
    found["failures"] = charts.failures_chart(whole, failures, links)
    if component_id is None:
        # Lines as wide as a word: in a long range they show the months of UTC, of which there are sums.
        is_long = window.granularity in {rollups.Granularity.WEEK, rollups.Granularity.MONTH}
        steps = (UTC, rollups.Granularity.MONTH) if is_long else (window.zone, window.granularity)
        trends = rollups.usage_trends(start, end, *steps)
        found["rows"] = rows_of(overview.by_component, trends, names, links, order)
    return found


@blueprint.get("/usage/hour")
@requires(Permission.COMPONENTS_READ)
def hour() -> AnyResponse:
    """Leads to the executions of one hour of the week in a range."""
    window, component_id = _asked()
    chosen = [_number("weekday", 6), _number("hour", 23)]
    if not has_hours(window):
        raise InvalidInput("range", "is longer than 21 months; choose a shorter one.")
    hours = hours_of_week(window, *chosen)
    if not hours:
        raise InvalidInput("hour", "does not occur in this range.")
    return redirect(hours_href(url_for("executions.index"), component_id, window, hours))


@blueprint.get("/<reference>/usage")
@requires(Permission.COMPONENTS_READ)
def of_component(reference: str) -> AnyResponse:
    """Leads to the usage of one component."""
    params = [("component", id_of_path(reference))]
    params += [(name, value) for name, value in request.args.items() if name != "component"]
    return redirect(f"{url_for('usage.index')}?{urlencode(params)}")


def _asked() -> tuple[Window, str | None]:
    """The range and the component that the request asks for."""
    component_id = request.args.get("component") or None
    if component_id is not None and "\0" in component_id:
        raise InvalidInput("component", "names no component.")  # PostgreSQL takes no such text at all
    return read_window(request.args, datetime.now(UTC), zone()), component_id


def _number(name: str, most: int) -> int:
    text = request.args.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= most):
        raise InvalidInput(name, f"takes a number from 0 to {most}.")
    return int(text)


def _hour_hrefs(window: Window, component_id: str | None) -> Any:
    """Gives the address that leads to the executions of one hour of the week."""
    params = [*([("component", component_id)] if component_id is not None else []), *window.params]
    start = f"{url_for('usage.hour')}?{urlencode(params)}"
    return lambda weekday, hour: f"{start}&weekday={weekday}&hour={hour}"


class _Menus:
    """The links that change one thing of what is looked at, and keep the others."""

    def __init__(self, window: Window, component_id: str | None, order: Order) -> None:
        self._window = window
        self._component = [("component", component_id)] if component_id is not None else []
        self._order = [("sort", order.text)] if request.args.get("sort") else []
        self._sorted = order
        self._zone = [pair for pair in window.params if pair[0] == "zone"]
        self._range = [pair for pair in window.params if pair[0] in {"range", "from", "to"}]
        self._by = [pair for pair in window.params if pair[0] == "by"]
        self.action = url_for("usage.index")

    def _href(self, params: list[tuple[str, str]]) -> str:
        return f"{self.action}?{urlencode(params)}"

    @property
    def ranges(self) -> list[dict[str, Any]]:
        """Those that are offered; each is cut as suits it."""
        others = [*self._component, *self._zone, *self._order]
        return [
            {
                "label": f"Last {preset.label}",
                "href": self._href([("range", key), *others]),
                "current": key == self._window.preset,
            }
            for key, preset in PRESETS.items()
        ]

    @property
    def custom(self) -> dict[str, Any]:
        """The form for a range of one's own."""
        first, last = self._window.days
        return {
            "action": self.action,
            "hidden": [*self._component, *self._zone, *self._order],
            "name_from": "from",
            "name_to": "to",
            "value_from": first,
            "value_to": last,
        }

    @property
    def wider_href(self) -> str:
        """The longest range that is offered."""
        return self._href([("range", "18mo"), *self._component, *self._zone, *self._order])

    @property
    def granularities(self) -> list[dict[str, Any]]:
        """How the range can be cut."""
        others = [*self._component, *self._range, *self._zone, *self._order]
        return [
            {
                "label": f"By {one}",
                "href": self._href([*others, ("by", one)]),
                "current": one == self._window.granularity,
            }
            for one in self._window.granularities
        ]

    @property
    def zones(self) -> list[dict[str, Any]]:
        """UTC, the console's zone and the one that is chosen."""
        names = dict.fromkeys(["UTC", zone().key, self._window.zone.key])
        return [
            {"label": name, "href": self.zone_href(name), "current": name == self._window.zone.key}
            for name in names
        ]

    def zone_href(self, name: str) -> str:
        """The same in another zone."""
        others = [*self._component, *self._range, *self._by, *self._order]
        return self._href([*others, ("zone", name)])

    @property
    def kept(self) -> dict[str, list[tuple[str, str]]]:
        """What the forms for a component and for a zone carry along."""
        return {
            "component": [*self._range, *self._zone, *self._by, *self._order],
            "zone": [*self._component, *self._range, *self._by, *self._order],
        }

    @property
    def all_href(self) -> str:
        """All components."""
        return self._href([*self._range, *self._zone, *self._by, *self._order])

    def component_href(self, id_: str) -> str:
        """One component."""
        return self._href([("component", id_), *self._range, *self._zone, *self._by])

    @property
    def head(self) -> list[dict[str, Any]]:
        """The headings of the table of components."""
        others = [*self._range, *self._zone, *self._by]
        return [
            {
                "label": column.label,
                "numeric": column.numeric,
                "sort": ("descending" if self._sorted.descending else "ascending")
                if column == self._sorted.column
                else "none",
                "sort_href": self._href([*others, ("sort", self._next(column.key, column.numeric))])
                + "#components",
            }
            for column in COLUMNS
        ]

    def _next(self, key: str, numeric: bool) -> str:
        """What a click on a heading sorts by: the other way round where it is sorted by it already."""
        descending = not self._sorted.descending if key == self._sorted.column.key else numeric
        return f"-{key}" if descending else key
