"""How every row stands at each step: out by damage, or whole and yet without service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.city.network import NOT_OPEN, Network
from rencity.sim.reach.carried import carried
from rencity.sim.reach.engine import Engine
from rencity.sim.reach.lanes import Rows, count_word
from rencity.sim.reach.outages import Outages, set_bits

U = np.uint64
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

    def lanes_out(self) -> npt.NDArray[np.int64]:
        """In how many lanes each row is out by either, (n + k,)."""
        made: npt.NDArray[np.int64] = _lanes_out(self.damaged, self.cut)
        return made


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
        network, runs = engine.network, engine.undamaged.runs
        closed = _closed(network)
        self._runs = np.concatenate([runs, closed & _fed(network, runs)])
        self.never = ~self._runs
        self.never[network.nodes :] &= closed

    def __iter__(self) -> Iterator[Standing]:
        """How they stand at each step, to be read before the next is asked for."""
        network = self._engine.network
        ends = (np.asarray(network.link_ptr), np.asarray(network.link_tail))
        full = carried(network, self._outages)
        damaged = np.zeros((len(self._runs), self._words), U)
        cut = np.zeros_like(damaged)
        states = self._engine.states(self._outages)
        for edge, state in zip(self._engine.edge_min, states, strict=True):
            now = (full.begin <= edge) & (edge < full.end)
            damaged[:] = 0
            set_bits(full.row[now], full.lane[now], damaged)
            _cut(state.served, self._runs, *ends, damaged, cut)
            yield Standing(damaged, cut)


def _closed(network: Network) -> Bools:
    """Link rows that carry in normal times, (k,)."""
    return (np.asarray(network.link_open_min) == NOT_OPEN) & (np.diff(network.link_ptr) > 0)


def _fed(network: Network, served: Bools) -> Bools:
    """Whether any end that feeds a link row is served, (k,)."""
    row = np.repeat(np.arange(network.link_rows), np.diff(network.link_ptr))
    return np.bincount(row, served[network.link_tail], network.link_rows) > 0


@njit(nogil=True, cache=True)
def _cut(served: Any, runs: Any, link_ptr: Any, link_tail: Any, damaged: Any, cut: Any) -> None:
    """Write what is whole and without service; rows that never run are left at 0."""
    n = len(served)
    for v in range(n):
        if runs[v]:
            for w in range(cut.shape[1]):
                cut[v, w] = ~(served[v, w] | damaged[v, w])
    for k in range(len(link_ptr) - 1):
        if runs[n + k]:
            for w in range(cut.shape[1]):
                fed = damaged[n + k, w]
                for j in range(link_ptr[k], link_ptr[k + 1]):
                    fed |= served[link_tail[j], w]
                cut[n + k, w] = ~fed


@njit(nogil=True, cache=True)
def _lanes_out(damaged: Any, cut: Any) -> Any:
    made = np.zeros(len(cut), np.int64)
    for v in range(len(cut)):
        for w in range(cut.shape[1]):
            made[v] += np.int64(count_word(damaged[v, w] | cut[v, w]))
    return made
