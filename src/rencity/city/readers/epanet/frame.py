"""Places of a network's nodes and links, in WGS-84."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from rencity.city.readers.drawing import Floats, placed
from rencity.city.readers.epanet.network import Link, Network
from rencity.kit.errors import InputError


def shapes(network: Network, crs: str | None) -> tuple[list[Any], list[Any]]:
    """Points of the nodes and shapes of the links, in their order.

    A pipe is a line; a pump or valve is a point in the middle of its link.

    Raises
    ------
    InputError : nodes without coordinates, an unknown system, or no system where one is needed
    """
    points = _xy(network)
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
        _shape(link, line) for link, line in zip(network.links.values(), parts[1:], strict=True)
    ]
    return list(shapely.points(parts[0])), links


def _xy(network: Network) -> Floats:
    missing = [key for key, node in network.nodes.items() if node.xy is None]
    if missing:
        raise InputError(
            f"{len(missing)} of {len(network.nodes)} nodes have no coordinates, first {missing[0]}",
            place=f"{network.inp.path} [COORDINATES]",
            mend="give each node its coordinates, or take it and its links out",
        )
    return np.array([node.xy for node in network.nodes.values()], dtype=float)


def _shape(link: Link, line: Floats) -> Any:
    # a line without length is no line
    drawn = shapely.linestrings(line)
    if link.kind == "pipe" and drawn.length > 0:
        return drawn
    return shapely.line_interpolate_point(drawn, 0.5, normalized=True)
