"""What is lost in each event: connectivity, complete, partial and weighted; efficiency; size.

Failed nodes and links are removed; a removed source or consumer counts as zero. Lengths are by link
weight along directions. See `docs/network-measures.md` for the formulas and their source.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from rencity.kit.errors import InputError
from rencity.sim.connectivity.graph import Down, Floats, Graph, Ints
from rencity.sim.connectivity.paths import efficiency_of, sources_of, space_of, two_sources

T = TypeVar("T")
CHUNK = 256
"""Origins of one piece of work."""


@dataclass(frozen=True)
class Connectivity:
    """Losses of e events at c consumers; NaN where a consumer had nothing to lose.

    Attributes
    ----------
    consumer : int64 (c,), node of each
    sources, nearness : undamaged: sources with a path to each consumer, and sum of 1 / length
    complete : (e,)
    partial, weighted : (e, c)
    partial_event, weighted_event : (e,), means over consumers that had something to lose
    """

    consumer: Ints
    sources: Ints
    nearness: Floats
    complete: Floats
    partial: Floats
    weighted: Floats
    partial_event: Floats
    weighted_event: Floats


@dataclass(frozen=True)
class Efficiency:
    """Efficiency of i origins, undamaged and in e events.

    Attributes
    ----------
    origin : int64 (i,), node of each
    undamaged : (i,)
    loss : (e, i), zero where there was none to lose
    loss_event : (e,), 1 less the mean over origins against the undamaged mean
    error_event : (e,), standard error of it where the origins are a sample, else zero
    """

    origin: Ints
    undamaged: Floats
    loss: Floats
    loss_event: Floats
    error_event: Floats


def connectivity_loss(
    graph: Graph, down: Down, *, pairs: bool = True, workers: int = 1
) -> Connectivity:
    """Complete, partial and weighted loss of connectivity between sources and consumers.

    Parameters
    ----------
    pairs : search from every source; without it only the complete loss is found, the rest is NaN

    Raises
    ------
    InputError : no source, no consumer, or no consumer with a source even undamaged
    """
    _check(graph, down)
    consumer = np.flatnonzero(graph.consumer)
    whole = _with_undamaged(graph, down)
    connected = connected_consumers(graph, whole)
    if connected[0] == 0:
        raise InputError(
            "no consumer is reached by a source even undamaged",
            place="graph",
            mend="look for missing or wrongly directed links",
        )
    shape = (len(whole), len(consumer))
    number, nearness = np.zeros(shape, np.int64), np.zeros(shape)
    if pairs:
        number, nearness = _by_event(graph, whole, consumer, workers)
    partial, weighted = _lost(number), _lost(number * nearness)
    return Connectivity(
        consumer=consumer,
        sources=number[0].astype(np.int64),
        nearness=nearness[0],
        complete=1 - connected[1:] / connected[0],
        partial=partial,
        weighted=weighted,
        partial_event=_mean(partial),
        weighted_event=_mean(weighted),
    )


def connected_consumers(graph: Graph, down: Down) -> Ints:
    """Consumers that another node, a source, reaches in each event, int64 (e,)."""
    ptr, _, head, link = graph.arcs
    n = graph.nodes
    first, second = np.empty(n, np.int64), np.empty(n, np.int64)
    queue = np.empty(2 * n + 1, np.int64)
    made = np.zeros(len(down), np.int64)
    own = np.arange(n)
    for i in range(len(down)):
        two_sources(
            ptr, head, link, down.nodes[i], down.links[i], graph.source, first, second, queue
        )
        other = np.where(first == own, second, first) >= 0
        made[i] = int((other & graph.consumer & ~down.nodes[i]).sum())
    return made


def efficiency_loss(
    graph: Graph, down: Down, *, origins: Ints | None = None, workers: int = 1
) -> Efficiency:
    """Loss of the mean inverse length from each node to every other.

    Parameters
    ----------
    origins : nodes to measure from; None: all. A sample of them estimates the event's value
    """
    _check_masks(graph, down)
    origins = np.arange(graph.nodes) if origins is None else np.asarray(origins, np.int64)
    total = _efficiencies(graph, _with_undamaged(graph, down), origins, workers)
    value = total / max(1, graph.nodes - 1)
    base, now = value[0], value[1:]
    loss = np.divide(base - now, base, out=np.zeros_like(now), where=base > 0)
    mean = base.mean() if len(base) else 0.0
    event = 1 - now.mean(axis=1) / mean if mean > 0 else np.zeros(len(now))
    return Efficiency(origins, base, loss, event, _ratio_error(base, now, graph.nodes))


def _ratio_error(base: Floats, now: Floats, n: int) -> Floats:
    """Standard error of a ratio of means from a sample without replacement (Cochran 1977, 6.3)."""
    k = len(base)
    if k >= n or k < 2 or base.mean() == 0:
        return np.zeros(len(now))
    ratio = now.mean(axis=1) / base.mean()
    rest = now - ratio[:, None] * base[None, :]
    return np.asarray(np.sqrt((1 - k / n) / k * rest.var(axis=1, ddof=1)) / base.mean())


def giant_part(graph: Graph, down: Down) -> Floats:
    """Nodes of the greatest part that hangs together, over all nodes; direction is not looked at.

    Returns
    -------
    (e,)
    """
    _check_masks(graph, down)
    made = np.zeros(len(down))
    for i in range(len(down)):
        up = ~down.nodes[i]
        if up.any():
            keep = ~down.links[i] & up[graph.start] & up[graph.end]
            ones = np.ones(int(keep.sum()), np.int8)
            shape = (graph.nodes, graph.nodes)
            ways = sparse.coo_array((ones, (graph.start[keep], graph.end[keep])), shape=shape)
            _, part = csgraph.connected_components(ways, directed=False)
            made[i] = np.bincount(part[up]).max() / graph.nodes
    return made


def averaged(
    value: npt.NDArray[np.float64], *, years: float | None = None
) -> npt.NDArray[np.float64]:
    """Mean over events, or for an event set over years their sum divided by the years.

    Parameters
    ----------
    value : (e, …)

    Raises
    ------
    InputError : no event, or years that are not positive
    """
    if not len(value):
        raise InputError("no event", place="events", mend="give at least one")
    if years is None:
        return np.asarray(value.mean(axis=0))
    if not (np.isfinite(years) and years > 0):
        raise InputError(f"{years:g} years", place="years", mend="give more than zero")
    return np.asarray(value.sum(axis=0) / years)


def _check(graph: Graph, down: Down) -> None:
    for name in ("source", "consumer"):
        if not getattr(graph, name).any():
            raise InputError(f"no {name}", place="graph", mend=f"mark at least one node as {name}")
    _check_masks(graph, down)


def _check_masks(graph: Graph, down: Down) -> None:
    shapes = (down.nodes.shape[1:], down.links.shape[1:])
    if shapes != ((graph.nodes,), (graph.links,)) or len(down.nodes) != len(down.links):
        raise InputError(
            f"events of {down.nodes.shape} nodes and {down.links.shape} links on a graph of "
            f"{graph.nodes} and {graph.links}",
            place="events",
            mend="give one mask for each node and link",
        )


def _with_undamaged(graph: Graph, down: Down) -> Down:
    none = Down.none(graph)
    return Down(np.concatenate([none.nodes, down.nodes]), np.concatenate([none.links, down.links]))


def _lost(value: npt.NDArray[np.number]) -> Floats:
    """1 − value / undamaged, which is the first row; NaN where that is zero."""
    first = value[0].astype(float)
    shape = (len(value) - 1, len(first))
    ratio = np.divide(value[1:], first, out=np.full(shape, np.nan), where=first > 0)
    return np.asarray(1 - ratio)


def _mean(loss: Floats) -> Floats:
    known = ~np.isnan(loss[0]) if len(loss) else np.zeros(0, bool)
    if not known.any():
        return np.full(len(loss), np.nan)
    return np.asarray(loss[:, known].mean(axis=1))


def _by_event(graph: Graph, down: Down, consumer: Ints, workers: int) -> tuple[Ints, Floats]:
    """Sources with a path, and the sum of 1 / length, at each consumer, (e, c)."""
    sources = np.flatnonzero(graph.source)
    number = np.zeros((len(down), len(consumer)), np.int64)
    nearness = np.zeros((len(down), len(consumer)))
    ptr, _, head, link = graph.arcs
    local = threading.local()

    def one(i: int) -> None:
        space = _space(local, graph)
        sources_of(
            ptr, head, link, graph.weight, down.nodes[i], down.links[i], sources, consumer, space,
            number[i], nearness[i],
        )  # fmt: skip

    _all(one, range(len(down)), workers)
    return number, nearness


def _efficiencies(graph: Graph, down: Down, origins: Ints, workers: int) -> Floats:
    total = np.zeros((len(down), len(origins)))
    ptr, _, head, link = graph.arcs
    local = threading.local()

    def one(piece: tuple[int, int]) -> None:
        i, begin = piece
        part = slice(begin, begin + CHUNK)
        efficiency_of(
            ptr, head, link, graph.weight, down.nodes[i], down.links[i], origins[part],
            _space(local, graph), total[i, part],
        )  # fmt: skip

    _all(one, [(i, b) for i in range(len(down)) for b in range(0, len(origins), CHUNK)], workers)
    return total


def _space(local: threading.local, graph: Graph) -> object:
    if not hasattr(local, "space"):
        local.space = space_of(graph.nodes, len(graph.arcs[1]))
    return local.space


def _all(work: Callable[[T], None], items: Iterable[T], workers: int) -> None:
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(work, items):
            pass
