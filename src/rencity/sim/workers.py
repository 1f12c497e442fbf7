"""Work on several threads: an engine for each, results in order, progress told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from rencity.city.network import Network
from rencity.sim.reach.engine import Engine, Undamaged

Progress = Callable[[str, float], None]
T = TypeVar("T")
R = TypeVar("R")


class Clock:
    """Time of each stage, told to whoever watches."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._stage = ""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what stands inside."""
        self._stage = name
        begin = time.perf_counter()
        self._progress(name, 0.0)
        yield
        self.seconds[name] = round(time.perf_counter() - begin, 3)
        self._progress(name, 1.0)

    def share(self, done: float) -> None:
        """Tell how much of the stage is done."""
        self._progress(self._stage, done)


class Engines:
    """An engine for each thread; the undamaged state is found once."""

    def __init__(self, network: Network, edge_min: npt.NDArray[np.int64], horizon_min: int) -> None:
        self._what = (network, edge_min, horizon_min)
        self._local = threading.local()
        first = Engine(*self._what)
        self._local.engine = first
        self.undamaged: Undamaged = first.undamaged

    def mine(self) -> Engine:
        """The calling thread's engine."""
        if not hasattr(self._local, "engine"):
            self._local.engine = Engine(*self._what, self.undamaged)
        engine: Engine = self._local.engine
        return engine


def in_order(
    pool: ThreadPoolExecutor, ahead: int, work: Callable[[T], R], items: Sequence[T] | range
) -> Iterator[R]:
    """Results in order with `ahead` in flight, so that finished blocks don't pile up."""
    waiting = [pool.submit(work, item) for item in items[:ahead]]  # type: ignore[arg-type]
    for number in range(len(items)):
        result = waiting.pop(0).result()
        if number + ahead < len(items):
            waiting.append(pool.submit(work, items[number + ahead]))  # type: ignore[arg-type]
        yield result


def mapper(pool: ThreadPoolExecutor, ahead: int, clock: Clock) -> Callable[..., list[Any]]:
    """A `map` on the pool that tells its progress."""

    def map_(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
        made = []
        for number, result in enumerate(in_order(pool, ahead, work, items)):
            made.append(result)
            clock.share((number + 1) / len(items))
        return made

    return map_
