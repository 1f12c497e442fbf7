"""Which readers there are; light, so that a command line can list them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Reader:
    """Where a reader is and what it takes beside the source.

    Attributes
    ----------
    entry : ``module:function``, called with the path of the source
    takes : what else it is called with, by name, of `mapping` (file that maps the source's names),
        `crs` (system of coordinates that the source does not state), `city` (imported into,
        None where there is none yet) and `options` (texts by name, from ``--set``)
    must_map : whether a mapping must be given
    """

    entry: str
    takes: tuple[Literal["mapping", "crs", "city", "options"], ...] = ()
    must_map: bool = False


READERS = {
    "tables": Reader("rencity.city.readers.tables:read_tables", ("mapping", "crs"), must_map=True),
    "osm": Reader("rencity.city.readers.osm:read_osm", ("crs",)),
    "epanet": Reader("rencity.city.readers.epanet:read_epanet", ("crs",)),
    "graphml": Reader(
        "rencity.city.readers.graphml:read_graphml", ("mapping", "crs"), must_map=True
    ),
    "pandapower": Reader("rencity.city.readers.pandapower:read_pandapower", ("crs",)),
    "pyrecodes": Reader("rencity.city.readers.pyrecodes:read_pyrecodes", ("crs",)),
    "gtfs": Reader("rencity.city.readers.gtfs:read_gtfs", ("city",)),
    "tntp": Reader("rencity.city.readers.tntp:read_tntp", ("mapping", "crs")),
    "swmm": Reader("rencity.city.readers.swmm:read_swmm", ("crs", "city")),
    "dem": Reader("rencity.city.readers.raster:read_dem", ("crs", "city", "options")),
    "population": Reader(
        "rencity.city.readers.population:read_population", ("crs", "city", "options")
    ),
    "landcover": Reader(
        "rencity.city.readers.raster:read_landcover", ("mapping", "crs", "city", "options")
    ),
}
