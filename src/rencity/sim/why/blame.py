"""Who is to blame in one sample at one step: from what is out back to what is damaged.

For each asset in question: its own damage; the damage behind every provider that an unmet need
lacks; and, where it is not reached, the damage on the ways back with the fewest obstacles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.city.network import Network
from rencity.sim.reach.arrays import Graph, State
from rencity.sim.why.lane import Bools, Ints, closed_links
from rencity.sim.why.ways import bit_of, both_ways, note, note_own, ways_back

U = np.uint64


@dataclass
class Scratch:
    """Room for the search, kept between calls."""

    ints: tuple[Any, ...]
    fixed: tuple[Any, ...]
    roots: Ints
    wanted: Ints

    @classmethod
    def of(cls, network: Network, runs: Bools) -> Scratch:
        """Make room for a network."""
        n, rows = network.nodes, network.nodes + network.link_rows
        held_ptr, held = _carriers(network)
        stamps = tuple(np.zeros(size, np.int64) for size in (n, n, rows, n, n, n))
        lists = tuple(np.zeros(n, np.int64) for _ in range(3))
        return cls(
            ints=(
                *stamps,
                np.zeros(n, np.int64),  # distance
                *lists,
                np.zeros((3, len(network.in_node) + 1), np.int64),  # levels to visit
                np.zeros((4, len(network.in_node)), np.int64),  # ways' ends
                np.zeros(2, np.int64),  # stamps last used
            ),
            fixed=(runs, closed_links(network), held_ptr, held, both_ways(network)),
            roots=np.zeros(rows, np.int64),
            wanted=np.zeros(n, np.int64),
        )


def blame(
    graph: Graph,
    state: State,
    own: npt.NDArray[np.uint64],
    lane: int,
    targets: Ints,
    scratch: Scratch,
    read: npt.NDArray[np.uint64],
) -> tuple[Ints, Ints]:
    """Rows whose own outages are to blame for `targets` being out, and every asset asked about.

    Parameters
    ----------
    own : uint64 (n + k, words), bits out of service by an outage of their own at this step
    targets : nodes that run undamaged and are out in the lane
    read : uint64 (n + k, words); the lane's bit of every row whose state shaped the answer is set
    """
    count, asked = _blame(
        graph,
        state,
        own,
        lane >> 6,
        U(lane & 63),
        targets,
        *scratch.fixed,
        *scratch.ints,
        scratch.roots,
        scratch.wanted,
        read,
    )
    return np.sort(scratch.roots[:count]), np.sort(scratch.wanted[:asked])


def obstacles(
    graph: Graph,
    state: State,
    own: npt.NDArray[np.uint64],
    lane: int,
    node: int,
    scratch: Scratch,
) -> tuple[Ints, Ints]:
    """Nodes that do not operate and link rows that are down on the ways back to a node.

    The ways are those with the fewest obstacles; see `blame` for the parameters.
    """
    runs, closed, held_ptr, held, both = scratch.fixed
    far_seen, way_seen, like_seen, far, _, way, blockers, level, ends, stamps = scratch.ints[3:]
    stamps[0] += 1
    found, links = ways_back(
        graph,
        state.served,
        state.works,
        state.link_up,
        own,
        lane >> 6,
        U(lane & 63),
        node,
        runs,
        closed,
        held_ptr,
        held,
        both,
        far_seen,
        way_seen,
        like_seen,
        far,
        way,
        blockers,
        level,
        ends,
        stamps,
        np.zeros_like(own),
    )
    return np.unique(blockers[:found]), np.unique(level[0, :links])


def _carriers(network: Network) -> tuple[Ints, Ints]:
    """Rows that carry each row, as pointers and values."""
    rows = len(network.ride_ptr) - 1
    carrier = np.repeat(np.arange(rows), np.diff(network.ride_ptr))
    order = np.argsort(network.ride_row, kind="stable")
    count = np.bincount(network.ride_row, minlength=rows)
    return np.concatenate([[0], np.cumsum(count)]).astype(np.int64), carrier[order]


@njit(nogil=True, cache=True)
def _emit(
    own: Any,
    row: Any,
    word: Any,
    bit: Any,
    held_ptr: Any,
    held: Any,
    seen: Any,
    stamp: Any,
    roots: Any,
    count: Any,
    read: Any,
) -> Any:
    """Add a row that is down: itself where it is damaged, and what carries it and is."""
    note_own(read, row, word, bit, held_ptr, held)
    if bit_of(own, row, word, bit) and seen[row] != stamp:
        seen[row] = stamp
        roots[count] = row
        count += 1
    for i in range(held_ptr[row], held_ptr[row + 1]):
        carrier = held[i]
        if bit_of(own, carrier, word, bit) and seen[carrier] != stamp:
            seen[carrier] = stamp
            roots[count] = carrier
            count += 1
    return count


@njit(nogil=True, cache=True)
def _blame(
    graph: Graph,
    state: State,
    own: Any,
    word: Any,
    bit: Any,
    targets: Any,
    runs: Any,
    closed: Any,
    held_ptr: Any,
    held: Any,
    both: Any,
    want_seen: Any,
    work_seen: Any,
    root_seen: Any,
    far_seen: Any,
    way_seen: Any,
    like_seen: Any,
    far: Any,
    halted: Any,
    way: Any,
    blockers: Any,
    level: Any,
    ends: Any,
    stamps: Any,
    roots: Any,
    wanted: Any,
    read: Any,
) -> Any:
    served, works, up, link_up = state.served, state.works, state.up, state.link_up
    n = len(graph.source)
    stamps[0] += 1
    stamp = stamps[0]
    count, asked, done, to_halt = 0, 0, 0, 0
    for i in range(len(targets)):
        if want_seen[targets[i]] != stamp:
            want_seen[targets[i]] = stamp
            wanted[asked] = targets[i]
            asked += 1
    while done < asked:
        v = wanted[done]
        done += 1
        to_halt = 0
        note(read, v, word, bit)
        if not bit_of(works, v, word, bit) and work_seen[v] != stamp:
            work_seen[v] = stamp
            halted[to_halt] = v
            to_halt += 1
        if not graph.source[v] and like_seen[v] != stamp:
            found, links = ways_back(
                graph,
                served,
                works,
                link_up,
                own,
                word,
                bit,
                v,
                runs,
                closed,
                held_ptr,
                held,
                both,
                far_seen,
                way_seen,
                like_seen,
                far,
                way,
                blockers,
                level,
                ends,
                stamps,
                read,
            )
            for i in range(links):
                row = n + level[0, i]
                count = _emit(
                    own, row, word, bit, held_ptr, held, root_seen, stamp, roots, count, read
                )
            for i in range(found):
                u = blockers[i]
                if work_seen[u] != stamp:
                    work_seen[u] = stamp
                    halted[to_halt] = u
                    to_halt += 1
        for i in range(to_halt):
            u = halted[i]
            note(read, u, word, bit)
            if not bit_of(up, u, word, bit):
                count = _emit(
                    own, u, word, bit, held_ptr, held, root_seen, stamp, roots, count, read
                )
            asked = _lacking(
                graph, state, word, bit, u, runs, want_seen, stamp, wanted, asked, read
            )
    return count, asked


@njit(nogil=True, cache=True)
def _lacking(
    graph: Graph,
    state: State,
    word: Any,
    bit: Any,
    u: Any,
    runs: Any,
    want_seen: Any,
    stamp: Any,
    wanted: Any,
    asked: Any,
    read: Any,
) -> Any:
    """Ask about every provider that is out of a need of u that is neither met nor waived."""
    served, ok, provider = state.served, state.ok, graph.group_provider
    for g in range(graph.node_ptr[u], graph.node_ptr[u + 1]):
        if bit_of(ok, g, word, bit):
            continue
        for j in range(graph.group_ptr[g], graph.group_ptr[g + 1]):
            p = provider[j]
            note(read, p, word, bit)
            if runs[p] and want_seen[p] != stamp and not bit_of(served, p, word, bit):
                want_seen[p] = stamp
                wanted[asked] = p
                asked += 1
    return asked
