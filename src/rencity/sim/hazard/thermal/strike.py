"""Which assets carry more than they can while it is hot or cold."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.model import City
from rencity.kit.errors import ScenarioError
from rencity.kit.findings import Finding
from rencity.kit.suggest import did_you_mean
from rencity.sim.damage import kinds_of
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.strikes import outages
from rencity.sim.hazard.thermal.sensitivity import (
    SHIPPED,
    Sensitivities,
    day_means,
    read_sensitivities,
    spells,
)
from rencity.sim.hazard.thermal.series import read_series
from rencity.sim.hazard.thermal.spec import TemperatureHazard
from rencity.sim.strike import Strike

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

MIN_PER_H = 60


@dataclass(frozen=True)
class _Weather:
    """Temperatures by step, and how things move with them."""

    mean_c: Array
    step_h: float
    moves: Sensitivities


def temperature_strikes(hazard: TemperatureHazard, scene: Scene) -> list[Strike]:
    """Certain outages of assets for as long as their loading is above what they bear.

    Raises
    ------
    InputError : a faulty series or file of sensitivities
    ScenarioError : a lifeline that is not there or has no sensitivity
    """
    weather = _weather(hazard, scene)
    loading = loading_of(scene.city)
    out: list[tuple[Index, Index, Index]] = []
    greatest = 0.0
    for rows, factor in _groups(hazard, scene.city, weather):
        normal = loading[rows] * hazard.peak_factor
        greatest = max(greatest, float(np.nanmax(normal, initial=0.0)) * float(factor.max()))
        hot = np.flatnonzero(normal * factor.max() > hazard.trips_at)
        row, first, steps = spells(normal[hot, None] * factor[None, :] > hazard.trips_at)
        out.append((rows[hot[row]], first, steps))
    asset, first, steps = (
        np.concatenate([part[i] for part in out] or [np.empty(0, np.int64)]) for i in range(3)
    )
    order = np.lexsort((first, asset))
    minutes = np.rint(steps * weather.step_h * MIN_PER_H).astype(np.int64)
    made = outages(hazard.name, asset[order], minutes[order])
    onset = np.rint(first * weather.step_h * MIN_PER_H).astype(np.int32)
    facts = _facts(weather, asset, minutes, greatest)
    return [replace(made, out_onset_min=onset[order], facts=facts)]


def unhit_by_temperature(hazard: TemperatureHazard, scene: Scene) -> list[Finding]:
    """Kinds whose loading is not known, and weather in which nothing moves."""
    weather = _weather(hazard, scene)
    city, loading = scene.city, loading_of(scene.city)
    kind = kinds_of(city.assets)
    ids = city.assets["id"].to_numpy(object)
    concerned = np.zeros(len(ids), bool)
    still = True
    for rows, factor in _groups(hazard, city, weather):
        concerned[rows] = True
        still = still and bool((factor <= 1).all())
    codes = np.where(concerned & np.isnan(loading), kind.codes, -1)
    found = [
        Finding(
            f"{hazard.name}-no-loading",
            "note",
            f"{(codes == code).sum():,} {kind.categories[code]} left whole: capacity or demand "
            "is not known",
            "give capacity, and demand or the zones served with their demands",
            "assets",
            "capacity",
            tuple(ids[codes == code]),
        )
        for code in np.unique(codes[codes >= 0])
    ]
    if still:
        found.append(
            Finding(
                f"{hazard.name}-mild",
                "warning",
                f"no use rises and no capacity falls at day means of {weather.mean_c.min():.1f} to "
                f"{weather.mean_c.max():.1f} degrees",
                "check the temperatures, or the bases of the sensitivities",
            )
        )
    return found


def loading_of(city: City) -> Array:
    """Normal demand over capacity of each asset, (n,); NaN where either is not known.

    Demand is the asset's own, else what the zones it serves use of its lifeline, by their shares.
    """
    assets = city.assets
    own = assets["demand"].to_numpy(np.float64)
    served = city.serves.merge(
        assets[["id", "lifeline"]].rename(columns={"id": "asset"}), on="asset"
    ).merge(city.demands[["zone", "lifeline", "amount"]], on=["zone", "lifeline"])
    each = (served["share"] * served["amount"]).groupby(served["asset"]).sum()
    zones = each.reindex(pd.Index(assets["id"])).to_numpy(np.float64)
    demand = np.where(np.isnan(own), zones, own)
    capacity = assets["capacity"].to_numpy(np.float64)
    known = np.isfinite(demand) & (demand >= 0) & (capacity > 0)
    return np.divide(demand, capacity, out=np.full(len(assets), np.nan), where=known)


def _weather(hazard: TemperatureHazard, scene: Scene) -> _Weather:
    if hazard.series is None:
        values, step_h = np.array(hazard.temperatures_c), hazard.step_h
    else:
        values, step_h = read_series(scene.base / hazard.series)
    path = SHIPPED if hazard.sensitivities is None else scene.base / hazard.sensitivities
    side: str = hazard.kind  # type: ignore[attr-defined]
    moves = read_sensitivities(path, side)
    return _Weather(day_means(values, step_h), step_h, moves)


def _groups(hazard: TemperatureHazard, city: City, weather: _Weather) -> list[tuple[Index, Array]]:
    """Rows of each kind that the weather concerns, and loading over the normal at each step."""
    known = weather.moves.demand
    for name in hazard.lifelines:
        if name not in known:
            raise ScenarioError(
                f"lifeline {name!r} has no sensitivity",
                place=f"hazard {hazard.name}.lifelines",
                mend=did_you_mean(name, known, what="lifeline"),
            )
    kind = kinds_of(city.assets)
    made = []
    for code, name in enumerate(kind.categories):
        lifeline = name.split(".")[0]
        if lifeline not in known or (hazard.lifelines and lifeline not in hazard.lifelines):
            continue
        demand = weather.moves.demand_factor(lifeline, weather.mean_c)
        factor = demand / weather.moves.capacity_factor(name, weather.mean_c)
        made.append((np.flatnonzero(kind.codes == code), factor))
    return made


def _facts(
    weather: _Weather, asset: Index, minutes: Index, greatest: float
) -> dict[str, float | int | str]:
    return {
        "highest_day_mean_c": round(float(weather.mean_c.max()), 1),
        "lowest_day_mean_c": round(float(weather.mean_c.min()), 1),
        "assets_overloaded": len(np.unique(asset)),
        "asset_hours_over": round(float(minutes.sum()) / MIN_PER_H, 1),
        "greatest_loading": round(greatest, 3),
    }
