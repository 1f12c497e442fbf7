"""A raster of people over zones."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
from rasterio.enums import Resampling

from rencity.city.coordinates import to_wgs84
from rencity.city.model import City
from rencity.city.rasters import Floats, Grid
from rencity.city.readers.ledger import Layer
from rencity.city.readers.population.options import PopulationOptions
from rencity.city.readers.population.spread import (
    Ints,
    Shares,
    buildings_of,
    by_cell,
    by_floor,
    holders,
)
from rencity.city.readers.population.tally import Tally
from rencity.city.readers.population.zones import Targets, filled
from rencity.city.readers.raster.file import read_source
from rencity.city.readers.raster.fit import extent_of
from rencity.kit.errors import InputError

GEOD = pyproj.Geod(ellps="WGS84")


def people_of_cells(src: Path, crs: str | None, city: City, given: PopulationOptions) -> Tally:
    """Residents of a raster's cells round the city into its zones.

    Raises
    ------
    InputError : no raster, elsewhere, negative people, or nobody in it
    """
    targets = Targets.of(city, given.level)
    source = read_source(src, crs, given, extent_of(city), Resampling.nearest)
    grid = source.grid
    people = _counts(grid, given.cells)
    _check(people, src)
    shares = _shares(grid, targets)
    layer = Layer("cells", read=source.cells)
    _account(layer, source.cells, source.beyond, people, shares, src)
    placed = shares.spread(people, len(targets.zones))
    return Tally(
        layer,
        read={"people_night": float(people.sum())},
        placed={"people_night": float(placed.sum())},
        changes={"zones": targets.changes({"people_night": placed})},
        filled=filled(shares),
    )


def _counts(grid: Grid, cells: str) -> Floats:
    """People of each cell, row by row; nobody in holes."""
    people = np.nan_to_num(grid.values.astype(np.float64)).ravel()
    return people if cells == "count" else people * _area_km2(grid)


def _area_km2(grid: Grid) -> Floats:
    """Area of each cell on the ellipsoid, told of the first column and taken for its row."""
    rows, columns = grid.values.shape
    made = np.empty(rows)
    for row in range(rows):
        corners = np.array([[0, row], [1, row], [1, row + 1], [0, row + 1]], float)
        lonlat = to_wgs84(grid.xy_of(corners), grid.crs)
        made[row] = abs(GEOD.polygon_area_perimeter(*lonlat.T)[0]) / 1e6
    return np.repeat(made, columns)


def _check(people: Floats, src: Path) -> None:
    if (people < 0).any():
        raise InputError(
            f"{int((people < 0).sum())} cells have negative people, such as {people.min():g}",
            place=str(src),
            mend="name the value of holes with --set nodata=N",
        )
    if not people.sum():
        raise InputError("nobody lives in it", place=str(src), mend="check --set band and the file")


def _shares(grid: Grid, targets: Targets) -> Shares:
    shares = by_cell(grid, gpd.GeoSeries(targets.areas))
    points, floor_m2 = buildings_of(targets.city)
    if not len(points):
        return shares
    lonlat = np.array([(point.x, point.y) for point in points])
    return by_floor(shares, _cell_of(grid, lonlat), holders(points, targets.areas), floor_m2)


def _cell_of(grid: Grid, lonlat: Floats) -> Ints:
    rows, columns = grid.values.shape
    column, row = np.floor(grid.cells_of(lonlat)).astype(np.int64).T
    inside = (column >= 0) & (row >= 0) & (column < columns) & (row < rows)
    return np.where(inside, row * columns + column, -1)


def _account(
    layer: Layer, cells: int, beyond: int, people: Floats, shares: Shares, src: Path
) -> None:
    lived = np.flatnonzero(people > 0)
    layer.kept = len(np.intersect1d(lived, shares.place))
    outside = len(lived) - layer.kept
    for reason, n in (
        ("beyond the city and its margin", beyond),
        ("in no zone", outside),
        ("nobody there", cells - beyond - layer.kept - outside),
    ):
        if n > 0:
            layer.refuse(reason, src.name, n)
