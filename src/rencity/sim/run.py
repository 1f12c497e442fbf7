"""A city, a scenario, a result: the whole run from strike to weak links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rencity.city.model import City
from rencity.city.network import Network
from rencity.city.network.cache import network_of
from rencity.city.rasters import Grid
from rencity.kit.errors import CityError, ScenarioError
from rencity.kit.findings import Finding
from rencity.sim.conditional import conditional_difference
from rencity.sim.damage import Classes
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.specs import Hazard
from rencity.sim.hazard.striking import restrict, strikes_of, unhit
from rencity.sim.knockout import Saved, knock_out, lanes_to_run, saved_by_row
from rencity.sim.reach.account import Account
from rencity.sim.reach.events import Draws, draws_of, event_of_samples, outages_of_block
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.n1 import people_lost
from rencity.sim.reach.outages import Outages
from rencity.sim.scenario import Scenario
from rencity.sim.steps import step_edges
from rencity.sim.totals import Total, normal_people
from rencity.sim.workers import Clock, Engines, Progress, in_order, mapper

KNOCKED = 20
"""Assets knocked out: the first by people who hang on them, and as many by people times damage."""
PAIRS_EACH = 64


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
class Run:
    """Everything a run found, in integers; `rencity.sim.result` makes tables of it.

    Attributes
    ----------
    served : int32 (lifelines, regions, steps, samples), people served
    zone_loss_sum, zone_loss_sq : float64 (lifelines, zones), person-minutes and their squares
    zone_served_sum : int64 (lifelines, zones, steps), people served, summed over samples
    out_min : int64 (rows,), minutes out of service summed over samples
    damaged : int64 (rows,), samples in which a row is out of service by damage
    n1 : int64 (lifelines, rows)
    struck : what each hazard told of itself, in the order of the scenario
    """

    network: Network
    scenario: Scenario
    samples: int
    seed: int
    edge_min: npt.NDArray[np.int64]
    horizon_min: int
    events: tuple[tuple[str, float], ...]
    event: npt.NDArray[np.int32]
    people: npt.NDArray[np.int64]
    zone_people: npt.NDArray[np.int64]
    served: npt.NDArray[np.int32]
    zone_loss_sum: npt.NDArray[np.float64]
    zone_loss_sq: npt.NDArray[np.float64]
    zone_served_sum: npt.NDArray[np.int64]
    out_min: npt.NDArray[np.int64]
    damaged: npt.NDArray[np.int64]
    n1: npt.NDArray[np.int64]
    difference: npt.NDArray[np.float64]
    q: npt.NDArray[np.float64]
    saved: tuple[Saved, ...]
    struck: tuple[Struck, ...]
    findings: tuple[Finding, ...]
    timings_s: Mapping[str, float]


def stress(
    city: City,
    scenario: Scenario,
    classes: Classes,
    *,
    base: Path,
    samples: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    event: str | None = None,
    progress: Progress = lambda _stage, _share: None,
) -> Run:
    """Strike a city and follow it to the horizon.

    Parameters
    ----------
    classes : from packs; the scenario's own choices are laid over them
    base : folder of the scenario file
    samples, seed : instead of the scenario's
    workers : threads; the result is the same for any number
    event : only this event of the scenario's fields

    Raises
    ------
    CityError : the city has no network, or nothing in it runs undamaged
    ScenarioError : no event of that name; else, as InputError, of `rencity.sim.hazard.strike_of`
    """
    clock = Clock(progress)
    samples, seed = samples or scenario.samples, scenario.seed if seed is None else seed
    with clock.stage("network"):
        network = network_of(city)
        if not network.nodes:
            raise CityError("no assets", place="assets", mend="import or make a city first")
    with clock.stage("hazards"):
        horizon_min = round(scenario.horizon_h * 60)
        chosen = classes.overlaid(scenario.classes, city.catalogue.kinds.keys())
        scene = Scene(city, chosen, base, samples, seed, horizon_min, network)
        draws, findings = _hazards(scenario, scene, event)
        starts = [each.start_min for each in draws]
        edge_min = step_edges(network, horizon_min, max(1, round(scenario.step_h * 60)), starts)
    with ThreadPoolExecutor(workers) as pool:
        try:
            return _run(
                network,
                scenario,
                draws,
                findings,
                samples,
                seed,
                edge_min,
                horizon_min,
                pool,
                workers + 1,
                clock,
            )
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _hazards(
    scenario: Scenario, scene: Scene, event: str | None
) -> tuple[list[Draws], list[Finding]]:
    """Every strike made ready, and what the hazards leave out."""
    draws: list[Draws] = []
    findings: list[Finding] = []
    found = event is None
    for number, hazard in enumerate(scenario.hazards):
        strikes = strikes_of(hazard, scene)
        if event is not None and len(strikes[0].event) > 1:
            strikes = restrict(strikes, event)
        found = found or event in strikes[0].event
        findings += unhit(hazard, scene)
        start_min = round(hazard.start_h * 60)
        if start_min >= scene.horizon_min:
            findings.append(_too_late(hazard, scenario))
        draws += [
            draws_of(
                strike,
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
    return draws, findings


def _run(
    network: Network,
    scenario: Scenario,
    draws: Sequence[Draws],
    findings: Sequence[Finding],
    samples: int,
    seed: int,
    edge_min: npt.NDArray[np.int64],
    horizon_min: int,
    pool: ThreadPoolExecutor,
    ahead: int,
    clock: Clock,
) -> Run:
    with clock.stage("undamaged"):
        engines = Engines(network, edge_min, horizon_min)
        people, zone_people = normal_people(network, engines.undamaged)
    total = Total(network, engines.undamaged, len(edge_min), samples)
    with clock.stage("samples"):
        blocks: list[Outages] = []
        numbers = range(-(-samples // LANES))

        def one(number: int) -> tuple[Outages, Account]:
            outages = outages_of_block(draws, seed, number, samples)
            return outages, engines.mine().run(outages)

        for number, (outages, account) in enumerate(in_order(pool, ahead, one, numbers)):
            total.add(number, account, outages)
            blocks.append(outages)
            clock.share((number + 1) / len(numbers))
    loss = total.loss_min
    with clock.stage("conditional"):
        difference, q = conditional_difference(*_by_damage(network, blocks, loss), loss)
    with clock.stage("n1"):
        n1 = people_lost(engines.mine(), clock.share)
    with clock.stage("knock_out"):
        rows = _to_knock(network, n1.sum(axis=0), total.damaged)
        pairs = lanes_to_run(rows, blocks, PAIRS_EACH)
        without = knock_out(
            pairs, blocks, lambda outages: engines.mine().run(outages), mapper(pool, ahead, clock)
        )
        saved = saved_by_row(pairs, without, loss.astype(np.int64), total.damaged, samples)
    events, event = _events(draws, seed, samples)
    return Run(
        network=network,
        scenario=scenario,
        samples=samples,
        seed=seed,
        edge_min=edge_min,
        horizon_min=horizon_min,
        events=events,
        event=event,
        people=people,
        zone_people=zone_people,
        served=total.served(people),
        zone_loss_sum=total.zone_loss_sum,
        zone_loss_sq=total.zone_loss_sq,
        zone_served_sum=np.cumsum(total.zone_served, axis=2) + samples * zone_people[:, :, None],
        out_min=total.row_out_min(blocks, horizon_min),
        damaged=total.damaged,
        n1=n1,
        difference=difference,
        q=q,
        saved=tuple(saved),
        struck=tuple(_struck(i, hazard, draws) for i, hazard in enumerate(scenario.hazards)),
        findings=tuple(findings),
        timings_s=clock.seconds,
    )


def _too_late(hazard: Hazard, scenario: Scenario) -> Finding:
    return Finding(
        f"{hazard.name}-too-late",
        "warning",
        f"hazard {hazard.name} begins at {hazard.start_h:g} h, when the run of "
        f"{scenario.horizon_h:g} h is over: it changes nothing",
        "begin it earlier, or give a longer horizon_h",
    )


def _struck(number: int, hazard: Hazard, draws: Sequence[Draws]) -> Struck:
    strikes = [each.strike for each in draws if each.number == number]
    facts = {name: value for strike in strikes for name, value in strike.facts.items()}
    layers = {name: grid for strike in strikes for name, grid in strike.layers.items()}
    return Struck(hazard.kind, hazard.name, hazard.start_h, facts, layers)


def _by_damage(
    network: Network, blocks: Sequence[Outages], loss: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Samples, losses and squared losses by damaged row."""
    n = network.nodes + network.link_rows
    count, total, squares = np.zeros(n, np.int64), np.zeros(n), np.zeros(n)
    for number, outages in enumerate(blocks):
        row, lane = outages.pairs()
        mine = loss[number * LANES + lane]
        count += np.bincount(row, minlength=n)
        total += np.bincount(row, mine, n)
        squares += np.bincount(row, mine**2, n)
    return count, total, squares


def _to_knock(
    network: Network, people: npt.NDArray[np.int64], damaged: npt.NDArray[np.int64]
) -> list[int]:
    """Rows worth a knock-out: many people behind them, or many and often damaged."""
    able = np.flatnonzero((damaged > 0) & (people > 0))
    able = able[_has_asset(network)[able]]
    first = able[np.lexsort((able, -people[able]))][:KNOCKED]
    often = able[np.lexsort((able, -(people[able] * damaged[able])))][:KNOCKED]
    return list(dict.fromkeys([*first.tolist(), *often.tolist()]))


def _has_asset(network: Network) -> npt.NDArray[np.bool_]:
    return np.concatenate([np.ones(network.nodes, bool), np.asarray(network.link_asset) >= 0])


def _events(
    draws: Sequence[Draws], seed: int, samples: int
) -> tuple[tuple[tuple[str, float], ...], npt.NDArray[np.int32]]:
    """Events and their weights, and each sample's, of the first hazard that has several.

    Where none has, the one event of the first that names it, so that a run says what struck.
    """
    several = [each for each in draws if len(each.strike.event) > 1]
    named = [each for each in draws if each.strike.event != (each.strike.name,)]
    for each in several or named:
        weights = each.strike.weight / each.strike.weight.sum()
        pairs = tuple(zip(each.strike.event, weights.tolist(), strict=True))
        return pairs, event_of_samples(each, seed, samples)
    return (), np.zeros(samples, np.int32)
