"""A network and its trips as tables of a city."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from rencity.city.readers.ledger import Layer
from rencity.city.readers.numbering import numbered
from rencity.city.readers.tntp.files import Trips
from rencity.city.readers.tntp.mapping import Mapping
from rencity.city.readers.tntp.network import Floats, Network
from rencity.city.schema import TABLES
from rencity.kit.errors import InputError

RING_RULE = "tntp-placed-on-ring"
SOURCE_RULE = "tntp-source-of-half-the-trips"
ROAD_RULE = "tntp-one-road-both-ways"
SHARE_RULE = "tntp-access-in-equal-shares"
TRIPS_RULE = "tntp-trips-to-a-day"
FASTEST_KM_H = TABLES["links"].attribute("speed_km_h").most or np.inf

Texts = npt.NDArray[np.object_]


def node_ids(network: Network) -> Texts:
    """Asset id of each node."""
    return np.array([f"tntp-n-{node}" for node in network.nodes], dtype=object)


def zone_ids(network: Network) -> Texts:
    """Zone id of each node that is a zone."""
    return np.array([f"tntp-z-{node}" for node in network.nodes[: network.zones]], dtype=object)


def junctions(network: Network, points: Floats, sources: list[int], *, told: bool) -> Any:
    """Assets of the nodes that may be driven through.

    Parameters
    ----------
    points : float64 (nodes, 2), WGS-84
    sources : zones where service starts
    told : whether a mapping named them
    """
    starts = network.access.loc[network.access["zone"].isin(sources), "node"]
    source = np.isin(np.arange(len(network.nodes)), starts)
    ring = RING_RULE if network.xy is None else ""
    rules = [", ".join(filter(None, (ring, SOURCE_RULE if s and not told else ""))) for s in source]
    frame = gpd.GeoDataFrame(
        {
            "id": node_ids(network),
            "lifeline": "road",
            "kind": "junction",
            "name": network.nodes,
            "source": source,
            "origin": ["inferred" if rule else "measured" for rule in rules],
            "rule": rules,
        },
        geometry=shapely.points(points),
        crs="EPSG:4326",
    )
    return frame[network.through]


def links(network: Network, length_m: Floats, speed_km_h: Floats, capacity: Floats) -> pd.DataFrame:
    """Directed links; each names its road as its own asset.

    Parameters
    ----------
    length_m, speed_km_h, capacity : float64 (roads,), NaN where not known
    """
    roads, ids = network.roads, node_ids(network)
    names = np.array(network.nodes, dtype=object)
    key = pd.Series([f"tntp-l-{names[a]}-{names[b]}" for a, b in _ends(roads)], dtype=object)
    frame = pd.DataFrame(
        {
            "id": numbered(key),
            "lifeline": "road",
            "start": ids[roads["start"]],
            "end": ids[roads["end"]],
            "directed": True,
            "length_m": length_m,
            "speed_km_h": np.where(speed_km_h <= FASTEST_KM_H, speed_km_h, np.nan),
            "capacity_veh_h": capacity,
        }
    )
    frame["asset"] = frame.groupby(_road_of(roads))["id"].transform("first")
    return frame


def _ends(roads: pd.DataFrame) -> list[tuple[int, int]]:
    return list(zip(roads["start"].tolist(), roads["end"].tolist(), strict=True))


def _road_of(roads: pd.DataFrame) -> list[npt.NDArray[Any]]:
    """Two directions between the same nodes and of the same length are one road."""
    low, high = roads[["start", "end"]].min(axis=1), roads[["start", "end"]].max(axis=1)
    nth = roads.groupby(["start", "end", "length"], dropna=False).cumcount()
    return [low.to_numpy(), high.to_numpy(), roads["length"].to_numpy(), nth.to_numpy()]


def segments(network: Network, made: pd.DataFrame, points: Floats) -> Any:
    """The roads as assets, a straight line each; `made` are the links."""
    start, end = network.roads["start"].to_numpy(), network.roads["end"].to_numpy()
    first = made["id"].eq(made["asset"]).to_numpy()
    both = made["asset"].duplicated(keep=False).to_numpy()[first]
    ends = np.stack([points[start[first]], points[end[first]]], axis=1)
    lines = shapely.linestrings(ends)
    bare = shapely.length(lines) == 0  # a line without length is no line
    lines[bare] = shapely.points(ends[bare, 0])
    ring = RING_RULE if network.xy is None else ""
    rules = [", ".join(filter(None, (ring, ROAD_RULE if b else ""))) for b in both]
    return gpd.GeoDataFrame(
        {
            "id": made["id"].to_numpy()[first],
            "lifeline": "road",
            "kind": "segment",
            "length_m": made["length_m"].to_numpy()[first],
            "origin": ["inferred" if rule else "measured" for rule in rules],
            "rule": rules,
        },
        geometry=lines,
        crs="EPSG:4326",
    )


def zones(network: Network, points: Floats) -> Any:
    """The zones as points."""
    ring = network.xy is None
    return gpd.GeoDataFrame(
        {
            "id": zone_ids(network),
            "level": "community",
            "name": network.nodes[: network.zones],
            "origin": "inferred" if ring else "measured",
            "rule": RING_RULE if ring else "",
        },
        geometry=shapely.points(points[: network.zones]),
        crs="EPSG:4326",
    )


def serves(network: Network) -> pd.DataFrame:
    """Each zone by the nodes where its trips join the roads, in equal shares."""
    access = network.access
    inferred = {"origin": "inferred", "rule": SHARE_RULE}
    return pd.DataFrame(
        {
            "asset": node_ids(network)[access["node"]],
            "zone": zone_ids(network)[access["zone"]],
            "share": 1.0 / access.groupby("zone")["node"].transform("size"),
        }
    ).assign(**inferred)


def cells(trips: Trips, network: Network) -> tuple[pd.DataFrame, Layer]:
    """Trips by rows of two zones, and the account of the table's cells.

    Raises
    ------
    InputError : another number of zones than the network's, or a zone that is none
    """
    row = {zone: n for n, zone in enumerate(network.nodes[: network.zones])}
    unknown = [z for z in (*trips.start, *trips.end) if z not in row]
    if trips.zones != network.zones or unknown:
        said = f"zone {unknown[0]}" if unknown else f"{trips.zones} zones"
        raise InputError(
            f"{said}, the network has {network.zones} zones",
            place=str(trips.path),
            mend="give the trips of the same network",
        )
    frame = pd.DataFrame(
        {
            "start": [row[z] for z in trips.start],
            "end": [row[z] for z in trips.end],
            "trips": np.asarray(trips.trips, dtype=float),
        }
    )
    layer = Layer("trips", read=len(frame))
    some = frame[frame["trips"] > 0]
    made = some.groupby(["start", "end"], as_index=False)["trips"].sum()
    layer.kept = len(made)
    if len(some) < len(frame):
        layer.refuse("no trips", trips.path.name, len(frame) - len(some))
    if len(made) < len(some):
        layer.merge("a pair of zones again: added", trips.path.name, len(some) - len(made))
    return made, layer


def od(found: pd.DataFrame, network: Network, mapping: Mapping, day: float | None) -> pd.DataFrame:
    """Trips between zones; `day` is the part of a day they count for."""
    ids = zone_ids(network)
    return pd.DataFrame(
        {
            "start": ids[found["start"]],
            "end": ids[found["end"]],
            "user_class": mapping.user_class,
            "period": mapping.period,
            "trips": found["trips"],
            "trips_per_d": found["trips"] / day if day else np.nan,
        }
    )


def demands(found: pd.DataFrame, network: Network, day: float) -> pd.DataFrame:
    """Trips that start in each zone on a day."""
    total = found.groupby("start")["trips"].sum() / day
    whole = day == 1.0
    return pd.DataFrame(
        {
            "zone": zone_ids(network)[total.index],
            "lifeline": "road",
            "amount": total.to_numpy(),
            "origin": "measured" if whole else "inferred",
            "rule": "" if whole else TRIPS_RULE,
        }
    )


def half_of_trips(found: pd.DataFrame) -> list[int]:
    """The fewest zones where half of all trips start; of equal ones the first."""
    total = found.groupby("start")["trips"].sum().sort_values(ascending=False, kind="stable")
    before = total.cumsum() - total
    return [int(zone) for zone in total.index[before < total.sum() / 2]]
