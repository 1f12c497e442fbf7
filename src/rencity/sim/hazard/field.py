"""Field: intensity in space, read at each asset, turned into damage by its fragility class."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rencity.city.model import City
from rencity.kit.errors import ScenarioError
from rencity.sim.classes import Fragility
from rencity.sim.damage import (
    Assigned,
    Classes,
    assign,
    exceedance,
    named,
    repair_tables,
    states_of,
)
from rencity.sim.hazard.events import events_of
from rencity.sim.hazard.feeling import check_placed, pipe_lengths_m
from rencity.sim.hazard.places import Places, places_of
from rencity.sim.hazard.points import PointField, read_points
from rencity.sim.hazard.raster import SUFFIXES, RasterField, read_raster
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.spec import FieldHazard, Measured
from rencity.sim.hazard.stencil import Stencil
from rencity.sim.hazard.strikes import probable
from rencity.sim.intensity import factor
from rencity.sim.strike import Strike

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Felt:
    """Assets that feel one measure: their rows, where, and the position among all touched."""

    one: Measured
    rows: Index
    at: Index
    places: Places


def field_strikes(hazard: FieldHazard, scene: Scene) -> list[Strike]:
    """Damage probabilities of each event, for assets whose fragility is of a measure of the field.

    Raises
    ------
    InputError : a broken file, with its row
    ScenarioError : weights, classes, or assets outside the field
    CityError : an asset without a place, or a pipe without a length
    """
    city, classes = scene.city, scene.classes
    assigned = assign(city.assets, classes, [one.measure for one in hazard.measured])
    events = events_of(hazard, scene.base)
    rows = np.flatnonzero(assigned.fragility.codes >= 0)
    depth = max((len(states_of(c)) for c in _classes_at(assigned, rows, classes)), default=1)
    felt = _felt(hazard, assigned, rows, classes, city)
    lengths = pipe_lengths_m(assigned, rows, classes, city)
    exceed = np.zeros((len(events.name), depth, len(rows)))
    reader = _Reader(hazard, city.assets["id"].to_numpy())
    for number, path in enumerate(events.path):
        for group, intensity in reader.read(path, felt):
            _fill(exceed[number], group, intensity, assigned, classes, lengths)
    table, tables = repair_tables(assigned, rows, classes, city.assets["id"], depth)
    return [probable(hazard.name, rows, exceed, table, tables, events.weight, events.name)]


class _Reader:
    """Reads events one by one; places found once serve every event on the same points."""

    def __init__(self, hazard: FieldHazard, ids: npt.NDArray[np.object_]) -> None:
        self.hazard = hazard
        self.ids = ids
        self.last: PointField | RasterField | None = None
        self.stencils: dict[str, Stencil] = {}

    def read(self, path: Path, felt: list[_Felt]) -> list[tuple[_Felt, Array]]:
        """Intensity of each measure at the assets that feel it, in the unit of the measure."""
        if not felt:
            return []
        field: PointField | RasterField
        if path.suffix.lower() in SUFFIXES:
            everywhere = np.concatenate([group.places.lonlat for group in felt])
            field = read_raster(path, self.hazard, everywhere)
        else:
            field = read_points(path, self.hazard)
        if not _same(field, self.last):
            self.stencils = {g.one.measure: self._stencil(path, field, g) for g in felt}
            self.last = field
        return [(group, self._intensity(field, group)) for group in felt]

    def _intensity(self, field: PointField | RasterField, group: _Felt) -> Array:
        one = group.one
        values = field.values[one.measure] * factor(one.measure, one.unit)
        return group.places.worst(self.stencils[one.measure].of(values))

    def _stencil(self, path: Path, field: PointField | RasterField, group: _Felt) -> Stencil:
        lonlat, within_m = group.places.lonlat, self.hazard.within_m
        if isinstance(field, PointField):
            made = field.stencil(lonlat, method=self.hazard.method, within_m=within_m)
        else:
            made = field.stencil(lonlat, measure=group.one.measure, within_m=within_m)
        if self.hazard.outside == "refuse" and made.outside.any():
            self._refuse(path, made, group)
        return made

    def _refuse(self, path: Path, stencil: Stencil, group: _Felt) -> None:
        lost = np.unique(group.places.owner[stencil.outside])
        far_m = stencil.far_m[stencil.outside].max()
        wide = f"within_m above {far_m:,.0f}, " if np.isfinite(far_m) else "a greater within_m, "
        raise ScenarioError(
            f"{len(lost)} of {len(group.rows)} assets lie outside the field {path.name} "
            f"({group.one.measure}): {named(self.ids[group.rows[lost]])}",
            place=f"hazard {self.hazard.name}",
            mend=f'set {wide}or outside = "zero", or give a wider field',
        )


def _same(field: PointField | RasterField, last: PointField | RasterField | None) -> bool:
    if isinstance(field, PointField):
        return isinstance(last, PointField) and field.same_places(last)
    return isinstance(last, RasterField) and field.same_places(last)


def _felt(
    hazard: FieldHazard, assigned: Assigned, rows: Index, classes: Classes, city: City
) -> list[_Felt]:
    names = assigned.fragility.categories
    measure = np.array([classes.fragility[name].measure for name in names], object)
    own = measure[assigned.fragility.codes[rows]] if len(names) else np.empty(0, object)
    geometry = city.assets.geometry.to_numpy()
    check_placed(geometry[rows], city.assets["id"].to_numpy()[rows])
    groups = []
    for one in hazard.measured:
        at = np.flatnonzero(own == one.measure)
        if len(at):
            places = places_of(geometry[rows[at]], vertices=hazard.at == "max")
            groups.append(_Felt(one, rows[at], at, places))
    return groups


def _fill(
    exceed: Array,
    group: _Felt,
    intensity: Array,
    assigned: Assigned,
    classes: Classes,
    lengths: Array,
) -> None:
    codes = assigned.fragility.codes[group.rows]
    for code in np.unique(codes):
        mine = np.flatnonzero(codes == code)
        curve = classes.fragility[assigned.fragility.categories[code]]
        at = group.at[mine]
        worse = exceedance(curve, intensity[mine], lengths[at])
        exceed[: len(worse), at] = worse


def _classes_at(assigned: Assigned, rows: Index, classes: Classes) -> list[Fragility]:
    codes = np.unique(assigned.fragility.codes[rows])
    return [classes.fragility[assigned.fragility.categories[code]] for code in codes]
