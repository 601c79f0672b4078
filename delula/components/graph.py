"""What needs what: the graph of components, the order in which they can run, and its cycles.

Nothing here knows of pages or of the database. An edge leads from a component to one that it depends on. All
kinds of dependency but `conflicts` say that one runs before the other; so does a kind that no document
lists, since its row stands in the table of dependencies after all.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from delula.models.enums import DependencyType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


class State(StrEnum):
    """How a component stands."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    MISSING = "missing"  # something depends on it, but no such component is registered


@dataclass(frozen=True, slots=True)
class Node:
    """A component, by its `component_id`."""

    id: str
    name: str
    state: State = State.ACTIVE


@dataclass(frozen=True, slots=True)
class Edge:
    """One dependency.

    Attributes:
        source: what depends.
        target: what it depends on.
        kind: as the database has it; None where it says nothing.
    """

    source: str
    target: str
    kind: str | None = None

    @property
    def is_ordering(self) -> bool:
        """Whether the target runs before the source."""
        return self.kind != DependencyType.CONFLICTS


@dataclass(frozen=True, slots=True)
class Graph:
    """Components and their dependencies; made by `graph_of`, which leaves no edge without its two nodes."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Components that can run once all earlier steps are done.

    Attributes:
        number: from 1.
        groups: what stands in it; more than one component in a group is a cycle, which has no order inside.
    """

    number: int
    groups: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Order:
    """In which order the components of a graph can run.

    Attributes:
        steps: the steps, those without dependencies first.
        cycles: the groups that depend on themselves, each in the order of its steps.
    """

    steps: tuple[Step, ...]
    cycles: tuple[tuple[str, ...], ...]

    @property
    def sequence(self) -> list[str]:
        """All components, dependencies first."""
        return [id_ for step in self.steps for group in step.groups for id_ in group]


def graph_of(nodes: Iterable[Node], edges: Iterable[Edge]) -> Graph:
    """A graph in one settled order, with a node for every reference to a component that is not registered."""
    known = {node.id: node for node in nodes}
    kept = sorted(set(edges), key=lambda edge: (edge.source, edge.target, edge.kind or ""))
    for id_ in (end for edge in kept for end in (edge.source, edge.target)):
        known.setdefault(id_, Node(id_, id_, State.MISSING))
    return Graph(tuple(known[id_] for id_ in sorted(known)), tuple(kept))


@lru_cache(maxsize=64)
def order_of(graph: Graph) -> Order:
    """The order in which a graph's components can run."""
    before = _ordering(graph)
    level: dict[str, int] = {}
    groups: dict[int, list[tuple[str, ...]]] = defaultdict(list)
    cycles = []
    for group in _groups([node.id for node in graph.nodes], before):
        members = set(group)
        outside = [level[id_] for member in group for id_ in before[member] if id_ not in members]
        number = max(outside, default=0) + 1
        level.update(dict.fromkeys(group, number))
        groups[number].append(group)
        if len(group) > 1 or group[0] in before[group[0]]:
            cycles.append(group)
    steps = tuple(Step(number, tuple(sorted(groups[number]))) for number in sorted(groups))
    return Order(steps, tuple(cycles))


def _ordering(graph: Graph) -> dict[str, list[str]]:
    """What runs before each component, directly."""
    before: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    for edge in graph.edges:
        if edge.is_ordering and edge.target not in before[edge.source]:
            before[edge.source].append(edge.target)
    return before


def _groups(ids: Sequence[str], before: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """The strongly connected groups, what runs before others first (Kosaraju's way, without recursion)."""
    after: dict[str, list[str]] = {id_: [] for id_ in ids}
    for id_ in ids:
        for earlier in before[id_]:
            after[earlier].append(id_)
    finished: list[str] = []
    _visit(ids, after, finished.append)
    groups: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for start in reversed(finished):
        group: list[str] = []
        _visit([start], before, group.append, seen)
        if group:
            # The walk notes a component when it leaves it: turned round, each leads to the next.
            groups.append(tuple(reversed(group)))
    return groups


def _visit(
    starts: Iterable[str],
    neighbours: Mapping[str, Sequence[str]],
    note: Callable[[str], None],
    seen: set[str] | None = None,
) -> None:
    """Walk depth first from each start over what was not seen, and note each component on leaving it."""
    seen = set() if seen is None else seen
    for start in starts:
        if start in seen:
            continue
        seen.add(start)
        path = [(start, iter(neighbours[start]))]
        while path:
            id_, others = path[-1]
            following = next((other for other in others if other not in seen), None)
            if following is None:
                path.pop()
                note(id_)
            else:
                seen.add(following)
                path.append((following, iter(neighbours[following])))


def reach(graph: Graph, start: str, *, forward: bool) -> dict[str, int]:
    """All that a component depends on (`forward`), or all that depends on it, with the distance.

    Conflicts are no dependencies and lead nowhere. In a cycle the component reaches itself.
    """
    neighbours = _ordering(graph)
    if not forward:
        turned: dict[str, list[str]] = {id_: [] for id_ in neighbours}
        for id_, others in neighbours.items():
            for other in others:
                turned[other].append(id_)
        neighbours = turned
    found: dict[str, int] = {}
    waiting = deque([(start, 0)])
    while waiting:
        id_, distance = waiting.popleft()
        for other in neighbours.get(id_, ()):
            if other not in found:
                found[other] = distance + 1
                waiting.append((other, distance + 1))
    return found


def around(graph: Graph, start: str, most: int) -> Graph:
    """The part of a graph that concerns one component: all it depends on and all that depends on it.

    Where that is more than `most` components, only as many rings around it as fit, the first at any rate.
    Conflicts show only those with the component itself.
    """
    distance: dict[str, int] = {}
    for forward in (True, False):
        for id_, steps in reach(graph, start, forward=forward).items():
            distance[id_] = min(steps, distance.get(id_, steps))
    for edge in graph.edges:
        if start in (edge.source, edge.target):
            distance[edge.target if edge.source == start else edge.source] = 1
    distance[start] = 0
    rings = Counter(distance.values())
    radius = 1
    while radius < max(rings) and sum(n for ring, n in rings.items() if ring <= radius + 1) <= most:
        radius += 1
    kept = {id_ for id_, steps in distance.items() if steps <= radius}
    return Graph(
        tuple(node for node in graph.nodes if node.id in kept),
        tuple(
            edge
            for edge in graph.edges
            if edge.source in kept
            and edge.target in kept
            and (edge.is_ordering or start in (edge.source, edge.target))
        ),
    )
