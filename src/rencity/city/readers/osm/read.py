"""An OpenStreetMap extract into the tables of a city."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from rencity.city.identity import Source
from rencity.city.readers.ledger import Part
from rencity.city.readers.osm.account import MERGED, REFUSED, VERTEX
from rencity.city.readers.osm.facilities import facilities
from rencity.city.readers.osm.gather import Gathered, gather
from rencity.city.readers.osm.places import GOOD, WHY_BAD, distinct
from rencity.city.readers.osm.power import power_lines
from rencity.city.readers.osm.roads import roads
from rencity.city.readers.osm.stream import check_file
from rencity.city.readers.osm.zones import zones
from rencity.kit.errors import InputError

LAYER = "osm"


def read_osm(src: Path, crs: str | None = None) -> Part:
    """Read roads, lifeline facilities, power lines and boundaries of an extract.

    Parameters
    ----------
    src : an ``.osm.pbf`` or ``.osm`` file; objects may come in any order
    crs : GCJ-02 or BD-09 where its coordinates were drawn over such a map; None: WGS-84

    Returns
    -------
    Tables zones, assets and links, and the account of nodes, ways (highways, buildings,
    others) and relations: each object of the file is counted once.

    Raises
    ------
    InputError : missing, empty, broken, a history file, or nothing in it that a city is made of
    """
    src = Path(src)
    check_file(src)
    taken = gather(src)
    taken.move(crs, place=str(src))
    found = facilities(taken)
    network = roads(taken)
    lines = power_lines(taken, found.assets)
    assets = _joined(network.assets, found.assets, lines.assets)
    if assets.empty:
        raise InputError(
            "holds no road, no facility and no line that a city is made of",
            place=str(src),
            mend="give an extract with highways, or one that was not filtered",
        )
    tables = {
        "zones": zones(taken, _name(src), assets.geometry),
        "assets": assets,
        "links": pd.concat([network.links, lines.links], ignore_index=True),
    }
    _count_vertices(taken)
    source = Source(
        layer=LAYER,
        title=f"OpenStreetMap, {src.name}",
        licence="ODbL-1.0",
        note="© OpenStreetMap contributors",
    )
    return Part(tables, taken.account.layers(), (source,))


def _joined(*frames: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    some = [frame for frame in frames if len(frame)]
    return gpd.GeoDataFrame(pd.concat(some or [frames[0]], ignore_index=True), crs="EPSG:4326")


def _name(src: Path) -> str:
    return src.name.removesuffix(".pbf").removesuffix(".osm")


def _count_vertices(taken: Gathered) -> None:
    """Tell of the nodes that only give others their shape."""
    nodes, ways, places = taken.account.nodes, taken.account.ways, taken.places
    refs = [np.zeros(0, np.int64)]
    for lines in (taken.roads, taken.power, taken.outlines):
        stays = np.asarray([ways.stays(key) for key in lines.ids], bool)
        refs.append(np.asarray(lines.refs, np.int64)[np.repeat(stays, lines.counts())])
    rows = places.rows(distinct(np.concatenate(refs)))
    nodes.many(places.refs[rows[places.state[rows] == GOOD]], MERGED, VERTEX)
    for bad, reason in WHY_BAD.items():
        nodes.many(places.refs[places.state == bad], REFUSED, reason)
    nodes.many(np.asarray(taken.supports, np.int64), REFUSED, "tower or pole on no line")
