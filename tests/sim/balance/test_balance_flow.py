"""Greatest flows and whole parts, against SciPy and Python's whole numbers."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from rencity.sim.balance.flow import BIG, add_arc, push
from rencity.sim.balance.share import part_of


def flow_through(vertices, arcs):
    """Flow from 0 to 1, and what each arc carries."""
    head = np.full(vertices, -1, np.int32)
    size = 2 * len(arcs)
    nxt, to = np.zeros(size, np.int32), np.zeros(size, np.int32)
    cap = np.zeros(size, np.int64)
    count = 0
    for a, b, most in arcs:
        count = add_arc(head, nxt, to, cap, count, a, b, most)
    scratch = [np.zeros(vertices, np.int32) for _ in range(4)]
    total = push(head, nxt, to, cap, vertices, 0, 1, *scratch)
    return total, cap[1::2]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_flow_is_the_greatest_and_keeps_every_bound(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 12))
    pairs = rng.integers(0, n, (int(rng.integers(0, 40)), 2))
    arcs = [(a, b, int(rng.integers(0, 50))) for a, b in pairs.tolist() if a != b]
    total, carried = flow_through(n, arcs)
    dense = np.zeros((n, n), np.int32)
    for a, b, most in arcs:
        dense[a, b] += most
    assert total == maximum_flow(csr_array(dense), 0, 1).flow_value
    kept = np.zeros(n, np.int64)
    for (a, b, most), flow in zip(arcs, carried, strict=True):
        assert 0 <= flow <= most
        kept[a] -= flow
        kept[b] += flow
    assert kept[1] == total
    assert not kept[2:].any()


def test_arcs_without_bound_carry_what_the_others_let_through():
    total, carried = flow_through(4, [(0, 2, BIG), (2, 3, 7), (3, 1, BIG)])
    assert total == 7
    assert carried.tolist() == [7, 7, 7]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**49), st.integers(1, 2**50 - 1), st.data())
def test_part_is_whole_and_does_not_overflow(amount, wanted, data):
    had = data.draw(st.integers(0, wanted - 1))
    assert part_of(amount, had, wanted) == amount * had // wanted
