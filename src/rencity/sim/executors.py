"""Who does the blocks: threads here, processes here, or the workers of a Dask cluster.

Each is shaped like `concurrent.futures.Executor`. Threads share this process's memory; processes
and clusters read the plan from the run's folder (`rencity.sim.keep`) and leave their blocks there,
so that a worker that dies takes nothing along.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from rencity.kit.errors import RunError

P = ParamSpec("P")
R = TypeVar("R")
CONNECT_S = 10


@dataclass(frozen=True)
class Workers:
    """Who does the blocks of a run.

    Attributes
    ----------
    processes : 0: threads of this process, one for each core; 1: this thread alone; more: as many
        processes
    dask : address of a Dask scheduler; empty: none
    """

    processes: int = 0
    dask: str = ""

    @property
    def far(self) -> bool:
        """Whether blocks are done outside this process."""
        return bool(self.dask) or self.processes > 1

    @property
    def threads(self) -> int:
        """Threads for what is done in this process."""
        return self.processes or os.cpu_count() or 1


class Serial(Executor):
    """Does each call when it is submitted, in the caller's thread."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Do it now; the future is done when this returns."""
        future: Future[R] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as exc:  # noqa: BLE001 - handed to whoever asks for the result
            future.set_exception(exc)
        return future


@contextlib.contextmanager
def processes(count: int) -> Iterator[Executor]:
    """A pool of fresh processes, ended at once when the block is left by an error."""
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        count, mp_context=multiprocessing.get_context("spawn"), initializer=_leave_interrupts
    )
    try:
        yield pool
    except BaseException:
        for child in set(multiprocessing.active_children()) - before:
            child.kill()  # what it finished is on disk; the rest is done again
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    pool.shutdown()


def _leave_interrupts() -> None:
    """Ctrl-C reaches every process of a terminal; the one that waits for it ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The workers of a Dask cluster.

    Raises
    ------
    RunError : Dask is not installed, or nothing answers at the address
    """
    try:
        from distributed import Client  # noqa: PLC0415 - an extra, and slow to load
    except ImportError as exc:
        raise RunError(
            "Dask is not installed", place="--dask", mend="pip install 'rencity[dask]'"
        ) from exc
    try:
        client: Any = Client(  # type: ignore[no-untyped-call]
            address, timeout=CONNECT_S, set_as_default=False
        )
    except (OSError, TimeoutError, ValueError) as exc:
        raise RunError(
            f"no Dask scheduler answers: {exc}",
            place=address,
            mend="start one with `dask scheduler`, and give the address that it prints",
        ) from exc
    try:
        yield client.get_executor(pure=False)
    finally:
        client.close(timeout=CONNECT_S)
