"""The mapping file: which column of which file becomes which attribute of which table.

A mapping is TOML. It names provenance in ``[[sources]]`` and the work in ``[[layers]]``; each layer
turns the rows of one file into rows of one table (a link layer also into the links' own assets, a
need layer into groups and their alternatives)::

    crs = "EPSG:4326"                     # of x and y where a layer does not say

    [[layers]]
    name = "substations"
    file = "PowerNodes.csv"               # CSV, GeoJSON, GeoPackage, Shapefile, Parquet, XML
    table = "assets"
    x = "X"
    y = "Y"
    where = { "Node Type" = ["12kV Substation", "23kV Substation"] }
    [layers.columns]
    id = "power-{ID}"                     # braces: a template over columns
    name = "Label"                        # plain text: a column
    lifeline = { value = "power" }        # a constant
    kind = { column = "Node Type", map = { "12kV*" = "substation_low" }, default = "node" }
    length_m = { column = "Miles", unit = "mile" }

`docs/import-tables.md` walks through a whole mapping.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from rencity.city.identity import Source
from rencity.city.readers.picking import AnyCell, Cell, Entry, Picked, Rows
from rencity.city.schema import LEVELS, TABLES
from rencity.kit.errors import InputError

MISSING = ("", "N/A", "NA", "NULL", "null", "NaN", "nan", "None")


class _Layer(Picked):
    name: Annotated[str, Field(min_length=1)]
    columns: dict[str, AnyCell] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known_columns(self) -> Self:
        table: str = self.table  # type: ignore[attr-defined]
        _check_columns(table, self.columns)
        lacking = [c for c in REQUIRED[table] if c not in self.columns]
        if lacking:
            raise ValueError(f"columns: {table} needs {', '.join(lacking)}")
        return self


def _check_columns(table: str, columns: dict[str, Cell]) -> None:
    known = COLUMNS[table]
    unknown = [name for name in columns if name not in known]
    if unknown:
        raise ValueError(f"columns: {table} has no {', '.join(unknown)}; it has {', '.join(known)}")


class ZoneLayer(_Layer):
    """Rows become zones.

    Attributes
    ----------
    geometry : ``none`` where the file has none and none is wanted
    dissolve : rows of one id become one zone: areas united, `sums` added up
    """

    table: Literal["zones"]
    geometry: Literal["given", "none"] = "given"
    dissolve: bool = False
    sums: tuple[str, ...] = ("people_night",)


class AssetLayer(_Layer):
    """Rows become assets."""

    table: Literal["assets"]


class LinkLayer(_Layer):
    """Rows become links, and with `asset_kind` also each link's own asset.

    The own asset takes the link's id (its column `asset` when that is given), lifeline, length,
    origin and rule, its geometry from the file or a straight line between the ends, and more
    attributes from `asset_columns`.
    """

    table: Literal["links"]
    asset_kind: AnyCell | None = None
    asset_columns: dict[str, AnyCell] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known_asset_columns(self) -> Self:
        _check_columns("assets", self.asset_columns)
        taken = {"id", "kind", "lifeline", "length_m"} & set(self.asset_columns)
        if taken:
            raise ValueError(f"asset_columns: {', '.join(sorted(taken))} follow from the link")
        return self


class NeedLayer(_Layer):
    """Rows become needs: column `asset` needs `lifeline` from column `provider`.

    Attributes
    ----------
    several : rows of one asset and lifeline are ``alternatives`` of one need, or ``separate`` needs
    quorum : how many alternatives must be served
    """

    table: Literal["needs"]
    several: Literal["alternatives", "separate"]
    quorum: Annotated[int, Field(ge=1)] = 1


class ServeLayer(_Layer):
    """Rows become serves.

    Attributes
    ----------
    by : ``columns`` names asset, zone and share; ``overlap`` lays the rows' polygons over the
        mapping's zones; ``voronoi`` does so with the cell of each row's point
    level : zones that are served, for overlap and voronoi
    normalise : shares of each zone within this layer, times the column `weight` where it is given,
        are scaled to sum to 1
    least_share : smaller shares are left out before scaling (slivers of polygon edges)
    """

    table: Literal["serves"]
    by: Literal["columns", "overlap", "voronoi"] = "columns"
    level: Literal["", *LEVELS] = ""  # type: ignore[valid-type]
    normalise: bool = False
    least_share: Annotated[float, Field(ge=0, lt=1)] = 0.0

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.by == "columns" and "zone" not in self.columns:
            raise ValueError("columns: serves by columns needs zone")
        if self.by != "columns" and not self.level:
            raise ValueError("level: say which zones are served")
        if "weight" in self.columns and not self.normalise:
            raise ValueError("columns: a weight needs normalise = true")
        return self


class DemandLayer(_Layer):
    """Rows become demands."""

    table: Literal["demands"]


class TripLayer(_Layer):
    """Rows become trips from zone to zone."""

    table: Literal["od"]


class BuildingLayer(_Layer):
    """Rows become buildings."""

    table: Literal["buildings"]


class CarrierLayer(_Layer):
    """Rows become carriers: `asset` rides on `carrier`."""

    table: Literal["carriers"]


Layers = (
    ZoneLayer
    | AssetLayer
    | LinkLayer
    | NeedLayer
    | ServeLayer
    | DemandLayer
    | TripLayer
    | BuildingLayer
    | CarrierLayer
)


class Mapping(Entry):
    """A whole mapping file."""

    crs: str = ""
    missing: tuple[str, ...] = MISSING
    sources: tuple[Source, ...] = ()
    layers: Annotated[
        tuple[Annotated[Layers, Field(discriminator="table")], ...], Field(min_length=1)
    ]

    def files(self) -> tuple[str, ...]:
        """Every file the layers and joins read, in order of name."""
        parts: list[Rows] = [part for layer in self.layers for part in (layer, *layer.join)]
        return tuple(sorted({part.file for part in parts}))


def _plain(table: str) -> tuple[str, ...]:
    return tuple(attribute.name for attribute in TABLES[table].attributes)


_PLAIN = ("zones", "assets", "links", "demands", "od", "buildings", "carriers")
COLUMNS: dict[str, tuple[str, ...]] = {
    **{name: _plain(name) for name in _PLAIN},
    "serves": (*_plain("serves"), "weight"),
    "needs": (*(n for n in _plain("need_groups") if n != "id"), "provider"),
}
REQUIRED: dict[str, tuple[str, ...]] = {
    **{name: tuple(a.name for a in TABLES[name].attributes if a.required) for name in _PLAIN},
    "needs": ("asset", "lifeline", "provider"),
    "serves": ("asset",),
}


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises
    ------
    InputError : no such file, not TOML, or a key that breaks the schema
    """
    mend = "see docs/import-tables.md for what a mapping holds"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as exc:
        raise InputError(f"cannot read it: {exc.strerror}", place=str(path), mend=mend) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise InputError(f"not TOML: {exc}", place=str(path), mend="correct the line") from exc
    try:
        return Mapping.model_validate(data)
    except ValidationError as exc:
        first = exc.errors()[0]
        message = str(first["msg"]).removeprefix("Value error, ")
        raise InputError(
            f"{key_of(first['loc'], data)}: {message}", place=str(path), mend=mend
        ) from exc


def key_of(loc: tuple[int | str, ...], data: dict[str, Any]) -> str:
    """``layers.2 (pipes).columns.id`` rather than pydantic's path through the union."""
    said: list[str] = []
    for i, part in enumerate(loc):
        if i == 2 and loc[0] == "layers":  # the union's tag
            continue
        said.append(str(part + 1 if isinstance(part, int) else part))
        if i == 1 and loc[0] == "layers":
            layer = data["layers"][part]
            name = layer.get("name") if isinstance(layer, dict) else None
            said[-1] += f" ({name})" if name else ""
    return ".".join(said) or "the file"
