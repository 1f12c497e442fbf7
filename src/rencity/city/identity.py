"""What `city.toml` says: who the city is, where its layers came from, what was imported."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rencity.kit.errors import InputError

FORMAT = 1


class Source(BaseModel):
    """Where a layer came from and what may be done with it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    layer: str
    title: str
    licence: str
    retrieved: str = ""
    note: str = ""


class RasterFile(BaseModel):
    """A raster of the city folder.

    Attributes
    ----------
    name : what it shows: terrain, landcover, vs30, …
    path : within the folder, a GeoTIFF
    unit : of its values; empty for classes
    sha256 : of the file's bytes
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    path: str = Field(pattern=r"^rasters/[A-Za-z0-9_.-]+$")
    unit: str = ""
    sha256: str
    origin: Literal["measured", "inferred", "synthetic"] = "measured"
    note: str = ""


class ImportRecord(BaseModel):
    """One import into the city: what was read from where, and what rules filled in.

    Attributes
    ----------
    source : name of the file or folder
    sha256 : of the bytes read, the mapping included
    read, kept, merged, refused : rows; read is the sum of the others
    inferred : rows made, by rule
    joined : rows that were things of the city already, by table and way
    conflicts : values that differed there, by column
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    source: str
    sha256: str
    read: int
    kept: int
    merged: int
    refused: int
    inferred: dict[str, int] = {}
    joined: dict[str, int] = {}
    conflicts: dict[str, int] = {}


class Identity(BaseModel):
    """What `city.toml` says of the city as a whole.

    `metric_crs` is a projected system in metres for lengths, areas and nearest things; the
    tables' geometry is always WGS-84. `parent` is the value hash of the version before this one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    name: str
    name_en: str = ""
    code: str = ""
    metric_crs: str = "EPSG:3857"
    time_zone: str = "Asia/Shanghai"
    synthetic: bool = False
    seed: int | None = None
    version: int = Field(default=1, ge=1)
    parent: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    sources: tuple[Source, ...] = ()
    imports: tuple[ImportRecord, ...] = ()
    rasters: tuple[RasterFile, ...] = ()
    lifelines: dict[str, Any] = {}
    kinds: dict[str, Any] = {}


def read_identity(path: Path) -> Identity:
    """Read `city.toml`.

    Raises
    ------
    InputError : no such file, not TOML, or not the schema
    """
    mend = "a city folder holds city.toml with [city] id and name"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise InputError("no city.toml here", place=str(path.parent), mend=mend) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise InputError(f"not TOML: {exc}", place=str(path), mend="correct the line") from exc
    except OSError as exc:
        raise InputError(exc.strerror or str(exc), place=str(path), mend=mend) from exc
    version = data.pop("format", FORMAT)
    if version != FORMAT:
        raise InputError(
            f"format {version}, this Rencity reads format {FORMAT}",
            place=str(path),
            mend="use the Rencity version that wrote it, or import the sources again",
        )
    head = data.pop("city", {})
    if not isinstance(head, dict):
        raise InputError("city is no table", place=str(path), mend=mend)
    try:
        return Identity.model_validate({**head, **data})
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{where}: {first['msg']}", place=str(path), mend=mend) from exc


def identity_toml(identity: Identity) -> str:
    """`city.toml` as text."""
    lines = [f"format = {FORMAT}", "", "[city]"]
    plain = identity.model_dump(
        exclude={"sources", "imports", "rasters", "lifelines", "kinds"},
        exclude_none=True,
        mode="json",
    )
    lines += [f"{key} = {_toml(value)}" for key, value in plain.items()]
    for source in identity.sources:
        lines += ["", "[[sources]]"]
        lines += [f"{key} = {_toml(value)}" for key, value in source.model_dump().items()]
    for raster in identity.rasters:
        lines += ["", "[[rasters]]"]
        lines += [f"{key} = {_toml(value)}" for key, value in raster.model_dump().items()]
    for record in identity.imports:
        values = record.model_dump()
        groups = {name: values.pop(name) for name in ("inferred", "joined", "conflicts")}
        lines += ["", "[[imports]]", *(f"{key} = {_toml(value)}" for key, value in values.items())]
        for name, counts in groups.items():
            if counts:
                lines += [f"[imports.{name}]"]
                lines += [f"{_toml(key)} = {n}" for key, n in counts.items()]
    for group in ("lifelines", "kinds"):
        for name, entry in getattr(identity, group).items():
            lines += ["", f"[{group}.{_toml(name)}]"]
            lines += [f"{key} = {_toml(value)}" for key, value in entry.items()]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    # JSON's strings, numbers, booleans and flat lists are TOML's as well
    return json.dumps(value, ensure_ascii=False)
