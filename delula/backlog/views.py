"""The pages of the backlog: the stock of each recipe, and the videos that it is made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort

from delula.access.guard import requires
from delula.access.permissions import Permission
from delula.backlog import queries
from delula.backlog.cells import cells
from delula.backlog.charts import claims_chart
from delula.backlog.listing import LISTING
from delula.recipes.queries import suggest_recipes
from delula.search.times import written_period
from delula.web.list_views import ListViews, add_list
from delula.web.lists import place_of
from delula.web.masking import shown_json
from delula.web.references import hrefs_of
from delula.web.render import render, render_peek

if TYPE_CHECKING:
    from delula.db import AnyRow

#: Recipes that the table of stock shows; those in need stand first.
SHOWN_RECIPES = 100
#: Days of the chart.
CHART_DAYS = 28

blueprint = Blueprint("backlog", __name__, url_prefix="/backlog")
videos = Blueprint("backlog_videos", __name__, url_prefix="/backlog/videos")

add_list(
    videos,
    ListViews(
        LISTING,
        Permission.BACKLOG_READ,
        queries.list_rows,
        cells,
        queries.RESOLVERS,
        suggest=suggest_recipes,
    ),
)


@blueprint.get("/")
@requires(Permission.BACKLOG_READ)
def index() -> Response:
    """What lies ready of each recipe, those in need first."""
    now = datetime.now(UTC).replace(microsecond=0)
    since = (now - timedelta(days=CHART_DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return render(
        "backlog/index.html",
        backlog=queries.take_stock(now, SHOWN_RECIPES),
        minimum=queries.MINIMUM,
        claim_days=queries.CLAIM_DAYS,
        claims_period=written_period(now - timedelta(days=queries.CLAIM_DAYS), now),
        owner=queries.OWNER,
        chart=claims_chart(queries.claims_by_day(since, now), since, now),
        recipe_href=hrefs_of("recipes"),
    )


@videos.get("/<int:video_id>")
@requires(Permission.BACKLOG_READ)
def detail(video_id: int) -> Response:
    """One entry of the backlog."""
    video = _found(video_id)
    return render(
        "backlog/detail.html",
        **_shown(video),
        metadata=shown_json(video.metadata),
        user_href=hrefs_of("users"),
        owner=queries.OWNER,
        place=place_of(LISTING, queries.RESOLVERS, video.id),
    )


@videos.get("/<int:video_id>/peek")
@requires(Permission.BACKLOG_READ)
def peek(video_id: int) -> Response:
    """The essence of one entry, beside the list."""
    return render_peek("backlog/_peek.html", **_shown(_found(video_id)))


def _found(video_id: int) -> AnyRow:
    video = queries.find_video(video_id)
    if video is None:
        abort(404)
    return video


def _shown(video: AnyRow) -> dict[str, Any]:
    """What its page and its peek show."""
    return {
        "video": video,
        "variables": shown_json(video.recipe_variables),
        "recipe_href": hrefs_of("recipes"),
        "generation_href": hrefs_of("generations"),
    }
