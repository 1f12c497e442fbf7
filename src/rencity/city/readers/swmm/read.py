"""A SWMM input file into the tables of a city."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from rencity.city.identity import Source
from rencity.city.model import City
from rencity.city.readers.drawing import LOCAL
from rencity.city.readers.ledger import Part
from rencity.city.readers.physics import Named, physics_files
from rencity.city.readers.swmm.frame import shapes
from rencity.city.readers.swmm.inp import read_inp
from rencity.city.readers.swmm.network import UNKNOWN, Network, read_network
from rencity.city.readers.swmm.zones import zone_tables
from rencity.kit.findings import Finding


def read_swmm(src: Path, crs: str | None = None, city: City | None = None) -> Part:
    """Read a drainage network: nodes, conduits, pumps, regulators and what drains to them.

    Service is being drained: it starts at the outfalls and follows the links against the water, so
    a link starts at the lower end.

    Parameters
    ----------
    src : an ``.inp`` file of SWMM 5
    crs : coordinate system of its drawing, e.g. ``EPSG:4547``; ``local`` places it in metres
        north-east of 0/0; None: it is in degrees
    city : imported into; its zones, where it has some, are served by the drained areas' outlets

    Returns
    -------
    Tables assets, links, serves and, where the city has no zones, zones and demands; the account
    of each section; the file itself with its ids.

    Raises
    ------
    InputError : a broken file, with its line; or a drawing whose place is unknown
    """
    src = Path(src)
    network = read_network(read_inp(src))
    drawn = shapes(network, crs)
    nodes = _nodes(network, drawn.nodes)
    tables = {
        "assets": pd.concat([nodes, _link_assets(network, drawn.links)], ignore_index=True),
        "links": _links(network),
        **zone_tables(network, drawn.areas, nodes, city),
    }
    note = "placed north-east of 0/0 in metres, scaled to its conduits' lengths"
    source = Source(
        layer="swmm",
        title=f"SWMM network {src.name}",
        licence="as its owner says",
        note=note if crs == LOCAL else "",
    )
    return Part(
        tables,
        tuple(network.layers),
        (source,),
        files=physics_files("physics/swmm", src.stem, [src], _named(network)),
        findings=tuple(_findings(network)),
    )


def _nodes(network: Network, points: list[Any]) -> gpd.GeoDataFrame:
    rows = [
        {
            "id": f"swmm-n-{key}",
            "lifeline": "drainage",
            "kind": node.kind,
            "name": key,
            "source": node.kind == "outfall",
            "demand": node.dry_m3_d,
            "elevation_m": node.elevation_m,
            "geometry": point,
        }
        for (key, node), point in zip(network.nodes.items(), points, strict=True)
    ]
    return gpd.GeoDataFrame(rows, crs="EPSG:4326")


def _link_assets(network: Network, lines: list[Any]) -> gpd.GeoDataFrame:
    rows = [
        {
            "id": f"swmm-l-{key}",
            "lifeline": "drainage",
            "kind": link.kind,
            "name": key,
            "source": False,
            "diameter_mm": link.diameter_mm,
            "length_m": link.length_m if link.kind != "pump" else float("nan"),
            "geometry": line,
        }
        for (key, link), line in zip(network.links.items(), lines, strict=True)
    ]
    columns = ["id", "lifeline", "kind", "name", "source", "diameter_mm", "length_m", "geometry"]
    return gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs="EPSG:4326")


def _links(network: Network) -> pd.DataFrame:
    rows: list[tuple[str, str, str, str, float]] = []
    for key, link in network.links.items():
        own, low, high = f"swmm-l-{key}", f"swmm-n-{link.end}", f"swmm-n-{link.start}"
        if link.kind == "pump":  # a pump is a station: a node between its two ends
            rows.append((f"{own}-low", low, own, "", 0.0))
            rows.append((f"{own}-high", own, high, "", 0.0))
        else:
            rows.append((own, low, high, own, link.length_m))
    frame = pd.DataFrame(rows, columns=["id", "start", "end", "asset", "length_m"])
    return frame.assign(lifeline="drainage", directed=True)


def _named(network: Network) -> Iterator[Named]:
    for key in network.nodes:
        yield "node", key, "assets", f"swmm-n-{key}"
    for key in network.links:
        yield "link", key, "assets", f"swmm-l-{key}"
    for key in network.catchments:
        if node := network.outlet(key):
            yield "subcatchment", key, "assets", f"swmm-n-{node}"


def _findings(network: Network) -> Iterator[Finding]:
    unknown = [layer.name for layer in network.layers if UNKNOWN in layer.refused]
    if unknown:
        yield Finding(
            rule="swmm-unknown-section",
            severity="warning",
            what=f"SWMM knows no section {', '.join(unknown)}",
            mend="correct the header if its rows matter; they are left out",
        )
