"""The cells of the list of components."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for
from markupsafe import Markup

from delula.components.graph import Node, State
from delula.components.measured import period
from delula.search.times import written_period
from delula.web.display import (
    MISSING,
    badge_tag,
    copyable_tag,
    escape,
    flag_tag,
    grouped,
    lead_tag,
    span,
    time_tag,
)
from delula.web.figures import rate
from delula.web.lists import in_filter, value_href
from delula.web.references import hrefs_of
from delula.web.tables import Cell, link, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from delula.web.lists import ListPage


def runs_href(component_id: str, terms: str = "", *, measured: bool = False) -> str:
    """The executions of a component.

    Args:
        component_id: of which component.
        terms: further terms of the filter, as they stand in an address.
        measured: only those of the days over which components are measured.
    """
    parts = [f"component:{in_filter(component_id)}", *([terms] if terms else [])]
    if measured:
        parts.append(f"created:{written_period(*period())}")
    return f"{url_for('executions.index')}?q={'+'.join(parts)}"


def off_estimate(estimate: float | None, measured: float | None) -> str | None:
    """How far a measured time is from its estimate; None up to half as much again, or half as little."""
    if measured is None or not estimate or estimate < 0:
        return None
    times = measured / estimate
    if times >= 1.5:
        return f"{times:.1f} times the estimate"
    return f"{round(times * 100)} % of the estimate" if times <= 0.5 else None


def naming() -> Callable[[Node], Markup]:
    """How components are named and linked where others refer to them: in a graph by the thousand.

    Returns:
        A function of a component: a link to its page, and its state where that is worth a word.
    """
    href = hrefs_of("components")

    def name(node: Node) -> Markup:
        shown = escape(node.name.strip() or node.id.strip() or "Unnamed component")
        if node.state is State.MISSING:
            title = "No component is registered under this id"
            note = badge_tag("Not registered", "warning")
            return Markup(f'<span class="gone" title="{title}"><bdi>{shown}</bdi></span> {note}')  # noqa: S704 - escaped
        badge = f" {badge_tag('Inactive')}" if node.state is State.INACTIVE else ""
        return Markup(f'<a class="link" href="{escape(href(node.id))}"><bdi>{shown}</bdi></a>{badge}')  # noqa: S704 - as above

    return name


def cells() -> Mapping[str, Cell]:
    """The cells of the list."""
    return _CELLS


def _lead(row: Any, listed: ListPage) -> str:
    return lead_tag(row.name or row.id or "Unnamed component", listed.detail_href(row.id))


def _measured(row: Any, _: ListPage) -> str:
    if row.seconds is None:
        return MISSING
    off = off_estimate(row.estimated_processing_time, row.seconds)
    shown = escape(span(row.seconds))
    return f'<span class="off" title="{off}">{shown}</span>' if off else shown


def _runs(row: Any, _: ListPage) -> str:
    if not row.executions:
        return "0"
    return f'<a href="{escape(runs_href(row.id, measured=True))}">{grouped(row.executions)}</a>'


def _rate(row: Any, _: ListPage) -> str:
    found = rate(row.succeeded or 0, row.finished or 0)
    if found is None:
        return '<span class="missing" title="No run has finished in these days">no data</span>'
    few = ' class="faint"' if found.few else ""
    href = escape(runs_href(row.id, "success:no", measured=True))
    title = f"{found.interval}, n = {grouped(found.n)}; shows the failed ones"
    return f'<a{few} href="{href}" title="{title}">{found.text}</a>'


def _tags(row: Any, listed: ListPage) -> str:
    return tag_links(row.tags, listed.action)


def tag_links(tags: Sequence[str | None] | None, action: str) -> str:
    """Tags as links to all components with the same; a dash for none."""
    return " ".join(_tag_link(tag, action) for tag in tags or () if tag) or MISSING


def _tag_link(tag: str, action: str) -> str:
    href = value_href(action, "tag", tag)
    return link(href, tag, classes="badge neutral") if href else badge_tag(tag)


def _seconds(value: float | None) -> str:
    return MISSING if value is None else span(value)


_CELLS: Mapping[str, Cell] = {
    "name": Cell(_lead, "cut"),
    "active": Cell(lambda row, _: flag_tag(row.is_active, "Active", "Inactive")),
    "category": Cell(lambda row, _: text(row.category)),
    "version": Cell(lambda row, _: text(row.version)),
    "cost": Cell(lambda row, _: MISSING if row.credit_cost is None else grouped(row.credit_cost), "number"),
    "estimate": Cell(lambda row, _: _seconds(row.estimated_processing_time), "number"),
    "measured": Cell(_measured, "number"),
    "runs": Cell(_runs, "number"),
    "rate": Cell(_rate, "number"),
    "tags": Cell(_tags, "wide"),
    "id": Cell(lambda row, _: copyable_tag(row.id)),
    "description": Cell(lambda row, _: text(row.description), "wide"),
    "created": Cell(lambda row, _: time_tag(row.created_at)),
    "updated": Cell(lambda row, _: time_tag(row.updated_at)),
}
