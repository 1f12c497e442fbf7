"""What rides on what: pipes and cables led through utility tunnels and over bridges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
import shapely.ops

from rencity.city.demo.cells import Ground
from rencity.city.demo.draws import Floats, Ints
from rencity.city.demo.graph import nearest
from rencity.city.demo.plan import RULE
from rencity.city.demo.tunnels import MOST_KV, RIDE, Shapes, riders

TUNNEL_WIDTH_M = 6.0
LONGEST = 1.6
"""Longest way of a rider over a bridge, over its straight one."""

NONE = np.array([], dtype=np.int64)


def carry(
    ground: Ground, assets: pd.DataFrame, links: pd.DataFrame, tunnels: Shapes
) -> pd.DataFrame:
    """The carriers table; riders' shapes and lengths are led along their carrier, in place.

    Parameters
    ----------
    assets : with `x`, `y` and geometry in local metres
    tunnels : centre lines in the order of the utility tunnels among the assets
    """
    lines = _Lines(assets, links)
    made = [_in_tunnels(ground, lines, tunnels), _on_bridges(ground, lines)]
    own = np.flatnonzero(lines.full == "road.utility_tunnel")
    if len(tunnels):
        area = shapely.buffer(tunnels, TUNNEL_WIDTH_M / 2, cap_style="flat", join_style="mitre")
        lines.shape[own] = area
    lines.settle()
    return pd.concat(made, ignore_index=True)


class _Lines:
    """The straight lines among the assets, and how they are led."""

    def __init__(self, assets: pd.DataFrame, links: pd.DataFrame) -> None:
        self.assets, self.links = assets, links
        self.full = (assets["lifeline"] + "." + assets["kind"]).to_numpy(dtype=object)
        self.ids = assets["id"].to_numpy(dtype=object)
        self.shape: Shapes = assets["geometry"].to_numpy().copy()
        self.led = np.zeros(len(assets), dtype=bool)

    def rows(self) -> Ints:
        """Rows of what may ride and is not led yet."""
        high = self.assets["voltage_kv"].to_numpy(dtype=np.float64) > MOST_KV
        return np.flatnonzero(np.isin(self.full, RIDE) & ~high & ~self.led)

    def ends(self, rows: Ints) -> Floats:
        """Start and end of lines, shape (n, 2, 2)."""
        return shapely.get_coordinates(self.shape[rows]).reshape(-1, 2, 2)

    def lead(self, rows: Ints, shapes: Shapes, carrier: Ints) -> pd.DataFrame:
        """Lead lines along these shapes; their rows of the carriers table."""
        self.shape[rows] = shapes
        self.led[rows] = True
        return pd.DataFrame(
            {
                "carrier": self.ids[carrier],
                "asset": self.ids[rows],
                "origin": "synthetic",
                "rule": f"{RULE}.carriers",
            }
        )

    def settle(self) -> None:
        """Write shapes and lengths back to the tables."""
        self.assets["geometry"] = self.shape
        length = np.round(shapely.length(self.shape[self.led]), 1)
        self.assets.loc[self.led, "length_m"] = length
        longer = self.links["asset"].map(pd.Series(length, index=self.ids[self.led]))
        self.links["length_m"] = longer.fillna(self.links["length_m"])


def _in_tunnels(ground: Ground, lines: _Lines, tunnels: Shapes) -> pd.DataFrame:
    """Lines whose two ends lie by one tunnel go along it."""
    if not len(tunnels):
        return lines.lead(NONE, np.array([], dtype=object), NONE)
    rows, tunnel, along = riders(tunnels, lines.assets, ground.plan.size["tunnel_reach_m"])
    ends = lines.ends(rows)
    inside = [
        shapely.get_coordinates(shapely.ops.substring(line, *span))
        for line, span in zip(tunnels[tunnel], along.tolist(), strict=True)
    ]
    led = [
        shapely.LineString(np.vstack([e[:1], part, e[1:]]))
        for e, part in zip(ends, inside, strict=True)
    ]
    own = np.flatnonzero(lines.full == "road.utility_tunnel")
    return lines.lead(rows, np.array(led, dtype=object), own[tunnel])


def _on_bridges(ground: Ground, lines: _Lines) -> pd.DataFrame:
    """Lines that cross water near a bridge go over it."""
    bridges = np.flatnonzero(lines.full == "road.bridge")
    rows = lines.rows()
    ends = lines.ends(rows)
    over = ground.crosses(ends[:, 0], ends[:, 1]) | ground.wet(ends[:, 0], ends[:, 1])
    rows, ends = rows[over], ends[over]
    if not len(bridges) or not len(rows):
        return lines.lead(NONE, np.array([], dtype=object), NONE)
    heads = lines.ends(bridges)
    near = nearest(ends.mean(axis=1), heads.mean(axis=1), 1)[:, 0]
    deck = heads[near]
    back = _far(ends[:, 0], deck[:, 0]) + _far(ends[:, 1], deck[:, 1]) > (
        _far(ends[:, 0], deck[:, 1]) + _far(ends[:, 1], deck[:, 0])
    )
    deck[back] = deck[back][:, ::-1]
    led = shapely.linestrings(np.concatenate([ends[:, :1], deck, ends[:, 1:]], axis=1))
    fine = shapely.length(led) <= LONGEST * _far(ends[:, 0], ends[:, 1])
    return lines.lead(rows[fine], led[fine], bridges[near[fine]])


def _far(a: Floats, b: Floats) -> Floats:
    return np.hypot(*(a - b).T)
