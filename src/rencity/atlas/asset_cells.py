"""Assets from afar: squares of ground, each with the share of its assets that is out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from rencity.atlas.asset_frames import FULL, NEVER, AssetFrames, asset_frames, lifelines_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from rencity.atlas.opened import Opened
    from rencity.atlas.runs import OpenedRun

MOST_CELLS = 3_000
"""Squares over the whole extent; fewer hold anything."""


class AssetCells(BaseModel):
    """Squares that hold assets, each list in the same order; degrees."""

    west: float
    north: float
    width_deg: float
    height_deg: float
    columns: list[int] = Field(description="of each square, from the west")
    rows: list[int] = Field(description="of each square, from the north")
    assets: list[int] = Field(description="how many lie in it")


@dataclass(frozen=True)
class Squares:
    """Squares and what lies in them.

    Attributes
    ----------
    cell : int32 (assets,), square of each asset, by row of the city's table; -1: none
    """

    told: AssetCells
    cell: npt.NDArray[np.int32]

    @property
    def nbytes(self) -> int:
        """Memory it takes, about."""
        return int(self.cell.nbytes) + 100 * len(self.told.columns)


def asset_cells(opened: OpenedRun, lifeline: str | None = None) -> AssetCells:
    """Squares that hold assets of a lifeline, or of all.

    Raises
    ------
    AbsentError : no such lifeline
    """
    return _squares(opened, lifeline).told


def cell_frames(
    opened: OpenedRun, city: Opened, lifeline: str | None = None, sample: int | None = None
) -> tuple[npt.NDArray[np.uint8], int]:
    """Mean share of the assets of each square that is out, in 200ths, (steps, squares).

    Over all samples kept, or in one; `NEVER` where nothing is in service even undamaged. Then how
    many samples that is of.

    Raises
    ------
    AbsentError, LimitError, RunError, CityError : as `asset_frames`
    """
    squares = _squares(opened, lifeline)
    found = asset_frames(opened, city, lifeline, sample)
    values = opened.made.of(
        ("cell-frames", lifeline, sample),
        lambda: _frames(found, squares, of_one=sample is not None),
    )
    return values, found.samples


def _squares(opened: OpenedRun, lifeline: str | None) -> Squares:
    mine = None if lifeline is None else lifelines_of(opened).mine(lifeline)
    return opened.made.of(("squares", lifeline), lambda: _laid(opened, mine))


def _laid(opened: OpenedRun, mine: npt.NDArray[np.bool_] | None) -> Squares:
    """Squares over all that has a place, so that those of two lifelines lie on each other."""
    import numpy as np  # noqa: PLC0415 - heavy

    at = opened.run.assets[["lon", "lat"]].to_numpy(float)
    placed = np.isfinite(at).all(axis=1)
    wanted = placed if mine is None else placed & mine
    if not wanted.any():
        empty = AssetCells(
            west=0, north=0, width_deg=0, height_deg=0, columns=[], rows=[], assets=[]
        )
        return Squares(empty, np.full(len(at), -1, np.int32))
    west, south = at[placed].min(axis=0)
    east, north = at[placed].max(axis=0)
    narrow = max(float(np.cos(np.radians((south + north) / 2))), 0.05)
    area = max((east - west) * narrow * (north - south), 1e-8)
    height = float(np.sqrt(area / MOST_CELLS))
    width = height / narrow
    column = ((at[wanted, 0] - west) / width).astype(np.int64)
    row = ((north - at[wanted, 1]) / height).astype(np.int64)
    place, inverse, count = np.unique(row << 32 | column, return_inverse=True, return_counts=True)
    cell = np.full(len(at), -1, np.int32)
    cell[wanted] = inverse
    told = AssetCells(
        west=float(west),
        north=float(north),
        width_deg=width,
        height_deg=height,
        columns=(place & 0xFFFFFFFF).tolist(),
        rows=(place >> 32).tolist(),
        assets=count.tolist(),
    )
    return Squares(told, cell)


def _frames(found: AssetFrames, squares: Squares, *, of_one: bool) -> npt.NDArray[np.uint8]:
    import numpy as np  # noqa: PLC0415 - heavy

    cells = len(squares.told.columns)
    cell = squares.cell[found.rows]
    never = (found.values == NEVER).all(axis=0)[found.series]
    told, dead = (cell >= 0) & ~never, (cell >= 0) & never
    runs = np.array(squares.told.assets, int) - np.bincount(cell[dead], minlength=cells)
    some = runs > 0
    shares = np.where(found.values > 0, FULL, 0) if of_one else found.values
    made = np.full((len(shares), cells), NEVER, np.uint8)
    for step, value in enumerate(shares):
        gone = np.bincount(cell[told], value[found.series[told]], cells)
        made[step, some] = np.rint(gone[some] / runs[some]).astype(np.uint8)
    return made
