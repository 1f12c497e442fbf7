"""The network of `docs/network-measures.md`, worked by hand, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from rencity.kit.errors import InputError
from rencity.sim.connectivity import (
    Down,
    Graph,
    averaged,
    betweenness,
    connectivity_loss,
    efficiency_loss,
    giant_part,
)

S, T, A, B, C = range(5)


def network():
    """S → A and T → A (2 each), A – B (1) twice over, B → C (2); S, T sources, B, C consumers."""
    return Graph(
        source=np.array([True, True, False, False, False]),
        consumer=np.array([False, False, False, True, True]),
        start=np.array([S, T, A, A, B]),
        end=np.array([A, A, B, B, C]),
        directed=np.array([True, True, False, False, True]),
        weight=np.array([2.0, 2.0, 1.0, 1.0, 2.0]),
    )


def event(*, nodes=(), links=()):
    node, link = np.zeros((1, 5), bool), np.zeros((1, 5), bool)
    node[0, list(nodes)], link[0, list(links)] = True, True
    return Down(node, link)


@pytest.mark.parametrize(
    ("down", "complete", "partial", "weighted"),
    [
        (event(), 0, (0, 0), (0, 0)),
        (event(nodes=[T]), 0, (0.5, 0.5), (0.75, 0.75)),  # 1 source of 2, and half the nearness
        (event(links=[2]), 0, (0, 0), (0, 0)),  # its parallel link is left
        (event(links=[2, 3]), 1, (1, 1), (1, 1)),
        (event(links=[4]), 0.5, (0, 1), (0, 1)),
        (event(nodes=[C]), 0.5, (0, 1), (0, 1)),  # a removed consumer has nothing
        (event(nodes=[S, T]), 1, (1, 1), (1, 1)),
    ],
)
def test_connectivity(down, complete, partial, weighted):
    found = connectivity_loss(network(), down)
    assert found.sources.tolist() == [2, 2]
    assert found.nearness.tolist() == [2 / 3, 2 / 5]
    assert found.complete == [complete]
    assert found.partial[0].tolist() == list(partial)
    assert found.weighted[0].tolist() == pytest.approx(list(weighted))
    assert found.partial_event[0] == np.mean(partial)
    assert found.weighted_event[0] == pytest.approx(np.mean(weighted))


def test_efficiency():
    found = efficiency_loss(network(), event(links=[4]))
    # lengths from S: A 2, B 3, C 5; from T the same; from A: B 1, C 3; from B: A 1, C 2
    per_source = (1 / 2 + 1 / 3 + 1 / 5) / 4
    want = [per_source, per_source, (1 + 1 / 3) / 4, (1 + 1 / 2) / 4, 0]
    assert found.undamaged == pytest.approx(want)
    now = [(1 / 2 + 1 / 3) / 4, (1 / 2 + 1 / 3) / 4, 1 / 4, 1 / 4, 0]
    assert found.loss[0] == pytest.approx([1 - 25 / 31, 1 - 25 / 31, 1 / 4, 1 / 3, 0])
    assert found.loss_event[0] == pytest.approx(1 - sum(now) / sum(want))


def test_a_removed_node_has_no_efficiency_and_n_stays():
    found = efficiency_loss(network(), event(nodes=[A]))
    assert found.loss[0].tolist() == pytest.approx([1, 1, 1, 1 - 1 / 3, 0])


def test_giant_part_and_betweenness():
    assert giant_part(network(), event()).tolist() == [1.0]
    assert giant_part(network(), event(links=[2, 3])).tolist() == [3 / 5]
    assert giant_part(network(), event(nodes=range(5))).tolist() == [0.0]
    found = betweenness(network())
    # through A: S and T to B and C; through B: S, T and A to C
    assert found.node == pytest.approx([0, 0, 4 / 12, 3 / 12, 0])
    # A – B: S, T, A to B, S, T, A to C and B to A, shared by two links
    assert found.link[[2, 3]].tolist() == pytest.approx([7 / 20 / 2] * 2)


def test_where_a_node_is_both_every_other_is_its_source():
    both = np.ones(2, bool)
    graph = Graph(both, both, np.array([0]), np.array([1]), np.array([False]), np.array([4.0]))
    down = Down(np.array([[False, False], [True, False]]), np.zeros((2, 1), bool))
    found = connectivity_loss(graph, down)
    assert found.sources.tolist() == [1, 1]
    assert found.complete.tolist() == [0, 1]
    assert found.partial.tolist() == [[0, 0], [1, 1]]


def test_averages_over_events_and_years():
    value = np.array([0.5, 0.0, 0.25, 0.25])
    assert averaged(value) == 0.25
    assert averaged(value, years=100) == 0.01
    assert averaged(np.stack([value, value * 2], 1)).tolist() == [0.25, 0.5]


def bare(**changes):
    said = {
        "source": np.array([True, False]), "consumer": np.array([False, True]),
        "start": np.array([0]), "end": np.array([1]), "directed": np.array([True]),
        "weight": np.array([1.0]),
    }  # fmt: skip
    return Graph(**(said | changes))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"weight": np.array([-1.0])}, "link 0 has weight -1 | mend: give lengths of zero or more"),
        ({"weight": np.array([np.nan])}, "link 0 has weight nan"),
        ({"end": np.array([2])}, "link 0 has end 2, which is no node | mend: nodes are 0 to 1"),
        ({"start": np.array([-1])}, "link 0 has start -1"),
    ],
)
def test_a_graph_that_cannot_be(change, said):
    with pytest.raises(InputError) as fault:
        bare(**change)
    assert said in str(fault.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"source": np.zeros(2, bool)}, "no source | mend: mark at least one node as source"),
        ({"consumer": np.zeros(2, bool)}, "no consumer"),
        ({"start": np.array([1]), "end": np.array([0])}, "no consumer is reached by a source even"),
    ],
)
def test_nothing_to_lose(change, said):
    graph = bare(**change)
    with pytest.raises(InputError) as fault:
        connectivity_loss(graph, Down.none(graph))
    assert said in str(fault.value)


def test_masks_of_another_graph():
    with pytest.raises(InputError, match=r"\(1, 3\) nodes and \(1, 1\) links"):
        giant_part(bare(), Down(np.zeros((1, 3), bool), np.zeros((1, 1), bool)))


@pytest.mark.parametrize("years", [0, -2, float("inf"), float("nan")])
def test_years_that_are_none(years):
    with pytest.raises(InputError, match="give more than zero"):
        averaged(np.ones(2), years=years)


def test_no_events():
    with pytest.raises(InputError, match="no event"):
        averaged(np.ones((0, 2)))
