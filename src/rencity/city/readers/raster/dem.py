"""Heights of the ground (GeoTIFF, ESRI ASCII grid) into the city's raster ``terrain``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from rasterio.enums import Resampling

from rencity.city.identity import Source as Provenance
from rencity.city.model import City
from rencity.city.rasters import Grid, bilinear_cells
from rencity.city.readers.cells import unit_factor
from rencity.city.readers.ledger import Layer, Part, RasterPart
from rencity.city.readers.options import options_of
from rencity.city.readers.raster.faults import (
    checked_heights,
    doubtful_heights,
    stripes,
    unit_against_assets,
    voids,
)
from rencity.city.readers.raster.file import RasterOptions, Source, read_source
from rencity.city.readers.raster.fit import extent_of, fitted, metric_of
from rencity.kit.errors import InputError

TERRAIN = "terrain"
UNIT_WORDS = {
    "metre": "m",
    "meter": "m",
    "metres": "m",
    "meters": "m",
    "foot": "ft",
    "feet": "ft",
    "us survey foot": "us_ft",
    "ftus": "us_ft",
    "centimetre": "cm",
    "centimeter": "cm",
}


class DemOptions(RasterOptions):
    """What is told of heights.

    Attributes
    ----------
    unit : of the heights: m, cm, mm, ft, us_ft; empty: as the file says, else metres
    """

    unit: str = ""


def read_dem(
    src: Path,
    crs: str | None = None,
    city: City | None = None,
    options: Mapping[str, str] | None = None,
) -> Part:
    """Read heights into metres, in the city's metric system, clipped to the city and a margin.

    Parameters
    ----------
    src : a GeoTIFF or an ESRI ASCII grid
    crs : system where the file does not say it; ``local`` for metres of a frame of its own
    city : imported into; None or without any place: all of the file, in its UTM zone
    options : of `DemOptions`

    Returns
    -------
    The raster ``terrain``; the account counts the cells of the file.

    Raises
    ------
    InputError : no raster, no system, an unknown unit, heights that no ground has, or it lies
        elsewhere than the city
    """
    given = options_of(DemOptions, options)
    source = read_source(src, crs, given, extent_of(city), Resampling.average)
    unit = given.unit or _unit(source.unit)
    factor = unit_factor(unit, "m", place=f"{src}: unit of its heights")
    part = Grid(source.grid.values * np.float32(factor), source.grid.transform, source.grid.crs)
    checked_heights(part, unit, factor, src)
    made = fitted(part, metric_of(city, part), bilinear_cells)
    grid = Grid(made.values, made.transform, made.crs, "m")
    extent = extent_of(city)
    findings = [
        *stripes(part),
        *doubtful_heights(grid, unit),
        *unit_against_assets(grid, city, unit),
        *voids(part, grid, extent, TERRAIN),
    ]
    note = f"from {src.name}, heights in {unit}"
    return Part(
        {},
        (account(TERRAIN, source, src),),
        (Provenance(layer=TERRAIN, title=src.name, licence="as its owner says", note=note),),
        rasters=(RasterPart(TERRAIN, grid, note),),
        findings=tuple(findings),
    )


def account(name: str, source: Source, src: Path) -> Layer:
    """What became of each cell of a file.

    Raises
    ------
    InputError : no cell within the city has a value
    """
    kept = source.cells - source.beyond - source.holes
    if not kept:
        raise InputError(
            "no cell within the city has a value",
            place=str(src),
            mend="give a raster that covers the city, or correct --set nodata",
        )
    layer = Layer(name, read=source.cells, kept=kept)
    if source.beyond:
        layer.refuse("beyond the city and its margin", src.name, source.beyond)
    if source.holes:
        layer.refuse("no value", src.name, source.holes)
    return layer


def _unit(said: str) -> str:
    return UNIT_WORDS.get(said.lower(), said) or "m"
