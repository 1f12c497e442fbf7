"""From depths at assets to strikes: closed while the water stands, damaged and mended after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from rencity.city.rasters import Grid
from rencity.sim.classes import RepairRate
from rencity.sim.damage import exceedance, repair_tables, states_of
from rencity.sim.hazard.flooding.exposure import Exposure, Wet
from rencity.sim.hazard.places import lengths_m
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.strikes import outages, probable
from rencity.sim.strike import NEVER, TABLE_SIZE, Strike

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
MOST_TIMES = 200
"""Different times that closures of one event of several are told in; longer ones are rounded up."""


@dataclass(frozen=True)
class Waters:
    """The events of one hazard on an exposure.

    Attributes
    ----------
    wet : one for each event
    event, weight : their names and probabilities
    """

    name: str
    wet: Sequence[Wet]
    event: tuple[str, ...]
    weight: Array
    facts: Mapping[str, float | int | str] = field(default_factory=dict)
    layers: Mapping[str, Grid] = field(default_factory=dict)


def strikes_of_water(waters: Waters, exposure: Exposure, scene: Scene) -> list[Strike]:
    """One strike of damage for each event, and one of closures where anything is closed.

    A damaged asset is mended from when the water has gone; until then it is closed. Where nothing
    closes it, or the water stays below that depth, mending begins at the greatest depth.
    """
    strikes = []
    for number, wet in enumerate(waters.wet):
        strikes.append(_damage(waters, number, wet, exposure, scene))
        closed = np.flatnonzero(exposure.closes & np.isfinite(wet.from_min))
        if len(closed) and len(waters.wet) == 1:
            strikes.append(_closed(waters, wet, exposure, closed))
        elif len(closed):
            strikes.append(_closed_in_event(waters, number, wet, exposure, closed, scene))
    strikes[0] = replace(strikes[0], facts=waters.facts, layers=waters.layers)
    return strikes


def _damage(waters: Waters, number: int, wet: Wet, exposure: Exposure, scene: Scene) -> Strike:
    classes = scene.classes
    at = np.flatnonzero(exposure.fragile & (wet.depth_m > 0))
    rows, depth = exposure.rows[at], wet.depth_m[at]
    code = exposure.assigned.fragility.codes[rows]
    names = exposure.assigned.fragility.categories
    curves = {int(one): classes.fragility[names[one]] for one in np.unique(code)}
    states = max((len(states_of(curve)) for curve in curves.values()), default=1)
    exceed = np.zeros((len(waters.event), states, len(at)))
    for one, curve in curves.items():
        mine = np.flatnonzero(code == one)
        length = _lengths_m(scene, rows[mine]) if isinstance(curve, RepairRate) else None
        worse = exceedance(curve, depth[mine], length)
        exceed[number, : len(worse), mine] = worse.T
    table, tables = repair_tables(exposure.assigned, rows, classes, scene.city.assets["id"], states)
    may = np.flatnonzero(exceed[number, 0] > 0)
    struck = probable(
        waters.name, rows[may], exceed[:, :, may], table[may], tables, waters.weight, waters.event
    )
    return replace(struck, onset_min=_mended_from(wet, at[may]))


def _mended_from(wet: Wet, at: Index) -> npt.NDArray[np.int32]:
    closed = np.isfinite(wet.from_min[at]) & np.isfinite(wet.until_min[at])
    return np.where(closed, np.ceil(wet.until_min[at]), wet.deepest_at_min[at]).astype(np.int32)


def _closed(waters: Waters, wet: Wet, exposure: Exposure, at: Index) -> Strike:
    start, minutes = _spell(wet, at)
    strike = outages(waters.name, exposure.rows[at], minutes)
    return replace(strike, out_onset_min=start, event=waters.event, weight=waters.weight)


def _closed_in_event(
    waters: Waters, number: int, wet: Wet, exposure: Exposure, at: Index, scene: Scene
) -> Strike:
    """Certain outages hold in every sample, so those of one event of several are sure damage."""
    start, minutes = _spell(wet, at)
    minutes = np.where(minutes == NEVER, scene.horizon_min + 1, minutes)
    times, table = _few(minutes)
    exceed = np.zeros((len(waters.event), 1, len(at)))
    exceed[number] = 1.0
    tables = np.repeat(times.astype(np.int32), TABLE_SIZE).reshape(len(times), 1, TABLE_SIZE)
    struck = probable(
        waters.name, exposure.rows[at], exceed, table, tables, waters.weight, waters.event
    )
    return replace(struck, onset_min=start, fixed_table=np.ones(len(times), bool))


def _spell(wet: Wet, at: Index) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """First minute and minutes of each outage."""
    start = np.floor(wet.from_min[at])
    end = np.ceil(wet.until_min[at])
    minutes = np.where(np.isfinite(end), np.maximum(end - start, 1.0), NEVER)
    return start.astype(np.int32), minutes.astype(np.int64)


def _few(minutes: Index) -> tuple[Index, npt.NDArray[np.int16]]:
    times = np.unique(minutes)
    if len(times) > MOST_TIMES:
        grid = np.geomspace(times[0], times[-1], MOST_TIMES)
        times = np.unique(np.append(np.ceil(grid[:-1]), times[-1]).astype(np.int64))
    return times, np.searchsorted(times, minutes).astype(np.int16)


def _lengths_m(scene: Scene, rows: Index) -> Array:
    said = scene.city.assets["length_m"].to_numpy(np.float64)[rows]
    drawn = lengths_m(scene.city.assets.geometry.to_numpy()[rows])
    return np.where(np.isnan(said), drawn, said)
