"""The pages of components."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, url_for
from markupsafe import Markup

from delula.access.guard import requires
from delula.access.permissions import Permission
from delula.components import queries
from delula.components.cells import cells, naming, runs_href, tag_links
from delula.components.channels import inputs_of, outputs_of
from delula.components.detail import conflicts_of, figures_of, relations_of
from delula.components.graph import around
from delula.components.listing import LISTING
from delula.components.measured import period
from delula.components.picture import KINDS, cycles_of, kind_name, picture_of, stages_of, whole_graph
from delula.rollups import queries as rollups
from delula.search.lexer import written_value
from delula.web.list_views import ListViews, add_list
from delula.web.lists import id_of_path, place_of
from delula.web.references import hrefs_of
from delula.web.render import render, render_peek

if TYPE_CHECKING:
    from flask import Response

    from delula.db import AnyRow
    from delula.web.figures import Figure


blueprint = Blueprint("components", __name__, url_prefix="/components")

#: Components around one that its page draws.
MOST_AROUND = 40

add_list(
    blueprint,
    ListViews(LISTING, Permission.COMPONENTS_READ, queries.list_rows, cells, queries.RESOLVERS),
)


@blueprint.get("/graph")
@requires(Permission.COMPONENTS_READ)
def graph() -> Response:
    """What needs what, of all components, and the order in which they can run."""
    registered, dependencies = queries.nodes_and_edges()
    whole = whole_graph(registered, dependencies)
    return render(
        "components/graph.html",
        graph=whole,
        picture=picture_of(whole),
        kinds=KINDS,
        kind_name=kind_name,
        stages=stages_of(whole),
        cycles=cycles_of(whole),
        node_link=naming(),
        component_href=hrefs_of("components"),
    )


@blueprint.get("/<reference>")
@requires(Permission.COMPONENTS_READ)
def detail(reference: str) -> Response:
    """Everything about one component, by its component id."""
    component = _found(reference)
    registered, dependencies = queries.nodes_and_edges()
    whole = whole_graph(registered, dependencies)
    inputs, outputs = queries.channels(component.component_id)
    part = around(whole, component.component_id, MOST_AROUND)
    relations = [
        ("Needs", relations_of(whole, dependencies, component.component_id, forward=True)),
        ("Needed by", relations_of(whole, dependencies, component.component_id, forward=False)),
        ("Conflicts with", conflicts_of(whole, dependencies, component.component_id)),
    ]
    return render(
        "components/detail.html",
        component=component,
        inputs=inputs_of(inputs),
        outputs=outputs_of(outputs),
        relations=relations,
        circle=next(
            (cycle for cycle in cycles_of(whole) if component.component_id in {n.id for n in cycle}), []
        ),
        category_term=f"category:{written_value(component.category)}" if component.category else None,
        picture=picture_of(part, component.component_id),
        kinds=KINDS,
        kind_name=kind_name,
        is_cut=len(part.nodes) <= len({item.node.id for _, items in relations for item in items}),
        figures=_figures(component),
        last_runs=queries.last_runs(component.component_id),
        tag_links=Markup(tag_links(component.tags, url_for("components.index"))),  # noqa: S704 - escaped there
        runs_href=runs_href,
        node_link=naming(),
        component_href=hrefs_of("components"),
        usage_href=url_for("usage.index", component=component.component_id),
        execution_href=hrefs_of("executions"),
        place=place_of(LISTING, queries.RESOLVERS, component.component_id, component.name),
    )


@blueprint.get("/<reference>/peek")
@requires(Permission.COMPONENTS_READ)
def peek(reference: str) -> Response:
    """The essence of one component, beside the list."""
    component = _found(reference)
    inputs, outputs = queries.channels(component.component_id)
    return render_peek(
        "components/_peek.html",
        component=component,
        inputs=inputs_of(inputs),
        outputs=outputs_of(outputs),
        figures=_figures(component),
        tag_links=Markup(tag_links(component.tags, url_for("components.index"))),  # noqa: S704 - as above
        component_href=hrefs_of("components"),
    )


def _found(reference: str) -> AnyRow:
    component = queries.find(id_of_path(reference))
    if component is None:
        abort(404)
    return component


def _figures(component: AnyRow) -> list[Figure]:
    """How a component fared in the last days."""
    id_ = component.component_id
    return figures_of(
        rollups.usage_summary(id_, *period()), component.estimated_processing_time, runs_href, id_
    )
