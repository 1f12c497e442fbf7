"""What was blamed last in each lane, and whether anything that shaped it has moved since."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.city.network import Network
from rencity.sim.reach.arrays import State
from rencity.sim.why.lane import Ints

U = np.uint64
_NODES, _LINKS, _GROUPS = ("up", "works", "served"), ("link_up",), ("ok",)


class Told:
    """A copy of the state, as narrow as the lanes asked about, with what was read of it.

    Blame is told anew only where a row that it read has changed: in a metropolis something changes
    at every step, mostly far away.

    Attributes
    ----------
    state : the engine's at the last step noted, of which only `up`, `works`, `served`, `link_up`
        and `ok` are as wide as the lanes; blame reads no other
    own : uint64 (n + k, words), out of service by an outage of their own
    read : uint64 (n + k, words), rows that the last blame of each lane read
    """

    def __init__(self, network: Network, lanes: int) -> None:
        words = -(-lanes // 64)
        n, k, g = network.nodes, network.link_rows, len(network.group_node)
        sizes = {
            **dict.fromkeys(_NODES, n),
            **dict.fromkeys(_LINKS, k),
            **dict.fromkeys(_GROUPS, g),
        }
        self._held = {name: np.zeros((size, words), np.uint64) for name, size in sizes.items()}
        self.own = np.zeros((n + k, words), np.uint64)
        self.read = np.zeros((n + k, words), np.uint64)
        self._group_node = np.asarray(network.group_node)
        self._nodes = n
        self._stale = np.full(words, ~U(0))
        self.state: State

    def note(self, state: State, own: npt.NDArray[np.uint64]) -> None:
        """Take over a step."""
        read, stale, n = self.read, self._stale, self._nodes
        for name in _NODES:
            _take(self._held[name], getattr(state, name), read[:n], stale)
        _take(self._held["link_up"], state.link_up, read[n:], stale)
        _take_groups(self._held["ok"], state.ok, self._group_node, read, stale)
        _take(self.own, own, read, stale)
        self.state = state._replace(**self._held)

    def stale(self, lane: int) -> bool:
        """Whether the lane has not been blamed, or what its blame read has changed since."""
        return bool((self._stale[lane >> 6] >> U(lane & 63)) & U(1))

    def renew(self, lane: int, rows: Ints) -> Told:
        """Forget what was read in a lane but rows that are read in any case."""
        word, bit = lane >> 6, U(1) << U(lane & 63)
        self._stale[word] &= ~bit
        self.read[:, word] &= ~bit
        self.read[rows, word] |= bit
        return self


@njit(nogil=True, cache=True)
def _take(old: Any, new: Any, read: Any, stale: Any) -> None:
    """Take new bits over; a lane that had read a row that differs is stale."""
    for i in range(old.shape[0]):
        for w in range(old.shape[1]):
            stale[w] |= (old[i, w] ^ new[i, w]) & read[i, w]
            old[i, w] = new[i, w]


@njit(nogil=True, cache=True)
def _take_groups(old: Any, new: Any, node: Any, read: Any, stale: Any) -> None:
    """The same for needs, which are read where the node is that has them."""
    for i in range(old.shape[0]):
        for w in range(old.shape[1]):
            stale[w] |= (old[i, w] ^ new[i, w]) & read[node[i], w]
            old[i, w] = new[i, w]
