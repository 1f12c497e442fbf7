"""The tables of a city: every attribute once, with type, unit, default and meaning.

Code, checks, readers and the reference page read this module; nothing else says what a column is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "choice", "float", "int", "bool"]

LEVELS = ("city", "district", "street", "community", "grid")
ORIGINS = ("measured", "inferred", "synthetic")
CHANGES = ("replaced", "split", "merged", "retired")
USES = (
    "residential",
    "commercial",
    "office",
    "industrial",
    "school",
    "health",
    "public",
    "transport",
    "other",
)
MOST_ALTERNATIVES = 15
"""Providers of one need, at most: the engine counts them in four bits."""


@dataclass(frozen=True)
class Attribute:
    """One column.

    Attributes
    ----------
    kind : ``id`` and ``choice`` are text with rules; ``float`` may be missing only when `default`
        is NaN
    default : value when a source does not say; None means the value is required
    refers : table whose ids it must name; empty text means none named
    least, most : inclusive bounds on numbers
    sums : whether a whole has the sum of its parts' values, as people do and a voltage does not
    """

    name: str
    kind: Kind
    default: object
    unit: str
    description: str
    refers: str = ""
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    sums: bool = False

    @property
    def required(self) -> bool:
        """Whether a source must give it."""
        return self.default is None


@dataclass(frozen=True)
class Table:
    """One layer of the city folder, `NAME.parquet`.

    Attributes
    ----------
    key : columns that are unique together; rows are kept sorted by them
    geometry : shapely types allowed; empty for a plain table
    """

    name: str
    description: str
    key: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    geometry: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names in order, geometry last."""
        names = tuple(attribute.name for attribute in self.attributes)
        return (*names, "geometry") if self.geometry else names

    def attribute(self, name: str) -> Attribute:
        """The attribute of that name."""
        return next(attribute for attribute in self.attributes if attribute.name == name)


NAN = float("nan")
_NAMED = ("zones", "assets", "links", "need_groups", "buildings")
_ANY = ("Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon")


def _origin() -> tuple[Attribute, ...]:
    return (
        Attribute(
            "origin", "choice", "measured", "", "how its values came to be known", choices=ORIGINS
        ),
        Attribute("rule", "text", "", "", "the rule that inferred or made it; empty if measured"),
        Attribute(
            "inferred",
            "text",
            "",
            "",
            "its single values that a rule filled in, as `column=rule`, joined by `; `",
        ),
    )


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "zones",
            "Where people live and work, nested from the city down to grid cells",
            ("id",),
            (
                Attribute("id", "id", None, "", "permanent id"),
                Attribute("level", "choice", None, "", "rank in the hierarchy", choices=LEVELS),
                Attribute(
                    "parent", "id", "", "", "zone that contains it; empty at the top", "zones"
                ),
                Attribute("name", "text", "", "", "name in the city's language"),
                Attribute("name_en", "text", "", "", "name in English"),
                Attribute("code", "text", "", "", "administrative division code"),
                Attribute(
                    "people_night",
                    "float",
                    0.0,
                    "people",
                    "residents",
                    least=0,
                    most=2e9,
                    sums=True,
                ),
                Attribute(
                    "people_day", "float", NAN, "people", "people by day", least=0, sums=True
                ),
                Attribute(
                    "vulnerable",
                    "float",
                    NAN,
                    "people",
                    "residents under 15 or over 64, or who need care",
                    least=0,
                    sums=True,
                ),
                Attribute(
                    "gdp_yuan", "float", NAN, "yuan/a", "yearly value added", least=0, sums=True
                ),
                *_origin(),
            ),
            ("Point", "Polygon", "MultiPolygon"),
        ),
        Table(
            "assets",
            "Every physical thing that can fail",
            ("id",),
            (
                Attribute("id", "id", None, "", "permanent id, unique in the city"),
                Attribute("lifeline", "id", None, "", "lifeline of the catalogue"),
                Attribute("kind", "id", None, "", "kind of the catalogue, within the lifeline"),
                Attribute("name", "text", "", "", "name in the city's language"),
                Attribute("zone", "id", "", "", "smallest zone that contains it", "zones"),
                Attribute(
                    "source",
                    "bool",
                    False,
                    "",
                    "whether its lifeline's service starts here; declared, never implied",
                ),
                Attribute(
                    "capacity",
                    "float",
                    NAN,
                    "lifeline unit",
                    "greatest output or flow",
                    least=0,
                    sums=True,
                ),
                Attribute(
                    "demand",
                    "float",
                    NAN,
                    "lifeline unit",
                    "normal use drawn here; negative where service is fed in",
                    sums=True,
                ),
                Attribute("voltage_kv", "float", NAN, "kV", "nominal voltage", least=0),
                Attribute("diameter_mm", "float", NAN, "mm", "inner diameter of a pipe", least=0),
                Attribute(
                    "length_m",
                    "float",
                    NAN,
                    "m",
                    "length of a linear asset; measured on its geometry when missing",
                    least=0,
                    sums=True,
                ),
                Attribute("elevation_m", "float", NAN, "m", "ground height", least=-500, most=9000),
                Attribute(
                    "entrance_m",
                    "float",
                    NAN,
                    "m",
                    "sill of its lowest opening above the ground around it; water enters above it; "
                    "missing: at the ground",
                    least=-100,
                    most=1000,
                ),
                Attribute(
                    "fragility", "text", "", "", "fragility class of a pack; empty: by its kind"
                ),
                Attribute("repair", "text", "", "", "repair class of a pack; empty: by its kind"),
                Attribute(
                    "cost_yuan", "float", NAN, "yuan", "replacement cost", least=0, sums=True
                ),
                Attribute("owner", "text", "", "", "who answers for it"),
                *_origin(),
            ),
            _ANY,
        ),
        Table(
            "links",
            "What carries service between two assets of one lifeline",
            ("id",),
            (
                Attribute("id", "id", None, "", "permanent id"),
                Attribute("lifeline", "id", None, "", "lifeline of both ends"),
                Attribute("start", "id", None, "", "asset at its start", "assets"),
                Attribute("end", "id", None, "", "asset at its end", "assets"),
                Attribute("directed", "bool", False, "", "service flows from start to end only"),
                Attribute("asset", "id", "", "", "its own asset when it can fail", "assets"),
                Attribute(
                    "normally_open",
                    "bool",
                    False,
                    "",
                    "carries nothing until switched; see switching_min",
                ),
                Attribute(
                    "switching_min",
                    "float",
                    NAN,
                    "min",
                    "time after the shock to close a normally open link; missing: never",
                    least=0,
                ),
                Attribute("length_m", "float", NAN, "m", "length along it", least=0, sums=True),
                Attribute(
                    "road_class", "text", "", "", "class of a road, as OpenStreetMap's highway"
                ),
                Attribute("lanes", "float", NAN, "", "traffic lanes, both directions", least=0),
                Attribute("speed_km_h", "float", NAN, "km/h", "free-flow speed", least=0, most=400),
                Attribute(
                    "capacity_veh_h", "float", NAN, "veh/h", "vehicles it passes an hour", least=0
                ),
                Attribute(
                    "runs_per_d",
                    "float",
                    NAN,
                    "1/d",
                    "scheduled runs of vehicles on a working day, transit",
                    least=0,
                ),
                *_origin(),
            ),
        ),
        Table(
            "need_groups",
            "What an asset must receive to work",
            ("id",),
            (
                Attribute("id", "id", None, "", "permanent id"),
                Attribute("asset", "id", None, "", "asset that needs it", "assets"),
                Attribute("lifeline", "id", None, "", "lifeline it comes from"),
                Attribute(
                    "quorum", "int", 1, "", "how many of its alternatives must be served", least=1
                ),
                Attribute(
                    "backup_h",
                    "float",
                    0.0,
                    "h",
                    "time the asset works on while the need is unmet",
                    least=0,
                    most=1e6,
                ),
                Attribute(
                    "manual_start_h",
                    "float",
                    NAN,
                    "h",
                    "time unmet after which the asset works without it (manual operation, black "
                    "start); longer than the backup; missing: never",
                    least=0,
                    most=1e6,
                ),
                *_origin(),
            ),
        ),
        Table(
            "needs",
            "The alternatives of each need",
            ("group", "provider"),
            (
                Attribute("group", "id", None, "", "need it can meet", "need_groups"),
                Attribute("provider", "id", None, "", "asset that can meet it", "assets"),
            ),
        ),
        Table(
            "serves",
            "Which asset supplies which zone, with what share of its people",
            ("asset", "zone"),
            (
                Attribute("asset", "id", None, "", "asset whose service people receive", "assets"),
                Attribute("zone", "id", None, "", "zone it supplies", "zones"),
                Attribute(
                    "share",
                    "float",
                    1.0,
                    "1",
                    "share of the zone's people on this asset; sums to at most 1 per zone and "
                    "lifeline",
                    least=0,
                    most=1,
                ),
                *_origin(),
            ),
        ),
        Table(
            "demands",
            "What each zone uses of each lifeline on a normal day",
            ("zone", "lifeline"),
            (
                Attribute("zone", "id", None, "", "zone", "zones"),
                Attribute("lifeline", "id", None, "", "lifeline of the catalogue"),
                Attribute(
                    "amount", "float", None, "lifeline unit", "normal use", least=0, sums=True
                ),
                *_origin(),
            ),
        ),
        Table(
            "od",
            "Trips between zones, as a travel survey or model counts them",
            ("start", "end", "user_class", "period"),
            (
                Attribute("start", "id", None, "", "zone where trips start", "zones"),
                Attribute("end", "id", None, "", "zone where they end", "zones"),
                Attribute("user_class", "text", "", "", "who travels; empty: all together"),
                Attribute("period", "text", "", "", "part of the day they are of; empty: not said"),
                Attribute(
                    "trips", "float", None, "trips", "trips in the period", least=0, sums=True
                ),
                Attribute(
                    "trips_per_d", "float", NAN, "trips/d", "trips on a day", least=0, sums=True
                ),
                *_origin(),
            ),
        ),
        Table(
            "buildings",
            "Where people are by day and night",
            ("id",),
            (
                Attribute("id", "id", None, "", "permanent id"),
                Attribute("zone", "id", "", "", "smallest zone that contains it", "zones"),
                Attribute("name", "text", "", "", "name in the city's language"),
                Attribute("use", "choice", "other", "", "main use", choices=USES),
                Attribute("storeys", "float", NAN, "1", "floors above ground", least=0, most=300),
                Attribute(
                    "floor_area_m2", "float", NAN, "m2", "sum of its floors", least=0, sums=True
                ),
                Attribute("people_night", "float", NAN, "people", "residents", least=0, sums=True),
                Attribute(
                    "people_day", "float", NAN, "people", "people by day", least=0, sums=True
                ),
                Attribute("year", "float", NAN, "a", "year of building", least=0, most=3000),
                *_origin(),
            ),
            ("Point", "Polygon", "MultiPolygon"),
        ),
        Table(
            "carriers",
            "What rides on what: a main and a cable in one tunnel, a cable on a bridge",
            ("carrier", "asset"),
            (
                Attribute("carrier", "id", None, "", "asset that carries", "assets"),
                Attribute(
                    "asset",
                    "id",
                    None,
                    "",
                    "asset that rides on it, out for as long as the carrier is damaged",
                    "assets",
                ),
                *_origin(),
            ),
        ),
        Table(
            "lineage",
            "What became of ids in new versions of the city",
            ("version", "table", "old", "new"),
            (
                Attribute("version", "int", None, "", "version that made the change", least=2),
                Attribute("table", "choice", None, "", "table of the id", choices=_NAMED),
                Attribute("old", "id", None, "", "id before"),
                Attribute("new", "id", "", "", "id after; empty where retired"),
                Attribute("change", "choice", None, "", "what happened to it", choices=CHANGES),
                Attribute("note", "text", "", "", "why"),
            ),
        ),
    )
}
