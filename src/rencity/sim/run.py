"""A city, a scenario, a result: the whole run from strike to weak links."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from rencity.city.model import City
from rencity.city.network import NOT_OPEN, Network
from rencity.city.network_cache import network_of
from rencity.kit.errors import CityError, ScenarioError
from rencity.kit.findings import Finding
from rencity.sim.conditional import conditional_difference
from rencity.sim.damage import Classes
from rencity.sim.hazard import restrict, strike_of, unhit
from rencity.sim.knockout import Saved, knock_out, lanes_to_run, saved_by_row
from rencity.sim.reach.account import Account
from rencity.sim.reach.engine import Engine, Undamaged
from rencity.sim.reach.events import (
    Draws,
    Outages,
    draws_of,
    event_of_samples,
    outages_of_block,
)
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.n1 import people_lost
from rencity.sim.scenario import FieldHazard, Hazard, Scenario
from rencity.sim.steps import step_edges

KNOCKED = 20
"""Assets knocked out: the first by people who hang on them, and as many by people times damage."""
PAIRS_EACH = 64

Progress = Callable[[str, float], None]
T = TypeVar("T")
R = TypeVar("R")


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
    clock = _Clock(progress)
    samples, seed = samples or scenario.samples, scenario.seed if seed is None else seed
    with clock.stage("network"):
        network = network_of(city)
        if not network.nodes:
            raise CityError("no assets", place="assets", mend="import or make a city first")
    with clock.stage("hazards"):
        draws, findings = _hazards(city, scenario, classes, base, samples, event, network)
        horizon_min = round(scenario.horizon_h * 60)
        edge_min = step_edges(network, horizon_min, max(1, round(scenario.step_h * 60)))
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
                clock,
            )
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _hazards(
    city: City,
    scenario: Scenario,
    classes: Classes,
    base: Path,
    samples: int,
    event: str | None,
    network: Network,
) -> tuple[list[Draws], list[Finding]]:
    chosen = classes.overlaid(scenario.classes, city.catalogue.kinds.keys())
    draws, findings = [], []
    for number, hazard in enumerate(scenario.hazards):
        strike = strike_of(hazard, city, chosen, base, samples)
        if event is not None and len(strike.event) > 1:
            strike = restrict(strike, event)
        findings += unhit(hazard, city, chosen)
        draws.append(draws_of(strike, number, network, len(city.assets)))
    if event is not None and all(event not in each.strike.event for each in draws):
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
    clock: _Clock,
) -> Run:
    with clock.stage("undamaged"):
        engines = _Engines(network, edge_min, horizon_min)
        people, zone_people = _normal_people(network, engines.undamaged)
    total = _Total(network, engines.undamaged, len(edge_min), samples)
    with clock.stage("samples"):
        blocks: list[Outages] = []
        numbers = range(-(-samples // LANES))

        def one(number: int) -> tuple[Outages, Account]:
            outages = outages_of_block(network, draws, seed, number, samples)
            return outages, engines.mine().run(outages)

        for number, (outages, account) in enumerate(_in_order(pool, one, numbers)):
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
            pairs, blocks, lambda outages: engines.mine().run(outages), _mapper(pool, clock)
        )
        saved = saved_by_row(pairs, without, loss.astype(np.int64), total.damaged, samples)
    events, event = _events(scenario.hazards, draws, seed, samples)
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
        findings=tuple(findings),
        timings_s=clock.seconds,
    )


class _Clock:
    """Time of each stage, told to whoever watches."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._stage = ""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self._stage = name
        begin = time.perf_counter()
        self._progress(name, 0.0)
        yield
        self.seconds[name] = round(time.perf_counter() - begin, 3)
        self._progress(name, 1.0)

    def share(self, done: float) -> None:
        self._progress(self._stage, done)


class _Engines:
    """An engine for each thread; the undamaged state is found once."""

    def __init__(self, network: Network, edge_min: npt.NDArray[np.int64], horizon_min: int) -> None:
        self._what = (network, edge_min, horizon_min)
        self._local = threading.local()
        first = Engine(*self._what)
        self._local.engine = first
        self.undamaged: Undamaged = first.undamaged

    def mine(self) -> Engine:
        if not hasattr(self._local, "engine"):
            self._local.engine = Engine(*self._what, self.undamaged)
        engine: Engine = self._local.engine
        return engine


class _Total:
    """Sums over blocks, added in block order."""

    def __init__(self, network: Network, undamaged: Undamaged, steps: int, samples: int) -> None:
        lifelines, zones = len(network.lifelines), len(network.zone)
        self._network = network
        self._samples = samples
        # a normally open link is out until it is switched, which is no damage
        closed = np.asarray(network.link_open_min) == NOT_OPEN
        self._can_fail = np.concatenate([undamaged.runs, closed])
        regions = len(network.region)
        self._change = np.zeros((lifelines, regions, steps, samples), np.int32)
        self.zone_loss_sum = np.zeros((lifelines, zones))
        self.zone_loss_sq = np.zeros((lifelines, zones))
        self.zone_served = np.zeros((lifelines, zones, steps), np.int64)
        self.loss_min = np.zeros(samples)
        self.damaged = np.zeros(network.nodes + network.link_rows, np.int64)
        self._node_out = np.zeros(network.nodes, np.int64)

    def add(self, number: int, account: Account, outages: Outages) -> None:
        begin = number * LANES
        lanes = min(LANES, self._samples - begin)
        self._change[..., begin : begin + lanes] = account.served[..., :lanes]
        loss = account.zone_loss[..., :lanes]
        self.zone_loss_sum += loss.sum(axis=2)
        self.zone_loss_sq += np.einsum("lzs,lzs->lz", loss.astype(float), loss.astype(float))
        self.zone_served += account.zone_served
        self.loss_min[begin : begin + lanes] = loss.sum(axis=(0, 1))
        self._node_out += account.out_min
        self.damaged += np.bincount(outages.row, minlength=len(self.damaged)) * self._can_fail

    def served(self, people: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """People served, int32 (lifelines, regions, steps, samples)."""
        made = np.cumsum(self._change, axis=2, dtype=np.int32)
        made += people[:, :, None, None].astype(np.int32)
        return made

    def row_out_min(self, blocks: Sequence[Outages], horizon_min: int) -> npt.NDArray[np.int64]:
        """Minutes out of service of each row: nodes with all they need, link rows by damage."""
        made = np.zeros(len(self.damaged), np.int64)
        for outages in blocks:
            capped = np.minimum(outages.minutes, horizon_min)
            made += np.bincount(outages.row, capped, len(made)).astype(np.int64)
        made[: self._network.nodes] = self._node_out
        return made


def _normal_people(
    network: Network, undamaged: Undamaged
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """People served on a normal day: int64 (lifelines, regions) and (lifelines, zones)."""
    node = np.repeat(np.arange(network.nodes), np.diff(network.people_ptr))
    runs = undamaged.runs[node]
    zone, life = network.people_zone[runs], network.lifeline[node[runs]]
    zone_people = np.zeros((len(network.lifelines), len(network.zone)), np.int64)
    np.add.at(zone_people, (life, zone), network.people[runs])
    people = np.zeros((len(network.lifelines), len(network.region)), np.int64)
    np.add.at(people.T, network.zone_region, zone_people.T)
    return people, zone_people


def _in_order(
    pool: ThreadPoolExecutor, work: Callable[[T], R], items: Sequence[T] | range
) -> Iterator[R]:
    """Results in order with few in flight, so that finished blocks don't pile up."""
    ahead = pool._max_workers + 1
    waiting = [pool.submit(work, item) for item in items[:ahead]]  # type: ignore[arg-type]
    for number in range(len(items)):
        result = waiting.pop(0).result()
        if number + ahead < len(items):
            waiting.append(pool.submit(work, items[number + ahead]))  # type: ignore[arg-type]
        yield result


def _mapper(pool: ThreadPoolExecutor, clock: _Clock) -> Callable[..., list[Any]]:
    def map_(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
        made = []
        for number, result in enumerate(_in_order(pool, work, items)):
            made.append(result)
            clock.share((number + 1) / len(items))
        return made

    return map_


def _by_damage(
    network: Network, blocks: Sequence[Outages], loss: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Samples, losses and squared losses by damaged row."""
    n = network.nodes + network.link_rows
    count, total, squares = np.zeros(n, np.int64), np.zeros(n), np.zeros(n)
    for number, outages in enumerate(blocks):
        mine = loss[number * LANES + outages.lane]
        count += np.bincount(outages.row, minlength=n)
        total += np.bincount(outages.row, mine, n)
        squares += np.bincount(outages.row, mine**2, n)
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
    hazards: Sequence[Hazard], draws: Sequence[Draws], seed: int, samples: int
) -> tuple[tuple[tuple[str, float], ...], npt.NDArray[np.int32]]:
    """Events and their weights, and each sample's, of the first field that has several.

    Where none has, the one event of the first field, so that a run says what struck.
    """
    pairs = zip(hazards, draws, strict=True)
    fields = [each for hazard, each in pairs if isinstance(hazard, FieldHazard)]
    several = [each for each in fields if len(each.strike.event) > 1]
    for each in several or fields:
        weights = each.strike.weight / each.strike.weight.sum()
        named = tuple(zip(each.strike.event, weights.tolist(), strict=True))
        return named, event_of_samples(each, seed, samples)
    return (), np.zeros(samples, np.int32)
