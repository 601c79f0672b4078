"""What a page shows of a graph: the drawing with its words and links, its legend, and the same as a table."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from delula.components.graph import Edge, Graph, Node, State, graph_of, order_of
from delula.models.enums import DependencyType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from delula.components.drawing import DrawnEdge, DrawnNode
    from delula.db import AnyRow

#: Letters that a box holds; wide ones count twice.
_NAME_ROOM, _ID_ROOM = 24, 22
#: Of its size a picture keeps so much where there is no room: its smallest letters have 11 pixels then.
_LEAST = 0.88

#: How the lines of each kind are told apart, in the order of the legend; their looks are in graph.css.
KINDS: Mapping[str, str] = {
    "required": "Required: runs before",
    "optional": "Optional: runs before, where it is used",
    "conflicts": "Conflicts: not in one workflow",
    "other": "Another kind, or none: taken to run before",
}


@dataclass(frozen=True, slots=True)
class Box:
    """A component on the picture.

    Attributes:
        drawn: where it stands.
        classes: of the element.
        words: name, id and state in full, for pointers and screen readers.
        name: what the box holds of the name.
        id: what it holds of the id.
        mark: its state where that is worth a word.
    """

    drawn: DrawnNode
    classes: str
    words: str
    name: str
    id: str
    mark: str

    @property
    def is_registered(self) -> bool:
        """Whether there is a page of it."""
        return self.drawn.node.state is not State.MISSING


@dataclass(frozen=True, slots=True)
class Line:
    """A dependency on the picture.

    Attributes:
        drawn: where it runs.
        look: a key of `KINDS`.
        words: the dependency as a sentence.
        label: the kind in a word; empty for the usual one and where there are too many lines.
    """

    drawn: DrawnEdge
    look: str
    words: str
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn graph with its words.

    Attributes:
        boxes: the components in the order of execution.
        lines: the dependencies.
        width: in pixels, as `height`.
        is_down: whether execution goes down, rather than to the right.
        legend: the looks that occur.
        has_cycle: whether anything is part of a cycle.
    """

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: int
    height: int
    is_down: bool
    legend: tuple[str, ...]
    has_cycle: bool

    @property
    def least_width(self) -> int:
        """The width below which it scrolls rather than shrinks, in pixels."""
        return round(self.width * _LEAST)


def look_of(kind: str | None) -> str:
    """The key of `KINDS` for a kind of dependency."""
    return kind if kind in set(DependencyType) and kind is not None else "other"


def kind_name(kind: str | None) -> str:
    """A kind of dependency in a word; one that no document lists stands as it is."""
    return kind or "no kind"


@lru_cache(maxsize=64)
def picture_of(graph: Graph, current: str | None = None) -> Picture | None:
    """The picture of a graph, where it is small enough to be drawn.

    Args:
        graph: what is drawn.
        current: the component that the page is about.
    """
    # The console starts a tenth faster without the numpy behind it.
    from delula.components.drawing import draw, is_drawable  # noqa: PLC0415

    if not is_drawable(graph):
        return None
    drawing = draw(graph)
    names = {node.id: node.name or node.id or "Unnamed component" for node in graph.nodes}
    return Picture(
        boxes=tuple(_box(drawn, names, current) for drawn in drawing.nodes),
        lines=tuple(_line(drawn, names) for drawn in drawing.edges),
        width=drawing.width,
        height=drawing.height,
        is_down=drawing.is_down,
        legend=tuple(look for look in KINDS if any(look_of(edge.kind) == look for edge in graph.edges)),
        has_cycle=any(drawn.in_cycle for drawn in drawing.nodes),
    )


def _box(drawn: DrawnNode, names: Mapping[str, str], current: str | None) -> Box:
    node = drawn.node
    states = [
        *(["in a cycle"] if drawn.in_cycle else []),
        *({State.INACTIVE: ["inactive"], State.MISSING: ["not registered"]}.get(node.state, [])),
    ]
    mark = ", ".join(states)
    classes = [
        node.state.value,
        *(["in-cycle"] if drawn.in_cycle else []),
        *(["current"] if node.id == current else []),
    ]
    name = names[node.id]
    return Box(
        drawn,
        " ".join(classes),
        ", ".join([name, *([node.id] if node.id not in ("", name) else []), *states]),
        _clipped(name, _NAME_ROOM),
        _clipped(node.id, _ID_ROOM - (len(mark) + 1 if mark else 0)),
        mark,
    )


def _line(drawn: DrawnEdge, names: Mapping[str, str]) -> Line:
    edge = drawn.edge
    look = look_of(edge.kind)
    verb = "conflicts with" if look == "conflicts" else "needs"
    circle = ", in a cycle" if drawn.in_cycle else ""
    return Line(
        drawn,
        look,
        f"{names[edge.source]} {verb} {names[edge.target]} ({kind_name(edge.kind)}{circle})",
        _clipped(kind_name(edge.kind), 16) if drawn.label and look != "required" else "",
    )


def _clipped(text: str, room: int) -> str:
    """As much of a text as fits into so many letters."""
    taken = 0
    for place, letter in enumerate(text):
        taken += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if taken > room:
            return f"{text[: max(place - 1, 0)]}…"
    return text


def whole_graph(components: Sequence[AnyRow], dependencies: Sequence[AnyRow]) -> Graph:
    """The graph of all components.

    Args:
        components: with `component_id`, `name` and `is_active`.
        dependencies: with `component_id`, `depends_on_component_id` and `dependency_type`.
    """
    return graph_of(
        (
            Node(row.component_id, row.name, State.INACTIVE if row.is_active is False else State.ACTIVE)
            for row in components
        ),
        (
            Edge(
                row.component_id,
                row.depends_on_component_id,
                None if row.dependency_type is None else str(row.dependency_type),
            )
            for row in dependencies
        ),
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """A component in the order of execution.

    Attributes:
        node: the component.
        needs: what it depends on, with the kind.
        needed_by: what depends on it, with the kind.
    """

    node: Node
    needs: Sequence[tuple[Node, str | None]]
    needed_by: Sequence[tuple[Node, str | None]]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the order of execution: its number, and its groups; more than one entry is a cycle."""

    number: int
    groups: Sequence[Sequence[Entry]]


def stages_of(graph: Graph) -> list[Stage]:
    """The order of execution with what each component needs: what the picture says, for reading."""
    known = {node.id: node for node in graph.nodes}
    needs: dict[str, list[tuple[Node, str | None]]] = defaultdict(list)
    needed_by: dict[str, list[tuple[Node, str | None]]] = defaultdict(list)
    for edge in graph.edges:
        needs[edge.source].append((known[edge.target], edge.kind))
        needed_by[edge.target].append((known[edge.source], edge.kind))
    return [
        Stage(
            step.number,
            [[Entry(known[id_], needs[id_], needed_by[id_]) for id_ in group] for group in step.groups],
        )
        for step in order_of(graph).steps
    ]


def cycles_of(graph: Graph) -> list[list[Node]]:
    """The cycles of a graph, each as its components, every one of which needs the next."""
    known = {node.id: node for node in graph.nodes}
    return [[known[id_] for id_ in cycle] for cycle in order_of(graph).cycles]
