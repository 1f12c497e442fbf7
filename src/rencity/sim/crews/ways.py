"""Ways of crews on the roads of a city, as they stand in each sample."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rencity.sim.travel import Places, Travel

Ids = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

_NONE: Bools = np.zeros((0, 0), bool)


class CityWays:
    """Times from bases to road nodes, made anew for each set of closed rows.

    A road asset that is out closes what it is; a junction that is out may be driven up to, not
    through, so that who mends it gets there.

    Parameters
    ----------
    bases : where crews set out from
    sites : road nodes that jobs are reached from
    asset : int64 (rows,), row of ``city.assets`` of each row of the network, −1 for none
    """

    def __init__(
        self, travel: Travel, bases: Places, sites: Ids, asset: npt.NDArray[np.int64]
    ) -> None:
        self.travel, self.bases, self.sites, self.asset = travel, bases, sites, asset
        self.open: Ids = travel.under().times(bases, Places.on(sites))

    @property
    def road(self) -> Bools:
        """Rows that close a way when they are out, bool (rows,)."""
        closes = np.diff(self.travel.roads.own_ptr) > 0
        return (self.asset >= 0) & closes[self.asset]

    def ticks(self, closed: Sequence[Ids]) -> Sequence[Ids]:
        """Ticks from each base to each site, for each set of closed rows."""
        made: list[Ids] = [self.open] * len(closed)
        shut = [k for k, rows in enumerate(closed) if len(rows)]
        closures = np.stack([self._closed_edges(closed[k]) for k in shut]) if shut else _NONE
        tables = self.travel.times_many(closures, self.bases, Places.on(self.sites))
        for k, table in zip(shut, tables, strict=True):
            made[k] = table
        return made

    def _closed_edges(self, rows: Ids) -> Bools:
        """Edges that are out or leave a junction that is, bool (m,)."""
        roads = self.travel.roads
        out = np.zeros(roads.assets + 1, bool)  # the last is read by −1: no asset, never out
        out[self.asset[rows]] = True
        found: Bools = out[roads.node_asset[roads.tail]] | out[roads.asset]
        return found
