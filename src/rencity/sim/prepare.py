"""From city, scenario and classes to a plan: hazards struck, steps chosen, nothing drawn yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rencity.city.model import City
from rencity.city.network.cache import network_of
from rencity.city.rasters import Grid
from rencity.kit.errors import CityError, ScenarioError
from rencity.kit.findings import Finding
from rencity.sim.clock import Clock
from rencity.sim.crews.build import crew_plan
from rencity.sim.crews.spec import CrewFile, load_crews
from rencity.sim.damage import Classes
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.specs import Hazard
from rencity.sim.hazard.striking import restrict, strikes_of, unhit
from rencity.sim.plan import Ints, Plan, Simulator, settled
from rencity.sim.reach.events import Draws, draws_of
from rencity.sim.reach.n1 import people_lost
from rencity.sim.scenario import Scenario
from rencity.sim.steps import step_edges
from rencity.sim.strike import Strike


@dataclass(frozen=True)
class Struck:
    """What a hazard told of itself.

    Attributes
    ----------
    facts : plain values by name: volumes, greatest values, magnitudes
    layers : rasters by name
    """

    kind: str
    name: str
    start_h: float
    facts: Mapping[str, float | int | str]
    layers: Mapping[str, Grid]


@dataclass(frozen=True)
class Prepared:
    """A plan, what its hazards told of themselves, and what they leave out.

    Attributes
    ----------
    n1 : int64 (lifelines, rows), found where crews go by it; None: not yet
    """

    plan: Plan
    struck: tuple[Struck, ...]
    findings: tuple[Finding, ...]
    n1: Ints | None = None
    crew_file: CrewFile | None = None


def prepare(
    city: City,
    scenario: Scenario,
    classes: Classes,
    *,
    base: Path,
    samples: int | None = None,
    seed: int | None = None,
    event: str | None = None,
    clock: Clock | None = None,
) -> Prepared:
    """Make a run ready; for parameters and errors see `rencity.sim.run.stress`."""
    clock = clock or Clock(lambda _stage, _share: None)
    samples, seed = samples or scenario.samples, scenario.seed if seed is None else seed
    with clock.stage("network"):
        network = network_of(city)
        if not network.nodes:
            raise CityError("no assets", place="assets", mend="import or make a city first")
    with clock.stage("hazards"):
        horizon_min = round(scenario.horizon_h * 60)
        chosen = classes.overlaid(scenario.classes, city.catalogue.kinds.keys())
        file = load_crews(base / scenario.crews) if scenario.crews else None
        if file is not None:
            chosen = chosen.with_work(file.skills, scenario.classes)
        scene = Scene(city, chosen, base, samples, seed, horizon_min, network)
        draws, struck, findings = _hazards(scenario, scene, event)
        starts = [each.start_min for each in draws]
        edge_min = step_edges(network, horizon_min, max(1, round(scenario.step_h * 60)), starts)
    with clock.stage("undamaged"):
        plan = settled(Plan(network, tuple(draws), seed, samples, edge_min, horizon_min))
    if file is None:
        return Prepared(plan, tuple(struck), tuple(findings))
    with clock.stage("n1"):
        n1 = people_lost(Simulator(plan).engine, clock.share)
    with clock.stage("crews"):
        crews, said = crew_plan(
            file,
            city,
            network,
            chosen,
            people=n1.sum(axis=0),
            horizon_min=horizon_min,
            starts_min=starts,
        )
    return Prepared(
        replace(plan, crews=crews), tuple(struck), (*findings, *said), n1=n1, crew_file=file
    )


def _hazards(
    scenario: Scenario, scene: Scene, event: str | None
) -> tuple[list[Draws], list[Struck], list[Finding]]:
    """Every strike made ready, what the hazards told, and what they leave out."""
    draws: list[Draws] = []
    struck: list[Struck] = []
    findings: list[Finding] = []
    found = event is None
    for number, hazard in enumerate(scenario.hazards):
        strikes = strikes_of(hazard, scene)
        if event is not None and len(strikes[0].event) > 1:
            strikes = restrict(strikes, event)
        found = found or event in strikes[0].event
        findings += unhit(hazard, scene)
        struck.append(_struck(hazard, strikes))
        start_min = round(hazard.start_h * 60)
        if start_min >= scene.horizon_min:
            findings.append(_too_late(hazard, scenario))
        draws += [
            draws_of(
                replace(strike, facts={}, layers={}),  # told, never drawn: workers go without
                number,
                scene.network,
                len(scene.city.assets),
                part=part,
                start_min=start_min,
            )
            for part, strike in enumerate(strikes)
        ]
    if not found:
        raise ScenarioError(
            f"no event {event!r}", place="hazards", mend="leave the event out: no field has several"
        )
    return draws, struck, findings


def _struck(hazard: Hazard, strikes: Sequence[Strike]) -> Struck:
    facts = {name: value for strike in strikes for name, value in strike.facts.items()}
    layers = {name: grid for strike in strikes for name, grid in strike.layers.items()}
    return Struck(hazard.kind, hazard.name, hazard.start_h, facts, layers)


def _too_late(hazard: Hazard, scenario: Scenario) -> Finding:
    return Finding(
        f"{hazard.name}-too-late",
        "warning",
        f"hazard {hazard.name} begins at {hazard.start_h:g} h, when the run of "
        f"{scenario.horizon_h:g} h is over: it changes nothing",
        "begin it earlier, or give a longer horizon_h",
    )
