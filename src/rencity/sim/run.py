"""A city, a scenario, a result: the whole run from strike to weak links."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rencity.city.model import City
from rencity.city.network import Network
from rencity.kit.digests import digest_of
from rencity.kit.findings import Finding
from rencity.kit.memory import give_back
from rencity.sim.balance.found import Balanced, balanced
from rencity.sim.clock import Clock, Progress
from rencity.sim.conditional import conditional_difference
from rencity.sim.crews.done import CrewsDone, crews_done
from rencity.sim.crews.told import crew_findings
from rencity.sim.damage import Classes
from rencity.sim.executors import Serial, Workers
from rencity.sim.keep import Keep, kept_beside, network_home, write_plan
from rencity.sim.knockout import Saved, knock_out, pairs_each
from rencity.sim.plan import Plan, settled
from rencity.sim.prepare import Prepared, Struck, prepare
from rencity.sim.reach.block import Block
from rencity.sim.reach.events import Drawing, event_of_samples
from rencity.sim.reach.n1 import people_lost
from rencity.sim.reach.outages import Outages
from rencity.sim.scenario import Scenario
from rencity.sim.spread import Simulators, far_blocks, near_blocks
from rencity.sim.totals import Total, normal_people
from rencity.sim.why.kept import hazard_bits

KNOCKED = 20
"""Assets knocked out: the first by people who hang on them, and as many by people times damage."""
PAIRS_EACH = 64
BALANCED = 64
"""Samples that level balance follows unless the scenario says."""


@dataclass(frozen=True)
class Run:
    """Everything a run found, in integers; `rencity.sim.result` makes tables of it.

    Attributes
    ----------
    served : int32 (lifelines, regions, steps, samples), people served
    zone_loss_sum, zone_loss_sq : float64 (lifelines, zones), person-minutes and their squares,
        NaN in a great city (`rencity.sim.reach.account.MOST_BYTES`)
    zone_served_sum : int64 (lifelines, zones, steps), people served, summed over samples
    out_min : int64 (rows,), minutes out of service summed over samples
    damaged : int64 (rows,), samples in which a row is out of service by damage
    n1 : int64 (lifelines, rows)
    struck : what each hazard told of itself, in the order of the scenario
    crews : who mended, and what they did; None: nobody was named
    kept : int32 (4, f), row, sample, begin and end of the outages of the first `kept_samples`
    kept_hazard : int64 (f,), the hazards that began each, bit i for hazard i of the scenario
    balanced : the first samples with capacities, where the scenario asks for level balance
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
    kept: npt.NDArray[np.int32]
    kept_samples: int
    kept_hazard: npt.NDArray[np.int64]
    findings: tuple[Finding, ...]
    timings_s: Mapping[str, float]
    balanced: Balanced | None = None
    crews: CrewsDone | None = None


def stress(
    city: City,
    scenario: Scenario,
    classes: Classes,
    *,
    base: Path,
    samples: int | None = None,
    seed: int | None = None,
    workers: Workers | None = None,
    event: str | None = None,
    keep_beside: Path | None = None,
    progress: Progress = lambda _stage, _share: None,
) -> Run:
    """Strike a city and follow it to the horizon.

    Parameters
    ----------
    classes : from packs; the scenario's own choices are laid over them
    base : folder of the scenario file
    samples, seed : instead of the scenario's
    workers : who does the blocks; the result is the same for any
    event : only this event of the scenario's fields
    keep_beside : run folder to come: finished blocks are kept beside it until the run has ended,
        and those of a run that was stopped are taken up

    Raises
    ------
    CityError : the city has no network, or nothing in it runs undamaged
    ScenarioError : no event of that name; else, as InputError, of `rencity.sim.hazard.strike_of`
    RunError : workers keep dying, or a cluster went away
    StorageError : finished blocks cannot be written
    """
    clock, workers = Clock(progress), workers or Workers()
    ready = prepare(
        city, scenario, classes, base=base, samples=samples, seed=seed, event=event, clock=clock
    )
    crews = ready.plan.crews
    slim = replace(ready.plan, network=None, undamaged=None, crews=None)  # type: ignore[arg-type]
    key = digest_of((city.hash, slim, crews and replace(crews, ways=None)))  # type: ignore[arg-type]
    pool: Executor = Serial() if workers.threads == 1 else ThreadPoolExecutor(workers.threads)
    with contextlib.ExitStack() as stack:
        keep = None
        if keep_beside is not None:
            keep = stack.enter_context(kept_beside(keep_beside, key))
        elif workers.far:
            keep = Keep(Path(stack.enter_context(tempfile.TemporaryDirectory())))
            (keep.folder / "key").write_text(key, "utf-8")
        if keep is not None and workers.far:
            write_plan(keep.folder, ready.plan, network_home(city))
        try:
            made = _run(ready, scenario, workers, keep, pool, clock)
            return _balanced(made, city, ready.plan, pool, clock)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _blocks(
    plan: Plan, workers: Workers, keep: Keep | None, simulators: Simulators, pool: Executor
) -> Iterator[Block]:
    if workers.far and keep is not None:
        return far_blocks(plan, workers, keep)
    ahead = workers.threads + 1 if workers.threads > 1 else 1
    return near_blocks(plan, simulators, pool, ahead, keep)


def _run(
    ready: Prepared,
    scenario: Scenario,
    workers: Workers,
    keep: Keep | None,
    pool: Executor,
    clock: Clock,
) -> Run:
    plan, network, samples = ready.plan, ready.plan.network, ready.plan.samples
    simulators = Simulators(plan)
    engine = simulators.mine().engine
    people, zone_people = normal_people(network, engine.undamaged)
    total = Total(network, engine.undamaged, engine.people, len(plan.edge_min), samples)
    with clock.stage("samples"):
        for number, block in enumerate(_blocks(plan, workers, keep, simulators, pool)):
            total.add(number, block)
            del block  # not held while the next is waited for
            clock.share((number + 1) / len(plan.blocks))
    with clock.stage("conditional"):
        difference, q = conditional_difference(*total.hits(), total.loss_min.astype(float))
    n1 = ready.n1
    if n1 is None:
        with clock.stage("n1"):
            n1 = people_lost(engine, clock.share)
        engine.rest()  # what comes next is done by others
    with clock.stage("knock_out"):
        rows = _to_knock(network, n1.sum(axis=0), total.damaged)
        most = pairs_each(PAIRS_EACH, len(rows), float(total.damaged.sum()) / samples)
        saved = knock_out(
            simulators, plan, rows, most, total.loss_min, total.damaged, pool, workers.threads
        )
    give_back()
    events, event = _events(plan)
    crews = crews_done(plan.crews, ready.crew_file, total.crews, samples, total.damaged)
    return Run(
        network=network,
        scenario=scenario,
        samples=samples,
        seed=plan.seed,
        edge_min=plan.edge_min,
        horizon_min=plan.horizon_min,
        events=events,
        event=event,
        people=people,
        zone_people=zone_people,
        zone_loss_sum=total.zone_loss,
        zone_loss_sq=total.zone_loss_sq,
        zone_served_sum=total.zone_served(zone_people, samples),
        served=total.served(people),
        out_min=total.out_min,
        damaged=total.damaged,
        n1=n1,
        difference=difference,
        q=q,
        saved=tuple(saved),
        struck=ready.struck,
        kept=total.kept,
        kept_samples=total.kept_samples,
        kept_hazard=_struck_by(plan, total.kept, total.kept_samples),
        findings=(*ready.findings, *crew_findings(crews)),
        crews=crews,
        timings_s=clock.seconds,
    )


def _struck_by(plan: Plan, kept: npt.NDArray[np.int32], samples: int) -> npt.NDArray[np.int64]:
    """Which hazards began each kept outage, by drawing each hazard's damage alone."""
    count = 1 + max((each.number for each in plan.draws), default=0)
    if count == 1:
        return np.ones(kept.shape[1], np.int64)
    mine = [tuple(each for each in plan.draws if each.number == i) for i in range(count)]
    damage = [Drawing(part, plan.seed, 0, plan.samples).outages(0, samples) for part in mine]
    return hazard_bits(Outages(*kept), damage)


def _balanced(run: Run, city: City, plan: Plan, pool: Executor, clock: Clock) -> Run:
    """The run with its first samples followed by level balance too, where it is asked for."""
    samples = min(run.kept_samples, run.scenario.balance_samples or BALANCED)
    if run.scenario.level != "balance" or not samples:
        return run
    with clock.stage("balance"):
        undamaged = plan.undamaged or settled(plan).undamaged
        assert undamaged is not None  # noqa: S101 - a settled plan has it
        found = balanced(
            city, plan.network, undamaged, run.kept, samples, plan.edge_min, plan.horizon_min,
            pool, clock.share,
        )  # fmt: skip
    more = (*run.findings, *found.findings)
    return replace(run, balanced=found, findings=more, timings_s=clock.seconds)


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
    plan: Plan,
) -> tuple[tuple[tuple[str, float], ...], npt.NDArray[np.int32]]:
    """Events and their weights, and each sample's, of the first hazard that has several.

    Where none has, the one event of the first that names it, so that a run says what struck.
    """
    several = [each for each in plan.draws if len(each.strike.event) > 1]
    named = [each for each in plan.draws if each.strike.event != (each.strike.name,)]
    for each in several or named:
        weights = each.strike.weight / each.strike.weight.sum()
        pairs = tuple(zip(each.strike.event, weights.tolist(), strict=True))
        return pairs, event_of_samples(each, plan.seed, plan.samples)
    return (), np.zeros(plan.samples, np.int32)
