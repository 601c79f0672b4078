"""The graph of components: order of execution, cycles, what is around one, and its drawing."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delula import ROOT
from delula.components import drawing
from delula.components.drawing import NODE_HEIGHT, NODE_WIDTH, PAGE_WIDTH, draw
from delula.components.graph import Edge, Graph, Node, State, around, graph_of, order_of, reach
from delula.components.picture import KINDS, cycles_of, picture_of, stages_of

#: A busy machine is no fault of the tests.
SLOW = [HealthCheck.too_slow]
KIND = st.sampled_from(["required", "optional", "conflicts", "sometimes", "", None])
NAMES = "abcdefgh"


def graph(*edges: str, alone: str = "") -> Graph:
    """A graph of edges such as `a>b` (a needs b) or `a>b:optional`."""
    found = []
    for written in edges:
        ends, _, kind = written.partition(":")
        source, target = ends.split(">")
        found.append(Edge(source, target, kind or "required"))
    names = {end for edge in found for end in (edge.source, edge.target)} | set(alone)
    return graph_of([Node(name, name.upper()) for name in names], found)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any graph: cycles, loops on one component, several dependencies between two, unknown kinds."""
    ends = st.sampled_from(NAMES)
    edges = draw(st.lists(st.builds(Edge, ends, ends, KIND), max_size=20))
    registered = draw(st.sets(ends))
    return graph_of([Node(name, name.upper()) for name in registered], edges)


def levels(graph: Graph) -> dict[str, int]:
    """The step of each component."""
    return {id_: step.number for step in order_of(graph).steps for group in step.groups for id_ in group}


def groups(graph: Graph) -> list[set[str]]:
    """What stands in the order as one group."""
    return [set(group) for step in order_of(graph).steps for group in step.groups]


def test_what_is_needed_runs_in_an_earlier_step() -> None:
    found = levels(graph("d>b", "d>c:optional", "b>a", "c>a:whatever", alone="z"))
    assert found == {"a": 1, "z": 1, "b": 2, "c": 2, "d": 3}


def test_a_conflict_orders_nothing() -> None:
    assert levels(graph("a>b:conflicts", "b>a:conflicts")) == {"a": 1, "b": 1}
    assert not order_of(graph("a>b:conflicts", "b>a:conflicts")).cycles


def test_a_cycle_is_one_group_and_what_needs_it_comes_after() -> None:
    circular = graph("a>b", "b>c", "c>a", "d>a", "a>z")
    assert groups(circular) == [{"z"}, {"a", "b", "c"}, {"d"}]
    (cycle,) = cycles_of(circular)
    needs = {(edge.source, edge.target) for edge in circular.edges}
    ids = [node.id for node in cycle]
    assert all(pair in needs for pair in pairwise([*ids, ids[0]]))


def test_a_component_that_needs_itself_is_a_cycle_of_one() -> None:
    assert order_of(graph("a>a", "a>b")).cycles == (("a",),)
    assert levels(graph("a>a", "a>b")) == {"b": 1, "a": 2}


def test_a_reference_to_nothing_becomes_a_component_that_is_missing() -> None:
    ghost = graph_of([Node("a", "A")], [Edge("a", "gone", "required"), Edge("also-gone", "a", None)])
    assert {node.id: node.state for node in ghost.nodes} == {
        "a": State.ACTIVE, "gone": State.MISSING, "also-gone": State.MISSING,
    }  # fmt: skip


@given(graphs())
@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
def test_every_order_keeps_to_all_dependencies_but_those_within_cycles(any_graph: Graph) -> None:
    found = levels(any_graph)
    assert sorted(found) == [node.id for node in any_graph.nodes]
    group_of = {id_: number for number, group in enumerate(groups(any_graph)) for id_ in group}
    circular = {id_ for cycle in order_of(any_graph).cycles for id_ in cycle}
    for edge in any_graph.edges:
        if edge.kind != "conflicts":
            if group_of[edge.source] == group_of[edge.target]:
                assert {edge.source, edge.target} <= circular
            else:
                assert found[edge.target] < found[edge.source]
    for id_ in circular:
        assert id_ in reach(any_graph, id_, forward=True)
    for node in any_graph.nodes:
        if node.id not in circular:
            assert node.id not in reach(any_graph, node.id, forward=True)


@given(graphs())
@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
def test_every_graph_is_drawn_whole_and_without_boxes_upon_each_other(any_graph: Graph) -> None:
    drawn = draw(any_graph)
    assert sorted(node.node.id for node in drawn.nodes) == [node.id for node in any_graph.nodes]
    assert sorted(str(edge.edge) for edge in drawn.edges) == sorted(map(str, any_graph.edges))
    boxes = [(node.x, node.y) for node in drawn.nodes]
    for number, (x, y) in enumerate(boxes):
        assert 0 <= x <= drawn.width - NODE_WIDTH
        assert 0 <= y <= drawn.height - NODE_HEIGHT
        for other_x, other_y in boxes[:number]:
            assert abs(x - other_x) >= NODE_WIDTH or abs(y - other_y) >= NODE_HEIGHT
    for edge in drawn.edges:
        assert re.fullmatch(r"M[\d.,-]+(C[\d.,-]+ [\d.,-]+ [\d.,-]+|L[\d.,-]+)+", edge.path)


@given(graphs())
@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
def test_lines_begin_at_what_is_needed_and_end_at_what_needs_it(any_graph: Graph) -> None:
    drawn = draw(any_graph)
    corners = {node.node.id: (node.x, node.y) for node in drawn.nodes}
    for edge in drawn.edges:
        if edge.edge.source == edge.edge.target or not edge.edge.is_ordering:
            continue
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", edge.path)]
        for (x, y), id_ in ((numbers[:2], edge.edge.target), (numbers[-2:], edge.edge.source)):
            left, top = corners[id_]
            if drawn.is_down:
                assert min(abs(y - top), abs(y - top - NODE_HEIGHT)) < 0.1
                assert left - 1 <= x <= left + NODE_WIDTH + 1
            else:
                assert min(abs(x - left), abs(x - left - NODE_WIDTH)) < 0.1
                assert top - 1 <= y <= top + NODE_HEIGHT + 1


def test_execution_goes_from_left_to_right() -> None:
    drawn = draw(graph("b>a", "c>b", "d>b", "d>a"))
    x = {node.node.id: node.x for node in drawn.nodes}
    assert x["a"] < x["b"] < x["c"] == x["d"]


def test_execution_goes_down_where_a_page_has_no_room_for_it_to_the_right() -> None:
    chain = [f"{later}>{earlier}" for earlier, later in pairwise("abcde")]
    beside = [f"{one}>a" for one in "uvwxyz"]
    drawn = draw(graph(*chain, "b>c:conflicts", alone="l"))
    places = {node.node.id: (node.x, node.y) for node in drawn.nodes}
    assert (drawn.is_down, drawn.width < PAGE_WIDTH) == (True, True)
    assert sorted("abcdel", key=lambda id_: places[id_][1]) == list("abcdel")
    # Down it is no narrower.
    assert not draw(graph(*chain, *beside)).is_down
    assert not draw(graph(*chain[:3])).is_down


def test_a_picture_scrolls_before_its_letters_become_too_small_to_be_read() -> None:
    picture = picture_of(graph("b>a", "c>b"))
    assert picture is not None
    sizes = [
        float(size)
        for size in re.findall(r"font-size: ([\d.]+)px", (ROOT / "static" / "css" / "graph.css").read_text())
    ]
    assert len(sizes) == 4
    assert min(sizes) * picture.least_width / picture.width > 10.9


def test_the_keyboard_goes_in_the_order_of_execution() -> None:
    drawn = draw(graph("a>b", "b>c", "d>a", alone="z"))
    assert [node.node.id for node in drawn.nodes] == ["c", "z", "b", "a", "d"]


def large(nodes: int, edges: int) -> Graph:
    """A graph without rhyme or reason, the same every time."""
    found: dict[tuple[int, int], Edge] = {}
    number = 1
    while len(found) < edges:
        number = number * 48_271 % 2_147_483_647
        source, target = number % nodes, number // nodes % nodes
        if source != target:
            kind = ("required", "optional", "conflicts", None)[number % 4]
            # One in twenty leads backwards: a few large cycles.
            low, high = sorted((source, target))
            ends = (low, high) if number % 20 == 0 else (high, low)
            if high - low < nodes // 4:
                found[ends] = Edge(f"c{ends[0]}", f"c{ends[1]}", kind)
    return graph_of([Node(f"c{one}", f"Component {one}") for one in range(nodes)], found.values())


def test_three_hundred_components_and_nine_hundred_dependencies_are_drawn_within_a_second_and_then_kept() -> (
    None
):
    whole = large(300, 900)
    draw.cache_clear()
    began = time.process_time()
    drawn = draw(whole)
    taken = time.process_time() - began
    assert (len(drawn.nodes), len(drawn.edges)) == (300, 900)
    assert taken < 2
    began = time.process_time()
    assert draw(large(300, 900)) is drawn
    assert time.process_time() - began < 0.1


def test_what_is_too_large_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MOST_NODES", 3)
    assert picture_of(graph("a>b", "b>c", "c>q", alone="y")) is None


def test_a_chain_longer_than_any_recursion_is_ordered_and_reached() -> None:
    chain = graph_of([], [Edge(f"c{one}", f"c{one + 1}", "required") for one in range(5_000)])
    assert len(order_of(chain).steps) == 5_001
    assert len(reach(chain, "c0", forward=True)) == 5_000


def test_the_part_around_a_component_is_all_that_it_touches_or_the_nearest_of_it() -> None:
    whole = graph("a>b", "b>c", "c>d", "x>a", "y>x", "m>n", "a>k:conflicts", "d>k:conflicts")
    part = around(whole, "a", most=20)
    assert {node.id for node in part.nodes} == set("abcdxyk")
    assert Edge("d", "k", "conflicts") not in part.edges
    assert {node.id for node in around(whole, "a", most=3).nodes} == set("abxk")
    assert {node.id for node in around(whole, "m", most=20).nodes} == set("mn")


@given(graphs(), st.integers(0, 10))
@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
def test_the_part_around_a_component_holds_it_and_its_direct_neighbours(any_graph: Graph, most: int) -> None:
    for node in any_graph.nodes:
        part = around(any_graph, node.id, most)
        kept = {one.id for one in part.nodes}
        neighbours = {
            end
            for edge in any_graph.edges
            if node.id in (edge.source, edge.target)
            for end in (edge.source, edge.target)
        }
        assert kept >= {node.id, *neighbours}
        assert all({edge.source, edge.target} <= kept for edge in part.edges)


@pytest.mark.parametrize(
    ("kind", "look", "label"),
    [
        ("required", "required", ""),
        ("optional", "optional", "optional"),
        ("conflicts", "conflicts", "conflicts"),
        ("sometimes", "other", "sometimes"),
        ("", "other", "no kind"),
        (None, "other", "no kind"),
    ],
)
def test_kinds_are_told_apart_by_looks_and_words(kind: str | None, look: str, label: str) -> None:
    picture = picture_of(graph_of([Node("a", "Alpha"), Node("b", "Beta")], [Edge("a", "b", kind)]))
    assert picture is not None
    (line,) = picture.lines
    assert (line.look, line.label) == (look, label)
    assert "Alpha" in line.words
    assert "Beta" in line.words
    assert picture.legend == (look,)
    assert set(picture.legend) <= set(KINDS)


def test_states_are_said_in_words() -> None:
    nodes = [Node("a", "Alpha"), Node("b", "", State.INACTIVE), Node("", "")]
    picture = picture_of(graph_of(nodes, [Edge("a", "b"), Edge("b", "a"), Edge("a", "gone")]), "a")
    assert picture is not None
    assert {box.drawn.node.id: box.words for box in picture.boxes} == {
        "a": "Alpha, a, in a cycle",
        "b": "b, in a cycle, inactive",
        "gone": "gone, not registered",
        "": "Unnamed component",
    }
    current = [box.drawn.node.id for box in picture.boxes if "current" in box.classes]
    assert current == ["a"]
    assert picture.has_cycle


@pytest.mark.parametrize(
    "name", ["x" * 300, "画像を動画に変換するコンポーネント" * 3, "", "a", "\u202eevil", "<script>"]
)
def test_names_of_any_kind_fit_their_boxes(name: str) -> None:
    picture = picture_of(graph_of([Node("a", name)], []))
    assert picture is not None
    (box,) = picture.boxes
    assert len(box.name) <= 24
    assert name in box.words


def test_the_list_beside_the_picture_says_the_same() -> None:
    whole = graph("a>b", "c>b:optional", "c>d:conflicts")
    entries = {
        entry.node.id: entry for stage in stages_of(whole) for group in stage.groups for entry in group
    }
    assert [(node.id, kind) for node, kind in entries["c"].needs] == [("b", "optional"), ("d", "conflicts")]
    assert [(node.id, kind) for node, kind in entries["b"].needed_by] == [
        ("a", "required"),
        ("c", "optional"),
    ]


def test_nothing_is_drawn_of_nothing() -> None:
    empty = graph_of([], [])
    assert order_of(empty).steps == ()
    picture = picture_of(empty)
    assert picture is not None
    assert picture.boxes == ()
