"""Places of a network's nodes and links, in WGS-84."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from rencity.city.readers.drawing import line_or_middle, placed, places_of
from rencity.city.readers.epanet.network import Network


def shapes(network: Network, crs: str | None) -> tuple[list[Any], list[Any]]:
    """Points of the nodes and shapes of the links, in their order.

    A pipe is a line; a pump or valve is a point in the middle of its link.

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
    every = np.concatenate([points, *lines])
    counts = [len(points), *(len(line) for line in lines)]
    stated = np.array([link.length_m for link in network.links.values()])
    made = placed(every, lines, stated, crs, str(network.inp.path))
    parts = np.split(made, np.cumsum(counts)[:-1])
    links = [
        line_or_middle(line, long=link.kind == "pipe")
        for link, line in zip(network.links.values(), parts[1:], strict=True)
    ]
    return list(shapely.points(parts[0])), links
