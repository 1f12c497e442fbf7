"""Follow a target through the kept samples: when it is out, and who is to blame then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.sim.reach.arrays import Graph, State
from rencity.sim.reach.engine import Engine
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.outages import Outages
from rencity.sim.why.blame import Scratch, blame
from rencity.sim.why.lane import Ints
from rencity.sim.why.target import Target
from rencity.sim.why.told import Told

Words = npt.NDArray[np.uint64]
U = np.uint64


@dataclass(frozen=True)
class Trace:
    """What a target went through.

    Attributes
    ----------
    out_min : int64 (lanes,), weight of the target times minutes out
    time_min : int64 (lanes,), minutes in which any of it is out
    root, lane, minutes : int64 (f,), weighted minutes for which a row's own outages are to blame
        in a lane, once each
    blind : int64, lanes that are out with nobody to blame at some time
    """

    out_min: Ints
    time_min: Ints
    root: Ints
    lane: Ints
    minutes: Ints
    blind: Ints


class Watch:
    """A target on one network: which of its nodes are out in which lanes.

    Parameters
    ----------
    engine : with the edges and the horizon of the run
    at_min : only the step that holds this minute counts, as an hour; None: every step by its length
    scratch : room kept from a question before; None: made here
    """

    def __init__(
        self,
        engine: Engine,
        target: Target,
        at_min: int | None = None,
        scratch: Scratch | None = None,
    ) -> None:
        self.engine, self.target = engine, target
        network = engine.network
        self.runs = engine.undamaged.runs
        alive = self.runs[target.nodes]
        self.nodes, self.weight = target.nodes[alive], target.weight[alive]
        self.link = target.row - network.nodes if target.row >= network.nodes else -1
        self.length_min = -np.diff(engine.rest_min, append=0)
        if at_min is not None:
            step = int(np.searchsorted(engine.edge_min, at_min, side="right")) - 1
            self.length_min = np.where(np.arange(len(self.length_min)) == step, 60, 0)
        self.scratch = scratch or Scratch.of(network, self.runs)
        self._ends = self._link_ends()

    def _link_ends(self) -> Ints:
        """Nodes at the ends of a target that is a link's own asset and ran undamaged."""
        network = self.engine.network
        if self.link < 0:
            return np.empty(0, np.int64)
        part = slice(network.link_ptr[self.link], network.link_ptr[self.link + 1])
        ends = np.unique(np.concatenate([network.link_head[part], network.link_tail[part]]))
        return ends[self.runs[ends]].astype(np.int64)

    @property
    def never(self) -> bool:
        """Whether it is not served even in the undamaged city."""
        return not len(self.nodes) and not len(self._ends)

    def out(self, state: State, own: Words) -> Ints:
        """Weight out, int64 (64 · words of `own`,)."""
        words = own.shape[1]
        if self.link < 0:
            return _weight_out(state.served, self.nodes, self.weight, words)
        dark = np.bitwise_and.reduce(~state.served[self._ends, :words], axis=0)
        return _unpacked((dark | self._down(own))[None])[0].astype(np.int64)

    def asked(self, state: State, lane: int) -> Ints:
        """Nodes whose outage is to be explained in a lane."""
        if self.link < 0:
            return self.nodes[_dark(state, self.nodes, lane)]
        return self._ends if _dark(state, self._ends, lane).all() else self._ends[:0]

    @property
    def looked_at(self) -> Ints:
        """Rows that say whether the target is out."""
        return self.nodes if self.link < 0 else np.concatenate([self._ends, self._holders()])

    def own_roots(self, own: Words, lane: int) -> Ints:
        """Of a link's own asset: its damage and that of what carries it."""
        if self.link < 0:
            return np.empty(0, np.int64)
        rows = self._holders()
        word, bit = lane >> 6, U(lane & 63)
        return rows[(own[rows, word] >> bit) & U(1) != 0]

    def _holders(self) -> Ints:
        held_ptr, held = self.scratch.fixed[2:4]
        row = self.target.row
        return np.concatenate([[row], held[held_ptr[row] : held_ptr[row + 1]]]).astype(np.int64)

    def _down(self, own: Words) -> Words:
        return np.asarray(np.bitwise_or.reduce(own[self._holders()], axis=0))

    def minutes_out(self, outages: Outages) -> Ints:
        """Weight times minutes out of each lane, int64 (LANES,)."""
        total = np.zeros(LANES, np.int64)
        for step, (state, own) in enumerate(self.states(outages, LANES)):
            total += self.out(state, own) * self.length_min[step]
        return total

    def states(self, outages: Outages, lanes: int) -> Iterator[tuple[State, Words]]:
        """The engine's state at each step, with the bits out by an outage of their own."""
        network, edges = self.engine.network, self.engine.edge_min
        begin, end = (np.searchsorted(edges, m) for m in (outages.begin, outages.end))
        seen = begin < end
        row, lane = outages.row[seen], outages.lane[seen]
        begin, end = begin[seen], end[seen]
        by_begin, by_end = np.argsort(begin, kind="stable"), np.argsort(end, kind="stable")
        starts = np.searchsorted(begin[by_begin], np.arange(len(edges) + 1))
        stops = np.searchsorted(end[by_end], np.arange(len(edges) + 1))
        # of a link target `own` must be right, of others it may be left empty
        own = np.zeros((network.nodes + network.link_rows, -(-lanes // 64)), np.uint64)
        for step, state in enumerate(self.engine.states(outages)):
            for order, ends, sets in ((by_end, stops, False), (by_begin, starts, True)):
                part = order[ends[step] : ends[step + 1]]
                place, word = row[part], lane[part] >> 6
                bit = U(1) << (lane[part] & 63).astype(np.uint64)
                if sets:
                    np.bitwise_or.at(own, (place, word), bit)
                else:
                    np.bitwise_and.at(own, (place, word), ~bit)
            yield state, own


def trace(watch: Watch, outages: Outages, lanes: int) -> Trace:
    """Follow the target, and blame at every step in which something moved.

    Parameters
    ----------
    outages : of lanes below `lanes`
    """
    found = _follow(watch, outages, lanes)
    if not found.puzzles:
        return found.told(watch)
    return _look_back(watch, outages, lanes, found).told(watch)


class _Found:
    def __init__(self, lanes: int) -> None:
        self.out_min, self.time_min = (np.zeros(lanes, np.int64) for _ in range(2))
        self.parts: list[tuple[Ints, int, int]] = []
        self.puzzles: dict[int, list[tuple[int, Ints, int]]] = {}

    def told(self, watch: Watch) -> Trace:
        rows = watch.engine.network.nodes + watch.engine.network.link_rows
        root = np.concatenate([part[0] for part in self.parts] or [np.empty(0, np.int64)])
        size = [len(part[0]) for part in self.parts]
        lane = np.repeat(np.array([part[1] for part in self.parts], np.int64), size)
        minutes = np.repeat(np.array([part[2] for part in self.parts], np.int64), size)
        place, at = np.unique(lane * rows + root, return_inverse=True)
        total = np.zeros(len(place), np.int64)
        np.add.at(total, at, minutes)
        blind = np.array(sorted(self.puzzles), np.int64)
        return Trace(self.out_min, self.time_min, place % rows, place // rows, total, blind)


def _follow(watch: Watch, outages: Outages, lanes: int) -> _Found:
    """One pass; moments with nobody to blame are kept as puzzles."""
    graph, found = watch.engine.graph, _Found(lanes)
    last: dict[int, tuple[Ints, Ints]] = {}
    told = Told(watch.engine.network, lanes)
    for step, (state, own) in enumerate(watch.states(outages, lanes)):
        weight = watch.out(state, own)
        minutes = int(watch.length_min[step])
        found.out_min += weight[:lanes] * minutes
        found.time_min += (weight[:lanes] > 0) * minutes
        out = np.flatnonzero(weight[:lanes] * minutes).tolist()
        if out:
            told.note(state, own)
        for lane in out:
            if told.stale(lane):
                asked = watch.asked(state, lane)
                last[lane] = _roots(watch, told.renew(lane, watch.looked_at), lane, asked, graph)
            roots, wanted = last[lane]
            if len(roots):
                found.parts.append((roots, lane, int(weight[lane]) * minutes))
            else:
                found.puzzles.setdefault(lane, []).append(
                    (step, wanted, int(weight[lane]) * minutes)
                )
    return found


def _roots(watch: Watch, told: Told, lane: int, asked: Ints, graph: Graph) -> tuple[Ints, Ints]:
    roots, wanted = blame(graph, told.state, told.own, lane, asked, watch.scratch, told.read)
    return np.union1d(roots, watch.own_roots(told.own, lane)), wanted


def _look_back(watch: Watch, outages: Outages, lanes: int, found: _Found) -> _Found:
    """Blame the puzzles on the last earlier moment at which one of their assets had a cause.

    Nothing is damaged any more, and yet the asset is out: what was asked about waits for each
    other since something earlier.
    """
    graph = watch.engine.graph
    mine = outages.where(np.isin(outages.lane, list(found.puzzles)))
    asked = {
        lane: np.unique(np.concatenate([wanted for _, wanted, _ in all_]))
        for lane, all_ in found.puzzles.items()
    }
    open_ = {lane: list(all_) for lane, all_ in found.puzzles.items()}
    last: dict[int, Ints] = {}
    blind: dict[int, list[tuple[int, Ints, int]]] = {}
    told = Told(watch.engine.network, lanes)
    for step, (state, own) in enumerate(watch.states(mine, lanes)):
        told.note(state, own)
        for lane, nodes in asked.items():
            while open_[lane] and open_[lane][0][0] == step:
                puzzle = open_[lane].pop(0)
                if lane in last:
                    found.parts.append((last[lane], lane, puzzle[2]))
                else:
                    blind.setdefault(lane, []).append(puzzle)
            if open_[lane] and told.stale(lane):
                dark = nodes[_dark(state, nodes, lane)]
                seen = np.concatenate([nodes, watch.looked_at])
                roots, _ = _roots(watch, told.renew(lane, seen), lane, dark, graph)
                if len(roots):
                    last[lane] = roots
    found.puzzles = blind
    return found


def _dark(state: State, nodes: Ints, lane: int) -> npt.NDArray[np.bool_]:
    """Which nodes are out in a lane."""
    return (state.served[nodes, lane >> 6] >> U(lane & 63)) & U(1) == 0


def _unpacked(words: Words) -> npt.NDArray[np.bool_]:
    """Bits of words as bool (rows, 64 · words), lane by lane."""
    flat = np.ascontiguousarray(words).astype("<u8").view(np.uint8)
    bits = np.unpackbits(flat.reshape(len(words), -1), axis=1, bitorder="little")
    return bits.astype(bool)


@njit(nogil=True, cache=True)
def _weight_out(served: Any, nodes: Any, weight: Any, words: Any) -> Any:
    """Weight of the nodes that are out, by lane."""
    total = np.zeros(64 * words, np.int64)
    for i in range(len(nodes)):
        for w in range(words):
            dark = ~served[nodes[i], w]
            if dark:
                for bit in range(64):
                    total[64 * w + bit] += weight[i] * np.int64((dark >> U(bit)) & U(1))
    return total
