"""A city: an identity and its tables, never edited in place."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from rencity.city.catalogue import Catalogue, base_catalogue
from rencity.city.conform import conform
from rencity.city.identity import Identity, RasterFile, identity_toml, read_identity
from rencity.city.rasters import Grid, digest, geotiff, grid_of
from rencity.city.schema import TABLES, Table
from rencity.kit.errors import InputError
from rencity.kit.files import staged_folder


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
    fresh: Mapping[str, bytes] = field(default_factory=dict, compare=False, repr=False)
    """Rasters not yet in a folder, bytes by path."""

    @classmethod
    def build(
        cls,
        identity: Identity,
        tables: Mapping[str, pd.DataFrame],
        *,
        folder: Path | None = None,
        fresh: Mapping[str, bytes] | None = None,
    ) -> City:
        """Make a city from tables, each conformed to its schema; a missing table is empty.

        Parameters
        ----------
        folder, fresh : where the rasters of the identity lie, or their bytes by path

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
        return cls(identity, MappingProxyType(whole), folder, MappingProxyType(dict(fresh or {})))

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
        self,
        folder: str | Path,
        *,
        replace: bool = False,
        extra: Mapping[str, bytes] | None = None,
        beside: Path | None = None,
    ) -> City:
        """Write the folder whole or not at all; return the city opened there.

        Files of a replaced folder that are not the city's tables stay, but not its `.cache`.

        Parameters
        ----------
        extra : more files by path within the folder, such as rasters
        beside : city folder whose other files come along, such as that of the version before

        Raises
        ------
        StorageError : the folder exists and `replace` is false, or the disk refused it
        """
        folder = Path(folder)
        with staged_folder(folder, replace=replace) as stage:
            (stage / "city.toml").write_text(identity_toml(self.identity), encoding="utf-8")
            for name, frame in self.tables.items():
                frame.to_parquet(stage / f"{name}.parquet", index=False)
            for name, data in {**self._rasters(), **(extra or {})}.items():
                (stage / name).parent.mkdir(parents=True, exist_ok=True)
                (stage / name).write_bytes(data)
            for other in (folder, beside):
                if other is not None:
                    _keep_others(other, stage)
        return City(self.identity, self.tables, folder)

    def replace(self, **tables: pd.DataFrame) -> City:
        """A new city with some tables replaced."""
        whole = {**self.tables, **tables}
        return City.build(self.identity, whole, folder=self.folder, fresh=self.fresh)

    def successor(
        self, tables: Mapping[str, pd.DataFrame], lineage: pd.DataFrame | None = None
    ) -> City:
        """The next version of this city, in which some tables are others.

        Parameters
        ----------
        tables : by name; the others stay
        lineage : columns table, old, new, change and note: what became of ids that are gone

        Raises
        ------
        CityError : an id vanishes unsaid or comes back, or the lineage breaks another rule
        """
        from rencity.city.versions import successor  # noqa: PLC0415 - it is made of this class

        return successor(self, tables, lineage)

    def with_identity(self, identity: Identity) -> City:
        """The same city under another identity."""
        return dataclasses.replace(self, identity=identity)

    def with_raster(
        self,
        name: str,
        grid: Grid,
        *,
        origin: Literal["measured", "inferred", "synthetic"] = "measured",
        note: str = "",
    ) -> City:
        """A new city with a raster, in place of one of the same name."""
        data, path = geotiff(grid, name=name), f"rasters/{name}.tif"
        entry = RasterFile(
            name=name, path=path, unit=grid.unit, sha256=digest(data), origin=origin, note=note
        )
        others = tuple(raster for raster in self.identity.rasters if raster.name != name)
        rasters = tuple(sorted((*others, entry), key=lambda raster: raster.name))
        identity = self.identity.model_copy(update={"rasters": rasters})
        return dataclasses.replace(self, identity=identity, fresh={**self.fresh, path: data})

    def raster(self, name: str) -> Grid:
        """A raster of the city by name.

        Raises
        ------
        InputError : the city has none of that name, or its file is missing, changed or broken
        """
        entry = next((r for r in self.identity.rasters if r.name == name), None)
        if entry is None:
            raise InputError(
                f"the city has no raster {name!r}",
                place="city.toml",
                mend=f"import one; it has {', '.join(self._raster_names()) or 'none'}",
            )
        return grid_of(self._raster_bytes(entry), unit=entry.unit, place=self._where(entry))

    def has_raster(self, name: str) -> bool:
        """Whether the city has a raster of that name."""
        return name in self._raster_names()

    def _raster_names(self) -> list[str]:
        return [raster.name for raster in self.identity.rasters]

    def _where(self, entry: RasterFile) -> str:
        return str(self.folder / entry.path) if self.folder else entry.path

    def _rasters(self) -> dict[str, bytes]:
        return {entry.path: self._raster_bytes(entry) for entry in self.identity.rasters}

    def _raster_bytes(self, entry: RasterFile) -> bytes:
        data = self.fresh.get(entry.path)
        if data is None:
            try:
                data = Path(self._where(entry)).read_bytes()
            except OSError as exc:
                raise InputError(
                    f"raster {entry.name}: {exc.strerror}",
                    place=self._where(entry),
                    mend="put the file back, or import the raster again",
                ) from exc
        if digest(data) != entry.sha256:
            raise InputError(
                f"raster {entry.name} is not the file that city.toml names (sha256 differs)",
                place=self._where(entry),
                mend="put the file back, or import the raster again",
            )
        return data

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
    def buildings(self) -> gpd.GeoDataFrame:
        """Where people are by day and night."""
        return self.tables["buildings"]

    @property
    def carriers(self) -> pd.DataFrame:
        """What rides on what."""
        return self.tables["carriers"]

    @property
    def lineage(self) -> pd.DataFrame:
        """What became of ids in new versions."""
        return self.tables["lineage"]

    @property
    def demands(self) -> pd.DataFrame:
        """What each zone uses."""
        return self.tables["demands"]

    @property
    def od(self) -> pd.DataFrame:
        """Trips between zones."""
        return self.tables["od"]

    @cached_property
    def catalogue(self) -> Catalogue:
        """Lifelines and kinds, the city's own included."""
        own = {"lifelines": self.identity.lifelines, "kinds": self.identity.kinds}
        return base_catalogue().widened(own, place="city.toml")

    @cached_property
    def hash(self) -> str:
        """SHA-256 over every value, whatever the files' encoding, order or compression."""
        return value_hash(self)

    @property
    def provenance(self) -> dict[str, str | int]:
        """What every answer says of the city it is about: names, version, hash."""
        identity = self.identity
        return {
            "id": identity.id,
            "name": identity.name,
            "name_en": identity.name_en,
            "version": identity.version,
            "hash": self.hash,
            "synthetic": identity.synthetic,
        }

    def __repr__(self) -> str:
        from rencity.city.in_short import as_text  # noqa: PLC0415 - it tells of this class

        return as_text(self)

    def _repr_html_(self) -> str:
        from rencity.city.in_short import as_html  # noqa: PLC0415 - it tells of this class

        return as_html(self)


def _keep_others(old: Path, stage: Path) -> None:
    """Copy what else lies in the folder that is about to be replaced."""
    if not old.is_dir():
        return
    for path in old.iterdir():
        if path.name == ".cache" or (path.is_file() and (stage / path.name).exists()):
            continue
        if path.is_dir() and not path.is_symlink():
            _keep_files(path, stage / path.name)
        else:
            shutil.copy2(path, stage / path.name, follow_symlinks=False)


def _keep_files(old: Path, stage: Path) -> None:
    """Copy a folder, but not over what stands there."""
    stage.mkdir(exist_ok=True)
    for path in old.iterdir():
        if path.is_dir() and not path.is_symlink():
            _keep_files(path, stage / path.name)
        elif not (stage / path.name).exists():
            shutil.copy2(path, stage / path.name, follow_symlinks=False)


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


def _joined(column: pd.Series) -> pa.Buffer:
    """Texts with a zero byte between them, in UTF-8; a loop over millions would take minutes."""
    texts = pa.array(column, type=pa.large_string())
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    whole = pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts)
    return pc.binary_join(whole, pa.scalar("\0", pa.large_string()))[0].as_buffer()


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
                digest.update(_joined(column))
            else:
                values = column.to_numpy()
                digest.update(np.ascontiguousarray(values).tobytes())
        if table.geometry:
            digest.update(b"\0".join(w or b"" for w in shapely.to_wkb(frame.geometry.values)))
    return digest.hexdigest()
