"""An example field of shaking for the demo: a smooth fall-off, not a ground-motion model."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rencity.kit.errors import InputError
from rencity.kit.files import write_bytes

KM_PER_DEGREE = 111.195
MARGIN_KM = 10.0
Bounds = tuple[float, float, float, float]


class Focus(BaseModel):
    """Where it breaks, and how shaking falls off: ln(pga_g) = a + b·M - c·ln(R + saturation)."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    lon: float
    lat: float
    depth_km: float = Field(ge=0)
    a: float
    b: float
    c: float
    saturation_km: float = Field(gt=0)
    pgv_cm_s_per_g: float = Field(gt=0)
    sa1_per_pga: float = Field(gt=0)
    spacing_km: float = Field(gt=0)


class Shaking(BaseModel):
    """One focus and the magnitude of each file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: Focus
    magnitudes: dict[str, float]


def write_shaking(path: Path, bounds: Bounds, folder: Path) -> list[Path]:
    """Write the field that `path` tells of: for each magnitude a CSV over `bounds` and a margin.

    Columns are lon, lat, pga_g, pgv_cm_s, sa1_g; `bounds` are west, south, east, north in degrees.

    Raises
    ------
    InputError : the file is missing or breaks its schema
    """
    mend = "see examples/demo/earthquake.field.toml"
    try:
        shaking = Shaking.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValidationError, ValueError) as exc:
        raise InputError(f"not a field of shaking: {exc}", place=str(path), mend=mend) from exc
    made = []
    for name, magnitude in shaking.magnitudes.items():
        write_bytes(folder / name, _rows(shaking.field, magnitude, bounds).encode())
        made.append(folder / name)
    return made


def _rows(focus: Focus, magnitude: float, bounds: Bounds) -> str:
    west, south, east, north = bounds
    step_lat = focus.spacing_km / KM_PER_DEGREE
    step_lon = step_lat / np.cos(np.radians((south + north) / 2))
    more = MARGIN_KM / focus.spacing_km
    lon = np.arange(west - more * step_lon, east + more * step_lon, step_lon).round(5)
    lat = np.arange(south - more * step_lat, north + more * step_lat, step_lat).round(5)
    x, y = (axis.ravel() for axis in np.meshgrid(lon, lat))
    across = np.cos(np.radians(focus.lat)) * KM_PER_DEGREE * (x - focus.lon)
    distance = np.hypot(np.hypot(across, KM_PER_DEGREE * (y - focus.lat)), focus.depth_km)
    log = focus.a + focus.b * magnitude - focus.c * np.log(distance + focus.saturation_km)
    pga = np.exp(log)
    columns = zip(x, y, pga, pga * focus.pgv_cm_s_per_g, pga * focus.sa1_per_pga, strict=True)
    lines = [f"{a:.5f},{b:.5f},{g:.6f},{v:.4f},{s:.6f}" for a, b, g, v, s in columns]
    return "\n".join(["lon,lat,pga_g,pgv_cm_s,sa1_g", *lines, ""])
