"""One asset fails for good: when each backup runs out, who is out from which minute on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rencity.city.network import NOT_OPEN, Network
from rencity.sim.why.lane import (
    Bools,
    Ints,
    Reach,
    closed_links,
    losses,
    needs_met,
    starts,
    without,
)

HORIZON_MIN = 30 * 24 * 60
MOST_MOMENTS = 1000
"""Moments followed at most; what has not come to rest by then is told so."""
_LATE = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Moment:
    """What changes at a minute: nodes that go out and nodes that come back."""

    at_min: int
    out: Ints
    back: Ints


@dataclass(frozen=True)
class Timeline:
    """The moments of an outage that lasts, from the failure at minute 0.

    Attributes
    ----------
    moments : ascending, those in which nothing changes left out
    first_out_min, back_min : int64 (n,), first minute out of service; minute from which it is
        served for good again; -1: never
    settled : whether nothing more can change after the last moment
    """

    moments: tuple[Moment, ...]
    first_out_min: Ints
    back_min: Ints
    settled: bool


def timeline(
    network: Network, runs: Bools, down: Bools, horizon_min: int = HORIZON_MIN
) -> Timeline:
    """Follow rows that fail at minute 0 and are not mended.

    Parameters
    ----------
    runs : bool (n,), served in the undamaged city
    down : bool (n + k,), rows that fail
    """
    lane = _Lane(network, runs, down)
    moments: list[Moment] = []
    now: int | None = 0
    seen = 0
    while now is not None and now <= horizon_min and seen < MOST_MOMENTS:
        before = lane.served
        lane.step(now)
        moment = Moment(
            now, np.flatnonzero(before & ~lane.served), np.flatnonzero(~before & lane.served)
        )
        if len(moment.out) or len(moment.back):
            moments.append(moment)
        now = lane.next_min(now)
        seen += 1
    first, back = np.full(network.nodes, -1, np.int64), np.full(network.nodes, -1, np.int64)
    for moment in reversed(moments):
        first[moment.out] = moment.at_min
    for moment in moments:
        back[moment.out] = -1
        back[moment.back] = moment.at_min
    return Timeline(tuple(moments), first, back, now is None)


class _Lane:
    """The engine's rules for one sample at exact minutes; see `docs/engine.md`."""

    def __init__(self, network: Network, runs: Bools, down: Bools) -> None:
        self.network, self.runs = network, runs
        self.up = runs & ~down[: network.nodes]
        self.link_ok = ~down[network.nodes :]
        self.served = runs
        self.since: npt.NDArray[np.int64] = np.full(len(network.group_node), _LATE)
        self.switched = closed_links(network) | (np.asarray(network.link_open_min) == 0)

    def step(self, now: int) -> None:
        """Losses, then starts, at a minute."""
        network = self.network
        waived = self._waived(now)
        kept = self.served
        links = self.switched & self.link_ok
        nobody = np.empty(0, np.int64)
        for one in losses(network, Reach(kept, nobody, nobody), self.up, links, waived):
            kept = without(kept, one)
        opens = np.asarray(network.link_open_min)
        self.switched = (opens == NOT_OPEN) | (opens <= now)
        self.served = starts(network, kept, self.up, self.switched & self.link_ok, waived)
        unmet = ~needs_met(network, self.served)
        self.since = np.where(unmet, np.minimum(self.since, now), _LATE)

    def next_min(self, now: int) -> int | None:
        """The next minute at which a backup runs out, a manual start is reached, a link closes."""
        network = self.network
        unmet = self.since < _LATE
        since = self.since[unmet]
        waits = [
            since + np.asarray(network.group_backup_min)[unmet],
            since + np.asarray(network.group_manual_min)[unmet],
            np.asarray(network.link_open_min),
        ]
        later = np.concatenate(waits)
        later = later[later > now]
        never = np.iinfo(np.int32).max
        later = later[later < never]
        return int(later.min()) if len(later) else None

    def _waived(self, now: int) -> Bools:
        network = self.network
        age = np.where(self.since < _LATE, now - self.since, 0)
        manual = np.asarray(network.group_manual_min)
        return (age < np.asarray(network.group_backup_min)) | ((manual > 0) & (age >= manual))
