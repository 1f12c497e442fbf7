"""A run made ready: what is drawn, on what network, over which steps; and how to do one block."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rencity.city.network import Network
from rencity.kit.memory import give_back
from rencity.sim.crews.account import CrewAccount, empty_account
from rencity.sim.crews.plan import CrewPlan
from rencity.sim.crews.schedule import schedule
from rencity.sim.reach.account import Account, account_of, book_step
from rencity.sim.reach.block import KEPT_LANES, Block, Hits, Kept, block_of, loss_of
from rencity.sim.reach.carried import carried, opened
from rencity.sim.reach.engine import Engine, Undamaged
from rencity.sim.reach.events import Drawing, Draws
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.outages import Outages, merged
from rencity.sim.reach.timeline import Timeline

Ints = npt.NDArray[np.int64]

GREAT_SPAN = 500_000
"""Outages of a span from which on what it leaves behind is worth returning at once."""


@dataclass(frozen=True)
class Plan:
    """Everything a block needs, and nothing of where it is run.

    Attributes
    ----------
    draws : every strike of every hazard
    edge_min : int64 (steps,), start of each step
    undamaged : what runs before anything fails; None: each simulator finds it
    crews : who mends; None: all ends as drawn
    """

    network: Network
    draws: tuple[Draws, ...]
    seed: int
    samples: int
    edge_min: Ints
    horizon_min: int
    undamaged: Undamaged | None = None
    crews: CrewPlan | None = None

    @property
    def blocks(self) -> range:
        """Numbers of its blocks of samples."""
        return range(-(-self.samples // LANES))

    def lanes(self, number: int) -> int:
        """Samples of a block."""
        return min(LANES, self.samples - number * LANES)

    @property
    def rest_min(self) -> Ints:
        """From the start of each step to the horizon, int64 (steps,)."""
        return self.horizon_min - self.edge_min


class Simulator:
    """A plan with an engine: does one block at a time; make one for each thread or process."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.engine = Engine(plan.network, plan.edge_min, plan.horizon_min, plan.undamaged)

    def drawing(self, number: int) -> Drawing:
        """The damage of a block, before anybody mends it."""
        return Drawing(self.plan.draws, self.plan.seed, number, self.plan.samples)

    def block(self, number: int) -> Block:
        """Simulate a block and sum it up."""
        plan, lanes = self.plan, self.plan.lanes(number)
        timeline = Timeline(plan.network, plan.edge_min)
        hits = Hits(plan.network, plan.horizon_min)
        kept = Kept(KEPT_LANES if number == 0 else 0)
        drawing = self.drawing(number)
        account = None if plan.crews is None else empty_account(plan.crews)
        for first, last in drawing.spans():
            damage = self.mended(
                *self.split(drawing, first, last), account, trace=(number, first) == (0, 0)
            )
            full = carried(plan.network, damage)
            hits.add(damage, full)
            kept.add(damage, first, last)
            timeline.add(opened(plan.network, damage, full, (first, last)))
            great = len(damage.row) > GREAT_SPAN
            del damage, full
            if great:
                give_back()
        del drawing
        give_back()
        made = block_of(self._run(timeline), hits, kept, plan.rest_min, lanes)
        del timeline
        give_back()
        if account is not None:
            made = made._replace(crews=account.packed(), trips=account.trips_table())
        return made

    def split(self, drawing: Drawing, first: int, last: int) -> tuple[Outages, Outages]:
        """Damage of a span of lanes that crews may mend, and all other outages."""
        if self.plan.crews is None:
            return drawing.outages(first, last), merged([])
        return drawing.split(first, last)

    def mended(
        self,
        jobs: Outages,
        others: Outages,
        account: CrewAccount | None = None,
        *,
        trace: bool = False,
    ) -> Outages:
        """Both parts of `split` together, ended by crews where there are any.

        Parameters
        ----------
        account : takes in what crews did
        trace : whether it keeps the trips of the first lane
        """
        if self.plan.crews is None:
            return jobs
        damage, done = schedule(jobs, others, self.plan.crews, traced=0 if trace else -1)
        if account is not None:
            account.join(done)
        return damage

    def loss(self, damage: Outages) -> Ints:
        """Person-minutes without service of each lane under these outages, int64 (LANES,)."""
        timeline = Timeline.of(self.plan.network, self.plan.edge_min, [damage])
        return loss_of(self._run(timeline), self.plan.rest_min)

    def _run(self, timeline: Timeline) -> Account:
        account = account_of(self.plan.network, self.engine.people, len(self.plan.edge_min))
        for step, state in enumerate(self.engine.states(timeline)):
            book_step(state, self.engine.people, account, step, self.plan.rest_min[step])
        return account


def settled(plan: Plan) -> Plan:
    """The plan with its undamaged state, so that nobody else finds it again."""
    return replace(plan, undamaged=Simulator(plan).engine.undamaged)


def losses(plan: Plan, simulator: Simulator | None = None) -> Ints:
    """Person-minutes without service, int64 (lifelines, regions, samples), and nothing else.

    What compares measures asks for: no blame, no zones, one thread.
    """
    simulator = simulator or Simulator(plan)
    network = plan.network
    made = np.zeros((len(network.lifelines), len(network.region), plan.samples), np.int64)
    for number in plan.blocks:
        served = simulator.block(number).served
        at = slice(number * LANES, number * LANES + served.shape[-1])
        made[..., at] = -np.einsum("lrts,t->lrs", served.astype(np.int64), plan.rest_min)
    return made
