"""The city's links and needs as arrays: what is fed, and what keeps itself up."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

if TYPE_CHECKING:
    from rencity.city.check.facts import Facts, Mask, Rows


class Supply:
    """Reach and needs of the undamaged city; faulty rows are left out.

    The semantics are those of the engine: `reached` is a least fixpoint from declared sources,
    along directions, and normally open links carry nothing; needs keep what runs running.
    """

    def __init__(self, facts: Facts) -> None:
        self.n = facts.n
        lifeline = facts.lifelines[0]
        start, end = facts.start, facts.end
        sound = (start >= 0) & (end >= 0) & (start != end)
        sound[sound] = lifeline[start[sound]] == lifeline[end[sound]]
        switched = sound & facts.city.links["normally_open"].to_numpy(dtype=bool)
        sound &= ~switched
        back = sound & ~facts.city.links["directed"].to_numpy(dtype=bool)
        self.tail = np.concatenate([start[sound], end[back]])
        self.head = np.concatenate([end[sound], start[back]])
        self.own = np.concatenate([facts.own[sound], facts.own[back]])
        # the switch of a normally open link stands at its end: its own asset is fed from the start
        live = np.concatenate([self.own, facts.own[switched]])
        self.fed, self.feeder = live[live >= 0], np.append(self.tail, start[switched])[live >= 0]
        self.source = facts.city.assets["source"].to_numpy(dtype=bool)
        there = (facts.need_group >= 0) & (facts.need_provider >= 0)
        there &= ~facts.city.needs.duplicated(["group", "provider"]).to_numpy()
        self.group, self.provider = facts.need_group[there], facts.need_provider[there]
        self.asset = facts.need_asset
        self.quorum = facts.number("need_groups", "quorum")
        self.backup_h = facts.number("need_groups", "backup_h")
        self.manual_h = facts.number("need_groups", "manual_start_h")

    def search(self, works: Mask) -> tuple[Rows, Rows]:
        """Breadth-first order from a root before all sources (row `n`), and who led to whom.

        A link's own asset hangs on the end that feeds it and leads nowhere: the passage is the
        link's, so two links with one own asset do not join there.
        """
        owned = self.own >= 0
        up = np.ones(len(self.own), dtype=bool)
        up[owned] = works[self.own[owned]]
        passes = up & works[self.tail] & works[self.head]
        hangs = works[self.feeder] & works[self.fed]
        starts = np.flatnonzero(self.source & works)
        tails = [np.full(len(starts), self.n), self.tail[passes], self.feeder[hangs]]
        heads = [starts, self.head[passes], self.fed[hangs]]
        arcs = graph(np.concatenate(tails), np.concatenate(heads), self.n + 1)
        order, before = csgraph.breadth_first_order(arcs, self.n, return_predecessors=True)
        return order.astype(np.int64), before.astype(np.int64)

    def reach(self, works: Mask) -> Mask:
        """What sources reach through what works."""
        reached = np.zeros(self.n + 1, dtype=bool)
        reached[self.search(works)[0]] = True
        return reached[: self.n]

    @cached_property
    def distance(self) -> npt.NDArray[np.float64]:
        """Links from the nearest source, everything up; infinite where none reaches."""
        order, before = self.search(np.ones(self.n, dtype=bool))
        return steps(order, before)[: self.n] - 1

    @cached_property
    def reached(self) -> Mask:
        """What a source reaches when everything is up and every need is met."""
        return self.reach(np.ones(self.n, dtype=bool))

    def met(self, served: Mask) -> Mask:
        """Needs whose quorum of alternatives is served."""
        count = np.bincount(self.group[served[self.provider]], minlength=len(self.quorum))
        return count >= self.quorum

    @cached_property
    def standing(self) -> Mask:
        """The greatest set that supports itself with everything up and nothing waived."""
        served = self.reached
        while True:
            works = served.copy()
            works[self.asset[~self.met(served) & (self.asset >= 0)]] = False
            if (works == served).all():
                return served
            served = self.reach(works)


def graph(tails: Rows, heads: Rows, n: int) -> sparse.csr_matrix:
    """Arcs between `n` nodes as scipy's graph routines take them; repeats count once."""
    ones = np.ones(len(tails), dtype=np.int32)
    made = sparse.coo_matrix((ones, (tails, heads)), shape=(n, n)).tocsr()
    made.data[:] = 1
    return made


def steps(order: Rows, before: Rows) -> npt.NDArray[np.float64]:
    """Steps from the root of a breadth-first search; infinite where it did not come."""
    place = np.full(len(before), -1, dtype=np.int64)
    place[order] = np.arange(len(order))
    parent = np.full(len(order), -1, dtype=np.int64)
    parent[1:] = place[before[order[1:]]]
    depth = np.zeros(len(order))
    # in breadth-first order each level is one run that ends before its children's begins
    level, high = 0, 1
    while high < len(order):
        level += 1
        end = int(np.searchsorted(parent, high, side="left"))
        depth[high:end] = level
        high = end
    far = np.full(len(before), np.inf)
    far[order] = depth
    return far
