"""Strikes whose intensity is drawn anew in every sample: curves as tables, assets as rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from rencity.sim.classes import Fragility, Lognormal
from rencity.sim.damage import M_PER_KM, Assigned, assign, repair_tables, states_of
from rencity.sim.hazard.feeling import check_placed, pipe_lengths_m
from rencity.sim.hazard.places import places_of
from rencity.sim.hazard.scene import Scene
from rencity.sim.strike import RandomField, Sampled, Strike

Array = npt.NDArray[np.float64]
F32 = npt.NDArray[np.float32]
Index = npt.NDArray[np.int64]

LOW, HIGH, PER_UNIT = -32.0, 64.0, 64
"""Ends of the tables of curves, in standard deviations or ln of repairs, and entries a unit."""


@dataclass(frozen=True)
class Feelers:
    """Assets that feel a measure.

    Attributes
    ----------
    rows : (m,), of ``city.assets``, ascending
    lonlat : (m, 2), where they feel it: a line at its middle, a polygon at a point within
    length_m : (m,), of pipes; 0 for what needs none
    """

    measure: str
    assigned: Assigned
    rows: Index
    lonlat: Array
    length_m: Array


def feelers_of(scene: Scene, measure: str) -> Feelers:
    """Every asset with a fragility class of a measure.

    Raises
    ------
    CityError : one without a place, or a pipe without a length
    """
    city, classes = scene.city, scene.classes
    assigned = assign(city.assets, classes, [measure])
    rows = np.flatnonzero(assigned.fragility.codes >= 0)
    geometry = city.assets.geometry.to_numpy()[rows]
    check_placed(geometry, city.assets["id"].to_numpy()[rows])
    lonlat = places_of(geometry, vertices=False).lonlat if len(rows) else np.empty((0, 2))
    length_m = pipe_lengths_m(assigned, rows, classes, city)
    return Feelers(measure, assigned, rows, lonlat, length_m)


def sampled_strike(
    name: str,
    scene: Scene,
    feelers: Feelers,
    field: RandomField,
    site: npt.NDArray[np.int32],
    *,
    weight: Array,
    event: tuple[str, ...],
) -> Strike:
    """A strike by a random field; `site` (m,) is where each asset lies.

    Raises
    ------
    ScenarioError : a damaged asset has no repair class, or its class lacks a state
    """
    codes = feelers.assigned.fragility.codes[feelers.rows]
    used, curve = np.unique(codes, return_inverse=True)
    known = [scene.classes.fragility[feelers.assigned.fragility.categories[c]] for c in used]
    depth = max((len(states_of(one)) for one in known), default=1)
    ids = scene.city.assets["id"]
    table, repair_min = repair_tables(feelers.assigned, feelers.rows, scene.classes, ids, depth)
    slope, shift = scales(known, curve, feelers.length_m)
    return Strike(
        name=name,
        asset=feelers.rows.astype(np.int32),
        exceed=np.empty((len(event), depth, 0)),
        table=table,
        repair_min=repair_min,
        weight=weight,
        event=event,
        out_asset=np.empty(0, np.int32),
        out_sample=np.empty(0, np.int32),
        out_min=np.empty(0, np.int64),
        sampled=Sampled(
            field=field,
            site=site,
            curve=curve.astype(np.int16),
            slope=slope,
            shift=shift,
            exceed_at=np.stack([curve_table(one, depth) for one in known])
            if known
            else np.zeros((1, depth, 2)),
            low=LOW,
            step=1 / PER_UNIT,
        ),
    )


def curve_table(one: Fragility, depth: int) -> Array:
    """P(state k or worse), (depth, entries), at y from `LOW` to `HIGH`; see `scales` for y."""
    y = np.linspace(LOW, HIGH, round((HIGH - LOW) * PER_UNIT) + 1)
    made = np.zeros((depth, len(y)))
    if isinstance(one, Lognormal):
        least, first = _scale(one)
        for row, state in enumerate(one.states):
            made[row] = ndtr((y * least + first - np.log(state.median)) / state.beta)
        made[: len(one.states)] = np.maximum.accumulate(made[: len(one.states)][::-1])[::-1]
    else:
        for row, share in enumerate((1.0, one.break_share)):
            made[row] = -np.expm1(-np.exp(y) * share)
    return made


def scales(known: list[Fragility], curve: Index, length_m: Array) -> tuple[F32, F32]:
    """How y follows ln(intensity) for assets (m,) of curves: y = slope · ln + shift.

    Of a lognormal class y counts least betas from the lightest state's median; of a pipe it is ln
    of the repairs on its length.
    """
    slope, shift = np.empty(len(curve), np.float32), np.empty(len(curve), np.float32)
    for number, one in enumerate(known):
        mine = curve == number
        if isinstance(one, Lognormal):
            least, first = _scale(one)
            slope[mine], shift[mine] = 1 / least, -first / least
        else:
            slope[mine] = one.exponent
            with np.errstate(divide="ignore"):
                shift[mine] = np.log(one.factor * length_m[mine] / M_PER_KM)
    return slope, shift


def _scale(one: Lognormal) -> tuple[float, float]:
    return min(state.beta for state in one.states), float(np.log(one.states[0].median))
