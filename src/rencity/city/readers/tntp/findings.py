"""What TNTP files leave in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from rencity.city.readers.drawing import LOCAL
from rencity.city.readers.tntp.network import Network
from rencity.city.readers.tntp.tables import FASTEST_KM_H
from rencity.kit.findings import Finding

if TYPE_CHECKING:
    from rencity.city.readers.tntp.read import Sizes


def doubts(
    network: Network,
    made: Mapping[str, pd.DataFrame],
    sizes: Sizes,
    crs: str | None,
    sources: Sequence[int],
) -> Iterator[Finding]:
    """Units that nobody said, places that are not known, zones that no road reaches.

    Parameters
    ----------
    made : tables of the city
    sources : zones where service starts
    """
    n, pairs = len(made["links"]), len(made["od"])
    if sizes.length_m is None:
        yield _unit("length", f"{n} links have no length_m", "length_m")
    if sizes.time_h is None and sizes.speed_km_h is None:
        yield _unit("time", f"{n} links have no speed_km_h", "speed_km_h")
    else:
        yield from _slow(made["links"])
    if sizes.capacity_h is None:
        yield _unit("capacity_per", f"{n} links have no capacity_veh_h", "capacity_veh_h")
    if pairs and sizes.trips_d is None:
        yield _unit("trips_per", f"{pairs} pairs of zones have no trips_per_d", "trips_per_d", "od")
    if network.xy is not None and crs == LOCAL and sizes.length_m is None:
        yield _finding(
            "tntp-no-scale",
            "the drawing is placed as if its unit were the metre",
            "say [units] length in a mapping (--map): the drawing is then scaled to it",
            "assets",
            "geometry",
        )
    if not sources:
        yield _finding(
            "tntp-no-source",
            "no trips and no sources: service starts nowhere",
            "name zones in `sources` of a mapping (--map)",
            "assets",
            "source",
        )
    yield from _of_zones(network)


def _slow(links: pd.DataFrame) -> Iterator[Finding]:
    slow = links.loc[links["speed_km_h"].isna(), "id"]
    if len(slow):
        yield _finding(
            "tntp-speed",
            f"{len(slow)} links have no speed, or one above {FASTEST_KM_H:g} km/h that is left out",
            "say [units] length and time, or speed, in a mapping (--map), and check them",
            "links",
            "speed_km_h",
            tuple(slow),
        )


def _of_zones(network: Network) -> Iterator[Finding]:
    if network.xy is None:
        yield _finding(
            "tntp-no-places",
            "the nodes are drawn on a ring: no field hazard and no map means anything here",
            "put a node file with coordinates beside the network file",
            "assets",
            "geometry",
        )
    if network.costly:
        yield _finding(
            "tntp-connector-cost",
            f"{network.costly} connectors have a length or a time, which is left out",
            "the files under physics/tntp keep it",
            "serves",
        )
    reached = set(network.access["zone"])
    bare = [z for n, z in enumerate(network.nodes[: network.zones]) if n not in reached]
    if bare:
        ids = tuple(f"tntp-z-{zone}" for zone in bare)
        yield _finding(
            "tntp-zone-off-road",
            f"{len(bare)} zones have no connector",
            "give them one",
            "zones",
            "",
            ids,
        )


def _unit(key: str, what: str, field: str, table: str = "links") -> Finding:
    return _finding(
        "tntp-unit-not-said",
        f"the files say no unit: {what}",
        f"say [units] {key} in a mapping (--map)",
        table,
        field,
    )


def _finding(
    rule: str, what: str, mend: str, table: str, field: str = "", ids: tuple[str, ...] = ()
) -> Finding:
    return Finding(rule, "warning", what, mend, table=table, field=field, ids=ids)
