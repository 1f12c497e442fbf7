"""How every row stands at each step: out by damage, or whole and yet without service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rencity.city.network import NOT_OPEN, Network
from rencity.sim.reach.carried import carried
from rencity.sim.reach.engine import Engine
from rencity.sim.reach.lanes import Rows
from rencity.sim.reach.outages import Outages, set_bits

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Standing:
    """Rows at one step, bit by lane, (n + k, words): nodes, then link rows.

    Attributes
    ----------
    damaged : out of service by damage, its own or that of what carries it
    cut : not damaged, served in the undamaged city and not now; a link: no end feeds it
    """

    damaged: Rows
    cut: Rows

    @property
    def out(self) -> Rows:
        """Either."""
        return self.damaged | self.cut


class Course:
    """The lanes of some outages, followed by the engine step by step.

    Parameters
    ----------
    lanes : how many hold a sample, the first ones

    Attributes
    ----------
    never : bool (n + k,), without service even in the undamaged city; normally open links are not,
        since they carry nothing until they are needed
    """

    def __init__(self, engine: Engine, outages: Outages, lanes: int) -> None:
        self._engine, self._outages = engine, outages
        self._words = -(-lanes // 64)
        self._feed = _Feed(engine.network)
        runs = engine.undamaged.runs
        self._runs = np.concatenate([runs, self._feed.of(runs)])
        self.never = ~self._runs
        self.never[engine.network.nodes :] &= self._feed.closed

    def __iter__(self) -> Iterator[Standing]:
        """How they stand at each step."""
        full = carried(self._engine.network, self._outages)
        states = self._engine.states(self._outages)
        for edge, state in zip(self._engine.edge_min, states, strict=True):
            now = (full.begin <= edge) & (edge < full.end)
            served = state.served[:, : self._words]
            on = np.concatenate([served, self._feed.of(served)])
            damaged = np.zeros_like(on)
            set_bits(full.row[now], full.lane[now], damaged)
            on[~self._runs] = ~np.uint64(0)
            yield Standing(damaged, ~on & ~damaged)


class _Feed:
    """Which nodes feed each link that is closed in normal times."""

    def __init__(self, network: Network) -> None:
        self._tail = np.asarray(network.link_tail)
        size = np.diff(network.link_ptr)
        self._some = np.flatnonzero(size > 0)
        self._first = np.asarray(network.link_ptr)[self._some]
        self.closed: Bools = (np.asarray(network.link_open_min) == NOT_OPEN) & (size > 0)

    def of(self, nodes: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Whether any end that feeds a link is served; bits or bools by node, then by link row."""
        made = np.zeros((len(self.closed), *nodes.shape[1:]), nodes.dtype)
        if len(self._some):
            made[self._some] = np.bitwise_or.reduceat(nodes[self._tail], self._first, axis=0)
        made[~self.closed] = 0
        return made
