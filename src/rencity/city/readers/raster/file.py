"""A raster file opened: which part is needed, its values, its holes, and where it lies."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import rasterio
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.transform import Affine
from rasterio.windows import Window

from rencity.city.coordinates import shifted, system, to_wgs84
from rencity.city.nearness import told
from rencity.city.rasters import Floats, Grid
from rencity.city.readers.options import Options
from rencity.kit.errors import InputError

SUFFIXES = (".tif", ".tiff", ".asc", ".txt", ".grd")
LOCAL = "local"
LOCAL_CRS = "+proj=aeqd +lat_0=0 +lon_0=0 +x_0=-1000 +y_0=-1000 +datum=WGS84 +units=m"
"""Metres of a frame of its own, placed 1 km north-east of 0/0, as EPANET's ``local``."""
MOST_CELLS = 200_000_000
_EDGE = np.linspace(0, 1, 33)


class RasterOptions(Options):
    """What is told of any raster.

    Attributes
    ----------
    band : from 1
    nodata : value that means a hole, where the file does not say
    cell_m : coarser cells, made of the file's (mean of heights, most common class)
    margin_m : how far round the city it is kept
    """

    band: int = 1
    nodata: float | None = None
    cell_m: float = 0.0
    margin_m: float = 500.0


@dataclass(frozen=True)
class Source:
    """The part of a file that is used.

    Attributes
    ----------
    grid : its values in the file's unit and system; NaN in holes
    cells, beyond, holes : of the file; outside the part; in the part without a value
    unit : as the file says it; empty where it says none
    """

    grid: Grid
    cells: int
    beyond: int
    holes: int
    unit: str


def read_source(
    path: Path, crs: str | None, given: RasterOptions, extent: Floats | None, how: Resampling
) -> Source:
    """Read what lies within an extent.

    Parameters
    ----------
    crs : system where the file does not say; GCJ-02 and BD-09 win over degrees; ``local``
    extent : west, south, east, north in degrees; None: all of it
    how : cells into coarser ones

    Raises
    ------
    InputError : no raster, no such band, no system, too many cells, or far from the extent
    """
    with _opened(path) as file:
        if not 1 <= given.band <= file.count:
            raise InputError(
                f"no band {given.band}: it has {file.count}",
                place=str(path),
                mend="give --set band=N",
            )
        named = _system(file, crs, path)
        window = _window(file, named, given.margin_m, extent, path)
        return _read(file, window, named, given, how, path)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    if path.suffix.lower() not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise InputError(f"no raster {path.suffix or 'file'}", place=str(path), mend=f"use {known}")
    driver = "GTiff" if path.suffix.lower().startswith(".tif") else "AAIGrid"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", NotGeoreferencedWarning)
            with rasterio.open(path, driver=driver) as file:
                yield file
    except NotGeoreferencedWarning as exc:
        raise InputError(
            "the raster does not say where it lies",
            place=str(path),
            mend="write it as a GeoTIFF with its origin and cell size",
        ) from exc
    except RasterioError as exc:
        raise InputError(
            f"not a readable raster, or cut short: {exc}",
            place=str(path),
            mend="get the file again from its source",
        ) from exc


def _system(file: Any, crs: str | None, path: Path) -> str:
    if crs == LOCAL:
        return LOCAL_CRS
    stated = file.crs.to_wkt() if file.crs else ""
    if crs and (not stated or (shifted(crs) and not system(stated).is_projected)):
        system(crs, place=str(path))
        return shifted(crs) or crs
    if not stated:
        raise InputError(
            "the file does not say its coordinate system",
            place=str(path),
            mend="give --crs EPSG:n, GCJ-02 or BD-09, or local for a frame of its own in metres",
        )
    return stated


def _window(
    file: Any, crs: str, margin_m: float, extent: Floats | None, path: Path
) -> tuple[int, int, int, int]:
    """Column, row, width and height of the cells within the extent and its margin."""
    if extent is None:
        return 0, 0, file.width, file.height
    probe = Grid(np.zeros((0, 0), np.float32), file.transform, crs)
    cells = probe.cells_of(_outline(_widened(extent, margin_m)))
    cells = cells[np.isfinite(cells).all(axis=1)]
    if not len(cells):
        raise _elsewhere(file, crs, extent, path)
    low = np.clip(np.floor(cells.min(axis=0)) - 2, 0, (file.width, file.height)).astype(int)
    high = np.clip(np.ceil(cells.max(axis=0)) + 2, 0, (file.width, file.height)).astype(int)
    if (high <= low).any():
        raise _elsewhere(file, crs, extent, path)
    return int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])


def _widened(extent: Floats, margin_m: float) -> Floats:
    north = margin_m / 111_000
    east = north / max(np.cos(np.radians(np.abs(extent[[1, 3]]).max())), 0.01)
    return extent + np.array([-east, -north, east, north])


def _outline(extent: Floats) -> Floats:
    """Places along the four sides of an extent, (n, 2) degrees."""
    west, south, east, north = extent
    x, y = west + (east - west) * _EDGE, south + (north - south) * _EDGE
    sides = [(x, 0 * x + south), (x, 0 * x + north), (0 * y + west, y), (0 * y + east, y)]
    return np.concatenate([np.column_stack(side) for side in sides])


def _elsewhere(file: Any, crs: str, extent: Floats, path: Path) -> InputError:
    """Where the raster lies and where the city lies, and what may be wrong."""
    box = np.array(file.bounds)
    corners = _outline(np.array([*np.minimum(box[:2], box[2:]), *np.maximum(box[:2], box[2:])]))
    lonlat = to_wgs84(corners, crs)
    lonlat = lonlat[np.isfinite(lonlat).all(axis=1)]
    city = extent.reshape(2, 2).mean(axis=0)
    where, swapped = "nowhere on the globe", False
    if len(lonlat):
        middle = (lonlat.min(axis=0) + lonlat.max(axis=0)) / 2
        far_km = pyproj.Geod(ellps="WGS84").inv(*middle, *city)[2] / 1000
        where = f"round {told(middle)}, {far_km:,.0f} km from the city"
        swapped = bool(np.abs(middle[::-1] - city).max() < 1)
    mend = "its longitudes and latitudes look swapped" if swapped else "check its system and --crs"
    return InputError(
        f"the raster lies {where} (the city lies round {told(city)})", place=str(path), mend=mend
    )


def _read(
    file: Any,
    window: tuple[int, int, int, int],
    crs: str,
    given: RasterOptions,
    how: Resampling,
    path: Path,
) -> Source:
    left, top, width, height = window
    factor = max(int(given.cell_m / _cell_m(file, crs) + 0.5), 1) if given.cell_m else 1
    shape = (-(-height // factor), -(-width // factor))
    if shape[0] * shape[1] > MOST_CELLS:
        raise InputError(
            f"{shape[0] * shape[1]:,} cells lie in the city, {MOST_CELLS:,} are the most",
            place=str(path),
            mend="give coarser cells with --set cell_m=N",
        )
    part = Window(left, top, width, height)
    band = file.read(given.band, window=part, masked=True, out_shape=shape, resampling=how)
    values = np.ma.filled(band.astype(np.float32), np.nan)
    if given.nodata is not None:
        values[values == np.float32(given.nodata)] = np.nan
    values[~np.isfinite(values)] = np.nan
    scale = Affine.scale(width / shape[1], height / shape[0])
    transform = file.transform @ Affine.translation(left, top) @ scale
    cells = file.width * file.height
    share = np.isnan(values).mean() if values.size else 0.0
    holes = int(np.isnan(values).sum()) if factor == 1 else round(share * width * height)
    unit = file.units[given.band - 1] or ""
    return Source(Grid(values, transform, crs), cells, cells - width * height, holes, unit)


def _cell_m(file: Any, crs: str) -> float:
    """Side of a cell in metres in the middle of the file."""
    middle = np.array([[file.width, file.height]]) / 2
    probe = Grid(np.zeros((0, 0), np.float32), file.transform, crs)
    (x0, y0), (x1, y1) = to_wgs84(probe.xy_of(np.concatenate([middle, middle + 1])), crs)
    return float(pyproj.Geod(ellps="WGS84").inv(x0, y0, x1, y1)[2] / np.sqrt(2))


def values_of(grid: Grid) -> npt.NDArray[np.float32]:
    """The values that are known, (n,)."""
    return grid.values[~np.isnan(grid.values)]
