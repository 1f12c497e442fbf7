"""Heights of assets from the city's terrain, where no source states them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from rencity.city.model import City
from rencity.city.rasters import Floats

TERRAIN = "terrain"
ELEVATION_RULE = "terrain-bilinear"


def with_elevation(city: City, before: City | None = None) -> tuple[City, int]:
    """Fill `elevation_m` of the assets that state none, between the cells of the terrain.

    A line is taken in its middle, an area at a place on it; heights are rounded to 1 cm. The
    assets' origin stays: what was measured of them was. The number filled goes into the import's
    record under `ELEVATION_RULE`.

    Parameters
    ----------
    before : the city with the terrain that went before; what was filled from it is filled anew

    Returns
    -------
    The city, and how many assets have another height now.
    """
    if not city.has_raster(TERRAIN) or not len(city.assets):
        return city, 0
    old = city.assets["elevation_m"].to_numpy()
    open_ = np.isnan(old)
    lonlat = places(city)
    if before is not None and before.has_raster(TERRAIN):
        open_ |= old == _rounded(before, lonlat)
    made = old.copy()
    made[open_] = _rounded(city, lonlat[open_])
    changed = ~((made == old) | (np.isnan(made) & np.isnan(old)))
    if not changed.any():
        return city, 0
    return city.replace(assets=city.assets.assign(elevation_m=made)), int(changed.sum())


def places(city: City) -> Floats:
    """One place of each asset, (n, 2) degrees; NaN where it has no geometry."""
    shapes = city.assets.geometry.to_numpy()
    made = np.full((len(shapes), 2), np.nan)
    kind = shapely.get_type_id(shapes)
    for which, place in (
        (kind == 0, lambda some: some),
        (kind == 1, lambda some: shapely.line_interpolate_point(some, 0.5, normalized=True)),
        (kind > 1, shapely.point_on_surface),
    ):
        points = np.asarray(place(shapes[which]), dtype=object)
        made[which] = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
    return made


def _rounded(city: City, lonlat: Floats) -> npt.NDArray[np.float64]:
    sampled: Floats = city.raster(TERRAIN).bilinear(lonlat).astype(np.float64)
    return np.round(sampled, 2)
