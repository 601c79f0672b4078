"""The first page: what needs attention now, the figures beside it, and the charts that come after."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, url_for

from delula.access.guard import may, requires
from delula.access.permissions import Permission
from delula.backlog import queries as backlog
from delula.health.queries import HEALTH
from delula.home import charts, findings, queries
from delula.home.findings import Link
from delula.queue import queries as queue
from delula.review import queries as review
from delula.rollups import queries as rollups
from delula.web.lists import zone
from delula.web.render import render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from delula.home.findings import Finding
    from delula.web.charts import Chart
    from delula.web.figures import Figure

log = logging.getLogger("delula.home")

blueprint = Blueprint("home", __name__)


@dataclass(frozen=True)
class Seen:
    """What one look has found.

    Attributes:
        findings: what needs attention.
        figures: what is shown beside.
    """

    findings: Sequence[Finding] = ()
    figures: Sequence[Figure] = ()


@dataclass
class Overview:
    """What all looks have found.

    Attributes:
        findings: what needs attention, the gravest first.
        figures: what is shown beside.
        fine: what needs none, by name and address.
        failed: what could not be looked at, by name and address.
    """

    findings: list[Finding] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    fine: list[Link] = field(default_factory=list)
    failed: list[Link] = field(default_factory=list)


@dataclass(frozen=True)
class _Look:
    """One thing that is looked at, alone: when it fails, the others stand.

    Attributes:
        name: of what is looked at.
        endpoint: the page that tells more.
        permission: who may see it.
        look: looks, at a time.
    """

    name: str
    endpoint: str
    permission: Permission
    look: Callable[[datetime], Seen]


def _seen(found: Iterable[Finding] = (), figures: Iterable[Figure] = ()) -> Seen:
    return Seen(list(found), list(figures))


def _queue(now: datetime) -> Seen:
    load, index = queue.load_of(queue.unfinished(), now), url_for("generations.index")
    return _seen(findings.queue_findings(load, now, index), findings.queue_figures(load, now, index))


def _failures(_now: datetime) -> Seen:
    counted, index = queries.FAILURES.get(), url_for("generations.index")
    return _seen(
        findings.failure_findings(counted, index, queries.recipe_names),
        findings.failure_figures(counted, index),
    )


def _runs(_now: datetime) -> Seen:
    counted, index = queries.RUNS.get(), url_for("executions.index")
    return _seen(findings.run_findings(counted, index), findings.run_figures(counted, index))


def _stock(_now: datetime) -> Seen:
    return _seen(findings.stock_findings(queries.STOCK.get(), backlog.MINIMUM, url_for("backlog.index")))


def _recipes(_now: datetime) -> Seen:
    page = url_for("health.index")
    return _seen(findings.catalogue_findings(HEALTH.get(), "recipe", "Problems with recipes", page))


def _tags(_now: datetime) -> Seen:
    page = url_for("health.index")
    return _seen(findings.catalogue_findings(HEALTH.get(), "tag", "Problems with tags", page))


def _samples(now: datetime) -> Seen:
    waiting, oldest = queries.samples_waiting()
    return _seen(findings.sample_findings(waiting, oldest, now, url_for("samples.index")))


def _review(_now: datetime) -> Seen:
    waiting = review.waiting(queries.MOST_COUNTED)
    return _seen(findings.review_findings(waiting.open, waiting.escalated, url_for("review.index")))


def _uploads(_now: datetime) -> Seen:
    return _seen(figures=findings.upload_figures(queries.UPLOADS.get(), url_for("assets.index")))


def _credits(_now: datetime) -> Seen:
    return _seen(figures=findings.ledger_figures(queries.LEDGER.get(), url_for("credits.index")))


def _sums(now: datetime) -> Seen:
    return _seen(findings.rollup_findings(rollups.as_of(), now, url_for("queue.index", _anchor="past")))


_LOOKS = (
    _Look("Queue", "queue.index", Permission.QUEUE_READ, _queue),
    _Look("Failures", "generations.index", Permission.GENERATIONS_READ, _failures),
    _Look("Components", "components.index", Permission.COMPONENTS_READ, _runs),
    _Look("Stock", "backlog.index", Permission.BACKLOG_READ, _stock),
    _Look("Recipes", "recipes.index", Permission.RECIPES_READ, _recipes),
    _Look("Tags", "tags.index", Permission.TAGS_READ, _tags),
    _Look("Samples", "samples.index", Permission.SAMPLES_READ, _samples),
    _Look("Review", "review.index", Permission.REVIEW_READ, _review),
    _Look("Uploads", "assets.index", Permission.ASSETS_READ, _uploads),
    _Look("Credits", "credits.index", Permission.CREDITS_READ, _credits),
    _Look("Sums", "queue.index", Permission.QUEUE_READ, _sums),
)


def look_around(now: datetime) -> Overview:
    """Look at everything that the person may see."""
    overview = Overview()
    for one in _LOOKS:
        if not may(one.permission):
            continue
        link = Link(one.name, url_for(one.endpoint))
        try:
            seen = one.look(now)
        except Exception:  # whatever it is: the other looks are worth as much as before
            log.exception("home could not look at %s", one.name.lower())
            overview.failed.append(link)
            continue
        overview.findings += seen.findings
        overview.figures += seen.figures
        if not seen.findings:
            overview.fine.append(link)
    order = list(findings.GRAVITY)
    overview.findings.sort(key=lambda found: order.index(found.tone))
    return overview


@blueprint.get("/")
@requires(Permission.SIGNED_IN)
def index() -> Response:
    """What needs attention now."""
    return render("home/index.html", overview=look_around(datetime.now(UTC)))


@blueprint.get("/home/charts")
@requires(Permission.SIGNED_IN)
def past() -> Response:
    """How it went: a fragment of the page, since it takes longer than what is there now."""
    drawn: list[Chart] = []
    if may(Permission.GENERATIONS_READ):
        drawn += charts.generation_charts(zone(), url_for("generations.index"))
    if may(Permission.CREDITS_READ):
        drawn += charts.ledger_charts(zone(), url_for("credits.index"))
    return render("home/charts.html", "home/_charts.html", charts=drawn, as_of=rollups.as_of())
