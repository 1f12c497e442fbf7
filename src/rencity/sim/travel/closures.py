"""What is closed or slowed on the roads."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rencity.kit.errors import ScenarioError
from rencity.sim.travel.roads import Bools, Floats, Ints, Roads
from rencity.sim.travel.ticks import UNREACHABLE, Ticks, assert_fits


def _no_rows() -> Ints:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class Closures:
    """Closed and slowed edges of one moment.

    Attributes
    ----------
    closed : int64, edges that carry nothing, ascending
    slowed : int64, edges that take longer, ascending
    factor : how many times as long each of `slowed` takes, 1 or more
    """

    closed: Ints = field(default_factory=_no_rows)
    slowed: Ints = field(default_factory=_no_rows)
    factor: Floats = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def of(
        cls,
        roads: Roads,
        *,
        assets: npt.ArrayLike = (),
        edges: npt.ArrayLike = (),
        slow_assets: npt.ArrayLike = (),
        slow_edges: npt.ArrayLike = (),
        factor: float = 1.0,
        up_to: bool = False,
    ) -> Closures:
        """Closures by rows of assets, by edges, or both.

        Parameters
        ----------
        assets : rows of ``city.assets`` that are down; a node's closes all its edges
        slow_assets, slow_edges, factor : what takes `factor` times as long
        up_to : one may still drive up to a node that is down, as who mends it does, not through it

        Raises
        ------
        ScenarioError : a row or an edge that is not there, or a factor below 1
        """
        closed = _edges(roads, assets, edges, up_to=up_to)
        slowed = np.setdiff1d(_edges(roads, slow_assets, slow_edges, up_to=False), closed)
        if not 1 <= factor < np.inf:
            raise ScenarioError(
                f"roads are slowed {factor:g} times",
                place="closures",
                mend="give a factor of 1 or more, or close them",
            )
        return cls(closed, slowed, np.full(len(slowed), float(factor)))

    def ticks(self, roads: Roads) -> Ticks:
        """Time of every edge under these closures, int32 (m,).

        Raises
        ------
        CityError : slowed so much that times could pass the range
        """
        ticks = roads.ticks.copy()
        if len(self.slowed):
            ticks[self.slowed] = self._slowed_ticks(roads)
        ticks[self.closed] = UNREACHABLE
        return ticks

    def _slowed_ticks(self, roads: Roads) -> Ints:
        now = roads.ticks.astype(np.int64)
        is_open = now[self.slowed] < UNREACHABLE
        longer = np.minimum(np.ceil(now[self.slowed] * self.factor), 2**62).astype(np.int64)
        now[self.slowed] = np.where(is_open, longer, UNREACHABLE)
        open_ = roads.ticks < UNREACHABLE
        assert_fits(roads.tail[open_], now[open_], roads.nodes, place="closures")
        return now[self.slowed]


def closed_edges(roads: Roads, down: Bools) -> Bools:
    """Which edges stand closed in each sample.

    Parameters
    ----------
    down : (k, a), which assets are down in each sample

    Returns
    -------
    (k, m)
    """
    down = np.atleast_2d(down)
    made = down[:, roads.node_asset[roads.tail]] | down[:, roads.node_asset[roads.head]]
    has = roads.asset >= 0
    made[:, has] |= down[:, roads.asset[has]]
    return made


def _edges(roads: Roads, assets: npt.ArrayLike, edges: npt.ArrayLike, *, up_to: bool) -> Ints:
    rows = _within(assets, roads.assets, "asset")
    own = roads.edges_of(rows)
    if up_to and len(own):
        at_end = np.isin(roads.node_asset[roads.head[own]], rows)
        else_ = np.isin(roads.asset[own], rows) | np.isin(roads.node_asset[roads.tail[own]], rows)
        own = own[else_ | ~at_end]
    return np.union1d(own, _within(edges, roads.edges, "edge")).astype(np.int64)


def _within(rows: npt.ArrayLike, count: int, what: str) -> Ints:
    made = np.asarray(rows, np.int64).reshape(-1)
    wrong = made[(made < 0) | (made >= count)]
    if len(wrong):
        raise ScenarioError(
            f"no {what} in row {wrong[0]}",
            place="closures",
            mend=f"rows are 0 to {count - 1}",
        )
    return made
