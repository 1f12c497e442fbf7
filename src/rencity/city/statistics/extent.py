"""Areas of a city's zones, and which of them are urban."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from rencity.city.check.facts import Facts

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

URBAN_PER_KM2 = 1500.0
"""Residents on a km² from which a zone counts as urban, the density of an urban centre in the
Degree of Urbanisation (Eurostat and others 2021); its least population is not asked for."""


@dataclass(frozen=True)
class Extent:
    """The zones; the lowest are those without parts.

    Attributes
    ----------
    lowest : whether a zone has no parts, shape (zones,)
    people : residents, shape (zones,)
    km2 : area on an equal-area plane, 0 where a zone has no outline, shape (zones,)
    """

    lowest: Bools
    people: Floats
    km2: Floats

    @property
    def urban(self) -> Bools:
        """Which zones are lowest and urban, shape (zones,)."""
        dense = self.people >= URBAN_PER_KM2 * self.km2
        return np.asarray(self.lowest & (self.km2 > 0) & dense)

    def total(self) -> tuple[float, float]:
        """Residents and km² of the lowest zones."""
        return float(self.people[self.lowest].sum()), float(self.km2[self.lowest].sum())

    def in_town(self) -> tuple[float, float]:
        """Residents and km² of the urban zones."""
        return float(self.people[self.urban].sum()), float(self.km2[self.urban].sum())

    def is_urban(self, zone: Rows) -> Bools:
        """Whether each of these zone rows, -1 for none, is urban; shape of `zone`."""
        return np.append(self.urban, False)[zone]


def extent_of(facts: Facts) -> Extent:
    """The zones with their people and areas."""
    people = np.nan_to_num(facts.number("zones", "people_night"), posinf=0.0, neginf=0.0)
    return Extent(facts.is_leaf, people, _areas_km2(facts))


def _areas_km2(facts: Facts) -> Floats:
    shapes = facts.city.zones.geometry
    bounds = shapes.total_bounds if len(shapes) else np.full(4, np.nan)
    if not np.isfinite(bounds).all():
        return np.zeros(len(shapes))
    lon, lat = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    plane = shapes.to_crs(f"+proj=laea +lat_0={lat} +lon_0={lon} +ellps=WGS84")
    area = np.nan_to_num(shapely.area(plane.to_numpy()), posinf=0.0) / 1e6
    return np.asarray(area, dtype=np.float64)
