"""Coordinates of a network in WGS-84, by a known system or in a frame of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from rencity.city.coordinates import to_wgs84
from rencity.city.readers.epanet.network import Link, Network
from rencity.kit.errors import InputError

LOCAL = "local"
LOCAL_CRS = "+proj=aeqd +lat_0=0 +lon_0=0 +datum=WGS84 +units=m"
LOCAL_ORIGIN_M = 1000.0
"""How far east and north of 0/0 a local frame begins: what lies at 0/0 has no known place."""

GEOD = pyproj.Geod(ellps="WGS84")
PLAUSIBLE = (0.2, 5.0)
"""Drawn over stated length of the middle pipe within which coordinates are taken as degrees."""

Floats = npt.NDArray[np.float64]
MEND = (
    "give --crs EPSG:n of the drawing, or --crs local to place it near latitude 0, longitude 0 "
    "in metres, scaled to the stated pipe lengths"
)


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
    placed = np.split(_placed(every, network, lines, crs), np.cumsum(counts)[:-1])
    links = [
        _shape(link, line) for link, line in zip(network.links.values(), placed[1:], strict=True)
    ]
    return list(shapely.points(placed[0])), links


def _xy(network: Network) -> Floats:
    missing = [key for key, node in network.nodes.items() if node.xy is None]
    if missing:
        raise InputError(
            f"{len(missing)} of {len(network.nodes)} nodes have no coordinates, first {missing[0]}",
            place=f"{network.inp.path} [COORDINATES]",
            mend="give each node its coordinates, or take it and its links out",
        )
    return np.array([node.xy for node in network.nodes.values()], dtype=float)


def _placed(every: Floats, network: Network, lines: list[Floats], crs: str | None) -> Floats:
    path = str(network.inp.path)
    stated = np.array([link.length_m for link in network.links.values()])
    if crs is None:
        _check_degrees(every, lines, stated, path)
        return every
    if crs == LOCAL:
        metres = (every - every.min(axis=0)) * _scale(lines, stated)
        return _converted(metres + LOCAL_ORIGIN_M, LOCAL_CRS, path)
    return _converted(every, crs, path)


def _check_degrees(every: Floats, lines: list[Floats], stated: Floats, path: str) -> None:
    if (np.abs(every) > (180.0, 90.0)).any():
        raise InputError(
            "coordinates are no degrees, and no system is given", place=path, mend=MEND
        )
    drawn = np.array([GEOD.line_length(*line.T) for line in lines])
    both = (drawn > 0) & (stated > 0)
    if not both.any():
        return
    ratio = float(np.median(drawn[both] / stated[both]))
    if not PLAUSIBLE[0] <= ratio <= PLAUSIBLE[1]:
        raise InputError(
            f"read as degrees, the middle pipe is {ratio:.3g} times as long as the file says",
            place=path,
            mend=MEND,
        )


def _scale(lines: list[Floats], stated: Floats) -> float:
    drawn = np.array([np.hypot(*np.diff(line, axis=0).T).sum() for line in lines])
    both = (drawn > 0) & (stated > 0)
    return float(np.median(stated[both] / drawn[both])) if both.any() else 1.0


def _converted(every: Floats, crs: str, path: str) -> Floats:
    made = to_wgs84(every, crs, place=path)
    if not np.isfinite(made).all() or (np.abs(made) > (180.0, 90.0)).any():
        raise InputError(f"coordinates lie outside {crs}", place=path, mend=MEND)
    return made


def _shape(link: Link, line: Floats) -> Any:
    # a line without length is no line
    drawn = shapely.linestrings(line)
    if link.kind == "pipe" and drawn.length > 0:
        return drawn
    return shapely.line_interpolate_point(drawn, 0.5, normalized=True)
