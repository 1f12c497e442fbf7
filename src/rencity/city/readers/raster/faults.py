"""What is wrong or doubtful with a grid of heights, and how much of a city a grid leaves open."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from rencity.city.model import City
from rencity.city.rasters import Floats, Grid
from rencity.city.readers.raster.file import values_of
from rencity.kit.errors import InputError
from rencity.kit.findings import Finding

LOWEST_M, HIGHEST_M = -11_000.0, 9_000.0
"""Deepest sea and highest mountain, rounded outward."""
STEEP = 0.5
"""Rise over run that half the cells of no city exceed: twice that of Hong Kong's steep island."""
LEAST_ROWS, MOST_PERIOD, PERIODIC, STRONG = 48, 64, 0.5, 0.2
SEA_SHARE, ZERO_SHARE, SENTINELS = 0.5, 0.2, (-9999.0, -32768.0, 32767.0, 65535.0)
_LATTICE = 256


def checked_heights(grid: Grid, unit: str, factor: float, place: Path) -> None:
    """Refuse heights that no ground has; `grid` in metres, `factor` metres a unit.

    Raises
    ------
    InputError : beyond the deepest sea or the highest mountain
    """
    known = values_of(grid)
    marks = np.array(SENTINELS, np.float32) * np.float32(factor)
    wrong = known[(known < LOWEST_M) | (known > HIGHEST_M) | np.isin(known, marks)]
    if not len(wrong):
        return
    raise InputError(
        f"{len(wrong):,} of {len(known):,} heights are impossible or a mark of holes, "
        f"such as {wrong[0] / factor:g} {unit}",
        place=str(place),
        mend="name the value of holes with --set nodata=N, or the unit with --set unit=cm",
    )


def doubtful_heights(grid: Grid, unit: str) -> list[Finding]:
    """Slopes, seas and fillings that a city's ground rarely has; `grid` in metres."""
    known = values_of(grid)
    found = []
    slope = _median_slope(grid)
    if slope > STEEP:
        found.append(
            _finding(
                "dem-unit",
                f"half of the cells rise more than {slope:.2f} m a metre (read in {unit})",
                "give the true unit of the heights with --set unit=ft or cm",
            )
        )
    below, zero = float((known < 0).mean()), float((known == 0).mean())
    if below > SEA_SHARE:
        found.append(
            _finding(
                "dem-sea",
                f"{below:.0%} of the cells lie below 0 m, down to {known.min():.1f} m",
                "heights count upward: turn depths round, or cut off the sea",
            )
        )
    if zero > ZERO_SHARE:
        found.append(
            _finding(
                "dem-zero",
                f"{zero:.0%} of the cells are exactly 0 m: sea, or holes filled with 0",
                "name 0 as the value of holes with --set nodata=0 if it is one",
            )
        )
    return found


def unit_against_assets(grid: Grid, city: City | None, unit: str) -> list[Finding]:
    """Compare with the heights that assets bring along: a wrong unit shows as a ratio."""
    if city is None or not len(city.assets):
        return []
    stated = city.assets["elevation_m"].to_numpy()
    told = np.flatnonzero(np.isfinite(stated))
    if len(told) < LEAST_ROWS // 2:
        return []
    points = shapely.point_on_surface(city.assets.geometry.to_numpy()[told])
    here = grid.bilinear(shapely.get_coordinates(points)) if len(points) else np.zeros(0)
    both = np.isfinite(here) & (np.abs(stated[told]) > 1) & (np.abs(here) > 1)
    if both.sum() < LEAST_ROWS // 2:
        return []
    ratio = float(np.median(here[both] / stated[told][both]))
    for other, factor in (("ft", 0.3048), ("cm", 0.01), ("mm", 0.001)):
        if abs(ratio * factor - 1) < 0.1 or abs(ratio / factor - 1) < 0.1:
            return [
                _finding(
                    "dem-unit",
                    f"the terrain (read in {unit}) is {ratio:.2f} times the heights that "
                    f"{int(both.sum())} assets state",
                    f"one of them is in {other}: give --set unit={other}, or correct the assets",
                )
            ]
    return []


def stripes(grid: Grid) -> list[Finding]:
    """Rows or columns that stand above their neighbours again and again at one distance."""
    found = []
    for values, name in ((grid.values, "rows"), (grid.values.T, "columns")):
        period, amplitude_m = _periodic_bias(values)
        if period:
            found.append(
                _finding(
                    "dem-stripes",
                    f"{name} are biased by {amplitude_m:.2f} m every {period} {name}",
                    "get the heights without stripes, or filter them: water would run along them",
                )
            )
    return found


def voids(part: Grid, grid: Grid, extent: Floats | None, name: str) -> list[Finding]:
    """The share of the city's extent for which a raster has no value.

    Without an extent that of the raster's own `part`, as it was before it was fitted to the city.
    """
    if extent is None:
        share = float(np.isnan(part.values).mean())
    else:
        west, south, east, north = extent
        x = west + (east - west) * (np.arange(_LATTICE) + 0.5) / _LATTICE
        y = south + (north - south) * (np.arange(_LATTICE) + 0.5) / _LATTICE
        lattice = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        share = float(np.isnan(grid.nearest(lattice)).mean())
    if not share:
        return []
    return [
        _finding(
            "raster-void",
            f"{share:.1%} of the city's extent has no value in {name}",
            "fill the holes from another source, or give a raster that covers the city",
        )
    ]


def _median_slope(grid: Grid) -> float:
    """Median rise over run between neighbouring cells."""
    if min(grid.values.shape) < 2:
        return 0.0
    size = float(np.sqrt(grid.cell_m2))
    values = grid.values
    rise = np.hypot(np.diff(values, axis=0)[:, :-1], np.diff(values, axis=1)[:-1])
    known = rise[~np.isnan(rise)]
    return float(np.median(known)) / size if len(known) else 0.0


def _periodic_bias(values: npt.NDArray[np.float32]) -> tuple[int, float]:
    """The distance at which rows are biased, 0 where they are not, and by how much.

    The bias of a row is the median over its columns of how far it stands above the middle of its
    two neighbours: ground, which changes along the row, cancels out. It is periodic where folding
    it by one distance explains more than half of its variance.
    """
    rows = len(values)
    if rows < LEAST_ROWS or values.shape[1] < LEAST_ROWS:
        return 0, 0.0
    bent = values[1:-1] - (values[:-2] + values[2:]) / 2
    whole = ~np.isnan(bent).all(axis=1)
    if whole.sum() < LEAST_ROWS - 2:
        return 0, 0.0
    bias = np.zeros(len(bent))
    bias[whole] = np.nanmedian(bent[whole], axis=1)
    usual = float(np.nanmedian(np.abs(bent)))
    bias -= bias.mean()
    strength = float(bias.std())
    if strength < 1e-6 or strength < STRONG * usual:
        return 0, 0.0
    for period in range(2, min(MOST_PERIOD, len(bias) // 4) + 1):
        folded = np.arange(len(bias)) % period
        mean = np.bincount(folded, bias) / np.bincount(folded)
        spare = period / len(bias)
        explained = (float((mean[folded] ** 2).mean()) / strength**2 - spare) / (1 - spare)
        if explained > PERIODIC:
            return period, float(np.ptp(mean))
    return 0, 0.0


def _finding(rule: str, what: str, mend: str) -> Finding:
    return Finding(rule, "warning", what, mend, table="rasters")
