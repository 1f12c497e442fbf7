"""From which zoom a layer is drawn, so that no tile of it becomes heavy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

DEEPEST = 14
DEEPEST_ZONES = 13
MOST_IN_A_TILE = 20_000
"""Features of the fullest tile, which then stays under 500 kB."""
LEAST_ZONE_PX = 3.0
MOST_ZONES_IN_A_TILE = 5_000
_TILE_PX = 512
_STEEPEST_DEG = 85.0511

Floats = npt.NDArray[np.float64]


def on_square(lon: Floats, lat: Floats) -> Floats:
    """Places in the square of the web map, 0 to 1 to the east and to the south, shape (n, 2)."""
    phi = np.radians(np.clip(lat, -_STEEPEST_DEG, _STEEPEST_DEG))
    y = 0.5 - np.arcsinh(np.tan(phi)) / (2 * np.pi)
    return np.column_stack([np.clip(lon / 360 + 0.5, 0, 1 - 1e-12), np.clip(y, 0, 1 - 1e-12)])


def first_of(extent_deg: tuple[float, float, float, float]) -> int:
    """The first zoom worth drawing: the city is about an eighth of a tile wide there."""
    west, south, east, north = extent_deg
    ends = on_square(np.array([west, east]), np.array([north, south]))
    wide = float((ends[1] - ends[0]).max())
    return int(np.clip(np.floor(-np.log2(max(wide, 1e-9))) - 3, 0, 10))


def fullest(places: Floats, zoom: int) -> int:
    """Features in the fullest tile of a zoom.

    Parameters
    ----------
    places : shape (n, 2), as `on_square` says
    """
    if not len(places):
        return 0
    tiles = (places * 2**zoom).astype(np.int64)
    _, count = np.unique(tiles[:, 0] << 32 | tiles[:, 1], return_counts=True)
    return int(count.max())


def from_zoom(places: Floats, least: int, deepest: int, most: int = MOST_IN_A_TILE) -> int:
    """The first zoom from `least` on at which no tile holds more than `most`; else the deepest."""
    zooms = range(least, deepest)
    return next((zoom for zoom in zooms if fullest(places, zoom) <= most), deepest)


def zones_from(places: Floats, area: float, least: int) -> int:
    """The first zoom at which zones are large enough to be told apart.

    Parameters
    ----------
    area : of a zone on the mean, as a share of the whole square
    """
    side = max(float(np.sqrt(area)), 1e-9) * _TILE_PX
    large = int(np.ceil(np.log2(LEAST_ZONE_PX / side)))
    wanted = min(max(least, large), DEEPEST_ZONES)
    return from_zoom(places, wanted, DEEPEST_ZONES, MOST_ZONES_IN_A_TILE)
