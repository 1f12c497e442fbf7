"""Where localities lie, in WGS-84."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from rencity.city.readers.drawing import LOCAL, MEND, Floats, placed
from rencity.city.readers.ledger import Layer
from rencity.city.readers.pyrecodes.files import Locality
from rencity.kit.errors import InputError

UNIT_M = 1000.0
"""What a unit of a drawing is with ``--crs local``."""


def places(
    localities: Mapping[str, Locality], crs: str | None, path: Path
) -> tuple[dict[str, Any], Layer]:
    """Shape of each locality: a point, or the area in its box; None where it says none.

    Raises
    ------
    InputError : coordinates without a system, or outside it
    """
    layer = Layer("coordinates")
    corners: dict[str, Floats] = {}
    for name, locality in localities.items():
        layer.read += 1
        found = _corners(locality.coordinates)
        if found is None or not np.isfinite(found).all():
            layer.refuse("no centroid or box of finite coordinates", name)
        else:
            corners[name] = found
            layer.merge("placed the locality", name)
    shapes: dict[str, Any] = dict.fromkeys(localities)
    if not corners:
        return shapes, layer
    if crs is None:
        raise InputError(
            "localities have coordinates, and no system is given",
            place=str(path),
            mend=f"give --crs EPSG:4326 if they are degrees; {MEND.split(', scaled')[0]}, "
            "a unit taken as a kilometre",
        )
    every = np.concatenate(list(corners.values())) * (UNIT_M if crs == LOCAL else 1.0)
    made = np.split(
        placed(every, [], np.zeros(0), crs, str(path)),
        np.cumsum([len(each) for each in corners.values()])[:-1],
    )
    for name, each in zip(corners, made, strict=True):
        shapes[name] = (
            shapely.points(each[0])
            if len(each) == 1
            else shapely.convex_hull(shapely.multipoints(each))
        )
    return shapes, layer


def _corners(said: Mapping[str, Any]) -> Floats | None:
    """X and y of a centroid, shape (1, 2), or of the corners of a box."""
    centroid, box = said.get("Centroid"), said.get("BoundingBox")
    try:
        if isinstance(centroid, dict):
            keys = ("X", "Y") if "X" in centroid else ("LON", "LAT")
            return np.array([[centroid[key] for key in keys]], dtype=float)
        found = np.array(box, dtype=float)
    except (KeyError, TypeError, ValueError):
        return None
    whole = found.ndim == 2 and found.shape[1] == 2 and len(found) >= 3
    return found if whole else None
