"""The graph of one lifeline of a city, and events as what is down in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyproj
import shapely

from rencity.city.model import City
from rencity.city.network import Network
from rencity.city.network.rows import find
from rencity.kit.errors import CityError
from rencity.kit.findings import Finding
from rencity.kit.suggest import did_you_mean
from rencity.sim.connectivity.graph import Bools, Down, Floats, Graph, Ints
from rencity.sim.reach.carried import carried
from rencity.sim.reach.outages import Outages

GEOD = pyproj.Geod(ellps="WGS84")
DM = 10
"""Lengths are counted in whole decimetres, so that equal sums are equal."""


@dataclass(frozen=True)
class LifelineGraph:
    """One lifeline as a graph; an asset is a node, or a link that fails with it.

    Attributes
    ----------
    name : of the lifeline
    graph : n nodes, k links
    node_asset : int64 (n,), row of ``city.assets``
    link_asset, link_row : int64 (k,), row of ``city.assets`` or -1, and of ``city.links``
    metres : whether weights are lengths; else each link counts one
    findings : what was assumed
    """

    name: str
    graph: Graph
    node_asset: Ints
    link_asset: Ints
    link_row: Ints
    metres: bool
    findings: tuple[Finding, ...]

    def down(self, assets: Bools) -> Down:
        """Masks of events from bool (e, a) over ``city.assets``."""
        links = np.zeros((len(assets), self.graph.links), bool)
        own = self.link_asset >= 0
        links[:, own] = assets[:, self.link_asset[own]]
        return Down(assets[:, self.node_asset], links)


def graph_of(
    city: City, network: Network, lifeline: str, *, hops: bool = False, both: bool = False
) -> LifelineGraph:
    """The graph of a lifeline: its closed links, its sources, and who hangs on it.

    Parameters
    ----------
    hops : each link counts one, whatever its length
    both : every node is a source and a consumer, as in traffic

    Raises
    ------
    CityError : no such lifeline
    """
    if lifeline not in network.lifelines:
        mend = did_you_mean(lifeline, network.lifelines, what="lifeline")
        raise CityError(f"no lifeline {lifeline!r}", place="--lifeline", mend=mend)
    number = network.lifelines.index(lifeline)
    first, end = int(network.first[number]), int(network.first[number + 1])
    row = network.row_of_asset(len(city.assets))
    links = city.links
    mine = np.flatnonzero(((links["lifeline"] == lifeline) & ~links["normally_open"]).to_numpy())
    table, index = links.iloc[mine], pd.Index(city.assets["id"])
    start = find(index, table["start"], "links.start")
    stop = find(index, table["end"], "links.end")
    own = np.full(len(table), -1, np.int64)
    has = (table["asset"] != "").to_numpy()
    own[has] = find(index, table["asset"][has], "links.asset")
    weight, metres, findings = _weights(city, table, start, stop, own, hops=hops)
    through = (own >= 0) & (row[own] < network.nodes)
    plain = ~through
    pieces = [
        (start[plain], stop[plain], own[plain], mine[plain], weight[plain], plain),
        (start[through], own[through], None, mine[through], weight[through] / 2, through),
        (own[through], stop[through], None, mine[through], weight[through] / 2, through),
    ]
    directed = table["directed"].to_numpy()
    people = np.diff(network.people_ptr[first : end + 1]) > 0
    n = end - first
    graph = Graph(
        source=np.ones(n, bool) if both else network.source[first:end].astype(bool),
        consumer=np.ones(n, bool) if both else people,
        start=row[np.concatenate([piece[0] for piece in pieces])] - first,
        end=row[np.concatenate([piece[1] for piece in pieces])] - first,
        directed=np.concatenate([directed[piece[5]] for piece in pieces]),
        weight=np.concatenate([piece[4] for piece in pieces])
        if metres
        else np.ones(sum(len(piece[0]) for piece in pieces)),
    )
    none = np.full(int(through.sum()), -1, np.int64)
    return LifelineGraph(
        name=lifeline,
        graph=graph,
        node_asset=network.asset[first:end].astype(np.int64),
        link_asset=np.concatenate([own[plain], none, none]),
        link_row=np.concatenate([piece[3] for piece in pieces]),
        metres=metres,
        findings=tuple(findings),
    )


def _weights(
    city: City, table: pd.DataFrame, start: Ints, stop: Ints, own: Ints, *, hops: bool
) -> tuple[Floats, bool, list[Finding]]:
    """Length of each link in whole decimetres, as metres; 1 where none of them has any."""
    length = table["length_m"].to_numpy(np.float64, copy=True)
    lacks = np.isnan(length) & (own >= 0)
    length[lacks] = city.assets["length_m"].to_numpy()[own[lacks]]
    if hops or np.isnan(length).all():
        return np.ones(len(table)), False, []
    lacks = np.flatnonzero(np.isnan(length))
    findings = []
    if len(lacks):
        at = shapely.point_on_surface(city.assets.geometry.to_numpy()[[start[lacks], stop[lacks]]])
        x, y = shapely.get_x(at), shapely.get_y(at)
        length[lacks] = GEOD.inv(x[0], y[0], x[1], y[1])[2]
        findings.append(
            Finding(
                "measure-length-straight",
                "note",
                f"{len(lacks):,} links have no length; the straight line between their ends counts",
                "give length_m, or ask with --hops",
                "links",
                "length_m",
                tuple(table["id"].to_numpy()[lacks]),
            )
        )
    return np.rint(length * DM) / DM, True, findings


def assets_down(network: Network, damage: Outages, assets: int, lanes: int) -> Bools:
    """What is out of service at some time of each event, riders included, bool (lanes, assets)."""
    full = carried(network, damage)
    asset = np.concatenate([network.asset, network.link_asset]).astype(np.int64)
    made = np.zeros((lanes, assets), bool)
    keep = (full.lane < lanes) & (asset[full.row] >= 0)
    made[full.lane[keep], asset[full.row[keep]]] = True
    return made


def riders_too(network: Network, down: Bools) -> Bools:
    """The same events with what rides on what is down."""
    row = network.row_of_asset(down.shape[1])
    lane, asset = np.nonzero(down)
    inside = row[asset] >= 0
    made = down.copy()
    asset_of = np.concatenate([network.asset, network.link_asset]).astype(np.int64)
    for lane_, carrier in zip(lane[inside], row[asset[inside]], strict=True):
        riders = network.ride_row[network.ride_ptr[carrier] : network.ride_ptr[carrier + 1]]
        made[lane_, asset_of[riders]] = True
    return made
