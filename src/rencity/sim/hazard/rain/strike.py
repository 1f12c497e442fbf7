"""Rain: a storm for each return period, the flood it leaves, what that does to assets."""

from __future__ import annotations

import numpy as np

from rencity.kit.errors import ScenarioError
from rencity.kit.findings import Finding
from rencity.kit.suggest import did_you_mean
from rencity.sim.flood.content import StormFormula
from rencity.sim.flood.inundation import Flood, inundate
from rencity.sim.flood.terrain import Terrain
from rencity.sim.hazard.flooding.exposure import exposure_of, wet_of
from rencity.sim.hazard.flooding.ground import LANDCOVER, ground_of
from rencity.sim.hazard.flooding.strikes import Waters, strikes_of_water
from rencity.sim.hazard.flooding.told import (
    Facts,
    balance_facts,
    depth_facts,
    depth_layer,
    of_event,
    unmet,
)
from rencity.sim.hazard.rain.falling import steps_of
from rencity.sim.hazard.rain.gauge import read_gauge
from rencity.sim.hazard.rain.losing import losses_of
from rencity.sim.hazard.rain.spec import RainHazard
from rencity.sim.hazard.rain.storm import Storm, depth_mm, design_storm
from rencity.sim.hazard.scene import Scene
from rencity.sim.strike import Strike


def rain_strikes(hazard: RainHazard, scene: Scene) -> list[Strike]:
    """What the storms of a rain hazard do to the city, see `RainHazard`.

    Raises
    ------
    InputError : a broken gauge file
    ScenarioError : no terrain, assets off it, an unknown storm or ground
    """
    ground = ground_of(scene.city, hazard.name)
    storms = storms_of(hazard, scene)
    losses = losses_of(hazard, scene, ground)
    exposure = exposure_of(scene, ground, hazard.name, uncovered=hazard.uncovered)
    given = ground.grid.values, ground.size_m, losses.sink
    holes_open = hazard.holes == "open"
    terrain = scene.once.of(
        lambda: Terrain(*given, holes_open=holes_open), "terrain", *given, holes_open
    )
    until_min = max(scene.horizon_min - hazard.start_h * 60, 0.0)
    facts: Facts = {}
    layers, wet = {}, []
    for event, storm in storms.items():
        steps = steps_of(storm, losses.kinds, until_min)
        flood = inundate(terrain, losses.kind, len(losses.kinds.ground), steps, exposure.points)
        deepest = terrain.depth_m(flood.level_m)
        told = {**storm_facts(storm), **balance_facts(flood.balance), **_peak(flood)}
        facts |= of_event({**told, **depth_facts(deepest, ground.cell_m2)}, event, len(storms))
        layers[f"depth_{event}"] = depth_layer(ground, deepest)
        wet.append(wet_of(exposure, flood.spells))
    weight = np.array(hazard.weights) if hazard.weights else np.full(len(storms), 1 / len(storms))
    waters = Waters(hazard.name, wet, tuple(storms), weight / weight.sum(), facts, layers)
    return strikes_of_water(waters, exposure, scene)


def storms_of(hazard: RainHazard, scene: Scene) -> dict[str, Storm]:
    """The storm of each event by its name.

    Raises
    ------
    InputError : a broken gauge file
    ScenarioError : an unknown formula
    """
    if hazard.gauge is not None:
        path = scene.base / hazard.gauge.path
        said = hazard.gauge
        return {path.stem: read_gauge(path, time=said.time, depth=said.depth, unit=said.unit)}
    formula = _formula(hazard, scene)
    ratio = formula.peak_ratio if hazard.peak_ratio is None else hazard.peak_ratio
    return {
        f"{period:g}a": design_storm(
            formula,
            return_period_a=period,
            duration_min=hazard.duration_min,
            step_min=hazard.step_min,
            peak_ratio=ratio,
        )
        for period in hazard.periods_a
    }


def storm_facts(storm: Storm) -> Facts:
    """Depth, duration and heaviest step of a storm."""
    step_min = np.diff(storm.end_min, prepend=0.0)
    return {
        "rain_mm": storm.total_mm,
        "duration_min": float(storm.end_min[-1]),
        "heaviest_mm_h": float(np.max(storm.depth_mm / step_min) * 60),
    }


def unhit_by_rain(hazard: RainHazard, scene: Scene) -> list[Finding]:
    """Storms beyond their formula, ground that no pack knows, assets off the terrain."""
    ground = ground_of(scene.city, hazard.name)
    exposure = exposure_of(scene, ground, hazard.name, uncovered="dry")
    findings = unmet(exposure, scene, hazard.name)
    if hazard.storm is not None:
        findings += _beyond(hazard, _formula(hazard, scene))
    unknown = losses_of(hazard, scene, ground).unknown
    if unknown:
        codes = ", ".join(f"{code} ({cells:,} cells)" for code, cells in unknown.items())
        findings.append(
            Finding(
                f"{hazard.name}-unknown-landcover",
                "warning",
                f"land cover of no known ground: {codes}; taken as {hazard.ground or 'sealed'}",
                "add a ground with these codes to a pack",
                LANDCOVER,
            )
        )
    return findings


def _peak(flood: Flood) -> Facts:
    return {"most_standing_m3": flood.peak_m3, "steps": flood.steps}


def _formula(hazard: RainHazard, scene: Scene) -> StormFormula:
    held, name = scene.classes.storms, hazard.storm or ""
    if name not in held:
        raise ScenarioError(
            f"unknown storm {name!r}",
            place=f"hazard {hazard.name}.storm",
            mend=did_you_mean(name, held, what="storm"),
        )
    formula = held[name]
    for period in hazard.periods_a:
        if depth_mm(formula, period, 1.0) <= 0:
            raise ScenarioError(
                f"the formula {name} gives no rain for {period:g} years",
                place=f"hazard {hazard.name}.return_period_a",
                mend=f"give {formula.return_period_least_a:g} years or more",
            )
    return formula


def _beyond(hazard: RainHazard, formula: StormFormula) -> list[Finding]:
    least, most = formula.return_period_least_a, formula.return_period_most_a
    said = []
    if any(not least <= period <= most for period in hazard.periods_a):
        said.append(f"return periods of {least:g} to {most:g} years")
    if hazard.duration_min > formula.duration_most_min:
        said.append(f"durations up to {formula.duration_most_min:g} minutes")
    return [
        Finding(
            f"{hazard.name}-beyond-formula",
            "warning",
            f"the formula {hazard.storm} holds for {what}",
            "stay within, or take another formula",
        )
        for what in said
    ]
