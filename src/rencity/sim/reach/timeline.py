"""What fails and what comes back at each step, for one block: all the engine reads of outages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.city.network import Network
from rencity.sim.reach.carried import in_full
from rencity.sim.reach.lanes import LANES, Rows, rows
from rencity.sim.reach.outages import Outages, merged, set_bits

Entries = tuple[npt.NDArray[np.int32], npt.NDArray[np.int16]]
"""Rows and their lanes."""


@dataclass(frozen=True)
class Events:
    """Rows and lanes in order of a step, and where each step ends."""

    row: npt.NDArray[np.int32]
    lane: npt.NDArray[np.int16]
    ends: npt.NDArray[np.int64]

    def of(self, step: int) -> Entries:
        """Rows and lanes of one step after the first."""
        part = slice(self.ends[step - 1], self.ends[step])
        return self.row[part], self.lane[part]


class Timeline:
    """Outages as the steps of a run see them, gathered span of lanes by span of lanes.

    Attributes
    ----------
    down : rows (n + k,), out at the first step
    fails, ends : events of each span, by step
    """

    def __init__(self, network: Network, edge_min: npt.NDArray[np.int64]) -> None:
        self._network, self._edge_min = network, edge_min
        self.down: Rows = rows(network.nodes + network.link_rows)
        self.fails: list[Events] = []
        self.ends: list[Events] = []

    @classmethod
    def of(
        cls, network: Network, edge_min: npt.NDArray[np.int64], spans: Iterable[Outages]
    ) -> Timeline:
        """Gather outages of a whole block, or of spans whose lanes differ."""
        made = cls(network, edge_min)
        for outages in spans:
            made.add(in_full(network, outages, (0, LANES)))
        return made

    def add(self, full: Outages) -> None:
        """Add the outages of a span of lanes, riders and open links included; see `in_full`."""
        seen = in_steps(full, self._edge_min)
        now = seen.begin == 0
        set_bits(seen.row[now], seen.lane[now], self.down)
        steps = len(self._edge_min)
        later = seen.where(~now) if not now.all() else seen.where(np.zeros(len(now), bool))
        self.fails.append(_by_step(later.begin, later, steps))
        self.ends.append(_by_step(seen.end, seen, steps))

    def failing(self, step: int) -> Iterator[Entries]:
        """What goes out at a step after the first, span by span."""
        return (events.of(step) for events in self.fails)

    def returning(self, step: int) -> Iterator[Entries]:
        """What comes back at a step after the first, span by span."""
        return (events.of(step) for events in self.ends)


def in_steps(outages: Outages, edge_min: npt.NDArray[np.int64]) -> Outages:
    """Beginnings and ends as steps that first find them past; what no step sees is left out.

    Two outages with no step between them are one.
    """
    begin, end = (_step_of(minutes, edge_min) for minutes in (outages.begin, outages.end))
    return merged([Outages(outages.row, outages.lane, begin, end)])


def _by_step(step: npt.NDArray[np.int32], outages: Outages, steps: int) -> Events:
    """Events in order of a step of each; those after the last step are left out."""
    counts = np.bincount(np.minimum(step, steps), minlength=steps + 1)[:steps]
    ends = np.cumsum(counts, dtype=np.int64)
    row = np.empty(ends[-1] if steps else 0, np.int32)
    lane = np.empty(len(row), np.int16)
    _sort(step, outages.row, outages.lane, ends - counts, row, lane)
    return Events(row, lane, ends)


@njit(nogil=True, cache=True)
def _step_of(minutes: Any, edge_min: Any) -> Any:
    """First step that begins at each minute or later, int32; how many there are after the last."""
    made = np.empty(len(minutes), np.int32)
    for i in range(len(minutes)):
        low, high = 0, len(edge_min)
        while low < high:
            middle = (low + high) // 2
            if edge_min[middle] < minutes[i]:
                low = middle + 1
            else:
                high = middle
        made[i] = low
    return made


@njit(nogil=True, cache=True)
def _sort(step: Any, row: Any, lane: Any, at: Any, row_out: Any, lane_out: Any) -> None:
    """Counting sort by step, stable; `at` holds where each step begins and is used up."""
    steps = len(at)
    for i in range(len(step)):
        s = step[i]
        if s < steps:
            row_out[at[s]], lane_out[at[s]] = row[i], lane[i]
            at[s] += 1
