"""The page of the queue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for

from delula.access.guard import requires
from delula.access.permissions import Permission
from delula.errors import InvalidInput
from delula.generations.terms import RAN, WAITED
from delula.queue import queries
from delula.queue.charts import queue_charts
from delula.rollups import queries as rollups
from delula.search.times import written_period
from delula.web.lists import zone
from delula.web.references import hrefs_of
from delula.web.render import render

#: Ranges of the charts, by their name in the URL: label and length.
RANGES = {
    "24h": ("Last 24 hours", timedelta(hours=24)),
    "7d": ("Last 7 days", timedelta(days=7)),
    "30d": ("Last 30 days", timedelta(days=30)),
}
#: What the drain estimate takes for the present pace.
PACE = timedelta(hours=1)
#: Recipes in the table; the fullest stand first.
SHOWN_RECIPES = 100

blueprint = Blueprint("queue", __name__, url_prefix="/queue")


def _range() -> str:
    """The range of the charts that the request asks for."""
    chosen = request.args.get("range", "24h")
    if chosen not in RANGES:
        raise InvalidInput("range", f"choose one of {', '.join(RANGES)}.")
    return chosen


@blueprint.get("/")
@requires(Permission.QUEUE_READ)
def index() -> Response:
    """What waits and runs now."""
    now = datetime.now(UTC).replace(microsecond=0)
    unfinished = queries.unfinished()
    load = queries.load_of(unfinished, now)
    pace = queries.pace_between(now - PACE, now)
    stuck = sorted((one for one in unfinished if one.is_stuck(now)), key=lambda one: (one.started_at, one.id))
    return render(
        "queue/index.html",
        load=load,
        is_capped=len(unfinished) > queries.MOST_UNFINISHED,
        recipes=queries.loads_by_recipe(unfinished, now)[:SHOWN_RECIPES],
        providers=queries.loads_by_provider(unfinished, now),
        stuck=stuck[: queries.MOST_STUCK],
        pace=pace,
        pace_period=written_period(now - PACE, now),
        drain=load.pending / pace.finished * PACE.total_seconds() if pace.finished else None,
        past_href=url_for("queue.past", range=_range()),
        now=now,
        recipe_href=hrefs_of("recipes"),
        provider_href=hrefs_of("providers"),
        generation_href=hrefs_of("generations"),
    )


@blueprint.get("/past")
@requires(Permission.QUEUE_READ)
def past() -> Response:
    """How it went, over a range: a fragment of the page, since it takes longer than what is there now."""
    chosen = _range()
    now = datetime.now(UTC).replace(microsecond=0)  # links to what is behind a number know whole seconds
    start = now - RANGES[chosen][1]
    index, generations = url_for("queue.index"), url_for("generations.index")
    period = f"created:{written_period(start, now)}"
    return render(
        "queue/past.html",
        "queue/_past.html",
        past=rollups.generation_summary(None, start, now),
        waits_href=f"{generations}?{urlencode({'q': f'{WAITED} {period}'})}",
        runs_href=f"{generations}?{urlencode({'q': f'{RAN} {period}', 'sort': '-duration'})}",
        charts=queue_charts(start, now, zone()),
        as_of=rollups.as_of(),
        ranges=[
            {"label": label, "href": f"{index}?range={key}#past", "current": key == chosen}
            for key, (label, _) in RANGES.items()
        ],
    )
