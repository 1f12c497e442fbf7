"""TNTP files into the tables of a city."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from rencity.city.identity import Source
from rencity.city.readers import drawing
from rencity.city.readers.ledger import Part
from rencity.city.readers.physics import Named, physics_files
from rencity.city.readers.tntp import tables
from rencity.city.readers.tntp.files import find_files, read_net, read_nodes, read_trips
from rencity.city.readers.tntp.findings import doubts
from rencity.city.readers.tntp.mapping import Mapping, in_unit, read_mapping
from rencity.city.readers.tntp.network import Floats, Network, network_of
from rencity.kit.errors import InputError

RING_STEP_M = 500.0
"""Between neighbours on the ring, where no length says better."""


class Sizes(NamedTuple):
    """What one of the file's units is, None where not said."""

    length_m: float | None
    time_h: float | None
    speed_km_h: float | None
    capacity_h: float | None
    trips_d: float | None


def read_tntp(src: Path, mapping: Path | None = None, crs: str | None = None) -> Part:
    """Read a road network, its zones and its trip table.

    Parameters
    ----------
    src : folder that holds ``NAME_net.tntp`` and, if there are, ``NAME_node.tntp`` and
        ``NAME_trips.tntp``; or the network file
    mapping : TOML, see `rencity.city.readers.tntp.mapping`
    crs : coordinate system of the node file; ``local`` places it, or without one a ring of nodes,
        in metres north-east of 0/0; None: degrees

    Returns
    -------
    Tables assets, links, zones, serves, od and, if a day's trips are known, demands; the files
    themselves with their ids; what is left in doubt.

    Raises
    ------
    InputError : a broken file or mapping, or a network whose place is unknown
    """
    files, said = find_files(Path(src)), read_mapping(mapping)
    sizes = _sizes(said, str(mapping))
    net = read_net(files.net)
    network = network_of(net, read_nodes(files.node) if files.node else None)
    length_m = network.roads["length"].to_numpy() * (sizes.length_m or np.nan)
    points = _points(network, length_m, crs, str(files.node or files.net))
    trips = read_trips(files.trips) if files.trips else None
    found, layers = _empty_cells(), network.layers
    if trips is not None:
        found, layer = tables.cells(trips, network)
        layers = (*layers, layer)
    sources = _sources(said, network, str(mapping)) or tables.half_of_trips(found)
    made = _tables(network, points, length_m, sizes, said, found, sources)
    kept = physics_files(
        "physics/tntp", files.name, files.present(), _named(network, made["links"])
    )
    doubtful = tuple(doubts(network, made, sizes, crs, sources))
    return Part(made, layers, (_source(files.name, network, crs),), files=kept, findings=doubtful)


def _sizes(said: Mapping, place: str) -> Sizes:
    units = said.units
    return Sizes(
        in_unit(units.length, "m", place=f"{place} units.length"),
        in_unit(units.time, "h", place=f"{place} units.time"),
        in_unit(units.speed, "km/h", place=f"{place} units.speed"),
        in_unit(units.capacity_per, "h", place=f"{place} units.capacity_per"),
        in_unit(units.trips_per, "d", place=f"{place} units.trips_per"),
    )


def _empty_cells() -> pd.DataFrame:
    return pd.DataFrame({"start": np.zeros(0, int), "end": np.zeros(0, int), "trips": np.zeros(0)})


def _points(network: Network, length_m: Floats, crs: str | None, place: str) -> Floats:
    xy = network.xy
    if xy is None:
        if crs != drawing.LOCAL:
            raise InputError(
                "no file of nodes: the network has no place",
                place=place,
                mend="put NAME_node.tntp beside it, or give --crs local to draw its nodes on a "
                "ring near latitude 0, longitude 0",
            )
        angle = 2 * np.pi * np.arange(len(network.nodes)) / len(network.nodes)
        radius = RING_STEP_M / (2 * np.sin(np.pi / max(len(network.nodes), 2)))
        xy = radius * np.column_stack([np.sin(angle), np.cos(angle)])
    ends = network.roads[["start", "end"]].to_numpy()
    return drawing.placed(xy, list(xy[ends]), np.nan_to_num(length_m), crs, place)


def _sources(said: Mapping, network: Network, place: str) -> list[int]:
    row = {zone: n for n, zone in enumerate(network.nodes[: network.zones])}
    unknown = [zone for zone in said.sources if zone not in row]
    if unknown:
        raise InputError(
            f"no zone {unknown[0]}",
            place=f"{place} sources",
            mend=f"name zones of the network, such as {network.nodes[0]}",
        )
    return [row[zone] for zone in said.sources]


def _tables(
    network: Network,
    points: Floats,
    length_m: Floats,
    sizes: Sizes,
    said: Mapping,
    found: pd.DataFrame,
    sources: list[int],
) -> dict[str, pd.DataFrame]:
    capacity = network.roads["capacity"].to_numpy() / (sizes.capacity_h or np.nan)
    links = tables.links(network, length_m, _speed(network, length_m, sizes), capacity)
    nodes = tables.junctions(network, points, sources, told=bool(said.sources))
    roads = tables.segments(network, links, points)
    made = {
        "assets": gpd.GeoDataFrame(pd.concat([nodes, roads], ignore_index=True), crs="EPSG:4326"),
        "links": links,
        "zones": tables.zones(network, points),
        "serves": tables.serves(network),
        "od": tables.od(found, network, said, sizes.trips_d),
    }
    if sizes.trips_d and len(found):
        made["demands"] = tables.demands(found, network, sizes.trips_d)
    return made


def _speed(network: Network, length_m: Floats, sizes: Sizes) -> Floats:
    """Length over free-flow time; the speed limit where there is none."""
    time_h = network.roads["time"].to_numpy() * (sizes.time_h or np.nan)
    limit = network.roads["speed"].to_numpy() * (sizes.speed_km_h or np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        speed = np.where(time_h > 0, length_m / 1000 / time_h, np.nan)
    return np.where(np.isfinite(speed), speed, np.where(limit > 0, limit, np.nan))


def _source(name: str, network: Network, crs: str | None) -> Source:
    note = ""
    if network.xy is None:
        note = "nodes drawn on a ring north-east of 0/0: their places are not known"
    elif crs == drawing.LOCAL:
        note = "placed north-east of 0/0 in metres, scaled to its links where lengths are known"
    return Source(
        layer="tntp",
        title=f"TNTP network {name}",
        licence="as its owner says",
        note=note,
    )


def _named(network: Network, links: pd.DataFrame) -> Iterator[Named]:
    for node, asset, through in zip(
        network.nodes, tables.node_ids(network), network.through, strict=True
    ):
        if through:
            yield "node", node, "assets", asset
    for node, zone in zip(network.nodes, tables.zone_ids(network), strict=False):
        yield "zone", node, "zones", zone
    for line, link in zip(network.roads["line"], links["id"], strict=True):
        yield "line", str(line), "links", link
