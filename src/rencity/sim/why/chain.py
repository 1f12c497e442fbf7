"""One sample told step by step: what was out from when to when, because of what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rencity.sim.reach.arrays import State
from rencity.sim.reach.outages import Outages
from rencity.sim.why.blame import obstacles
from rencity.sim.why.kept import Kept
from rencity.sim.why.lane import Bools, Ints
from rencity.sim.why.names import Asset, Names
from rencity.sim.why.trace import Trace, Watch, Words

U = np.uint64
DAMAGED, LACKS, CUT_OFF, RIDES, WAITS = "damaged", "lacks", "cut_off", "rides", "waits"
MOST_LINKS, MOST_MOMENTS = 30, 6
Step = tuple[int, str, int, int]
"""Row, why, by which row (-1: none), minutes of backup."""


@dataclass(frozen=True)
class Link:
    """One thing that was out, and why.

    Attributes
    ----------
    why : ``damaged`` by a hazard, ``rides`` on what is, ``lacks`` another lifeline, ``cut_off``
        from its sources, ``waits``: nothing is damaged any more, but it waits to be started
    by : what it lacks, is cut off at or rides on; None for damage
    out_h, back_h : the outage that holds the moment; None: not over at the end of the run
    hazard : name of the hazard of damage
    backup_h : how long the need it lacks was bridged
    """

    asset: Asset
    why: str
    by: Asset | None
    out_h: float
    back_h: float | None
    hazard: str
    backup_h: float


@dataclass(frozen=True)
class Moment:
    """One way back, at the step that begins at an hour."""

    at_h: float
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Chain:
    """A worked example.

    Attributes
    ----------
    sample : its number; its outage is the median of the samples with one, the lower of two
    moments : the first at which the target is out, and those at which what the moment before led
        to is mended and the target is still out
    """

    sample: int
    moments: tuple[Moment, ...]


def chain_of(watch: Watch, kept: Kept, found: Trace, names: Names) -> Chain | None:
    """Tell the sample with the median outage, by one way back to one damaged asset."""
    out = np.flatnonzero(found.out_min)
    if not len(out):
        return None
    order = out[np.lexsort((out, found.out_min[out]))]
    sample = int(order[(len(order) - 1) // 2])
    return _Teller(watch, kept, sample, names).chain()


class _Teller:
    """One sample in lane 0: who was served when, and the way back from its first outage."""

    def __init__(self, watch: Watch, kept: Kept, sample: int, names: Names) -> None:
        self.watch, self.kept, self.sample, self.names = watch, kept, sample, names
        self.network, self.edges = watch.engine.network, watch.engine.edge_min
        self.served = np.zeros((len(self.edges), self.network.nodes), bool)
        self.walks: list[tuple[int, list[Step]]] = []

    def chain(self) -> Chain:
        """The ways from the target back to what is damaged."""
        mine = self.kept.outages.where(self.kept.outages.lane == self.sample)
        alone = Outages(mine.row, np.zeros(len(mine.row), np.int32), mine.begin, mine.end)
        over = False
        for step, (state, own) in enumerate(self.watch.states(alone, 1)):
            self.served[step] = _bits(state.served)
            weight = self.watch.out(state, own)
            counts = weight[0] > 0 and self.watch.length_min[step] > 0
            over = over or (bool(self.walks) and not counts)
            if counts and not over and self._mended(own):
                self.walks.append(
                    (step, list(_Back(self.watch, state, own).walk(self._first(state))))
                )
        return Chain(self.sample, tuple(self._moment(*walk) for walk in self.walks))

    def _mended(self, own: Words) -> bool:
        """Whether the damage that the last walk led to is over; also before the first walk."""
        if not self.walks:
            return True
        row, why, _, _ = self.walks[-1][1][-1]
        return len(self.walks) < MOST_MOMENTS and why == DAMAGED and not own[row, 0] & U(1)

    def _moment(self, step: int, steps: list[Step]) -> Moment:
        return Moment(
            float(self.edges[step] / 60), tuple(self._link(step, *each) for each in steps)
        )

    def _first(self, state: State) -> int:
        """The node with most weight that is out, else the link itself."""
        watch = self.watch
        if watch.link >= 0:
            return watch.target.row
        dark = watch.asked(state, 0)
        weight = watch.weight[np.searchsorted(watch.nodes, dark)]
        return int(dark[np.argmax(weight)])

    def _link(self, step: int, row: int, why: str, by: int, backup_min: int) -> Link:
        hazard = ""
        if why == DAMAGED:
            out_h, back_h = self._damage(step, row)
            hazard = self.kept.hazard_of(row, self.sample, int(self.edges[step]))
        elif row >= self.network.nodes:
            out_h, back_h = self._damage(step, by if by >= 0 else row)
        else:
            out_h, back_h = self._spell(step, row)
        return Link(
            asset=self.names.asset(row),
            why=why,
            by=None if by < 0 else self.names.asset(by),
            out_h=out_h,
            back_h=back_h,
            hazard=hazard,
            backup_h=backup_min / 60,
        )

    def _damage(self, step: int, row: int) -> tuple[float, float | None]:
        """The outage of a row that holds the moment."""
        outages, now = self.kept.outages, int(self.edges[step])
        mine = (outages.row == row) & (outages.lane == self.sample) & (outages.begin <= now)
        if not mine.any():
            return now / 60, None
        at = np.flatnonzero(mine)[-1]
        begin, end = int(outages.begin[at]), int(outages.end[at])
        return begin / 60, None if end >= self.edges[0] + self._horizon else end / 60

    @property
    def _horizon(self) -> int:
        return int(self.watch.engine.rest_min[0])

    def _spell(self, step: int, node: int) -> tuple[float, float | None]:
        """The steps without service round the moment."""
        dark = ~self.served[:, node]
        first = last = step
        while first > 0 and dark[first - 1]:
            first -= 1
        while last + 1 < len(dark) and dark[last + 1]:
            last += 1
        back = None if last + 1 == len(dark) else float(self.edges[last + 1] / 60)
        return float(self.edges[first] / 60), back


class _Back:
    """The way back at one moment, by what is damaged first, then by row."""

    def __init__(self, watch: Watch, state: State, own: Words) -> None:
        self.watch, self.state, self.own = watch, state, own
        self.network = watch.engine.network
        self.seen: set[int] = set()

    def walk(self, row: int) -> Iterator[Step]:
        """Step by step; the last one leads no further."""
        halted = False
        for _ in range(MOST_LINKS):
            self.seen.add(row)
            why, by, backup_min, halted = self._why(row, halted)
            yield row, why, by, backup_min
            if by < 0:
                return
            row = by

    def _why(self, row: int, halted: bool) -> tuple[str, int, int, bool]:
        if self._own(row):
            return DAMAGED, -1, 0, False
        carriers = [int(c) for c in self._carriers(row) if self._own(int(c))]
        if carriers:
            return RIDES, carriers[0], 0, True
        if row >= self.network.nodes:  # neither end is served
            return CUT_OFF, int(self.watch._ends[0]), 0, False
        lacking = self._lacking(row)
        if lacking:
            return LACKS, *lacking, False
        by = -1 if halted else self._obstacle(row)
        return (CUT_OFF, by, 0, True) if by >= 0 else (WAITS, -1, 0, False)

    def _lacking(self, row: int) -> tuple[int, int] | None:
        """A provider that is out of a need neither met nor waived, and that need's backup."""
        network = self.network
        for g in range(int(network.node_ptr[row]), int(network.node_ptr[row + 1])):
            if not self._bit(self.state.ok, g):
                for p in network.group_provider[network.group_ptr[g] : network.group_ptr[g + 1]]:
                    dark = self.watch.runs[p] and not self._bit(self.state.served, int(p))
                    if dark and int(p) not in self.seen:
                        return int(p), int(network.group_backup_min[g])
        return None

    def _obstacle(self, row: int) -> int:
        watch, n = self.watch, self.network.nodes
        nodes, links = obstacles(watch.engine.graph, self.state, self.own, 0, row, watch.scratch)
        rows = [int(r) for r in [*nodes, *(links + n)] if int(r) not in self.seen]
        hit = [r for r in rows if self._own(r) or any(self._own(int(c)) for c in self._carriers(r))]
        return next(iter(hit or rows), -1)

    def _own(self, row: int) -> bool:
        return self._bit(self.own, row)

    def _carriers(self, row: int) -> Ints:
        held_ptr, held = self.watch.scratch.fixed[2:4]
        return held[held_ptr[row] : held_ptr[row + 1]]

    @staticmethod
    def _bit(rows: Words, at: int) -> bool:
        return bool(rows[at, 0] & U(1))


def _bits(rows: Words) -> Bools:
    return (rows[:, 0] & U(1)) != 0
