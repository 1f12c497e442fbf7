"""What assets need to feel a hazard: a place, and of a pipe its length."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from rencity.city.model import City
from rencity.kit.errors import CityError
from rencity.sim.classes import RepairRate
from rencity.sim.damage import Assigned, Classes, named
from rencity.sim.hazard.places import lengths_m

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]


def pipe_lengths_m(assigned: Assigned, rows: Index, classes: Classes, city: City) -> Array:
    """Length of each pipe, m: its attribute, else its geometry; 0 for what needs none.

    Raises
    ------
    CityError : a pipe has neither
    """
    names = assigned.fragility.categories
    pipe = np.array([isinstance(classes.fragility[name], RepairRate) for name in names], bool)
    length_m = np.zeros(len(rows))
    if not pipe.any():
        return length_m
    at = np.flatnonzero(pipe[assigned.fragility.codes[rows]])
    stated = city.assets["length_m"].to_numpy(np.float64)[rows[at]]
    absent = np.flatnonzero(np.isnan(stated))
    if len(absent):
        stated = stated.copy()
        stated[absent] = lengths_m(city.assets.geometry.to_numpy()[rows[at[absent]]])
        none = absent[stated[absent] == 0]
        if len(none):
            raise CityError(
                f"{len(none)} pipes have neither length_m nor a line: "
                f"{named(city.assets['id'].to_numpy()[rows[at[none]]])}",
                place="assets.length_m",
                mend="give length_m, or a line as geometry",
            )
    length_m[at] = stated
    return length_m


def check_placed(geometry: npt.NDArray[np.object_], ids: npt.NDArray[np.object_]) -> None:
    """Refuse assets without coordinates, by their ids.

    Raises
    ------
    CityError : some have none
    """
    bare = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    bounds = shapely.bounds(geometry)
    bad = bare | ~np.isfinite(bounds).all(axis=1)
    if bad.any():
        raise CityError(
            f"{int(bad.sum())} assets have no place: {named(ids[bad])}",
            place="assets.geometry",
            mend="give coordinates in WGS-84; rencity city check lists such assets",
        )
