"""One block of samples through its steps: shock, then losses and starts at each edge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.city.network import NOT_OPEN, Network
from rencity.sim.reach.account import Account, account_of, book_step, people_of
from rencity.sim.reach.arrays import Graph, State, graph_of, state_of
from rencity.sim.reach.full import reach_lifeline
from rencity.sim.reach.lanes import (
    ALL,
    Rows,
    any_,
    load,
    lowest_bit,
    mark,
    not_,
    or_,
    rows,
    store,
    without,
    xor,
)
from rencity.sim.reach.losses import lose, lose_link
from rencity.sim.reach.needs import (
    age_cohorts,
    note_change,
    open_cohorts,
    quorum_met,
    working,
)
from rencity.sim.reach.outages import Outages
from rencity.sim.reach.starts import start
from rencity.sim.reach.timeline import Timeline

U = np.uint64


@dataclass(frozen=True)
class Undamaged:
    """The greatest set that supports itself with everything up and nothing waived.

    What is outside it stays out for the whole run. Arrays are words (0 or all ones) by node.
    """

    served: npt.NDArray[np.uint64]
    firm: npt.NDArray[np.uint64]
    met: npt.NDArray[np.uint64]

    @property
    def runs(self) -> npt.NDArray[np.bool_]:
        """Whether each node is served, bool (n,)."""
        return self.served != 0


class Engine:
    """Arrays for one block at a time; make one for each thread.

    Parameters
    ----------
    network : the city's arrays
    edge_min : int64 (t,), start of each step in minutes after the shock; the first is 0
    horizon_min : end of the last step
    """

    def __init__(
        self,
        network: Network,
        edge_min: npt.NDArray[np.int64],
        horizon_min: int,
        undamaged: Undamaged | None = None,
    ) -> None:
        self.network = network
        self.edge_min = edge_min
        self.rest_min = horizon_min - edge_min
        self.graph: Graph = graph_of(network)
        self._state: State | None = None
        self.people = people_of(network)
        self._one = rows(1)
        self.undamaged = undamaged or self._settle_undamaged()

    @property
    def state(self) -> State:
        """Words of every node, link and need; made when first asked for."""
        if self._state is None:
            self._state = state_of(self.network)
        return self._state

    def rest(self) -> None:
        """Let go of the state until it is asked for again: in a metropolis a quarter gigabyte."""
        self._state = None

    def run(self, damage: Outages | Timeline, account: Account | None = None) -> Account:
        """Simulate one block; its sums are added to `account` or to a new one."""
        made = account or account_of(self.network, self.people, len(self.edge_min))
        for step, state in enumerate(self.states(damage)):
            book_step(state, self.people, made, step, self.rest_min[step])
        return made

    def states(self, damage: Outages | Timeline) -> Iterator[State]:
        """The state at each step, to be read before the next is asked for."""
        if isinstance(damage, Outages):
            damage = Timeline.of(self.network, self.edge_min, [damage])
        self._strike(damage.down)
        yield self.state
        cohorts = _Cohorts(len(self.network.group_node))
        for step in range(1, len(self.edge_min)):
            cohorts.tick(self.graph, self.state, step, self.edge_min)
            waiting = 0
            for row, lane in damage.failing(step):
                waiting += int(_fail(self.graph, self.state, row, lane, self._one))
            lose(self.graph, self.state, waiting)
            for row, lane in damage.returning(step):
                _repair(self.graph, self.state, self.undamaged.served, row, lane)
            start(self.graph, self.state)
            yield self.state

    def _strike(self, down: Rows) -> None:
        """Set every array to the state just after the shock."""
        n = self.network.nodes
        self._reset()
        self.state.up[:] &= ~down[:n]
        self.state.link_up[:] = ~down[n:]
        _strike(self.graph, self.state)

    def _reset(self) -> None:
        state, base = self.state, self.undamaged
        state.up[:] = base.served[:, None]
        state.met[:] = base.met[:, None]
        state.unmet[:] = ~state.met
        state.spent[:] = np.where(self.network.group_backup_min > 0, U(0), ALL)[:, None]
        state.manual[:] = 0
        state.ok[:] = state.met | ~state.spent
        state.before[:] = base.served[:, None]
        for name in ("lost", "dirty", "round_", "falling", "rising", "changed", "in_changed"):
            getattr(state, name)[:] = 0

    def _settle_undamaged(self) -> Undamaged:
        state, network = self.state, self.network
        for name in ("up", "works", "spent", "met", "ok"):
            getattr(state, name)[:] = ALL
        state.link_up[:] = np.where(network.link_open_min == NOT_OPEN, ALL, U(0))[:, None]
        _strike(self.graph, state)
        state.touched[:] = 0
        return Undamaged(state.served[:, 0].copy(), state.firm[:, 0].copy(), state.met[:, 0].copy())


class _Cohorts:
    """Lanes whose need is unmet since the same step, by group."""

    def __init__(self, groups: int) -> None:
        self.count = 0
        self.group = np.zeros(groups, np.int32)
        self.since = np.zeros(groups, np.int32)
        self.word = rows(groups)

    def tick(self, graph: Graph, state: State, step: int, edge_min: npt.NDArray[np.int64]) -> None:
        """Close the step before `step` and age what is unmet up to it."""
        self._room(self.count + int(state.changed[-1]))
        self.count = open_cohorts(
            graph, state, step - 1, self.group, self.since, self.word, self.count
        )
        self.count = age_cohorts(
            graph, state, edge_min[step], edge_min, self.group, self.since, self.word, self.count
        )

    def _room(self, wanted: int) -> None:
        if wanted <= len(self.group):
            return
        size = 2 * wanted
        self.group = np.resize(self.group, size)
        self.since = np.resize(self.since, size)
        more = rows(size)
        more[: self.count] = self.word[: self.count]
        self.word = more


@njit(nogil=True, cache=True)
def _fail(graph: Graph, state: State, row: Any, lane: Any, one: Any) -> Any:
    """Take rows out in lanes, after the start; nodes newly dirty, to be settled with `lose`."""
    up, ok, works, link_up = state.up, state.ok, state.works, state.link_up
    falling, node_ptr = state.falling, graph.node_ptr
    n = len(graph.source)
    waiting = 0
    for i in range(len(row)):
        r, word, bit = row[i], lane[i] >> 6, U(1) << U(lane[i] & 63)
        if r < n:
            up[r, word] &= ~bit
            mark(falling, r)
        else:
            link_up[r - n, word] &= ~bit
    for i in range(len(row)):
        r, word = row[i], lane[i] >> 6
        if r < n:
            store(works, r, working(up, ok, node_ptr, r))
        else:
            one[0, word] = U(1) << U(lane[i] & 63)
            waiting += lose_link(graph, state, r - n, load(one, 0))
            one[0, word] = U(0)
    return waiting


@njit(nogil=True, cache=True)
def _strike(graph: Graph, state: State) -> None:
    """Greatest set that supports itself: reach with needs as they stood, then losses."""
    works, up, ok, touched = state.works, state.up, state.ok, state.touched
    served, met, node_ptr = state.served, state.met, graph.node_ptr
    group_ptr, provider, quorum = graph.group_ptr, graph.group_provider, graph.group_quorum
    for v in range(len(graph.source)):
        store(works, v, working(up, ok, node_ptr, v))
        mark(touched, v)
    for lifeline in range(len(graph.first) - 1):
        reach_lifeline(graph, state, works, lifeline)
    for g in range(len(graph.group_node)):
        now = quorum_met(served, group_ptr, provider, quorum[g], g)
        if any_(xor(now, load(met, g))):
            store(met, g, now)
            note_change(state.changed, state.in_changed, g)
            _renew(graph, state, g)
    lose(graph, state, 0)


@njit(nogil=True, cache=True)
def _renew(graph: Graph, state: State, g: Any) -> None:
    waived = or_(not_(load(state.spent, g)), load(state.manual, g))
    store(state.ok, g, or_(load(state.met, g), waived))
    v = graph.group_node[g]
    works = working(state.up, state.ok, graph.node_ptr, v)
    if any_(without(load(state.works, v), works)):
        mark(state.falling, v)
    store(state.works, v, works)


@njit(nogil=True, cache=True)
def _repair(graph: Graph, state: State, runs: Any, row: Any, lane: Any) -> None:
    """Bring rows back in lanes, those that ever ran; nodes that may start are marked rising."""
    up, ok, works, link_up = state.up, state.ok, state.works, state.link_up
    rising, scratch, node_ptr = state.rising, state.round_, graph.node_ptr
    link_ptr, link_head = graph.link_ptr, graph.link_head
    n = len(graph.source)
    for i in range(len(row)):
        r, word, bit = row[i], lane[i] >> 6, U(1) << U(lane[i] & 63)
        if r < n:
            up[r, word] |= bit & runs[r]
            mark(scratch, r)
        else:
            link_up[r - n, word] |= bit
            for j in range(link_ptr[r - n], link_ptr[r - n + 1]):
                mark(rising, link_head[j])
    for place in range(len(scratch)):
        while scratch[place]:
            k = lowest_bit(scratch[place])
            scratch[place] ^= U(1) << k
            v = place * 64 + np.int64(k)
            store(works, v, working(up, ok, node_ptr, v))
            mark(rising, v)
