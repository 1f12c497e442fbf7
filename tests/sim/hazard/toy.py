"""A small city and classes that fit it."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely

from rencity.city.identity import Identity
from rencity.city.model import City
from rencity.sim.classes import Lognormal, Repair, RepairRate

Row = tuple[str, str, object]


def city_of(rows: Sequence[Row], **columns: object) -> City:
    """A city of assets (id, ``lifeline.kind``, geometry or lon-lat pair)."""
    geometry = [
        g if isinstance(g, shapely.Geometry) else shapely.Point(*g)  # type: ignore[misc]
        for _, _, g in rows
    ]
    frame = gpd.GeoDataFrame(
        {
            "id": [row[0] for row in rows],
            "lifeline": [row[1].split(".")[0] for row in rows],
            "kind": [row[1].split(".")[1] for row in rows],
            **columns,
        },
        geometry=np.array(geometry, object),
        crs="EPSG:4326",
    )
    return City.build(Identity(id="toy", name="toy"), {"assets": frame})


SUBSTATION = Lognormal.model_validate(
    {
        "form": "lognormal",
        "measure": "PGA",
        "states": [
            {"state": "slight", "median": 0.2, "beta": 0.5},
            {"state": "extensive", "median": 0.6, "beta": 0.4},
        ],
    }
)
FLOODED = Lognormal.model_validate(
    {
        "form": "lognormal",
        "measure": "depth",
        "states": [{"state": "flooded", "median": 1.0, "beta": 0.5}],
    }
)
PIPE = RepairRate(form="repair_rate", measure="PGV", factor=1e-3, exponent=2, break_share=0.2)


def repair_of(**days: tuple[float, float]) -> Repair:
    """A repair class from state = (mean_d, sd_d)."""
    return Repair.model_validate(
        {"states": [{"state": s, "mean_d": m, "sd_d": d} for s, (m, d) in days.items()]}
    )
