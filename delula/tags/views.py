"""The pages of tags."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, url_for

from delula.access.guard import here, requires
from delula.access.permissions import Permission
from delula.search.times import written_period
from delula.tags import queries
from delula.tags.actions import BULK, CREATE
from delula.tags.cells import GRAVE, PROBLEMS, cells, group_of, problem_tag
from delula.tags.deeds import deeds
from delula.tags.listing import LISTING
from delula.tags.queries import CENSUS, TRENDS, UNUSED, Problem
from delula.web.charts import Point, bar_chart, names
from delula.web.display import MONTHS
from delula.web.list_views import ListViews, add_list
from delula.web.lists import in_filter, place_of
from delula.web.references import hrefs_of
from delula.web.render import render, render_part, render_peek
from delula.web.tags import dangling_chip, swatch, tag_chip

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from delula.db import AnyRow
    from delula.web.charts import Chart

blueprint = Blueprint("tags", __name__, url_prefix="/tags")

add_list(
    blueprint,
    ListViews(
        LISTING,
        Permission.TAGS_READ,
        queries.list_rows,
        cells,
        {},
        heading=group_of,
        bulk=[command.name for command in BULK],
        create=CREATE.name,
    ),
)


@blueprint.get("/summary")
@requires(Permission.TAGS_READ)
def summary() -> Response:
    """What is wrong in the whole catalogue: the way to each problem."""
    census, index = CENSUS.get(), url_for("tags.index")
    items = [
        {
            "label": PROBLEMS[problem].counted,
            "count": len(census.problems[problem]),
            "href": f"{index}?q=problem:{problem}",
            "grave": problem in GRAVE,
        }
        for problem in Problem
    ]
    gone = {
        "label": "id without a tag" if len(census.dangling) == 1 else "ids without a tag",
        "count": len(census.dangling),
        "href": url_for("tags.dangling"),
        "grave": True,
    }
    beside = {"label": "Option icons", "href": url_for("option_icons.index")}
    return render_part(
        "tags/_summary.html",
        "Problems of all tags",
        label="Problems of all tags",
        items=[*items, gone],
        beside=beside,
    )


@blueprint.get("/dangling")
@requires(Permission.TAGS_READ)
def dangling() -> Response:
    """The ids that recipes carry and that no tag has."""
    return render(
        "tags/dangling.html",
        found=queries.dangling(),
        shown=queries.SHOWN_CARRIERS,
        chip=dangling_chip,
        recipe_href=hrefs_of("recipes"),
    )


@blueprint.get("/<int:tag_id>")
@requires(Permission.TAGS_READ)
def detail(tag_id: int) -> Response:
    """Everything about one tag."""
    tag = _found(tag_id)
    census = CENSUS.get()
    use = census.uses.get(tag_id, UNUSED)
    recipes, former = queries.around(tag_id)
    return render(
        "tags/detail.html",
        tag=tag,
        use=use,
        problems=_problems(tag_id),
        alike=queries.named(census.alike.get(tag_id, ())),
        siblings=queries.siblings(tag),
        recipes=recipes,
        trend=_trend_chart(tag_id, recipes),
        chip=tag_chip,
        swatch=swatch,
        tag_href=hrefs_of("tags"),
        recipe_href=hrefs_of("recipes"),
        recipes_href=f"{url_for('recipes.index')}?q=tag:{in_filter(tag.name or tag.id)}",
        group=group_of(tag),
        group_href=_group_href(tag),
        place=place_of(LISTING, {}, tag_id, tag.group),
        former_names=former,
        deeds=deeds(tag, here()),
    )


@blueprint.get("/<int:tag_id>/peek")
@requires(Permission.TAGS_READ)
def peek(tag_id: int) -> Response:
    """The essence of one tag, beside the list."""
    tag = _found(tag_id)
    return render_peek(
        "tags/_peek.html",
        tag=tag,
        use=CENSUS.get().uses.get(tag_id, UNUSED),
        problems=_problems(tag_id),
        recipes=queries.recipes_with(tag_id),
        chip=tag_chip,
        swatch=swatch,
        recipe_href=hrefs_of("recipes"),
    )


def _found(tag_id: int) -> AnyRow:
    tag = queries.find(tag_id)
    if tag is None:
        abort(404)
    return tag


def _problems(tag_id: int) -> list[dict[str, Any]]:
    index = url_for("tags.index")
    return [
        {"badge": problem_tag(problem, f"{index}?q=problem:{problem}"), "meaning": PROBLEMS[problem].meaning}
        for problem in CENSUS.get().problems_of(tag_id)
    ]


def _group_href(tag: AnyRow) -> str:
    """The list of the tags that stand together with this one."""
    if not tag.is_hidden:
        query = "hidden:no"
    elif tag.namespace is None:
        query = "hidden:yes namespace:none"
    else:
        query = f"namespace:{in_filter(tag.namespace)}"
    return f"{url_for('tags.index')}?q={query}"


def _trend_chart(tag_id: int, recipes: Sequence[AnyRow]) -> Chart:
    """Generations of its recipes by week; each bar leads to them where the page knows all its recipes."""
    trends = TRENDS.get()
    ids = ",".join(str(recipe.id) for recipe in recipes)
    index = url_for("generations.index")

    def href(number: int) -> str | None:
        if not recipes or len(recipes) == queries.SHOWN_RECIPES:
            return None
        start = trends.weeks[number]
        period = written_period(start, start + timedelta(weeks=1))
        return f"{index}?{urlencode({'q': f'recipe:{ids} created:{period}'})}"

    return bar_chart(
        "Generations by week",
        "Of all recipes that carry it, by the day on which the week ends; the last one ends today (UTC).",
        [
            Point(_last_day(week), count, href(number))
            for number, (week, count) in enumerate(zip(trends.weeks, trends.of(tag_id), strict=True))
        ]
        if trends.counted and recipes
        else [],
        x=names("Week to"),
        label="Generations",
        empty="No recipe carries it." if trends.counted else "Generations have not been summed up yet.",
    )


def _last_day(week: datetime) -> str:
    """The day on which a week ends that begins then: `24 Nov`."""
    last = week + timedelta(days=6)
    return f"{last.day} {MONTHS[last.month]}"
