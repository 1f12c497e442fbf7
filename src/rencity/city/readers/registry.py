"""Which readers there are; light, so that a command line can list them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Reader:
    """Where a reader is, what it takes beside the source, and what it is for.

    Attributes
    ----------
    entry : ``module:function``, called with the path of the source
    takes : what else it is called with, by name, of `mapping` (file that maps the source's names),
        `crs` (system of coordinates that the source does not state), `city` (imported into,
        None where there is none yet) and `options` (texts by name, from ``--set``)
    must_map : whether a mapping must be given
    zh, en : what it reads
    suffixes : of the files it reads
    crs : whether a system must be given: ``never``; ``unsaid``, where neither the file nor the
        mapping says one; ``drawn``, unless coordinates are degrees (``local`` places a drawing)
    options : ``module:class`` of what `options` may say
    """

    entry: str
    takes: tuple[Literal["mapping", "crs", "city", "options"], ...] = ()
    must_map: bool = False
    zh: str = ""
    en: str = ""
    suffixes: tuple[str, ...] = ()
    crs: Literal["never", "unsaid", "drawn"] = "never"
    options: str = ""


_ROOM = "rencity.city.readers"
_MAP = (".csv", ".tsv", ".txt", ".geojson", ".json", ".gpkg", ".shp", ".parquet", ".xml")
_RASTER = (".tif", ".tiff", ".asc")

READERS = {
    "tables": Reader(
        f"{_ROOM}.tables:read_tables",
        ("mapping", "crs"),
        must_map=True,
        zh="任何城市自己的表格与图层，按映射读入",
        en="Any city's own tables and layers, read by a mapping",
        suffixes=_MAP,
        crs="unsaid",
    ),
    "osm": Reader(
        f"{_ROOM}.osm:read_osm",
        ("crs",),
        zh="OpenStreetMap 摘取：道路、设施、行政区",
        en="An extract of OpenStreetMap: roads, facilities, boundaries",
        suffixes=(".osm.pbf", ".pbf", ".osm"),
    ),
    "epanet": Reader(
        f"{_ROOM}.epanet:read_epanet",
        ("crs",),
        zh="EPANET 供水管网模型",
        en="A water network of EPANET",
        suffixes=(".inp",),
        crs="drawn",
    ),
    "graphml": Reader(
        f"{_ROOM}.graphml:read_graphml",
        ("mapping", "crs"),
        must_map=True,
        zh="GraphML 网络，按映射读入",
        en="A network in GraphML, read by a mapping",
        suffixes=(".graphml",),
        crs="unsaid",
    ),
    "pandapower": Reader(
        f"{_ROOM}.pandapower:read_pandapower",
        ("crs",),
        zh="pandapower 电网模型",
        en="A power network of pandapower",
        suffixes=(".json",),
        crs="drawn",
    ),
    "pyrecodes": Reader(
        f"{_ROOM}.pyrecodes:read_pyrecodes",
        ("crs",),
        zh="pyrecodes 社区系统",
        en="A community of pyrecodes",
        suffixes=(".json",),
        crs="drawn",
    ),
    "gtfs": Reader(
        f"{_ROOM}.gtfs:read_gtfs",
        ("city",),
        zh="GTFS 公共交通时刻表",
        en="A public transport timetable in GTFS",
        suffixes=(".zip", ".txt"),
    ),
    "tntp": Reader(
        f"{_ROOM}.tntp:read_tntp",
        ("mapping", "crs"),
        zh="TNTP 道路网络与出行需求",
        en="Roads and trips of the TNTP collection",
        suffixes=(".tntp",),
        crs="drawn",
    ),
    "swmm": Reader(
        f"{_ROOM}.swmm:read_swmm",
        ("crs", "city"),
        zh="SWMM 排水管网模型",
        en="A drainage network of SWMM",
        suffixes=(".inp",),
        crs="drawn",
    ),
    "dem": Reader(
        f"{_ROOM}.raster:read_dem",
        ("crs", "city", "options"),
        zh="地形高程栅格",
        en="A raster of heights",
        suffixes=_RASTER,
        crs="unsaid",
        options=f"{_ROOM}.raster.dem:DemOptions",
    ),
    "population": Reader(
        f"{_ROOM}.population:read_population",
        ("crs", "city", "options"),
        zh="人口：普查表、点或栅格",
        en="People: a census table, points or a raster",
        suffixes=(*_MAP, *_RASTER),
        crs="unsaid",
        options=f"{_ROOM}.population.options:PopulationOptions",
    ),
    "landcover": Reader(
        f"{_ROOM}.raster:read_landcover",
        ("mapping", "crs", "city", "options"),
        zh="土地覆盖栅格",
        en="A raster of land cover",
        suffixes=_RASTER,
        crs="unsaid",
        options=f"{_ROOM}.raster.file:RasterOptions",
    ),
}
