"""Every block of a plan, in order, whoever does them and however often workers die."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from pathlib import Path
from typing import TypeVar

from rencity.kit.errors import RunError
from rencity.sim.executors import Workers, cluster, processes
from rencity.sim.keep import Keep, read_plan
from rencity.sim.plan import Plan, Simulator
from rencity.sim.reach.block import Block

T = TypeVar("T")
R = TypeVar("R")

DEATHS = 3
"""Pools that may die one after the other without finishing a block."""


class Simulators:
    """A simulator for each thread."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._local = threading.local()

    def mine(self) -> Simulator:
        """The calling thread's."""
        if not hasattr(self._local, "simulator"):
            self._local.simulator = Simulator(self._plan)
        simulator: Simulator = self._local.simulator
        return simulator


def near_blocks(
    plan: Plan, simulators: Simulators, pool: Executor, ahead: int, keep: Keep | None
) -> Iterator[Block]:
    """Blocks in order, done in this process with at most `ahead` in flight."""

    def one(number: int) -> Block:
        held = keep.load(number) if keep else None
        if held is not None:
            return held
        made = simulators.mine().block(number)
        if keep:
            keep.save(number, made)
        return made

    yield from in_order(pool, ahead, one, plan.blocks)


def in_order(pool: Executor, ahead: int, work: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
    """Results in order with `ahead` in flight, so that finished ones don't pile up."""
    waiting = [pool.submit(work, item) for item in items[:ahead]]
    for number in range(len(items)):
        result = waiting.pop(0).result()
        if number + ahead < len(items):
            waiting.append(pool.submit(work, items[number + ahead]))
        yield result


def far_blocks(plan: Plan, workers: Workers, keep: Keep) -> Iterator[Block]:
    """Blocks in order, done by other processes and left in `keep`.

    A pool that breaks because a worker was killed is made anew, and what it had not finished is
    done again.

    Raises
    ------
    RunError : workers keep dying, or the cluster went away; finished blocks stay
    """
    left, deaths = list(plan.blocks), 0
    while left:
        before = keep.finished()
        with contextlib.suppress(_Died), _hired(workers) as pool:
            for block in _in_turn(pool, keep, tuple(left)):
                yield block
                left.pop(0)
        deaths = deaths + 1 if keep.finished() == before else 0
        if left and deaths >= DEATHS:
            raise RunError(
                f"workers died {DEATHS} times in a row before they finished a block",
                place=f"block {left[0]}",
                mend="give fewer workers (they may lack memory) and run again: "
                "finished blocks are kept",
            )


class _Died(Exception):  # noqa: N818 - caught here, never shown
    """A pool lost a worker."""


def _hired(workers: Workers) -> contextlib.AbstractContextManager[Executor]:
    return cluster(workers.dask) if workers.dask else processes(workers.processes)


def _in_turn(pool: Executor, keep: Keep, numbers: Sequence[int]) -> Iterator[Block]:
    try:
        todo = {
            number: pool.submit(_TASK, str(keep.folder), number)
            for number in numbers
            if not keep.path(number).exists()
        }
    except BrokenExecutor as exc:
        raise _Died from exc
    for number in numbers:
        if number in todo:
            _wait(todo[number], number, keep)
        block = keep.load(number)
        if block is None:
            keep.path(number).unlink(missing_ok=True)
            raise _Died  # it was torn, so it is done again
        yield block


def _wait(future: Future[int], number: int, keep: Keep) -> None:
    try:
        future.result()
    except BrokenExecutor as exc:
        raise _Died from exc
    except CancelledError as exc:
        raise _gone("was cancelled", number, keep) from exc
    except Exception as exc:
        if type(exc).__module__.split(".")[0] == "distributed":
            raise _gone(f"was lost ({type(exc).__name__})", number, keep) from exc
        raise


def _gone(what: str, number: int, keep: Keep) -> RunError:
    return RunError(
        f"block {number} {what}: the Dask cluster or its worker went away",
        place=str(keep.folder),
        mend="start it and run again: the blocks that are finished are kept",
    )


_held: dict[str, Simulator] = {}
"""The simulator that this worker process holds, by what run it is for."""


def do_block(folder: str, number: int) -> int:
    """Do one block in a worker process and leave it in the run's folder.

    Raises
    ------
    RunError : the folder cannot be seen from here
    """
    keep = Keep(Path(folder))
    if keep.path(number).exists():
        return number
    keep.save(number, _simulator(keep.folder).block(number))
    return number


_TASK = do_block


def _simulator(folder: Path) -> Simulator:
    try:
        name = f"{folder} {(folder / 'key').read_text('utf-8')}"
        if name not in _held:
            _held.clear()
            _held[name] = Simulator(read_plan(folder))
    except FileNotFoundError as exc:
        raise RunError(
            "a worker cannot see the run's folder",
            place=str(folder),
            mend="choose an --out that every worker sees under the same path",
        ) from exc
    return _held[name]
