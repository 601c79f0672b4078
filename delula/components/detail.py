"""What the page of one component says of those around it and of how it fares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from delula.components.graph import Graph, Node, reach
from delula.components.measured import DAYS
from delula.components.picture import look_of
from delula.usage.links import CHARGED, OWNED, SLOWEST_FIRST, TIMED
from delula.web.display import grouped, span
from delula.web.figures import Figure, rate, rate_figure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from delula.db import AnyRow
    from delula.rollups.queries import Usage


@dataclass(frozen=True, slots=True)
class Relation:
    """How another component stands to this one.

    Attributes:
        node: the other one.
        kind: of the dependency, as the database has it; None where it says nothing, or leads over others.
        description: of the dependency, where somebody wrote one.
        distance: 1 for a dependency of its own, more where others stand between.
    """

    node: Node
    kind: str | None = None
    description: str | None = None
    distance: int = 1


def relations_of(
    graph: Graph, dependencies: Sequence[AnyRow], component_id: str, *, forward: bool
) -> list[Relation]:
    """What a component depends on (`forward`) or what depends on it: directly, then over others."""
    known = {node.id: node for node in graph.nodes}
    direct = [
        Relation(known[other], row.dependency_type, row.description)
        for row in dependencies
        for here, other in [_ends(row, forward=forward)]
        if here == component_id and look_of(row.dependency_type) != "conflicts"
    ]
    distances = reach(graph, component_id, forward=forward)
    further = [
        Relation(known[id_], distance=distance)
        for id_, distance in sorted(distances.items(), key=lambda item: (item[1], item[0]))
        if distance > 1 and id_ != component_id
    ]
    return [*direct, *further]


def conflicts_of(graph: Graph, dependencies: Sequence[AnyRow], component_id: str) -> list[Relation]:
    """What a component cannot stand beside, whichever of the two says so."""
    known = {node.id: node for node in graph.nodes}
    return [
        Relation(known[other], row.dependency_type, row.description)
        for row in dependencies
        for here, other in (_ends(row, forward=True), _ends(row, forward=False))
        if here == component_id and look_of(row.dependency_type) == "conflicts"
    ]


def _ends(row: AnyRow, *, forward: bool) -> tuple[str, str]:
    ends: tuple[str, str] = (row.component_id, row.depends_on_component_id)
    return ends if forward else ends[::-1]


def figures_of(
    usage: Usage, estimate: int | None, runs_href: Callable[..., str], component_id: str
) -> list[Figure]:
    """How a component fared in the last days, and how its time stands against the estimate, in seconds."""
    found = rate(usage.succeeded, usage.finished)
    half, most = usage.times.p50, usage.times.p95
    period = f"in {DAYS} days"
    return [
        Figure("Runs", grouped(usage.executions), href=runs_href(component_id, measured=True), note=period),
        rate_figure(
            "Succeeded", found, href=runs_href(component_id, "success:yes", measured=True) if found else None
        ),
        Figure(
            "Failed",
            grouped(usage.failed) if found else None,
            href=runs_href(component_id, "success:no", measured=True) if found else None,
            note=period,
        ),
        Figure(
            "Takes, p50",
            None if half is None else span(half / 1000),
            href=None if half is None else runs_href(component_id, TIMED, measured=True) + SLOWEST_FIRST,
            note=", ".join(
                [
                    *([] if most is None else [f"p95 {span(most / 1000)}"]),
                    "no estimate" if estimate is None else f"estimate {span(estimate)}",
                ]
            ),
        ),
        Figure(
            "Users", grouped(usage.users), href=runs_href(component_id, OWNED, measured=True), note=period
        ),
        Figure(
            "Credits",
            grouped(usage.credits),
            href=runs_href(component_id, CHARGED, measured=True),
            note=period,
        ),
    ]
