"""Places of a network's nodes, links and drained areas, in WGS-84."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import shapely

from rencity.city.readers.drawing import Floats, line_or_middle, placed, places_of
from rencity.city.readers.swmm.network import Catchment, Network

LINES = ("sewer", "channel")


class Shapes(NamedTuple):
    """Points of the nodes, lines or points of the links, polygons of the areas or None."""

    nodes: list[Any]
    links: list[Any]
    areas: list[Any]


def shapes(network: Network, crs: str | None) -> Shapes:
    """The drawing in WGS-84, each in the order of the network.

    A conduit is a line; a pump or regulator is a point in the middle of its link. An area of fewer
    than three corners has no shape.

    Raises
    ------
    InputError : nodes without coordinates, an unknown system, or no system where one is needed
    """
    points = places_of({key: node.xy for key, node in network.nodes.items()}, network.inp.path)
    row = {key: n for n, key in enumerate(network.nodes)}
    lines = [
        np.array([points[row[link.start]], *link.vertices, points[row[link.end]]], dtype=float)
        for link in network.links.values()
    ]
    rings = [np.array(area.ring, dtype=float).reshape(-1, 2) for area in _areas(network)]
    every = np.concatenate([points, *lines, *rings])
    stated = np.array([link.length_m for link in network.links.values()])
    made = placed(every, lines, stated, crs, str(network.inp.path))
    counts = [len(points), *map(len, lines), *map(len, rings)]
    parts = np.split(made, np.cumsum(counts)[:-1])
    drawn, outlines = parts[1 : 1 + len(lines)], parts[1 + len(lines) :]
    return Shapes(
        list(shapely.points(parts[0])),
        [
            line_or_middle(line, long=link.kind in LINES)
            for link, line in zip(network.links.values(), drawn, strict=True)
        ],
        [_area(ring) for ring in outlines],
    )


def _areas(network: Network) -> list[Catchment]:
    return list(network.catchments.values())


def _area(ring: Floats) -> Any:
    if len(np.unique(ring, axis=0)) < 3:
        return None
    area = shapely.make_valid(shapely.polygons(ring))
    parts = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon"]
    whole = shapely.union_all(parts)
    return None if whole.is_empty else whole
