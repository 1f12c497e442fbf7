"""Grids of the ground: heights and what covers it."""

from rencity.city.readers.raster.dem import read_dem
from rencity.city.readers.raster.landcover import read_landcover

__all__ = ["read_dem", "read_landcover"]
