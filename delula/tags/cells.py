"""The cells of the list of tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from delula.tags.queries import Problem
from delula.web.charts import sparkline
from delula.web.display import MISSING, escape, flag_tag, grouped, time_tag
from delula.web.lists import in_filter
from delula.web.tables import Cell, text
from delula.web.tags import swatch, tag_chip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.tags.queries import TagRow
    from delula.web.lists import ListPage


@dataclass(frozen=True)
class Wording:
    """How a problem is spoken of: of one tag, behind the number of all, and what it means."""

    label: str
    counted: str
    meaning: str


PROBLEMS: Mapping[Problem, Wording] = {
    Problem.UNUSED: Wording("Unused", "unused", "No recipe carries it"),
    Problem.INACTIVE_IN_USE: Wording(
        "Inactive, in use", "inactive, but in use", "It is switched off, and recipes still carry it"
    ),
    Problem.CONVENTION: Wording(
        "Off convention", "off convention", "A hidden tag should be called namespace:value"
    ),
    Problem.NEAR_DUPLICATE: Wording(
        "Near-duplicate", "near-duplicates", "Another tag has nearly the same name"
    ),
}
#: Those that change what the product shows or finds; the others are untidy.
GRAVE = frozenset({Problem.INACTIVE_IN_USE, Problem.CONVENTION})


def problem_tag(problem: Problem, href: str) -> Markup:
    """One problem, as a link to all tags that have it."""
    words, tone = PROBLEMS[problem], "warning" if problem in GRAVE else "neutral"
    look = f'class="badge {tone}" href="{escape(href)}" title="{escape(words.meaning)}"'
    return Markup(f"<a {look}>{escape(words.label)}</a>")  # noqa: S704 - escaped


def group_of(row: Any) -> str:
    """The group that a tag, or a row of the list, belongs to."""
    tag = getattr(row, "tag", row)
    if not tag.is_hidden:
        return "Public tags"
    return "Hidden, without a namespace" if tag.namespace is None else f"Hidden, {tag.namespace}:"


def cells() -> Mapping[str, Cell]:
    """One cell for each column."""
    return _CELLS


def _name(row: TagRow, listed: ListPage) -> str:
    tag = row.tag
    return (
        f'<a class="lead" href="{escape(listed.detail_href(tag.id))}" data-lead>'
        f"{tag_chip(tag.name, tag.color, hidden=tag.is_hidden)}</a>"
    )


def _problems(row: TagRow, listed: ListPage) -> str:
    return "".join(problem_tag(problem, f"{listed.action}?q=problem:{problem}") for problem in row.problems)


def _recipes(row: TagRow, listed: ListPage) -> str:  # noqa: ARG001 - a cell's shape
    use = row.use
    if use.active == use.recipes:
        return grouped(use.recipes)
    return f'<span title="{grouped(use.active)} of them active">{grouped(use.recipes)}</span>'


def _namespace(row: TagRow, listed: ListPage) -> str:
    if row.tag.namespace is None:
        return MISSING
    href = f"{listed.action}?q=namespace:{in_filter(row.tag.namespace)}"
    return f'<a href="{escape(href)}"><bdi>{escape(row.tag.namespace)}</bdi></a>'


def _trend(row: TagRow, listed: ListPage) -> str:  # noqa: ARG001 - a cell's shape
    if not row.trend or not any(row.trend):
        return MISSING
    return sparkline(row.trend, f"{grouped(sum(row.trend))} generations of its recipes in 8 weeks")


_CELLS: Mapping[str, Cell] = {
    "name": Cell(_name),
    "problems": Cell(_problems, "badges"),
    "recipes": Cell(_recipes, "number"),
    "usage": Cell(lambda row, _: grouped(row.use.usage), "number"),
    "used": Cell(lambda row, _: time_tag(row.use.last_used_at)),
    "trend": Cell(_trend),
    "color": Cell(lambda row, _: swatch(row.tag.color)),
    "state": Cell(lambda row, _: flag_tag(row.tag.is_active, "Active", "Inactive")),
    "description": Cell(lambda row, _: text(row.tag.description), "wide"),
    "namespace": Cell(_namespace),
    "created": Cell(lambda row, _: time_tag(row.tag.created_at)),
    "id": Cell(lambda row, _: str(row.id), "id"),
}
