"""A small city on a terrain: a river in a channel, a levee, a bowl, a hill."""

from __future__ import annotations

import numpy as np
import pandas as pd
from rasterio.transform import Affine

from rencity.city.model import City
from rencity.city.rasters import Grid
from rencity.sim.damage import Classes
from rencity.sim.flood.content import Closure, Ground, StormFormula
from tests.sim.hazard.toy import FLOODED, city_of, repair_of

CRS, CELL_M = "EPSG:32651", 10.0
WEST, NORTH = 250_000.0, 3_490_000.0
PROFILE = [0, 0, 6, 2, 2, 2, 5, 8, 9, 9]
"""Across: river bed, levee of 6, a bowl of 2 at columns 3 to 5, a slope, a hill of 9."""


def terrain(rows: int = 9) -> np.ndarray:
    z = np.tile(np.array(PROFILE, np.float32), (rows, 1))
    z[0, 2:], z[-1, 2:] = 9, 9
    return z


def grid(values: object, cell_m: float = CELL_M) -> Grid:
    return Grid(np.asarray(values, np.float32), Affine(cell_m, 0, WEST, 0, -cell_m, NORTH), CRS)


def at(column: float, row: float = 4) -> tuple[float, float]:
    """Longitude and latitude of the middle of a cell."""
    import pyproj

    back = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    return back.transform(WEST + (column + 0.5) * CELL_M, NORTH - (row + 0.5) * CELL_M)


PUMP, RAISED, ROAD, HILL = range(4)


def wet_city(values: object | None = None, **columns: object) -> City:
    """A pump and a road junction in the bowl, a pump on a plinth beside it, a pump on the hill."""
    rows = [
        ("pump", "water.pump", at(4)),
        ("raised", "water.pump", at(5)),
        ("road", "road.junction", at(3)),
        ("top", "water.pump", at(8)),
    ]
    said = {"entrance_m": [np.nan, 1.5, np.nan, np.nan], **columns}
    city = city_of(rows, **said)
    order = {name: n for n, name in enumerate(("pump", "raised", "road", "top"))}
    assert list(city.assets["id"].map(order)) == sorted(order.values())
    return city.with_raster(
        "terrain", grid(terrain() if values is None else values), origin="synthetic"
    )


def classes() -> Classes:
    return Classes(
        fragility={"wet": FLOODED},
        repair={"wet": repair_of(flooded=(3, 0))},
        applies_fragility={"water.pump": ("wet",)},
        applies_repair={"water.pump": ("wet",)},
        storms={"toy": StormFormula(unit="mm/min", a=10, c=0.8, b=10, n=0.7)},
        grounds={
            "lawn": Ground(landcover=(30,), pervious_share=1, first_mm_h=60, last_mm_h=60),
            "lake": Ground(landcover=(80,), open_water=True),
        },
        closures={
            "road.junction": Closure(above_m=0.3, applies=("road.junction",)),
            "water.pump": Closure(above_m=0.1, applies=("water.pump",)),
        },
    )


def ids_of(city: City, rows: object) -> list[str]:
    return list(pd.Series(city.assets["id"]).to_numpy()[np.asarray(rows)])
