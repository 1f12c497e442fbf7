"""People from a table of zones, a layer of areas or points, or a raster."""

from rencity.city.readers.population.read import read_population

__all__ = ["read_population"]
