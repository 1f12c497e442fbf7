"""What covers the ground: classes by code, and what rain and water meet on each cell."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rencity.city.model import City
from rencity.city.rasters import Grid
from rencity.kit.errors import InputError

LANDCOVER = "landcover"
TABLE_PATH = "rasters/landcover.toml"

Share = Annotated[float, Field(ge=0, le=1)]
Values = npt.NDArray[np.float32]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class CoverClass(_Entry):
    """One class of land cover.

    Attributes
    ----------
    runoff : share of rain that runs off, of the rational method
    infiltration_mm_h : what the ground takes in a long rain
    manning : roughness of shallow flow, s/m^(1/3)
    water : whether it is open water
    """

    zh: str
    en: str
    runoff: Share
    infiltration_mm_h: Annotated[float, Field(ge=0, le=1000)]
    manning: Annotated[float, Field(gt=0, le=2)]
    water: bool = False


class _Head(_Entry):
    title: str
    source: str
    licence: str = ""


class CoverTable(_Entry):
    """Classes by the code that stands in the cells."""

    table: _Head
    classes: Annotated[dict[int, CoverClass], Field(min_length=1)]


@dataclass(frozen=True)
class Surface:
    """What rain and water meet on each cell; NaN (and no water) where the cover is unknown.

    Attributes
    ----------
    grid : the codes, with their place
    runoff, infiltration_mm_h, manning : float32, shape of the grid
    water : bool, likewise
    """

    grid: Grid
    runoff: Values
    infiltration_mm_h: Values
    manning: Values
    water: npt.NDArray[np.bool_]


def cover_table(text: str, *, place: str) -> CoverTable:
    """A class table from its TOML.

    Raises
    ------
    InputError : not TOML, or an entry breaks the schema
    """
    mend = "each [classes.CODE] has zh, en, runoff, infiltration_mm_h, manning; see docs/rasters.md"
    try:
        return CoverTable.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as exc:
        raise InputError(f"not TOML: {exc}", place=place, mend="correct the line") from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{key}: {first['msg']}", place=place, mend=mend) from exc


def base_cover_text() -> str:
    """The class table that ships with Rencity, as TOML."""
    return resources.files("rencity.city").joinpath("landcover.toml").read_text(encoding="utf-8")


def cover_of(city: City) -> CoverTable:
    """The class table that was imported with the city's land cover.

    Raises
    ------
    InputError : the city has no folder, or the table is missing or broken
    """
    if city.folder is None:
        raise InputError(
            "its class table lies in the city's folder", place=LANDCOVER, mend="write the city"
        )
    path = Path(city.folder) / TABLE_PATH
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise InputError(
            f"the class table cannot be read: {exc}",
            place=str(path),
            mend="import the land cover again",
        ) from exc
    return cover_table(text, place=str(path))


def surface(city: City) -> Surface:
    """Runoff, infiltration, roughness and water of each cell of the city's land cover."""
    return surface_of(city.raster(LANDCOVER), cover_of(city))


def surface_of(grid: Grid, table: CoverTable) -> Surface:
    """The same from a grid of codes and its classes; codes not in the table are unknown."""
    codes = np.array(sorted(table.classes), np.int64)
    cell = np.nan_to_num(grid.values, nan=-1).astype(np.int64)
    at = np.clip(np.searchsorted(codes, cell), 0, len(codes) - 1)
    known = (codes[at] == cell) & ~np.isnan(grid.values)

    def drawn(name: str) -> Values:
        each = np.array([getattr(table.classes[int(code)], name) for code in codes], np.float32)
        return np.where(known, each[at], np.float32(np.nan))

    wet = np.array([table.classes[int(code)].water for code in codes])
    return Surface(
        grid,
        drawn("runoff"),
        drawn("infiltration_mm_h"),
        drawn("manning"),
        np.asarray(known & wet[at]),
    )
