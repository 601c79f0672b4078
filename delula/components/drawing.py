"""Where the components of a graph stand on a drawing, and how its lines run.

Execution goes from left to right: a component stands to the right of all that it needs. Where that is wider
than a page it goes down, if that is narrower; so points are told here by how far they lie along that way and
across it. grandalf finds the layers, the order within them with few crossings, and the coordinates, as
Sugiyama does; everything else is here, since its drawings know neither cycles of two, nor dependencies that
order nothing, nor components that depend on nothing.
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
ROW_GAP, MARGIN = 14, 12
#: What a page has room for, and components of a graph that is drawn both ways to see which is narrower.
PAGE_WIDTH, MOST_TURNED = 1_160, 100
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
class Way:
    """Which way execution goes on a drawing.

    Attributes:
        is_down: down, rather than to the right.
        length: of a box, along the way.
        breadth: of a box, across it.
        gap: between two that follow each other.
        space: between two beside each other.
    """

    is_down: bool
    length: int
    breadth: int
    gap: int
    space: int

    def turned(self, point: Point) -> Point:
        """A point along and across the way as one to the right and down, and the other way round."""
        return (point[1], point[0]) if self.is_down else point


RIGHT = Way(is_down=False, length=NODE_WIDTH, breadth=NODE_HEIGHT, gap=88, space=ROW_GAP)
DOWN = Way(is_down=True, length=NODE_HEIGHT, breadth=NODE_WIDTH, gap=44, space=28)


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
    is_down: bool


class _Layout(SugiyamaLayout):  # type: ignore[misc]  # grandalf has no types
    """grandalf's layout, in a sixth of the time: it looks through its conflicts once for each line."""

    def _detect_alignment_conflicts(self) -> None:
        super()._detect_alignment_conflicts()
        self.conflicts: Any = set(self.conflicts)


class _Box:
    """The size of a node as grandalf wants it, across the way and along it."""

    def __init__(self, way: Way) -> None:
        self.w, self.h = way.breadth, way.length
        self.xy: Point = (0, 0)


class _Stops:
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
    right = _draw(graph, RIGHT)
    if right.width <= PAGE_WIDTH or len(graph.nodes) > MOST_TURNED:
        return right
    return min(right, _draw(graph, DOWN), key=lambda drawing: drawing.width)


def _draw(graph: Graph, way: Way) -> Drawing:
    order = order_of(graph)
    sequence = order.sequence
    circles = {id_: number for number, cycle in enumerate(order.cycles) for id_ in cycle}
    corners, stops = _laid_out(_lines(graph, sequence), way)
    _place_loose([id_ for id_ in sequence if id_ not in corners], corners, way)
    known = {node.id: node for node in graph.nodes}
    nodes = tuple(DrawnNode(known[id_], *way.turned(corners[id_]), id_ in circles) for id_ in sequence)
    edges = tuple(_drawn(graph.edges, corners, stops, circles, way))
    ends = [along + way.length for along, _ in corners.values()]
    # A line between two in one column turns behind them.
    ends += [
        _span(corners[one.source], corners[one.target], way)[2] for one in graph.edges if not one.is_ordering
    ]
    far = max(ends, default=0) + MARGIN
    wide = max((across for _, across in corners.values()), default=0) + way.breadth + MARGIN
    width, height = way.turned((round(far), round(wide)))
    return Drawing(nodes, edges, int(width), int(height), way.is_down)


def _lines(graph: Graph, sequence: Sequence[str]) -> list[Pair]:
    """Between which components lines run, each from what stands at the left: without the circles."""
    place = {id_: number for number, id_ in enumerate(sequence)}
    pairs = {
        (edge.target, edge.source) if place[edge.target] < place[edge.source] else (edge.source, edge.target)
        for edge in graph.edges
        if edge.is_ordering and edge.source != edge.target
    }
    return sorted(pairs, key=lambda pair: (place[pair[0]], place[pair[1]]))


def _laid_out(lines: Sequence[Pair], way: Way) -> tuple[dict[str, Point], dict[Pair, list[Point]]]:
    """The first corners of the components on these lines, and the points that each line passes."""
    vertices: dict[str, Vertex] = {id_: Vertex(id_) for pair in lines for id_ in pair}
    for vertex in vertices.values():
        vertex.view = _Box(way)
    laid = {pair: LaidEdge(vertices[pair[0]], vertices[pair[1]]) for pair in lines}
    for edge in laid.values():
        edge.view = _Stops()
    corners: dict[str, Point] = {}
    stops: dict[Pair, list[Point]] = {}
    start: float = MARGIN
    # Those that hang together, the largest first, one beside the other.
    islands = LaidGraph(list(vertices.values()), list(laid.values())).C
    for island in sorted(islands, key=lambda core: -len(core.sV)):
        layout = _Layout(island)
        layout.xspace, layout.yspace = way.space, way.gap
        layout.dw, layout.dh = _LINE, way.length
        layout.init_all(inverted_edges=[])
        layout.draw(_ROUNDS)
        used = [item.view for layer in layout.layers for item in layer]
        aside = start - min(view.xy[0] - view.w / 2 for view in used)
        for vertex in island.sV:
            across, along = vertex.view.xy
            corners[vertex.data] = (along - way.length / 2 + MARGIN, across - way.breadth / 2 + aside)
        for edge in island.sE:
            pair = (edge.v[0].data, edge.v[1].data)
            stops[pair] = [(along + MARGIN, across + aside) for across, along in edge.view.points]
        start = max(view.xy[0] + view.w / 2 for view in used) + aside + way.space * 2
    return corners, stops


def _place_loose(ids: Iterable[str], corners: dict[str, Point], way: Way) -> None:
    """Put what no line leads to in rows below the rest."""
    laid = [way.turned(corner) for corner in corners.values()]
    top = max((y + NODE_HEIGHT + ROW_GAP * 2 for _, y in laid), default=MARGIN)
    distance = NODE_WIDTH + (way.space if way.is_down else way.gap)
    for number, id_ in enumerate(ids):
        row, column = divmod(number, _LOOSE_PER_ROW)
        corners[id_] = way.turned((MARGIN + column * distance, top + row * (NODE_HEIGHT + ROW_GAP)))


def _drawn(
    edges: Sequence[Edge],
    corners: Mapping[str, Point],
    stops: Mapping[Pair, list[Point]],
    circles: Mapping[str, int],
    way: Way,
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
            path, middle = _loop(corners[edge.source], way)
        elif edge.is_ordering:
            path, middle = _line(edge, stops, shift, way)
        else:
            path, middle = _direct(corners[edge.source], corners[edge.target], shift, way)
        labelled = len(edges) <= MOST_LABELLED and edge.source != edge.target
        yield DrawnEdge(edge, path, in_cycle, way.turned(middle) if labelled else None)


def _line(edge: Edge, stops: Mapping[Pair, list[Point]], shift: float, way: Way) -> tuple[str, Point]:
    """A line along the points that grandalf gave it: straight past a column, curved between two."""
    is_backward = (edge.target, edge.source) not in stops
    passed = stops[(edge.source, edge.target) if is_backward else (edge.target, edge.source)]
    half = way.length / 2
    points = [(along + side, across + shift) for along, across in passed for side in (-half, half)][1:-1]
    if is_backward:
        points.reverse()
    parts = [f"M{_at(points[0], way)}"]
    for number, (here, there) in enumerate(pairwise(points)):
        is_straight = number % 2
        parts.append(
            f"L{_at(there, way)}" if is_straight else _curve(here, there, (here[0] + there[0]) / 2, way)
        )
    gap = len(points) // 2 // 2 * 2
    (a1, b1), (a2, b2) = points[gap], points[gap + 1]
    return "".join(parts), ((a1 + a2) / 2, (b1 + b2) / 2)


def _direct(source: Point, target: Point, shift: float, way: Way) -> tuple[str, Point]:
    """A line from box to box, which has no place in the layers; beside the column where both stand in one."""
    b1, b2 = (across + way.breadth / 2 + shift for _, across in sorted((source, target)))
    start, end, reach = _span(source, target, way)
    path = f"M{_at((start, b1), way)}{_curve((start, b1), (end, b2), reach, way)}"
    # Where the curve is at its half: 1/8, 3/8, 3/8, 1/8 of its four points.
    return path, ((start + end) / 8 + reach * 0.75, (b1 + b2) / 2)


def _span(source: Point, target: Point, way: Way) -> tuple[float, float, float]:
    """Where a direct line begins along the way, where it ends, and where it turns."""
    first, last = sorted((source[0], target[0]))
    start = first + way.length
    if last > start:
        return start, last, (start + last) / 2
    return start, last + way.length, start + way.gap * 0.6


def _loop(corner: Point, way: Way) -> tuple[str, Point]:
    """The line of a component that depends on itself, beside its box."""
    end, aside = corner[0] + way.length / 2 + 15, corner[1] - ROW_GAP * 1.2
    first, last = (end - 30, corner[1]), (end, corner[1])
    path = f"M{_at(first, way)}C{_at((first[0], aside), way)} {_at((end, aside), way)} {_at(last, way)}"
    return path, (first[0], aside)


def _curve(here: Point, there: Point, reach: float, way: Way) -> str:
    """A curve that leaves and arrives along the way, and turns at a distance."""
    return f"C{_at((reach, here[1]), way)} {_at((reach, there[1]), way)} {_at(there, way)}"


def _at(point: Point, way: Way) -> str:
    x, y = way.turned(point)
    return f"{x:.1f},{y:.1f}"
