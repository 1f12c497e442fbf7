"""One scenario tried again and again on the same draws, with other measures each time.

Nothing is simulated twice: samples are independent, so a sample in which a set of measures changes
nothing keeps its loss, and one in which it leaves what another set left has that set's. Where crews
are sent, what is left are jobs: measures are spliced in before anybody is sent, and losses are kept
apart by all that changes what crews do.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from rencity.city.network import Network, build_network
from rencity.kit.errors import CityError
from rencity.kit.ids import keys_of
from rencity.sim.crews.build import crew_plan
from rencity.sim.crews.plan import CrewPlan
from rencity.sim.hazard.specs import Hazard
from rencity.sim.measures.apply import REBUILDS, SENDS, applied, touched
from rencity.sim.measures.broken import MIN_PER_H, Broken, Luck, broken_of
from rencity.sim.measures.remembered import Memory
from rencity.sim.measures.setting import Setting
from rencity.sim.measures.spec import Measure
from rencity.sim.reach.engine import Engine, Undamaged
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.n1 import people_lost
from rencity.sim.steps import step_edges

Made = TypeVar("Made")
Chosen = frozenset[str]
Ints = npt.NDArray[np.int64]
KEPT = 4
"""Engines, and plans of crews, that are kept at once."""


class Engines:
    """An engine for each thread; the undamaged state is found once."""

    def __init__(self, network: Network, edge_min: npt.NDArray[np.int64], horizon_min: int) -> None:
        self._what = (network, edge_min, horizon_min)
        self._local = threading.local()
        first = Engine(*self._what)
        self._local.engine = first
        self._undamaged: Undamaged = first.undamaged

    def mine(self) -> Engine:
        """The calling thread's engine."""
        if not hasattr(self._local, "engine"):
            self._local.engine = Engine(*self._what, self._undamaged)
        engine: Engine = self._local.engine
        return engine

    def people(self) -> Ints:
        """People who hang on each row by N-1, summed over lifelines, int64 (rows,)."""
        return people_lost(Engine(*self._what, self._undamaged)).sum(axis=0)


class Trial:
    """A scenario on common random numbers.

    The steps are those of the city today and of every measure together, so that a finer watch is
    never taken for a better city.

    Parameters
    ----------
    setting : today
    base : folder of the scenario file
    measures : all that may be chosen
    samples : all that may be asked for
    weights : by lifeline, what a person-minute counts; those not named count 1
    workers : threads; the result is the same for any number

    Raises
    ------
    CityError : the city has no assets
    InputError, ScenarioError : a measure does not fit the city
    """

    def __init__(
        self,
        setting: Setting,
        base: Path,
        measures: Sequence[Measure],
        samples: int,
        seed: int,
        *,
        weights: dict[str, float] | None = None,
        workers: int = 1,
    ) -> None:
        self.setting = setting
        self.measures = {measure.id: measure for measure in measures}
        self.weights = dict(weights or {})
        self.simulated = 0
        self._workers = workers
        self._networks: dict[Chosen, Network] = {}
        self._drawn: dict[tuple[int, Chosen], Broken] = {}
        self._luck = Luck(base, samples, seed, Memory())
        self._engines: OrderedDict[Chosen, Engines] = OrderedDict()
        self._plans: OrderedDict[Chosen, CrewPlan] = OrderedDict()
        self._people: dict[Chosen, Ints] = {}
        self._loss: dict[Chosen, dict[bytes, float]] = {}
        self.horizon_min = round(setting.scenario.horizon_h * MIN_PER_H)
        self._starts = [round(hazard.start_h * MIN_PER_H) for hazard in setting.scenario.hazards]
        self._touched = [self._touches(hazard) for hazard in setting.scenario.hazards]
        self.today = self._network(frozenset())
        if not self.today.nodes:
            raise CityError("no assets", place="assets", mend="import or make a city first")
        self.edge_min = self._edges()

    def loss(self, chosen: Chosen, first: int, count: int) -> npt.NDArray[np.float64]:
        """Weighted person-minutes lost in samples `first` and after, float64 (count,)."""
        drawn = self.drawn(chosen)
        key = self._deciding(chosen)
        known = self._loss.setdefault(key, {})
        samples = np.arange(first, first + count)
        digests = drawn.digests(samples)  # type: ignore[arg-type]
        new = {d: int(s) for d, s in zip(digests, samples, strict=True) if d not in known}
        if new:
            found = self._weighted(self._losses(key, drawn, list(new.values())))
            known.update(zip(new, found.tolist(), strict=True))
        return np.array([known[digest] for digest in digests])

    def losses(self, chosen: Chosen, first: int, count: int) -> npt.NDArray[np.int64]:
        """Person-minutes lost, int64 (lifelines, regions, count), as the network of today has."""
        samples = list(range(first, first + count))
        return self._losses(self._deciding(chosen), self.drawn(chosen), samples)

    def drawn(self, chosen: Chosen) -> Broken:
        """What is out when, under a set of measures, before crews are sent."""
        hazards = range(len(self.setting.scenario.hazards))
        return Broken.joined([self._drawn_by(hazard, chosen) for hazard in hazards])

    def _drawn_by(self, hazard: int, chosen: Chosen) -> Broken:
        """What one hazard takes out: today's, but for assets that measures touch."""
        parts = []
        for group in self._groups(hazard, chosen):
            keys = self._keys(hazard, group)
            if keys is None:
                return self._direct(hazard, self._striking(hazard, chosen))
            parts.append((self._direct(hazard, group), keys))
        return self._direct(hazard, frozenset()).spliced(parts)

    def _striking(self, hazard: int, chosen: Chosen) -> Chosen:
        return frozenset(one for one in chosen if self._touched[hazard][one] != frozenset())

    def _groups(self, hazard: int, chosen: Chosen) -> list[Chosen]:
        """Measures that touch something, together where they touch the same."""
        touched = self._touched[hazard]
        groups: list[Chosen] = []
        for one in sorted(self._striking(hazard, chosen)):
            near = [
                group for group in groups if any(_meet(touched[one], touched[t]) for t in group)
            ]
            groups = [group for group in groups if group not in near]
            groups.append(frozenset((one,)).union(*near))
        return groups

    def _keys(self, hazard: int, group: Chosen) -> npt.NDArray[np.uint64] | None:
        ids: set[str] = set()
        for one in group:
            mine = self._touched[hazard][one]
            if mine is None:
                return None
            ids |= mine
        return keys_of(sorted(ids))

    def _direct(self, hazard: int, chosen: Chosen) -> Broken:
        if (hazard, chosen) not in self._drawn:
            network = self._network(self._rebuilt(chosen))
            made = broken_of(self._applied(chosen), hazard, network, self._luck)
            self._drawn[hazard, chosen] = made
        return self._drawn[hazard, chosen]

    def _losses(self, key: Chosen, drawn: Broken, samples: list[int]) -> Ints:
        built = self._rebuilt(key)
        network, engines, crews = self._network(built), self._engine(built), self._plan(key)
        rest_min = self.horizon_min - self.edge_min
        self.simulated += len(samples)

        def one(part: list[int]) -> npt.NDArray[np.int64]:
            out = drawn.outages(part, network, crews)
            served = engines.mine().run(out).served[..., : len(part)]
            return -np.einsum("lrts,t->lrs", served.astype(np.int64), rest_min)

        chunks = [samples[i : i + LANES] for i in range(0, len(samples), LANES)]
        with ThreadPoolExecutor(self._workers) as pool:
            found = list(pool.map(one, chunks))
        return self._as_today(network, np.concatenate(found, axis=2))

    def _as_today(self, network: Network, losses: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Lifelines and regions in today's order."""
        today = self.today
        if (network.lifelines, network.region) == (today.lifelines, today.region):
            return losses
        made = np.zeros((len(today.lifelines), len(today.region), losses.shape[2]), np.int64)
        for i, lifeline in enumerate(network.lifelines):
            for j, region in enumerate(network.region):
                if lifeline in today.lifelines and region in today.region:
                    at = today.lifelines.index(lifeline), today.region.index(region)
                    made[at] = losses[i, j]
        return made

    def _weighted(self, losses: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        weights = np.array([self.weights.get(name, 1.0) for name in self.today.lifelines])
        return weights @ losses.sum(axis=1)

    def _engine(self, key: Chosen) -> Engines:
        if key not in self._engines:
            network = self._network(key)
            self._engines[key] = Engines(network, self.edge_min, self.horizon_min)
        return _kept(self._engines, key)

    def _plan(self, key: Chosen) -> CrewPlan | None:
        """Crews under a set of measures, their priorities from the network that it leaves."""
        if self.setting.crews is None:
            return None
        if key not in self._plans:
            self._plans[key] = self._planned(self._applied(key), self._rebuilt(key))
        return _kept(self._plans, key)

    def _planned(self, made: Setting, built: Chosen) -> CrewPlan:
        assert made.crews is not None  # noqa: S101 - measures add crews, and take none away
        if built not in self._people:
            self._people[built] = self._engine(built).people()
        plan, _ = crew_plan(
            made.crews,
            made.city,
            self._network(built),
            made.classes,
            people=self._people[built],
            horizon_min=self.horizon_min,
            starts_min=self._starts,
        )
        return plan

    def _deciding(self, chosen: Chosen) -> Chosen:
        """Those of a set that decide what outages come to, beyond which there are."""
        kinds = REBUILDS if self.setting.crews is None else SENDS
        return self._of(kinds, chosen)

    def _rebuilt(self, chosen: Chosen) -> Chosen:
        """Those of a set that change the network; the others leave it as it is."""
        return self._of(REBUILDS, chosen)

    def _of(self, kinds: tuple[type, ...], chosen: Chosen) -> Chosen:
        return frozenset(one for one in chosen if isinstance(self.measures[one], kinds))

    def _network(self, key: Chosen) -> Network:
        if key not in self._networks:
            self._networks[key] = build_network(self._applied(key).city)
        return self._networks[key]

    def _applied(self, chosen: Iterable[str]) -> Setting:
        mine = set(chosen)
        return applied(
            [measure for one, measure in self.measures.items() if one in mine], self.setting
        )

    def _touches(self, hazard: Hazard) -> dict[str, frozenset[str] | None]:
        made: dict[str, frozenset[str] | None] = {}
        for one, measure in self.measures.items():
            same = applied([measure], self.setting) is self.setting
            made[one] = frozenset() if same else touched(measure, self.setting, hazard)
        return made

    def _edges(self) -> npt.NDArray[np.int64]:
        scenario = self.setting.scenario
        step_min = max(1, round(scenario.step_h * MIN_PER_H))
        keys = {self._rebuilt(frozenset((one,))) for one in self.measures}
        networks = [self._network(key) for key in sorted(keys | {frozenset()}, key=sorted)]
        edges = [step_edges(each, self.horizon_min, step_min, self._starts) for each in networks]
        return np.unique(np.concatenate(edges))


def _kept(found: OrderedDict[Chosen, Made], key: Chosen) -> Made:
    """One of those kept, which is now the last to go."""
    found.move_to_end(key)
    while len(found) > KEPT:
        found.popitem(last=False)
    return found[key]


def _meet(one: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    return one is None or other is None or bool(one & other)
