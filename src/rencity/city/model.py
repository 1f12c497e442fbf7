"""A city: an identity and its tables, never edited in place."""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rencity.city.catalogue import Catalogue, base_catalogue
from rencity.city.schema import TABLES, Attribute, Table
from rencity.kit.errors import InputError
from rencity.kit.files import staged_folder

FORMAT = 1


class Source(BaseModel):
    """Where a layer came from and what may be done with it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    layer: str
    title: str
    licence: str
    retrieved: str = ""
    note: str = ""


class ImportRecord(BaseModel):
    """One import into the city: what was read from where, and what rules filled in.

    Attributes
    ----------
    source : name of the file or folder
    sha256 : of the bytes read, the mapping included
    read, kept, merged, refused : rows; read is the sum of the others
    inferred : rows made, by rule
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


class Identity(BaseModel):
    """What `city.toml` says of the city as a whole.

    `metric_crs` is a projected system in metres for lengths, areas and nearest things; the
    tables' geometry is always WGS-84.
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
    sources: tuple[Source, ...] = ()
    imports: tuple[ImportRecord, ...] = ()
    lifelines: dict[str, Any] = {}
    kinds: dict[str, Any] = {}


@dataclass(frozen=True)
class City:
    """A city as tables; every change makes a new one.

    Examples
    --------
    >>> city = City.open("cities/memphis")  # doctest: +SKIP
    >>> city.assets.plot()  # doctest: +SKIP
    """

    identity: Identity
    tables: Mapping[str, pd.DataFrame]
    folder: Path | None = field(default=None, compare=False)

    @classmethod
    def build(cls, identity: Identity, tables: Mapping[str, pd.DataFrame]) -> City:
        """Make a city from tables, each conformed to its schema; a missing table is empty.

        Raises
        ------
        InputError : a table lacks a required column or holds a value of the wrong type
        """
        unknown = sorted(set(tables) - set(TABLES))
        if unknown:
            raise InputError(
                f"no such table: {', '.join(unknown)}", mend=f"use one of {', '.join(TABLES)}"
            )
        whole = {
            name: conform(table, tables.get(name), place=name) for name, table in TABLES.items()
        }
        return cls(identity, MappingProxyType(whole))

    @classmethod
    def open(cls, folder: str | Path) -> City:
        """Read a city folder.

        Raises
        ------
        InputError : a file is missing, broken or does not fit its schema
        """
        folder = Path(folder)
        identity = read_identity(folder / "city.toml")
        tables = {
            name: conform(table, _read_table(folder, table), place=str(folder / f"{name}.parquet"))
            for name, table in TABLES.items()
        }
        return cls(identity, MappingProxyType(tables), folder)

    def write(
        self, folder: str | Path, *, replace: bool = False, extra: Mapping[str, bytes] | None = None
    ) -> City:
        """Write the folder whole or not at all; return the city opened there.

        Files of a replaced folder that are not the city's tables stay, but not its `.cache`.

        Parameters
        ----------
        extra : more files by path within the folder, such as rasters

        Raises
        ------
        StorageError : the folder exists and `replace` is false, or the disk refused it
        """
        folder = Path(folder)
        with staged_folder(folder, replace=replace) as stage:
            (stage / "city.toml").write_text(identity_toml(self.identity), encoding="utf-8")
            for name, frame in self.tables.items():
                frame.to_parquet(stage / f"{name}.parquet", index=False)
            _keep_others(folder, stage)
            for name, data in (extra or {}).items():
                (stage / name).parent.mkdir(parents=True, exist_ok=True)
                (stage / name).write_bytes(data)
        return City(self.identity, self.tables, folder)

    def replace(self, **tables: pd.DataFrame) -> City:
        """A new city with some tables replaced."""
        return City.build(self.identity, {**self.tables, **tables})

    @property
    def zones(self) -> gpd.GeoDataFrame:
        """Where people live and work."""
        return self.tables["zones"]

    @property
    def assets(self) -> gpd.GeoDataFrame:
        """Every physical thing that can fail."""
        return self.tables["assets"]

    @property
    def links(self) -> pd.DataFrame:
        """What carries service between assets."""
        return self.tables["links"]

    @property
    def need_groups(self) -> pd.DataFrame:
        """What an asset must receive to work."""
        return self.tables["need_groups"]

    @property
    def needs(self) -> pd.DataFrame:
        """The alternatives of each need."""
        return self.tables["needs"]

    @property
    def serves(self) -> pd.DataFrame:
        """Which asset supplies which zone."""
        return self.tables["serves"]

    @property
    def demands(self) -> pd.DataFrame:
        """What each zone uses."""
        return self.tables["demands"]

    @cached_property
    def catalogue(self) -> Catalogue:
        """Lifelines and kinds, the city's own included."""
        own = {"lifelines": self.identity.lifelines, "kinds": self.identity.kinds}
        return base_catalogue().widened(own, place="city.toml")

    @cached_property
    def hash(self) -> str:
        """SHA-256 over every value, whatever the files' encoding, order or compression."""
        return value_hash(self)

    def __repr__(self) -> str:
        from rencity.city.in_short import as_text  # noqa: PLC0415 - it tells of this class

        return as_text(self)

    def _repr_html_(self) -> str:
        from rencity.city.in_short import as_html  # noqa: PLC0415 - it tells of this class

        return as_html(self)


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


def _keep_others(old: Path, stage: Path) -> None:
    """Copy what else lies in the folder that is about to be replaced."""
    if not old.is_dir():
        return
    for path in old.iterdir():
        if path.name == ".cache" or (stage / path.name).exists():
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.copytree(path, stage / path.name, symlinks=True)
        else:
            shutil.copy2(path, stage / path.name, follow_symlinks=False)


def identity_toml(identity: Identity) -> str:
    """`city.toml` as text."""
    lines = [f"format = {FORMAT}", "", "[city]"]
    plain = identity.model_dump(
        exclude={"sources", "imports", "lifelines", "kinds"}, exclude_none=True, mode="json"
    )
    lines += [f"{key} = {_toml(value)}" for key, value in plain.items()]
    for source in identity.sources:
        lines += ["", "[[sources]]"]
        lines += [f"{key} = {_toml(value)}" for key, value in source.model_dump().items()]
    for record in identity.imports:
        values = record.model_dump()
        counts = values.pop("inferred")
        lines += ["", "[[imports]]", *(f"{key} = {_toml(value)}" for key, value in values.items())]
        if counts:
            lines += ["[imports.inferred]"]
            lines += [f"{_toml(key)} = {n}" for key, n in counts.items()]
    for group in ("lifelines", "kinds"):
        for name, entry in getattr(identity, group).items():
            lines += ["", f"[{group}.{_toml(name)}]"]
            lines += [f"{key} = {_toml(value)}" for key, value in entry.items()]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    # JSON's strings, numbers, booleans and flat lists are TOML's as well
    return json.dumps(value, ensure_ascii=False)


def _read_table(folder: Path, table: Table) -> pd.DataFrame | None:
    path = folder / f"{table.name}.parquet"
    if not path.exists():
        return None
    try:
        frame = gpd.read_parquet(path) if table.geometry else pd.read_parquet(path)
    except Exception as exc:
        raise InputError(
            f"not a readable {'Geo' if table.geometry else ''}Parquet file: {exc}",
            place=str(path),
            mend="write it again from its source",
        ) from exc
    if table.geometry and frame.crs is not None and not frame.crs.equals("EPSG:4326"):
        raise InputError(
            f"coordinates are in {frame.crs.name}",
            place=str(path),
            mend="convert the layer to WGS-84 (EPSG:4326)",
        )
    return frame


def conform(table: Table, frame: pd.DataFrame | None, *, place: str) -> pd.DataFrame:
    """The frame with the table's columns in order, typed, defaults filled, sorted by key.

    Extra columns are refused: what a table may hold is said in one place.

    Raises
    ------
    InputError : a required or unknown column, or a value of the wrong type, with its row
    """
    if frame is None:
        frame = pd.DataFrame({name: [] for name in table.columns})
    missing = [a.name for a in table.attributes if a.required and a.name not in frame]
    if table.geometry and "geometry" not in frame:
        missing.append("geometry")
    extra = [str(name) for name in frame.columns if name not in table.columns]
    if missing or extra:
        said = [f"missing {', '.join(missing)}"] if missing else []
        said += [f"unknown {', '.join(extra)}"] if extra else []
        raise InputError(
            f"table {table.name}: columns {' and '.join(said)}",
            place=place,
            mend=f"its columns are {', '.join(table.columns)}",
        )
    data: dict[str, Any] = {
        a.name: _column(table, a, frame.get(a.name), len(frame), place) for a in table.attributes
    }
    if table.geometry:
        made = gpd.GeoDataFrame(
            data, geometry=np.asarray(frame["geometry"], dtype=object), crs="EPSG:4326"
        )
    else:
        made = pd.DataFrame(data)
    return made.sort_values(list(table.key), kind="stable", ignore_index=True)


def _column(
    table: Table, attribute: Attribute, column: pd.Series | None, n: int, place: str
) -> pd.Series:
    text = attribute.kind in ("id", "text", "choice")
    if column is None:
        return pd.Series([attribute.default] * n, dtype=_DTYPES[attribute.kind])
    column = column.reset_index(drop=True)
    if attribute.default is not None:
        absent = column.isna()
        if absent.any():
            column = column.astype(object).where(~absent, attribute.default)
    elif column.isna().any():
        row = int(np.flatnonzero(column.isna())[0])
        raise InputError(
            f"{table.name}.{attribute.name} is empty in row {row + 1}",
            place=place,
            mend="give it a value or leave the row out",
        )
    try:
        if text:
            if pd.api.types.infer_dtype(column, skipna=False) != "string":
                column = column.map(_as_text)
            return column.astype("str")
        return column.astype(_DTYPES[attribute.kind])
    except (ValueError, TypeError) as exc:
        raise InputError(
            f"{table.name}.{attribute.name} holds a value that is not {attribute.kind}: {exc}",
            place=place,
            mend="correct the value",
        ) from exc


_DTYPES = {
    "id": "str",
    "text": "str",
    "choice": "str",
    "float": "float64",
    "int": "int64",
    "bool": "bool",
}


def _as_text(value: object) -> str:
    # ids read from spreadsheets come as 12.0
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def value_hash(city: City) -> str:
    """SHA-256 over identity and tables by value, in key order; how they came in is left out."""
    identity = city.identity.model_copy(update={"imports": ()})
    digest = hashlib.sha256(identity_toml(identity).encode())
    for name, table in TABLES.items():
        frame = city.tables[name]
        digest.update(f"\0{name}\0{len(frame)}".encode())
        for attribute in table.attributes:
            digest.update(f"\0{attribute.name}\0".encode())
            column = frame[attribute.name]
            if attribute.kind in ("id", "text", "choice"):
                digest.update("\0".join(column).encode())
            else:
                values = column.to_numpy()
                digest.update(np.ascontiguousarray(values).tobytes())
        if table.geometry:
            digest.update(b"\0".join(w or b"" for w in shapely.to_wkb(frame.geometry.values)))
    return digest.hexdigest()
