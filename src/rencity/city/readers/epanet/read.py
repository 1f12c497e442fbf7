"""An EPANET input file into the tables of a city."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from rencity.city.identity import Source
from rencity.city.readers.drawing import LOCAL
from rencity.city.readers.epanet.frame import shapes
from rencity.city.readers.epanet.inp import read_inp
from rencity.city.readers.epanet.network import Network, read_network
from rencity.city.readers.extent import extent_tables
from rencity.city.readers.ledger import Part
from rencity.city.readers.physics import Named, physics_files

INFLOW_RULE = "epanet-inflow-is-source"
CONTROL_RULE = "epanet-controlled-link"
TANK_RULE = "epanet-tanks-supply"

NODE_KINDS = {"junction": "junction", "reservoir": "source", "tank": "tank"}


def read_epanet(src: Path, crs: str | None = None, *, tanks_supply: bool = False) -> Part:
    """Read a water network: nodes, pipes, pumps and valves, demands in m3/d.

    Parameters
    ----------
    src : an ``.inp`` file of EPANET 2.0 or 2.2
    crs : coordinate system of its drawing, e.g. ``EPSG:4547``; ``local`` places it in metres
        north-east of 0/0; None: it is in degrees
    tanks_supply : whether a tank is a source; it is one only until it is empty

    Returns
    -------
    Tables assets and links, a pump as a node between two links; one zone, the network's hull, and
    what its junctions serve by demand; the account of each section; the file itself with its ids.

    Raises
    ------
    InputError : a broken file, with its line; or a drawing whose place is unknown
    """
    src = Path(src)
    network = read_network(read_inp(src))
    points, lines = shapes(network, crs)
    nodes = _nodes(network, points, tanks_supply)
    tables = {
        "assets": pd.concat([nodes, _link_assets(network, lines)], ignore_index=True),
        "links": _links(network),
        **extent_tables("epanet", src.stem, "water", nodes),
    }
    note = "placed north-east of 0/0 in metres, scaled to its pipe lengths" if crs == LOCAL else ""
    source = Source(
        layer="epanet", title=f"EPANET network {src.name}", licence="as its owner says", note=note
    )
    files = physics_files("physics/epanet", src.stem, [src], _named(network))
    return Part(tables, tuple(network.layers), (source,), files=files)


def _named(network: Network) -> Iterator[Named]:
    for key in network.nodes:
        yield "node", key, "assets", f"epanet-n-{key}"
    for key in network.links:
        yield "link", key, "assets", f"epanet-l-{key}"


def _nodes(network: Network, points: list[Any], tanks_supply: bool) -> gpd.GeoDataFrame:
    rows = []
    for (key, node), point in zip(network.nodes.items(), points, strict=True):
        inflow = node.kind == "junction" and node.demand_m3_d < 0
        supplies = node.kind == "tank" and tanks_supply
        rule = INFLOW_RULE if inflow else TANK_RULE if supplies else ""
        rows.append(
            {
                "id": f"epanet-n-{key}",
                "lifeline": "water",
                "kind": NODE_KINDS[node.kind],
                "name": key,
                "source": node.kind == "reservoir" or inflow or supplies,
                "demand": node.demand_m3_d if node.kind == "junction" else float("nan"),
                "elevation_m": node.elevation_m,
                "origin": "inferred" if rule else "measured",
                "rule": rule,
                "geometry": point,
            }
        )
    return gpd.GeoDataFrame(rows, crs="EPSG:4326")


def _link_assets(network: Network, lines: list[Any]) -> gpd.GeoDataFrame:
    rows = [
        {
            "id": f"epanet-l-{key}",
            "lifeline": "water",
            "kind": link.kind,
            "name": key,
            "source": False,
            "diameter_mm": link.diameter_mm,
            "length_m": link.length_m if link.kind != "pump" else float("nan"),
            "origin": "measured",
            "rule": "",
            "geometry": line,
        }
        for (key, link), line in zip(network.links.items(), lines, strict=True)
    ]
    columns = ["id", "lifeline", "kind", "name", "source", "diameter_mm", "length_m"]
    return gpd.GeoDataFrame(rows, columns=[*columns, "origin", "rule", "geometry"], crs="EPSG:4326")


def _links(network: Network) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for key, link in network.links.items():
        operated = link.closed and key in network.controlled
        row = {
            "lifeline": "water",
            "directed": link.directed,
            "normally_open": link.closed and not operated,
            "length_m": link.length_m,
            "origin": "inferred" if operated else "measured",
            "rule": CONTROL_RULE if operated else "",
        }
        own, start, end = f"epanet-l-{key}", f"epanet-n-{link.start}", f"epanet-n-{link.end}"
        if link.kind == "pump":  # a pump is a station: a node between its two ends
            rows.append({"id": f"{own}-in", "start": start, "end": own, "asset": "", **row})
            rows.append({"id": f"{own}-out", "start": own, "end": end, "asset": "", **row})
        else:
            rows.append({"id": own, "start": start, "end": end, "asset": own, **row})
    columns = ["id", "lifeline", "start", "end", "directed", "asset", "normally_open"]
    return pd.DataFrame(rows, columns=[*columns, "length_m", "origin", "rule"])
