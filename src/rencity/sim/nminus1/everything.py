"""Each asset alone, by the interdependent fixpoint: who loses which service, on all cores."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rencity.city.network import Network
from rencity.sim.reach.engine import Engine
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.n1 import Alone, alive_rows
from rencity.sim.spread import in_order

ONE_STEP = np.zeros(1, np.int64)
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Lost:
    """Who loses what when each row fails alone; n node rows, then k link rows.

    Attributes
    ----------
    people : int64 (lifelines, n + k)
    zones : int64 (lifelines + 1, n + k), zones where anybody loses the lifeline, or, last, any
    tried : bool (n + k,), rows that ran undamaged and were taken out
    runs : bool (n,), nodes served in the undamaged city
    """

    people: Ints
    zones: Ints
    tried: npt.NDArray[np.bool_]
    runs: npt.NDArray[np.bool_]


def lost_alone(
    network: Network,
    *,
    wanted: npt.NDArray[np.bool_] | None = None,
    workers: int = 1,
    progress: Callable[[float], None] = lambda _share: None,
) -> Lost:
    """N-1 of every row, or of those wanted, each by the full fixpoint with backups spent.

    Parameters
    ----------
    wanted : bool (n + k,), rows to take out; None: all
    workers : threads, an engine for each; the answer is the same for any number
    """
    first = Engine(network, ONE_STEP, 60)
    tried = alive_rows(first) if wanted is None else alive_rows(first) & wanted
    targets = np.flatnonzero(tried).astype(np.int64)
    lifelines, rows = len(network.lifelines), len(tried)
    people, zones = np.zeros((lifelines, rows), np.int64), np.zeros((lifelines + 1, rows), np.int64)
    mine = _PerThread(network, first)
    blocks = [targets[begin : begin + LANES] for begin in range(0, len(targets), LANES)]
    with ThreadPoolExecutor(workers) as pool:
        found = in_order(pool, 2 * workers, lambda block: mine.get().block(block), blocks)
        for number, (block, one) in enumerate(zip(blocks, found, strict=True)):
            people[:, block], zones[:, block] = one
            progress((number + 1) / len(blocks))
    return Lost(people, zones, tried, first.undamaged.runs)


class _PerThread:
    """What takes rows out, one for each thread; the first thread takes the engine at hand."""

    def __init__(self, network: Network, first: Engine) -> None:
        self._network, self._undamaged = network, first.undamaged
        self._spare = [first]
        self._local = threading.local()

    def get(self) -> Alone:
        if not hasattr(self._local, "alone"):
            try:
                engine = self._spare.pop()
            except IndexError:
                engine = Engine(self._network, ONE_STEP, 60, self._undamaged)
            self._local.alone = Alone(engine)
        alone: Alone = self._local.alone
        return alone
