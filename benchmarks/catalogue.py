"""The requests of recipes, tags, samples and option icons."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sqlalchemy import func, select

from benchmarks.case import Case
from delula.db import session
from delula.models import Recipe, RecipeOptionTagIcon, RecipeSample, Tag, TagNamespace
from delula.option_icons.listing import LISTING as OPTION_ICONS
from delula.recipes.listing import LISTING as RECIPES
from delula.recipes.listing import PROBLEMS
from delula.recipes.performance import RANGES
from delula.samples.listing import LISTING as SAMPLES
from delula.tags.listing import LISTING as TAGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delula.lists import ListSpec


def catalogue_cases() -> Iterator[Case]:
    """The lists, their sorts and fragments, and the page of one of each; what is not there is left out."""
    tag = session().execute(select(func.min(Tag.id)).where(Tag.is_hidden)).scalar()
    sample = session().execute(select(func.min(RecipeSample.id))).scalar()
    key = session().execute(select(func.min(RecipeOptionTagIcon.id))).scalar()
    recipe = session().execute(select(func.min(Recipe.id))).scalar()
    yield from _list_cases(
        RECIPES,
        "/recipes/",
        "lava",
        "prompt:knife",
        "tag:viral",
        "-tag:category:video",
        "missing:category",
        *(f"problem:{problem}" for problem in PROBLEMS),
        "provider:fal",
        "active:yes usage:>1000",
    )
    if recipe is not None:
        yield Case("Recipes", "one recipe", f"/recipes/{recipe}")
        yield Case("Recipes", "peek", f"/recipes/{recipe}/peek", fragment=True)
        yield Case("Recipes", "form", f"/recipes/{recipe}/edit")
        yield Case("Recipes", "form of a new one", "/recipes/new")
        yield Case("Recipes", "history", f"/recipes/{recipe}/history")
        yield Case("Recipes", "tags for the form", "/recipes/tags?q=v", fragment=True)
        yield Case("Recipes", "health", "/recipes/health/")
        for command in ("recipes.deactivate", "recipes.set_cost", "recipes.duplicate"):
            yield Case("Recipes", command, f"/commands/{command}?id={recipe}")
        for range_ in RANGES:
            path = f"/recipes/{recipe}/performance?range={range_}"
            yield Case("Recipes", f"how it does, {range_}", path, fragment=True)
    yield from _list_cases(TAGS, "/tags/", "hidden:yes", "problem:unused", "problem:near_duplicate", "video")
    yield Case("Tags", "ids without a tag", "/tags/dangling")
    yield Case("Tags", "namespaces", "/tags/namespaces/")
    namespace = session().execute(select(func.min(TagNamespace.name))).scalar()
    if namespace is not None:
        yield Case("Tags", "one namespace", f"/tags/namespaces/{namespace}")
    if tag is not None:
        yield Case("Tags", "one tag", f"/tags/{tag}")
        yield Case("Tags", "peek", f"/tags/{tag}/peek", fragment=True)
        for command in ("tags.merge", "tags.edit", "tags.deactivate"):
            yield Case("Tags", command, f"/commands/{command}?id={tag}")
    yield from _list_cases(
        SAMPLES, "/samples/", "status:pending", "-status:pending,approved,rejected", "axolotl"
    )
    if sample is not None:
        yield Case("Samples", "one sample", f"/samples/{sample}")
        yield Case("Samples", "peek", f"/samples/{sample}/peek", fragment=True)
    yield from _list_cases(OPTION_ICONS, "/option-icons/", "problem:unused")
    yield Case("Option icons", "options without an icon", "/option-icons/~without")
    if key:
        yield Case("Option icons", "one option icon", f"/option-icons/{key}")


def _list_cases(spec: ListSpec, path: str, *queries: str) -> Iterator[Case]:
    for view in spec.views:
        yield Case(spec.title, view, f"{path}?{urlencode({'view': view})}")
    for sort in spec.sorts:
        order = f"-{sort.key}" if sort.descending_first else sort.key
        yield Case(spec.title, f"by {sort.key}", f"{path}?{urlencode({'sort': order})}")
    for query in queries:
        yield Case(spec.title, query, f"{path}?{urlencode({'q': query})}")
    for fragment in ("facets", "count", *(("summary",) if spec.summary else ())):
        yield Case(spec.title, fragment, f"{path}{fragment}", fragment=True)
