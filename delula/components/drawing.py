"""Where the components of a graph stand on a drawing, and how its lines run.

Execution goes from left to right: a component stands to the right of all that it needs. grandalf finds the
layers, the order within them with few crossings, and the coordinates (Sugiyama's way); everything else is
here, since its drawings know neither cycles of two, nor dependencies that order nothing, nor components that
depend on nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from grandalf.graphs import Edge as LaidEdge
from grandalf.graphs import Graph as LaidGraph
from grandalf.graphs import Vertex
from grandalf.layouts import SugiyamaLayout

from delula.components.graph import Edge, Graph, Node, order_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

#: Sizes in pixels of the drawing at its natural size.
NODE_WIDTH, NODE_HEIGHT = 196, 44
COLUMN_GAP, ROW_GAP, MARGIN = 88, 14, 12
#: What a line takes between two nodes of a column that it passes.
_LINE = 8
#: Components that nothing links stand in rows of as many.
_LOOSE_PER_ROW = 4
#: Rounds of reordering; more than these leave hardly fewer crossings.
_ROUNDS = 4
#: Lines are labelled up to here; beyond, labels hide more than they tell, and the table has every kind.
MOST_LABELLED = 60
#: Larger graphs are not drawn as a whole: nobody could read them, and it takes seconds.
MOST_NODES, MOST_EDGES = 1_000, 3_000

Point = tuple[float, float]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class DrawnNode:
    """A component on the drawing, by its upper left corner."""

    node: Node
    x: float
    y: float
    in_cycle: bool


@dataclass(frozen=True, slots=True)
class DrawnEdge:
    """A dependency on the drawing.

    Attributes:
        edge: the dependency.
        path: the line, from what is needed to what needs it.
        in_cycle: whether it is part of a cycle.
        label: where its label stands; None where it has none.
    """

    edge: Edge
    path: str
    in_cycle: bool
    label: Point | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """A graph, drawn: nodes in the order of execution, which is the order of the keyboard."""

    nodes: tuple[DrawnNode, ...]
    edges: tuple[DrawnEdge, ...]
    width: int
    height: int


class _Layout(SugiyamaLayout):  # type: ignore[misc]  # grandalf has no types
    """grandalf's layout, in a sixth of the time: it looks through its conflicts once for each line."""

    def _detect_alignment_conflicts(self) -> None:
        super()._detect_alignment_conflicts()
        self.conflicts: Any = set(self.conflicts)


class _Box:
    """The size of a node as grandalf wants it, which draws from top to bottom: turned by 90 degrees."""

    def __init__(self) -> None:
        self.w, self.h = NODE_HEIGHT, NODE_WIDTH
        self.xy: Point = (0, 0)


class _Way:
    """The points that a line passes, the centres of its two components included."""

    def __init__(self) -> None:
        self.points: list[Point] = []

    def setpath(self, points: list[Point]) -> None:
        """Called by grandalf once it knows."""
        self.points = points


def is_drawable(graph: Graph) -> bool:
    """Whether a graph is small enough to be drawn as a whole."""
    return len(graph.nodes) <= MOST_NODES and len(graph.edges) <= MOST_EDGES


@lru_cache(maxsize=64)
def draw(graph: Graph) -> Drawing:
    """Draw a graph; the drawings of the last few are kept, since a graph changes rarely."""
    order = order_of(graph)
    sequence = order.sequence
    circles = {id_: number for number, cycle in enumerate(order.cycles) for id_ in cycle}
    corners, ways = _laid_out(_lines(graph, sequence))
    _place_loose([id_ for id_ in sequence if id_ not in corners], corners)
    known = {node.id: node for node in graph.nodes}
    nodes = tuple(DrawnNode(known[id_], *corners[id_], id_ in circles) for id_ in sequence)
    edges = tuple(_drawn(graph.edges, corners, ways, circles))
    right = max((x for x, _ in corners.values()), default=0) + NODE_WIDTH
    bottom = max((y for _, y in corners.values()), default=0) + NODE_HEIGHT
    # A line within the last column turns beside it.
    turns = COLUMN_GAP if any(not edge.edge.is_ordering for edge in edges) else 0
    return Drawing(nodes, edges, round(right + MARGIN + turns), round(bottom + MARGIN))


def _lines(graph: Graph, sequence: Sequence[str]) -> list[Pair]:
    """Between which components lines run, each from what stands at the left: without the circles."""
    place = {id_: number for number, id_ in enumerate(sequence)}
    pairs = {
        (edge.target, edge.source) if place[edge.target] < place[edge.source] else (edge.source, edge.target)
        for edge in graph.edges
        if edge.is_ordering and edge.source != edge.target
    }
    return sorted(pairs, key=lambda pair: (place[pair[0]], place[pair[1]]))


def _laid_out(lines: Sequence[Pair]) -> tuple[dict[str, Point], dict[Pair, list[Point]]]:
    """The upper left corners of the components on these lines, and the points that each line passes."""
    vertices: dict[str, Vertex] = {id_: Vertex(id_) for pair in lines for id_ in pair}
    for vertex in vertices.values():
        vertex.view = _Box()
    laid = {pair: LaidEdge(vertices[pair[0]], vertices[pair[1]]) for pair in lines}
    for edge in laid.values():
        edge.view = _Way()
    corners: dict[str, Point] = {}
    ways: dict[Pair, list[Point]] = {}
    top: float = MARGIN
    # Those that hang together, the largest first, one above the other.
    islands = LaidGraph(list(vertices.values()), list(laid.values())).C
    for island in sorted(islands, key=lambda core: -len(core.sV)):
        layout = _Layout(island)
        layout.xspace, layout.yspace = ROW_GAP, COLUMN_GAP
        layout.dw, layout.dh = _LINE, NODE_WIDTH
        layout.init_all(inverted_edges=[])
        layout.draw(_ROUNDS)
        used = [item.view for layer in layout.layers for item in layer]
        down = top - min(view.xy[0] - view.w / 2 for view in used)
        for vertex in island.sV:
            across, along = vertex.view.xy
            corners[vertex.data] = (along - NODE_WIDTH / 2 + MARGIN, across - NODE_HEIGHT / 2 + down)
        for edge in island.sE:
            pair = (edge.v[0].data, edge.v[1].data)
            ways[pair] = [(along + MARGIN, across + down) for across, along in edge.view.points]
        top += max(view.xy[0] + view.w / 2 for view in used) + down - top + ROW_GAP * 2
    return corners, ways


def _place_loose(ids: Iterable[str], corners: dict[str, Point]) -> None:
    """Put what no line leads to in rows below the rest."""
    top = max((y + NODE_HEIGHT + ROW_GAP * 2 for _, y in corners.values()), default=MARGIN)
    for number, id_ in enumerate(ids):
        row, column = divmod(number, _LOOSE_PER_ROW)
        corners[id_] = (
            MARGIN + column * (NODE_WIDTH + COLUMN_GAP),
            top + row * (NODE_HEIGHT + ROW_GAP),
        )


def _drawn(
    edges: Sequence[Edge],
    corners: Mapping[str, Point],
    ways: Mapping[Pair, list[Point]],
    circles: Mapping[str, int],
) -> Iterator[DrawnEdge]:
    beside: dict[frozenset[str], list[Edge]] = defaultdict(list)
    for edge in edges:
        beside[frozenset((edge.source, edge.target))].append(edge)
    for edge in edges:
        # Several lines between the same two run beside each other.
        twins = beside[frozenset((edge.source, edge.target))]
        shift = (twins.index(edge) - (len(twins) - 1) / 2) * _LINE
        in_cycle = edge.is_ordering and circles.get(edge.source, -1) == circles.get(edge.target, -2)
        if edge.source == edge.target:
            path, middle = _loop(corners[edge.source])
        elif edge.is_ordering:
            path, middle = _line(edge, ways, shift)
        else:
            path, middle = _direct(corners[edge.source], corners[edge.target], shift)
        labelled = len(edges) <= MOST_LABELLED and edge.source != edge.target
        yield DrawnEdge(edge, path, in_cycle, middle if labelled else None)


def _line(edge: Edge, ways: Mapping[Pair, list[Point]], shift: float) -> tuple[str, Point]:
    """A line along the points that grandalf gave it: straight past a column, curved between two."""
    is_backward = (edge.target, edge.source) not in ways
    way = ways[(edge.source, edge.target) if is_backward else (edge.target, edge.source)]
    half = NODE_WIDTH / 2
    stops = [(x + side, y + shift) for x, y in way for side in (-half, half)][1:-1]
    if is_backward:
        stops.reverse()
    parts = [f"M{_at(stops[0])}"]
    for number, (here, there) in enumerate(pairwise(stops)):
        middle = (here[0] + there[0]) / 2
        straight = number % 2
        parts.append(
            f"L{_at(there)}"
            if straight
            else f"C{_at((middle, here[1]))} {_at((middle, there[1]))} {_at(there)}"
        )
    gap = len(stops) // 2 // 2 * 2
    (x1, y1), (x2, y2) = stops[gap], stops[gap + 1]
    return "".join(parts), ((x1 + x2) / 2, (y1 + y2) / 2)


def _direct(source: Point, target: Point, shift: float) -> tuple[str, Point]:
    """A line from box to box, which has no place in the layers; beside the column where both stand in one."""
    (x1, y1), (x2, y2) = sorted((source, target))
    y1, y2 = y1 + NODE_HEIGHT / 2 + shift, y2 + NODE_HEIGHT / 2 + shift
    start = x1 + NODE_WIDTH
    end, reach = (x2, (start + x2) / 2) if x2 > start else (x2 + NODE_WIDTH, start + COLUMN_GAP * 0.6)
    path = f"M{_at((start, y1))}C{_at((reach, y1))} {_at((reach, y2))} {_at((end, y2))}"
    # Where the curve is at its half: 1/8, 3/8, 3/8, 1/8 of its four points.
    return path, ((start + end) / 8 + reach * 0.75, (y1 + y2) / 2)


def _loop(corner: Point) -> tuple[str, Point]:
    """The line of a component that depends on itself, above its box."""
    right, y = corner[0] + NODE_WIDTH - 14, corner[1]
    left, above = right - 30, y - ROW_GAP * 1.2
    return f"M{_at((left, y))}C{_at((left, above))} {_at((right, above))} {_at((right, y))}", (left, above)


def _at(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"
