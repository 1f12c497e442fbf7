"""One sample alone, as plain arrays: who is reached, whose needs are met, what stands by itself.

The engine asks these questions of 512 samples at once and cannot say by which path or for which
need; here it is one sample, and the answer keeps its reason. Rows are nodes, then link rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.city.network import NOT_OPEN, Network

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
NOBODY = -1


@dataclass(frozen=True)
class Reach:
    """Who is reached, and how.

    Attributes
    ----------
    served : bool (n,)
    via, by_link : int64 (n,), the node before it on a shortest path from a source and the link row
        between; `NOBODY` for sources and what is not reached
    """

    served: Bools
    via: Ints
    by_link: Ints


@dataclass(frozen=True)
class Round:
    """One round of losses: who stopped for want of something, who was cut off by it.

    Attributes
    ----------
    stopped, cut : int64, nodes ascending
    before : reach at the beginning of the round
    unmet : bool (g,), needs neither met nor waived
    """

    stopped: Ints
    cut: Ints
    before: Reach
    unmet: Bools


def reach(network: Network, able: Bools, link_up: Bools) -> Reach:
    """Nodes reached from able sources through able nodes over links that carry, breadth first.

    Parameters
    ----------
    able : bool (n,), operates
    link_up : bool (k,)
    """
    served, via, by_link = _reach(
        *(_still(getattr(network, name)) for name in ("out_ptr", "out_node", "out_link", "source")),
        able,
        link_up,
    )
    return Reach(served, via, by_link)


def needs_met(network: Network, served: Bools) -> Bools:
    """Whether the quorum of each need is served, bool (g,)."""
    groups = len(network.group_node)
    size = np.diff(network.group_ptr)
    group = np.repeat(np.arange(groups), size)
    running = np.bincount(group, served[network.group_provider], groups)
    return running >= network.group_quorum


def operating(network: Network, up: Bools, ok: Bools) -> Bools:
    """Whether each node is up and every need of it met or waived, bool (n,)."""
    able = up.copy()
    able[network.group_node[~ok]] = False
    return able


def undamaged_runs(network: Network) -> Bools:
    """The greatest set that supports itself with everything up, nothing waived; bool (n,)."""
    everything = np.ones(network.nodes, bool)
    left = everything
    whole = Reach(everything, *_unknown(network))
    for one in losses(network, whole, everything, closed_links(network)):
        left = without(left, one)
    return left


def closed_links(network: Network) -> Bools:
    """Links that carry in the undamaged city, bool (k,)."""
    return np.asarray(network.link_open_min) == NOT_OPEN


def losses(
    network: Network, now: Reach, up: Bools, link_up: Bools, waived: Bools | None = None
) -> Iterator[Round]:
    """Round by round what leaves `now.served` until the rest supports itself.

    Parameters
    ----------
    waived : bool (g,), needs that may be unmet; None: not one
    """
    while True:
        ok = needs_met(network, now.served)
        if waived is not None:
            ok |= waived
        able = operating(network, up, ok) & now.served
        after = reach(network, able, link_up)
        stopped = np.flatnonzero(now.served & ~able)
        cut = np.flatnonzero(able & ~after.served)
        if not len(stopped) and not len(cut):
            return
        yield Round(stopped, cut, now, ~ok)
        now = after


def starts(network: Network, served: Bools, up: Bools, link_up: Bools, waived: Bools) -> Bools:
    """The least set above `served` to which nothing more can be added, bool (n,)."""
    while True:
        able = operating(network, up, needs_met(network, served) | waived)
        grown = reach(network, able, link_up).served
        if (grown == served).all():
            return served
        served = grown


def without(served: Bools, one: Round) -> Bools:
    """What is left after a round."""
    left = served.copy()
    left[one.stopped] = False
    left[one.cut] = False
    return left


def cutters(network: Network, one: Round, link_up: Bools) -> Ints:
    """For each node cut off in a round the row that stands between it and its source.

    On the path that fed it before the round, the nearest row that stopped or, of links, is down.
    """
    n = network.nodes
    via, by_link = one.before.via, one.before.by_link
    hop = np.arange(n)
    has = via != NOBODY
    blocked = np.zeros(n, bool)
    blocked[one.stopped] = True
    down_link = np.zeros(n, bool)
    down_link[has] = ~link_up[by_link[has]]
    on = has & ~down_link & ~blocked
    hop[on] = via[on]
    for _ in range(max(n, 2).bit_length()):  # each pass doubles how far a node looks
        hop = hop[hop]
    found = np.where(down_link[hop] & ~blocked[hop], n + by_link[hop], hop)
    return found[one.cut].astype(np.int64)


def _still(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Read-only, as arrays from the city's cache are, so that it compiles once."""
    view = np.asarray(array).view()
    view.flags.writeable = False
    return view


def _unknown(network: Network) -> tuple[Ints, Ints]:
    return (np.full(network.nodes, NOBODY, np.int64), np.full(network.nodes, NOBODY, np.int64))


@njit(nogil=True, cache=True)
def _reach(out_ptr: Any, out_node: Any, out_link: Any, source: Any, able: Any, up: Any) -> Any:
    n = len(source)
    served = np.zeros(n, np.bool_)
    via, by_link = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    queue = np.empty(n, np.int64)
    end = 0
    for v in range(n):
        if source[v] and able[v]:
            served[v] = True
            queue[end] = v
            end += 1
    begin = 0
    while begin < end:
        u = queue[begin]
        begin += 1
        for e in range(out_ptr[u], out_ptr[u + 1]):
            v = out_node[e]
            if able[v] and not served[v] and up[out_link[e]]:
                served[v] = True
                via[v], by_link[v] = u, out_link[e]
                queue[end] = v
                end += 1
    return served, via, by_link
